"""`toile data pack`: public data sets, from their own layouts into the parquet files that recipes train on.

The files have the columns that `catalog.photos` and `catalog.pairs` read: pictures as WebP in Hugging Face's image
struct. Whether a data set may be used, and its copies passed on, its licence says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.datasets.clothing_co_parsing import ClothingCoParsing, tag_names
from toile.catalog.datasets.clothing_dataset import ClothingDataset
from toile.catalog.datasets.fashion_iq import FashionIQ
from toile.catalog.datasets.reader import Reader
from toile.catalog.datasets.registry import open_dataset
from toile.catalog.datasets.rows import Fault, Triplet
from toile.catalog.images import decode_image, read_image
from toile.catalog.manifest import Row
from toile.catalog.packed import (
    CAPTIONED_SCHEMA,
    CHANGE_SCHEMA,
    GARMENT_SCHEMA,
    STREET_SCHEMA,
    png_bytes,
    webp_image,
    whole_or_nothing,
)
from toile.errors import DataError
from toile.progress import Progress, no_progress
from toile.taxonomy import CATEGORIES

GARMENT_SIDE_PX: Final = 384
"""Long side of a packed garment; a smaller picture keeps its size."""
STREET_HEIGHT_PX: Final = 560
"""Height of a packed street photo; a smaller picture keeps its size."""
WEBP_QUALITY: Final = 80
_ROWS_A_GROUP: Final = 256
_TRAIN: Final = "train"
_NUM_REASONS: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What an estimator sees in a street photo.

    Attributes:
        pose: COCO-18 `(18, 3)`: x, y in pixels, visibility; None where nobody is seen.
        person: `(H, W)`, true on the person; None where nobody is seen.
    """

    pose: NDArray[np.float32] | None
    person: NDArray[np.bool_] | None


Estimator: TypeAlias = Callable[[Image.Image], Estimate]
"""Looks at a photo as it is stored; toile ships none."""


@dataclass(kw_only=True, slots=True)
class PackReport:
    """What has been packed.

    Attributes:
        reasons: why rows have been left out, the first few.
    """

    path: str
    rows: int = 0
    left_out: int = 0
    reasons: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self))

    def leave_out(self, reason: str) -> None:
        """Count a row that could not be packed."""
        self.left_out += 1
        if len(self.reasons) < _NUM_REASONS:
            self.reasons.append(reason)


def pack_dataset(
    name: str, path: Path, out: Path, *, estimator: Estimator | None = None, progress: Progress = no_progress
) -> PackReport:
    """Write a data set's pictures into a parquet file; `out` appears when it is whole.

    Args:
        name: of `datasets.READERS`. clothing-dataset becomes a garments.parquet, clothing-co-parsing a streets.parquet,
            one with triplets a changes.parquet, and any other a captioned.parquet of its training split.
        path: its folder.
        out: the parquet file; one that is there is replaced.
        estimator: fills `pose` and `person` of street photos, which are null without one.
        progress: told how many rows are done.

    Raises:
        ConfigError: no such data set.
        DataError: the folder is not of its layout, or no row of it can be used.
    """
    report = PackReport(path=str(out))
    match name:
        case ClothingDataset.name:
            schema, rows = GARMENT_SCHEMA, _garments(ClothingDataset.open(path), report)
        case ClothingCoParsing.name:
            schema, rows = STREET_SCHEMA, _streets(ClothingCoParsing.open(path), estimator, report)
        case _:
            reader = open_dataset(name, path)
            composed = isinstance(reader, FashionIQ)
            schema = CHANGE_SCHEMA if composed else CAPTIONED_SCHEMA
            rows = _changes(reader, report) if composed else _captioned(reader, report)
    with whole_or_nothing(out) as partial, pq.ParquetWriter(partial, schema, compression="NONE") as writer:
        while batch := list(islice(rows, _ROWS_A_GROUP)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            report.rows += len(batch)
            progress("packing", report.rows, None)
        if not report.rows:
            raise DataError(f"nothing in {path} can be packed: {'; '.join(report.reasons) or 'there are no rows'}")
    return report


def _readable(found: Iterator[Row | Fault], report: PackReport) -> Iterator[tuple[Row, Image.Image]]:
    """Rows whose picture can be decoded; all others are counted."""
    for row in found:
        if isinstance(row, Row):
            try:
                yield row, decode_image(row.read())
            except DataError as error:
                report.leave_out(f"{row.id}: {error}")
        elif row.loses_row:
            report.leave_out(f"{row.kind} in {row.subject}: {row.detail}")
        elif len(report.reasons) < _NUM_REASONS:  # a broken file says itself why no rows come from it
            report.reasons.append(f"{row.kind} in {row.subject}: {row.detail}")


def _garments(reader: ClothingDataset, report: PackReport) -> Iterator[dict[str, Any]]:
    for row, image in _readable(reader.rows("all"), report):
        small = _shrunk(image, GARMENT_SIDE_PX / max(image.size))
        values = {"image_id": row.id, "label": row.extra["label"], "kids": row.extra["kids"]}
        yield {**values, "image": webp_image(small, row.id, quality=WEBP_QUALITY)}


def _streets(reader: ClothingCoParsing, estimator: Estimator | None, report: PackReport) -> Iterator[dict[str, Any]]:
    for row, image in _readable(reader.rows("all"), report):
        small = _shrunk(image, STREET_HEIGHT_PX / image.height)
        labels = reader.label_map(row.id)
        if labels is not None and labels.shape != (image.height, image.width):
            size = f"{labels.shape[1]}x{labels.shape[0]}"
            report.leave_out(f"{row.id}: its label map is {size}, the photo {image.width}x{image.height}")
            continue
        if labels is not None:
            labels = np.asarray(Image.fromarray(labels).resize(small.size, Image.Resampling.NEAREST))
        estimate = Estimate(pose=None, person=None) if estimator is None else estimator(small)
        yield {
            "photo_id": row.id,
            "image": webp_image(small, row.id, quality=WEBP_QUALITY),
            # The stored map's own labels: a ring may be lost on the way to the smaller size.
            "tags": row.extra["tags"] if labels is None else tag_names(labels),
            "labels": None if labels is None else png_bytes(Image.fromarray(labels)),
            "pose": None if estimate.pose is None else estimate.pose.ravel().tolist(),
            "person": None if estimate.person is None else png_bytes(Image.fromarray(estimate.person)),
        }


def _captioned(reader: Reader, report: PackReport) -> Iterator[dict[str, Any]]:
    for row, image in _readable(reader.pictures(_TRAIN), report):
        if not row.caption:
            report.leave_out(f"{row.id}: it has no caption")
            continue
        small = _shrunk(image, GARMENT_SIDE_PX / max(image.size))
        yield {
            "picture_id": row.id,
            "product": row.split_group or row.id,
            "image": webp_image(small, row.id, quality=WEBP_QUALITY),
            "category": row.category if row.category in CATEGORIES else "",
            "captions": [row.caption],
        }


def _changes(reader: Reader, report: PackReport) -> Iterator[dict[str, Any]]:
    for row in reader.rows(_TRAIN):
        if isinstance(row, Fault):
            if row.loses_row:
                report.leave_out(f"{row.kind} in {row.subject}: {row.detail}")
            continue
        if not isinstance(row, Triplet) or row.target is None:
            continue
        try:
            pictures = {
                name: _shrunk(image, GARMENT_SIDE_PX / max(image.size))
                for name, file in (("reference", row.reference), ("target", row.target))
                for image in [read_image(file)]
            }
        except DataError as error:
            report.leave_out(f"{row.id}: {error}")
            continue
        yield {
            "change_id": row.id,
            **{name: webp_image(image, f"{row.id}-{name}", quality=WEBP_QUALITY) for name, image in pictures.items()},
            "sentences": [row.modification_text, *row.captions],
            "captions": [],
            "category": "",
            "attribute": "",
        }


def _shrunk(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)
