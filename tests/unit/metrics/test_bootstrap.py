import numpy as np
import pytest
from scipy import stats

from toile.metrics.bootstrap import bootstrap_interval, bootstrap_mean


def test_interval_of_a_mean_has_the_normal_width():
    # 400 draws with unit variance: the standard error is 1/20, the 95 % interval 2 * 1.96 / 20 wide.
    values = np.random.default_rng(0).standard_normal(400)
    values = (values - values.mean()) / values.std()
    low, high = bootstrap_mean(values)
    assert high - low == pytest.approx(2 * 1.96 / 20, rel=0.08)
    assert (low + high) / 2 == pytest.approx(0.0, abs=0.01)


def test_agrees_with_scipy():
    values = np.random.default_rng(1).exponential(size=150)
    theirs = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=4000, rng=3).confidence_interval
    assert bootstrap_mean(values) == pytest.approx((theirs.low, theirs.high), abs=0.02)


def test_same_seed_same_interval_other_seed_another():
    values = np.random.default_rng(2).standard_normal(50)
    assert bootstrap_mean(values, seed=1) == bootstrap_mean(values, seed=1)
    assert bootstrap_mean(values, seed=1) != bootstrap_mean(values, seed=2)


def test_constant_samples_have_no_width():
    assert bootstrap_mean(np.full(9, 0.25, dtype=np.float32)) == (0.25, 0.25)


def test_nothing_to_resample_is_refused():
    with pytest.raises(ValueError, match="0 samples"):
        bootstrap_interval(lambda rows: 0.0, 0)
