"""Does search find what was asked for? Classes by words, by picture, and together with colours.

The gallery is every scored row; all ranking is exact, by the cosine of embeddings. Beside each figure stand the same
figure by chance and, where a colour histogram can answer at all, what that reaches.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from toile import __version__
from toile.catalog.split import Split
from toile.errors import DataError
from toile.evaluation.gallery import CLASS_TEXTS, Gallery, data_files, load_gallery
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_interval, bootstrap_mean
from toile.metrics.ranking import hits_over_possible, macro_recall, precision_at_k, top_k
from toile.models.protocols import Encoder
from toile.progress import Progress
from toile.taxonomy import COLOURS

if TYPE_CHECKING:
    from toile.bundles import Bundle

UNSEEN_TEXTS: Final = {
    "sneakers": "shoes",
    "footwear": "shoes",
    "trousers": "trousers",
    "coat": "outerwear",
    "jacket": "outerwear",
    "windbreaker": "outerwear",
    "cap": "hat",
    "frock": "dress",
    "gown": "dress",
    "tee": "t-shirt",
    "pullover": "longsleeve",
}
"""Other words for the classes; none of them is in any caption that trains the embedded encoder."""

_K: Final = 10
_NOTES: Final = (
    "classes: the ten largest clothing classes of the clothing data set; ranking is exact over all scored rows",
    "chance_label_accuracy: every row gets the largest class; the other chance figures: hits drawn blindly",
    "intervals: rows resampled, for text-to-image figures the queries",
    "colour truth of joint_hits: the garment's measured main colour, not a person's word for it",
    "joint_hits: right hits of all answerable 'a {colour} {class}' queries, over the most that ten slots can hold",
    "unseen_phrasing: " + ", ".join(UNSEEN_TEXTS),
    "baseline_label_accuracy, baseline_macro_recall, baseline_image_to_image_precision_at_10: neighbours by a Lab "
    "histogram of the picture (216 bins); a label by vote of the ten nearest other rows, whose labels it may see",
    "baseline_joint_hits: rows ranked by their measured share of the asked colour, blind to the class",
    "a colour histogram can't read a class word: for the text-to-image figures the baseline is chance",
)


class _Figures:
    """Figures with their intervals, in the order in which they were found."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}
        self.intervals: dict[str, tuple[float, float]] = {}

    def add_mean(self, name: str, samples: NDArray[np.float64]) -> None:
        self.values[name] = float(samples.mean())
        self.intervals[name] = bootstrap_mean(samples)


def evaluate_search(bundle: Bundle, data: Sequence[Path], split: Split | None, progress: Progress) -> Report:
    """The search benchmark; see the module's docstring and the report's notes.

    Raises:
        DataError: a file is missing or has no row to score.
    """
    start = time.perf_counter()
    gallery = load_gallery(data_files(data, "garments.parquet"), split, bundle.encoder.encode_images, progress)
    if len(gallery) <= _K:
        raise DataError(f"only {len(gallery)} rows to score, expected more than {_K}; try --split all")
    figures = _Figures()
    _score_labels(figures, gallery, bundle.encoder)
    _score_texts(figures, "category_precision_at_10", gallery, bundle.encoder, list(CLASS_TEXTS.items()))
    _score_neighbours(figures, "image_to_image_precision_at_10", gallery, gallery.embeddings)
    figures.values["chance_image_to_image_precision_at_10"] = _neighbour_chance(gallery)
    _score_joint(figures, gallery, bundle.encoder)
    unseen = [(category, text) for text, category in UNSEEN_TEXTS.items()]
    _score_texts(figures, "unseen_phrasing_precision_at_10", gallery, bundle.encoder, unseen)
    _score_histogram(figures, gallery)
    return Report(
        benchmark="search",
        figures=figures.values,
        intervals=figures.intervals,
        n=len(gallery),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=list(_NOTES),
    )


def _score_labels(figures: _Figures, gallery: Gallery, encoder: Encoder) -> None:
    """Each picture takes the nearest of the ten label texts."""
    predicted = (gallery.embeddings @ encoder.encode_texts(list(CLASS_TEXTS.values())).T).argmax(axis=1)
    _add_predictions(figures, "", gallery.classes, predicted)
    figures.values["chance_label_accuracy"] = float(np.bincount(gallery.classes).max() / len(gallery))
    figures.values["chance_macro_recall"] = 1 / len(CLASS_TEXTS)


def _add_predictions(figures: _Figures, prefix: str, truth: NDArray[np.int64], predicted: NDArray[np.integer]) -> None:
    figures.add_mean(f"{prefix}label_accuracy", (predicted == truth).astype(np.float64))
    figures.values[f"{prefix}macro_recall"] = macro_recall(truth, predicted)
    figures.intervals[f"{prefix}macro_recall"] = bootstrap_interval(
        lambda rows: macro_recall(truth[rows], predicted[rows]), len(truth)
    )


def class_queries(gallery: Gallery, queries: Sequence[tuple[str, str]]) -> tuple[NDArray[np.int64], list[str]]:
    """Of pairs of category and text those that some row can answer: class indices `(Q,)` and `Q` texts."""
    categories, present = list(CLASS_TEXTS), set(gallery.classes.tolist())
    asked = [(categories.index(category), text) for category, text in queries]
    asked = [(index, text) for index, text in asked if index in present]
    return np.array([index for index, _ in asked], np.int64), [text for _, text in asked]


def class_precision(gallery: Gallery, wanted: NDArray[np.int64], scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Share of each query's ten best that show the wanted class, `(Q,)`; `scores` are `(Q, N)`."""
    ranked = gallery.classes[top_k(scores, _K)] == wanted[:, None]
    return precision_at_k(ranked, _K)


def _score_texts(
    figures: _Figures, name: str, gallery: Gallery, encoder: Encoder, queries: list[tuple[str, str]]
) -> None:
    """Words to pictures."""
    wanted, texts = class_queries(gallery, queries)
    if not texts:
        return
    scores = encoder.encode_texts(texts) @ gallery.embeddings.T
    figures.add_mean(name, class_precision(gallery, wanted, scores))
    figures.values[f"chance_{name}"] = float(np.mean([(gallery.classes == index).mean() for index in wanted]))


def _score_neighbours(figures: _Figures, name: str, gallery: Gallery, vectors: NDArray[np.floating]) -> None:
    """Picture to pictures: every row asks for the others of its class."""
    ranked = gallery.classes[_neighbours(vectors)] == gallery.classes[:, None]
    figures.add_mean(name, precision_at_k(ranked, _K))


def _neighbour_chance(gallery: Gallery) -> float:
    """Share of a row's class among all other rows, mean over rows."""
    sizes = np.bincount(gallery.classes)[gallery.classes]
    return float(((sizes - 1) / (len(gallery) - 1)).mean())


def _neighbours(vectors: NDArray[np.floating]) -> NDArray[np.intp]:
    """The ten nearest other rows of every row, `(N, 10)`."""
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -np.inf)
    return top_k(scores, _K)


def _score_joint(figures: _Figures, gallery: Gallery, encoder: Encoder) -> None:
    """'a {colour} {class}': a hit is right in both."""
    pairs = sorted(set(zip(gallery.main_colours.tolist(), gallery.classes.tolist(), strict=True)))
    texts = list(CLASS_TEXTS.values())
    queries = [f"a {COLOURS[colour]} {texts[index]}" for colour, index in pairs]
    colours, classes = (np.array(side)[:, None] for side in zip(*pairs, strict=True))
    relevant = (gallery.main_colours == colours) & (gallery.classes == classes)  # (Q, N)
    scores = encoder.encode_texts(queries) @ gallery.embeddings.T
    _add_joint(figures, "joint_hits", relevant, scores)
    _add_joint(figures, "baseline_joint_hits", relevant, gallery.colours.T[colours[:, 0]])
    possible = np.minimum(relevant.sum(axis=1), _K)
    expected = _K * relevant.mean(axis=1)
    figures.values["chance_joint_hits"] = float(expected.sum() / possible.sum())


def _add_joint(figures: _Figures, name: str, relevant: NDArray[np.bool_], scores: NDArray[np.floating]) -> None:
    ranked = np.take_along_axis(relevant, top_k(scores, _K), axis=1)
    counts = relevant.sum(axis=1)
    figures.values[name] = hits_over_possible(ranked, counts, _K)
    figures.intervals[name] = bootstrap_interval(
        lambda queries: hits_over_possible(ranked[queries], counts[queries], _K), len(counts)
    )


def _score_histogram(figures: _Figures, gallery: Gallery) -> None:
    """What colour histograms alone reach."""
    votes = gallery.classes[_neighbours(gallery.histograms)]
    predicted = np.array([np.bincount(row, minlength=len(CLASS_TEXTS)).argmax() for row in votes])
    _add_predictions(figures, "baseline_", gallery.classes, predicted)
    _score_neighbours(figures, "baseline_image_to_image_precision_at_10", gallery, gallery.histograms)
