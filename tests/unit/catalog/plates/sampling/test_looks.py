"""Random looks: the same number, the same look; balanced; every one can be worn."""

from __future__ import annotations

from collections import Counter

import pytest

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.rules import main_garment, problems
from toile.catalog.plates.sampling.dice import HARMONIES
from toile.catalog.plates.sampling.looks import sample_look
from toile.errors import ConfigError


@pytest.fixture(scope="module")
def looks():
    return [sample_look(index, seed=3) for index in range(1500)]


def test_every_look_goes_together(looks):
    assert [problem for look in looks for problem in problems(look)] == []


def test_the_same_number_gives_the_same_look(looks):
    assert sample_look(17, seed=3) == looks[17]
    assert sample_look(17, seed=4) != looks[17]
    assert len(set(looks)) == len(looks)


def test_looks_are_pinned():
    """A look is its number's for ever: pictures of two versions must show the same clothes."""
    look = sample_look(2)
    garment = main_garment(look)
    assert (look.figure.pose, look.figure.build) == PINNED_FIGURE
    assert (garment.category, garment.cloth.colour, garment.cloth.pattern) == PINNED_GARMENT


PINNED_FIGURE = ("hand-on-hip", "slim")
PINNED_GARMENT = ("dress", "pink", "check")


def test_every_value_is_drawn_often_enough_to_be_learnt(looks):
    garments = [garment for look in looks for garment in look.garments]
    for field, values in (
        ("length", words.LENGTHS),
        ("sleeve_length", words.SLEEVE_LENGTHS),
        ("sleeve_type", words.SLEEVE_TYPES),
        ("collar", words.COLLARS),
        ("hem", words.HEMS),
    ):
        counts = Counter(getattr(garment, field) for garment in garments)
        assert min(counts[value] for value in values) >= 5, (field, counts)
    colours = Counter(garment.cloth.colour for garment in garments)
    assert min(colours[name] for name in words.PALETTE) >= 0.01 * len(garments)


def test_people_are_alike_in_all_clothes(looks):
    """Skin never follows from a tradition: both groups have every skin about as often."""
    traditional = Counter(look.figure.skin for look in looks if look.culture)
    assert 0.12 < sum(traditional.values()) / len(looks) < 0.24
    assert min(traditional[skin] for skin in words.SKINS) >= 0.5 * sum(traditional.values()) / len(words.SKINS)


def test_forty_harmonies_that_can_be_told_apart():
    assert len(HARMONIES) == len(set(HARMONIES)) == 40
    assert all(len(set(harmony)) == 3 and set(harmony) <= set(words.PALETTE) for harmony in HARMONIES)


def test_every_tradition_can_be_asked_for():
    for culture in TRADITIONS:
        look = sample_look(5, wishes={"culture": culture})
        assert look.culture == culture
        assert main_garment(look).category == culture


def test_wishes_are_fulfilled():
    look = sample_look(8, wishes={"category": "dress", "sleeve_type": "puffed", "colour": "green", "pose": "walking"})
    dress = next(garment for garment in look.garments if garment.category == "dress")
    assert (dress.sleeve_type, dress.cloth.colour, look.figure.pose) == ("puffed", "green", "walking")


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"collar": "halter", "sleeve_length": "long"}, "no look has collar=halter, sleeve_length=long: the halter"),
        ({"category": "toga"}, "no garment category 'toga'"),
        ({"culture": "toga"}, "there is no culture 'toga'; choose one of kimono"),
        ({"colour": "puce"}, "there is no colour 'puce'"),
        ({"mood": "gloomy"}, "can't be asked for by 'mood'; choose from category"),
        ({"collar": "hood", "cut": "mermaid"}, "no garment has collar=hood, cut=mermaid all at once"),
        ({"pose": "pockets", "category": "skirt"}, "hands in pockets need trousers"),
    ],
)
def test_wishes_that_do_not_go_together(wishes, message):
    with pytest.raises(ConfigError, match=message):
        sample_look(0, wishes=wishes)


def test_numbers_are_not_negative():
    with pytest.raises(ConfigError, match="index -1 and seed 0 must not be negative"):
        sample_look(-1)
