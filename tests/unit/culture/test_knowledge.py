"""The knowledge base: every record valid, found by every name, and each statement known to be sourced or a draft."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from toile.culture.knowledge import knowledge
from toile.culture.lookup import record_named, records_of
from toile.culture.names import SURE, dice, folded
from toile.culture.record import Record, resolves
from toile.culture.validate import problems
from toile.errors import QueryError

SASH: dict[str, Any] = {
    "id": "long-sash",
    "names": {"canonical": "long sash", "aliases": ["sashes"]},
    "culture": {
        "people": "Testers", "countries": ["XX"], "continent": "Europe", "region": "Northern Europe",
    },
    "category": "belt",
    "body_zone": "waist",
    "materials": ["wool", "linen"],
    "motifs": [{"name": "stars", "meaning": "the night"}],
    "visual": ["a long red sash", "white stars"],
    "sources": [{"title": "Sashes of the Testers", "year": 1999, "supports": ["/materials/0", "/motifs"]}],
}  # fmt: skip


def test_every_record_of_the_package_is_valid():
    rows = [record.model_dump(mode="json") for record in knowledge().values()]
    assert list(problems(rows, set(knowledge()))) == []


def test_every_record_is_found_by_each_of_its_own_names():
    shared = [
        (record.id, name, record_named(name).id)
        for record in knowledge().values()
        for name in (record.id, record.names.canonical)
        if record_named(name).id != record.id
    ]
    assert shared == []


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("Hanbok", "hanbok"), ("han bok", "hanbok"), ("한복", "hanbok"), ("kimonno", "kimono"), ("dirndle", "dirndl")],
)
def test_names_are_found_however_they_are_written(typed: str, wanted: str):
    assert record_named(typed).id == wanted


def test_an_invented_garment_has_no_record():
    with pytest.raises(QueryError, match="no record is called 'zorvak'"):
        record_named("zorvak")


def test_records_are_listed_by_people_country_and_care():
    japanese = records_of("japanese")
    assert {"kimono", "yukata"} <= set(japanese)
    assert set(records_of("JP")) >= set(japanese)
    assert all(record.sensitivity.level == "restricted" for record in records_of(level="restricted").values())
    assert all(record.culture.continent == "Africa" for record in records_of(continent="africa").values())


def test_a_statement_is_sourced_where_a_work_supports_it_or_what_holds_it():
    record = Record.model_validate(SASH)
    told = {pointer: record.is_sourced(pointer) for pointer, _ in record.statements()}
    assert told["/materials/0"]
    assert not told["/materials/1"]
    assert told["/motifs/0/name"]
    assert told["/motifs/0/meaning"]
    assert not told["/period/status"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"category": "gown"}, "category: Input should be"),
        ({"visual": ["a sash"]}, "visual: Tuple should have at least 2 items"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"sources": [{"title": "A Book", "year": 1999, "supports": ["/techniques"]}]}, "supports '/techniques'"),
        ({"confusable_with": [{"id": "obi", "difference": "wider"}]}, "names 'obi', of which there is no record"),
        ({"sensitivity": {"level": "care"}}, "neither guidance nor reasons say why"),
        (
            {"sensitivity": {"level": "restricted", "reasons": ["sacred"], "guidance": "Ask first."}},
            "no open alternative is offered",
        ),
        ({"drawn_as": {"words": "a zorvak"}}, "names no garment that can be drawn"),
        ({"drawn_as": {"words": "a dress", "attributes": {"collar": "x"}}}, "collar can't be 'x'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_record_is_said(change: dict[str, Any], problem: str):
    (found,) = problems([copy.deepcopy(SASH) | change], {"long-sash"})
    assert problem in found


def test_an_id_may_be_there_once():
    assert "long-sash: the id is there 2 times" in list(problems([SASH, SASH], {"long-sash"}))


def test_pointers_point_at_something_that_is_there():
    assert resolves(SASH, "/motifs/0/name")
    assert not resolves(SASH, "/motifs/1")
    assert not resolves(SASH, "/techniques")


def test_letters_alone_make_a_name():
    assert folded("Áo-dài") == folded("ao dai") == "aodai"
    assert folded("が") != folded("か")
    assert dice("hanbok", "hanbok") == 1
    assert dice("hanbok", "hambok") < 1
    assert dice("kimono", "sari") < SURE
