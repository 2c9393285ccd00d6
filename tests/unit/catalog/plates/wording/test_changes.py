"""One-attribute pairs: one field differs, and the sentences say which way."""

from __future__ import annotations

from dataclasses import fields

import pytest

from toile.catalog.plates.looks.look import Cloth, Figure, Garment, Look
from toile.catalog.plates.looks.rules import problems
from toile.catalog.plates.sampling.looks import sample_look
from toile.catalog.plates.wording.changes import ATTRIBUTES, change_attribute, sample_change

FIGURE = Figure(pose="straight", build="slim", skin="tan", hair="bob", hair_colour="black")
DRESS = Garment(
    category="dress",
    cloth=Cloth(colour="red"),
    length="knee",
    sleeve_length="short",
    sleeve_type="regular",
    collar="round",
    hem="flat",
    cut="straight",
)
LOOK = Look(figure=FIGURE, garments=(DRESS,))


def test_a_change_touches_one_garment_in_one_attribute():
    seen = set()
    for index in range(300):
        look = sample_look(index)
        change = sample_change(look)
        seen.add(change.attribute)
        assert list(problems(change.look)) == []
        others = [
            pair
            for slot, pair in enumerate(zip(look.garments, change.look.garments, strict=True))
            if slot != change.slot
        ]
        assert all(before == after for before, after in others)
        before, after = look.garments[change.slot], change.look.garments[change.slot]
        differing = {
            field.name for field in fields(Garment) if getattr(before, field.name) != getattr(after, field.name)
        }
        allowed = {
            "colour": {"cloth"},
            "pattern": {"cloth"},
            "trim": {"trim"},
            "sleeve_length": {"sleeve_length", "sleeve_type"},
        }
        assert differing and differing <= allowed.get(change.attribute, {change.attribute})
    assert seen == set(ATTRIBUTES)


def test_the_same_numbers_give_the_same_change():
    assert sample_change(LOOK, seed=5) == sample_change(LOOK, seed=5)
    assert len({sample_change(LOOK, seed=seed).look for seed in range(12)}) > 4


@pytest.mark.parametrize(
    ("attribute", "value", "sentence"),
    [
        ("length", "long", "but with a longer dress"),
        ("length", "short", "is shorter"),
        ("sleeve_length", "long", "but with longer sleeves"),
        ("sleeve_length", "sleeveless", "but sleeveless"),
        ("sleeve_type", "puffed", "has puffed sleeves instead of plain sleeves"),
        ("collar", "stand", "but with a stand collar"),
        ("hem", "slit", "the same with a slit"),
        ("colour", "green", "the same in green"),
        ("colour", "green", "is green instead of red"),
        ("pattern", "dots", "has white polka dots"),
        ("cut", "a-line", "has an a-line skirt instead of a straight one"),
    ],
)
def test_what_is_said_of_a_change(attribute, value, sentence):
    change = change_attribute(LOOK, 0, attribute, value)
    assert change is not None
    assert (change.before, change.after) != (change.after, change.before)
    assert any(said.endswith(sentence) for said in change.sentences), change.sentences


def test_changes_that_do_not_go_together_are_not_made():
    assert change_attribute(LOOK, 0, "collar", "halter") is None
    assert change_attribute(LOOK, 0, "colour", "red") is None


def test_a_traditional_garments_second_cloth_changes_by_its_name():
    look = sample_look(2, wishes={"culture": "kimono"})
    now = look.garments[0].trim.colour
    change = change_attribute(look, 0, "trim", "green" if now != "green" else "navy")
    assert change is not None
    assert change.sentences[0] == f"but with a {change.after} obi"
    assert change.look.garments[0].cloth == look.garments[0].cloth
