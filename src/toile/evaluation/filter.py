"""Does the filter drop wrong pairs, and does it do so in every domain? Wrong captions are put in, and looked for.

Global: one threshold for all, the mildest that is usual (the lowest 30 % go). The adaptive methods run as `toile
filter` runs them by default. Which is reported as the best, and at which setting, is decided on validation rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from toile import __version__
from toile.catalog.filtering.calibration import Pairs, calibrate, cosines, mean_embeddings
from toile.catalog.filtering.scales import Percentiles, Scores, score_domains
from toile.catalog.filtering.settings import ADAPTIVE, Method, ScoreSettings
from toile.catalog.filtering.thresholds import find_thresholds
from toile.catalog.split import Split
from toile.errors import ConfigError, DataError
from toile.evaluation.gallery import data_files
from toile.evaluation.noisy_pairs import (
    PLATES_SEED,
    SWAPS,
    VOCABULARIES,
    Swap,
    TruePairs,
    load_drawn,
    load_photos,
    swap_captions,
)
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_interval
from toile.progress import Progress

if TYPE_CHECKING:
    from toile.bundles import Bundle

NOISE_RATES: Final = (0.1, 0.2, 0.4)
GLOBAL_TAU: Final = 0.3
_AUROC_RATE: Final = 0.2
COMPARED: Final[dict[str, ScoreSettings]] = {
    "none": ScoreSettings(method="none"),
    "global": ScoreSettings(method="global", scale="percentile", tau=GLOBAL_TAU),
    "quantile": ScoreSettings(method="quantile"),
    "mismatch": ScoreSettings(method="mismatch"),
    "discovery": ScoreSettings(method="discovery"),
    "mixture": ScoreSettings(method="mixture"),
}
_DRAWS: Final = 20
_NUM_PLATES: Final = 360
_MIN_PHOTOS: Final = 100
_NOTES: Final = (
    "photos: captions 'a {measured colour} {class}', each photo's words from one of four vocabularies: "
    + ", ".join(f"{name} {share:.0%}" for name, share in VOCABULARIES.items())
    + "; colours stay English. The vocabulary is the domain. All rows and figures of photos are means over "
    f"{_DRAWS} draws of vocabularies and noise",
    f"drawn: {_NUM_PLATES} fashion plates of seed {PLATES_SEED}; domains: dressed people, garments laid flat, "
    "traditional dress",
    "noise: so many of 100 captions are those of another picture with another colour or class, of the same domain "
    "(within) or of another one (across)",
    f"global: the lowest {GLOBAL_TAU:.0%} of raw scores go; quantile, mismatch, discovery, mixture: the defaults of "
    "toile filter on the calibrated scale; none: nothing goes, its precision is the share of right pairs",
    "precision: right pairs among the kept; recall: kept among the right; acceptance: kept among all of a domain",
    "the best adaptive method has the highest F1, mean over domains and settings, on validation rows; the setting is "
    "the one where, on validation rows, the global threshold keeps the fewest right pairs of the rarest domain",
    "global_matched: a global threshold that keeps exactly as many pairs as the best adaptive method does",
    "auroc: chance that a right pair of the domain scores above a wrong one, by the calibrated score, at 20 %; it "
    "bounds what any threshold can do, 0.5 is a blind encoder",
    "interval of adaptive_rarest_domain_recall: photos resampled, over all draws in which they were in that domain",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Which noise: `rate` in [0, 1] of the captions, swapped `within` or `across` domains."""

    rate: float
    swap: Swap

    @property
    def name(self) -> str:
        """As in the figures' names: `20_within`."""
        return f"{100 * self.rate:.0f}_{self.swap}"


SETTINGS: Final = tuple(Setting(rate=rate, swap=swap) for rate in NOISE_RATES for swap in SWAPS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One draw of noise, and what each method kept of it.

    Attributes:
        domains: `(N,)`.
        rows: `(N,)`, which picture.
        right: `(N,)`.
        raw: cosines `(N,)`.
        z: calibrated scores `(N,)`.
        kept: method to `(N,)`.
    """

    domains: NDArray[np.str_]
    rows: NDArray[np.int64]
    right: NDArray[np.bool_]
    raw: NDArray[np.float64]
    z: NDArray[np.float64]
    kept: dict[str, NDArray[np.bool_]]


Trials = dict[Setting, list[Trial]]
Drawer = Callable[[np.random.Generator], TruePairs]


def evaluate_filter(bundle: Bundle, data: Sequence[Path], split: Split | None, progress: Progress) -> Report:
    """The filter benchmark; see the module's docstring and the report's notes.

    Raises:
        ConfigError: the reported rows are asked to be those that choose the method.
        DataError: a file is missing or has too few rows.
    """
    start = time.perf_counter()
    if split == "validation":
        raise ConfigError("validation rows choose the method that is reported; give --split test, train or all")
    splits: tuple[Split, ...] | None = None if split is None else (split, "validation")
    photos = load_photos(data_files(data, "garments.parquet"), splits, bundle.encoder, progress)
    chosen, reported = (photos.of(wanted) for wanted in (photos.splits == "validation", photos.splits != "validation"))
    for name, part in (("validation", chosen), ("reported", reported)):
        if len(part) < _MIN_PHOTOS:
            raise DataError(f"only {len(part)} {name} rows, expected at least {_MIN_PHOTOS}; give a larger file")
    rarest = min(VOCABULARIES, key=VOCABULARIES.__getitem__)
    method, setting = _choose(_trials(chosen.draw, progress, "validation rows"), rarest)
    trials = _trials(reported.draw, progress, "reported rows")
    drawn = load_drawn(_NUM_PLATES, bundle.encoder, progress)
    figures, intervals = _headline(trials[setting], method, rarest)
    figures |= _matched_figures(trials, method, rarest)
    drawn_trials = _trials(lambda _: drawn, progress, "drawn pairs")
    for prefix, runs in (("photos", trials), ("drawn", drawn_trials)):
        figures |= _aurocs(prefix, runs)
    for prefix, runs in (("photos", trials), ("drawn", drawn_trials)):
        figures |= _all_figures(prefix, runs)
    names = [f"best adaptive method: {method}; setting: {setting.name}; rarest domain: {rarest}"]
    return Report(
        benchmark="filter",
        figures=figures,
        intervals=intervals,
        n=len(reported),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[*names, *_NOTES],
    )


def run_trial(pairs: TruePairs, setting: Setting, draw: np.random.Generator) -> Trial:
    """Put noise in, calibrate on the noisy pairs themselves, and let every method decide."""
    noisy, right = swap_captions(pairs, setting.rate, setting.swap, draw)
    names = [str(name) for name in np.unique(noisy.domains)]
    members = {name: np.nonzero(noisy.domains == name)[0] for name in names}
    domains = {
        name: Pairs(
            images=noisy.images[rows],
            texts=noisy.texts[rows],
            words=[str(text) for text in noisy.words[rows]],
            total=len(rows),
        )
        for name, rows in members.items()
    }
    percentiles = Percentiles()
    raw = cosines(noisy.images, noisy.texts)
    percentiles.add(raw)
    calibration = calibrate(domains, mean_embeddings(domains), min_rows=ScoreSettings().min_rows)
    scores = score_domains(domains, calibration, percentiles)
    z = np.zeros(len(raw))
    for name, rows in members.items():
        z[rows] = scores[name].on("calibrated")
    kept = {method: _kept(scores, members, settings, len(raw)) for method, settings in COMPARED.items()}
    return Trial(domains=noisy.domains, rows=noisy.rows, right=right, raw=raw, z=z, kept=kept)


def _kept(
    scores: dict[str, Scores], members: dict[str, NDArray[np.intp]], settings: ScoreSettings, count: int
) -> NDArray[np.bool_]:
    kept = np.zeros(count, bool)
    for name, threshold in find_thresholds(scores, settings).items():
        kept[members[name]] = scores[name].on(settings.scale) >= threshold.value
    return kept


def _trials(pairs: Drawer, progress: Progress, stage: str) -> Trials:
    trials: Trials = {}
    for number, setting in enumerate(SETTINGS):
        draws = [np.random.default_rng(seed) for seed in range(_DRAWS)]
        trials[setting] = [run_trial(pairs(draw), setting, draw) for draw in draws]
        progress(stage, number + 1, len(SETTINGS))
    return trials


def _choose(trials: Trials, rarest: str) -> tuple[Method, Setting]:
    """The best adaptive method, and the setting that is the worst for the global threshold."""
    quality = {
        method: np.mean([macro_f1(trial, method) for runs in trials.values() for trial in runs]) for method in ADAPTIVE
    }
    method: Method = max(ADAPTIVE, key=quality.__getitem__)
    return method, min(trials, key=lambda setting: _recall_in(trials[setting], "global", rarest))


def macro_f1(trial: Trial, method: str) -> float:
    """F1 of right pairs, mean over domains."""
    kept, right = trial.kept[method], trial.right
    values = []
    for name in np.unique(trial.domains):
        own = trial.domains == name
        both = (kept & right & own).sum()
        values.append(2 * both / max((kept & own).sum() + (right & own).sum(), 1))
    return float(np.mean(values))


def matched_global(trial: Trial, method: str) -> NDArray[np.bool_]:
    """The pairs of highest raw score, as many as the method keeps."""
    order = np.argsort(-trial.raw, kind="stable")
    kept = np.zeros(len(order), bool)
    kept[order[: int(trial.kept[method].sum())]] = True
    return kept


def auroc(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Chance that a right pair scores above a wrong one; a tie counts half.

    Raises:
        ValueError: there is no right pair, or no wrong one.
    """
    above, below = scores[right], scores[~right]
    if not len(above) or not len(below):
        raise ValueError("needs right and wrong pairs")
    wins = (above[:, None] > below[None]).mean() + (above[:, None] == below[None]).mean() / 2
    return float(wins)


def _headline(
    trials: list[Trial], method: Method, rarest: str
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """The figures of one setting that say what adapting is worth."""
    matched = [matched_global(trial, method) for trial in trials]
    own = [trial.domains == rarest for trial in trials]
    figures = {
        "adaptive_rarest_domain_recall": _recall_in(trials, method, rarest),
        "adaptive_rarest_domain_precision": _ratio(
            [trial.kept[method] & mask & trial.right for trial, mask in zip(trials, own, strict=True)],
            [trial.kept[method] & mask for trial, mask in zip(trials, own, strict=True)],
        ),
        "adaptive_precision": _ratio(
            [trial.kept[method] & trial.right for trial in trials], [trial.kept[method] for trial in trials]
        ),
        "global_rarest_domain_recall": _recall_in(trials, "global", rarest),
        "global_matched_rarest_domain_recall": _ratio(
            [kept & trial.right & mask for kept, trial, mask in zip(matched, trials, own, strict=True)],
            [trial.right & mask for trial, mask in zip(trials, own, strict=True)],
        ),
        "global_matched_precision": _ratio(
            [kept & trial.right for kept, trial in zip(matched, trials, strict=True)], matched
        ),
        "rarest_domain_right_share": _ratio([trial.right & mask for trial, mask in zip(trials, own, strict=True)], own),
        "rarest_domain_pairs": float(np.mean([mask.sum() for mask in own])),
    }
    return figures, {"adaptive_rarest_domain_recall": _row_interval(trials, method, rarest)}


def _matched_figures(trials: Trials, method: Method, rarest: str) -> dict[str, float]:
    """The fairest global threshold, keeping as many pairs, at every setting."""
    figures = {}
    for setting, runs in trials.items():
        matched = [matched_global(trial, method) for trial in runs]
        rare = [trial.right & (trial.domains == rarest) for trial in runs]
        name = f"photos_{setting.name}_global_matched"
        figures[f"{name}_precision"] = _ratio(
            [kept & trial.right for kept, trial in zip(matched, runs, strict=True)], matched
        )
        figures[f"{name}_recall_{rarest}"] = _ratio(
            [kept & mask for kept, mask in zip(matched, rare, strict=True)], rare
        )
    return figures


def _row_interval(trials: list[Trial], method: str, domain: str) -> tuple[float, float]:
    """Pictures resampled: each brings all the draws in which it was a right pair of the domain."""
    count = 1 + max(int(trial.rows.max()) for trial in trials)
    present, kept = np.zeros(count), np.zeros(count)
    for trial in trials:
        counted = trial.right & (trial.domains == domain)
        present += np.bincount(trial.rows[counted], minlength=count)
        kept += np.bincount(trial.rows[counted & trial.kept[method]], minlength=count)
    seen = np.nonzero(present)[0]
    return bootstrap_interval(lambda rows: float(kept[seen[rows]].sum() / present[seen[rows]].sum()), len(seen))


def _aurocs(prefix: str, trials: Trials) -> dict[str, float]:
    """How far each domain can be told from its noise at all."""
    figures = {}
    for setting, runs in trials.items():
        if setting.rate != _AUROC_RATE:
            continue
        for domain in np.unique(runs[0].domains):
            masks = [trial.domains == domain for trial in runs]
            found = [
                auroc(trial.z[mask], trial.right[mask])
                for trial, mask in zip(runs, masks, strict=True)
                if 0 < trial.right[mask].sum() < mask.sum()
            ]
            if found:
                figures[f"{prefix}_{setting.name}_auroc_{domain}"] = float(np.mean(found))
    return figures


def _all_figures(prefix: str, trials: Trials) -> dict[str, float]:
    """Precision, recall and each domain's acceptance, for every setting and method."""
    figures = {}
    for setting, runs in trials.items():
        for method in COMPARED:
            name = f"{prefix}_{setting.name}_{method}"
            kept = [trial.kept[method] for trial in runs]
            both = [trial.kept[method] & trial.right for trial in runs]
            figures[f"{name}_precision"] = _ratio(both, kept)
            figures[f"{name}_recall"] = _ratio(both, [trial.right for trial in runs])
            for domain in np.unique(runs[0].domains):
                own = [trial.domains == domain for trial in runs]
                accepted = [mask & keep for mask, keep in zip(own, kept, strict=True)]
                figures[f"{name}_acceptance_{domain}"] = _ratio(accepted, own)
                figures[f"{name}_recall_{domain}"] = _recall_in(runs, method, str(domain))
    return figures


def _recall_in(trials: list[Trial], method: str, domain: str) -> float:
    right = [trial.right & (trial.domains == domain) for trial in trials]
    return _ratio([mask & trial.kept[method] for mask, trial in zip(right, trials, strict=True)], right)


def _ratio(parts: Sequence[NDArray[np.bool_]], wholes: Sequence[NDArray[np.bool_]]) -> float:
    """Sum of the parts over the sum of the wholes, over all draws; 0 of nothing is 0."""
    return float(sum(part.sum() for part in parts) / max(sum(whole.sum() for whole in wholes), 1))
