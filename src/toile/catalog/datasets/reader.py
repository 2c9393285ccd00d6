"""What every layout offers: its splits, their typed rows, the pictures an index can take in, and a look into a row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final, Self

import pyarrow as pa

from toile.catalog.datasets.files import Listings
from toile.catalog.datasets.rows import DataRow, DesignExample, Fault, FaultKind, Triplet, TryOnPair
from toile.catalog.images import decode_image
from toile.catalog.manifest import Row
from toile.errors import DataError

SPLIT_COLUMN: Final = pa.field("split", pa.string())


@dataclass(frozen=True)
class Reader(ABC):
    """A data set on disk. Making one reads nothing; rows come one at a time, in the data set's own order.

    Attributes:
        root: folder of the data set (or its one file, where the layout says so).
    """

    root: Path
    listings: Listings = field(default_factory=Listings, repr=False, compare=False)

    name: ClassVar[str]
    layout: ClassVar[str]
    """What must lie where, in one line."""
    markers: ClassVar[tuple[str, ...]] = ()
    """Glob patterns of which at least one finds something in a folder of this layout."""
    takes_file: ClassVar[bool] = False
    """A single file can be the whole data set."""
    columns: ClassVar[pa.Schema] = pa.schema([SPLIT_COLUMN])
    """The columns that `pictures` puts into `Row.extra`."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """A reader for a folder.

        Raises:
            DataError: there is no such folder, or it holds nothing of the layout; the message says where it may lie.
        """
        if not path.exists():
            raise DataError(f"{path} does not exist; expected the folder of {cls.name}: {cls.layout}")
        if path.is_file() and not cls.takes_file:
            raise DataError(f"{path} is a file; expected the folder of {cls.name}: {cls.layout}")
        if path.is_dir() and not _is_known(cls, path):
            nested = [inner for inner in sorted(path.iterdir()) if inner.is_dir() and _is_known(cls, inner)]
            hint = f"; it seems to lie in {nested[0]}" if nested else ""
            raise DataError(f"{path} is no {cls.name}: expected {cls.layout}{hint}")
        return cls(path)

    @property
    @abstractmethod
    def splits(self) -> tuple[str, ...]:
        """The parts that the layout knows; not every copy has all of them."""

    @abstractmethod
    def rows(self, split: str) -> Iterator[DataRow | Fault]:
        """What the data set is for, row by row, with a `Fault` wherever something is wrong."""

    def pictures(self, split: str) -> Iterator[Row | Fault]:
        """The pictures of a split, each once, with their captions, as an index takes them in."""
        return (row for row in self.rows(split) if isinstance(row, Row | Fault))

    def faults(self, split: str) -> Iterator[Fault]:
        """What is wrong beside the rows: with these no row is lost."""
        return iter(())

    def inspect(self, row: DataRow) -> Iterator[Fault]:
        """Open the files of a row and tell what is wrong with them."""
        for name, picture in _pictures_of(row).items():
            try:
                decode_image(picture.read_bytes() if isinstance(picture, Path) else picture.read())
            except (DataError, OSError) as error:
                yield Fault(kind=FaultKind.BROKEN_PICTURE, subject=name, detail=f"{row.id}: {error}")


def _pictures_of(row: DataRow) -> Mapping[str, Path | Row]:
    match row:
        case Row():
            return {"picture": row}
        case Triplet():
            return {"reference": row.reference} | ({"target": row.target} if row.target else {})
        case TryOnPair():
            return {"person": row.person, "garment": row.garment}
        case DesignExample():
            return {"picture": row.picture} | ({"pose": row.pose} if row.pose else {})


def _is_known(kind: type[Reader], path: Path) -> bool:
    """Does a folder hold anything that this layout is known by?"""
    return not kind.markers or any(next(iter(path.glob(pattern)), None) is not None for pattern in kind.markers)
