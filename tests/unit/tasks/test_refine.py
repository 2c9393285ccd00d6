"""Refining inside the studio: the tower where nothing is named, designs from refined briefs, captions, edits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import toile
from toile.culture.knowledge import knowledge
from toile.errors import QueryError
from toile.recipe import Recipe, read_recipe
from toile.tasks.design import save_picture
from toile.tasks.drawing import Settings
from toile.tasks.refine import drawable_of, refined_caption, refiner, wishes_of
from toile.tasks.replay import replay
from toile.tasks.tradition import lost, records_of

QUICK = Settings(steps=1)


def no_tower(texts):
    raise AssertionError("the tower was asked")


def test_a_name_needs_no_model():
    assert refiner(sentences=no_tower)("hanbok", wishes_of()).records == ("hanbok",)


def test_a_description_asks_the_tower():
    with pytest.raises(AssertionError, match="the tower was asked"):
        refiner(sentences=no_tower)("a knitted hat with ear flaps", wishes_of())


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"tradition": 2.0}, "tradition is 2.0, expected 0 to 1"),
        ({"lock": {"shoe": "red"}}, "there is no field 'shoe'"),
        ({"lock": {"colour": " "}}, "say which colour"),
        ({"allow_restricted": "why"}, "say in a few words why"),
    ],
)
def test_wishes_that_can_t_be_are_refused(wish: dict[str, object], message: str):
    with pytest.raises(QueryError, match=message):
        wishes_of(**wish)


def test_an_unknown_policy_is_refused():
    with pytest.raises(QueryError, match="policy is 'lax', expected one of strict, flag, open"):
        refiner(policy="lax")


def test_a_design_is_drawn_from_a_refined_brief_and_its_recipe_cites_the_records(tiny_bundle: Path, tmp_path: Path):
    studio = toile.load(tiny_bundle)
    (drawn,) = studio.design("Korean bride in pink", refine=True, settings=QUICK)
    assert drawn.recipe.cites == ["kb:hanbok"]
    assert drawn.recipe.arguments["prompt"].startswith("pink ")
    assert drawn.recipe.arguments["refined"]["brief"] == "Korean bride in pink"
    assert any(note.startswith("drawn as: pink") for note in drawn.notes)
    save_picture(drawn.image, drawn.recipe, tmp_path / "a.png")
    assert replay(tmp_path / "a.png", bundle=studio.bundle) == (tmp_path / "a.png").read_bytes()
    assert read_recipe(tmp_path / "a.png").cites == ["kb:hanbok"]


@pytest.mark.parametrize(
    ("brief", "message"),
    [
        ("war bonnet", "Each feather stands for an honour"),
        ("a traditional zorvak", "no record of 'zorvak'"),
        ("a gat", "nothing that covers the body"),
    ],
)
def test_what_can_t_be_drawn_says_why(brief: str, message: str):
    with pytest.raises(QueryError, match=message):
        drawable_of(refiner(sentences=lambda texts: pytest.fail("asked"))(brief, wishes_of()))


def test_a_caption_gets_nothing_that_isn_t_certain():
    told = refined_caption("red kmiono")
    assert told is not None
    assert told.startswith("red kimono, Japanese, straight ankle-length wrapped robe")
    assert "silk" not in told
    assert refined_caption("red summer dress") is None


def test_a_picture_s_records_are_those_cited_or_else_named():
    recipe = Recipe(verb="design", arguments={}, bundle="", version="", cites=["kb:kilt", "garment-7"])
    assert [record.id for record in records_of(recipe, "red kimono")] == ["kilt"]
    assert [record.id for record in records_of(None, "red kimono")] == ["kimono"]
    assert records_of(None, "red dress") == []


@pytest.mark.parametrize(
    ("to", "before", "after", "new", "says"),
    [
        ("closed right over left", {}, {}, None, "at odds with kimono"),
        ("short sleeves", {}, {}, None, "kimono has sleeve length long, and this picture shows short"),
        ("a slit", {"sleeve_type": "kimono"}, {"sleeve_type": "puffed"}, None, "sleeve type kimono"),
        ("red skirt", {}, {}, "skirt", "it is no kimono"),
    ],
)
def test_an_edit_says_what_it_takes(to: str, before: dict, after: dict, new: str | None, says: str):
    assert any(says in note for note in lost([knowledge()["kimono"]], to, before, after, new_garment=new))


def test_an_edit_that_takes_nothing_says_nothing():
    assert lost([knowledge()["kimono"]], "long sleeves", {"collar": "v"}, {"collar": "v"}, new_garment=None) == []
    # What was not seen before is not lost.
    assert lost([knowledge()["kimono"]], "a slit", {"collar": "round"}, {"collar": "stand"}, new_garment=None) == []


def test_json_of_the_recipe_is_plain(tiny_bundle: Path):
    (drawn,) = toile.load(tiny_bundle).design("red kimono", refine=True, settings=QUICK)
    assert json.loads(drawn.recipe.to_json())["arguments"]["refined"]["records"] == ["kimono"]
