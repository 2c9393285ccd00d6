"""The record: one picture and what is known of it. Its Arrow schema lives here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from PIL import Image

from toile.catalog.images import decode_image
from toile.errors import DataError

# Lists of `name=value`, because `array_has(attributes, 'sleeve=long')` is a filter that SQL understands.
_STRINGS: Final = pa.list_(pa.string())

RECORD_SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("image", pa.binary()),
        pa.field("uri", pa.string()),
        pa.field("width", pa.int32(), nullable=False),
        pa.field("height", pa.int32(), nullable=False),
        pa.field("category", pa.string()),
        pa.field("attributes", _STRINGS),
        pa.field("caption", pa.string()),
        pa.field("colours", _STRINGS),
        pa.field("culture", pa.string()),
        pa.field("licence", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("split_group", pa.string()),
        pa.field("digest", pa.string(), nullable=False),
        pa.field("words", pa.string(), nullable=False),
    ]
)
"""Every catalogue has these columns, then those that its manifests add. `words` is what full-text search reads."""

INTERNAL_COLUMNS: Final = frozenset({"image", "uri", "digest", "words"})
"""Columns that hold a record together but say nothing of the garment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One picture with what is known of it.

    Attributes:
        id: unique in its catalogue.
        image: the encoded picture file, where the source holds it; else None and `uri` says where it lies.
        uri: absolute path of the picture file; None where `image` holds it.
        width: of the upright picture, in pixels.
        height: of the upright picture, in pixels.
        source: name of the file or folder it came from.
        digest: sha256 of picture and manifest row; another digest means that the row has changed.
        category: one of `taxonomy.CATEGORIES`.
        attributes: name to value; `caption` and `colours` say `measured` where toile wrote them.
        caption: one sentence.
        colours: of `taxonomy.COLOURS`, the one with most pixels first.
        culture: the tradition that the garment belongs to.
        licence: of the picture.
        split_group: pictures of one group must not be torn apart between train and test.
        extra: the manifest's other columns.
    """

    id: str
    image: bytes | None
    uri: str | None
    width: int
    height: int
    source: str
    digest: str
    category: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    caption: str | None = None
    colours: tuple[str, ...] = ()
    culture: str | None = None
    licence: str | None = None
    split_group: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What full-text search reads."""
        return " ".join(filter(None, (self.caption, self.category, *self.colours)))

    def picture_bytes(self) -> bytes:
        """The encoded picture file.

        Raises:
            DataError: the file has gone since it was indexed.
        """
        if self.image is not None:
            return self.image
        try:
            return Path(str(self.uri)).read_bytes()
        except OSError as error:
            raise DataError(f"the picture of {self.id!r} can't be read ({error}); index its source again") from error

    def picture(self) -> Image.Image:
        """The decoded picture, RGB and upright."""
        return decode_image(self.picture_bytes())


def to_arrow(records: Sequence[Record], extra: pa.Schema) -> pa.Table:
    """Records as a table of `RECORD_SCHEMA`, then the columns of `extra`."""
    schema = pa.schema([*RECORD_SCHEMA, *extra])
    return pa.Table.from_pylist([_to_row(record) for record in records], schema=schema)


def from_arrow(table: pa.Table) -> list[Record]:
    """The records in a table made by `to_arrow`; columns of other kinds than a record's become `extra`."""
    return [_from_row(row) for row in table.to_pylist()]


def extra_columns(names: Iterable[str]) -> list[str]:
    """Those names that a manifest brought."""
    return [name for name in names if name not in RECORD_SCHEMA.names]


def _to_row(record: Record) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in RECORD_SCHEMA.names if name not in {"attributes", "colours"}}
    attributes = [f"{name}={value}" for name, value in sorted(record.attributes.items())]
    return {**record.extra, **row, "attributes": attributes, "colours": list(record.colours)}


def _from_row(row: dict[str, Any]) -> Record:
    extra = {name: row.pop(name) for name in extra_columns(list(row))}
    row.pop("words", None)
    attributes = dict(pair.split("=", 1) for pair in row.pop("attributes") or ())
    colours = tuple(row.pop("colours") or ())
    return Record(**row, attributes=attributes, colours=colours, extra=extra)
