"""What words claim of a picture: the garments they name, each with the colour before it, and how the first is cut."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from toile.catalog.plates.looks.construction import CONSTRUCTIONS
from toile.catalog.plates.looks.vocabulary import BAGS, HATS, PALETTE, SHOES
from toile.catalog.plates.wording.phrases import NOUNS, collar_words, hem_words, sleeve_words
from toile.taxonomy import ATTRIBUTES, CO_PARSING_PARTS, COLOURS, PART_OF_CATEGORY

_NO_GARMENTS: Final = frozenset({"background", "skin", "hair", "glasses", "accessory"})
_OTHER_NOUNS: Final = MappingProxyType(
    {
        "gown": "dress",
        "tank top": "top",
        "tshirt": "top",
        "tee shirt": "top",
        "parka": "outerwear",
        "outwear": "outerwear",
        "chinos": "trousers",
    }
)
_OTHER_COLOURS: Final = MappingProxyType(
    {"gray": "grey", "cream": "beige", "tan": "beige", "scarlet": "red", "crimson": "red", "violet": "purple"}
)
_CONCEPT_OF_PART: Final = MappingProxyType(
    {"top": "Blouse", "outerwear": "Coat", "dress": "Dress", "skirt": "Skirt", "trousers": "Pant"}
)
_REACH: Final = 3  # words between a colour and its noun, both included: "red silk dress"
_SLEEVES: Final = re.compile(r"((?:[a-z-]+ ){1,2})sleeves?\b")
_WORD: Final = re.compile(r"[a-z]+(?:-[a-z]+)*|[,.;]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One garment that words name.

    Attributes:
        noun: as it is written.
        part: of `taxonomy.PARTS`.
        colour: of `taxonomy.COLOURS`; None where none is named.
    """

    noun: str
    part: str
    colour: str | None

    def __str__(self) -> str:
        return f"{self.colour} {self.noun}" if self.colour else self.noun


def claims_of(text: str) -> tuple[Claim, ...]:
    """The garments that English words name, in their order; nothing where none is known."""
    words = _WORD.findall(text.lower())
    claims: list[Claim] = []
    start = after = 0
    while start < len(words):
        noun = _noun_at(words, start)
        if noun is None:
            start += 1
            continue
        before = words[max(after, start - _REACH) : start]
        colours = [_colours()[word] for word in before if word in _colours()]
        claims.append(Claim(noun=noun, part=_nouns()[noun], colour=colours[-1] if colours else None))
        start = after = start + len(noun.split())
    return tuple(claims)


def names_colour(text: str) -> bool:
    """Whether a colour is named, of a garment or of anything."""
    return any(word in _colours() for word in re.findall(r"[a-z-]+", text.lower()))


def colour_words() -> Mapping[str, str]:
    """Words for colours, each with its colour of `taxonomy.COLOURS`."""
    return _colours()


def names_garment(word: str) -> bool:
    """Whether an English word names a garment that can be drawn."""
    return word.lower() in _nouns()


def grammar_category(claim: Claim) -> str | None:
    """The word of HieraFashDiff's seven for a garment that is named; None for shoes, bags and the like."""
    noun = claim.noun.removesuffix("s")
    made = (CONSTRUCTIONS[kind] for kind, nouns in NOUNS.items() if kind in CONSTRUCTIONS and noun in _singular(nouns))
    found = next(made, None)
    return _CONCEPT_OF_PART.get(claim.part) if found is None else found.concept


def _singular(nouns: Sequence[str]) -> set[str]:
    return {noun.removesuffix("s") for noun in nouns}


def cut_claims_of(text: str) -> dict[str, str]:
    """What English words say of sleeves, collar and hem: attribute to value, in words of `taxonomy.ATTRIBUTES`.

    Of several collars, or hems, the first counts: it is the garment's that the words are about.
    """
    lowered = text.lower()
    found: dict[str, str] = {}
    for attribute, phrases in (("collar", _collars()), ("hem", _hems())):
        hits = {value: re.search(rf"\b{phrase}\b", lowered) for phrase, value in phrases.items()}
        places = {hit.start(): value for value, hit in hits.items() if hit}
        if places:
            found[attribute] = places[min(places)]
    if "sleeveless" in lowered or "no sleeves" in lowered:
        return found | {"sleeve_length": "sleeveless"}
    if sleeves := _SLEEVES.search(lowered):
        for word in sleeves[1].split():
            found |= _sleeves().get(word, {})
    return found


@cache
def _collars() -> Mapping[str, str]:
    return {collar_words(value).removeprefix("a "): value for value in ATTRIBUTES["collar"]}


@cache
def _hems() -> Mapping[str, str]:
    told = [value for value in ATTRIBUTES["hem"] if value == "flat" or hem_words(value) != hem_words("flat")]
    return {hem_words(value).removeprefix("a ").removeprefix("an "): value for value in told}


@cache
def _sleeves() -> Mapping[str, dict[str, str]]:
    """The words before `sleeves`."""
    lengths = {sleeve_words(value, None): {"sleeve_length": value} for value in ATTRIBUTES["sleeve_length"]}
    kinds = {sleeve_words(None, value): {"sleeve_type": value} for value in ATTRIBUTES["sleeve_type"]}
    return {str(phrase).split()[0]: told for phrase, told in {**kinds, **lengths}.items() if phrase != "sleeves"}


def _noun_at(words: list[str], start: int) -> str | None:
    """The longest noun that begins there: a `tank top` is more than a tank."""
    phrases = (" ".join(words[start : start + length]) for length in (3, 2, 1))
    return next((phrase for phrase in phrases if phrase in _nouns()), None)


@cache
def _colours() -> Mapping[str, str]:
    return {
        **{name: colour.basic for name, colour in PALETTE.items()},
        **_OTHER_COLOURS,
        **{name: name for name in COLOURS},
    }


@cache
def _nouns() -> Mapping[str, str]:
    kinds = {category: PART_OF_CATEGORY[made.category] for category, made in CONSTRUCTIONS.items()}
    kinds |= dict.fromkeys(SHOES, "shoes") | dict.fromkeys(BAGS, "bag") | dict.fromkeys(HATS, "hat")
    named = {noun: kinds[kind] for kind, nouns in NOUNS.items() for noun in nouns}
    named |= {name: part for name, part in {**PART_OF_CATEGORY, **CO_PARSING_PARTS}.items() if part not in _NO_GARMENTS}
    named |= _OTHER_NOUNS
    return named | {f"{noun}s": part for noun, part in named.items() if not noun.endswith("s")}
