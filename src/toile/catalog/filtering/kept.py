"""The rows that stay, as a manifest: what `toile index` and the training recipes read.

A parquet source keeps all of its columns, masks and poses too; others get the columns of a catalogue record. Pictures
lie in the file as they were, byte for byte, so that it can be moved; `filter_weight` is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from toile.catalog.filtering.originals import original_rows, original_schema
from toile.catalog.manifest import ID_COLUMNS, Row
from toile.catalog.sources import Source
from toile.errors import ConfigError, DataError

WEIGHT: Final = "filter_weight"
_IMAGE: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_FIELDS: Final = ("category", "caption", "culture", "licence", "split_group", "source")
_LISTS: Final = ("attributes", "colours")
_ROWS: Final = 64


def manifest_schema(source: Source) -> pa.Schema:
    """The columns of the manifest of a source's kept rows.

    Raises:
        ConfigError: the source has been filtered before and still has its weights.
    """
    original = original_schema(source)
    if original is not None and WEIGHT in original.names:
        raise ConfigError(f"{source.name} has a column {WEIGHT!r} already: filter the source that it was made from")
    if original is None:
        columns = [
            pa.field("image_id", pa.string()),
            pa.field("image", _IMAGE),
            *(pa.field(name, pa.string()) for name in _FIELDS),
            *(pa.field(name, pa.list_(pa.string())) for name in _LISTS),
            *source.columns,
        ]
        return pa.schema([*columns, pa.field(WEIGHT, pa.float64())])
    columns = [field for field in original if field.name != "image"]
    if not set(ID_COLUMNS) & set(original.names):
        columns.insert(0, pa.field("image_id", pa.string()))
    return pa.schema([*columns, pa.field("image", _IMAGE), pa.field(WEIGHT, pa.float64())])


def write_kept(source: Source, audit: Iterator[Mapping[str, Any]], path: Path, shown: set[int]) -> dict[int, bytes]:
    """Read the source again and write those of its rows that the audit keeps.

    Args:
        source: the same as at the first reading.
        audit: its rows, in the order of the source.
        path: the parquet file to write.
        shown: rows whose pictures are wanted, kept or not.

    Returns:
        The picture files of the rows of `shown` that can be read.

    Raises:
        DataError: the source has changed since the audit was made.
    """
    schema = manifest_schema(source)
    pictures: dict[int, bytes] = {}
    originals = original_rows(source) if original_schema(source) is not None else repeat({})
    waiting: list[dict[str, Any]] = []
    rows = iter(source)
    with pq.ParquetWriter(path, schema) as writer:
        for told in audit:
            row, original = next(rows, None), next(originals, {})
            if not told["kept"] and told["row"] not in shown:
                continue
            if not isinstance(row, Row):
                _check(told["digest"] is None and row is not None, source, told)
                continue
            data = _picture(row, told, source)
            if data is None:
                continue
            if told["row"] in shown:
                pictures[told["row"]] = data
            if told["kept"]:
                waiting.append(_manifest_row(row, data, original, told["weight"], schema))
            if len(waiting) == _ROWS:
                writer.write_table(pa.Table.from_pylist(waiting, schema=schema))
                waiting = []
        if waiting:
            writer.write_table(pa.Table.from_pylist(waiting, schema=schema))
        if next(rows, None) is not None:
            raise DataError(f"{source.name} has more rows than when it was filtered; filter it again")
    return pictures


def _picture(row: Row, told: Mapping[str, Any], source: Source) -> bytes | None:
    """The row's picture file; None for one that could not be read the first time either."""
    try:
        data = row.read()
    except DataError:
        _check(told["digest"] is None, source, told)
        return None
    _check(told["digest"] in (None, row.digest(data)), source, told)
    return data


def _check(is_same: bool, source: Source, told: Mapping[str, Any]) -> None:
    if not is_same:
        raise DataError(
            f"{source.name} has changed since it was filtered (row {told['row']}, {told['id']!r}); filter it again"
        )


def _manifest_row(
    row: Row, data: bytes, original: Mapping[str, Any], weight: float, schema: pa.Schema
) -> dict[str, Any]:
    image = {"bytes": data, "path": row.picture.name if isinstance(row.picture, Path) else None}
    if original:
        values = {**original, "image": image, WEIGHT: weight}
        return {"image_id": row.id, **values} if not set(ID_COLUMNS) & set(original) else values
    told = {name: getattr(row, name) for name in _FIELDS}
    lists = {
        "attributes": [f"{name}={value}" for name, value in sorted(row.attributes.items())],
        "colours": list(row.colours),
    }
    return {**row.extra, **told, **lists, "image_id": row.id, "image": image, WEIGHT: weight}
