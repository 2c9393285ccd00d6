"""The columns of a manifest as they stand in it, those too that no catalogue record keeps: masks, poses, label maps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import repeat
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from toile.catalog.sources import Source
from toile.catalog.text_manifest import read_lines

_ROWS: Final = 64


def original_schema(source: Source) -> pa.Schema | None:
    """The columns of a parquet source; None for sources of other kinds."""
    path = Path(source.location)
    if path.suffix.lower() != ".parquet" or not path.is_file():
        return None
    with pq.ParquetFile(source.location) as file:
        return file.schema_arrow


def original_rows(source: Source, columns: Collection[str] | None = None) -> Iterator[Mapping[str, Any]]:
    """The values of each row, in the order of the source and one for each of its rows.

    Args:
        source: a parquet or JSONL manifest; each row of others is empty, without end.
        columns: the wanted ones, where they exist; None: all.
    """
    path = Path(source.location)
    match path.suffix.lower() if path.is_file() else "":
        case ".parquet":
            yield from _parquet_rows(path, columns)
        case ".jsonl":
            yield from ({} if isinstance(line, str) else line for line in read_lines(path))
        case _:
            yield from repeat({})


def _parquet_rows(path: Path, columns: Collection[str] | None) -> Iterator[Mapping[str, Any]]:
    with pq.ParquetFile(path) as file:
        wanted = [name for name in file.schema_arrow.names if columns is None or name in columns]
        if not wanted:
            yield from repeat({}, file.metadata.num_rows)
            return
        for batch in file.iter_batches(_ROWS, columns=wanted):
            yield from batch.to_pylist()
