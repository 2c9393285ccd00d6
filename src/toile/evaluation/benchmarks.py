"""The benchmarks by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toile.catalog.split import SPLITS, Split
from toile.errors import ConfigError
from toile.evaluation.report import Report
from toile.progress import Progress, no_progress

if TYPE_CHECKING:
    from toile.bundles import Bundle

BENCHMARKS: Final = (
    "search",
    "design",
    "speed",
    "plates",
    "filter",
    "parse",
    "pose",
    "masks",
    "describe",
    "retrieval",
    "composed",
    "caption",
    "fashion-iq",
)


def evaluate(
    name: str,
    *,
    bundle: Bundle,
    data: Sequence[Path] = (),
    split: str = "test",
    progress: Progress = no_progress,
) -> Report:
    """Run one benchmark.

    Args:
        name: one of `BENCHMARKS`.
        bundle: whose models are measured.
        data: parquet files with pictures; empty: the files of `evaluation.gallery.DEFAULT_DATA`. `speed` needs none.
        split: the rows to score; `all` is for files that nothing was trained on.
        progress: progress callback.

    Raises:
        ConfigError: no such benchmark or split.
        DataError: a file is missing or lacks what the benchmark needs.
    """
    part = _split(split)
    match name:
        case "search":
            from toile.evaluation.search import evaluate_search

            return evaluate_search(bundle, data, part, progress)
        case "design":
            from toile.evaluation.design import evaluate_design

            return evaluate_design(bundle, data, part, progress)
        case "speed":
            from toile.evaluation.speed import evaluate_speed

            return evaluate_speed(bundle, progress)
        case "plates":
            from toile.evaluation.plates import evaluate_plates

            return evaluate_plates(progress)
        case "filter":
            from toile.evaluation.filter import evaluate_filter

            return evaluate_filter(bundle, data, part, progress)
        case "parse":
            from toile.evaluation.people import evaluate_parse

            return evaluate_parse(bundle, data, part, progress)
        case "pose":
            from toile.evaluation.people import evaluate_pose

            return evaluate_pose(bundle, data, part, progress)
        case "masks":
            from toile.evaluation.masks import evaluate_masks

            return evaluate_masks(bundle, data, part, progress)
        case "describe":
            from toile.evaluation.describe import evaluate_describe

            return evaluate_describe(bundle, data, part, progress)
        case "retrieval":
            from toile.evaluation.retrieval import evaluate_retrieval

            return evaluate_retrieval(bundle, data, part, progress)
        case "composed":
            from toile.evaluation.composed import evaluate_composed

            return evaluate_composed(bundle, part, progress)
        case "caption":
            from toile.evaluation.caption import evaluate_caption

            return evaluate_caption(bundle, data, part, progress)
        case "fashion-iq":
            from toile.evaluation.fashion_iq import evaluate_fashion_iq

            return evaluate_fashion_iq(bundle, data, progress)
        case _:
            raise ConfigError(f"there is no benchmark {name!r}; choose one of {', '.join(BENCHMARKS)}")


def _split(name: str) -> Split | None:
    """The split by name; None stands for all rows."""
    if name == "all":
        return None
    for split in SPLITS:
        if split == name:
            return split
    raise ConfigError(f"there is no split {name!r}; choose one of {', '.join(SPLITS)}, all")
