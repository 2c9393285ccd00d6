"""The benchmarks by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from toile.catalog.split import SPLITS, Split
from toile.errors import ConfigError
from toile.evaluation.report import Report
from toile.progress import Progress, no_progress
from toile.training.config import build_config

if TYPE_CHECKING:
    from toile.bundles import Bundle

T = TypeVar("T")

BENCHMARKS: Final = (
    "search",
    "design",
    "edit",
    "tryon",
    "rag",
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
    "culture",
)
_SIZED: Final = (
    "design",
    "edit",
    "tryon",
    "rag",
    "speed",
    "plates",
    "describe",
    "retrieval",
    "composed",
    "caption",
    "culture",
)


def evaluate(
    name: str,
    *,
    bundle: Bundle,
    data: Sequence[Path] = (),
    split: str = "test",
    sizes: Mapping[str, object] | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Run one benchmark.

    Args:
        name: one of `BENCHMARKS`.
        bundle: whose models are measured.
        data: parquet files with pictures; empty: the files of `evaluation.gallery.DEFAULT_DATA`. `speed` does without.
        split: the rows to score; `all` is for files that nothing was trained on.
        sizes: how much is measured, where it differs from what the published figures mean: `{"triplets": 500}`.
        progress: progress callback.

    Raises:
        ConfigError: no such benchmark or split, or the benchmark has no such size.
        DataError: a file is missing or lacks what the benchmark needs.
    """
    part = _split(split)
    if sizes and name not in _SIZED:
        raise ConfigError(f"the benchmark {name!r} has no sizes to set; these have: {', '.join(_SIZED)}")
    match name:
        case "search":
            from toile.evaluation.search import evaluate_search

            return evaluate_search(bundle, data, part, progress)
        case "design":
            from toile.evaluation.briefs import DesignSizes
            from toile.evaluation.design import evaluate_design

            return evaluate_design(bundle, data, part, progress, sizes=_sized(DesignSizes, sizes, name))
        case "edit":
            from toile.evaluation.edit import EditSizes, evaluate_edit

            return evaluate_edit(bundle, data, part, progress, sizes=_sized(EditSizes, sizes, name))
        case "tryon":
            from toile.evaluation.tryon import TryOnSizes, evaluate_try_on

            return evaluate_try_on(bundle, data, part, progress, sizes=_sized(TryOnSizes, sizes, name))
        case "rag":
            from toile.evaluation.rag import RagSizes, evaluate_rag

            return evaluate_rag(bundle, data, part, progress, sizes=_sized(RagSizes, sizes, name))
        case "speed":
            from toile.evaluation.speed import SpeedSizes, evaluate_speed

            return evaluate_speed(bundle, data, part, progress, sizes=_sized(SpeedSizes, sizes, name))
        case "plates":
            from toile.evaluation.plates import PlatesSizes, evaluate_plates

            return evaluate_plates(progress, sizes=_sized(PlatesSizes, sizes, name))
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
            from toile.evaluation.describe import DescribeSizes, evaluate_describe

            return evaluate_describe(bundle, data, part, progress, sizes=_sized(DescribeSizes, sizes, name))
        case "retrieval":
            from toile.evaluation.retrieval import RetrievalSizes, evaluate_retrieval

            return evaluate_retrieval(bundle, data, part, progress, sizes=_sized(RetrievalSizes, sizes, name))
        case "composed":
            from toile.evaluation.composed import ComposedSizes, evaluate_composed

            return evaluate_composed(bundle, part, progress, sizes=_sized(ComposedSizes, sizes, name))
        case "caption":
            from toile.evaluation.caption import CaptionSizes, evaluate_caption

            return evaluate_caption(bundle, data, part, progress, sizes=_sized(CaptionSizes, sizes, name))
        case "fashion-iq":
            from toile.evaluation.fashion_iq import evaluate_fashion_iq

            return evaluate_fashion_iq(bundle, data, progress)
        case "culture":
            from toile.evaluation.culture import CultureSizes, evaluate_culture

            return evaluate_culture(bundle, part, progress, sizes=_sized(CultureSizes, sizes, name))
        case _:
            raise ConfigError(f"there is no benchmark {name!r}; choose one of {', '.join(BENCHMARKS)}")


def _sized(schema: type[T], sizes: Mapping[str, object] | None, name: str) -> T:
    """How much a benchmark measures; raises ConfigError where it has no such size."""
    return build_config(schema, dict(sizes or {}), name=f"--set of {name}")


def _split(name: str) -> Split | None:
    """The split by name; None stands for all rows."""
    if name == "all":
        return None
    for split in SPLITS:
        if split == name:
            return split
    raise ConfigError(f"there is no split {name!r}; choose one of {', '.join(SPLITS)}, all")
