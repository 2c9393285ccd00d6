"""How sure a figure is: percentile bootstrap intervals (Efron, 1979)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

NUM_RESAMPLES = 1000


def bootstrap_interval(
    statistic: Callable[[NDArray[np.intp]], float], n: int, *, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """Low and high end of the interval of a statistic of `n` samples.

    Args:
        statistic: of the samples with the given indices `(n,)`, drawn with replacement.
        n: how many samples there are.
        seed: of the drawing.
        level: share of the resampled statistics between the two ends.

    Raises:
        ValueError: there is nothing to resample.

    Example:
        >>> values = np.array([0.0, 1.0, 1.0, 1.0])
        >>> low, high = bootstrap_interval(lambda rows: float(values[rows].mean()), len(values))
        >>> 0 <= low < 0.75 < high <= 1
        True
    """
    if n < 1:
        raise ValueError("can't resample 0 samples")
    draw = np.random.default_rng(seed)
    values = np.array([statistic(draw.integers(0, n, n)) for _ in range(NUM_RESAMPLES)], dtype=np.float64)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bootstrap_mean(values: NDArray[np.floating], *, seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of the mean of `values` `(n,)`."""
    exact = values.astype(np.float64)
    return bootstrap_interval(lambda rows: float(exact[rows].mean()), len(exact), seed=seed)
