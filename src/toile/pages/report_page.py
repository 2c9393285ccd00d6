"""The figures of one benchmark on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from toile.pages.rendering import data_uri, render


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One figure and, where it was resampled, its interval."""

    name: str
    value: float
    interval: tuple[float, float] | None


def report_page(
    name: str,
    *,
    rows: Sequence[Row],
    facts: Mapping[str, str],
    notes: Sequence[str],
    sheets: Mapping[str, Image.Image],
) -> str:
    """One self-contained HTML page with figures, intervals, notes and sheets."""
    return render(
        "report.html.j2",
        name=name,
        rows=rows,
        facts=facts,
        notes=notes,
        sheets={title: data_uri(_jpeg(sheet), "image/jpeg") for title, sheet in sheets.items()},
    )


def _jpeg(sheet: Image.Image) -> bytes:
    buffer = BytesIO()
    sheet.convert("RGB").save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
