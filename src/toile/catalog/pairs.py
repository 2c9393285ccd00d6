"""Pairs of pictures that differ in one thing, with what to say to get from the first to the second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq
from PIL import Image

from toile.catalog.packed import CHANGE_SCHEMA
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


def iterate_changes(path: Path, split: Split | None) -> Iterator[ChangePair]:
    """The pairs of `changes.parquet` that belong to the split (None: all).

    Raises:
        DataError: no such file, or a column is missing.
    """
    if not path.is_file():
        raise DataError(f"{path} does not exist; toile plates --changes --out FOLDER draws one")
    file = pq.ParquetFile(path)
    missing = set(CHANGE_SCHEMA.names) - set(file.schema_arrow.names)
    if missing:
        raise DataError(f"{path.name} lacks the columns {sorted(missing)}; it has {file.schema_arrow.names}")
    for batch in file.iter_batches(batch_size=64):
        for row in batch.to_pylist():
            if split is None or split_of(row["change_id"]) == split:
                yield ChangePair(
                    id=row["change_id"],
                    reference=Image.open(BytesIO(row["reference"]["bytes"])).convert("RGB"),
                    target=Image.open(BytesIO(row["target"]["bytes"])).convert("RGB"),
                    sentences=tuple(row["sentences"]),
                    captions=tuple(row["captions"]),
                    category=row["category"],
                    attribute=row["attribute"],
                    styles=dict(row.get("styles") or ()),
                )
