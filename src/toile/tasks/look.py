"""`look`: what is seen in one photo: the person's parts and joints, or one garment, with its colours."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.bundles import Bundle
from toile.errors import DataError
from toile.models.figure_reader import Figure
from toile.taxonomy import CATEGORIES, JOINTS, PARTS
from toile.vision.colour import garment_mask
from toile.vision.overlay import overlay
from toile.vision.pose_maps import MIN_CONFIDENCE
from toile.vision.swatches import Swatch, palette

MIN_SIDE_PX: Final = 32
_SMALL_SIDE_PX: Final = 128
_MIN_PART_SHARE: Final = 0.004  # of the person's pixels; a pair of glasses has about this
_MIN_PERSON_SHARE: Final = 0.01
_SECOND_SHARE: Final = 0.3  # of the largest piece: a second person, not a bag beside the first
_GREY: Final = 6  # largest difference of a grey photo's channels, of 255
_FLAT: Final = 3  # largest difference within an empty picture
_BODY_PARTS: Final = frozenset({"skin", "hair"})
_NOSE_NECK, _SHOULDERS, _HIPS, _ANKLES, _FACE = [0, 1], [2, 5], [8, 11], [10, 13], [0, 14, 15]


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One part that is seen.

    Attributes:
        name: a word of `taxonomy.PARTS` on a person, of `taxonomy.CATEGORIES` for a garment alone.
        confidence: mean probability of its pixels on a person; cosine of word and picture for a garment alone.
        share: of the person's or garment's pixels.
        colours: largest first; empty for skin and hair, and in grey photos.
    """

    name: str
    confidence: float
    share: float
    colours: tuple[Swatch, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What is seen in one photo.

    Attributes:
        shows: a person, or one garment without one.
        size: height and width of the photo.
        items: largest first.
        figure: label map and pose; of a garment alone, too, for what it is worth.
        notes: what makes the rest less sure, in words.
    """

    shows: Literal["person", "garment"]
    size: tuple[int, int]
    items: tuple[Item, ...]
    figure: Figure
    notes: tuple[str, ...]

    def to_json(self) -> str:
        """One JSON object; the label map stays out of it."""
        joints = {
            name: [round(float(value), 3) for value in joint]
            for name, joint in zip(JOINTS, self.figure.pose, strict=True)
            if joint[2] >= MIN_CONFIDENCE and self.shows == "person"
        }
        values: dict[str, Any] = {
            "shows": self.shows,
            "size": list(self.size),
            "items": [asdict(item) for item in self.items],
            "joints": joints,
            "notes": list(self.notes),
        }
        return json.dumps(values, indent=2)

    def drawn_over(self, image: Image.Image) -> Image.Image:
        """The photo with tinted parts and bones."""
        return overlay(image, self.figure.labels, self.figure.pose)


def look(image: Image.Image, *, bundle: Bundle) -> Look:
    """See one photo of a person, or of one garment laid flat or hung.

    Raises:
        DataError: the photo is too small, or empty.
        CheckpointError: the bundle reads no people.
    """
    if min(image.size) < MIN_SIDE_PX:
        raise DataError(
            f"the picture is {image.width}x{image.height} pixels; give one of at least {MIN_SIDE_PX} on its short side"
        )
    rgb = image.convert("RGB")
    if _is_blank(rgb):
        raise DataError("the picture is one flat colour: nothing is seen in it; give a photo")
    (figure,) = bundle.figure_reader.read([rgb])
    notes = []
    if min(image.size) < _SMALL_SIDE_PX:
        notes.append(f"only {image.width}x{image.height} pixels: small things can't be seen")
    grey = _is_grey(rgb)
    if grey:
        notes.append("the photo is grey: no colours are given")
    if _is_person(figure):
        notes += _about_person(figure)
        items = _parts(rgb, figure, colours=not grey)
    else:
        items = (_garment(rgb, bundle, colours=not grey),)
    return Look(
        shows="person" if _is_person(figure) else "garment",
        size=(image.height, image.width),
        items=items,
        figure=figure,
        notes=tuple(notes),
    )


def _is_person(figure: Figure) -> bool:
    """A body is seen, not only its clothes."""
    seen = figure.pose[_NOSE_NECK + _SHOULDERS + _HIPS, 2] >= MIN_CONFIDENCE
    return bool(seen.sum() >= 2 and figure.person.mean() >= _MIN_PERSON_SHARE)


def _about_person(figure: Figure) -> list[str]:
    notes = []
    seen = figure.pose[:, 2] >= MIN_CONFIDENCE
    if _num_people(figure.person) > 1:
        notes.append("more than one person is seen: crop the photo to the one that is meant")
    if not seen[_HIPS].any():
        notes.append("the body is cut above the hips: nothing is known of what is worn below")
    elif not seen[_ANKLES].any():
        notes.append("the feet are not seen: lengths are not to be told")
    if not seen[_FACE].any() and seen[_SHOULDERS].all():
        notes.append("no face is seen: a back view, or a head that is cut off; collars are not to be told")
    if not np.isin(figure.labels, [PARTS.index(part) for part in PARTS if part not in _BODY_PARTS][1:]).any():
        notes.append("no garment is seen")
    return notes


def _num_people(person: NDArray[np.bool_]) -> int:
    """Pieces that are as large as people: thin bridges between them are cut."""
    small = cv2.resize(person.astype(np.uint8), (192, 288), interpolation=cv2.INTER_AREA)
    opened = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(opened)
    areas = stats[1:, cv2.CC_STAT_AREA]
    return int((areas > _SECOND_SHARE * areas.max()).sum()) if areas.size else 0


def _parts(image: Image.Image, figure: Figure, *, colours: bool) -> tuple[Item, ...]:
    items = []
    total = figure.person.sum()
    for index in np.unique(figure.labels):
        mask = figure.labels == index
        if not index or mask.sum() < _MIN_PART_SHARE * total:
            continue
        name = PARTS[index]
        items.append(
            Item(
                name=name,
                confidence=float(figure.sureness[mask].astype(np.float32).mean()),
                share=float(mask.sum() / total),
                colours=palette(image, mask) if colours and name not in _BODY_PARTS else (),
            )
        )
    return tuple(sorted(items, key=lambda item: -item.share))


def _garment(image: Image.Image, bundle: Bundle, *, colours: bool) -> Item:
    categories = [category for category in CATEGORIES if category != "look"]
    scores = bundle.encoder.encode_texts(categories) @ bundle.encoder.encode_images([image])[0]
    best = int(scores.argmax())
    mask = _on_thumbnail(image)
    return Item(
        name=categories[best],
        confidence=float(scores[best]),
        share=1.0,
        colours=palette(mask[0], mask[1]) if colours else (),
    )


def _on_thumbnail(image: Image.Image) -> tuple[Image.Image, NDArray[np.bool_]]:
    """A small copy and the garment in it: the cut's time grows with the pixels."""
    small = image.copy()
    small.thumbnail((144, 144), Image.Resampling.BOX)
    return small, garment_mask(small)


def _pixels(image: Image.Image) -> NDArray[np.int16]:
    """Of a small copy, `(h, w, 3)`."""
    small = image.copy()
    small.thumbnail((64, 64), Image.Resampling.BOX)
    return np.asarray(small).astype(np.int16)


def _is_grey(image: Image.Image) -> bool:
    pixels = _pixels(image)
    return bool((pixels.max(2) - pixels.min(2)).max() <= _GREY)


def _is_blank(image: Image.Image) -> bool:
    pixels = _pixels(image)
    return bool((pixels.max((0, 1)) - pixels.min((0, 1))).max() <= _FLAT)
