"""The scales on which a score can be declared, and ranks among all scores in constant memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from toile.catalog.filtering.calibration import Calibration, Origin, Pairs
from toile.catalog.filtering.settings import Scale

Values = NDArray[np.float64]
_BINS: Final = 2**16
"""Over cosines in [-1, 1]: a rank is exact to the rows within 0.00003 of a score."""


class Percentiles:
    """A histogram of raw scores, filled bit by bit and then asked for ranks."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BINS, np.int64)

    def add(self, cosines: Values) -> None:
        """Count some more scores."""
        self._counts += np.bincount(_bins(cosines), minlength=_BINS)

    def of(self, cosines: Values) -> Values:
        """Rank of each score in [0, 1]: the share of all that score less, and half of those in its own bin."""
        total = max(int(self._counts.sum()), 1)
        below = np.cumsum(self._counts) - self._counts / 2
        ranks: Values = below[_bins(cosines)] / total
        return ranks


def _bins(cosines: Values) -> NDArray[np.int64]:
    return np.clip(((cosines + 1) / 2 * _BINS).astype(np.int64), 0, _BINS - 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """The scores of one domain's pairs on every scale.

    Attributes:
        raw: cosines, `(N,)`.
        percentile: `(N,)` in [0, 1], rank among all domains' scores.
        calibrated: `(N,)`, see `toile.catalog.filtering.calibration`; None where nothing could be calibrated.
        p_values: `(N,)`, share of mismatches that score as high; None likewise.
        origin: of the calibration: the domain's `own`, by words of `others`, or `pooled`; see `Null`.
        total: rows that the domain has, of which these are a sample.
    """

    raw: Values
    percentile: Values
    calibrated: Values | None
    p_values: Values | None
    origin: Origin
    total: int

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def pooled(self) -> bool:
        """Whether the calibration is that of all domains together."""
        return self.origin == "pooled"

    def on(self, scale: Scale) -> Values:
        """The values on one scale."""
        match scale:
            case "raw":
                return self.raw
            case "percentile":
                return self.percentile
            case "calibrated":
                assert self.calibrated is not None, "whoever asks for it has checked that there is a calibration"
                return self.calibrated
            case _:
                assert_never(scale)


def score_pairs(name: str, pairs: Pairs, calibration: Calibration | None, percentiles: Percentiles) -> Scores:
    """The scores of (some of) a domain's pairs."""
    raw = pairs.cosines
    z = None if calibration is None else calibration.z(name, pairs.images, pairs.texts)
    return Scores(
        raw=raw,
        percentile=percentiles.of(raw),
        calibrated=z,
        p_values=None if z is None or calibration is None else calibration.nulls[name].p_values(z),
        origin="pooled" if calibration is None else calibration.nulls[name].origin,
        total=pairs.total,
    )


def score_domains(
    domains: Mapping[str, Pairs], calibration: Calibration | None, percentiles: Percentiles
) -> dict[str, Scores]:
    """The scores of every domain."""
    return {name: score_pairs(name, pairs, calibration, percentiles) for name, pairs in domains.items()}
