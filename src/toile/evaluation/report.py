"""What a benchmark found, as JSON for machines and as one HTML page for people."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from toile.pages import Row, report_page


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One run of one benchmark.

    Attributes:
        benchmark: its name.
        figures: name to number.
        intervals: name of a figure to the low and high end of its 95 % bootstrap interval.
        n: how many samples were scored.
        bundle: name and hash of the model bundle.
        version: of the package.
        seconds: wall-clock time of the run.
        notes: what a reader must know to understand the figures.
        sheets: pictures that belong to the report, by file name without its ending.
    """

    benchmark: str
    figures: dict[str, float]
    n: int
    bundle: str
    version: str
    seconds: float
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    sheets: dict[str, Image.Image] = field(default_factory=dict)

    def __post_init__(self) -> None:
        broken = [name for name, value in self.figures.items() if not math.isfinite(value)]
        if broken:
            raise ValueError(f"{self.benchmark}: the figures {broken} are not finite numbers")
        unknown = sorted(set(self.intervals) - set(self.figures))
        if unknown:
            raise ValueError(f"{self.benchmark}: intervals without a figure: {unknown}")

    def to_json(self) -> str:
        """One JSON object; the sheets stay out of it."""
        names = ("benchmark", "figures", "intervals", "n", "bundle", "version", "seconds", "notes")
        return json.dumps({name: getattr(self, name) for name in names}, indent=2)

    def to_html(self) -> str:
        """One self-contained page: figures, intervals, notes, sheets."""
        rows = [Row(name=name, value=value, interval=self.intervals.get(name)) for name, value in self.figures.items()]
        facts = {
            "samples": str(self.n),
            "bundle": self.bundle,
            "toile": self.version,
            "seconds": f"{self.seconds:.1f}",
        }
        return report_page(self.benchmark, rows=rows, facts=facts, notes=self.notes, sheets=self.sheets)

    def save(self, folder: Path) -> list[Path]:
        """Write `NAME.json`, `NAME.html` and the sheets as PNG; the paths written."""
        folder.mkdir(parents=True, exist_ok=True)
        texts = {folder / f"{self.benchmark}.json": self.to_json(), folder / f"{self.benchmark}.html": self.to_html()}
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
        pictures = {folder / f"{name}.png": sheet for name, sheet in self.sheets.items()}
        for path, sheet in pictures.items():
            sheet.save(path)
        return [*texts, *pictures]
