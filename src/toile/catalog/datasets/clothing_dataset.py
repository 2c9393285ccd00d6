"""clothing-dataset (Grigorev 2020, CC0): one garment a photo, laid flat or hung, twenty classes.

The repository alexeygrigorev/clothing-dataset as it is cloned: `images.csv` and `images/ID.jpg`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from toile.catalog.datasets.files import below, missing_picture, outside
from toile.catalog.datasets.reader import SPLIT_COLUMN, Reader
from toile.catalog.datasets.rows import Fault, FaultKind
from toile.catalog.manifest import Row
from toile.catalog.text_manifest import read_lines
from toile.errors import DataError
from toile.taxonomy import CLOTHING_DATASET_CATEGORIES

_COLUMNS = ("image", "sender_id", "label", "kids")


class ClothingDataset(Reader):
    """One row a line of `images.csv`; the photos of one sender share `split_group`."""

    name = "clothing-dataset"
    layout = "images.csv (image, sender_id, label, kids) and images/ID.jpg"
    markers = ("images.csv",)
    columns = pa.schema([SPLIT_COLUMN, ("label", pa.string()), ("kids", pa.bool_())])
    splits = ("all",)

    def rows(self, split: str) -> Iterator[Row | Fault]:
        """In the order of `images.csv`."""
        path = self.root / "images.csv"
        for number, line in enumerate(read_lines(path, typed=("kids",))):
            where = f"row {number + 1}"
            if isinstance(line, str):
                yield Fault(kind=FaultKind.BROKEN_ROW, subject=path.name, detail=f"{where}: {line}")
            else:
                yield from self._row(line, number, where)

    def _row(self, line: dict[str, Any], number: int, where: str) -> Iterator[Row | Fault]:
        subject = "images.csv"
        if missing := [name for name in _COLUMNS if line.get(name) is None]:
            yield Fault(kind=FaultKind.BROKEN_ROW, subject=subject, detail=f"{where}: has no {', '.join(missing)}")
            return
        if not isinstance(line["kids"], bool):
            detail = f"{where}: kids is {line['kids']!r}, expected True or False"
            yield Fault(kind=FaultKind.BROKEN_ROW, subject=subject, detail=detail)
            return
        try:
            picture = below(self.root, f"images/{line['image']}.jpg")
        except DataError as error:
            yield outside(subject, where, error)
            return
        if not self.listings.has(picture):
            yield missing_picture(subject, self.root, picture)
            return
        if line["label"] not in CLOTHING_DATASET_CATEGORIES:
            detail = f"{where}: {line['label']!r}"
            yield Fault(kind=FaultKind.UNKNOWN_LABEL, subject=subject, detail=detail)
        yield Row(
            position=number,
            id=line["image"],
            picture=picture,
            source=self.name,
            category=CLOTHING_DATASET_CATEGORIES.get(line["label"]),
            licence="CC0-1.0",
            split_group=line["sender_id"],
            extra={"split": self.splits[0], "label": line["label"], "kids": line["kids"]},
        )
