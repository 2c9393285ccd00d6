import pytest

from toile.catalog.filtering.settings import RuleSettings, ScoreSettings, read_score_settings
from toile.errors import ConfigError


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"method": "global"}, "a global threshold needs its value: say --tau NUMBER, on the calibrated scale"),
        ({"method": "mixture", "tau": 0.5}, "--tau is for the methods global and mismatch; mixture finds its own"),
        ({"method": "mixture", "scale": "raw"}, "the method mixture works on the calibrated scale, not on raw"),
        ({"method": "global", "scale": "percentile", "tau": 3.0}, "tau on the percentile scale is 3.0"),
        ({"keep_share": 1.2, "method": "quantile"}, "keep_share is 1.2; expected a share"),
        ({"method": "none", "soft": True}, "soft weights need a threshold to weigh by"),
    ],
)
def test_settings_that_do_not_go_together(values, message):
    with pytest.raises(ConfigError, match=message):
        ScoreSettings(**values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"max_aspect": 0.5}, "longer side over shorter, so 1 or more"),
        ({"min_body": 2.0}, "min_body is 2.0; expected a share"),
        ({"max_hash_bits": 9}, "may differ in 9 bits; expected 0 to 7"),
        ({"min_cosine": 0.5}, "near-duplicates from cosine 0.5; expected 0.95 to 1"),
    ],
)
def test_impossible_rules(values, message):
    with pytest.raises(ConfigError, match=message):
        RuleSettings(**values)


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ConfigError, match="no method 'magic'; choose one of none, global, quantile"):
        read_score_settings("magic", "raw")
    with pytest.raises(ConfigError, match="no score scale 'logit'; choose one of raw, percentile, calibrated"):
        read_score_settings("none", "logit")
    assert read_score_settings("global", "raw", tau=0.28).tau == 0.28
