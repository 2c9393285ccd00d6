"""Matches and mismatches as two populations of calibrated scores; the share and place of the matches are learnt.

    z ~ pi N(m, v) + (1 - pi) N(0, 1)

The second is known from the calibration. The first is fitted by expectation-maximisation to the largest posterior: each
domain's `pi`, `m` and `v` are drawn towards those of all domains together as if that pool were `strength` more rows, so
that a domain of twenty rows is fitted, but not to its accidents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
_STEPS: Final = 2000  # where the two lie close, it takes that many small ones
_TOLERANCE: Final = 1e-6
_MIN_VARIANCE: Final = 0.05
_GRID: Final = 2001


@dataclass(frozen=True, kw_only=True, slots=True)
class Matches:
    """The population of matches.

    Attributes:
        share: `pi`, in (0, 1).
        mean: `m`, in calibrated units.
        variance: `v`.
    """

    share: float
    mean: float
    variance: float

    def posterior(self, z: Values) -> Values:
        """Probability that a pair is a match, `(N,)`; above the mean it doesn't fall again."""
        # A narrow population of matches would lose the far tail; nobody drops a pair for scoring too high.
        return self.responsibility(np.minimum(z, self.mean))

    def responsibility(self, z: Values) -> Values:
        """Bayes' rule alone, `(N,)`."""
        matched = self.share * _density(z, self.mean, self.variance)
        mismatched = (1 - self.share) * _density(z, 0.0, 1.0)
        probability: Values = matched / (matched + mismatched)
        return probability

    def threshold(self, posterior: float) -> float:
        """The least `z` from which on every pair up to the mean has at least this posterior."""
        grid = np.linspace(self.mean, min(self.mean, 0.0) - 6.0, _GRID)
        below = self.posterior(grid) < posterior
        return float(grid[max(int(below.argmax()) - 1, 0)]) if below.any() else float(grid[-1])


NEUTRAL: Final = Matches(share=0.5, mean=2.0, variance=1.0)
"""What nothing is known of: half are matches, two spreads above the mismatches."""


def fit_matches(z: Values, *, prior: Matches = NEUTRAL, strength: float = 4.0) -> Matches:
    """The matches among calibrated scores `(N,)`, drawn towards `prior` as if it were `strength` rows."""
    current = prior
    for _ in range(_STEPS):
        share = current.responsibility(z)
        weight = float(share.sum())
        mean = (float((share * z).sum()) + strength * prior.mean) / (weight + strength)
        around = float((share * (z - mean) ** 2).sum()) + strength * (prior.variance + (prior.mean - mean) ** 2)
        found = Matches(
            share=(weight + strength * prior.share) / (len(z) + strength),
            mean=mean,
            variance=max(around / (weight + strength), _MIN_VARIANCE),
        )
        moved = max(abs(found.mean - current.mean), abs(found.share - current.share))
        current = found
        if moved < _TOLERANCE:
            break
    return current


def _density(z: Values, mean: float, variance: float) -> Values:
    """Of a normal distribution; floored, so that no quotient of two is undefined."""
    height: Values = np.exp(-0.5 * (z - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance) + 1e-300
    return height
