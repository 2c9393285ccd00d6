"""Captions say what is drawn, in the grammar and in everyday words."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.look import Cloth, Figure, Garment, Look, Shoes
from toile.catalog.plates.sampling.looks import sample_look
from toile.catalog.plates.wording.captions import attributes, garment_captions, hierarchical_caption, plain_captions
from toile.catalog.plates.wording.phrases import NOUNS
from toile.recipes.captions import UNSEEN_NOUNS

FIGURE = Figure(pose="straight", build="slim", skin="tan", hair="bob", hair_colour="black")
DRESS = Garment(
    category="dress",
    cloth=Cloth(colour="red", fabric="silk"),
    length="knee",
    sleeve_length="short",
    sleeve_type="puffed",
    collar="v",
    hem="flat",
    cut="flared",
)
LOOK = Look(figure=FIGURE, garments=(DRESS,), shoes=Shoes(kind="pump", colour="black"))


def test_the_grammar_has_ten_items_in_a_fixed_order():
    items = hierarchical_caption(LOOK).split(", ")
    assert items == [
        "Dress",
        "Sweet",
        "Party",
        "Elongate Neck",
        "Drape Feeling",
        "Knee-length Dress",
        "Short Sleeve",
        "Puffed Sleeve",
        "V-Neck",
        "Flat Hem",
    ]


def test_sleeves_and_collar_are_those_that_are_seen():
    skirt = Garment(category="skirt", cloth=Cloth(colour="navy"), length="short", hem="pleated", cut="a-line")
    shirt = Garment(
        category="shirt", cloth=Cloth(colour="white"), sleeve_length="long", sleeve_type="shirt", collar="shirt"
    )
    vest = Garment(category="vest", cloth=Cloth(colour="grey"), sleeve_length="sleeveless", collar="v")
    items = hierarchical_caption(replace(LOOK, garments=(skirt, shirt, vest))).split(", ")
    assert items[6:9] == ["Long Sleeve", "Shirt Sleeve", "V-Neck"]


def test_everyday_words():
    captions = plain_captions(LOOK)
    assert captions[0] == "red silk knee-length flared dress with short puffed sleeves and a v-neck, black pumps"
    assert "red dress, black pumps" in captions
    assert "someone in a red dress" in captions
    assert captions[1].startswith("a woman wearing a knee-length red silk flared frock")
    assert garment_captions(DRESS)[1] == "red dress laid flat"


def test_held_out_words_are_not_used():
    for index in range(300):
        look = sample_look(index)
        for caption in plain_captions(look, without=UNSEEN_NOUNS):
            assert not set(caption.replace(",", "").split()) & set(UNSEEN_NOUNS), caption


def test_everything_has_nouns():
    assert set(NOUNS) == {*words.CATEGORIES, *words.SHOES, *words.BAGS, *words.HATS}


def test_every_look_has_several_different_captions():
    for index in range(300):
        captions = plain_captions(sample_look(index))
        assert len(captions) >= 4
        assert all(caption == caption.strip() and "  " not in caption and "None" not in caption for caption in captions)


def test_attributes_are_named_as_in_records():
    assert attributes(DRESS) == {
        "length": "knee",
        "sleeve": "short",
        "sleeve_type": "puffed",
        "collar": "v",
        "hem": "flat",
        "cut": "flared",
        "pattern": "plain",
        "fabric": "silk",
        "colour": "red",
        "garment": "dress",
    }


@pytest.mark.parametrize(
    ("culture", "item"), [("kimono", "Kimono Sleeve"), ("qipao", "Stand Collar"), ("kilt", "Pleated Hem")]
)
def test_traditional_garments_say_what_their_construction_fixes(culture, item):
    assert item in hierarchical_caption(sample_look(1, wishes={"culture": culture}))


@pytest.mark.parametrize(
    ("culture", "phrase"),
    [
        ("kimono", r"(with|and) an? \w+ obi"),
        ("kilt", r"(with|and) \w+ socks"),
        ("agbada", r"(with|and) \w+ embroidery"),
        ("dirndl", r"(with|and) an? \w+ apron"),
    ],
)
def test_second_cloths_have_names(culture, phrase):
    for seed in range(5):
        assert re.search(phrase, plain_captions(sample_look(seed, wishes={"culture": culture}))[0])
