"""Texts about garments, clause by clause."""

from __future__ import annotations

import pytest

from toile.culture.knowledge import knowledge
from toile.culture.verify import Verifier


@pytest.mark.parametrize(
    ("clause", "label"),
    [
        ("straight ankle-length wrapped robe", "supported"),
        ("crane", "supported"),
        ("a crane that means long life", "supported"),
        ("a crane symbolising autumn", "unsupported"),
        ("closed right over left", "contradicted"),
        ("not right over left", "supported"),
        ("a zip fastener", "contradicted"),
        ("with a Scottish tartan sash", "contradicted"),
        ("sacred leopard spots symbolising ancestral power", "unsupported"),
        ("standing in soft studio light", "neutral"),
        ("emerald glitter", "user"),
    ],
)
def test_clauses_of_a_kimono(clause: str, label: str):
    (claim,) = Verifier([knowledge()["kimono"]], "a kimono with emerald glitter").claims(clause)
    assert claim.label == label, claim


def test_policies_drop_tell_or_keep():
    verifier = Verifier([knowledge()["kimono"]])
    text = "wide stiff sash, woven by blind monks"
    assert verifier.kept(text, "strict")[0] == "wide stiff sash"
    for policy in ("flag", "open"):
        assert verifier.kept(text, policy)[0] == text


def test_without_records_every_cultural_word_is_unsupported():
    (claim,) = Verifier(()).claims("a sacred mantle of the elders")
    assert claim.label == "unsupported"
