"""What a plate says of its parts: by the outermost garment, and only what is seen."""

from __future__ import annotations

from toile.catalog.plates import Cloth, Figure, Garment, Look, build_plate
from toile.catalog.plates.examples import PlateConfig, PlateExample, example
from toile.catalog.plates.worn import flat_answers, look_answers, worn_parts
from toile.taxonomy import ATTRIBUTES, PATTERNS

_SOMEBODY = Figure(pose="straight", build="slim", skin="tan", hair="bob", hair_colour="brown")


def _plate(*garments: Garment) -> PlateExample:
    look = Look(figure=_SOMEBODY, garments=garments)
    return PlateExample(index=0, config=PlateConfig(height=128), look=look, plate=build_plate(look))


def _trousers(**values: str) -> Garment:
    return Garment(category="trousers", cloth=Cloth(colour="navy"), length="long", hem="flat", cut="straight", **values)


def _blouse(**values: object) -> Garment:
    return Garment(
        category="blouse",
        cloth=Cloth(colour="white"),
        **{
            "length": "short",
            "sleeve_length": "short",
            "sleeve_type": "puffed",
            "collar": "v",
            "hem": "curved",
            **values,
        },
    )


def _coat(length: str) -> Garment:
    return Garment(
        category="coat",
        cloth=Cloth(colour="camel"),
        length=length,
        sleeve_length="long",
        sleeve_type="raglan",
        collar="lapel",
        hem="flat",
    )


def test_each_part_has_its_pixels_and_its_own_answers():
    parts = {worn.part: worn for worn in worn_parts(_plate(_trousers(), _blouse()))}
    assert set(parts) == {"trousers", "top"}
    assert parts["top"].answers == {
        "category": "blouse", "pattern": "plain", "length": "short", "hem": "curved",
        "sleeve_length": "short", "sleeve_type": "puffed", "collar": "v",
    }  # fmt: skip
    assert parts["trousers"].answers == {"category": "trousers", "pattern": "plain", "length": "long", "hem": "flat"}
    assert parts["top"].mask.any()
    assert not (parts["top"].mask & parts["trousers"].mask).any()


def test_the_end_of_a_blouse_that_is_tucked_in_is_not_told():
    plate = _plate(_trousers(), _blouse(tucked=True, hem="flat"))
    (top,) = (worn for worn in worn_parts(plate) if worn.part == "top")
    assert not {"length", "hem"} & set(top.answers)


def test_a_coat_hides_sleeves_collar_and_hem_beneath():
    parts = {worn.part: worn.answers for worn in worn_parts(_plate(_trousers(), _blouse(), _coat("long")))}
    assert set(parts["top"]) == {"category", "pattern"}
    assert set(parts["trousers"]) == {"category", "pattern"}
    assert parts["outerwear"]["collar"] == "lapel"


def test_a_waistcoat_shows_the_sleeves_of_the_shirt_under_it():
    vest = Garment(
        category="vest", cloth=Cloth(colour="red"), length="short", sleeve_length="sleeveless", collar="v", hem="flat"
    )
    plate = _plate(_trousers(), _blouse(sleeve_length="long", sleeve_type="lantern", collar="stand"), vest)
    (top,) = (worn for worn in worn_parts(plate) if worn.part == "top")
    assert top.garment.category == "vest"
    assert (top.answers["sleeve_type"], top.answers["collar"], top.answers["hem"]) == ("lantern", "v", "flat")


def test_the_answers_of_a_look_are_those_of_its_caption():
    for index in range(12):
        plate = example(index, PlateConfig(height=128))
        items = plate.hierarchical.split(", ")
        for name, value in look_answers(plate).items():
            if name in ("collar", "hem", "sleeve_type"):
                said = {"v": "V-Neck", "u": "U-Neck", "turtle": "T-neck", "asymmetric": "Irregular Hem"}.get(
                    value, value
                )
                assert any(said.split("-")[0].lower() in item.lower() for item in items), (index, name, value, items)


def test_a_garment_laid_flat_shows_everything():
    answers = flat_answers(_blouse(tucked=True))
    assert set(answers) == {"category", "pattern", *ATTRIBUTES}
    assert answers["pattern"] in PATTERNS
