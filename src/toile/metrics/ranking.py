"""How good ranked lists are. Every function takes `ranked`, `(Q, K)`: is query q's hit at rank k relevant?

Ratios come back one a query in float64, so that a caller can resample queries for an interval.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def top_k(scores: NDArray[np.floating], k: int) -> NDArray[np.intp]:
    """Columns of the `k` highest scores a row, best first; ties go to the lower column: `(Q, N)` to `(Q, min(k, N))`.

    Raises:
        ValueError: k is not positive.
    """
    if k < 1:
        raise ValueError(f"k is {k}, expected at least 1")
    order: NDArray[np.intp] = np.argsort(-scores, axis=1, kind="stable")
    return order[:, :k]


def precision_at_k(ranked: NDArray[np.bool_], k: int) -> NDArray[np.float64]:
    """Share of the first `k` hits that are relevant, `(Q,)`.

    Raises:
        ValueError: fewer than `k` hits were ranked.
    """
    shares: NDArray[np.float64] = _first(ranked, k).mean(axis=1, dtype=np.float64)
    return shares


def recall_at_k(ranked: NDArray[np.bool_], num_relevant: NDArray[np.integer], k: int) -> NDArray[np.float64]:
    """Share of all `num_relevant` `(Q,)` gallery rows that the first `k` hits hold, `(Q,)`.

    Raises:
        ValueError: fewer than `k` hits were ranked, or a query has nothing to find.
    """
    _check_findable(num_relevant)
    hits: NDArray[np.float64] = _first(ranked, k).sum(axis=1, dtype=np.float64) / num_relevant
    return hits


def hits_over_possible(ranked: NDArray[np.bool_], num_relevant: NDArray[np.integer], k: int) -> float:
    """All right hits over the most that the queries' `k` slots could hold.

    `sum_q hits_q / sum_q min(k, num_relevant_q)`: unlike precision it reaches 1 where a query has fewer than
    `k` right answers.

    Raises:
        ValueError: fewer than `k` hits were ranked, or a query has nothing to find.
    """
    _check_findable(num_relevant)
    return float(_first(ranked, k).sum(dtype=np.float64) / np.minimum(num_relevant, k).sum(dtype=np.float64))


def macro_recall(truth: NDArray[np.integer], predicted: NDArray[np.integer]) -> float:
    """Mean over the classes that occur in `truth` of the share of each that was predicted right."""
    recalls = [np.mean(predicted[truth == label] == label, dtype=np.float64) for label in np.unique(truth)]
    return float(np.mean(recalls))


def _first(ranked: NDArray[np.bool_], k: int) -> NDArray[np.bool_]:
    if not 1 <= k <= ranked.shape[1]:
        raise ValueError(f"k is {k}, expected 1 to {ranked.shape[1]}, the number of ranked hits")
    return ranked[:, :k]


def _check_findable(num_relevant: NDArray[np.integer]) -> None:
    if (num_relevant < 1).any():
        raise ValueError("a query has no relevant row in the gallery; leave it out before scoring")
