"""Files as data sets of many hands come: other encodings, missing newlines, names that lead elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from toile.catalog.datasets.rows import Fault, FaultKind
from toile.errors import DataError


@dataclass(frozen=True, slots=True)
class Listings:
    """Which files there are; each folder is read once, since asking for every file alone is slow on shared disks."""

    _names: dict[Path, frozenset[str]] = field(default_factory=dict)

    def names(self, folder: Path) -> frozenset[str]:
        """Names in a folder; none if there is no such folder."""
        if folder not in self._names:
            names = (entry.name for entry in folder.iterdir()) if folder.is_dir() else ()
            self._names[folder] = frozenset(names)
        return self._names[folder]

    def has(self, path: Path) -> bool:
        """Is there such a file?"""
        return path.name in self.names(path.parent)

    def first(self, *paths: Path) -> Path | None:
        """The first of some places where a file may lie."""
        return next((path for path in paths if self.has(path)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a text file, numbered from 1, without its end."""

    number: int
    text: str
    is_utf8: bool


def text_lines(path: Path) -> Iterator[Line]:
    """Lines of a text file; what is not UTF-8 is read as Latin-1, in which every byte is a letter. Empty ones go.

    Raises:
        DataError: the file can't be read.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                text, is_utf8 = decode(raw.removeprefix(b"\xef\xbb\xbf"))
                if text.strip():
                    yield Line(number=number, text=text.rstrip("\r\n"), is_utf8=is_utf8)
    except OSError as error:
        raise DataError(f"{path.name} can't be read: {error}") from error


def decode(raw: bytes) -> tuple[str, bool]:
    """The text of some bytes, and whether they were UTF-8; if not, they are taken for Latin-1."""
    try:
        return raw.decode(), True
    except UnicodeDecodeError:
        return raw.decode("latin-1"), False


def other_encoding(subject: str, where: str) -> Fault:
    """The note that a text was not UTF-8."""
    return Fault(kind=FaultKind.OTHER_ENCODING, subject=subject, detail=f"{where} is not UTF-8, read as Latin-1")


def read_json(path: Path) -> tuple[Any, bool]:
    """What a JSON file says, and whether it was UTF-8.

    Raises:
        DataError: the file can't be read or is not JSON.
    """
    try:
        text, is_utf8 = decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        return json.loads(text), is_utf8
    except OSError as error:
        raise DataError(f"{path.name} can't be read: {error}") from error
    except ValueError as error:
        raise DataError(f"{path.name} is not JSON: {error}") from error


_JSON_NAMES: Final = {list: "a list", dict: "an object"}


def json_items(path: Path, container: type[list[Any]] | type[dict[str, Any]]) -> Iterator[tuple[Any, Any] | Fault]:
    """The numbered entries of a JSON list, from 0, or the named ones of a JSON object."""
    try:
        values, is_utf8 = read_json(path)
    except DataError as error:
        yield Fault(kind=FaultKind.BROKEN_FILE, subject=path.name, detail=str(error))
        return
    if not isinstance(values, container):
        detail = f"{path.name} holds a {type(values).__name__}, expected {_JSON_NAMES[container]}"
        yield Fault(kind=FaultKind.BROKEN_FILE, subject=path.name, detail=detail)
        return
    if not is_utf8:
        yield other_encoding(path.name, path.name)
    yield from values.items() if isinstance(values, dict) else enumerate(values)


def json_objects(path: Path, *, missing: FaultKind) -> Iterator[tuple[int, dict[str, Any]] | Fault]:
    """The numbered objects of a JSON list, from 0; `missing` names the fault where there is no such file."""
    if not path.is_file():
        yield Fault(kind=missing, subject=path.name, detail=f"{path.name} does not exist")
        return
    for item in json_items(path, list):
        if isinstance(item, Fault) or isinstance(item[1], dict):
            yield item
        else:
            detail = f"entry {item[0]} is a {type(item[1]).__name__}, expected an object"
            yield Fault(kind=FaultKind.BROKEN_ROW, subject=path.name, detail=detail)


def below(root: Path, name: str) -> Path:
    """The file of a name inside of a data set; links are left alone, since whole folders of pictures are often linked.

    Raises:
        DataError: the name is empty, absolute, or climbs out of the folder.
    """
    parts = PurePosixPath(name.replace("\\", "/"))
    if not name.strip() or "\0" in name:
        raise DataError(f"{name!r} names no file")
    if parts.is_absolute() or ".." in parts.parts:
        raise DataError(f"{name!r} points outside of {root.name}")
    return root / parts


def outside(subject: str, where: str, error: DataError) -> Fault:
    """The fault of a name that `below` refused."""
    return Fault(kind=FaultKind.OUTSIDE, subject=subject, detail=f"{where}: {error}")


def missing_picture(subject: str, root: Path, path: Path) -> Fault:
    """The fault of a picture that is listed but not there."""
    return Fault(kind=FaultKind.MISSING_PICTURE, subject=subject, detail=path.relative_to(root).as_posix())
