"""What goes together: every refusal says what came and what would do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.construction import CONSTRUCTIONS, HEM_CUTS, SLEEVE_TYPE_LENGTHS
from toile.catalog.plates.looks.look import Bag, Cloth, Figure, Garment, Hat, Look
from toile.catalog.plates.looks.rules import check_garment, check_look, construction_of, contrast, problems
from toile.errors import ConfigError
from toile.taxonomy import CATEGORIES, COLOURS

FIGURE = Figure(pose="straight", build="slim", skin="tan", hair="bob", hair_colour="black")
DRESS = Garment(category="dress", cloth=Cloth(colour="red"), length="knee", collar="v", hem="flat", cut="a-line")
TOP = Garment(category="t-shirt", cloth=Cloth(colour="white"))
JEANS = Garment(category="jeans", cloth=Cloth(colour="blue", fabric="denim"))
LOOK = Look(figure=FIGURE, garments=(DRESS,))
KIMONO = Garment(category="kimono", cloth=Cloth(colour="teal", fabric="silk"))


def test_a_look_that_goes_together_has_no_problems():
    assert list(problems(LOOK)) == []
    assert list(problems(replace(LOOK, garments=(JEANS, TOP)))) == []


def test_tables_name_every_value_of_the_vocabulary():
    assert tuple(CONSTRUCTIONS) == words.CATEGORIES
    assert set(SLEEVE_TYPE_LENGTHS) == set(words.SLEEVE_TYPES)
    assert set(HEM_CUTS) == set(words.HEMS)
    for values, field in (
        (words.LENGTHS, "lengths"),
        (words.SLEEVE_LENGTHS, "sleeve_lengths"),
        (words.SLEEVE_TYPES, "sleeve_types"),
        (words.COLLARS, "collars"),
        (words.HEMS, "hems"),
        (words.FABRICS, "fabrics"),
    ):
        used = {value for made in CONSTRUCTIONS.values() for value in getattr(made, field)}
        assert used == set(values), field
        assert len(values) >= 5


@pytest.mark.parametrize(
    ("garment", "message"),
    [
        (replace(DRESS, collar="halter", sleeve_length="long"), "halter collar leaves no shoulder for sleeves"),
        (replace(DRESS, sleeve_length="sleeveless", sleeve_type="puffed"), "sleeveless dress can't have puffed"),
        (
            replace(DRESS, sleeve_length="long", sleeve_type="puffed"),
            "puffed sleeves can't be long; they come in short",
        ),
        (replace(DRESS, hem="slit", cut="full"), "slit hem doesn't go with the cut full; it goes with pencil"),
        (replace(DRESS, cut="mermaid", length="short"), "mermaid needs more length than short; mid is the least"),
        (replace(DRESS, collar="hood"), "dress with the collar 'hood' can't be drawn; choose one of round"),
        (replace(JEANS, sleeve_length="long"), "jeans has no sleeve length, but 'long' was asked for"),
        (replace(DRESS, cloth=Cloth(colour="red", fabric="leather")), "dress isn't made of leather"),
        (replace(DRESS, cloth=Cloth(colour="red", pattern="dots")), "'dots' needs a second colour"),
        (replace(DRESS, cloth=Cloth(colour="white", pattern="dots", second="ivory")), "ivory on white can't be seen"),
        (replace(DRESS, cloth=Cloth(colour="white", second="red")), "a plain cloth has one colour"),
        (replace(DRESS, cloth=Cloth(colour="white", pattern="dots", second="red", fabric="lace")), "always plain"),
        (replace(DRESS, cloth=Cloth(colour="puce")), "no colour 'puce'; choose one of white"),
        (replace(DRESS, cloth=Cloth(colour="red", pattern="tartan")), "no pattern 'tartan'"),
        (replace(DRESS, cloth=Cloth(colour="red", fabric="tin")), "no fabric 'tin'"),
        (replace(DRESS, cloth=Cloth(colour="blue", pattern="kente", second="white")), "come in kente"),
        (replace(DRESS, tucked=True), "dress can't be tucked in"),
        (replace(DRESS, open=True), "dress can't be worn open"),
        (replace(TOP, tucked=True, hem="curved"), "hem of a tucked t-shirt would not be seen"),
        (replace(DRESS, category="toga"), "no garment category 'toga'; choose one of t-shirt"),
        (replace(KIMONO, collar="v"), "kimono has no collar"),
        (replace(KIMONO, trim=Cloth(colour="puce")), "no colour 'puce'"),
    ],
)
def test_garments_that_cannot_be_made(garment, message):
    with pytest.raises(ConfigError, match=message):
        check_garment(garment)


@pytest.mark.parametrize(
    ("look", "message"),
    [
        (replace(LOOK, garments=()), "at least one garment"),
        (replace(LOOK, garments=(TOP,)), "leaves the legs bare"),
        (replace(LOOK, garments=(JEANS,)), "leaves the body bare"),
        (replace(LOOK, garments=(JEANS, DRESS)), "dress and jeans can't be worn together"),
        (replace(LOOK, garments=(JEANS, replace(JEANS, cloth=JEANS.cloth), TOP)), "jeans and jeans are two things"),
        (replace(LOOK, garments=(TOP, JEANS)), "not in the order from inside to outside"),
        (replace(LOOK, garments=(DRESS, replace(TOP, tucked=True))), "nothing to tuck the top into"),
        (replace(LOOK, figure=replace(FIGURE, pose="flying")), "no pose 'flying'; choose one of straight"),
        (replace(LOOK, figure=replace(FIGURE, build="giant")), "no build 'giant'"),
        (replace(LOOK, figure=replace(FIGURE, skin="blue")), "no skin 'blue'"),
        (replace(LOOK, figure=replace(FIGURE, hair="mohawk")), "no hair 'mohawk'"),
        (replace(LOOK, figure=replace(FIGURE, hair_colour="teal")), "no hair colour 'teal'; choose one of black"),
        (replace(LOOK, figure=replace(FIGURE, pose="pockets")), "hands in pockets need trousers"),
        (replace(LOOK, figure=replace(FIGURE, hair="afro"), hat=Hat(kind="beret", colour="red")), "no hat sits on"),
        (replace(LOOK, figure=replace(FIGURE, pose="akimbo"), bag=Bag(kind="tote", colour="red")), "hanging arm"),
        (replace(LOOK, bag=Bag(kind="sack", colour="red")), "no kind of bag 'sack'"),
        (replace(LOOK, wash="puce"), "no colour 'puce'"),
        (replace(LOOK, garments=(KIMONO,)), "kimono belongs to a tradition, but the look names none"),
        (replace(LOOK, culture="kimono"), "culture is 'kimono', but no such garment is worn"),
        (replace(LOOK, culture="toga"), "no record 'toga'"),
        (
            replace(LOOK, garments=(KIMONO,), culture="kimono", figure=replace(FIGURE, pose="arm-raised")),
            "'arm-raised' hides how a kimono is made",
        ),
    ],
)
def test_looks_that_cannot_be_worn(look, message):
    with pytest.raises(ConfigError, match=message):
        check_look(look)


def test_a_hijab_takes_colours_of_cloth():
    look = replace(LOOK, figure=replace(FIGURE, hair="hijab", hair_colour="teal"))
    assert list(problems(look)) == []


def test_contrast_is_of_lightness():
    assert contrast("white", "black") == pytest.approx(0.80, abs=0.01)
    assert contrast("red", "red") == 0


def test_both_kinds_of_category_have_a_construction():
    assert construction_of("dress").role == "whole"
    assert construction_of("kilt").role == "bottom"


def test_everything_maps_onto_the_closed_words_of_the_product():
    assert {colour.basic for colour in words.PALETTE.values()} == set(COLOURS)
    assert {made.category for made in CONSTRUCTIONS.values()} <= set(CATEGORIES)
    assert len(words.PALETTE) >= 24 and len(words.PATTERNS) >= 10 and len(words.FABRICS) >= 6
    assert len(CONSTRUCTIONS) >= 14
