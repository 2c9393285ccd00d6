import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toile.retrieval.exact_search import exact_top_k


@settings(deadline=None)  # the machine may be busy
@given(rows=st.integers(1, 60), k=st.integers(1, 70), share=st.sampled_from([None, 0.05, 0.5]), seed=st.integers(0, 9))
def test_exact_search_is_a_full_sort(rows, k, share, seed):
    random = np.random.default_rng(seed)
    matrix = random.integers(-2, 3, (rows, 4)).astype(
        np.float32
    )  # whole numbers: many scores are equal, none is rounded
    query = random.integers(-2, 3, 4).astype(np.float32)
    among = None if share is None else np.flatnonzero(random.random(rows) < share)
    candidates = np.arange(rows) if among is None else among
    expected = sorted(candidates.tolist(), key=lambda position: (-float(matrix[position] @ query), position))[:k]
    positions, scores = exact_top_k(matrix, query, k, among=among)
    assert positions.tolist() == expected
    assert scores.tolist() == [float(matrix[position] @ query) for position in expected]


@pytest.mark.parametrize("k", [1, 5])
def test_nothing_to_search_gives_nothing(k):
    positions, scores = exact_top_k(np.empty((0, 3), np.float32), np.ones(3, np.float32), k)
    assert (positions.size, scores.size) == (0, 0)
