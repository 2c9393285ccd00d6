"""Pictures with words of their own, and pairs of pictures with what to say to get from the first to the second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from toile.catalog.packed import CAPTIONED_SCHEMA, CHANGE_SCHEMA
from toile.catalog.split import Split, split_of
from toile.errors import DataError


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePair:
    """A triplet of composed retrieval: reference, change in words, target."""

    id: str
    reference: Image.Image
    target: Image.Image
    sentences: tuple[str, ...]
    """What to say to get from the reference to the target."""
    captions: tuple[str, ...]
    """What is said of the target, the fullest first."""
    category: str
    attribute: str
    """What is changed."""
    styles: Mapping[str, str]
    """Style to the caption of the target in it; empty where the file has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptionedPicture:
    """A picture and what is said of it."""

    id: str
    product: str
    image: Image.Image
    category: str
    """Of `taxonomy.CATEGORIES`; empty where it isn't known."""
    captions: tuple[str, ...]


def iterate_captioned(path: Path, split: Split | None) -> Iterator[CaptionedPicture]:
    """The pictures of `captioned.parquet` whose product belongs to the split (None: all).

    Raises:
        DataError: no such file, or a column is missing.
    """
    for row in _rows(path, CAPTIONED_SCHEMA, "toile data pack writes one"):
        if split is None or split_of(row["product"]) == split:
            yield CaptionedPicture(
                id=row["picture_id"],
                product=row["product"],
                image=_picture(row["image"]),
                category=row["category"],
                captions=tuple(row["captions"]),
            )


def iterate_changes(path: Path, split: Split | None) -> Iterator[ChangePair]:
    """The pairs of `changes.parquet` that belong to the split (None: all).

    Raises:
        DataError: no such file, or a column is missing.
    """
    for row in _rows(path, CHANGE_SCHEMA, "toile plates --changes --out FOLDER draws one"):
        if split is None or split_of(row["change_id"]) == split:
            yield ChangePair(
                id=row["change_id"],
                reference=_picture(row["reference"]),
                target=_picture(row["target"]),
                sentences=tuple(row["sentences"]),
                captions=tuple(row["captions"]),
                category=row["category"],
                attribute=row["attribute"],
                styles=dict(row.get("styles") or ()),
            )


def _rows(path: Path, schema: pa.Schema, hint: str) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise DataError(f"{path} does not exist; {hint}")
    file = pq.ParquetFile(path)
    missing = set(schema.names) - set(file.schema_arrow.names)
    if missing:
        raise DataError(f"{path.name} lacks the columns {sorted(missing)}; it has {file.schema_arrow.names}")
    for batch in file.iter_batches(batch_size=64):
        yield from batch.to_pylist()


def _picture(stored: Mapping[str, Any]) -> Image.Image:
    return Image.open(BytesIO(stored["bytes"])).convert("RGB")
