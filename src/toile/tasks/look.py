"""`look`: what is seen in one photo: the person's parts and joints, or one garment, its colours and its cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.bundles import Bundle
from toile.catalog.images import bound_side
from toile.catalog.measured import hem_length, sleeve_length
from toile.errors import DataError
from toile.models.figure_reader import Figure
from toile.models.garment_net import QUESTIONS
from toile.models.garment_reader import SeenGarment
from toile.tasks.describe import COLLAR, LOWER_END, SLEEVES, UPPER_PARTS, Asked, Cut, Description, describe, read_cuts
from toile.taxonomy import GARMENT_PARTS, JOINTS, PART_OF_CATEGORY, PARTS
from toile.vision.colour import garment_mask
from toile.vision.masks import REGIONS, Mask, Region, agnostic_mask, attributes_of, edit_mask, try_on_mask
from toile.vision.overlay import overlay
from toile.vision.pose_maps import MIN_CONFIDENCE
from toile.vision.swatches import Swatch, palette

MIN_SIDE_PX: Final = 32
_LOOKED_AT_PX: Final = 1024
_SMALL_SIDE_PX: Final = 128
_MIN_PART_SHARE: Final = 0.004  # of the person's pixels; a pair of glasses has about this
_MIN_GARMENT_SHARE: Final = 0.02  # of the person's pixels; less of a garment has no cut that could be told
# Of cosines. On validation photos both readers together are right in 0.73, alone in 0.65 and 0.69.
_WORD_SCALE: Final = 20.0
_SURE_CATEGORY: Final = 0.35
_MIN_PERSON_SHARE: Final = 0.01
_SECOND_SHARE: Final = 0.3  # of the largest piece: a second person, not a bag beside the first
_GREY: Final = 6  # largest difference of a grey photo's channels, of 255
_FLAT: Final = 3  # largest difference within an empty picture
_BODY_PARTS: Final = frozenset({"skin", "hair"})
_ELBOWS: Final = [3, 6]
_NOSE_NECK, _SHOULDERS, _HIPS, _ANKLES, _FACE = [0, 1], [2, 5], [8, 11], [10, 13], [0, 14, 15]


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One part that is seen.

    Attributes:
        name: a word of `taxonomy.PARTS`.
        confidence: mean probability of its pixels; of a garment alone, of its category.
        share: of the person's or garment's pixels.
        colours: largest first; empty for skin and hair, and in grey photos.
        cut: of garments, what it is, its pattern and how it is cut; None for other parts.
    """

    name: str
    confidence: float
    share: float
    colours: tuple[Swatch, ...]
    cut: Cut | None = None

    def as_json(self) -> dict[str, Any]:
        """The item as JSON values."""
        values: dict[str, Any] = {
            "name": self.name,
            "confidence": round(self.confidence, 3),
            "share": round(self.share, 4),
            "colours": [asdict(colour) for colour in self.colours],
        }
        if self.cut is not None:
            values |= {
                "category": asdict(self.cut.category),
                "pattern": asdict(self.cut.pattern),
                "attributes": {name: asdict(answer) for name, answer in self.cut.attributes.items()},
            }
        return values


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is seen in one photo.

    Attributes:
        shows: a person, or one garment without one.
        num_people: who are seen, as far as they stand apart.
        size: height and width of the photo.
        items: largest first.
        description: the hierarchical caption; None where no garment is seen.
        figure: label map and pose; of a garment alone, too, for what it is worth.
        notes: what makes the rest less sure, in words.
    """

    shows: Literal["person", "garment"]
    num_people: int
    size: tuple[int, int]
    items: tuple[Item, ...]
    description: Description | None
    figure: Figure
    notes: tuple[str, ...]

    @property
    def main(self) -> Item | None:
        """The garment that the caption is about; None where none is seen."""
        if self.description is None:
            return None
        return next(item for item in self.items if item.name == self.description.main)

    def to_json(self) -> str:
        """One JSON object; the label map stays out of it."""
        joints = {
            name: [round(float(value), 3) for value in joint]
            for name, joint in zip(JOINTS, self.figure.pose, strict=True)
            if joint[2] >= MIN_CONFIDENCE and self.shows == "person"
        }
        values: dict[str, Any] = {
            "shows": self.shows,
            "num_people": self.num_people,
            "size": list(self.size),
            "caption": None if self.description is None else str(self.description.caption),
            "caption_confidence": {} if self.description is None else dict(self.description.confidence),
            "items": [item.as_json() for item in self.items],
            "joints": joints,
            "notes": list(self.notes),
        }
        return json.dumps(values, indent=2)

    def masks(self) -> tuple[dict[str, Mask], dict[str, str]]:
        """Where edits of each garment's attributes may paint, and try-ons of each region; empty without a person.

        Returns:
            Names such as `top-sleeve_length` and `agnostic-upper` to masks `(H, W)`; and names to why there is none.
        """
        if self.shows != "person":
            return {}, {}
        wanted: dict[str, Callable[[], Mask]] = {
            f"{item.name}-{attribute}": partial(self.edit_mask, item, attribute)
            for item in self.items
            if item.cut is not None
            for attribute in attributes_of(item.cut.category.word)
        }
        wanted |= {f"agnostic-{region}": partial(self._agnostic_mask, region) for region in REGIONS}
        masks, reasons = {}, {}
        for name, make in wanted.items():
            try:
                masks[name] = make()
            except DataError as error:
                reasons[name] = str(error)
        return masks, reasons

    def edit_mask(self, item: Item, attribute: str) -> Mask:
        """Where an edit of an attribute of a garment may paint, `(H, W)`.

        Raises:
            DataError: as `vision.masks.edit_mask`, or the item is no garment.
        """
        if item.cut is None:
            raise DataError(f"{item.name} is no garment that could be edited")
        small = self._small
        category = item.cut.category.word
        return self._enlarged(edit_mask(small.labels, small.pose, attribute, category, sureness=small.sureness))

    def try_on_mask(self, category: str, length: str | None) -> Mask:
        """Where a try-on of a garment paints, `(H, W)`.

        Raises:
            ConfigError: as `vision.masks.try_on_mask`.
            DataError: alike.
        """
        small = self._small
        mask = try_on_mask(small.labels, small.pose, category, length=length, sureness=small.sureness)
        return self._enlarged(mask)

    def _agnostic_mask(self, region: Region) -> Mask:
        return self._enlarged(agnostic_mask(self._small.labels, self._small.pose, region))

    @cached_property
    def _small(self) -> Figure:
        """Small enough for masks: their time grows with the pixels."""
        shrink = min(1.0, _LOOKED_AT_PX / max(self.size))
        return self.figure.scaled((max(1, round(self.size[0] * shrink)), max(1, round(self.size[1] * shrink))))

    def _enlarged(self, mask: Mask) -> Mask:
        return cv2.resize(mask.astype(np.uint8), self.size[::-1], interpolation=cv2.INTER_NEAREST).astype(bool)

    def save_masks(self, folder: Path) -> tuple[list[Path], dict[str, str]]:
        """Write each of `masks` as a PNG; the paths, and the names of which there is none to the reason why."""
        folder.mkdir(parents=True, exist_ok=True)
        masks, reasons = self.masks()
        for name, mask in masks.items():
            Image.fromarray(mask).save(folder / f"{name}.png")
        return [folder / f"{name}.png" for name in masks], reasons

    def drawn_over(self, image: Image.Image) -> Image.Image:
        """The photo with tinted parts and bones."""
        return overlay(image, self.figure.labels, self.figure.pose)


def look(image: Image.Image, *, bundle: Bundle) -> Look:
    """See one photo of a person, or of one garment laid flat or hung.

    Raises:
        DataError: the photo is too small, or empty.
        CheckpointError: the bundle reads no people, or no garments.
    """
    if min(image.size) < MIN_SIDE_PX:
        raise DataError(
            f"the picture is {image.width}x{image.height} pixels; give one of at least {MIN_SIDE_PX} on its short side"
        )
    # No network here sees more than this, and the time of all else grows with the pixels.
    rgb = bound_side(image.convert("RGB"), _LOOKED_AT_PX)
    if _is_blank(rgb):
        raise DataError("the picture is one flat colour: nothing is seen in it; give a photo")
    (figure,) = bundle.figure_reader.read([rgb])
    notes = []
    if min(image.size) < _SMALL_SIDE_PX:
        notes.append(f"only {image.width}x{image.height} pixels: small things can't be seen")
    grey = _is_grey(rgb)
    if grey:
        notes.append("the photo is grey: no colours are given")
    person = _is_person(figure)
    if person:
        notes += _about_person(figure)
        items = _parts(rgb, figure, bundle, colours=not grey)
    else:
        items = (_garment(rgb, bundle, colours=not grey),)
        notes += _about_garment(items[0])
    cuts = {item.name: item.cut for item in items if item.cut is not None and attributes_of(item.cut.category.word)}
    colours = {item.name: item.colours[0].name if item.colours else None for item in items}
    return Look(
        shows="person" if person else "garment",
        num_people=_num_people(figure.person) if person else 0,
        size=(image.height, image.width),
        items=items,
        description=describe(cuts, colours) if cuts else None,
        figure=figure.scaled((image.height, image.width)),
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
    elif not seen[_ANKLES].any() and figure.person[-1].any():
        notes.append("the picture ends above the feet: how long that is which reaches its lower edge is not told")
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


def _parts(image: Image.Image, figure: Figure, bundle: Bundle, *, colours: bool) -> tuple[Item, ...]:
    total = figure.person.sum()
    masks = {
        PARTS[index]: mask
        for index in np.unique(figure.labels)
        if index and (mask := figure.labels == index).sum() >= _MIN_PART_SHARE * total
    }
    worn = [name for name, mask in masks.items() if name in GARMENT_PARTS and mask.sum() >= _MIN_GARMENT_SHARE * total]
    outermost = next((part for part in UPPER_PARTS if part in worn), None)
    asked = [
        Asked(
            garment=SeenGarment(image=image, mask=masks[name], pose=figure.pose),
            part=name,
            hidden=_hidden(masks[name], figure),
            measure=partial(_measured, figure, masks[name], sleeved=name == outermost),
        )
        for name in worn
    ]
    cuts = read_cuts(asked, reader=bundle.garment_reader)
    told = dict(zip(worn, cuts, strict=True))
    items = [
        Item(
            name=name,
            confidence=float(figure.sureness[mask].astype(np.float32).mean()),
            share=float(mask.sum() / total),
            colours=palette(image, mask) if colours and name not in _BODY_PARTS else (),
            cut=told.get(name),
        )
        for name, mask in masks.items()
    ]
    return tuple(sorted(items, key=lambda item: -item.share))


def _hidden(mask: NDArray[np.bool_], figure: Figure) -> frozenset[str]:
    """The attributes of a worn garment that the photo doesn't show."""
    seen = figure.pose[:, 2] >= MIN_CONFIDENCE
    unseen: frozenset[str] = frozenset()
    if mask[-1].any():
        unseen |= LOWER_END
    if not seen[_ELBOWS].any():
        unseen |= SLEEVES
    if mask[0].any() or (not seen[_FACE].any() and seen[_SHOULDERS].all()):
        unseen |= COLLAR
    return unseen


def _measured(figure: Figure, mask: NDArray[np.bool_], category: str, *, sleeved: bool) -> dict[str, str]:
    """Lengths of a worn garment as its pixels and the joints have them; sleeves for the outermost on the trunk."""
    found = {"length": hem_length(mask, figure.pose, category)}
    if sleeved:
        found["sleeve_length"] = sleeve_length(figure.labels, figure.pose)
    return {name: word for name, word in found.items() if word is not None}


def _garment(image: Image.Image, bundle: Bundle, *, colours: bool) -> Item:
    mask = garment_mask(image)
    asked = Asked(garment=SeenGarment(image=image, mask=mask), prior=_by_words(image, bundle))
    (cut,) = read_cuts([asked], reader=bundle.garment_reader)
    return Item(
        name=PART_OF_CATEGORY.get(cut.category.word, "accessory"),
        confidence=cut.category.confidence,
        share=1.0,
        colours=palette(image, mask) if colours else (),
        cut=cut,
    )


def _by_words(image: Image.Image, bundle: Bundle) -> NDArray[np.float32]:
    """How likely each category is by the cosine of its word and the whole picture: a second, independent reader."""
    cosines = bundle.encoder.encode_texts(QUESTIONS["category"]) @ bundle.encoder.encode_images([image])[0]
    prior: NDArray[np.float32] = np.exp(_WORD_SCALE * (cosines - cosines.max()))
    return prior


def _about_garment(item: Item) -> list[str]:
    notes = ["no body is seen: taken for one garment laid flat or hung"]
    if item.confidence < _SURE_CATEGORY:
        notes.append(
            f"it is not clear what this is ({item.cut.category.word if item.cut else item.name} at "
            f"{item.confidence:.0%}): give a photo of one garment, or of one person"
        )
    return notes


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
