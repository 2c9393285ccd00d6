"""The plates benchmark: how fast plates are drawn, and whether everything that is said of them is seen in them.

Every figure is read off the pixels of the picture or of its slot map, and compared with what the caption, the
attributes, the pose or the label map say.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import binary_dilation, binary_erosion

from toile import __version__
from toile.catalog.plates import LABELS, Garment
from toile.catalog.plates.examples import PlateConfig, PlateExample, example
from toile.catalog.plates.figure.keypoints import VISIBLE
from toile.catalog.plates.figure.poses import SIDES
from toile.catalog.plates.garments.measures import SLEEVE_ENDS, hem_of
from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.rules import construction_of
from toile.catalog.plates.plate import Plate, build_plate
from toile.catalog.plates.sampling.looks import sample_look
from toile.evaluation.picture_sheet import picture_sheet
from toile.evaluation.report import Report
from toile.progress import Progress
from toile.training.config import Strict
from toile.vision.colour import measure_colour

Mask = npt.NDArray[np.bool_]

_BACKGROUND_LEVEL: Final = 250  # of 255; a white background's pixels are brighter in all channels
_CLEAR_PIXELS: Final = 300  # of a garment at 256×192; below this no colour is measured
_JOINT_RADIUS_PX: Final = 3
_STEPS: Final = np.linspace(0.1, 2.0, 77)
_CROSSED: Final = ("kimono", "yukata", "hakama", "hanfu")
# Sleeves whose end lies where the length says; hanging and gathered ones hide it.
_PLAIN_SLEEVES: Final = ("regular", "raglan", "shirt", "wrapped", "princess")
_SIDES_OF: Final = {"left": "sleeve-left", "right": "sleeve-right"}


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatesSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    timed: int = 100
    """Full sets of picture, label map, keypoints and captions at 256×192."""
    checked: int = 300
    pairs: int = 150
    shown: int = 40


def evaluate_plates(progress: Progress, *, sizes: PlatesSizes | None = None) -> Report:
    """The plates benchmark; needs no bundle."""
    sizes = sizes or PlatesSizes()
    start = time.perf_counter()
    figures = {"plates_per_s": plates_per_second(sizes.timed, progress)}
    outside, changed = pair_differences(sizes.pairs, progress)
    figures |= {"pair_changed_outside": float(outside), "pair_changed_share": changed}
    plates = []
    for index in range(sizes.checked):
        plates.append(example(index, PlateConfig()))
        progress("checking plates", index + 1, sizes.checked)
    figures |= agreement(plates)
    figures["left_over_right"] = _mean([left_over_right(culture, seed) for culture in _CROSSED for seed in range(6)])
    figures["traditions"] = float(len(TRADITIONS))
    figures["peoples"] = float(len({tradition.people for tradition in TRADITIONS.values()}))
    shown = plates[: sizes.shown]
    sheet = picture_sheet([Image.fromarray(plate.picture) for plate in shown], [plate.captions[0] for plate in shown])
    return Report(
        benchmark="plates",
        figures=figures,
        n=sizes.checked,
        bundle="none",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=_notes(sizes),
        sheets={"plates": sheet},
    )


# --- speed and pairs ------------------------------------------------------------------------------------------------


def plates_per_second(count: int, progress: Progress) -> float:
    """Full sets per second of this process' own time on the processor, which other programs don't lengthen."""
    config = PlateConfig()
    _full_set(example(0, config))  # shaders, tables and paper are made once
    times = []
    for index in range(count):
        start = time.process_time()
        _full_set(example(index, config))
        times.append(time.process_time() - start)
        progress("timing plates", index + 1, count)
    return count / sum(times)


def _full_set(plate: PlateExample) -> None:
    _ = plate.picture, plate.label_map, plate.keypoints, plate.captions, plate.hierarchical


def pair_differences(count: int, progress: Progress) -> tuple[int, float]:
    """Pixels that differ outside the changed garment over all pairs, and the mean share that differs inside."""
    outside, shares = 0, []
    for index in range(count):
        pair = example(index, PlateConfig(seed=1))
        differs = (pair.picture != pair.changed.picture).any(axis=2)
        outside += int((differs & ~pair.change_mask).sum())
        shares.append(float(differs.mean()))
        progress("comparing pairs", index + 1, count)
    return outside, _mean(shares)


# --- agreement ------------------------------------------------------------------------------------------------------


def agreement(plates: Sequence[PlateExample]) -> dict[str, float]:
    """Shares of plates, garments or joints for which the picture shows what is said."""
    sleeves = [right for plate in plates for right in sleeves_agree(plate)]
    lengths = [right for plate in plates for right in lengths_agree(plate)]
    colours = [right for plate in plates for right in colours_agree(plate)]
    return {
        "mask_agreement": _mean([mask_agreement(plate) for plate in plates]),
        "joints_on_person": _mean([right for plate in plates for right in joints_on_person(plate)]),
        "sleeve_length_agreement": _mean(sleeves),
        "length_agreement": _mean(lengths),
        "colour_agreement": _mean(colours),
        "label_agreement": _mean([right for plate in plates for right in labels_agree(plate)]),
        "caption_agreement": _mean([float(caption_agrees(plate)) for plate in plates]),
    }


def mask_agreement(plate: PlateExample) -> float:
    """Share of the person's pixels on which mask and picture agree; those of the edge are half ink and don't count."""
    seen = (plate.picture < _BACKGROUND_LEVEL).any(axis=2)
    mask = plate.person_mask
    wrong = (seen & ~binary_dilation(mask)) | (~seen & binary_erosion(mask))
    return 1 - float(wrong.sum() / mask.sum())


def joints_on_person(plate: PlateExample) -> list[float]:
    """For every joint that is said to be seen, whether the person is drawn there."""
    height, width = plate.person_mask.shape
    found = []
    for x, y, seen in plate.keypoints:
        if seen == VISIBLE and 0 <= x < width and 0 <= y < height:
            top, left = max(0, int(y) - _JOINT_RADIUS_PX), max(0, int(x) - _JOINT_RADIUS_PX)
            near = plate.person_mask[top : int(y) + _JOINT_RADIUS_PX + 1, left : int(x) + _JOINT_RADIUS_PX + 1]
            found.append(float(near.any()))
    return found


def sleeves_agree(plate: PlateExample) -> list[float]:
    """For every sleeve in sight, whether its pixels along the arm end nearest to the length that is said."""
    agreed = []
    for slot, garment in enumerate(plate.look.garments):
        over = plate.look.garments[slot + 1 :]
        if garment.category in TRADITIONS or garment.sleeve_type not in _PLAIN_SLEEVES or _has_sleeves(over):
            continue
        for side in SIDES:
            end = sleeve_end(plate.plate, slot, side)
            if end is not None:
                nearest = min(SLEEVE_ENDS, key=lambda name: abs(SLEEVE_ENDS[name] - end))
                agreed.append(float(nearest == garment.sleeve_length))
    return agreed


def sleeve_end(plate: Plate, slot: int, side: str, height: int = 256) -> float | None:
    """How far along the arm (1 elbow, 2 wrist) the garment's sleeve is seen; None for one that is mostly hidden."""
    slots = plate.slot_map(height)
    sleeve = slots.garment(slot, _SIDES_OF[side])
    points = plate.frame.pixels(plate.body.arms[side].axis(_STEPS), height)  # type: ignore[index]
    columns = np.clip(points[:, 0].astype(int), 0, sleeve.shape[1] - 1)
    rows = np.clip(points[:, 1].astype(int), 0, sleeve.shape[0] - 1)
    on = sleeve[rows, columns]
    if on[: len(on) // 4].mean() < 0.5:
        return None
    return float(_STEPS[np.nonzero(on)[0][-1]])


def _has_sleeves(garments: Sequence[Garment]) -> bool:
    return any(
        garment.sleeve_length not in (None, "sleeveless") or garment.category in TRADITIONS for garment in garments
    )


def lengths_agree(plate: PlateExample) -> list[float]:
    """For every skirt and dress in sight, whether its lowest pixels lie nearest to the hem that is said."""
    agreed = []
    for slot, garment in enumerate(plate.look.garments):
        if garment.category not in ("dress", "skirt") or garment.hem not in ("flat", "pleated", "flared", "draped"):
            continue
        if any(construction_of(other.category).role == "outer" for other in plate.look.garments[slot + 1 :]):
            continue
        rows = np.nonzero(plate.plate.slot_map().garment(slot).any(axis=1))[0]
        hems = {name: _hem_row(plate.plate, hem_of(garment.category, name)) for name in words.LENGTHS}
        nearest = min(hems, key=lambda name: abs(hems[name] - float(rows[-1])))
        agreed.append(float(nearest == garment.length))
    return agreed


def _hem_row(plate: Plate, v: float, height: int = 256) -> float:
    return float(plate.frame.pixels(plate.body.at(0.0, v)[None], height)[0, 1])


def colours_agree(plate: PlateExample) -> list[float]:
    """For every plain garment in sight, whether the colour measured on its pixels is the one that is named."""
    agreed = []
    picture = Image.fromarray(plate.picture)
    for slot, garment in enumerate(plate.look.garments):
        cloth = garment.cloth
        mask = plate.plate.slot_map().garment(slot, "body")
        if cloth.pattern != "plain" or cloth.fabric in ("sheer", "lace") or mask.sum() < _CLEAR_PIXELS:
            continue
        agreed.append(float(measure_colour(picture, mask)[0].name == words.PALETTE[cloth.colour].basic))
    return agreed


_LABELS_OF: Final = {
    "top": ("top", "dress", "outer"),
    "outer": ("outer", "dress"),
    "whole": ("dress", "jumpsuit", "outer", "top", "skirt", "trousers"),
    "bottom": ("skirt", "trousers"),
}


def labels_agree(plate: PlateExample) -> list[float]:
    """For every modern garment, the share of its pixels whose label fits its part in the look."""
    slots, labels = plate.plate.slot_map(), plate.label_map
    shares = []
    for slot, garment in enumerate(plate.look.garments):
        mask = slots.garment(slot)
        if garment.category in TRADITIONS or not mask.any():
            continue
        wanted = [LABELS.index(name) for name in _LABELS_OF[construction_of(garment.category).role]]
        shares.append(float(np.isin(labels[mask], wanted).mean()))
    return shares


def caption_agrees(plate: PlateExample) -> bool:
    """Whether the fullest caption names the colour of every garment that is worn, and the grammar has its items."""
    caption = plate.captions[0]
    named = all(garment.cloth.colour in caption for garment in plate.look.garments)
    items = plate.hierarchical.split(", ")
    return named and items[0] == construction_of(plate.main.category).concept and 6 <= len(items) <= 10


def left_over_right(culture: str, seed: int) -> float:
    """1 if the collar band that lies on top of a crossed robe comes from the wearer's left, the image's right.

    Just below the crossing only the upper band is seen, and it has gone on to the image's left of the middle.
    """
    plate = build_plate(sample_look(seed, wishes={"culture": culture, "pose": "straight"}))
    collar = plate.slot_map(768).garment(_slot_of(plate, culture), "collar")
    rows = np.nonzero(collar.any(axis=1))[0]
    centre = plate.frame.pixels(plate.body.at(0.0, 2.0)[None], 768)[0, 0]
    lowest = collar[rows[-1] - 6 : rows[-1] + 1]
    columns = np.nonzero(lowest.any(axis=0))[0]
    return float(columns.mean() < centre)


def _slot_of(plate: Plate, culture: str) -> int:
    assert plate.look is not None, "a look was drawn"
    return [garment.category for garment in plate.look.garments].index(culture)


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else 0.0


def _notes(sizes: PlatesSizes) -> list[str]:
    return [
        f"plates_per_s: picture, label map, keypoints and captions of {sizes.timed} plates at 256x192, in processor "
        "time of one thread",
        f"pair_changed_outside: pixels that differ outside the changed garment's footprint, sum over {sizes.pairs} "
        "pairs; pair_changed_share: mean share of all pixels that differ",
        f"agreement: of {sizes.checked} plates; sleeves that hang or gather, hems that are not level, patterns and "
        "sheer cloths are left out of the measurement that they would blur",
        "left_over_right: share of crossed robes whose lowest collar pixels lie on the image's left",
    ]
