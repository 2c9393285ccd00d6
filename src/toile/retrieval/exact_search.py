"""Exact search: one product of a matrix and a query."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from toile.models.protocols import Embeddings

_GATHER_SHARE: Final = 0.1  # beyond it, multiplying all rows in place is quicker than gathering some


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
