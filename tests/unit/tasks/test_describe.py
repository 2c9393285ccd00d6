"""What is told of garments whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from toile.models.garment_net import QUESTIONS
from toile.models.garment_reader import SeenGarment
from toile.tasks.describe import COLLAR, LOWER_END, SLEEVES, Answer, Asked, describe, read_cuts

_ANYWHERE = SeenGarment(image=Image.new("RGB", (8, 8)), mask=np.ones((8, 8), bool))


class _Reader:
    """Is sure of what it is told to answer, by a share; the rest is spread evenly."""

    def __init__(self, *answers: dict[str, str], sureness: float = 0.9) -> None:
        self.answers, self.sureness = answers, sureness

    def read(self, garments):
        return [self._shares(answers) for answers in self.answers]

    def _shares(self, answers):
        shares = {}
        for name, words in QUESTIONS.items():
            rest = (1 - self.sureness) / (len(words) - 1)
            told = answers.get(name, words[0])
            shares[name] = np.array([self.sureness if word == told else rest for word in words], np.float32)
        return shares


def _cuts(parts: dict[str, dict[str, str]], hidden: frozenset[str] = frozenset(), sureness: float = 0.9):
    reader = _Reader(*parts.values(), sureness=sureness)
    cuts = read_cuts([Asked(garment=_ANYWHERE, part=part, hidden=hidden) for part in parts], reader=reader)
    return dict(zip(parts, cuts, strict=True))


_DRESS = {
    "category": "dress", "length": "long", "sleeve_length": "short", "sleeve_type": "puffed", "collar": "v",
    "hem": "draped", "pattern": "floral",
}  # fmt: skip


def test_a_dress_is_told_by_its_answers_and_how_sure_they_are():
    (cut,) = _cuts({"dress": _DRESS}).values()
    assert cut.category.word == "dress"
    assert cut.pattern == Answer(word="floral", confidence=pytest.approx(0.9))
    assert {name: answer.word for name, answer in cut.attributes.items()} == {
        name: value for name, value in _DRESS.items() if name not in ("category", "pattern")
    }


def test_a_part_is_one_of_its_own_categories_whatever_the_network_says():
    (cut,) = _cuts({"skirt": {"category": "dress", "length": "knee", "hem": "slit"}}).values()
    assert cut.category == Answer(word="skirt", confidence=pytest.approx(1.0))
    assert set(cut.attributes) == {"length", "hem"}


def test_a_garment_alone_may_be_anything():
    (cut,) = read_cuts([Asked(garment=_ANYWHERE)], reader=_Reader({"category": "hat"}))
    assert cut.category.word == "hat"
    assert cut.attributes == {}


def test_what_the_picture_hides_is_not_told():
    (cut,) = _cuts({"dress": _DRESS}, hidden=LOWER_END | COLLAR).values()
    assert set(cut.attributes) == SLEEVES


def test_what_is_measured_outweighs_a_doubt_but_not_a_certainty():
    def length(sureness: float) -> str:
        reader = _Reader(_DRESS, sureness=sureness)
        asked = Asked(garment=_ANYWHERE, part="dress", measure=lambda category: {"length": "mid"})
        (cut,) = read_cuts([asked], reader=reader)
        return cut.attributes["length"].word

    assert length(0.5) == "mid"
    assert length(0.999) == "long"


def test_no_sleeves_have_no_type():
    (cut,) = _cuts({"top": {"category": "blouse", "sleeve_length": "sleeveless"}}).values()
    assert "sleeve_type" not in cut.attributes


def test_the_caption_is_hierarchical_and_each_item_has_a_confidence():
    told = describe(_cuts({"dress": _DRESS}, sureness=0.98), {"dress": "red"})
    assert told.main == "dress"
    assert told.caption.items[0] == "Dress"
    assert told.caption.items[-5:] == ("Long Dress", "Short Sleeve", "Puffed Sleeve", "V-Neck", "Draped Hem")
    # Puffed sleeves are sweet, a v elongates the neck, by the sample world's tables.
    assert (told.caption.style, told.caption.effect) == ("Sweet", "Elongate Neck")
    assert set(told.confidence) >= {"category", "style", "effect", "length", "hem"}
    assert told.confidence["style"] > 0.9
    assert all(0 < value <= 1 for value in told.confidence.values())


def test_what_only_a_tables_last_row_says_stays_unknown():
    cuts = _cuts({"trousers": {"category": "trousers", "length": "long"}}, sureness=0.999)
    told = describe(cuts, {"trousers": "red"})
    assert told.caption.items == ("Pant", "Long Pant", "Flat Hem")
    assert told.caption.style is None


def test_it_is_about_what_is_outermost_and_its_sleeves_are_those_that_show():
    coat = {"category": "outerwear", "length": "mid", "sleeve_length": "sleeveless", "collar": "lapel", "hem": "flat"}
    blouse = {"category": "blouse", "sleeve_length": "long", "sleeve_type": "lantern", "collar": "v", "hem": "curved"}
    skirt = {"category": "skirt", "length": "short", "hem": "slit"}
    told = describe(_cuts({"skirt": skirt, "top": blouse, "outerwear": coat}), {})
    assert told.main == "outerwear"
    assert (told.caption.category, told.caption.length, told.caption.collar) == ("Coat", "mid", "lapel")
    assert (told.caption.sleeve_length, told.caption.sleeve_type) == ("long", "lantern")


def test_a_top_with_a_dress_is_worn_over_it():
    cardigan = {"category": "sweater", "length": "short", "sleeve_length": "long", "collar": "round"}
    assert describe(_cuts({"dress": _DRESS, "top": cardigan}), {}).main == "top"


def test_the_same_answers_are_told_alike():
    cuts = _cuts({"dress": _DRESS}, sureness=0.5)
    assert describe(cuts, {"dress": "red"}).confidence == describe(cuts, {"dress": "red"}).confidence
