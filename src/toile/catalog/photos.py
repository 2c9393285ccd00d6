"""The two openly licensed photo sets as training and evaluation rows: garments laid flat, people cut out of streets.

The captions are true by construction: a class from the annotators and a colour measured on the class's own pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.split import Split, split_of
from toile.errors import DataError
from toile.taxonomy import CLOTHING_DATASET_CATEGORIES, CO_PARSING_CATEGORIES, CO_PARSING_PARTS, PARTS
from toile.vision.colour import ColourShare, measure_colour
from toile.vision.cutout import Frame, cut_out, frame_around

LOOK_SIZE: Final = (192, 256)
"""Width and height of a cut-out person, pixels."""
# The 59 names of clothing-co-parsing in the order of their ids; 0 is background.
CO_PARSING_LABELS: Final = (
    "null",
    "accessories",
    "bag",
    "belt",
    "blazer",
    "blouse",
    "bodysuit",
    "boots",
    "bra",
    "bracelet",
    "cape",
    "cardigan",
    "clogs",
    "coat",
    "dress",
    "earrings",
    "flats",
    "glasses",
    "gloves",
    "hair",
    "hat",
    "heels",
    "hoodie",
    "intimate",
    "jacket",
    "jeans",
    "jumper",
    "leggings",
    "loafers",
    "necklace",
    "panties",
    "pants",
    "pumps",
    "purse",
    "ring",
    "romper",
    "sandals",
    "scarf",
    "shirt",
    "shoes",
    "shorts",
    "skin",
    "skirt",
    "sneakers",
    "socks",
    "stockings",
    "suit",
    "sunglasses",
    "sweater",
    "sweatshirt",
    "swimwear",
    "t-shirt",
    "tie",
    "tights",
    "top",
    "vest",
    "wallet",
    "watch",
    "wedges",
)
PART_OF_LABEL: Final = np.array([PARTS.index(CO_PARSING_PARTS[name]) for name in CO_PARSING_LABELS], np.uint8)
"""Number of a label to the number of its part, `(59,)`."""
_MIN_ITEM_SHARE: Final = 0.006  # of the person's pixels: earrings and rings are not worth a word at this size
_MIN_ACCESSORY_SHARE: Final = 0.02
_MIN_GARMENT_PX: Final = 32  # shorter side of a garment's box, source pixels
_CLEAR_COLOUR_SHARE: Final = 0.4  # below this no single colour name is true of the garment


@dataclass(frozen=True, kw_only=True, slots=True)
class GarmentPhoto:
    """One garment on one picture."""

    id: str
    image: Image.Image
    category: str
    """A word of `taxonomy.CATEGORIES`."""
    noun: str
    """The annotators' own, finer word: `boots` where the category is `shoes`."""
    colours: tuple[ColourShare, ...]
    captions: tuple[str, ...] = ()
    """Where the file has wordings of its own."""
    styles: Mapping[str, str] = field(default_factory=dict)
    """Style of `catalog.styles.STYLES` to caption, where the file has some."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cutout:
    """One person on white, 256×192."""

    id: str
    image: Image.Image
    caption: str
    """`black jacket, white dress, brown boots`; without colours where only image-level tags are known. The first of
    the file's own wordings where it has some."""
    pose: NDArray[np.float32]
    """COCO-18 `(18, 3)`: x, y in the cut-out's pixels, confidence."""
    captions: tuple[str, ...] = ()
    """All of the file's own wordings."""
    hierarchical: str = ""
    """In HieraFashDiff's grammar, where the file has it."""
    parts: NDArray[np.uint8] | None = None
    """`(256, 192)`, index into `taxonomy.PARTS`; None where only tags are known."""
    culture: str = ""
    """Whose clothes they are, where the file says so."""


def photo_files(folders: Sequence[Path], name: str) -> list[Path]:
    """The files of this name in these folders.

    Raises:
        DataError: none of them has one.
    """
    files = [folder / name for folder in folders if (folder / name).is_file()]
    if not files:
        raise DataError(f"there is no {name} in {', '.join(map(str, folders))}; give the folder that holds it")
    return files


def _rows(path: Path, needed: set[str], split: Split | None) -> Iterator[dict[str, Any]]:
    """Rows of a parquet file that belong to the split (None: all).

    Raises:
        DataError: no such file, or a column is missing.
    """
    if not path.is_file():
        raise DataError(f"{path} does not exist; give the parquet file of photos")
    file = pq.ParquetFile(path)
    missing = needed - set(file.schema_arrow.names)
    if missing:
        raise DataError(f"{path.name} lacks the columns {sorted(missing)}; it has {file.schema_arrow.names}")
    wanted = sorted(needed | ({"captions", "styles", "culture"} & set(file.schema_arrow.names)))
    for batch in file.iter_batches(batch_size=64, columns=wanted):
        for row in batch.to_pylist():
            if split is None or split_of(row.get("image_id") or row["photo_id"]) == split:
                yield row


def iterate_garments(path: Path, split: Split | None) -> Iterator[GarmentPhoto]:
    """Flat garments with a known class, in the schema of the clothing-dataset repack.

    Raises:
        DataError: the file is missing or lacks a column.
    """
    for row in _rows(path, {"image_id", "image", "label"}, split):
        category = CLOTHING_DATASET_CATEGORIES.get(row["label"])
        if category is None:
            continue
        image = Image.open(BytesIO(row["image"]["bytes"])).convert("RGB")
        yield GarmentPhoto(
            id=row["image_id"],
            image=image,
            category=category,
            noun=row["label"].lower(),
            colours=measure_colour(image),
            captions=tuple(row.get("captions") or ()),
            styles=dict(row.get("styles") or ()),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class StreetPhoto:
    """One photo of a person, decoded."""

    id: str
    image: Image.Image
    labels: NDArray[np.uint8] | None
    """`(H, W)`, index into `CO_PARSING_LABELS`; None where only tags are known."""
    person: NDArray[np.bool_]
    """`(H, W)`"""
    tags: list[str]
    """Words of `CO_PARSING_LABELS`; incomplete."""
    pose: NDArray[np.float32]
    """COCO-18 `(18, 3)`: x, y in pixels, confidence."""
    captions: tuple[str, ...]
    """The file's own wordings; empty in the photo set."""
    styles: Mapping[str, str] = field(default_factory=dict)
    """The file's own captions by style; empty in the photo set."""
    culture: str = ""
    """Whose clothes they are, where the file says so."""


def iterate_streets(path: Path, split: Split | None) -> Iterator[StreetPhoto]:
    """Photos of people as they are; rows on which nobody is seen are passed over.

    Raises:
        DataError: the file is missing or lacks a column.
    """
    for row in _rows(path, {"photo_id", "image", "tags", "labels", "pose", "person"}, split):
        labels = np.asarray(Image.open(BytesIO(row["labels"]))) if row["labels"] else None
        if labels is None and not row["person"]:
            continue
        person = labels > 0 if labels is not None else np.asarray(Image.open(BytesIO(row["person"]))).astype(bool)
        if not person.any():
            continue
        yield StreetPhoto(
            id=row["photo_id"],
            image=Image.open(BytesIO(row["image"]["bytes"])).convert("RGB"),
            labels=labels,
            person=person,
            tags=row["tags"] or [],
            pose=np.array(row["pose"] or [0.0] * 54, dtype=np.float32).reshape(18, 3),
            captions=tuple(row.get("captions") or ()),
            styles=dict(row.get("styles") or ()),
            culture=row.get("culture") or "",
        )


def clear_colour(colours: tuple[ColourShare, ...]) -> str | None:
    """The one colour name that is true of the garment, or None for a garment of many colours."""
    return colours[0].name if colours[0].share >= _CLEAR_COLOUR_SHARE else None


def _garment_names(names: list[str]) -> list[str]:
    return [name for name in names if CO_PARSING_CATEGORIES.get(name, "accessory") != "accessory"]


def street_caption(street: StreetPhoto) -> str:
    """Garments from the head down, each with its measured colour where pixels are labelled."""
    if street.labels is None:
        return ", ".join(_garment_names(street.tags))
    items = []
    for index in np.unique(street.labels):
        noun, mask = CO_PARSING_LABELS[index], street.labels == index
        category = CO_PARSING_CATEGORIES.get(noun)
        least = _MIN_ACCESSORY_SHARE if category == "accessory" else _MIN_ITEM_SHARE
        if category is None or mask.sum() < least * street.person.sum():
            continue
        colour = clear_colour(measure_colour(street.image, mask)) if mask.sum() >= _MIN_GARMENT_PX**2 // 8 else None
        items.append((np.nonzero(mask)[0].mean(), f"{colour} {noun}" if colour else noun))
    return ", ".join(item for _, item in sorted(items))


def _moved_parts(labels: NDArray[np.uint8], frame: Frame) -> NDArray[np.uint8]:
    return np.asarray(frame.crop(Image.fromarray(PART_OF_LABEL[labels]), Image.Resampling.NEAREST))


def _moved_pose(pose: NDArray[np.float32], frame: Frame) -> NDArray[np.float32]:
    moved = pose.copy()
    moved[:, :2] = frame.points(pose[:, :2])
    return moved


def iterate_street_cutouts(path: Path, split: Split | None) -> Iterator[Cutout]:
    """People on white, with captions; rows without any garment word are passed over.

    Raises:
        DataError: the file is missing or lacks a column.
    """
    width, height = LOOK_SIZE
    for street in iterate_streets(path, split):
        caption = street.captions[0] if street.captions else street_caption(street)
        if not caption:
            continue
        frame = frame_around(street.person, width=width, height=height)
        yield Cutout(
            id=street.id,
            image=cut_out(street.image, street.person, frame),
            caption=caption,
            pose=_moved_pose(street.pose, frame),
            captions=street.captions,
            hierarchical=street.styles.get("hierarchical", ""),
            parts=None if street.labels is None else _moved_parts(street.labels, frame),
            culture=street.culture,
        )


def load_street_cutouts(path: Path, split: Split | None) -> list[Cutout]:
    """All of `iterate_street_cutouts`; a thousand take about 150 MB."""
    return list(iterate_street_cutouts(path, split))


def iterate_street_garments(path: Path, split: Split | None) -> Iterator[GarmentPhoto]:
    """Single garments cut out of street photos by their labels, each in its own square frame on white.

    Raises:
        DataError: the file is missing or lacks a column.
    """
    for street in iterate_streets(path, split):
        if street.labels is None:
            continue
        for index in np.unique(street.labels):
            noun, mask = CO_PARSING_LABELS[index], street.labels == index
            category = CO_PARSING_CATEGORIES.get(noun)
            if category in (None, "accessory") or mask.sum() < _MIN_GARMENT_PX**2:
                continue
            frame = frame_around(mask, width=192, height=192)
            yield GarmentPhoto(
                id=f"{street.id}-{noun}",
                image=cut_out(street.image, mask, frame),
                category=category,
                noun=noun,
                colours=measure_colour(street.image, mask),
            )
