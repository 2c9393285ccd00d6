import numpy as np
import pytest

from toile.catalog.filtering.mixture import NEUTRAL, Matches, fit_matches


def sample(rng, count, *, share, mean, sd):
    matched = rng.random(count) < share
    return np.where(matched, rng.normal(mean, sd, count), rng.standard_normal(count))


@pytest.mark.parametrize(("share", "mean", "sd"), [(0.9, 2.5, 1.0), (0.6, 3.0, 0.8), (0.3, 3.5, 1.2)])
def test_the_population_that_was_drawn_is_found(share, mean, sd):
    found = fit_matches(sample(np.random.default_rng(0), 20_000, share=share, mean=mean, sd=sd))
    assert found.share == pytest.approx(share, abs=0.03)
    assert found.mean == pytest.approx(mean, abs=0.1)
    assert found.variance == pytest.approx(sd**2, rel=0.15)


def test_nothing_seen_is_what_was_believed():
    assert fit_matches(np.empty(0), prior=NEUTRAL) == NEUTRAL


def test_few_rows_stay_near_the_pool_and_many_do_not():
    pool = Matches(share=0.8, mean=2.0, variance=1.0)
    z = sample(np.random.default_rng(1), 2000, share=0.8, mean=5.0, sd=1.0)
    few, many = fit_matches(z[:5], prior=pool, strength=20), fit_matches(z, prior=pool, strength=20)
    assert few.mean < 3.1
    assert many.mean > 4.8


def test_the_threshold_is_where_the_odds_are_even():
    even = Matches(share=0.5, mean=2.0, variance=1.0)
    assert even.threshold(0.5) == pytest.approx(1.0, abs=0.01)  # equal spreads and shares: half-way
    # odds 9:1 for a match move it down by log(9) / mean
    assert Matches(share=0.9, mean=2.0, variance=1.0).threshold(0.5) == pytest.approx(1 - np.log(9) / 2, abs=0.01)
    z = np.linspace(-6, 12, 500)
    kept = z >= even.threshold(0.5)
    assert (even.posterior(z)[kept] >= 0.5 - 1e-3).all()


def test_nobody_is_dropped_for_scoring_too_high():
    narrow = Matches(share=0.5, mean=2.0, variance=0.1)
    assert narrow.responsibility(np.array([9.0]))[0] < 0.01  # Bayes' rule alone would
    assert narrow.posterior(np.array([9.0]))[0] == narrow.posterior(np.array([2.0]))[0] > 0.8
