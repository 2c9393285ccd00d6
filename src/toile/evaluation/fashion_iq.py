"""The benchmark `fashion-iq`: composed retrieval on Fashion-IQ (Wu et al. 2021), as its papers report it.

Each category is a gallery of its own. `original` ranks against all pictures that `image_splits` lists for the split,
`val` against the references and targets of its triplets alone, which gives some points more. The query's own reference
stays in both, no query is dropped, and ties count against us. Nothing is chosen on these figures.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile import __version__
from toile.catalog.datasets.fashion_iq import CATEGORIES, FashionIQ
from toile.catalog.datasets.rows import Triplet
from toile.catalog.images import read_image
from toile.errors import DataError
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_mean
from toile.progress import Progress

if TYPE_CHECKING:
    from toile.bundles import Bundle
    from toile.models.unifashion_encoder import UniFashionEncoder

_PROTOCOLS: Final[tuple[Literal["original", "val"], ...]] = ("original", "val")
_RANKS: Final = (10, 50)
_SPLIT: Final = "val"  # the test split's targets are kept back
_BATCH_SIZE: Final = 256


def evaluate_fashion_iq(bundle: Bundle, data: Sequence[Path], progress: Progress) -> Report:
    """Recall at 10 and 50 a category and their means, by both protocols.

    Args:
        bundle: whose multimodal encoder is measured.
        data: the folder of Fashion-IQ.
        progress: watcher.

    Raises:
        CheckpointError: the bundle has no multimodal encoder.
        DataError: no folder, another layout, or a category without a whole triplet.
    """
    start = time.perf_counter()
    if len(data) != 1:
        raise DataError("give the folder of Fashion-IQ: toile evaluate fashion-iq --data FOLDER")
    reader, encoder = FashionIQ.open(data[0]), bundle.unifashion_encoder
    triplets = [row for row in reader.rows(_SPLIT) if isinstance(row, Triplet)]
    figures: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    gone = 0
    for number, category in enumerate(CATEGORIES):
        progress("embedding", number, len(CATEGORIES))
        own = [triplet for triplet in triplets if triplet.category == category]
        if not own:
            raise DataError(f"{data[0]} has no whole {category} triplet in {_SPLIT}; see `toile data check fashion-iq`")
        paths = reader.files_of(reader.gallery(category, _SPLIT))
        gone += len(reader.gallery(category, _SPLIT)) - len(paths)
        wanted = _composed(encoder, own)
        scores = _scores(encoder, paths, wanted)
        for protocol in _PROTOCOLS:
            kept = reader.files_of(reader.gallery(category, _SPLIT, protocol))
            columns = np.array([paths.index(path) for path in kept if path in paths])
            targets = np.array([paths.index(Path(str(triplet.target))) for triplet in own])
            found = _ranks(scores[:, columns], scores[np.arange(len(own)), targets])
            for rank in _RANKS:
                name = f"{protocol}_{category}_r{rank}"
                figures[name] = float((found < rank).mean())
                intervals[name] = bootstrap_mean((found < rank).astype(np.float64))
    for protocol in _PROTOCOLS:
        for rank in _RANKS:
            own_figures = [figures[f"{protocol}_{category}_r{rank}"] for category in CATEGORIES]
            figures[f"{protocol}_r{rank}"] = float(np.mean(own_figures))
        figures[f"{protocol}_mean"] = float(np.mean([figures[f"{protocol}_r{rank}"] for rank in _RANKS]))
    return Report(
        benchmark="fashion-iq",
        figures=figures,
        intervals=intervals,
        n=len(triplets),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            f"{_SPLIT} split; {gone} listed pictures are not there and stand in no gallery",
            "original: all pictures of image_splits; val: references and targets of the triplets; references stay",
            "queries: the first sentence and the second, joined by 'and', as the papers ask",
        ],
    )


def _composed(encoder: UniFashionEncoder, triplets: Sequence[Triplet]) -> NDArray[np.float32]:
    rows = []
    for start in range(0, len(triplets), _BATCH_SIZE):
        batch = triplets[start : start + _BATCH_SIZE]
        references = _pictures([one.reference for one in batch])
        rows.append(encoder.encode_composed(references, [one.modification_text for one in batch]))
    return np.concatenate(rows)


def _scores(encoder: UniFashionEncoder, paths: Sequence[Path], wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(queries, pictures)`, a block of pictures at a time: their vectors would fill gigabytes."""
    blocks = [
        encoder.scores(encoder.encode_images(_pictures(paths[start : start + _BATCH_SIZE])), wanted).T
        for start in range(0, len(paths), _BATCH_SIZE)
    ]
    return np.concatenate(blocks, axis=1)


def _pictures(paths: Sequence[Path]) -> list[Image.Image]:
    return [read_image(path) for path in paths]


def _ranks(scores: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.int64]:
    """How many other pictures of the gallery are as near as the target or nearer, `(queries,)`."""
    ranks: NDArray[np.int64] = (scores >= right[:, None]).sum(1) - 1
    return ranks
