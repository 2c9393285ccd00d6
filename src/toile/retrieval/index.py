"""Reading an index: exact and approximate search, full-text search, filters, facets, records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from toile.catalog.records import INTERNAL_COLUMNS, Record, from_arrow
from toile.errors import QueryError
from toile.models.protocols import Embeddings
from toile.retrieval.exact_search import exact_top_k
from toile.retrieval.snapshot import RowIds, Snapshot, open_snapshot, read_snapshot
from toile.retrieval.storage import EMBEDDING, MULTIMODAL, Header, open_table

if TYPE_CHECKING:
    from lancedb.query import LanceQueryBuilder, LanceVectorQueryBuilder
    from lancedb.table import Table

EXACT_BELOW: Final = 200_000
"""With fewer rows to look at, all of them are multiplied; with more, the approximate index answers."""

_PROBES: Final = 40  # partitions that an approximate query looks into
_REFINE: Final = 20  # times k candidates that are scored again by their full embeddings
_COMPARED_ROWS: Final = 1024
_UNKNOWN_COLUMN: Final = re.compile(r"No field named (\S+?)\.(?:\s|$)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hits:
    """The best rows of each query, best first.

    Attributes:
        row_ids: an array a query, of at most k rows.
        scores: cosine similarities of the same rows.
        exact: whether every row that the filter lets through was looked at.
    """

    row_ids: tuple[RowIds, ...]
    scores: tuple[NDArray[np.float32], ...]
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """Cosines of Q queries with N rows, in the index's own order.

    Attributes:
        pictures: `(Q, N)`, of the query of the Q-Former that suits best.
        captions: `(Q, N)`, NaN where a row has none.
    """

    pictures: NDArray[np.float32]
    captions: NDArray[np.float32]


class Index:
    """An index at the version it was opened at; what is written later does not change it.

    Attributes:
        directory: where it lies.
    """

    def __init__(self, directory: Path, snapshot: Snapshot) -> None:
        self.directory = directory
        self._snapshot = snapshot

    @classmethod
    def open(cls, directory: Path) -> Index:
        """Open the latest version.

        Raises:
            RetrievalIndexError: there is no index, or it has another format.
        """
        return cls(directory, open_snapshot(directory) or read_snapshot(open_table(directory)))

    def __len__(self) -> int:
        return len(self._snapshot)

    @property
    def header(self) -> Header:
        """Whose embeddings it holds."""
        return self._snapshot.header

    @property
    def version(self) -> int:
        """Number of the commit that was opened."""
        return self._snapshot.version

    @property
    def columns(self) -> list[str]:
        """What filters and facets can name."""
        return [name for name in self._snapshot.facts.column_names if name not in INTERNAL_COLUMNS]

    @cached_property
    def _table(self) -> Table:
        """Of the same version: filters, full text, pictures and approximate search are its job."""
        table = open_table(self.directory)
        table.checkout(self.version)
        return table

    @cached_property
    def _indexed_columns(self) -> set[str]:
        return {column for found in self._table.list_indices() for column in found.columns}

    def search(self, vectors: Embeddings, *, k: int, where: str | None = None, approximate: bool | None = None) -> Hits:
        """The nearest rows of each query by cosine similarity.

        Args:
            vectors: `(Q, D)`, L2-normalised.
            k: hits a query.
            where: SQL condition on `columns`; rows that fail it are no hits, and never cost any.
            approximate: None: exact as long as fewer than `EXACT_BELOW` rows pass the filter.

        Raises:
            QueryError: k < 1; the filter can't be understood; `approximate` without an approximate index.
            ValueError: the queries are not `(Q, D)`.
        """
        check_k(k)
        if vectors.ndim != 2 or vectors.shape[1] != self.header.dim:
            raise ValueError(f"queries have shape {vectors.shape}, expected (Q, {self.header.dim})")
        among = None if where is None else np.sort(self._snapshot.positions(self._row_ids(where)))
        num_rows = len(self) if among is None else len(among)
        if approximate and EMBEDDING not in self._indexed_columns:
            raise QueryError(
                f"the index holds {len(self)} rows and no approximate index; below {EXACT_BELOW} search is exact"
            )
        if approximate or (approximate is None and num_rows >= EXACT_BELOW and EMBEDDING in self._indexed_columns):
            found = [self._search_approximate(vector, k, where) for vector in vectors]
            return Hits(
                row_ids=tuple(ids for ids, _ in found), scores=tuple(scores for _, scores in found), exact=False
            )
        best = [exact_top_k(self._snapshot.matrix, vector, k, among=among) for vector in vectors]
        return Hits(
            row_ids=tuple(self._snapshot.row_ids[positions] for positions, _ in best),
            scores=tuple(scores for _, scores in best),
            exact=True,
        )

    def compare(self, vectors: Embeddings) -> Compared:
        """How the pictures and the captions of all rows suit queries in the multimodal encoder's space.

        Args:
            vectors: `(Q, dim)`, L2-normalised.

        Raises:
            QueryError: the index has no multimodal vectors.
        """
        stored = self._snapshot.multimodal
        if stored is None:
            raise QueryError(f"{self.directory} has no multimodal vectors; index its source again with --multimodal")
        pictures = np.empty((len(vectors), len(self)), np.float32)
        captions = np.empty_like(pictures)
        for start in range(0, len(self), _COMPARED_ROWS):
            block = stored[start : start + _COMPARED_ROWS].astype(np.float32)
            scores = np.einsum("nrd,qd->qnr", block, vectors, optimize=True)
            pictures[:, start : start + len(block)] = scores[..., :-1].max(2)
            has_caption = block[:, -1].any(1)
            captions[:, start : start + len(block)] = np.where(has_caption, scores[..., -1], np.nan)
        return Compared(pictures=pictures, captions=captions)

    def best(self, scores: NDArray[np.float32], *, k: int, where: str | None = None) -> Hits:
        """The rows with the highest of scores that were made by hand.

        Args:
            scores: `(N,)`, one a row, in the order of `compare`; rows without a number (NaN) are no hits.
            k: hits.
            where: as in `search`.

        Raises:
            QueryError: k < 1; the filter can't be understood.
        """
        check_k(k)
        among = np.arange(len(self)) if where is None else np.sort(self._snapshot.positions(self._row_ids(where)))
        among = among[~np.isnan(scores[among])]
        best = among[np.argsort(-scores[among], kind="stable")[:k]]
        return Hits(row_ids=(self._snapshot.row_ids[best],), scores=(scores[best],), exact=True)

    def text_search(self, text: str, *, k: int, where: str | None = None) -> tuple[RowIds, NDArray[np.float32]]:
        """The rows whose caption, category or colours hold words of `text`, and their BM25 scores, best first.

        Raises:
            QueryError: k < 1, the filter can't be understood, or there is no full-text index yet.
        """
        check_k(k)
        if "words" not in self._indexed_columns:
            raise QueryError(f"{self.directory} has no full-text index: its indexing was interrupted; run it again")
        query = self._table.search(text, query_type="fts", fts_columns="words").limit(k).select(["_score"])
        table = self._run(query, where)
        return table["_rowid"].to_numpy(), table["_score"].to_numpy()

    def facets(self, names: Sequence[str], *, where: str | None = None) -> dict[str, dict[str, int]]:
        """How many rows have which value, over all rows that pass the filter; the most frequent value first.

        Raises:
            QueryError: a name is no column, or the filter can't be understood.
        """
        for name in names:
            if name not in self.columns:
                raise self._unknown_column(name)
        table = self._run(self._table.search().select(list(names)), where)
        return {name: _count(table[name]) for name in names}

    def facts(self, row_ids: RowIds) -> list[dict[str, Any]]:
        """What is told of these rows, in this order, by `columns`; a hit's picture needs its record."""
        return self._snapshot.rows(row_ids)

    def records(self, row_ids: RowIds) -> list[Record]:
        """The records of these rows, in this order, with their pictures."""
        columns = [name for name in self._table.schema.names if name not in (EMBEDDING, MULTIMODAL)]
        table = self._table.take_row_ids(row_ids.tolist()).select(columns).with_row_id().to_arrow()
        by_row = dict(zip(table["_rowid"].to_pylist(), from_arrow(table.drop_columns(["_rowid"])), strict=True))
        return [by_row[row_id] for row_id in row_ids.tolist()]

    def with_ids(self, ids: Sequence[str]) -> list[Record]:
        """The records that have these ids, in the table's order; those that it doesn't hold are left out."""
        quoted = ", ".join("'" + one.replace("'", "''") + "'" for one in ids)
        return self.records(self._row_ids(f"id IN ({quoted})")) if ids else []

    def _row_ids(self, where: str) -> RowIds:
        ids: RowIds = self._run(self._table.search().select([]), where)["_rowid"].to_numpy()
        return ids

    def _search_approximate(
        self, vector: NDArray[np.float32], k: int, where: str | None
    ) -> tuple[RowIds, NDArray[np.float32]]:
        query = cast("LanceVectorQueryBuilder", self._table.search(vector, vector_column_name=EMBEDDING))
        query = query.distance_type("cosine").nprobes(_PROBES).refine_factor(_REFINE).limit(k).select(["_distance"])
        table = self._run(query, where)
        return table["_rowid"].to_numpy(), 1 - table["_distance"].to_numpy()

    def _run(self, query: LanceQueryBuilder, where: str | None) -> pa.Table:
        """Run a query of lancedb's under a filter and say in our words what is wrong with the filter."""
        try:
            return (query if where is None else query.where(where, prefilter=True)).with_row_id(True).to_arrow()
        except ValueError as error:
            if where is None:
                raise
            if unknown := _UNKNOWN_COLUMN.search(str(error)):
                raise self._unknown_column(unknown[1].strip('"`')) from error
            example = "category = 'dress' and kids = false"
            raise QueryError(f"the filter {where!r} can't be understood ({error}); write it like {example}") from error

    def _unknown_column(self, name: str) -> QueryError:
        return QueryError(f"there is no column {name!r} in {self.directory}; it has {', '.join(self.columns)}")


def check_k(k: int) -> None:
    """Refuse to look for no hits.

    Raises:
        QueryError: k < 1.
    """
    if k < 1:
        raise QueryError(f"k is {k}, expected the number of hits wanted: 1 or more")


def _count(column: pa.ChunkedArray) -> dict[str, int]:
    values = column.combine_chunks()
    if pa.types.is_list(values.type):
        values = values.flatten()
    counts = Counter({str(pair["values"]): pair["counts"] for pair in values.drop_null().value_counts().to_pylist()})
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
