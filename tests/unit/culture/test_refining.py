"""Briefs become prompts whose cultural statements are records', and what must not be shown isn't."""

from __future__ import annotations

import json

import pytest

from toile.culture.knowledge import knowledge
from toile.culture.refining import SHORT, refine, tokens
from toile.culture.slots import Wishes
from toile.culture.verify import Verifier
from toile.errors import QueryError


def test_each_slot_says_what_it_is_from():
    refined = refine("dark green hanbok for Seollal")
    sources = {(slot.field, slot.value): slot.source for slot in refined.slots}
    assert sources["garment", "hanbok"] == "kb:hanbok#/names/canonical"
    assert sources["colour", "dark green"] == "user"
    for slot in refined.slots:
        if slot.source != "user":
            key, pointer = slot.source.removeprefix("kb:").split("#")
            found: object = knowledge()[key].model_dump(mode="json")
            for step in pointer.strip("/").split("/"):
                found = found[int(step)] if isinstance(found, list) else found[step]  # type: ignore[index]
            assert found == slot.value


def test_the_same_seed_chooses_the_same_and_others_differ():
    first = refine("Japanese wedding guest", Wishes(seed=1))
    assert first == refine("Japanese wedding guest", Wishes(seed=1))
    assert len({refine("Japanese wedding guest", Wishes(seed=seed)).prompt for seed in range(12)}) > 3


def test_a_prompt_starts_with_the_garment_and_fits_the_tower():
    refined = refine("red and gold sari for a wedding, studio light, full length", Wishes(tradition=1.0))
    assert refined.prompt.startswith("red sari")
    assert tokens(refined.prompt_short) <= SHORT
    for word in ("gold", "wedding", "studio light", "full length"):
        assert word in refined.prompt_short


def test_works_are_cited_for_what_they_support():
    refined = refine("kimono")
    assert refined.citations
    shown = {slot.value for slot in refined.slots}
    assert all(set(citation.slots) <= shown for citation in refined.citations)


def test_a_description_finds_its_garment():
    refined = refine("a traditional knitted hat with ear flaps")
    assert refined.records == ("chullo",)
    assert refined.questions


def test_everyday_clothes_stay_as_they_are():
    refined = refine("red summer dress with puffed sleeves")
    assert (refined.prompt, refined.records) == ("red summer dress with puffed sleeves", ())


def test_an_invented_garment_is_not_described():
    refined = refine("a traditional zorvak in red")
    assert (refined.records, refined.unknown) == ((), ("zorvak",))
    assert "no record of 'zorvak'" in refined.warnings[0]
    assert "zorvak" not in refined.prompt


def test_a_restricted_garment_is_explained_and_alternatives_are_named():
    refined = refine("war bonnet for a music festival")
    care = knowledge()["war-bonnet"].sensitivity
    assert (refined.declined, refined.prompt, refined.drawable) == (("war-bonnet",), "", None)
    assert str(care.guidance) in refined.warnings[0]
    assert knowledge()[care.alternatives[0]].names.canonical in refined.warnings[0]


def test_with_a_reason_it_is_shown_and_the_reason_stands_beside_it():
    refined = refine("war bonnet", Wishes(allow_restricted="museum label on Plains regalia"))
    assert refined.records == ("war-bonnet",)
    assert "museum label" in refined.notices[0]


def test_not_even_a_reason_makes_a_joke_of_it():
    assert refine("sexy war bonnet", Wishes(allow_restricted="for a school book")).declined == ("war-bonnet",)


def test_what_the_record_calls_wrong_stays_and_is_said():
    refined = refine("kimono closed right over left")
    assert "right over left" in refined.prompt
    assert any("the dead" in warning for warning in refined.warnings)


def test_two_cultures_at_odds_are_both_kept_and_told():
    refined = refine("a Japanese dirndl")
    assert refined.records == ("dirndl",)
    assert "not tied to Japanese" in refined.warnings[0]


def test_a_shared_name_is_asked_about():
    refined = refine("a tubeteika") if "tubeteika" in knowledge() else refine("pollera")
    assert refined.candidates


def test_a_culture_without_records_is_said_to_have_none():
    refined = refine("Swiss farmer")
    assert refined.records == ()
    assert "no record of what is worn in Switzerland" in refined.warnings[0]


def test_an_unknown_wished_culture_is_refused():
    with pytest.raises(QueryError, match="no record is of the culture 'Zamundan'"):
        refine("wedding guest", Wishes(culture="Zamundan"))


@pytest.mark.parametrize("key", sorted(knowledge()))
def test_the_prompt_of_every_record_holds_by_its_own_verifier(key: str):
    record = knowledge()[key]
    refined = refine(record.names.canonical, Wishes(garment=key, tradition=1.0, allow_restricted="test of all records"))
    wrong = [claim for claim in Verifier([record]).claims(refined.prompt) if claim.label != "supported"]
    assert [claim for claim in wrong if claim.label in ("unsupported", "contradicted")] == []


def test_json_holds_everything():
    told = json.loads(refine("kimono").to_json())
    assert {"brief", "slots", "prompt", "prompt_short", "drawable", "citations", "questions", "warnings"} <= set(told)
