"""One row of a manifest, whatever file it stood in: which columns mean what, and which types they have."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from toile.catalog.records import RECORD_SCHEMA
from toile.errors import DataError
from toile.taxonomy import CATEGORIES, CLOTHING_DATASET_CATEGORIES, CO_PARSING_CATEGORIES, COLOURS

ID_COLUMNS: Final = ("image_id", "photo_id", "id")
PICTURE_COLUMNS: Final = ("image", "file_name", "image_path", "path")
_CATEGORY_COLUMNS: Final = ("category", "label")
_SYNONYMS: Final = {
    "caption": ("caption", "text"),
    "culture": ("culture",),
    "licence": ("licence", "license"),
    "split_group": ("split_group",),
}
_MEASURED: Final = ("width", "height")  # of the manifest's picture; ours are read from the picture itself
RECOGNISED: Final = frozenset(
    (*ID_COLUMNS, *PICTURE_COLUMNS, *_MEASURED, "category", "attributes", "colours", "source")
).union(*_SYNONYMS.values())
_TAKEN: Final = (frozenset(RECORD_SCHEMA.names) - RECOGNISED) | {"embedding", "_rowid", "_score", "_distance"}
_MAX_ID_CHARS: Final = 512


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row that names its picture; whether the picture can be decoded shows later.

    Attributes:
        position: of the row in its source, from 0.
        picture: the encoded file, where it lies, or what makes it when it is wanted.
        extra: the manifest's other columns, those that `kept_type` keeps.
    """

    position: int
    id: str
    picture: bytes | Path | Callable[[], bytes]
    source: str
    category: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    caption: str | None = None
    colours: tuple[str, ...] = ()
    culture: str | None = None
    licence: str | None = None
    split_group: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def read(self) -> bytes:
        """The encoded picture file.

        Raises:
            DataError: the file is missing or can't be read.
        """
        if isinstance(self.picture, bytes):
            return self.picture
        if not isinstance(self.picture, Path):
            return self.picture()
        try:
            return self.picture.read_bytes()
        except FileNotFoundError:
            raise DataError(f"the picture file {self.picture.name} is missing") from None
        except OSError as error:
            raise DataError(f"the picture file can't be read: {error}") from error

    def digest(self, picture: bytes) -> str:
        """sha256 of the picture and of all that the manifest says of it."""
        told = {name: getattr(self, name) for name in ("category", "caption", "colours", "culture", "licence")}
        told |= {"attributes": dict(self.attributes), "split_group": self.split_group, "extra": dict(self.extra)}
        text = json.dumps(told, sort_keys=True, default=str)
        return hashlib.sha256(hashlib.sha256(picture).digest() + text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """A row that can't be used, and why."""

    position: int
    id: str | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RowReader:
    """Turns the named values of a manifest's rows into `Row`s.

    Attributes:
        source: name of the manifest or folder, for records that name no source of their own.
        root: the source's folder, resolved; pictures must lie below it and are named after their place in it.
        folder: where relative paths start: `root`, or the manifest's own folder below it.
        columns: the extra columns to keep, see `kept_columns`.
    """

    source: str
    root: Path
    folder: Path
    columns: pa.Schema

    def read(
        self, values: Mapping[str, Any], *, position: int, picture: bytes | None = None, key: str | None = None
    ) -> Row | Rejected:
        """One row; `picture` and `key` (its id) where they stand outside of the manifest's columns."""
        record_id = _first(values, ID_COLUMNS)
        record_id = key if record_id is None else str(record_id)
        try:
            where = picture if picture is not None else self._picture(_first(values, PICTURE_COLUMNS))
            if record_id is None:
                record_id = self._default_id(where, position)
            checked = _checked_id(record_id)
            return Row(position=position, id=checked, picture=where, **self._fields(values), extra=self._extra(values))
        except DataError as error:
            return Rejected(position=position, id=record_id, reason=str(error))

    def _picture(self, value: object) -> bytes | Path:
        """A picture column holds bytes, a path, or the struct of both that Hugging Face writes."""
        if isinstance(value, Mapping):
            value = value.get("bytes") if value.get("bytes") is not None else value.get("path")
        if isinstance(value, bytes):
            return value
        if isinstance(value, str) and "://" in value:
            raise DataError(f"{value!r} is a URL; toile downloads nothing: fetch the pictures and name their paths")
        if isinstance(value, str) and value:
            return path_below(self.root, self.folder / value)
        raise DataError(f"names no picture: expected one of the columns {', '.join(PICTURE_COLUMNS)}")

    def _default_id(self, picture: bytes | Path, position: int) -> str:
        if isinstance(picture, Path):
            return picture.relative_to(self.root).as_posix()
        return f"{self.source}#{position}"

    def _fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: _text(_first(values, columns)) for name, columns in _SYNONYMS.items()}
        return {
            **told,
            "source": _text(values.get("source")) or self.source,
            "category": category_of(_text(_first(values, _CATEGORY_COLUMNS))),
            "attributes": _attributes(values.get("attributes")),
            "colours": _colours(values.get("colours")),
        }

    def _extra(self, values: Mapping[str, Any]) -> dict[str, Any]:
        extra = {column.name: values.get(column.name) for column in self.columns}
        words = {column.name for column in self.columns if column.type == pa.string()}
        if "label" in words and extra["label"] is None:  # the maker's own word for the category is kept, too
            extra["label"] = values.get("category")
        return {name: _text(value) if name in words else value for name, value in extra.items()}


def category_of(label: str | None) -> str | None:
    """The taxonomy's category for a maker's label; None where it has none."""
    if label is None:
        return None
    word = label.strip().lower()
    if label in CLOTHING_DATASET_CATEGORIES:
        return CLOTHING_DATASET_CATEGORIES[label]
    return word if word in CATEGORIES else CO_PARSING_CATEGORIES.get(word)


def path_below(root: Path, path: Path) -> Path:
    """The file that a manifest names, links followed; `root` is resolved.

    Raises:
        DataError: it lies outside of `root`.
    """
    try:
        resolved = path.resolve()
    except (OSError, ValueError, RuntimeError) as error:  # a NUL in the name, a loop of links
        raise DataError(f"{str(path)!r} is no path ({error})") from error
    if not resolved.is_relative_to(root):
        raise DataError(f"{path.name!r} points outside of its source's folder")
    return resolved


def kept_columns(types: Mapping[str, pa.DataType]) -> pa.Schema:
    """The columns of a manifest that records keep beside their own: numbers, words, dates and lists of words.

    Raises:
        DataError: a column has a name that the index needs for itself, or none.
    """
    for name in types:
        if name in _TAKEN or not name or "." in name:
            raise DataError(f"the column {name!r} has a name that the index can't use; rename it")
    kept = {name: kept_type(kind) for name, kind in types.items() if name not in RECOGNISED}
    if "category" in types:
        kept.setdefault("label", pa.string())
    return pa.schema([(name, kind) for name, kind in kept.items() if kind is not None])


def kept_type(kind: pa.DataType) -> pa.DataType | None:
    """The type that a column of this kind has in the index; None for bytes, structs and lists of numbers."""
    if pa.types.is_dictionary(kind):
        return kept_type(kind.value_type)
    if _is_text(kind):
        return pa.string()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(pa.string()) if _is_text(kind.value_type) else None
    if any(is_kind(kind) for is_kind in _SCALARS):
        return kind
    return None


def infer_columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, pa.DataType]:
    """The type that holds every value of each column; empty columns and those of objects are left out."""
    seen: dict[str, set[type]] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                seen.setdefault(name, set()).add(_kind(value))
    return {name: kind for name, kinds in seen.items() if (kind := _common_type(kinds)) is not None}


_SCALARS: Final[tuple[Callable[[pa.DataType], bool], ...]] = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_date,
    pa.types.is_timestamp,
)


def _kind(value: object) -> type:
    """`list` is a list of words, `object` all that no column can hold; integers beyond 64 bits are words."""
    if isinstance(value, list):
        return list if all(isinstance(item, str) for item in value) else object
    if isinstance(value, bool | float | str):
        return type(value)
    if isinstance(value, int):
        return int if abs(value) < 2**63 else str
    return object


def _common_type(kinds: set[type]) -> pa.DataType | None:
    match sorted(kind.__name__ for kind in kinds):
        case ["bool"]:
            return pa.bool_()
        case ["int"]:
            return pa.int64()
        case ["float"] | ["float", "int"]:
            return pa.float64()
        case ["list"]:
            return pa.list_(pa.string())
        case names if "list" in names or "object" in names:
            return None
        case _:
            return pa.string()


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _first(values: Mapping[str, Any], names: Iterable[str]) -> Any:  # noqa: ANN401 - a manifest holds anything
    return next((values[name] for name in names if values.get(name) is not None), None)


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _checked_id(record_id: str) -> str:
    if not record_id or len(record_id) > _MAX_ID_CHARS or not record_id.isprintable():
        raise DataError(f"the id {record_id[:80]!r} is empty, unprintable or longer than {_MAX_ID_CHARS} characters")
    return record_id


def _attributes(value: object) -> dict[str, str]:
    """From an object `{"sleeve": "long"}`, a list `["sleeve=long"]` or a line `sleeve=long, neck=v`."""
    match value:
        case None:
            return {}
        case str():
            return _attributes([pair.strip() for pair in value.split(",")])
        case Mapping():
            return {str(name): str(word) for name, word in value.items()}
        case list() if all(isinstance(pair, str) and "=" in pair for pair in value):
            return dict(pair.split("=", 1) for pair in value)
        case _:
            raise DataError(f"attributes are {value!r}, expected an object or a list of 'name=value'")


def _colours(value: object) -> tuple[str, ...]:
    """From a list or from words separated by commas."""
    if value is None:
        return ()
    words = [word.strip() for word in value.split(",")] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(word in COLOURS for word in words):
        known = ", ".join(COLOURS)
        raise DataError(f"colours are {value!r}, expected some of {known}; rename the column to keep it as it is")
    return tuple(words)
