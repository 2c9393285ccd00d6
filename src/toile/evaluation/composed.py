"""The benchmark `composed`: a picture and a change in words, and the picture that this leads to among thousands.

Fashion-IQ's task (Wu et al. 2021) on plates: the target differs from the reference in one attribute and nothing else.
Beside the trained composition stand picture alone, words alone and their sum, of both encoders; and what captions of
the gallery add, which the captioner writes from the pictures alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile import __version__
from toile.catalog.plates.examples import PlateConfig, examples
from toile.catalog.split import Split
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_mean
from toile.progress import Progress
from toile.tasks.caption import write_texts
from toile.tasks.search import standardised
from toile.training.config import Strict

if TYPE_CHECKING:
    from toile.bundles import Bundle
    from toile.models.protocols import Encoder
    from toile.models.unifashion_encoder import UniFashionEncoder

_RANKS: Final = (1, 10, 50)
_COMPOSED: Final = ""  # figures of the trained composition bear no prefix
_WITH_CAPTIONS, _CAPTIONS_ONLY = "with_captions_", "captions_only_"
_OURS: Final = (_COMPOSED, _WITH_CAPTIONS, _CAPTIONS_ONLY)
_CAPTION_STYLE: Final = "copy"
_CAPTION_WEIGHT: Final = 0.5  # of z-scores


@dataclass(frozen=True, kw_only=True, slots=True)
class ComposedSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    triplets: int = 2000
    others: int = 1000
    """Pictures in the gallery besides targets and references: the same clothes on other bodies."""
    plate_seed: int = 0
    plate_height: int = 256
    are_captions_written: bool = True
    """Whether the gallery is captioned, too, which takes longer than all the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Triplets:
    """Triplet i: picture i of the gallery is its target, picture `count + i` its reference."""

    gallery: list[Image.Image]
    references: list[Image.Image]
    sentences: list[str]
    attributes: NDArray[np.str_]


_DRAWN: Final[dict[tuple[ComposedSizes, Split | None], _Triplets]] = {}
"""The last triplets: an ablation measures many bundles by the same ones, and drawing them takes minutes."""


def evaluate_composed(
    bundle: Bundle, split: Split | None, progress: Progress, *, sizes: ComposedSizes | None = None
) -> Report:
    """Recall at 1, 10 and 50, by attribute, too, and the margin over the best way that is not trained for it.

    Args:
        bundle: whose encoders are measured.
        split: the numbers of the plates; None: all.
        progress: watcher.
        sizes: how much.

    Raises:
        CheckpointError: the bundle has no multimodal encoder.
    """
    start = time.perf_counter()
    sizes = sizes or ComposedSizes()
    encoders = bundle.unifashion_encoder, bundle.encoder  # before minutes of drawing: one may be missing
    if (sizes, split) not in _DRAWN:
        _DRAWN.clear()
        _DRAWN[sizes, split] = _triplets(sizes, split, progress)
    triplets = _DRAWN[sizes, split]
    progress("embedding", 0, 1)
    ranks = {name: _ranks(scores) for name, scores in _scores(*encoders, triplets)}
    if sizes.are_captions_written and "captioner" in bundle.manifest.parts:
        progress("captioning the gallery", 0, 1)
        ranks |= {name: _ranks(scores) for name, scores in _caption_scores(bundle, triplets)}
    progress("embedding", 1, 1)
    figures, intervals = {}, {}
    for name, found in ranks.items():
        for rank in _RANKS:
            figures[f"{name}r{rank}"] = float((found < rank).mean())
            intervals[f"{name}r{rank}"] = bootstrap_mean((found < rank).astype(np.float64))
    ours = (ranks[_COMPOSED] < 10).astype(np.float64)
    best = max(float((found < 10).mean()) for name, found in ranks.items() if name not in _OURS)
    figures["best_baseline_r10"] = best
    figures["margin_over_best_baseline_low"] = bootstrap_mean(ours)[0] - best
    for attribute in np.unique(triplets.attributes):
        figures[f"r10_{attribute}"] = float(ours[triplets.attributes == attribute].mean())
    return Report(
        benchmark="composed",
        figures=figures,
        intervals=intervals,
        n=len(triplets.sentences),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            f"{len(triplets.sentences)} plates of the split, each with one attribute changed; gallery of "
            f"{len(triplets.gallery)}: all targets, all references, and the same clothes on other bodies",
            "the reference of a query is never among its hits: who asks has it already",
            f"with_captions: z-scores, captions at {_CAPTION_WEIGHT}; captions_only: captions in place of pictures",
            "image_only, text_only, sum: the same encoder without composition (sum: of similarities); first_encoder: "
            "the encoder that `toile search` uses, its sum the one that it searches by",
        ],
    )


def _scores(
    multimodal: UniFashionEncoder, first: Encoder, triplets: _Triplets
) -> Iterator[tuple[str, NDArray[np.floating]]]:
    """Each way's name, and its scores `(queries, gallery)`."""
    sentences, own = triplets.sentences, slice(len(triplets.sentences), 2 * len(triplets.sentences))
    gallery = multimodal.encode_images(triplets.gallery)
    yield _COMPOSED, multimodal.scores(gallery, multimodal.encode_composed(triplets.references, sentences)).T
    pooled = gallery.mean(1)
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    alike, told = pooled[own] @ pooled.T, multimodal.scores(gallery, multimodal.encode_texts(sentences)).T
    yield "image_only_", alike
    yield "text_only_", told
    yield "sum_", alike + told
    pictures = first.encode_images(triplets.gallery)
    yield "first_encoder_image_only_", pictures[own] @ pictures.T
    yield "first_encoder_text_only_", first.encode_texts(sentences) @ pictures.T
    yield "first_encoder_sum_", first.encode_composed(triplets.references, sentences) @ pictures.T


def _caption_scores(bundle: Bundle, triplets: _Triplets) -> Iterator[tuple[str, NDArray[np.floating]]]:
    """Captions alone, and the trained composition with them."""
    encoder = bundle.unifashion_encoder
    wanted = encoder.encode_composed(triplets.references, triplets.sentences)
    captions = encoder.encode_texts(write_texts(triplets.gallery, _CAPTION_STYLE, bundle=bundle))
    told, shown = wanted @ captions.T, encoder.scores(encoder.encode_images(triplets.gallery), wanted).T
    yield _CAPTIONS_ONLY, told
    yield (
        _WITH_CAPTIONS,
        np.stack(
            [standardised(one) + _CAPTION_WEIGHT * standardised(other) for one, other in zip(shown, told, strict=True)]
        ),
    )


def _triplets(sizes: ComposedSizes, split: Split | None, progress: Progress) -> _Triplets:
    config = PlateConfig(seed=sizes.plate_seed, height=sizes.plate_height)
    targets, references, others, sentences, attributes = [], [], [], [], []
    for done, plate in enumerate(islice(examples(config, split), sizes.triplets), start=1):
        references.append(Image.fromarray(plate.picture))
        targets.append(Image.fromarray(plate.changed.picture))
        sentences.append(plate.change.sentences[0])
        attributes.append(plate.change.attribute)
        if done <= sizes.others:
            others.append(Image.fromarray(plate.elsewhere.picture))
        progress("drawing triplets", done, sizes.triplets)
    return _Triplets(
        gallery=[*targets, *references, *others],
        references=references,
        sentences=sentences,
        attributes=np.array(attributes),
    )


def _ranks(scores: NDArray[np.floating]) -> NDArray[np.int64]:
    """How many pictures stand before or beside each query's target, its own reference left out: `(queries,)`."""
    count = len(scores)
    rows = np.arange(count)
    right = scores[rows, rows]
    better = scores >= right[:, None]
    better[rows, rows] = better[rows, count + rows] = False
    ranks: NDArray[np.int64] = better.sum(1)
    return ranks
