"""Writing an index: one process at a time, commit by commit, and safe to kill between any two instructions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
from lancedb.index import FTS, BTree, IvfPq
from lancedb.table import Table
from numpy.typing import NDArray

from toile.catalog.records import Record, extra_columns, to_arrow
from toile.errors import DataError, RetrievalIndexError
from toile.models.protocols import Embeddings
from toile.retrieval.index import EXACT_BELOW
from toile.retrieval.snapshot import open_snapshot, write_snapshot
from toile.retrieval.storage import (
    EMBEDDING,
    LOCK_FILE,
    MULTIMODAL,
    TABLE_NAME,
    Header,
    create_table,
    has_table,
    open_table,
    read_header,
    saving,
    writer_lock,
)

_VECTORS: Final = frozenset({EMBEDDING, MULTIMODAL})
_OLD_VERSIONS_KEPT: Final = timedelta(days=1)  # so long an opened `Index` may go on reading after a change
_MAX_FRAGMENTS: Final = 100  # one a commit; merging them writes every picture again
_DIMS_A_CODE: Final = 4  # dimensions that product quantisation puts into one byte
# Lance's own 50 rounds over 256 samples a centre take many times as long and find no more: queries score again exactly.
_KMEANS_ROUNDS: Final = 10
_KMEANS_SAMPLES: Final = 64


class IndexWriter:
    """The one writer of an index, see `open_writer`."""

    def __init__(self, directory: Path, table: Table) -> None:
        self.directory = directory
        self._table = table

    def __len__(self) -> int:
        return int(self._table.count_rows())

    def digests(self, ids: Sequence[str]) -> dict[str, str]:
        """Of those ids that the index holds: the digest of the row that each was made from."""
        if not ids:
            return {}
        found = self._table.search().where(_one_of(ids)).select(["id", "digest"]).to_arrow()
        return dict(zip(found["id"].to_pylist(), found["digest"].to_pylist(), strict=True))

    def add_columns(self, columns: pa.Schema) -> None:
        """Make room for the manifest's own columns; rows that are there already have no value in them.

        Raises:
            DataError: the index has a column of that name and of another type.
        """
        present = {column.name: column.type for column in self._table.schema}
        for column in columns:
            if column.name in present and present[column.name] != column.type:
                raise DataError(
                    f"the column {column.name!r} holds {column.type} here and {present[column.name]} in the index "
                    f"{self.directory}; rename it, or index into another folder"
                )
        if missing := [column for column in columns if column.name not in present]:
            with saving(self.directory):
                self._table.add_columns(pa.schema(missing))

    @property
    def header(self) -> Header:
        """Whose vectors the index holds."""
        return read_header(self._table)

    def commit(
        self,
        records: Sequence[Record],
        embeddings: Embeddings,
        *,
        multimodal: NDArray[np.float16] | None = None,
        replace: bool = False,
    ) -> None:
        """Records and their embeddings `(N, D)`, all or none.

        Args:
            records: with ids of which the index holds none, unless `replace`.
            embeddings: one row a record.
            multimodal: `(N, rows, dim)` where the index has such vectors, else None.
            replace: put them in the place of those with the same ids.

        Raises:
            RetrievalIndexError: writing failed; nothing of it is in the index.
            ValueError: the embeddings, or the multimodal vectors, have another shape.
        """
        header = self.header
        vectors: dict[str, NDArray[Any]] = {EMBEDDING: embeddings}
        expected: dict[str, tuple[int, ...]] = {EMBEDDING: (len(records), header.dim)}
        if (told := header.multimodal) is not None and multimodal is not None:
            vectors[MULTIMODAL] = multimodal
            expected[MULTIMODAL] = (len(records), told.rows, told.dim)
        elif (told is None) != (multimodal is None):
            raise ValueError("multimodal vectors must be given where the index has them, and nowhere else")
        names = extra_columns(self._table.schema.names)
        rows = to_arrow(records, pa.schema([self._table.schema.field(name) for name in names if name not in _VECTORS]))
        for name, values in vectors.items():
            if values.shape != expected[name]:
                raise ValueError(f"{name}: vectors have shape {values.shape}, expected {expected[name]}")
            flat = pa.array(values.ravel())
            rows = rows.append_column(name, pa.FixedSizeListArray.from_arrays(flat, len(flat) // len(records)))
        with saving(self.directory):
            if replace:
                self._table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all().execute(rows)
            else:
                self._table.add(rows)

    def delete(self, ids: Sequence[str]) -> int:
        """Take records out; ids that the index doesn't hold are passed over. How many were there."""
        before = len(self)
        if ids:
            with saving(self.directory):
                self._table.delete(_one_of(ids))
        return before - len(self)

    def finish(self) -> None:
        """Bring all that is derived from the records up to date; nothing to do where nothing has changed.

        The snapshot is written last: that it fits the table says that all the rest does.
        """
        if open_snapshot(self.directory) is not None:
            return
        with saving(self.directory):
            self._build_indexes()
            is_behind = any(index.num_unindexed_rows for index in self._table.list_indices())
            stats = cast(dict[str, Any], self._table.stats())  # annotated as a class there, but it is a dict
            if is_behind or stats["fragment_stats"]["num_fragments"] > _MAX_FRAGMENTS:
                self._table.optimize(cleanup_older_than=_OLD_VERSIONS_KEPT)
            write_snapshot(self.directory, self._table)

    def _build_indexes(self) -> None:
        """Those that are missing and wanted at this size; `optimize` brings the others up to date."""
        indexed = {index.columns[0] for index in self._table.list_indices()}
        for column, config in (("id", BTree()), ("words", FTS())):
            if column not in indexed and len(self) > 0:
                self._table.create_index(column, config=config)
        if EMBEDDING not in indexed and len(self) >= EXACT_BELOW:
            config = IvfPq(
                distance_type="cosine",
                num_sub_vectors=max(1, read_header(self._table).dim // _DIMS_A_CODE),
                max_iterations=_KMEANS_ROUNDS,
                sample_rate=_KMEANS_SAMPLES,
            )
            self._table.create_index(EMBEDDING, config=config)


@contextmanager
def open_writer(directory: Path, header: Header | None = None) -> Iterator[IndexWriter]:
    """Open an index for writing; with a header, make it if there is none.

    Raises:
        RetrievalIndexError: another process writes into it; another encoder made it; the folder holds other files.
    """
    if header is not None:
        _claim_folder(directory)
    elif not (directory / f"{TABLE_NAME}.lance").is_dir():
        open_table(directory)  # says what is missing
    with writer_lock(directory):
        yield IndexWriter(directory, _open_or_create(directory, header))


def _claim_folder(directory: Path) -> None:
    """Make the folder, and refuse one that serves another purpose."""
    with saving(directory):
        directory.mkdir(parents=True, exist_ok=True)
    ours = {LOCK_FILE, f"{TABLE_NAME}.lance"}
    names = {path.name for path in directory.iterdir()}
    if names and not names & ours:
        raise RetrievalIndexError(
            f"{directory} holds other files ({min(names)}) and no index; give an empty or a new folder"
        )


def _open_or_create(directory: Path, header: Header | None) -> Table:
    if header is None:
        return open_table(directory)
    if not has_table(directory):
        with saving(directory):
            return create_table(directory, header)
    table = open_table(directory)
    found = read_header(table)
    found.check_encoder(header.fingerprint, directory)
    if found.multimodal != header.multimodal:
        raise RetrievalIndexError(
            f"the index {directory} holds {_told(found)}, and {_told(header)} were to be added: index into a new folder"
        )
    return table


def _told(header: Header) -> str:
    if header.multimodal is None:
        return "no multimodal vectors"
    return f"vectors of the multimodal encoder {header.multimodal.fingerprint[:12]}"


def _one_of(ids: Sequence[str]) -> str:
    quoted = ", ".join("'" + record_id.replace("'", "''") + "'" for record_id in ids)
    return f"id IN ({quoted})"
