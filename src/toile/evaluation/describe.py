"""The benchmark `describe`: what is told of a picture against what is known of it.

Plates know every attribute; photos of garments know a class; street photos know pixels. What isn't told is wrong.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from toile import __version__
from toile.catalog.photos import PART_OF_LABEL, clear_colour, iterate_garments, iterate_streets
from toile.catalog.plates.examples import PlateConfig, PlateExample, examples
from toile.catalog.split import Split
from toile.errors import DataError
from toile.evaluation.answers import told_answers, true_answers
from toile.evaluation.gallery import CLASS_TEXTS, DEFAULT_DATA
from toile.evaluation.picture_sheet import picture_sheet
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_mean
from toile.progress import Progress
from toile.tasks.look import Look, look
from toile.taxonomy import ATTRIBUTES, GARMENT_PARTS, PARTS
from toile.training.config import Strict
from toile.vision.colour import measure_colour

if TYPE_CHECKING:
    from toile.bundles import Bundle

NUM_SHOWN: Final = 32
_NAMES: Final = {name: f"a{number}_{name}" for number, name in enumerate(ATTRIBUTES, start=1)} | {
    "pattern": "pattern",
    "colour": "colour",
}
_MIN_SHARE: Final = 0.04  # of the person's pixels: less of a garment has no colour worth asking for
_BINS: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class DescribeSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    plates: int = 400
    plate_seed: int = 0
    plate_height: int = 512
    photos: int | None = None
    """Of each photo set; None: all of the split."""


@dataclass(slots=True)
class _Scores:
    """Right or wrong, by figure, and the pictures for the sheet."""

    right: dict[str, list[float]] = field(default_factory=dict)
    confidence: list[tuple[float, float]] = field(default_factory=list)
    shown: list[tuple[Image.Image, str]] = field(default_factory=list)

    def add(self, figure: str, right: bool) -> None:
        self.right.setdefault(figure, []).append(float(right))

    def show(self, image: Image.Image, seen: Look, wrong: Sequence[str] = ()) -> None:
        if len(self.shown) < NUM_SHOWN:
            said = "nothing" if seen.description is None else str(seen.description.caption)
            self.shown.append((image, f"{said}{' | not ' if wrong else ''}{', '.join(wrong)}"))


def evaluate_describe(
    bundle: Bundle,
    data: Sequence[Path],
    split: Split | None,
    progress: Progress,
    *,
    sizes: DescribeSizes | None = None,
) -> Report:
    """Accuracy of attributes on plates, of classes on garment photos, of colours on street photos.

    Args:
        bundle: whose readers are measured.
        data: garments.parquet and streets.parquet, either or both; empty: both where a checkout finds them.
        split: the rows to score, and the numbers of the plates; None: all.
        progress: watcher.
        sizes: how much.

    Raises:
        DataError: a file is missing.
    """
    start = time.perf_counter()
    sizes = sizes or DescribeSizes()
    files = list(data) or [DEFAULT_DATA / name for name in ("garments.parquet", "streets.parquet")]
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise DataError(f"{', '.join(missing)} does not exist; give the photos with --data FILE.parquet")
    plates, garments, streets = _Scores(), _Scores(), _Scores()
    config = PlateConfig(seed=sizes.plate_seed, height=sizes.plate_height)
    for done, plate in enumerate(islice(examples(config, split), sizes.plates), start=1):
        _score_plate(plate, bundle, plates)
        progress("describing plates", done, sizes.plates)
    for file in files:
        if "photo_id" in pq.read_schema(file).names:
            _score_streets(file, split, bundle, sizes, streets, progress)
        else:
            _score_garments(file, split, bundle, sizes, garments, progress)
    right = plates.right | garments.right | streets.right
    return Report(
        benchmark="describe",
        figures={name: float(np.mean(values)) for name, values in right.items()}
        | {"calibration_error": _calibration_error(plates.confidence)},
        intervals={name: bootstrap_mean(np.array(values)) for name, values in right.items()},
        n=sizes.plates,
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            f"a1 to a5, colour, pattern: of {sizes.plates} plates of the split, {sizes.plate_height} pixels high, read "
            "as any picture: parts, then cut. What the picture hides is not asked; what isn't told is wrong",
            "colour: the ground of the main garment's cloth, in the thirteen words of the taxonomy",
            "garment_class: photos of one garment, all seventeen classes; garment_class_ten: the ten largest",
            "street_colour: of each labelled garment of one clear colour, the first colour told of that part against "
            "the one measured under the annotators' label; street_colour_of_seen: of those parts that are told at all",
            "calibration_error: mean gap between confidence and accuracy of the plates' answers, in ten bins",
        ],
        sheets={
            f"describe-{name}": picture_sheet(*zip(*scores.shown, strict=True))
            for name, scores in (("plates", plates), ("garments", garments), ("streets", streets))
            if scores.shown
        },
    )


def _score_plate(plate: PlateExample, bundle: Bundle, scores: _Scores) -> None:
    image = Image.fromarray(plate.picture)
    seen = look(image, bundle=bundle)
    truth, told, main = true_answers(plate), told_answers(seen), seen.main
    sure = {} if seen.description is None else dict(seen.description.confidence)
    if main is not None and main.cut is not None:
        sure |= {"pattern": main.cut.pattern.confidence, "category": main.cut.category.confidence}
    wrong = []
    for name, value in truth.items():
        right = told.get(name) == value
        scores.add(_NAMES.get(name, name), right)
        if name in sure and name in told:
            scores.confidence.append((sure[name], float(right)))
        wrong += [] if right else [f"{name} {value}"]
    scores.show(image, seen, wrong)


def _score_garments(
    file: Path, split: Split | None, bundle: Bundle, sizes: DescribeSizes, scores: _Scores, progress: Progress
) -> None:
    for done, photo in enumerate(islice(iterate_garments(file, split), sizes.photos), start=1):
        seen = look(photo.image, bundle=bundle)
        told = None if seen.main is None or seen.main.cut is None else seen.main.cut.category.word
        scores.add("garment_class", told == photo.category)
        if photo.category in CLASS_TEXTS:
            scores.add("garment_class_ten", told == photo.category)
        scores.add("garment_alone", seen.shows == "garment")
        scores.show(photo.image, seen, [] if told == photo.category else [photo.category])
        progress("describing garments", done, None)


def _score_streets(
    file: Path, split: Split | None, bundle: Bundle, sizes: DescribeSizes, scores: _Scores, progress: Progress
) -> None:
    labelled = (photo for photo in iterate_streets(file, split) if photo.labels is not None)
    for done, photo in enumerate(islice(labelled, sizes.photos), start=1):
        seen = look(photo.image, bundle=bundle)
        told = {item.name: item.colours[0].name for item in seen.items if item.colours}
        wrong = []
        for part, colour in _labelled_colours(photo.image, PART_OF_LABEL[photo.labels]).items():
            scores.add("street_colour", told.get(part) == colour)
            if part in told:
                scores.add("street_colour_of_seen", told[part] == colour)
            wrong += [] if told.get(part) == colour else [f"{part} {colour}"]
        scores.show(photo.image, seen, wrong)
        progress("describing street photos", done, None)


def _labelled_colours(image: Image.Image, parts: NDArray[np.uint8]) -> dict[str, str]:
    """The measured colour of each labelled garment that has one clear colour."""
    found = {}
    for part in (*GARMENT_PARTS, "shoes", "bag"):
        mask = parts == PARTS.index(part)
        if mask.sum() >= _MIN_SHARE * (parts > 0).sum():
            colour = clear_colour(measure_colour(image, mask))
            if colour is not None:
                found[part] = colour
    return found


def _calibration_error(pairs: Sequence[tuple[float, float]]) -> float:
    """Expected calibration error (Guo et al. 2017)."""
    if not pairs:
        return 0.0
    confidence, right = np.array(pairs).T
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        (bins == number).mean() * abs(confidence[bins == number].mean() - right[bins == number].mean())
        for number in np.unique(bins)
    ]
    return float(np.sum(gaps))
