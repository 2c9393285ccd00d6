"""All embeddings of an index as one memory-mapped matrix, and exact search over it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import pyarrow as pa
from lancedb.table import Table
from numpy.typing import NDArray

from toile.models.protocols import Embeddings
from toile.retrieval.storage import EMBEDDING, read_header

VECTORS_FILE: Final = "vectors.f32"
_CHUNK_ROWS: Final = 65_536
_GATHER_SHARE: Final = 0.1  # beyond it, multiplying all rows in place is quicker than gathering some
# Closes the file. Written last and read first, it ties the matrix to one version of the table.
_FOOTER: Final = np.dtype([("version", "<u8"), ("rows", "<u8")])


@dataclass(frozen=True, kw_only=True, slots=True)
class Vectors:
    """Embeddings `(N, D)` of one version of a table and the table's row id of each `(N,)`."""

    matrix: Embeddings
    row_ids: NDArray[np.uint64]

    def positions_of(self, row_ids: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Where in the matrix these rows are, ascending."""
        order = np.argsort(self.row_ids)
        return np.sort(order[np.searchsorted(self.row_ids, row_ids, sorter=order)])


def open_vectors(directory: Path, table: Table) -> Vectors:
    """Map the file where it fits the table's version; else read the table into memory.

    It fits except while a writer is at work or after one has died: the next one to finish writes it anew.
    """
    dim = read_header(table).dim
    try:
        with (directory / VECTORS_FILE).open(
            "rb"
        ) as file:  # one handle for all: a writer may replace the file meanwhile
            version, rows = _read_footer(file)
            if version == table.version:
                return _map_file(file, rows, dim)
    except FileNotFoundError:
        pass
    return _read_table(table, dim)


def is_current(directory: Path, table: Table) -> bool:
    """Whether the file holds the embeddings of the table's present version."""
    try:
        with (directory / VECTORS_FILE).open("rb") as file:
            return _read_footer(file)[0] == int(table.version)
    except FileNotFoundError:
        return False


def write_vectors(directory: Path, table: Table) -> None:
    """Put the file of the table's present version in the place of the old one, in one step."""
    path = directory / VECTORS_FILE
    draft = path.with_suffix(".tmp")
    row_ids = []
    with draft.open("wb") as file:
        for batch in _scan(table):
            file.write(_matrix(batch).tobytes())
            row_ids.append(batch.column("_rowid").to_numpy())
        ids = np.concatenate([np.empty(0, np.uint64), *row_ids])
        file.write(ids.astype("<u8").tobytes())
        file.write(np.array((table.version, len(ids)), _FOOTER).tobytes())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def exact_top_k(
    matrix: Embeddings, query: NDArray[np.float32], k: int, *, among: NDArray[np.intp] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The `k` rows with the largest dot products, best first, equal ones in the matrix's order.

    Args:
        matrix: `(N, D)`.
        query: `(D,)`.
        k: at most this many.
        among: only these positions, ascending; None: all.

    Returns:
        Positions `(K,)` and their scores, K at most `k`.
    """
    positions = np.arange(len(matrix)) if among is None else among
    is_dense = len(positions) > _GATHER_SHARE * len(matrix)
    scores = (matrix @ query)[positions] if is_dense else matrix[positions] @ query
    if k < len(scores):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        candidates = np.flatnonzero(scores >= least)
    else:
        candidates = np.arange(len(scores))
    best = candidates[np.argsort(-scores[candidates], kind="stable")][:k]
    return positions[best], scores[best]


def _read_footer(file: BinaryIO) -> tuple[int, int]:
    """Version and rows; version 0, which no table has, where the file is cut off."""
    size = file.seek(0, os.SEEK_END)
    if size < _FOOTER.itemsize:
        return 0, 0
    file.seek(-_FOOTER.itemsize, os.SEEK_END)
    footer = np.frombuffer(file.read(), _FOOTER)[0]
    return int(footer["version"]), int(footer["rows"])


def _map_file(file: BinaryIO, rows: int, dim: int) -> Vectors:
    matrix_bytes = rows * dim * np.dtype("<f4").itemsize
    file.seek(matrix_bytes)
    row_ids = np.frombuffer(file.read(rows * 8), "<u8")
    if rows == 0:  # nothing can't be mapped
        return Vectors(matrix=np.empty((0, dim), np.float32), row_ids=row_ids)
    return Vectors(matrix=np.memmap(file, "<f4", mode="r", shape=(rows, dim)), row_ids=row_ids)


def _read_table(table: Table, dim: int) -> Vectors:
    batches = list(_scan(table))
    return Vectors(
        matrix=np.concatenate([np.empty((0, dim), np.float32), *map(_matrix, batches)]),
        row_ids=np.concatenate([np.empty(0, np.uint64), *(batch.column("_rowid").to_numpy() for batch in batches)]),
    )


def _scan(table: Table) -> Iterable[pa.RecordBatch]:
    batches: Iterable[pa.RecordBatch] = table.search().select([EMBEDDING]).with_row_id(True).to_batches(_CHUNK_ROWS)
    return batches


def _matrix(batch: pa.RecordBatch) -> Embeddings:
    column = batch.column(EMBEDDING)
    matrix: Embeddings = column.flatten().to_numpy().reshape(len(column), -1)
    return matrix
