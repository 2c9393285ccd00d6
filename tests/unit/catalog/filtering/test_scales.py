import numpy as np
import pytest

from toile.catalog.filtering.scales import Percentiles


def test_ranks_are_those_of_sorting():
    rng = np.random.default_rng(0)
    scores = rng.uniform(-1, 1, 500)
    percentiles = Percentiles()
    for part in np.array_split(scores, 7):
        percentiles.add(part)
    exact = (np.argsort(np.argsort(scores)) + 0.5) / 500
    np.testing.assert_allclose(percentiles.of(scores), exact, atol=0.003)


@pytest.mark.parametrize("score", [-1.0, 1.0, 1.0000001])
def test_the_ends_of_the_scale_have_a_bin(score):
    percentiles = Percentiles()
    percentiles.add(np.array([score]))
    assert percentiles.of(np.array([score])).tolist() == [0.5]
