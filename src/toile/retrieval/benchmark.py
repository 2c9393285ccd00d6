"""How fast search is, and how much the approximate one misses, on vectors that anyone can draw again.

The vectors are clustered, as embeddings of a catalogue are: `N` of them around `N / 250` centres, which are uniform on
the unit sphere. A vector is `normalise(centre + 0.5 n / sqrt(D))` with `n` standard normal and its centre drawn
uniformly, so the cosine is about 0.89 to the own centre, 0.8 within a cluster and 0 between clusters. Queries are fresh
draws from the same clusters, never rows of the index.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from toile.catalog.records import Record
from toile.models.protocols import Embeddings
from toile.retrieval.exact_search import exact_top_k
from toile.retrieval.index import Index
from toile.retrieval.storage import Header
from toile.retrieval.writer import open_writer

_ROWS_A_CLUSTER: Final = 250
_SPREAD: Final = 0.5
_QUERIES: Final = 100
_K: Final = 10
_COMMIT_ROWS: Final = 50_000
_ONE_THREAD: Final = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


class ClusteredVectors:
    """The distribution of the module's docstring; draws come in the same order for the same seed."""

    def __init__(self, rows: int, dim: int, *, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self._centres = _normalised(self._random.standard_normal((max(1, rows // _ROWS_A_CLUSTER), dim), np.float32))

    def draw(self, num: int) -> Embeddings:
        """`(num, D)`."""
        centres = self._centres[self._random.integers(len(self._centres), size=num)]
        noise = self._random.standard_normal(centres.shape, np.float32) / np.float32(np.sqrt(centres.shape[1]))
        return _normalised(centres + np.float32(_SPREAD) * noise)


def benchmark_exact(rows: int, dim: int) -> dict[str, float]:
    """`exact_query_p50_ms`: median time of one exact query for ten hits, on one thread, in a process of its own."""
    code = f"from toile.retrieval.benchmark import time_exact_query; print(time_exact_query({rows}, {dim}))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **_ONE_THREAD}, stdout=subprocess.PIPE, text=True, check=True
    )
    return {"exact_query_p50_ms": float(done.stdout)}


def time_exact_query(rows: int, dim: int) -> float:
    """Median milliseconds of a query over a memory-mapped matrix, with as many threads as this process uses."""
    vectors = ClusteredVectors(rows, dim)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.f32"
        vectors.draw(rows).tofile(path)
        matrix = np.memmap(path, np.float32, mode="r", shape=(rows, dim))
        milliseconds = []
        for query in vectors.draw(_QUERIES):
            start = time.perf_counter()
            exact_top_k(matrix, query, _K)
            milliseconds.append(1000 * (time.perf_counter() - start))
    return float(np.median(milliseconds))


def benchmark_approximate(rows: int, dim: int) -> dict[str, float]:
    """Recall and speed of approximate search through an index of `rows` vectors.

    Returns:
        `approximate_recall_at_10`: share of the exact ten that are found.
        `approximate_queries_per_s`: one query after the other.
        `approximate_build_s`: writing the records and training the approximate index.
    """
    vectors = ClusteredVectors(rows, dim)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        _write_index(Path(folder), rows, vectors, dim)
        build_s = time.perf_counter() - start
        index = Index.open(Path(folder))
        queries = vectors.draw(_QUERIES)
        index.search(queries[:1], k=_K, approximate=True)  # the first query reads the index from disk
        start = time.perf_counter()
        found = index.search(queries, k=_K, approximate=True)
        queries_per_s = _QUERIES / (time.perf_counter() - start)
        exact = index.search(queries, k=_K, approximate=False)
    overlaps = [len(np.intersect1d(*pair)) for pair in zip(found.row_ids, exact.row_ids, strict=True)]
    return {
        "approximate_recall_at_10": float(np.mean(overlaps)) / _K,
        "approximate_queries_per_s": queries_per_s,
        "approximate_build_s": build_s,
    }


def _write_index(directory: Path, rows: int, vectors: ClusteredVectors, dim: int) -> None:
    with open_writer(directory, Header(fingerprint="benchmark", dim=dim)) as writer:
        for first in range(0, rows, _COMMIT_ROWS):
            num = min(_COMMIT_ROWS, rows - first)
            writer.commit([_record(number) for number in range(first, first + num)], vectors.draw(num))
        writer.finish()


def _record(number: int) -> Record:
    return Record(id=str(number), image=b"", uri=None, width=1, height=1, source="benchmark", digest="")


def _normalised(rows: Embeddings) -> Embeddings:
    lengths: Embeddings = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / lengths
