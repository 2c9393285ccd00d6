"""`toile ablate`: what each part of a recipe is worth, over several training seeds at equal budgets.

An ablation is a TOML file: arms, each a recipe with settings of its own, trained once a seed and measured by the same
benchmarks. Differences are between arms of the same seed; with three seeds their intervals are wide, as they should be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from tempfile import TemporaryDirectory
from typing import Any, Final

from scipy.stats import t as student_t

from toile.bundles import assemble, load_bundle
from toile.errors import ConfigError
from toile.evaluation import evaluate
from toile.progress import Progress, no_progress
from toile.recipes import train
from toile.training.config import Strict, build_config, read_toml

_SHIPPED: Final = Path(__file__).parent / "recipes" / "ablations"
_RESOLVED: Final = "ablation.json"
_TABLE: Final = "ablation.md"
_LEVEL: Final = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm(Strict):
    """One way to train."""

    name: str
    recipe: str
    """A recipe file, or a shipped one by name."""
    start_from: str = ""
    """Name of an earlier arm, whose bundle of the same seed is trained further; empty: as the recipe says."""
    settings: tuple[str, ...] = ()
    """`a.b=value` in TOML, over those that all arms have."""
    data: str = ""
    """Folder below each folder of data that this arm learns from; empty: the folder itself."""
    sizes: dict[str, Any] = field(default_factory=dict)
    """What benchmarks are asked of this arm, over what the measure says: to draw as it was trained."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure(Strict):
    """What one benchmark is asked."""

    benchmark: str
    figures: tuple[str, ...]
    """Of its report, those that are told."""
    arms: tuple[str, ...]
    """Names of those that are measured."""
    sizes: dict[str, Any] = field(default_factory=dict)
    """See `evaluate`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ablation(Strict):
    """Arms, seeds, and what is measured."""

    arms: tuple[Arm, ...]
    measures: tuple[Measure, ...]
    """What a figure is held against is the first of its measure's arms."""
    split: str = "validation"
    seeds: tuple[int, ...] = (0, 1, 2)
    settings: tuple[str, ...] = ()
    """`a.b=value` in TOML, of all arms."""

    def __post_init__(self) -> None:
        names: list[str] = []
        for arm in self.arms:
            if arm.start_from and arm.start_from not in names:
                raise ValueError(f"{arm.name!r} starts from {arm.start_from!r}, which is no earlier arm")
            names.append(arm.name)
        if len(set(names)) < len(names):
            raise ValueError(f"two arms have one name: {', '.join(names)}")
        for measure in self.measures:
            unknown = sorted(set(measure.arms) - set(names))
            if unknown or not measure.arms:
                raise ValueError(f"{measure.benchmark} measures {unknown or 'nothing'}, expected names of arms")
        if len(set(self.seeds)) < 2:
            raise ValueError(f"seeds is {list(self.seeds)}, expected at least two different ones")


@dataclass(frozen=True, kw_only=True, slots=True)
class AblationReport:
    """What was found.

    Attributes:
        values: figure to arm to its value with each seed, in the order of the seeds.
        differences: figure to arm to the mean difference from the first arm, and the low and high end of its 95 %
            interval (Student's t over the seeds).
        table: both as Markdown.
    """

    values: dict[str, dict[str, list[float]]]
    differences: dict[str, dict[str, tuple[float, float, float]]]
    table: str

    def to_json(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self), indent=1)


def ablate(
    path: Path, *, data: Sequence[Path], out: Path | None = None, progress: Progress = no_progress
) -> AblationReport:
    """Train and measure every arm with every seed; what is done already in `out` is not done again.

    Args:
        path: a TOML file, or the name of a shipped ablation.
        data: folders of training data.
        out: folder of runs and results; `runs/NAME` by default.
        progress: watcher.

    Raises:
        ConfigError: no such ablation, a value in it is wrong, or `out` holds another one.
        DataError: the data isn't there.
    """
    file = _find(path)
    ablation = build_config(Ablation, read_toml(file), name=file.name)
    out = out or Path("runs") / file.stem
    _claim(out, ablation)
    runs = [(seed, arm) for seed in ablation.seeds for arm in ablation.arms]
    for done, (seed, arm) in enumerate(runs):
        progress("runs", done, len(runs))
        _train(ablation, arm, seed, data, out, progress)
    progress("runs", len(runs), len(runs))
    values: dict[str, dict[str, list[float]]] = {}
    for number, measure in enumerate(ablation.measures):
        for arm_name in measure.arms:
            for seed in ablation.seeds:
                found = _measured(ablation, number, arm_name, _folder(out, arm_name, seed), progress)
                for figure in measure.figures:
                    values.setdefault(figure, {}).setdefault(arm_name, []).append(found[figure])
    report = _summary(ablation, values)
    (out / _TABLE).write_text(report.table, encoding="utf-8")
    return report


def _find(path: Path) -> Path:
    """The file itself, or the shipped ablation of that name."""
    if path.is_file():
        return path
    shipped = {file.stem: file for file in sorted(_SHIPPED.glob("*.toml"))}
    if path.stem not in shipped:
        raise ConfigError(f"there is no ablation {path}; give a file, or one of {', '.join(shipped)}")
    return shipped[path.stem]


def _claim(out: Path, ablation: Ablation) -> None:
    """Runs of one folder belong together: refuse to mix those of two ablations."""
    resolved, own = out / _RESOLVED, json.dumps(asdict(ablation), indent=1)
    if resolved.is_file() and resolved.read_text(encoding="utf-8") != own:
        raise ConfigError(f"{out} holds the runs of another ablation; give another --out, or delete it")
    out.mkdir(parents=True, exist_ok=True)
    resolved.write_text(own, encoding="utf-8")


def _folder(out: Path, arm: str, seed: int) -> Path:
    return out / f"{re.sub('[^a-z0-9]+', '-', arm.lower()).strip('-')}-seed-{seed}"


def _train(ablation: Ablation, arm: Arm, seed: int, data: Sequence[Path], out: Path, progress: Progress) -> None:
    folder = _folder(out, arm.name, seed)
    if (folder / "bundle").is_dir():
        return
    settings = [*ablation.settings, *arm.settings, f"loop.seed={seed}"]
    if arm.start_from:
        settings.append(f"start_from={json.dumps(str(_folder(out, arm.start_from, seed) / 'bundle'))}")
    train(Path(arm.recipe), data=[one / arm.data for one in data], out=folder, overrides=settings, progress=progress)


def _measured(ablation: Ablation, number: int, name: str, folder: Path, progress: Progress) -> dict[str, float]:
    """The figures of one run: the embedded bundle, with what the run has trained in place of its own."""
    measure = ablation.measures[number]
    (arm,) = (arm for arm in ablation.arms if arm.name == name)
    found = folder / f"measure-{number}-{measure.benchmark}.json"
    if not found.is_file():
        with TemporaryDirectory() as whole:
            assemble([load_bundle().folder, folder / "bundle"], Path(whole), name=folder.name)
            report = evaluate(
                measure.benchmark,
                bundle=load_bundle(Path(whole)),
                split=ablation.split,
                sizes=measure.sizes | arm.sizes,
                progress=progress,
            )
        found.write_text(report.to_json(), encoding="utf-8")
    figures: dict[str, float] = json.loads(found.read_text(encoding="utf-8"))["figures"]
    missing = sorted(set(measure.figures) - set(figures))
    if missing:
        raise ConfigError(f"{measure.benchmark} has no figures {', '.join(missing)}; it has {', '.join(figures)}")
    return figures


def _summary(ablation: Ablation, values: dict[str, dict[str, list[float]]]) -> AblationReport:
    differences: dict[str, dict[str, tuple[float, float, float]]] = {}
    for figure, arms in values.items():
        base, *others = arms
        differences[figure] = {arm: _difference(arms[arm], arms[base]) for arm in others}
    return AblationReport(values=values, differences=differences, table=_table(ablation, values, differences))


def _difference(own: Sequence[float], base: Sequence[float]) -> tuple[float, float, float]:
    """Mean, low and high end, of pairs with one seed."""
    gains = [ours - theirs for ours, theirs in zip(own, base, strict=True)]
    mean = fmean(gains)
    half = float(student_t.ppf((1 + _LEVEL) / 2, len(gains) - 1)) * stdev(gains) / len(gains) ** 0.5
    return mean, mean - half, mean + half


def _table(
    ablation: Ablation,
    values: dict[str, dict[str, list[float]]],
    differences: dict[str, dict[str, tuple[float, float, float]]],
) -> str:
    """A row a figure and arm: mean, values, difference with its interval."""
    seeds = ", ".join(map(str, ablation.seeds))
    rows = [["figure", "arm", "mean", f"seeds {seeds}", "difference, 95 % interval"], ["---"] * 5]
    for figure, arms in values.items():
        for arm, found in arms.items():
            told = "–"
            if arm in differences[figure]:
                mean, low, high = differences[figure][arm]
                told = f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
            rows.append([figure, arm, f"{fmean(found):.3f}", ", ".join(f"{value:.3f}" for value in found), told])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
