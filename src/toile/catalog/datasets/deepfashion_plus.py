"""DeepFashion-style manifests with culture tags: the user's own pictures, one line each.

"DeepFashion+" (Ramsey et al. 2025) was never published; what its paper needs is a manifest that names a culture for
every picture. Where file names follow DeepFashion's (`WOMEN-Dresses-id_00000002-02_1_front.jpg`), what they tell is
taken from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import pyarrow as pa

from toile.catalog.datasets.reader import Reader
from toile.catalog.datasets.rows import Fault, FaultKind
from toile.catalog.manifest import PICTURE_COLUMNS, Rejected, Row, RowReader, infer_columns, kept_columns
from toile.catalog.text_manifest import read_lines
from toile.errors import DataError

_NAMES: Final = ("manifest.jsonl", "manifest.csv", "metadata.jsonl", "metadata.csv")
_SPLIT_COLUMNS: Final = ("split", "evaluation_status", "partition")
_ITEM_COLUMNS: Final = ("split_group", "item_id")
WHOLE: Final = "all"
"""The one split of a manifest that names none."""

_FILE_NAME: Final = re.compile(r"(?:^|[/-])(?P<gender>WOMEN|MEN)[/-](?P<kind>[A-Za-z_]+)[/-](?P<item>id_\d{8})")
_KINDS: Final = {
    "Blouses_Shirts": "blouse",
    "Cardigans": "sweater",
    "Denim": "trousers",
    "Dresses": "dress",
    "Graphic_Tees": "t-shirt",
    "Jackets_Coats": "outerwear",
    "Jackets_Vests": "outerwear",
    "Leggings": "trousers",
    "Pants": "trousers",
    "Rompers_Jumpsuits": "jumpsuit",
    "Shirts_Polos": "shirt",
    "Shorts": "shorts",
    "Skirts": "skirt",
    "Suiting": "blazer",
    "Sweaters": "sweater",
    "Sweatshirts_Hoodies": "hoodie",
    "Tees_Tanks": "top",
}


class DeepFashionPlus(Reader):
    """Pictures with caption, culture, licence, and whatever else the manifest says.

    The culture of a picture is what its line says and never guessed; a line without one is kept, and counted.
    """

    name = "deepfashion-plus"
    layout = f"a .csv or .jsonl file with file_name, caption, culture ..., or a folder with {' or '.join(_NAMES)}"
    markers = _NAMES

    @classmethod
    def open(cls, path: Path) -> Self:
        """A reader for a manifest or its folder.

        Raises:
            DataError: there is none, or the file is of another kind.
        """
        if path.is_file() and path.suffix.lower() not in (".csv", ".jsonl"):
            raise DataError(f"{path} is a {path.suffix or 'plain'} file; expected {cls.layout}")
        return super().open(path)

    @property
    def splits(self) -> tuple[str, ...]:
        """Those that the manifest names, in the order of their first lines; `all` where it names none."""
        return self._splits

    @cached_property
    def _splits(self) -> tuple[str, ...]:
        named = (_split_of(line) for line in self._lines() if not isinstance(line, str))
        return tuple(dict.fromkeys(named)) or (WHOLE,)

    @property
    def columns(self) -> pa.Schema:
        """The columns that this manifest adds."""
        return self._columns

    @cached_property
    def _columns(self) -> pa.Schema:
        return kept_columns(infer_columns(line for line in self._lines() if not isinstance(line, str)))

    @cached_property
    def _manifest(self) -> Path:
        return self.root if self.root.is_file() else next(self.root / n for n in _NAMES if (self.root / n).is_file())

    def _lines(self) -> Iterator[dict[str, Any] | str]:
        return read_lines(self._manifest, typed=())

    def rows(self, split: str) -> Iterator[Row | Fault]:
        """The lines of a split; broken lines belong to the first."""
        folder = self._manifest.resolve().parent
        reader = RowReader(source=self.name, root=folder, folder=folder, columns=self.columns)
        is_first = split == self.splits[0]
        for number, line in enumerate(self._lines()):
            where = f"row {number + 1}"
            if isinstance(line, str):
                if is_first:
                    yield Fault(kind=FaultKind.BROKEN_ROW, subject=self._manifest.name, detail=f"{where}: {line}")
            elif _split_of(line) == split:
                yield from self._row(reader, line, number, where)

    def faults(self, split: str) -> Iterator[Fault]:
        """Columns that the manifest lacks altogether."""
        first = next((line for line in self._lines() if isinstance(line, dict)), None)
        if first is not None and not set(PICTURE_COLUMNS) & set(first):
            detail = f"no picture column; expected {', '.join(PICTURE_COLUMNS)} among {', '.join(first)}"
            yield Fault(kind=FaultKind.BROKEN_FILE, subject=self._manifest.name, detail=detail)

    def _row(self, reader: RowReader, line: dict[str, Any], number: int, where: str) -> Iterator[Row | Fault]:
        subject = self._manifest.name
        row = reader.read(line, position=number)
        if isinstance(row, Rejected):
            kind = FaultKind.OUTSIDE if "outside" in row.reason else FaultKind.BROKEN_ROW
            yield Fault(kind=kind, subject=subject, detail=f"{where}: {row.reason}")
            return
        if isinstance(row.picture, Path) and not row.picture.is_file():
            detail = f"{where}: {row.picture.name}"
            yield Fault(kind=FaultKind.MISSING_PICTURE, subject=subject, detail=detail)
            return
        for kind, value in ((FaultKind.MISSING_CULTURE, row.culture), (FaultKind.MISSING_CAPTION, row.caption)):
            if value is None:
                yield Fault(kind=kind, subject=subject, detail=where)
        yield _named(row, line)


def _named(row: Row, line: dict[str, Any]) -> Row:
    """What a line leaves open, filled in from a DeepFashion file name."""
    group = next((str(line[name]) for name in _ITEM_COLUMNS if line.get(name) is not None), None)
    found = _FILE_NAME.search(row.picture.as_posix()) if isinstance(row.picture, Path) else None
    if found is None:
        return replace(row, split_group=group)
    return replace(row, split_group=group or found["item"], category=row.category or _KINDS.get(found["kind"]))


def _split_of(line: dict[str, Any]) -> str:
    return next((str(line[name]) for name in _SPLIT_COLUMNS if line.get(name)), WHOLE)
