"""What a plate says of itself: in HieraFashDiff's grammar, in everyday words, and as `name=value` attributes.

The grammar (HieraFashDiff, arXiv 2401.07450, AAAI 2025) is ten items in a fixed order: category, style, occasion,
effect, feeling; then A1 length with the category's noun, A2 sleeve length, A3 sleeve type, A4 collar, A5 hem. A1 to A5
are what was drawn. The five concepts are read off the drawing by the tables of `concepts`: none of them is random.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import MappingProxyType
from typing import Final

from toile.catalog.hierarchical import HierarchicalCaption
from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Garment, Look
from toile.catalog.plates.looks.rules import construction_of, main_garment
from toile.catalog.plates.wording.concepts import concepts
from toile.catalog.plates.wording.phrases import describe, details_of, listed, name_of, noun_of, with_article

_RECORD_NAMES: Final = MappingProxyType(
    {
        "length": "length",
        "sleeve_length": "sleeve",
        "sleeve_type": "sleeve_type",
        "collar": "collar",
        "hem": "hem",
        "cut": "cut",
        "fit": "fit",
    }
)
"""Field of a garment to its name among a record's attributes."""


def value_of(garment: Garment, attribute: str) -> str | None:
    """The value of one of the attributes, whether the garment varies in it or its tradition fixes it."""
    value: str | None = getattr(garment, attribute)
    if value is None and garment.category in TRADITIONS:
        return TRADITIONS[garment.category].attributes.get(attribute)
    return value


def attributes(garment: Garment) -> dict[str, str]:
    """Name to value as a record holds them: `{"sleeve": "long", "collar": "v", "fabric": "silk"}`."""
    found = {name: value_of(garment, field) for field, name in _RECORD_NAMES.items()}
    found |= {"pattern": garment.cloth.pattern, "fabric": garment.cloth.fabric, "colour": garment.cloth.colour}
    if garment.category not in TRADITIONS:
        found["garment"] = garment.category
    return {name: value for name, value in found.items() if value is not None}


def hierarchical_caption(look: Look) -> str:
    """The look in HieraFashDiff's grammar: ten items, or fewer where nothing worn has sleeves or a collar."""
    main = main_garment(look)
    made = construction_of(main.category)
    upper = [worn for worn in look.garments if construction_of(worn.category).role != "bottom"]
    # What is outermost hides the sleeves and the collar beneath it.
    sleeved = sleeved_garment(upper)
    collared = next((worn for worn in reversed(upper) if value_of(worn, "collar")), None)
    style, occasion, effect, feeling = concepts(look, main)
    caption = HierarchicalCaption(
        category=made.concept,
        style=style,
        occasion=occasion,
        effect=effect,
        feeling=feeling,
        length=value_of(main, "length") or _usual_length(made.role),
        sleeve_length=value_of(sleeved, "sleeve_length") if sleeved else None,
        sleeve_type=value_of(sleeved, "sleeve_type") if sleeved else None,
        collar=value_of(collared, "collar") if collared else None,
        hem=value_of(main, "hem") or "flat",
    )
    return str(caption)


def sleeved_garment(upper: Sequence[Garment]) -> Garment | None:
    """The garment whose sleeves are seen: the outermost that has some, else the outermost without."""
    outside_in = [worn for worn in reversed(upper) if value_of(worn, "sleeve_length")]
    return next(
        (worn for worn in outside_in if value_of(worn, "sleeve_length") != "sleeveless"), next(iter(outside_in), None)
    )


def _usual_length(role: str) -> str:
    return "short" if role == "top" else "long"


def plain_captions(look: Look, *, without: Collection[str] = ()) -> tuple[str, ...]:
    """The same look in several everyday wordings, from the fullest to the shortest.

    Args:
        look: to be described.
        without: words not to be used, such as those that a benchmark holds out; other nouns take their place.
    """
    main = main_garment(look)
    others = [worn for worn in reversed(look.garments) if worn is not main]
    things = _accessories(look, without)
    full = [describe(main, without=without), *(describe(worn, without=without, brief=True) for worn in others), *things]
    short = [name_of(worn, without=without) for worn in (main, *others)]
    second = [
        describe(main, without=without, wording=1),
        *(name_of(worn, without=without, wording=1) for worn in others),
    ]
    who = words.BUILDS[look.figure.build]
    captions = [
        ", ".join(full),
        f"a {who} wearing {listed([with_article(item) for item in second])}",
        ", ".join([*short, *things]),
        f"someone in {listed([with_article(item) for item in short])}",
        describe(main, without=without, brief=True),
        *_by_detail(main, without),
    ]
    if look.culture is not None:
        captions.append(_of_tradition(look, main))
    return tuple(dict.fromkeys(captions))


def garment_captions(garment: Garment, *, without: Collection[str] = ()) -> tuple[str, ...]:
    """Wordings for the garment alone, laid flat."""
    full = describe(garment, without=without)
    other = describe(garment, without=without, wording=1)
    short = name_of(garment, without=without)
    wordings = (full, f"{short} laid flat", with_article(other), with_article(short), short)
    return tuple(dict.fromkeys((*wordings, *_by_detail(garment, without))))


def _by_detail(garment: Garment, without: Collection[str]) -> list[str]:
    """The noun with one detail, as people search: `dress with a stand collar`."""
    noun = noun_of(garment.category, without)
    return [f"{noun} with {detail}" for detail in details_of(garment)[:2] if detail != "no sleeves"]


def _accessories(look: Look, without: Collection[str]) -> list[str]:
    worn = (look.shoes, look.bag, look.hat)
    return [f"{item.colour} {noun_of(item.kind, without)}" for item in worn if item is not None]


def _of_tradition(look: Look, main: Garment) -> str:
    tradition = TRADITIONS[main.category]
    return f"traditional {tradition.people} clothing: {with_article(name_of(main))}"
