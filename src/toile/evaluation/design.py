"""Do designs look like people in clothes, and like what was asked? Against photos of people nobody trained on.

The prompts are the captions of the scored cut-outs, so designs and photos should show the same clothes. Features come
from the bundle's own encoder unless an Inception is given: good for comparing one bundle's denoisers, not with
published FIDs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.special import softmax

from toile import __version__
from toile.catalog.briefs import Brief
from toile.catalog.claims import claims_of, grammar_category
from toile.catalog.photos import Cutout, load_street_cutouts
from toile.catalog.plates.examples import PlateConfig, PlateExample, examples
from toile.catalog.split import Split
from toile.diffusion.sampler import STOCHASTIC
from toile.errors import DataError
from toile.evaluation.answers import told_answers, true_answers
from toile.evaluation.features import FeatureExtractor, feature_extractor
from toile.evaluation.gallery import data_files
from toile.evaluation.picture_sheet import picture_sheet
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_mean
from toile.metrics.distribution import density_coverage, frechet_distance, inception_score, kernel_distance
from toile.metrics.people import correct_keypoints
from toile.models.protocols import Encoder
from toile.progress import Progress
from toile.tasks.design import design
from toile.tasks.drawing import Settings
from toile.tasks.look import look
from toile.taxonomy import CATEGORIES
from toile.training.config import Strict
from toile.vision.croquis import CROQUIS_SIZE, croquis_of

if TYPE_CHECKING:
    from toile.bundles import Bundle

NUM_SHOWN: Final = 32
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
    "pose_pck: joints of designs within a fifth of the torso of the croquis that was asked for, as `look` reads them",
    "reference_kid, reference_fid: as many training photos as there are designs, against the scored photos",
    "reference_alignment_margin: of the scored photos and their own captions, the most that designs could be asked for",
    "designs: one for each caption in turn, seed i and its croquis pose for design i, none left out",
    "attribute_accuracy: mean over A1 to A5 and colour; plates of the split, asked for by garments and colours, "
    "concepts, and attributes one after the other, each drawn once; right if `look` tells what was asked; reference: "
    "of the plates' own pictures, the readers' limit",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DesignSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    designs: int = 256
    plates: int = 150
    """Briefs with attributes."""
    plate_seed: int = 0
    features: str = ""
    """See `feature_extractor`."""
    sampler: str = STOCHASTIC
    steps: int | None = None
    """None: the sampler's own."""
    guidance_scale: float | None = None
    """None: the sampler's own."""
    guidance_low: int = 0
    schedule: str = "hierarchical"
    """How attributes are told, see `diffusion.windows`."""
    order: str = "area"
    pose_window: str = "always"

    @property
    def settings(self) -> Settings:
        """How designs are drawn."""
        return Settings.of(
            self.sampler,
            steps=self.steps,
            guidance_scale=self.guidance_scale,
            guidance_low=self.guidance_low,
            pose_window=self.pose_window,
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
    num_designs = sizes.designs
    files = data_files(data, "streets.parquet")
    photos = [cutout for file in files for cutout in load_street_cutouts(file, split)]
    if len(photos) < _MIN_PHOTOS:
        raise DataError(f"only {len(photos)} people to compare with, expected at least {_MIN_PHOTOS}; try --split all")
    drawn = draw_captions(photos, bundle, num_designs, sizes.settings, progress)
    extractor = feature_extractor(sizes.features, bundle.encoder)
    pictures = [photo.image for photo in photos]
    real = extractor.of(pictures)
    figures = _distances("", real, extractor.of(drawn.images))
    intervals: dict[str, tuple[float, float]] = {}
    if split is not None:
        figures |= _reference_distances(files, extractor, real, num_designs)
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
    poses = _pose_agreement(drawn.images, bundle)
    figures["pose_pck"], intervals["pose_pck"] = float(poses.mean()), bootstrap_mean(poses)
    figures["design_s_per_image"] = drawn.seconds / num_designs
    sheets = {"designs": picture_sheet(drawn.images[:NUM_SHOWN], drawn.prompts[:NUM_SHOWN])}
    if sizes.plates:
        told = _attributes(bundle, split, sizes, progress)
        figures |= told.figures
        intervals |= told.intervals
        sheets["briefs"] = told.sheet
    return Report(
        benchmark="design",
        figures=figures,
        intervals=intervals,
        n=num_designs,
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[f"feature extractor: {extractor.name}", *_NOTES],
        sheets=sheets,
    )


def _briefs(config: PlateConfig, split: Split | None) -> Iterator[tuple[PlateExample, Brief]]:
    """Plates whose main garment has an everyday name, in words that name garments and colours only."""
    for plate in examples(config, split):
        words = plate.captions[min(2, len(plate.captions) - 1)]
        brief = Brief.of_caption(words, plate.hierarchical)
        if any(grammar_category(claim) == brief.category for claim in claims_of(words)[:1]):
            yield plate, brief


@dataclass(frozen=True, kw_only=True, slots=True)
class _Attributes:
    figures: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    sheet: Image.Image


def _attributes(bundle: Bundle, split: Split | None, sizes: DesignSizes, progress: Progress) -> _Attributes:
    """Do designs show the attributes that were asked for?"""
    samples: dict[str, list[float]] = {}
    shown: list[tuple[Image.Image, str]] = []
    config = PlateConfig(seed=sizes.plate_seed, height=256)
    for done, (plate, brief) in enumerate(islice(_briefs(config, split), sizes.plates)):
        progress("drawing briefs", done, sizes.plates)
        truth = true_answers(plate)
        # What the plate hides, under a coat or behind a bag, can't be asked of the design's reader, either.
        asked = {name: value for name, value in brief.attributes.items() if truth.get(name) == value}
        (drawn,) = design(
            brief.words,
            bundle=bundle,
            concepts=brief.concepts,
            attributes=asked,
            order=sizes.order,
            schedule=sizes.schedule,
            seed=plate.index,
            settings=sizes.settings,
        )
        wanted = asked | {"colour": truth["colour"]}
        for prefix, image in (("", drawn.image), ("reference_", Image.fromarray(plate.picture))):
            told = told_answers(look(image, bundle=bundle))
            for name, value in wanted.items():
                samples.setdefault(f"{prefix}attribute_{name}", []).append(float(told.get(name) == value))
        if len(shown) < NUM_SHOWN:
            shown.append((drawn.image, f"{brief.words}, {', '.join(asked.values())}"))
    figures = {name: float(np.mean(values)) for name, values in samples.items()}
    for prefix in ("", "reference_"):
        means = [value for name, value in figures.items() if name.startswith(f"{prefix}attribute_")]
        figures[f"{prefix}attribute_accuracy"] = float(np.mean(means))
    return _Attributes(
        figures=figures,
        intervals={name: bootstrap_mean(np.array(values)) for name, values in samples.items()},
        sheet=picture_sheet(*zip(*shown, strict=True)),
    )


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


def _pose_agreement(images: Sequence[Image.Image], bundle: Bundle) -> NDArray[np.float64]:
    """PCK of each design with the croquis of its seed."""
    shares = []
    for seed, (image, figure) in enumerate(zip(images, bundle.figure_reader.read(images), strict=True)):
        asked = croquis_of(seed) * np.array([image.width / CROQUIS_SIZE[1], image.height / CROQUIS_SIZE[0], 1])
        shares.append(float(np.nanmean(correct_keypoints(asked, figure.pose))))
    return np.array(shares)


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
