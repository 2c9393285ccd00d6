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
_CULTURE_COLUMNS: Final = ("culture", "culture_tags", "cultures")
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
    layout = "a .csv or .jsonl manifest with file_name, caption, culture ..., or a folder with one or one a split"
    markers = ("*.csv", "*.jsonl")
    takes_file = True

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
        """Those that the lines name; else one a manifest, named as the file; `all` where a lone manifest names none."""
        return self._splits

    @cached_property
    def _splits(self) -> tuple[str, ...]:
        named = (self._split_of(path, line) for path, line in self._lines() if not isinstance(line, str))
        return tuple(dict.fromkeys(named)) or (WHOLE,)

    @property
    def columns(self) -> pa.Schema:
        """The columns that the manifests add."""
        return self._columns

    @cached_property
    def _columns(self) -> pa.Schema:
        types = infer_columns(line for _, line in self._lines() if not isinstance(line, str))
        return kept_columns({**types, "split": pa.string()})

    @cached_property
    def _manifests(self) -> list[Path]:
        """The file itself, or in a folder those of the usual names, else all that might be one."""
        if self.root.is_file():
            return [self.root]
        usual = [self.root / name for name in _NAMES if (self.root / name).is_file()]
        return usual[:1] or sorted(path for pattern in self.markers for path in self.root.glob(pattern))

    def _lines(self) -> Iterator[tuple[Path, dict[str, Any] | str]]:
        for path in self._manifests:
            for line in read_lines(path, typed=()):
                yield path, line

    def _split_of(self, path: Path, line: dict[str, Any]) -> str:
        whole = path.stem if len(self._manifests) > 1 else WHOLE
        return next((str(line[name]) for name in _SPLIT_COLUMNS if line.get(name)), whole)

    def rows(self, split: str) -> Iterator[Row | Fault]:
        """The lines of a split; broken lines, which name none, come with the first."""
        folder = self._manifests[0].resolve().parent
        reader = RowReader(source=self.name, root=folder, folder=folder, columns=self.columns)
        for number, (path, line) in enumerate(self._lines()):
            where = f"row {number + 1}"
            if isinstance(line, str):
                if split == self.splits[0]:
                    yield Fault(kind=FaultKind.BROKEN_ROW, subject=path.name, detail=f"{where}: {line}")
            elif self._split_of(path, line) == split:
                for found in _read(reader, line, number, path.name):
                    yield found if isinstance(found, Fault) else replace(found, extra={**found.extra, "split": split})

    def faults(self, split: str) -> Iterator[Fault]:
        """Manifests that name no pictures at all."""
        seen = set[Path]()
        for path, line in self._lines():
            if isinstance(line, str) or path in seen or self._split_of(path, line) != split:
                continue
            seen.add(path)
            if not set(PICTURE_COLUMNS) & set(line):
                detail = f"no picture column; expected {', '.join(PICTURE_COLUMNS)} among {', '.join(line)}"
                yield Fault(kind=FaultKind.BROKEN_FILE, subject=path.name, detail=detail)


def _read(reader: RowReader, line: dict[str, Any], number: int, subject: str) -> Iterator[Row | Fault]:
    where = f"row {number + 1}"
    row = reader.read({**line, "culture": _culture(line)}, position=number)
    if isinstance(row, Rejected):
        kind = FaultKind.OUTSIDE if "outside" in row.reason else FaultKind.BROKEN_ROW
        yield Fault(kind=kind, subject=subject, detail=f"{where}: {row.reason}")
        return
    if isinstance(row.picture, Path) and not row.picture.is_file():
        yield Fault(kind=FaultKind.MISSING_PICTURE, subject=subject, detail=f"{where}: {row.picture.name}")
        return
    for kind, value in ((FaultKind.MISSING_CULTURE, row.culture), (FaultKind.MISSING_CAPTION, row.caption)):
        if value is None:
            yield Fault(kind=kind, subject=subject, detail=where)
    yield _named(row, line)


def _culture(line: dict[str, Any]) -> str | None:
    """One tag, or several in one line: a record has one culture, which may be shared."""
    value = next((line[name] for name in _CULTURE_COLUMNS if line.get(name)), None)
    if isinstance(value, list):
        return ", ".join(str(tag) for tag in value) or None
    return None if value is None else str(value)


def _named(row: Row, line: dict[str, Any]) -> Row:
    """What a line leaves open, filled in from a DeepFashion file name."""
    group = next((str(line[name]) for name in _ITEM_COLUMNS if line.get(name) is not None), None)
    found = _FILE_NAME.search(row.picture.as_posix()) if isinstance(row.picture, Path) else None
    if found is None:
        return replace(row, split_group=group)
    return replace(row, split_group=group or found["item"], category=row.category or _KINDS.get(found["kind"]))
