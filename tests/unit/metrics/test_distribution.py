import numpy as np
import pytest
from scipy.linalg import sqrtm

from toile.metrics.distribution import frechet_distance, kernel_distance


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
