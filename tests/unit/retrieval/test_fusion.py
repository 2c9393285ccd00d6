import pytest

from toile.retrieval.fusion import reciprocal_rank_fusion


def test_scores_are_sums_of_reciprocal_ranks():
    fused = reciprocal_rank_fusion([[("a", 9.0), ("b", 8.0)], [("b", 0.5), ("c", 0.4)]])
    assert [item for item, _ in fused] == ["b", "a", "c"]
    assert dict(fused) == pytest.approx({"b": 1 / 62 + 1 / 61, "a": 1 / 61, "c": 1 / 62})


def test_equal_scores_share_a_rank():
    fused = reciprocal_rank_fusion([[("a", 2.0), ("b", 2.0), ("c", 1.0)]])
    assert dict(fused) == pytest.approx({"a": 1 / 61, "b": 1 / 61, "c": 1 / 63})
