"""Do designs look like people in clothes, and like what was asked? Against photos of people nobody trained on.

The prompts are the captions of the scored cut-outs, so designs and photos should show the same clothes. Features come
from the bundle's own encoder unless an Inception is given: good for comparing one bundle's denoisers, not with
published FIDs.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.special import softmax

from toile import __version__
from toile.catalog.photos import Cutout, load_street_cutouts
from toile.catalog.split import Split
from toile.errors import DataError
from toile.evaluation.briefs import NUM_SHOWN, DesignSizes, Told, of_briefs, pose_agreement
from toile.evaluation.features import FeatureExtractor, feature_extractor
from toile.evaluation.gallery import data_files
from toile.evaluation.picture_sheet import picture_sheet
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_mean
from toile.metrics.distribution import density_coverage, frechet_distance, inception_score, kernel_distance
from toile.models.protocols import Encoder
from toile.progress import Progress
from toile.tasks.design import design
from toile.tasks.drawing import Settings
from toile.taxonomy import CATEGORIES

if TYPE_CHECKING:
    from toile.bundles import Bundle

_MIN_PHOTOS: Final = 8
_NEIGHBOURS: Final = (5, 25)
"""k of density and coverage; HieraFashDiff takes 25."""
_LOGIT_SCALE: Final = 20.0
_NOTES: Final = (
    "only figures made with one and the same feature extractor can be compared",
    "fid is biased upwards at these sample sizes (fewer pictures than features); kid is not",
    "kid_std is over 100 subsets of one sample, not the error of the mean",
    "alignment: cosine of a prompt and its design; shuffled: of the other prompts and that design; margin: the first "
    "minus the second, interval by resampling designs; no interval for kid and fid, which repeated rows would bias; "
    "multimodal_alignment: by the multimodal encoder, which no denoiser was trained with",
    "density, coverage: Naeem et al. 2020, balls of k neighbours; inception_score: of the encoder's categories",
    "pose_pck, brief_pose_pck: joints within a fifth of the torso of the croquis that was asked for, as `look` has it",
    "reference_kid, reference_fid: as many training photos as there are designs, against the scored photos",
    "reference_alignment_margin: of the scored photos and their own captions, the most that designs could be asked for",
    "designs: one for each caption in turn, seed i and its croquis pose for design i, none left out",
    "attribute_accuracy: mean over A1 to A5 and colour; plates of the split, asked for by garments and colours, "
    "concepts, and attributes one after the other, each drawn once; right if `look` tells what was asked; reference: "
    "of the plates' own pictures, the readers' limit",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnCaptions:
    """Designs of captions."""

    prompts: list[str]
    images: list[Image.Image]
    seconds: float


def evaluate_design(
    bundle: Bundle,
    data: Sequence[Path],
    split: Split | None,
    progress: Progress,
    *,
    sizes: DesignSizes | None = None,
) -> Report:
    """The design benchmark; see the module's docstring and the report's notes.

    Raises:
        DataError: a file is missing or has too few people to compare with.
    """
    start = time.perf_counter()
    sizes = sizes or DesignSizes()
    told, notes = Told(), list(_NOTES)
    if sizes.designs:
        extractor = feature_extractor(sizes.features, bundle.encoder)
        notes.insert(0, f"feature extractor: {extractor.name}")
        told |= _against_photos(bundle, data_files(data, "streets.parquet"), split, extractor, sizes, progress)
    if sizes.plates:
        told |= of_briefs(bundle, split, sizes, progress)
    return Report(
        benchmark="design",
        figures=told.figures,
        intervals=told.intervals,
        n=sizes.designs or sizes.plates,
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=notes,
        sheets=told.sheets,
    )


def _against_photos(
    bundle: Bundle,
    files: Sequence[Path],
    split: Split | None,
    extractor: FeatureExtractor,
    sizes: DesignSizes,
    progress: Progress,
) -> Told:
    """Designs of the photos' captions beside the photos."""
    photos = [cutout for file in files for cutout in load_street_cutouts(file, split)]
    if len(photos) < _MIN_PHOTOS:
        raise DataError(f"only {len(photos)} people to compare with, expected at least {_MIN_PHOTOS}; try --split all")
    drawn = draw_captions(photos, bundle, sizes.designs, sizes.settings, progress)
    pictures = [photo.image for photo in photos]
    real = extractor.of(pictures)
    figures = _distances("", real, extractor.of(drawn.images))
    intervals: dict[str, tuple[float, float]] = {}
    if split is not None:
        figures |= _reference_distances(files, extractor, real, sizes.designs)
    for prefix, prompts, images in (
        ("", drawn.prompts, drawn.images),
        ("reference_", [photo.caption for photo in photos], pictures),
    ):
        first, second = bundle.encoder, bundle.unifashion_encoder
        for name, similarity in (
            ("", first.encode_texts(prompts) @ first.encode_images(images).T),
            ("multimodal_", second.scores(second.encode_images(images), second.encode_texts(prompts)).T),
        ):
            aligned, sureness = _alignment(f"{prefix}{name}alignment", prompts, similarity)
            figures |= aligned
            intervals |= sureness
    figures["inception_score"] = inception_score(_class_probabilities(drawn.images, bundle.encoder))
    figures["reference_inception_score"] = inception_score(_class_probabilities(pictures, bundle.encoder))
    poses = pose_agreement(drawn.images, range(sizes.designs), bundle)
    figures["pose_pck"], intervals["pose_pck"] = float(poses.mean()), bootstrap_mean(poses)
    figures["design_s_per_image"] = drawn.seconds / sizes.designs
    sheet = picture_sheet(drawn.images[:NUM_SHOWN], drawn.prompts[:NUM_SHOWN])
    return Told(figures=figures, intervals=intervals, sheets={"designs": sheet})


def draw_captions(
    photos: Sequence[Cutout], bundle: Bundle, num_designs: int, settings: Settings, progress: Progress
) -> DrawnCaptions:
    """One design for each caption in turn, seed i for design i."""
    prompts = [photos[i % len(photos)].caption for i in range(num_designs)]
    images = []
    start = time.perf_counter()
    for seed, prompt in enumerate(prompts):
        images.append(design(prompt, bundle=bundle, seed=seed, settings=settings)[0].image)
        progress("drawing", seed + 1, num_designs)
    return DrawnCaptions(prompts=prompts, images=images, seconds=time.perf_counter() - start)


def _class_probabilities(images: Sequence[Image.Image], encoder: Encoder) -> NDArray[np.float64]:
    """Of the garment categories, as the encoder tells them without training, `(N, K)`."""
    words = encoder.encode_texts([f"a {category}" for category in CATEGORIES])
    probabilities: NDArray[np.float64] = softmax(_LOGIT_SCALE * encoder.encode_images(images) @ words.T, axis=1)
    return probabilities


def _distances(prefix: str, real: NDArray[np.floating], fake: NDArray[np.floating]) -> dict[str, float]:
    kernel = kernel_distance(real, fake)
    figures = {
        f"{prefix}kid": kernel.mean,
        f"{prefix}kid_std": kernel.std,
        f"{prefix}fid": frechet_distance(real, fake),
    }
    for k in _NEIGHBOURS:
        if len(real) > k:
            density, coverage = density_coverage(real, fake, k=k)
            figures |= {f"{prefix}density_k{k}": density, f"{prefix}coverage_k{k}": coverage}
    return figures


def _reference_distances(
    files: Sequence[Path], extractor: FeatureExtractor, real: NDArray[np.floating], num_designs: int
) -> dict[str, float]:
    """Train photos in the designs' place."""
    train = [cutout.image for file in files for cutout in load_street_cutouts(file, "train")]
    chosen = np.random.default_rng(0).permutation(len(train))[:num_designs]
    if len(chosen) < _MIN_PHOTOS:
        raise DataError(f"only {len(chosen)} people of the training split to compare with, expected {_MIN_PHOTOS}")
    return _distances("reference_", real, extractor.of([train[i] for i in chosen]))


def alignment_margins(prompts: Sequence[str], similarity: NDArray[np.floating]) -> NDArray[np.float64]:
    """Cosine of each picture with its own prompt minus the mean with all prompts of other words, `(N,)`.

    The mean over the others is what endless shuffling would give.

    Args:
        prompts: `N`, some of them equal.
        similarity: `(N, N)`, prompt by picture.

    Raises:
        ValueError: all prompts are one.
    """
    words = np.array(prompts)
    others = words[:, None] != words[None, :]
    if not others.any(axis=0).all():
        raise ValueError("all prompts are equal: there is nothing to shuffle")
    exact = similarity.astype(np.float64)
    margins: NDArray[np.float64] = np.diag(exact) - (exact * others).sum(axis=0) / others.sum(axis=0)
    return margins


def _alignment(
    name: str, prompts: Sequence[str], similarity: NDArray[np.floating]
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    margins = alignment_margins(prompts, similarity)
    matched = np.diag(similarity).astype(np.float64)
    interval = bootstrap_mean(margins)
    figures = {
        name: float(matched.mean()),
        f"{name}_shuffled": float((matched - margins).mean()),
        f"{name}_margin": float(margins.mean()),
        f"{name}_margin_low": interval[0],
    }
    return figures, {name: bootstrap_mean(matched), f"{name}_margin": interval}
