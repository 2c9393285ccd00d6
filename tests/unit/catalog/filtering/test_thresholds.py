"""The simulator of three domains: one encoder, three offsets, three noise rates."""

from dataclasses import replace

import numpy as np
import pytest

from toile.catalog.filtering.calibration import Null
from toile.catalog.filtering.scales import Percentiles, Scores
from toile.catalog.filtering.settings import ScoreSettings
from toile.catalog.filtering.thresholds import Threshold, find_thresholds, soft_weights
from toile.errors import ConfigError

SPREAD = 0.03
WORLD = {  # domain: pairs, matches' mean, mismatches' mean, noise
    "head": (8000, 0.31, 0.20, 0.20),
    "middle": (2000, 0.29, 0.19, 0.20),
    "tail": (400, 0.25, 0.17, 0.35),
}


def simulate(world=WORLD, seed=0):
    """Scores of every domain, and which pairs are right."""
    rng = np.random.default_rng(seed)
    raw, right = {}, {}
    for name, (count, match, mismatch, noise) in world.items():
        right[name] = rng.random(count) >= noise
        raw[name] = rng.normal(np.where(right[name], match, mismatch), SPREAD)
    percentiles = Percentiles()
    percentiles.add(np.concatenate(list(raw.values())))
    scores = {}
    for name, (count, _, mismatch, _) in world.items():
        null = Null(centre=mismatch, spread=SPREAD, scores=np.sort(rng.normal(mismatch, SPREAD, 5000)), rows=count)
        z = null.z(raw[name])
        scores[name] = Scores(
            raw=raw[name],
            percentile=percentiles.of(raw[name]),
            calibrated=z,
            p_values=null.p_values(z),
            origin="own",
            total=count,
        )
    return scores, right


def recall_and_precision(settings, name, world=WORLD):
    scores, right = simulate(world)
    kept = scores[name].on(settings.scale) >= find_thresholds(scores, settings)[name].value
    return (kept & right[name]).sum() / right[name].sum(), (kept & right[name]).sum() / kept.sum()


@pytest.mark.parametrize(
    "settings",
    [
        ScoreSettings(method="global", scale="raw", tau=0.26),
        ScoreSettings(method="global", scale="percentile", tau=0.3),
    ],
)
def test_one_threshold_for_all_loses_most_of_the_tail(settings):
    assert recall_and_precision(settings, "tail")[0] < 0.5
    assert recall_and_precision(settings, "head")[0] > 0.8


@pytest.mark.parametrize(
    ("settings", "least_recall", "least_precision"),
    [
        (ScoreSettings(method="quantile"), 0.9, 0.8),
        (ScoreSettings(method="mismatch"), 0.8, 0.95),
        (ScoreSettings(method="discovery"), 0.9, 0.85),
        (ScoreSettings(method="mixture"), 0.9, 0.85),
    ],
)
def test_every_adaptive_method_keeps_the_tail(settings, least_recall, least_precision):
    for name in WORLD:
        recall, precision = recall_and_precision(settings, name)
        assert recall >= least_recall, name
        assert precision >= least_precision, name


def test_a_quantile_is_shrunken_as_its_formula_says():
    world = {"large": (1000, 0.3, 0.2, 0.0), "small": (30, 0.3, 0.2, 0.0)}
    scores, _ = simulate(world)
    settings = ScoreSettings(method="quantile", scale="raw", keep_share=0.8, shrinkage=10, min_kept=0)
    found = find_thresholds(scores, settings)
    pooled = np.sort(np.concatenate([scores["large"].raw, scores["small"].raw]))[206]  # 0.2 of 1030
    own = np.quantile(scores["small"].raw, 0.2)
    assert found["small"].value == pytest.approx((30 * own + 10 * pooled) / 40, abs=1e-3)
    assert found["small"].origin == "shrunken"


def test_too_few_rows_take_the_pooled_value_and_say_so():
    world = {"large": (1000, 0.3, 0.2, 0.1), "small": (12, 0.3, 0.2, 0.1)}
    scores, _ = simulate(world)
    scores["small"] = replace(scores["small"], origin="pooled")
    for method in ("quantile", "mismatch", "discovery", "mixture"):
        found = find_thresholds(scores, ScoreSettings(method=method, min_kept=0))
        assert found["small"].origin == "pooled", method
        assert found["large"].origin in ("own", "shrunken"), method


def test_where_matches_score_like_mismatches_nothing_is_dropped():
    world = {"clear": (2000, 0.3, 0.2, 0.2), "blurred": (2000, 0.205, 0.2, 0.2)}
    found = find_thresholds(simulate(world)[0], ScoreSettings(method="mixture"))
    assert found["blurred"] == Threshold(value=-np.inf, origin="undecided")
    assert not found["blurred"].decides
    assert found["clear"].decides


def test_discovery_holds_the_share_of_mismatches():
    scores, right = simulate()
    for wanted in (0.02, 0.1):
        settings = ScoreSettings(method="discovery", false_share=wanted)
        found = find_thresholds(scores, settings)
        kept = scores["head"].on("calibrated") >= found["head"].value
        assert (kept & ~right["head"]).sum() / kept.sum() == pytest.approx(wanted, abs=0.02)


def test_an_adaptive_method_leaves_no_domain_with_less_than_asked():
    world = {"head": (2000, 0.3, 0.2, 0.1), "noise": (40, 0.3, 0.2, 1.0)}
    scores, _ = simulate(world)
    found = find_thresholds(scores, ScoreSettings(method="mismatch", min_kept=8))
    assert found["noise"].lowered
    assert (scores["noise"].on("calibrated") >= found["noise"].value).sum() == 8
    # of a sample of 40 out of 400 rows, one in ten of the eight
    sampled = {**scores, "noise": replace(scores["noise"], total=400)}
    found = find_thresholds(sampled, ScoreSettings(method="mismatch", tau=9.0, min_kept=20))
    assert (scores["noise"].on("calibrated") >= found["noise"].value).sum() == 2


def test_the_paper_s_global_threshold_has_no_guard():
    scores, _ = simulate()
    found = find_thresholds(scores, ScoreSettings(method="global", scale="raw", tau=0.7))
    assert all((domain.raw >= found[name].value).sum() == 0 for name, domain in scores.items())


def test_a_scale_without_calibration_is_refused():
    scores, _ = simulate({"few": (5, 0.3, 0.2, 0.0)})
    bare = {"few": replace(scores["few"], calibrated=None, p_values=None, origin="pooled")}
    with pytest.raises(
        ConfigError, match=r"5 rows are too few to calibrate their scores \(at least 16 .* say --method"
    ):
        find_thresholds(bare, ScoreSettings())
    assert find_thresholds(bare, ScoreSettings(method="none"))["few"].value == -np.inf
    assert find_thresholds(bare, ScoreSettings(method="global", scale="raw", tau=0.25))["few"].value == 0.25
    assert find_thresholds({}, ScoreSettings()) == {}


def test_soft_weights_are_a_half_at_the_threshold():
    threshold = Threshold(value=1.0, origin="own")
    weights = soft_weights(np.array([-99.0, 1.0, 1.67, 99.0]), threshold, "calibrated")
    np.testing.assert_allclose(weights, [0, 0.5, 1 / (1 + np.exp(-1)), 1], atol=1e-6)
