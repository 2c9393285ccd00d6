"""Random looks: the same numbers, the same look. Attributes are balanced, colours come from harmonies.

A tradition dresses the figure and never chooses it: skin, hair and build are drawn alike for all looks of a sex.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.construction import HANGING_ARM_POSES, HAT_HAIR
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Bag, Figure, Garment, Hat, Look, Shoes
from toile.catalog.plates.looks.rules import check_look, construction_of, problems
from toile.catalog.plates.sampling.dice import HARMONIES, Colours, Dice, without
from toile.catalog.plates.sampling.figures import POCKETS, SHOE_COLOURS, hair_for, sample_figure, sample_wash
from toile.catalog.plates.sampling.garments import sample_garment
from toile.catalog.plates.sampling.traditions import sample_traditional
from toile.catalog.plates.sampling.wishes import categories_for, check_wishes, fulfilled
from toile.errors import ConfigError

_TRADITIONAL_SHARE: Final = 0.17
_MEN_SHARE: Final = 0.4
_TRIES: Final = 400


def sample_look(index: int, *, seed: int = 0, wishes: Mapping[str, str] | None = None) -> Look:
    """The look of a number.

    Args:
        index: from 0; every one gives another look.
        seed: another seed gives other looks for the same numbers.
        wishes: name of `WISHES` to the value that the look must have.

    Raises:
        ConfigError: the wishes name something unknown, or don't go together.
    """
    if index < 0 or seed < 0:
        raise ConfigError(f"index {index} and seed {seed} must not be negative")
    if not wishes:
        look = _sample(Dice(seed, index), {})
        check_look(look)
        return look
    check_wishes(wishes)
    candidates = categories_for(wishes)
    reasons: Counter[str] = Counter()
    for attempt in range(_TRIES):
        dice = Dice(seed, index, attempt)
        category = {"category": dice.pick(candidates)} if candidates else {}
        look = fulfilled(_sample(dice, {**wishes, **category}), {**wishes, **category})
        found = list(problems(look))
        if not found:
            return look
        reasons.update(found)
    asked = ", ".join(f"{name}={value}" for name, value in wishes.items())
    raise ConfigError(f"no look has {asked}: {reasons.most_common(1)[0][0]}")


def _sample(dice: Dice, wishes: Mapping[str, str]) -> Look:
    colours = Colours(*dice.pick(HARMONIES))
    culture = wishes.get("culture") or (wishes.get("category") if wishes.get("category") in TRADITIONS else None)
    traditional = dice.chance(_TRADITIONAL_SHARE)
    if culture is None and traditional and "category" not in wishes:
        culture = dice.pick(tuple(TRADITIONS))
    return sample_traditional(dice, colours, TRADITIONS[culture]) if culture else _modern(dice, colours, wishes)


def _modern(dice: Dice, colours: Colours, wishes: Mapping[str, str]) -> Look:
    category = wishes.get("category")
    sex = "man" if dice.chance(_MEN_SHARE) and category not in ("dress", "skirt", "blouse", "jumpsuit") else "woman"
    sex = words.BUILDS.get(wishes.get("build", ""), sex)
    garments = _clothes(dice, colours, sex, category)
    legs = any(construction_of(garment.category).legs for garment in garments)
    figure = sample_figure(dice, sex, words.POSES if legs else without(words.POSES, POCKETS), hair_for(sex, garments))
    shoes = _shoes(dice, sex, colours)
    bag, hat = _carried(dice, figure, colours)
    return Look(
        figure=figure,
        garments=garments,
        shoes=shoes,
        bag=bag,
        hat=hat,
        wash=sample_wash(dice, colours),
        seed=dice.number(),
    )


def _clothes(dice: Dice, colours: Colours, sex: str, wanted: str | None) -> tuple[Garment, ...]:
    """One whole garment, or something for the legs, a top, and sometimes something over it."""
    whole = wanted in words.WHOLE or (wanted is None and sex == "woman" and dice.chance(0.36))
    if whole:
        kind = wanted or ("dress" if dice.chance(0.78) else "jumpsuit")
        return _under_outer(dice, colours, (sample_garment(dice, kind, _ground(dice, colours), colours),), wanted)
    bottom_options = (
        ("trousers", "trousers", "jeans", "shorts")
        if sex == "man"
        else ("trousers", "jeans", "skirt", "skirt", "shorts")
    )
    bottom = wanted if wanted in words.BOTTOMS else dice.pick(bottom_options)
    top_options = (
        ("t-shirt", "shirt", "sweater", "hoodie")
        if sex == "man"
        else ("t-shirt", "blouse", "blouse", "blouse", "shirt", "sweater", "hoodie")
    )
    top = wanted if wanted in words.TOPS else dice.pick(top_options)
    first, second = (colours.neutral, colours.main) if dice.chance(0.6) else (colours.main, colours.neutral)
    legs = sample_garment(dice, bottom, first, colours, quiet=True)
    over = sample_garment(dice, top, second, colours)
    if legs.length in ("ultra-short", "short") and over.length not in ("ultra-short", "short"):
        over = replace(over, length="short")  # else nothing would be seen below it
    if sex == "man" and over.length == "ultra-short":
        over = replace(over, length="short")
    if construction_of(top).tucks and dice.chance(0.35):
        over = replace(over, tucked=True, hem=None, length=None)
    return _under_outer(dice, colours, (legs, over), wanted)


def _under_outer(dice: Dice, colours: Colours, inner: tuple[Garment, ...], wanted: str | None) -> tuple[Garment, ...]:
    """Sometimes a waistcoat, cardigan, blazer or coat over what fits under it."""
    category = inner[-1].category
    asked = wanted in words.OUTER
    layered = dice.chance(0.4)
    if not asked and not (layered and category in ("t-shirt", "shirt", "dress")):
        return inner
    kind = (
        wanted
        if asked and wanted is not None
        else dice.pick(words.OUTER if category != "dress" else ("coat", "cardigan", "blazer"))
    )
    under = inner[-1]
    if category not in ("shirt", "t-shirt"):
        under = _slim(dice, under)
    worn = {garment.cloth.colour for garment in inner}
    colour = dice.pick(
        tuple(c for c in (colours.accent, colours.neutral, colours.main) if c not in worn) or ("charcoal",)
    )
    outer = replace(sample_garment(dice, kind, colour, colours, quiet=True), open=dice.chance(0.7))
    return (*inner[:-1], replace(under, fit="slim" if construction_of(category).fits else None), outer)


def _slim(dice: Dice, garment: Garment) -> Garment:
    """A garment whose sleeves and collar fit under another."""
    made = construction_of(garment.category)
    collar = dice.pick(tuple(kind for kind in ("round", "v", "turtle", "u") if kind in made.collars) or (None,))
    return replace(
        garment, sleeve_length="long" if "long" in made.sleeve_lengths else None, sleeve_type="regular", collar=collar
    )


def _ground(dice: Dice, colours: Colours) -> str:
    return colours.main if dice.chance(0.6) else dice.pick((colours.accent, colours.neutral))


def _shoes(dice: Dice, sex: str, colours: Colours) -> Shoes:
    kind = dice.pick(("sneaker", "boot", "loafer", "sandal") if sex == "man" else words.SHOES)
    return Shoes(kind=kind, colour=dice.pick((*SHOE_COLOURS, colours.accent, colours.accent)))


def _carried(dice: Dice, figure: Figure, colours: Colours) -> tuple[Bag | None, Hat | None]:
    bag = hat = None
    if dice.chance(0.22):
        kinds = words.BAGS if figure.pose in HANGING_ARM_POSES else ("cross-body",)
        bag = Bag(kind=dice.pick(kinds), colour=dice.pick((colours.accent, "brown", "black", "camel", "white")))
    if figure.hair in HAT_HAIR and dice.chance(0.2):
        hat = Hat(kind=dice.pick(("brim", "beanie", "beret")), colour=dice.pick((colours.accent, colours.neutral)))
    return bag, hat
