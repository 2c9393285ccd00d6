"""What a plate says of itself in each of `catalog.styles.STYLES`."""

from __future__ import annotations

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Garment, Look
from toile.catalog.plates.looks.rules import construction_of, main_garment
from toile.catalog.plates.wording.captions import hierarchical_caption, value_of
from toile.catalog.plates.wording.phrases import describe, listed, name_of, noun_of, with_article
from toile.catalog.styles import attribute_list
from toile.taxonomy import ATTRIBUTES


def look_styles(look: Look) -> dict[str, str]:
    """Style to the caption of the whole look in it."""
    main = main_garment(look)
    others = [worn for worn in reversed(look.garments) if worn is not main]
    accessories = [f"{item.colour} {noun_of(item.kind, ())}" for item in (look.shoes, look.bag, look.hat) if item]
    return {
        **garment_styles(main),
        "title": ", ".join([describe(main, brief=True), *(name_of(worn) for worn in others)]),
        "copy": _copy(main, [*(describe(worn, brief=True) for worn in others), *accessories]),
        "hierarchical": hierarchical_caption(look),
    }


def garment_styles(garment: Garment) -> dict[str, str]:
    """Style to the caption of the garment alone in it; the hierarchical one is of looks."""
    return {"title": describe(garment, brief=True), "copy": _copy(garment, []), "attributes": _attributes(garment)}


def _copy(main: Garment, worn_with: list[str]) -> str:
    """Sentences as a shop would write them, of nothing but what is drawn."""
    sentences = [f"{_capital(with_article(describe(main)))}."]
    if main.category in TRADITIONS:
        sentences.append(f"Traditional {TRADITIONS[main.category].people} clothing.")
    if worn_with:
        sentences.append(f"Worn with {listed([with_article(thing) for thing in worn_with])}.")
    return " ".join(sentences)


def _attributes(garment: Garment) -> str:
    """Garment, colour, pattern and A1 to A5 in words of the taxonomy."""
    told = {
        "garment": construction_of(garment.category).category,
        "colour": words.PALETTE[garment.cloth.colour].basic,
        "pattern": words.PATTERN_FAMILIES[garment.cloth.pattern],
    }
    for name in ATTRIBUTES:
        value = value_of(garment, name)
        if value in ATTRIBUTES[name]:
            told[name] = value
    return attribute_list(told)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
