import numpy as np
import pytest
from scipy.linalg import sqrtm

from toile.metrics.distribution import (
    density_coverage,
    frechet_distance,
    gini,
    inception_score,
    kernel_distance,
    kernel_distance_difference,
    vendi_score,
)


def features(seed, n=300, dim=6, shift=0.0, scale=1.0):
    return np.random.default_rng(seed).standard_normal((n, dim)) * scale + shift


def test_frechet_distance_of_a_shift_is_its_squared_length():
    # Equal covariances cancel; a shift of 0.5 in 6 dimensions gives 6 * 0.25.
    real = features(0)
    assert frechet_distance(real, real + 0.5) == pytest.approx(6 * 0.25, abs=1e-6)


def test_frechet_distance_agrees_with_scipy():
    real, fake = features(1), features(2, n=200, scale=1.5, shift=0.1)
    root = sqrtm(np.cov(real, rowvar=False) @ np.cov(fake, rowvar=False))
    expected = ((real.mean(0) - fake.mean(0)) ** 2).sum() + np.trace(
        np.cov(real, rowvar=False) + np.cov(fake, rowvar=False) - 2 * root.real
    )
    assert frechet_distance(real, fake) == pytest.approx(expected, abs=1e-6)


def test_kernel_distance_agrees_with_the_unbiased_estimate_over_all_rows():
    real, fake = features(3), features(4, shift=0.6)
    kernel = lambda a, b: (a @ b.T / a.shape[1] + 1) ** 3  # noqa: E731
    n = len(real)
    within = sum((k.sum() - np.trace(k)) / (n * (n - 1)) for k in (kernel(real, real), kernel(fake, fake)))
    expected = within - 2 * kernel(real, fake).mean()
    assert kernel_distance(real, fake).mean == pytest.approx(expected, rel=0.05)


def test_kernel_distance_of_one_distribution_is_about_zero_and_grows_with_a_shift():
    same = kernel_distance(features(5), features(6)).mean
    near = kernel_distance(features(5), features(6, shift=0.3)).mean
    far = kernel_distance(features(5), features(6, shift=0.9)).mean
    assert abs(same) < near < far


def test_kernel_distance_is_repeatable_and_leaves_the_global_generator_alone():
    import torch

    before = torch.random.get_rng_state()
    assert kernel_distance(features(7), features(8)) == kernel_distance(features(7), features(8))
    assert torch.equal(before, torch.random.get_rng_state())


def test_other_widths_are_refused():
    with pytest.raises(ValueError, match=r"\(300, 6\) and \(300, 5\)"):
        frechet_distance(features(0), features(0, dim=5))


def test_too_few_rows_are_refused():
    with pytest.raises(ValueError, match="at least 4 each"):
        kernel_distance(features(0, n=3), features(1))


def test_density_and_coverage_by_hand():
    real = np.array([[0.0], [1.0], [3.0]])  # to the nearest other: 1, 1, 2
    fake = np.array([[0.5], [9.0]])
    density, coverage = density_coverage(real, fake, k=1)
    assert density == pytest.approx(2 / 2)  # 0.5 lies in the first two balls, 9 in none
    assert coverage == pytest.approx(2 / 3)
    assert density_coverage(real, real, k=2)[1] == 1.0
    with pytest.raises(ValueError, match="k is 3 and there are 3 real rows"):
        density_coverage(real, fake, k=3)


def test_inception_score_is_one_for_one_class_and_their_number_for_sure_and_even_answers():
    assert inception_score(np.tile([0.2, 0.8], (5, 1))) == pytest.approx(1.0)
    assert inception_score(np.eye(4)) == pytest.approx(4.0)


def test_a_difference_of_kernel_distances_has_an_interval_around_it():
    real, near, far = features(5), features(6, n=80), features(7, n=80, shift=0.8)
    gap, low, high = kernel_distance_difference(real, near, far)
    assert low < gap < high < 0
    assert gap == pytest.approx(kernel_distance(real, near).mean - kernel_distance(real, far).mean, rel=0.2)
    same, low, high = kernel_distance_difference(real, near, near)
    assert same == low == high == 0
    with pytest.raises(ValueError, match="got 80 and 300 rows, expected pairs"):
        kernel_distance_difference(real, near, real)


def test_vendi_counts_different_rows():
    assert vendi_score(np.eye(5)) == pytest.approx(5)
    assert vendi_score(np.ones((5, 3))) == pytest.approx(1)
    assert vendi_score(np.repeat(np.eye(2), 3, axis=0)) == pytest.approx(2)


def test_gini_of_equal_and_of_one_for_all():
    assert gini(np.array([2.0, 2.0, 2.0])) == 0
    assert gini(np.array([0.0, 0.0, 0.0, 1.0])) == pytest.approx(0.75)
    assert gini(np.zeros(3)) == 0
