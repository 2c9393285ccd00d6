"""The least score that keeps a pair, by domain: four ways to adapt it, and the one that doesn't.

| method | its threshold in a domain | what it holds equal |
|---|---|---|
| global | one value for all | the score |
| quantile | the domain's own quantile, shrunken towards that of all | the share kept; blind to unequal noise |
| mismatch | so many spreads above the domain's mismatched pairs | the share of mismatches kept |
| discovery | where the expected share of mismatches among the kept is reached | that share |
| mixture | where a match gets likelier than a mismatch | the odds |

Discovery is Benjamini and Hochberg (1995) with Storey's (2002) estimate of how many pairs are mismatches at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from toile.catalog.filtering.mixture import Matches, fit_matches
from toile.catalog.filtering.scales import Scores
from toile.catalog.filtering.settings import ADAPTIVE, SOFTNESS, Scale, ScoreSettings
from toile.errors import ConfigError

Values = NDArray[np.float64]
DEFAULT_Z: Final = 1.645  # one mismatch in twenty lies above it
_LAMBDA: Final = 0.5  # Storey's: pairs with larger p-values are taken for mismatches

_MIN_GAP: Final = 1.5
"""Spreads between mismatches and matches, below which these can't be told from those. Measured: photos, whose noise is
seen with an AUROC of 0.85 and more, have 2.2 to 2.9; plates under an encoder that never saw any, 0.62 to 0.75, have 0.8
to 1.3, and a threshold there drops right pairs nearly as often as wrong ones."""
_MIN_MATCHES: Final = 0.25
"""Where fewer seem to match, a domain's captions may be wrong, or its words may be unknown to the encoder. A threshold
would empty it either way, and what it is for is not to lose the second kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """What decides in one domain.

    Attributes:
        value: the least score that keeps a pair, on the settings' scale; -inf keeps all.
        origin: whose rows it was found on: `own`, `shrunken`, `pooled`, `global` or `none`; `undecided` where matches
            and mismatches score too much alike for the method to tell them apart, and so all are kept.
        lowered: whether it was lowered so that enough of the domain stays.
        share: the estimated share of matches in the domain; None where the method estimates none.
    """

    value: float
    origin: str
    lowered: bool = False
    share: float | None = None

    @property
    def decides(self) -> bool:
        """Whether it can drop a pair at all."""
        return self.origin not in ("none", "undecided")


def find_thresholds(scores: Mapping[str, Scores], settings: ScoreSettings) -> dict[str, Threshold]:
    """The threshold of every domain.

    Args:
        scores: domain to the scores of (a sample of) its pairs, at least one each; no domain, no thresholds.
        settings: method and scale.

    Raises:
        ConfigError: the scale needs a calibration and there is none.
    """
    if settings.method == "none" or not scores:
        return {name: Threshold(value=-np.inf, origin="none") for name in scores}
    if settings.scale == "calibrated" and any(domain.calibrated is None for domain in scores.values()):
        rows = sum(domain.total for domain in scores.values())
        raise ConfigError(
            f"{rows} rows are too few to calibrate their scores (at least {settings.min_rows} with differing words are "
            "needed); say --method none, or --method global with --scale raw or percentile"
        )
    match settings.method:
        case "global":
            assert settings.tau is not None, "the settings checked it"
            found = {name: Threshold(value=settings.tau, origin="global") for name in scores}
        case "quantile":
            found = _quantiles(scores, settings)
        case "mismatch":
            z = DEFAULT_Z if settings.tau is None else settings.tau
            found = {
                name: Threshold(value=z, origin="pooled" if domain.pooled else "own") for name, domain in scores.items()
            }
        case "discovery":
            found = _discoveries(scores, settings)
        case "mixture":
            found = _mixtures(scores, settings)
        case _:
            assert_never(settings.method)
    if settings.method not in ADAPTIVE:
        return found
    return {name: _guarded(found[name], domain, settings) for name, domain in scores.items()}


def soft_weights(values: Values, threshold: Threshold, scale: Scale) -> Values:
    """`sigmoid((s - tau) / T)`, `(N,)` in (0, 1); 1 where the threshold keeps all."""
    weights: Values = 1 / (1 + np.exp(-np.clip((values - threshold.value) / SOFTNESS[scale], -30, 30)))
    return weights


def _quantiles(scores: Mapping[str, Scores], settings: ScoreSettings) -> dict[str, Threshold]:
    """`(n q + k q_all) / (n + k)` on the declared scale."""
    rank = 1 - settings.keep_share
    values = {name: domain.on(settings.scale) for name, domain in scores.items()}
    # A domain counts with all of its rows in the source, however many of them are in the sample.
    weights = [np.full(len(domain), domain.total / len(domain)) for domain in scores.values()]
    pooled = _weighted_quantile(np.concatenate(list(values.values())), np.concatenate(weights), rank)
    found = {}
    for name, domain in scores.items():
        count = domain.total
        if count < settings.min_rows:
            found[name] = Threshold(value=pooled, origin="pooled")
            continue
        own = float(np.quantile(values[name], rank))
        mixed = (count * own + settings.shrinkage * pooled) / (count + settings.shrinkage)
        found[name] = Threshold(value=mixed, origin="shrunken")
    return found


def _discoveries(scores: Mapping[str, Scores], settings: ScoreSettings) -> dict[str, Threshold]:
    """The lowest z at which `pi0 n p / #kept` is still no more than the false share."""
    p_values = {name: _p_values(domain) for name, domain in scores.items()}
    pooled = _mismatched_share(np.concatenate(list(p_values.values())))
    found = {}
    for name, domain in scores.items():
        count = len(domain)
        own = _mismatched_share(p_values[name])
        mismatched = (count * own + settings.shrinkage * pooled) / (count + settings.shrinkage)
        order = np.argsort(-domain.on("calibrated"), kind="stable")
        expected = mismatched * count * p_values[name][order] / np.arange(1, count + 1)
        allowed = np.nonzero(expected <= settings.false_share)[0]
        value = float(domain.on("calibrated")[order][allowed[-1]]) if len(allowed) else np.inf
        origin = "pooled" if domain.pooled else "shrunken"
        found[name] = Threshold(value=value, origin=origin, share=1 - mismatched)
    return found


def _p_values(domain: Scores) -> Values:
    assert domain.p_values is not None, "find_thresholds checked that there is a calibration"
    return domain.p_values


def _mismatched_share(p_values: Values) -> float:
    return float(np.clip((p_values > _LAMBDA).mean() / (1 - _LAMBDA), 0.0, 1.0))


def _mixtures(scores: Mapping[str, Scores], settings: ScoreSettings) -> dict[str, Threshold]:
    """Each domain's population of matches, see `toile.catalog.filtering.mixture`."""
    pool = fit_matches(np.concatenate([domain.on("calibrated") for domain in scores.values()]))
    found = {}
    for name, domain in scores.items():
        is_pooled = domain.pooled or len(domain) < settings.min_rows
        matches: Matches = (
            pool if is_pooled else fit_matches(domain.on("calibrated"), prior=pool, strength=settings.shrinkage)
        )
        if matches.mean < _MIN_GAP or matches.share < _MIN_MATCHES:
            found[name] = Threshold(value=-np.inf, origin="undecided")
            continue
        found[name] = Threshold(
            value=matches.threshold(settings.posterior),
            origin="pooled" if is_pooled else "shrunken",
            share=matches.share,
        )
    return found


def _guarded(threshold: Threshold, domain: Scores, settings: ScoreSettings) -> Threshold:
    """Lowered until `min_kept` of the domain stay, or all of a smaller one."""
    if not settings.min_kept:
        return threshold
    best = np.sort(domain.on(settings.scale))[::-1]
    wanted = max(round(min(settings.min_kept, domain.total) * len(domain) / domain.total), 1)
    least = float(best[wanted - 1])
    if threshold.value <= least:
        return threshold
    return Threshold(value=least, origin=threshold.origin, lowered=True, share=threshold.share)


def _weighted_quantile(values: Values, weights: Values, rank: float) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(reached, rank)), len(values) - 1)])
