"""Where catalogues come from: folders, manifests, Hugging Face layouts, shards, public data sets, one row at a time.

Manifests of text are read twice: once for the types of their columns, without any picture, then row by row. Only the
row at hand is in memory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from toile.catalog.manifest import (
    PICTURE_COLUMNS,
    RECOGNISED,
    Rejected,
    Row,
    RowReader,
    infer_columns,
    kept_columns,
)
from toile.catalog.shards import expand_braces, metadata_rows, read_shards
from toile.catalog.text_manifest import read_lines
from toile.errors import DataError

_METADATA: Final = ("metadata.jsonl", "metadata.csv")
_PARQUET_ROWS: Final = 64
_LAYOUT_NAME: Final = re.compile(r"[A-Za-z][\w+-]+")  # a single letter is a disk


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A catalogue to be read.

    Attributes:
        name: of the file or folder, without its path.
        location: absolute path or shard pattern: tells sources apart.
        columns: the extra columns that its records will have.
        num_rows: where it is known beforehand.
        rows: starts reading.
    """

    name: str
    location: str
    columns: pa.Schema
    num_rows: int | None
    rows: Callable[[], Iterator[Row | Rejected]]

    def __iter__(self) -> Iterator[Row | Rejected]:
        """All rows in the order of the source, the same at each reading."""
        return self.rows()


def open_source(source: str | Path) -> Source:
    """Find out what kind of source this is; `dress-code:FOLDER` is a public data set in its own layout.

    Raises:
        ConfigError: no data set is known by the name before the colon.
        DataError: it doesn't exist, is of no known kind, or can't be read at all.
    """
    path = Path(source)
    name, colon, place = str(source).partition(":")
    if colon and _LAYOUT_NAME.fullmatch(name) and not path.exists():
        return _layout(name, Path(place))
    if path.suffix == ".tar":
        return _webdataset(path)
    if not path.exists():
        raise DataError(
            f"{source} does not exist; give a folder of pictures, a .csv, .jsonl or .parquet, or .tar shards"
        )
    if path.is_dir():
        manifests = [found for name in _METADATA for found in sorted(path.rglob(name))]
        return _text_manifests(path, manifests) if manifests else _folder(path)
    match path.suffix.lower():
        case ".csv" | ".jsonl":
            return _text_manifests(path, [path])
        case ".parquet":
            return _parquet(path)
        case suffix:
            raise DataError(
                f"{source} is a {suffix or 'plain'} file; expected a folder, .csv, .jsonl, .parquet or .tar"
            )


def _folder(path: Path) -> Source:
    """Every file below a folder; the name of its own folder is its label where that is a garment's."""
    root = path.resolve()
    reader = RowReader(source=root.name, root=root, folder=root, columns=kept_columns({}))

    def rows() -> Iterator[Row | Rejected]:
        for position, name in enumerate(_walk(root)):
            yield reader.read({"file_name": name, "category": Path(name).parent.name}, position=position, key=name)

    return Source(name=root.name, location=str(root), columns=reader.columns, num_rows=None, rows=rows)


def _walk(root: Path) -> Iterator[str]:
    """Paths of all files below `root`, in one order on every machine; hidden files and folders are left out."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield (Path(folder) / name).relative_to(root).as_posix()


def _text_manifests(source: Path, manifests: Sequence[Path]) -> Source:
    """A CSV or JSONL file, or a folder that holds some of that name (HF imagefolder)."""
    location = source.resolve()
    root = location if source.is_dir() else location.parent
    lines = (line for path in manifests for line in read_lines(path))
    columns = kept_columns(infer_columns(line for line in lines if not isinstance(line, str)))
    typed = {column.name for column in columns if column.type != pa.string()}

    def rows() -> Iterator[Row | Rejected]:
        numbered = enumerate((path, line) for path in manifests for line in read_lines(path, typed=typed))
        for position, (path, line) in numbered:
            if isinstance(line, str):
                yield Rejected(position=position, id=None, reason=line)
                continue
            folder = path.resolve().parent
            reader = RowReader(source=location.name, root=root, folder=folder, columns=columns)
            yield reader.read(line, position=position)

    return Source(name=location.name, location=str(location), columns=columns, num_rows=None, rows=rows)


def _parquet(path: Path) -> Source:
    """A parquet file whose pictures lie in it (HF image struct, bytes) or beside it (paths)."""
    location = path.resolve()
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} can't be read as parquet: {error}") from error
    schema = file.schema_arrow
    if not set(PICTURE_COLUMNS) & set(schema.names):
        raise DataError(f"{path} has no picture column; expected {', '.join(PICTURE_COLUMNS)} among {schema.names}")
    columns = kept_columns({column.name: column.type for column in schema})
    wanted = [name for name in schema.names if name in columns.names or name in RECOGNISED]
    reader = RowReader(source=location.name, root=location.parent, folder=location.parent, columns=columns)

    def rows() -> Iterator[Row | Rejected]:
        batches = file.iter_batches(_PARQUET_ROWS, columns=wanted)
        for position, values in enumerate(values for batch in batches for values in batch.to_pylist()):
            yield reader.read(values, position=position)

    num_rows = file.metadata.num_rows
    return Source(name=location.name, location=str(location), columns=columns, num_rows=num_rows, rows=rows)


def _layout(name: str, path: Path) -> Source:
    """The pictures of a public data set, split by split; one that several splits show comes once."""
    from toile.catalog.datasets import Fault, FaultKind, open_dataset  # reads HDF5 and MATLAB: slow to import

    reader = open_dataset(name, path)

    def found() -> Iterator[Row | Fault]:
        seen = set[str]()
        for picture in (picture for split in reader.splits for picture in reader.pictures(split)):
            if isinstance(picture, Fault):
                if picture.loses_row or picture.kind is FaultKind.BROKEN_FILE:
                    yield picture
            elif picture.id not in seen:
                seen.add(picture.id)
                yield picture

    def rows() -> Iterator[Row | Rejected]:
        for position, picture in enumerate(found()):
            if isinstance(picture, Fault):
                reason = f"{picture.kind} in {picture.subject}: {picture.detail}"
                yield Rejected(position=position, id=None, reason=reason)
            else:
                yield replace(picture, position=position)

    location = f"{reader.name}:{path.resolve()}"
    return Source(name=reader.name, location=location, columns=reader.columns, num_rows=None, rows=rows)


def _webdataset(pattern: Path) -> Source:
    shards = expand_braces(str(pattern))
    folder = shards[0].resolve().parent
    columns = kept_columns(infer_columns(metadata_rows(shards)))
    reader = RowReader(source=pattern.name, root=folder, folder=folder, columns=columns)
    location = str(pattern.absolute())
    return Source(
        name=pattern.name, location=location, columns=columns, num_rows=None, rows=lambda: read_shards(shards, reader)
    )
