from __future__ import annotations

import pytest

from toile.catalog.filtering.rules import Facts, Verdict, judge
from toile.catalog.filtering.settings import RuleSettings
from toile.catalog.filtering.sight import Seen, check_claims


def _seen(**colours):
    return Seen(persons=1, visible=1.0, area=0.3, colours=colours)


@pytest.mark.parametrize(
    ("text", "seen", "unseen", "miscoloured"),
    [
        ("a red dress", _seen(dress=("red",)), (), ()),
        ("a red dress", _seen(dress=("green",)), (), ("red dress",)),
        ("a navy coat", _seen(outerwear=("black", "white")), (), ()),  # navy looks black
        ("a black coat", _seen(dress=("black",)), (), ()),  # a coat below the waist looks like a dress
        ("blue jeans and a hat", _seen(trousers=("blue",)), ("hat",), ()),
        ("a red hat", _seen(dress=("red",)), ("red hat",), ()),
        ("a red dress", _seen(dress=()), (), ()),  # a grey photo
    ],
)
def test_claims_are_held_against_what_is_seen(text, seen, unseen, miscoloured):
    sight = check_claims(text, seen)
    assert sight.unseen == unseen
    assert sight.miscoloured == miscoloured


def _verdicts(text, seen, **rules):
    sight = None if seen is None else check_claims(text, seen)
    facts = Facts(id="a", text=text, text_origin="caption", num_words=3, width=300, height=300, sight=sight)
    verdicts = judge(facts, RuleSettings(**rules))
    return verdicts["garment"], verdicts["colour"]


def test_the_rules_are_off_until_somebody_looks():
    assert _verdicts("a red dress", None) == (Verdict.OFF, Verdict.OFF)
    assert _verdicts("a red dress", None, look=True) == (Verdict.NOT_JUDGED, Verdict.NOT_JUDGED)


def test_half_of_the_claims_may_fail():
    two = "a red dress and brown boots"
    assert _verdicts(two, _seen(dress=("green",)), look=True) == (Verdict.PASSED, Verdict.DROPPED)
    assert _verdicts(two, _seen(dress=("green",), shoes=("brown",)), look=True) == (Verdict.PASSED, Verdict.PASSED)
    assert _verdicts(two, _seen(bag=("red",)), look=True) == (Verdict.DROPPED, Verdict.NOT_JUDGED)
    assert _verdicts("somebody smiles", _seen(bag=("red",)), look=True) == (Verdict.NOT_JUDGED, Verdict.NOT_JUDGED)
