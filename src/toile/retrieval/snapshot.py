"""What is derived from the table so that a plain search needs no database: the vectors, and what is told of each row.

    DIR/facts.arrow        the records of one commit without their pictures, as an Arrow IPC file
    DIR/vectors-TOKEN.f32  their embeddings, row by row, little-endian float32
    DIR/multimodal-TOKEN.f16  the multimodal encoder's vectors, where the index has them, little-endian float16

All are memory-mapped. They are believed only if they belong to the table's newest commit; otherwise everything is read
from the table, which is the truth. That takes seconds, and importing lancedb alone takes longer than a query.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from toile.models.protocols import Embeddings
from toile.retrieval.storage import EMBEDDING, MULTIMODAL, TABLE_NAME, Header, read_header

if TYPE_CHECKING:
    from lancedb.table import Table

FACTS_FILE: Final = "facts.arrow"
_ROW_ID: Final = "_rowid"
_NOT_FACTS: Final = frozenset({"image", "words", EMBEDDING, MULTIMODAL})
_TOKEN_KEY: Final = b"toile.commits"
_VERSION_KEY: Final = b"toile.version"
_CHUNK_BYTES: Final = 64 * 2**20

RowIds = NDArray[np.uint64]
"""The table's own numbers for rows, good for one opened `Index`."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One commit of an index, without the pictures.

    Attributes:
        header: whose embeddings these are.
        version: number of the commit.
        facts: a row a record; the columns of the table but for the picture, the search words and the embedding.
        row_ids: the table's number of each row `(N,)`.
        matrix: embeddings `(N, D)`.
        multimodal: vectors of the multimodal encoder `(N, rows, dim)`, float16; None where the index has none.
    """

    header: Header
    version: int
    facts: pa.Table
    row_ids: RowIds
    matrix: Embeddings
    multimodal: NDArray[np.float16] | None

    def __len__(self) -> int:
        return len(self.row_ids)

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self.row_ids)

    def positions(self, row_ids: RowIds) -> NDArray[np.intp]:
        """Where in the matrix and the facts these rows are, in their order."""
        found: NDArray[np.intp] = self._order[np.searchsorted(self.row_ids, row_ids, sorter=self._order)]
        return found

    def rows(self, row_ids: RowIds) -> list[dict[str, Any]]:
        """What is told of these rows, in their order; column name to value."""
        rows: list[dict[str, Any]] = self.facts.take(pa.array(self.positions(row_ids))).to_pylist()
        return rows


def commits_token(directory: Path) -> str:
    """A name for the table's state: by Lance's table format every commit, of whatever kind, adds a file there."""
    names = sorted(path.name for path in (directory / f"{TABLE_NAME}.lance" / "_versions").glob("*.manifest"))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Vectors:
    """A column of vectors and the file that it is mapped from.

    Attributes:
        name: what the file's name begins with.
        ending: and what it ends with.
        dtype: little-endian.
        shape: of one record's.
    """

    name: str
    ending: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    def path(self, directory: Path, token: str) -> Path:
        return directory / f"{self.name}-{token}.{self.ending}"

    def of_batch(self, column: pa.Array) -> NDArray[Any]:
        """Rows of a column `(N, *shape)`."""
        rows: NDArray[Any] = column.flatten().to_numpy().reshape(len(column), *self.shape)
        return rows

    def mapped(self, path: Path, rows: int) -> NDArray[Any] | None:
        """The file's rows; None where it is torn."""
        shape = (rows, *self.shape)
        if path.stat().st_size != math.prod(shape) * self.dtype.itemsize:
            return None
        if rows == 0:  # nothing can't be mapped
            return np.empty(shape, self.dtype)
        return np.memmap(path, self.dtype, mode="r", shape=shape)


def _vectors(header: Header) -> dict[str, _Vectors]:
    """The columns of vectors that such an index has."""
    columns = {EMBEDDING: _Vectors(name="vectors", ending="f32", dtype=np.dtype("<f4"), shape=(header.dim,))}
    if (extra := header.multimodal) is not None:
        shape = (extra.rows, extra.dim)
        columns[MULTIMODAL] = _Vectors(name="multimodal", ending="f16", dtype=np.dtype("<f2"), shape=shape)
    return columns


def open_snapshot(directory: Path) -> Snapshot | None:
    """The snapshot on disk, if it is whole and of the newest commit.

    It is, except while a writer is at work or after one has died: the next one to finish writes it anew.
    """
    token = commits_token(directory)
    try:
        facts = pa.ipc.open_file(pa.memory_map(str(directory / FACTS_FILE))).read_all()
        metadata = facts.schema.metadata or {}
        if metadata.get(_TOKEN_KEY, b"").decode() != token:
            return None
        header = Header.of_metadata(metadata)
        found = {
            column: vectors.mapped(vectors.path(directory, token), len(facts))
            for column, vectors in _vectors(header).items()
        }
    except (FileNotFoundError, pa.ArrowInvalid):
        return None
    if any(matrix is None for matrix in found.values()):
        return None
    return Snapshot(
        header=header,
        version=int(metadata[_VERSION_KEY]),
        facts=facts.drop_columns([_ROW_ID]),
        row_ids=facts[_ROW_ID].to_numpy(),
        matrix=cast(Embeddings, found[EMBEDDING]),
        multimodal=found.get(MULTIMODAL),
    )


def read_snapshot(table: Table) -> Snapshot:
    """The same, read from the table into memory."""
    header = read_header(table)
    columns, batches = _vectors(header), list(_scan(table))
    facts = pa.Table.from_batches([batch.drop_columns(list(columns)) for batch in batches], _facts_schema(table))
    found = {
        column: np.concatenate(
            [
                np.empty((0, *vectors.shape), vectors.dtype),
                *(vectors.of_batch(batch.column(column)) for batch in batches),
            ]
        )
        for column, vectors in columns.items()
    }
    return Snapshot(
        header=header,
        version=int(table.version),
        facts=facts.drop_columns([_ROW_ID]),
        row_ids=facts[_ROW_ID].to_numpy(),
        matrix=found[EMBEDDING],
        multimodal=found.get(MULTIMODAL),
    )


def write_snapshot(directory: Path, table: Table) -> None:
    """Write the snapshot of the table's newest commit, and put it in the place of the old one in one step."""
    token, header = commits_token(directory), read_header(table)
    columns, facts = _vectors(header), directory / FACTS_FILE
    paths = [*(vectors.path(directory, token) for vectors in columns.values()), facts]
    drafts = [path.with_name(f"{path.name}.tmp") for path in paths]
    own = {_TOKEN_KEY: token.encode(), _VERSION_KEY: str(table.version).encode()}
    schema = _facts_schema(table)
    schema = schema.with_metadata({**header.to_metadata(), **own})
    with ExitStack() as opened:
        files = [opened.enter_context(draft.open("wb")) for draft in drafts]
        with pa.ipc.new_file(files[-1], schema) as writer:
            for batch in _scan(table):
                for file, (column, vectors) in zip(files[:-1], columns.items(), strict=True):
                    file.write(vectors.of_batch(batch.column(column)).tobytes())
                writer.write_batch(batch.drop_columns(list(columns)).replace_schema_metadata(schema.metadata))
        for file in files:
            file.flush()
            os.fsync(file.fileno())
    for draft, path in zip(drafts, paths, strict=True):
        draft.replace(path)  # with the last, the facts, it is the snapshot
    for vectors in columns.values():
        for old in directory.glob(f"{vectors.name}-*.{vectors.ending}"):
            if old not in paths:
                old.unlink()


def _fact_names(names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in _NOT_FACTS]


def _facts_schema(table: Table) -> pa.Schema:
    fields = [table.schema.field(name) for name in _fact_names(table.schema.names)]
    return pa.schema([*fields, pa.field(_ROW_ID, pa.uint64())])


def _scan(table: Table) -> Iterator[pa.RecordBatch]:
    columns = _vectors(read_header(table))
    row_bytes = sum(math.prod(vectors.shape) * vectors.dtype.itemsize for vectors in columns.values())
    names = [*_fact_names(table.schema.names), *columns]
    yield from table.search().select(names).with_row_id(True).to_batches(max(1, _CHUNK_BYTES // row_bytes))
