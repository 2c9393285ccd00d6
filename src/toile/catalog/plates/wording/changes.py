"""One attribute of one garment changed, and the sentences that ask for it or tell of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.construction import CONSTRUCTIONS
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Cloth, Garment, Look
from toile.catalog.plates.looks.rules import construction_of, contrast, problems
from toile.catalog.plates.wording.phrases import (
    collar_words,
    cut_words,
    hem_words,
    pattern_words,
    plain_noun,
    sleeve_words,
    trim_noun,
    trim_words,
    with_article,
)

ATTRIBUTES: Final = (
    "colour", "pattern", "trim", "length", "sleeve_length", "sleeve_type", "collar", "hem", "cut", "fit",
)  # fmt: skip
"""What may change; `colour` and `pattern` are the cloth's, `trim` is the colour of a traditional second cloth."""

_TRIES: Final = 60
_LONG_LAYERS: Final = ("mid", "long")
_LENGTH_NAMES: Final = {
    "ultra-short": "very short",
    "short": "short",
    "knee": "knee-length",
    "mid": "midi-length",
    "long": "full-length",
}
_TOP_LENGTH_NAMES: Final = {
    "ultra-short": "cropped",
    "short": "hip-length",
    "knee": "hip-covering",
    "mid": "thigh-length",
    "long": "knee-length",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Two looks that differ in one attribute of one garment.

    Attributes:
        look: the changed look.
        slot: index of the garment in `look.garments`.
        attribute: of `ATTRIBUTES`.
        before: the value it had.
        after: the value it has.
        sentences: what to say to get from the first look to the second: as an addition to a picture ("but with longer
            sleeves"), then as relative captions in Fashion-IQ's manner ("has longer sleeves").
    """

    look: Look
    slot: int
    attribute: str
    before: str
    after: str
    sentences: tuple[str, ...]


def sample_change(look: Look, *, seed: int = 0) -> Change:
    """A change that can be seen in the look; the same numbers give the same change.

    Args:
        look: the first look.
        seed: another seed, another change.
    """
    generator = np.random.default_rng((look.seed, seed))
    slots: dict[str, list[int]] = {}
    for slot in range(len(look.garments)):
        for name in _visible_attributes(look, slot):
            slots.setdefault(name, []).append(slot)
    names = tuple(slots)
    for _ in range(_TRIES):
        attribute = names[int(generator.integers(len(names)))]
        slot = slots[attribute][int(generator.integers(len(slots[attribute])))]
        values = _other_values(look.garments[slot], attribute)
        if not values:
            continue
        change = change_attribute(look, slot, attribute, values[int(generator.integers(len(values)))])
        if change is not None:
            return change
    slot = len(look.garments) - 1
    ground = look.garments[slot].cloth.colour
    fallback = change_attribute(look, slot, "colour", "navy" if ground != "navy" else "red")
    assert fallback is not None, "a colour can always be changed"
    return fallback


def change_attribute(look: Look, slot: int, attribute: str, value: str) -> Change | None:
    """The look with one attribute changed; None where the result would not go together."""
    garment = look.garments[slot]
    changed = _changed(garment, attribute, value)
    garments = (*look.garments[:slot], changed, *look.garments[slot + 1 :])
    after = replace(look, garments=garments)
    before = current_value(garment, attribute)
    if before == value or next(problems(after), None) is not None:
        return None
    return Change(
        look=after,
        slot=slot,
        attribute=attribute,
        before=before,
        after=value,
        sentences=_sentences(garment, changed, attribute, whole=len(look.garments) == 1),
    )


def current_value(garment: Garment, attribute: str) -> str:
    """The value of an attribute of `ATTRIBUTES`; `none` where the garment has none."""
    if attribute in ("colour", "pattern"):
        return str(getattr(garment.cloth, attribute))
    if attribute == "trim":
        return garment.trim.colour if garment.trim is not None else "none"
    return getattr(garment, attribute) or "none"


# --- what may change ------------------------------------------------------------------------------------------------


def _visible_attributes(look: Look, slot: int) -> tuple[str, ...]:
    """What shows of a garment under those worn over it."""
    garment = look.garments[slot]
    if garment.category in TRADITIONS:
        made = TRADITIONS[garment.category].construction
        varying = tuple(name for name in ("length", "sleeve_length") if len(getattr(made, f"{name}s")) > 1)
        return ("colour", *(("trim",) if garment.trim is not None else ()), *varying)
    over = look.garments[slot + 1 :]
    if any(construction_of(other.category).role == "outer" or other.category in TRADITIONS for other in over):
        covered = any(other.length in _LONG_LAYERS or other.category in TRADITIONS for other in over)
        role = construction_of(garment.category).role
        return ("colour", "pattern") if role != "bottom" or covered else ("colour", "pattern", "length", "cut")
    owned = [name for name in ATTRIBUTES[3:] if getattr(garment, name) is not None]
    if construction_of(garment.category).role == "bottom" and any(not other.tucked for other in over):
        owned = [name for name in owned if name != "fit"]
    return ("colour", "pattern", *owned)


def _other_values(garment: Garment, attribute: str) -> tuple[str, ...]:
    now = current_value(garment, attribute)
    made = construction_of(garment.category)
    match attribute:
        case "colour":
            allowed = TRADITIONS[garment.category].colours if garment.category in TRADITIONS else tuple(words.PALETTE)
            options = tuple(dict.fromkeys(allowed or words.PALETTE))
            # Another shade of the same colour is no change that everybody sees.
            return tuple(c for c in options if words.PALETTE[c].basic != words.PALETTE[now].basic)
        case "trim":
            other = (garment.cloth.colour, now)
            allowed = TRADITIONS[garment.category].trims or tuple(words.PALETTE)
            return tuple(c for c in allowed if words.PALETTE[c].basic not in {words.PALETTE[o].basic for o in other})
        case "pattern":
            return tuple(p for p in dict.fromkeys(made.patterns) if p != now)
        case "length":
            # One step may be a hand's breadth; two are seen by everybody, and the ends are always further apart.
            return tuple(length for length in made.lengths if _steps(words.LENGTHS, length, now) >= 1)
        case "sleeve_length":
            return tuple(length for length in made.sleeve_lengths if _steps(words.SLEEVE_LENGTHS, length, now) >= 1)
        case _:
            return tuple(value for value in getattr(made, f"{attribute}s") if value != now)


def _steps(scale: tuple[str, ...], one: str, other: str) -> int:
    return abs(scale.index(one) - scale.index(other))


def _changed(garment: Garment, attribute: str, value: str) -> Garment:
    match attribute:
        case "colour":
            cloth = replace(garment.cloth, colour=value)
            if cloth.second is not None and contrast(value, cloth.second) <= 0.25:
                cloth = replace(cloth, second=_opposite(value))
            return replace(garment, cloth=cloth)
        case "trim":
            assert garment.trim is not None, "a garment of one cloth has no trim to change"
            trim = replace(garment.trim, colour=value)
            if trim.second is not None and contrast(value, trim.second) <= 0.25:
                trim = replace(trim, second=_opposite(value))
            return replace(garment, trim=trim)
        case "pattern":
            second = None if value == "plain" else garment.cloth.second or _opposite(garment.cloth.colour)
            third = None if value == "plain" else garment.cloth.third
            return replace(garment, cloth=replace(garment.cloth, pattern=value, second=second, third=third))
        case "sleeve_length" if value == "sleeveless":
            return replace(garment, sleeve_length=value, sleeve_type=None)
        case "sleeve_length" if garment.sleeve_type is None and garment.category in CONSTRUCTIONS:
            return replace(garment, sleeve_length=value, sleeve_type="regular")
        case _:
            field: dict[str, Any] = {attribute: value}
            return replace(garment, **field)


def _opposite(colour: str) -> str:
    """White on dark, navy on light."""
    return max(("white", "navy"), key=lambda other: contrast(colour, other))


# --- how it is said -------------------------------------------------------------------------------------------------


def _sentences(before: Garment, after: Garment, attribute: str, *, whole: bool) -> tuple[str, ...]:
    """Phrasings of one change, the ones that add to a picture first.

    Where the look has several garments, each names the one that changes.
    """
    noun = plain_noun(after.category)
    plural = construction_of(after.category).plural
    it, verb, has = (f"the {noun}", "are" if plural else "is", "have" if plural else "has")
    match attribute:
        case "colour":
            return _colour_sentences(before.cloth, after.cloth, it, verb, whole=whole)
        case "trim":
            return _trim_sentences(after, has)
        case "pattern":
            return _pattern_sentences(after.cloth, it, verb, has)
        case "length":
            return _length_sentences(before, after, noun, it, verb)
        case "fit":
            looser = words.FITS.index(str(after.fit)) > words.FITS.index(str(before.fit))
            fit = "looser" if looser else "closer-fitting"
            garment = with_article(f"{fit} {noun}")
            return (f"but with {garment}", f"make {it} {fit}", f"{it} {verb} {fit}", f"{verb} {fit}")
        case "cut":
            old, new = cut_words(str(before.cut)), cut_words(str(after.cut))
            shape = "cut" if plural or after.category == "jumpsuit" else "skirt"
            return (
                f"but with {with_article(f'{new} {noun}')}",
                f"the same with {with_article(f'{new} {shape}')}",
                f"{it} {verb} {new}",
                f"{has} {with_article(f'{new} {shape}')} instead of {with_article(f'{old} one')}",
            )
        case _:
            return _detail_sentences(before, after, attribute, it, has)


def _colour_sentences(before: Cloth, after: Cloth, it: str, verb: str, *, whole: bool) -> tuple[str, ...]:
    old, new = before.colour, after.colour
    named = (
        (f"the same in {new}", f"but in {new}", f"in {new}") if whole else (f"but {it} in {new}", f"with {it} in {new}")
    )
    return (*named, f"{it} {verb} {new}", f"{verb} {new} instead of {old}", f"{it} {verb} {new} rather than {old}")


def _trim_sentences(after: Garment, has: str) -> tuple[str, ...]:
    noun, colour = trim_noun(after.category), after.trim.colour if after.trim is not None else ""
    what = trim_words(after.category, colour)
    verb = "are" if noun.endswith("s") else "is"
    return (f"but with {what}", f"the same with {what}", f"the {noun} {verb} {colour}", f"{has} {what}")


def _pattern_sentences(after: Cloth, it: str, verb: str, has: str) -> tuple[str, ...]:
    if after.pattern == "plain":
        return (
            f"but {it} plain",
            f"without the pattern on {it}",
            f"{it} {verb} plain {after.colour}",
            f"{has} no pattern",
        )
    pattern = pattern_words(after)
    return (f"but {it} with {pattern}", f"add {pattern} to {it}", f"{it} {has} {pattern}", f"{has} {pattern}")


def _length_sentences(before: Garment, after: Garment, noun: str, it: str, verb: str) -> tuple[str, ...]:
    scale = words.LENGTHS
    longer = scale.index(str(after.length)) > scale.index(str(before.length))
    comparative = "longer" if longer else "shorter"
    role = construction_of(after.category).role
    name = (_TOP_LENGTH_NAMES if role in ("top", "outer") and after.category != "coat" else _LENGTH_NAMES)[
        str(after.length)
    ]
    return (
        f"but with {with_article(f'{comparative} {noun}')}",
        f"make {it} {comparative}",
        f"{it} {verb} {comparative}",
        f"{verb} {comparative}",
        f"but with {with_article(f'{name} {noun}')}",
        f"{it} {verb} {name}",
    )


def _detail_sentences(before: Garment, after: Garment, attribute: str, it: str, has: str) -> tuple[str, ...]:
    old, new = _detail(before, attribute), _detail(after, attribute)
    sentences = [f"but with {new}", f"the same with {new}", f"{it} {has} {new}", f"{has} {new} instead of {old}"]
    if attribute == "sleeve_length":
        scale = words.SLEEVE_LENGTHS
        if after.sleeve_length == "sleeveless":
            sentences = ["but sleeveless", "without sleeves", f"{it} {has} no sleeves", "is sleeveless"]
        elif before.sleeve_length != "sleeveless":
            longer = scale.index(str(after.sleeve_length)) > scale.index(str(before.sleeve_length))
            comparative = "longer" if longer else "shorter"
            sentences = [f"but with {comparative} sleeves", f"{has} {comparative} sleeves", *sentences]
    return tuple(sentences)


def _detail(garment: Garment, attribute: str) -> str:
    match attribute:
        case "sleeve_length":
            return sleeve_words(garment.sleeve_length, None) or "no sleeves"
        case "sleeve_type":
            if garment.sleeve_type == "shirt":
                return "cuffed sleeves"
            plain = garment.sleeve_type in (None, "regular")
            return "plain sleeves" if plain else str(sleeve_words(None, garment.sleeve_type))
        case "collar":
            return collar_words(str(garment.collar))
        case _:
            return hem_words(str(garment.hem))
