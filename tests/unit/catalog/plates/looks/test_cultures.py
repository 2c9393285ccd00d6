"""The records of traditional garments: enough of them, complete, and careful."""

from __future__ import annotations

import re

import pytest

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.taxonomy import CATEGORIES


def test_many_garments_of_many_cultures():
    assert len(TRADITIONS) >= 24
    assert len({tradition.people for tradition in TRADITIONS.values()}) >= 12


@pytest.mark.parametrize("tradition", TRADITIONS.values(), ids=lambda tradition: tradition.id)
def test_a_record_is_complete(tradition):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", tradition.id)
    assert tradition.id not in words.CATEGORIES
    assert all(re.fullmatch(r"[A-Z]{2}", country) for country in tradition.countries)
    assert tradition.names and tradition.native and tradition.people
    assert len(tradition.facts) >= 2
    assert tradition.status == "draft"
    assert set(tradition.wearers) <= {"woman", "man"}
    assert (tradition.level == "care") == bool(tradition.note)
    assert tradition.construction.category in CATEGORIES
    assert set(tradition.colours + tradition.trims) <= set(words.PALETTE)
    assert set(tradition.construction.patterns + tradition.trim_patterns) <= set(words.PATTERNS)
    assert set(tradition.construction.fabrics) <= set(words.FABRICS)
    assert set(tradition.poses) <= set(words.POSES)
    assert set(tradition.shoes) <= set(words.SHOES)
    assert set(tradition.hats) <= set(words.HATS)
    assert tradition.attributes["length"] in words.LENGTHS if "length" in tradition.attributes else True


@pytest.mark.parametrize("crossed", ["kimono", "yukata", "hakama", "hanfu"])
def test_crossed_robes_say_which_side_lies_on_top(crossed):
    tradition = TRADITIONS[crossed]
    assert any("left" in fact for fact in tradition.facts)
    assert any("dead" in never for never in tradition.never)
