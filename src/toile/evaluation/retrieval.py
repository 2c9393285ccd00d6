"""The benchmark `retrieval`: the right words for a picture among a hundred others, and the right picture for words.

FashionGen's protocols on plates: a product is one look, its pictures show it on two bodies, its words are its fullest
wording. As FAME-ViL scores it (Han et al. 2023), a query meets one right answer and a hundred of other looks whose main
garment is of the same category; in blocks, as UniFashion's released code does, a hundred looks meet each other; in the
full gallery, all looks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile import __version__
from toile.catalog.plates.examples import PlateConfig, examples
from toile.catalog.split import Split
from toile.errors import DataError
from toile.evaluation.gallery import CLASS_TEXTS, data_files, load_gallery
from toile.evaluation.report import Report
from toile.evaluation.search import class_precision, class_queries
from toile.metrics.bootstrap import bootstrap_mean
from toile.progress import Progress
from toile.training.config import Strict

if TYPE_CHECKING:
    from toile.bundles import Bundle

_RANKS: Final = (1, 5, 10)
_BLOCK: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrievalSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    plates: int = 2000
    """Looks, each drawn on two bodies."""
    plate_seed: int = 0
    plate_height: int = 256
    queries: int = 1000
    """Of each direction and repeat."""
    negatives: int = 100
    """Wrong answers that a query meets."""
    repeats: int = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class _Looks:
    """Two pictures a look, one after the other, and one text."""

    pictures: list[Image.Image]
    texts: list[str]
    """The fullest wording."""
    paraphrases: list[str]
    """Another wording, with other nouns in another order; it leaves out shoes, bags and hats."""
    categories: NDArray[np.str_]
    """`(number of looks,)`"""


def evaluate_retrieval(
    bundle: Bundle,
    data: Sequence[Path],
    split: Split | None,
    progress: Progress,
    *,
    sizes: RetrievalSizes | None = None,
) -> Report:
    """Recall at 1, 5 and 10 in both directions, of the multimodal encoder and of the first encoder.

    Args:
        bundle: whose encoders are measured.
        data: files of garment photos; empty: garments.parquet.
        split: the numbers of the plates and the rows of the photos; None: all.
        progress: watcher.
        sizes: how much.

    Raises:
        CheckpointError: the bundle has no multimodal encoder.
        DataError: too few looks share a category, or there are no photos.
    """
    start = time.perf_counter()
    sizes = sizes or RetrievalSizes()
    multimodal, first = bundle.unifashion_encoder, bundle.encoder
    files = data_files(data, "garments.parquet")
    looks = _looks(sizes, split, progress)
    progress("embedding pictures", 0, 1)
    pictures = multimodal.encode_images(looks.pictures)
    figures: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    scored: dict[str, Callable[[], NDArray[np.floating]]] = {
        "plates": lambda: multimodal.scores(pictures, multimodal.encode_texts(looks.texts)),
        "paraphrased": lambda: multimodal.scores(pictures, multimodal.encode_texts(looks.paraphrases)),
        "first_encoder_plates": lambda: first.encode_images(looks.pictures) @ first.encode_texts(looks.texts).T,
    }
    for name, score in scored.items():
        progress(f"embedding {name}", 0, 1)
        scores = score()  # (pictures, texts)
        for direction, ranks in (("i2t", _picture_ranks), ("t2i", _text_ranks)):
            found = np.concatenate([ranks(scores, looks, sizes, repeat) for repeat in range(sizes.repeats)])
            for rank in _RANKS:
                figures[f"{name}_{direction}_r{rank}"] = float((found < rank).mean())
                intervals[f"{name}_{direction}_r{rank}"] = bootstrap_mean((found < rank).astype(np.float64))
        if name == "plates":
            figures |= _all_against_all(scores[::2], name)
    photos = load_gallery(files, split, multimodal.encode_images, progress)
    wanted, texts = class_queries(photos, list(CLASS_TEXTS.items()))
    shares = class_precision(photos, wanted, multimodal.scores(photos.embeddings, multimodal.encode_texts(texts)).T)
    figures["category_precision_at_10"] = float(shares.mean())
    intervals["category_precision_at_10"] = bootstrap_mean(shares)
    return Report(
        benchmark="retrieval",
        figures=figures,
        intervals=intervals,
        n=len(looks.texts),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            f"{len(looks.texts)} looks of the split, two pictures each, {sizes.plate_height} pixels high; "
            f"{sizes.queries} queries a direction, drawn {sizes.repeats} times",
            f"each query: one right answer and {sizes.negatives} of other looks with a main garment of the same "
            "category (FAME-ViL's protocol for FashionGen); looks of categories that have fewer are no queries",
            f"blocks: {_BLOCK} looks in their order against each other, all categories, the rest dropped; full: all "
            f"{len(looks.texts)} against each other; one picture a look, one right answer",
            f"category_precision_at_10: {len(photos)} photos; the first encoder's is in the benchmark search",
            "paraphrased: asked in another wording, with other nouns in another order and without shoes, bags and hats",
            "first_encoder: the encoder that `toile search` uses",
        ],
    )


def _all_against_all(scores: NDArray[np.floating], name: str) -> dict[str, float]:
    """Recall in blocks of a hundred looks, and among all; `scores` `(looks, looks)`, the diagonal is right."""
    count = len(scores)
    blocks = [scores[start : start + _BLOCK, start : start + _BLOCK] for start in range(0, count - _BLOCK + 1, _BLOCK)]
    figures: dict[str, float] = {}
    for protocol, squares in (("blocks", blocks), ("full", [scores])):
        for direction, turned in (("i2t", squares), ("t2i", [square.T for square in squares])):
            found = [(square >= square.diagonal()[:, None]).sum(1) - 1 for square in turned]
            if found:
                ranks = np.concatenate(found)
                figures |= {f"{name}_{protocol}_{direction}_r{rank}": float((ranks < rank).mean()) for rank in _RANKS}
    return figures


def _looks(sizes: RetrievalSizes, split: Split | None, progress: Progress) -> _Looks:
    config = PlateConfig(seed=sizes.plate_seed, height=sizes.plate_height)
    pictures, texts, paraphrases, categories = [], [], [], []
    for done, plate in enumerate(islice(examples(config, split), sizes.plates), start=1):
        pictures += [Image.fromarray(plate.picture), Image.fromarray(plate.elsewhere.picture)]
        texts.append(plate.captions[0])
        paraphrases.append(plate.captions[1])
        categories.append(plate.category)
        progress("drawing plates", done, sizes.plates)
    return _Looks(pictures=pictures, texts=texts, paraphrases=paraphrases, categories=np.array(categories))


def _picture_ranks(scores: NDArray[np.floating], looks: _Looks, sizes: RetrievalSizes, seed: int) -> NDArray[np.int64]:
    """How many of the hundred other texts suit a picture as well as its own or better, `(queries,)`."""
    draw = np.random.default_rng(seed)
    found = []
    for product, others in _drawn(looks, sizes, draw):
        row = scores[2 * product + draw.integers(2)]
        found.append((row[others] >= row[product]).sum())
    return np.array(found)


def _text_ranks(scores: NDArray[np.floating], looks: _Looks, sizes: RetrievalSizes, seed: int) -> NDArray[np.int64]:
    """How many pictures of the hundred other looks suit a text as well as one of its own or better, `(queries,)`."""
    draw = np.random.default_rng(seed)
    found = []
    for product, others in _drawn(looks, sizes, draw):
        column = scores[:, product]
        right = column[2 * product + draw.integers(2)]
        found.append((column[2 * others + draw.integers(2, size=len(others))] >= right).sum())
    return np.array(found)


def _drawn(looks: _Looks, sizes: RetrievalSizes, draw: np.random.Generator) -> list[tuple[int, NDArray[np.intp]]]:
    """Products with their negatives."""
    names, counts = np.unique(looks.categories, return_counts=True)
    large = names[counts > sizes.negatives]
    able = np.flatnonzero(np.isin(looks.categories, large))
    if not able.size:
        raise DataError(
            f"no category has more than {sizes.negatives} of the {len(looks.texts)} looks; measure more of them"
        )
    drawn = []
    for product in draw.choice(able, sizes.queries, replace=len(able) < sizes.queries):
        others = np.flatnonzero(looks.categories == looks.categories[product])
        negatives = draw.choice(others[others != product], sizes.negatives, replace=False)
        drawn.append((int(product), negatives))
    return drawn
