"""Plates in the files that training and evaluation read: the same columns as the two photo sets, with captions.

    FOLDER/streets.parquet   whole looks: picture, tags, label map, COCO-18 pose, person mask, wordings, styled captions
    FOLDER/garments.parquet  each look's main garment laid flat: picture, label, wordings, styled captions
    FOLDER/changes.parquet   two looks that differ in one attribute: pictures, what to say to get from one to the other

A recipe takes the folder beside, or instead of, one of photos. Ids are `plate-SEED-NUMBER` in all files, so that a
look, its garment and its change fall on the same side of the split.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.packed import (
    CAPTIONS,
    CHANGE_SCHEMA,
    GARMENT_SCHEMA,
    STREET_SCHEMA,
    STYLED,
    png_bytes,
    webp_image,
    whole_or_nothing,
)
from toile.catalog.photos import CO_PARSING_LABELS
from toile.catalog.plates.drawing.panel import LABELS
from toile.catalog.plates.examples import PlateConfig, PlateExample, example
from toile.catalog.plates.looks.look import Garment, Look
from toile.catalog.plates.looks.rules import construction_of
from toile.catalog.plates.plate import Plate
from toile.catalog.plates.wording.styles import garment_styles
from toile.errors import ConfigError
from toile.progress import Progress, no_progress

_SCHEMAS: Final = tuple(schema.append(CAPTIONS).append(STYLED) for schema in (STREET_SCHEMA, GARMENT_SCHEMA))
_CHANGES: Final = CHANGE_SCHEMA.append(STYLED)
_ROWS_A_GROUP: Final = 128
_WEBP_QUALITY: Final = 90

# Nouns of clothing-co-parsing, finer than the label maps of plates, for the garment in each of our categories.
_GARMENT_NOUNS: Final = {
    "t-shirt": "t-shirt",
    "longsleeve": "t-shirt",
    "top": "top",
    "blouse": "blouse",
    "shirt": "shirt",
    "hoodie": "hoodie",
    "sweater": "sweater",
    "outerwear": "coat",
    "blazer": "blazer",
    "dress": "dress",
    "jumpsuit": "romper",
    "skirt": "skirt",
    "trousers": "pants",
    "shorts": "shorts",
}
# Label of a plate to its noun where that is no garment's.
_OTHER_NOUNS: Final = {
    "skin": "skin",
    "face": "skin",
    "hair": "hair",
    "shoes": "shoes",
    "bag": "bag",
    "hat": "hat",
    "headwear": "hat",
    "belt": "belt",
    "scarf": "scarf",
}
_SHOE_NOUNS: Final = {"pump": "pumps", "sneaker": "sneakers", "boot": "boots", "flat": "flats", "sandal": "sandals"}
# Labels of the clothing data set.
_FLAT_LABELS: Final = {
    "t-shirt": "T-Shirt",
    "longsleeve": "Longsleeve",
    "top": "Top",
    "blouse": "Blouse",
    "shirt": "Shirt",
    "hoodie": "Hoodie",
    "sweater": "Longsleeve",
    "outerwear": "Outwear",
    "blazer": "Blazer",
    "dress": "Dress",
    "skirt": "Skirt",
    "trousers": "Pants",
    "shorts": "Shorts",
}


def pack_plates(
    folder: Path, config: PlateConfig, *, count: int, start: int = 0, progress: Progress = no_progress
) -> tuple[Path, Path]:
    """Draw plates and write both files; they appear when they are whole.

    Args:
        folder: made if missing; files of these names in it are replaced.
        config: which plates.
        count: number of looks.
        start: number of the first.
        progress: watcher.

    Raises:
        ConfigError: `count` is not positive.
    """
    _check_count(count)
    paths = folder / "streets.parquet", folder / "garments.parquet"
    with ExitStack() as files:
        writers = [
            files.enter_context(pq.ParquetWriter(files.enter_context(whole_or_nothing(path)), schema))
            for path, schema in zip(paths, _SCHEMAS, strict=True)
        ]
        for first in range(start, start + count, _ROWS_A_GROUP):
            numbers = range(first, min(first + _ROWS_A_GROUP, start + count))
            rows = list(_rows(numbers, config))
            for writer, column in zip(writers, zip(*rows, strict=True), strict=True):
                writer.write_table(pa.Table.from_pylist([row for row in column if row], schema=writer.schema))
            progress("drawing plates", numbers.stop - start, count)
    return paths


def pack_changes(
    folder: Path, config: PlateConfig, *, count: int, start: int = 0, progress: Progress = no_progress
) -> Path:
    """Draw pairs of looks that differ in one attribute, and write their file; it appears when it is whole.

    Args:
        folder: made if missing; a file of that name in it is replaced.
        config: which plates.
        count: number of pairs.
        start: number of the first.
        progress: watcher.

    Raises:
        ConfigError: `count` is not positive.
    """
    _check_count(count)
    path = folder / "changes.parquet"
    with whole_or_nothing(path) as partial, pq.ParquetWriter(partial, _CHANGES) as writer:
        for first in range(start, start + count, _ROWS_A_GROUP):
            numbers = range(first, min(first + _ROWS_A_GROUP, start + count))
            rows = [_change_row(example(number, config), f"plate-{config.seed}-{number}") for number in numbers]
            writer.write_table(pa.Table.from_pylist(rows, schema=_CHANGES))
            progress("drawing pairs", numbers.stop - start, count)
    return path


def _check_count(count: int) -> None:
    if count < 1:
        raise ConfigError(f"count is {count}, expected the number of plates: 1 or more")


def _change_row(plate: PlateExample, name: str) -> dict[str, Any]:
    changed = plate.changed
    return {
        "change_id": name,
        "reference": webp_image(Image.fromarray(plate.picture), f"{name}-reference", quality=_WEBP_QUALITY),
        "target": webp_image(Image.fromarray(changed.picture), f"{name}-target", quality=_WEBP_QUALITY),
        "sentences": list(plate.change.sentences),
        "captions": _wordings(changed.captions),
        "category": changed.category,
        "attribute": plate.change.attribute,
        "styles": list(changed.styles.items()),
    }


def _rows(numbers: range, config: PlateConfig) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """The row of each look, and that of its garment laid flat where the photo sets have a label for it."""
    for number in numbers:
        plate = example(number, config)
        name = f"plate-{config.seed}-{number}"
        yield _look_row(plate, name), _flat_row(plate, name)


def _look_row(plate: PlateExample, name: str) -> dict[str, Any]:
    labels = co_parsing_labels(plate.plate, plate.look, plate.config.height)
    return {
        "photo_id": name,
        "image": webp_image(Image.fromarray(plate.picture), name, quality=_WEBP_QUALITY),
        "tags": [CO_PARSING_LABELS[index] for index in np.unique(labels) if index],
        "labels": png_bytes(Image.fromarray(labels)),
        "pose": plate.keypoints.ravel().tolist(),
        "person": png_bytes(Image.fromarray(plate.person_mask)),
        "captions": _wordings(plate.captions),
        "styles": list(plate.styles.items()),
    }


def _flat_row(plate: PlateExample, name: str) -> dict[str, Any] | None:
    label = _FLAT_LABELS.get(category_of(plate.main))
    if label is None:
        return None
    return {
        "image_id": name,
        "image": webp_image(Image.fromarray(plate.flat), name, quality=_WEBP_QUALITY),
        "label": label,
        "kids": False,
        "captions": _wordings(plate.garment_captions),
        "styles": list(garment_styles(plate.main).items()),
    }


def co_parsing_labels(plate: Plate, look: Look, height: int) -> NDArray[np.uint8]:
    """The plate's label map in the 59 numbers of clothing-co-parsing, `(H, W)`."""
    nouns = dict(_OTHER_NOUNS)
    if look.shoes is not None:
        nouns["shoes"] = _SHOE_NOUNS.get(look.shoes.kind, "shoes")
    table = np.array([CO_PARSING_LABELS.index(nouns.get(label, "null")) for label in LABELS], np.uint8)
    labels = table[plate.label_map(height)]
    slots = plate.slot_map(height)
    for slot, garment in enumerate(look.garments):
        labels[slots.garment(slot)] = CO_PARSING_LABELS.index(_GARMENT_NOUNS[category_of(garment)])
    return labels


def _wordings(captions: tuple[str, ...]) -> list[str]:
    """Some with words that tell drawings from photos, so that a prompt can ask for either."""
    return [*captions, *(f"{caption}, fashion plate" for caption in captions[:3])]


def category_of(garment: Garment) -> str:
    """Of `taxonomy.CATEGORIES`; a t-shirt with long sleeves is a longsleeve in the photo sets."""
    category = construction_of(garment.category).category
    return "longsleeve" if category == "t-shirt" and garment.sleeve_length == "long" else category
