import numpy as np
import pytest

from toile.retrieval import index, writer
from toile.retrieval.benchmark import ClusteredVectors, benchmark_approximate, benchmark_exact


def test_vectors_are_clustered_as_stated():
    vectors = ClusteredVectors(2500, 256).draw(2500)
    cosines = np.sort(vectors @ vectors[0])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert cosines[-200:-1].mean() == pytest.approx(0.8, abs=0.02)
    assert cosines[:2000].mean() == pytest.approx(0, abs=0.1)


def test_equal_seeds_draw_equal_vectors():
    one, same, other = (ClusteredVectors(500, 8, seed=seed).draw(10) for seed in (1, 1, 2))
    assert (one == same).all()
    assert not (one == other).any()


def test_exact_queries_are_timed():
    assert 0 < benchmark_exact(1000, 16)["exact_query_p50_ms"] < 30


def test_approximate_search_is_compared_with_exact_search(monkeypatch):
    for module in (index, writer):
        monkeypatch.setattr(module, "EXACT_BELOW", 1000)
    figures = benchmark_approximate(2000, 16)
    assert figures["approximate_recall_at_10"] >= 0.98
    assert figures["approximate_queries_per_s"] > 0
