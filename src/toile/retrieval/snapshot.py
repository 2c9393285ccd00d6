"""What is derived from the table so that a plain search needs no database: the vectors, and what is told of each row.

    DIR/facts.arrow        the records of one commit without their pictures, as an Arrow IPC file
    DIR/vectors-TOKEN.f32  their embeddings, row by row, little-endian float32

Both are memory-mapped. They are believed only if they belong to the table's newest commit; otherwise everything is read
from the table, which is the truth. That takes seconds, and importing lancedb alone takes longer than a query.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from toile.models.protocols import Embeddings
from toile.retrieval.storage import EMBEDDING, TABLE_NAME, Header, read_header

if TYPE_CHECKING:
    from lancedb.table import Table

FACTS_FILE: Final = "facts.arrow"
_ROW_ID: Final = "_rowid"
_NOT_FACTS: Final = frozenset({"image", "words", EMBEDDING})
_TOKEN_KEY: Final = b"toile.commits"
_VERSION_KEY: Final = b"toile.version"
_CHUNK_ROWS: Final = 65_536

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
    """

    header: Header
    version: int
    facts: pa.Table
    row_ids: RowIds
    matrix: Embeddings

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
        matrix = _map_matrix(directory / _vectors_name(token), len(facts), header.dim)
    except (FileNotFoundError, pa.ArrowInvalid):
        return None
    if matrix is None:
        return None
    return Snapshot(
        header=header,
        version=int(metadata[_VERSION_KEY]),
        facts=facts.drop_columns([_ROW_ID]),
        row_ids=facts[_ROW_ID].to_numpy(),
        matrix=matrix,
    )


def read_snapshot(table: Table) -> Snapshot:
    """The same, read from the table into memory."""
    header = read_header(table)
    batches = list(_scan(table))
    facts = pa.Table.from_batches([batch.drop_columns([EMBEDDING]) for batch in batches], _facts_schema(table))
    return Snapshot(
        header=header,
        version=int(table.version),
        facts=facts.drop_columns([_ROW_ID]),
        row_ids=facts[_ROW_ID].to_numpy(),
        matrix=np.concatenate([np.empty((0, header.dim), np.float32), *map(_matrix, batches)]),
    )


def write_snapshot(directory: Path, table: Table) -> None:
    """Write the snapshot of the table's newest commit, and put it in the place of the old one in one step."""
    token = commits_token(directory)
    vectors, facts = directory / _vectors_name(token), directory / FACTS_FILE
    drafts = [path.with_name(f"{path.name}.tmp") for path in (vectors, facts)]
    own = {_TOKEN_KEY: token.encode(), _VERSION_KEY: str(table.version).encode()}
    schema = _facts_schema(table)
    schema = schema.with_metadata({**read_header(table).to_metadata(), **own})
    with drafts[0].open("wb") as vectors_file, drafts[1].open("wb") as facts_file:
        with pa.ipc.new_file(facts_file, schema) as writer:
            for batch in _scan(table):
                vectors_file.write(_matrix(batch).tobytes())
                writer.write_batch(batch.drop_columns([EMBEDDING]).replace_schema_metadata(schema.metadata))
        for file in (vectors_file, facts_file):
            file.flush()
            os.fsync(file.fileno())
    drafts[0].replace(vectors)
    drafts[1].replace(facts)  # from here on it is the snapshot
    for old in directory.glob(_vectors_name("*")):
        if old != vectors:
            old.unlink()


def _vectors_name(token: str) -> str:
    return f"vectors-{token}.f32"


def _map_matrix(path: Path, rows: int, dim: int) -> Embeddings | None:
    if path.stat().st_size != rows * dim * np.dtype("<f4").itemsize:
        return None  # torn
    if rows == 0:  # nothing can't be mapped
        return np.empty((0, dim), np.float32)
    return np.memmap(path, "<f4", mode="r", shape=(rows, dim))


def _fact_names(names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in _NOT_FACTS]


def _facts_schema(table: Table) -> pa.Schema:
    fields = [table.schema.field(name) for name in _fact_names(table.schema.names)]
    return pa.schema([*fields, pa.field(_ROW_ID, pa.uint64())])


def _scan(table: Table) -> Iterator[pa.RecordBatch]:
    names = [*_fact_names(table.schema.names), EMBEDDING]
    yield from table.search().select(names).with_row_id(True).to_batches(_CHUNK_ROWS)


def _matrix(batch: pa.RecordBatch) -> Embeddings:
    column = batch.column(EMBEDDING)
    matrix: Embeddings = column.flatten().to_numpy().reshape(len(column), -1)
    return matrix
