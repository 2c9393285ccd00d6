"""Random looks: the same numbers, the same look. Attributes are balanced, colours come from harmonies.

A tradition dresses the figure and never chooses it: skin, hair and build are drawn alike for all looks of a sex.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import numpy as np

from toile.catalog.plates import vocabulary as words
from toile.catalog.plates.construction import (
    CONSTRUCTIONS,
    HANGING_ARM_POSES,
    HAT_HAIR,
    HEM_CUTS,
    HEM_MIN_LENGTH,
    MERMAID_MIN_LENGTH,
    PLAIN_FABRICS,
    SLEEVE_TYPE_LENGTHS,
    SLEEVELESS_COLLARS,
    Construction,
)
from toile.catalog.plates.cultures import TRADITIONS, Tradition
from toile.catalog.plates.looks import Bag, Cloth, Figure, Garment, Hat, Look, Shoes
from toile.catalog.plates.rules import LAYERS, check_look, construction_of, contrast, problems
from toile.errors import ConfigError

_T = TypeVar("_T")

# Neutral, main, accent: forty colour harmonies, each seen often on real clothes.
HARMONIES: Final = (
    ("white", "navy", "red"),
    ("white", "sky", "navy"),
    ("white", "blue", "mustard"),
    ("white", "coral", "teal"),
    ("white", "mint", "pink"),
    ("white", "fuchsia", "black"),
    ("white", "red", "black"),
    ("white", "green", "pink"),
    ("ivory", "burgundy", "mustard"),
    ("ivory", "teal", "coral"),
    ("ivory", "lavender", "purple"),
    ("ivory", "olive", "orange"),
    ("ivory", "pink", "burgundy"),
    ("ivory", "mustard", "navy"),
    ("beige", "olive", "white"),
    ("beige", "navy", "coral"),
    ("beige", "burgundy", "ivory"),
    ("beige", "sky", "brown"),
    ("beige", "green", "mustard"),
    ("camel", "navy", "white"),
    ("camel", "teal", "ivory"),
    ("camel", "burgundy", "pink"),
    ("brown", "mustard", "ivory"),
    ("brown", "orange", "ivory"),
    ("brown", "pink", "ivory"),
    ("brown", "mint", "white"),
    ("black", "red", "white"),
    ("black", "yellow", "white"),
    ("black", "fuchsia", "white"),
    ("black", "lavender", "white"),
    ("black", "teal", "ivory"),
    ("black", "purple", "pink"),
    ("charcoal", "yellow", "white"),
    ("charcoal", "coral", "white"),
    ("charcoal", "mint", "white"),
    ("charcoal", "orange", "sky"),
    ("grey", "purple", "white"),
    ("grey", "blue", "white"),
    ("grey", "yellow", "navy"),
    ("grey", "pink", "burgundy"),
)
_TRADITIONAL_SHARE: Final = 0.17
_MEN_SHARE: Final = 0.4
_HAIR_OF: Final = {
    "woman": tuple(style for style in words.HAIR if style != "crop"),
    "man": ("crop", "side-part", "afro", "locs", "pixie", "low-bun", "curly"),
}
_POCKETS: Final = "pockets"
_JEANS: Final = ("blue", "blue", "navy", "sky", "charcoal", "black", "white")
_SHOE_COLOURS: Final = ("black", "brown", "white", "camel", "red", "navy", "beige", "ivory")
_HIJABS: Final = ("pink", "ivory", "navy", "teal", "lavender", "beige", "black", "burgundy")
_SLEEVELESS_SHARE: Final = 0.16
_FLAT_SHARE: Final = 0.15  # besides its even share: most hems are flat
_FIRST_FABRIC_SHARE: Final = 0.5  # the first fabric of a construction is its commonest
_TRIES: Final = 400
_GARMENT_WISHES: Final = ("length", "sleeve_length", "sleeve_type", "collar", "hem", "cut", "fit")
_CLOTH_WISHES: Final = ("colour", "pattern", "fabric")
_FIGURE_WISHES: Final = ("pose", "build", "skin", "hair")
WISHES: Final = ("category", "culture", *_GARMENT_WISHES, *_CLOTH_WISHES, *_FIGURE_WISHES)
"""What a look can be asked for by; attributes and cloth are the main garment's."""


@dataclass(frozen=True, slots=True)
class _Colours:
    neutral: str
    main: str
    accent: str


class _Dice:
    """A generator that picks from tuples."""

    def __init__(self, *entropy: int) -> None:
        self._generator = np.random.default_rng(entropy)

    def pick(self, options: Sequence[_T]) -> _T:
        return options[int(self._generator.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        return bool(self._generator.random() < probability)

    def number(self) -> int:
        return int(self._generator.integers(2**31))


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
        look = _sample(_Dice(seed, index), {})
        check_look(look)
        return look
    _check_wishes(wishes)
    candidates = _categories_for(wishes)
    reasons: Counter[str] = Counter()
    for attempt in range(_TRIES):
        dice = _Dice(seed, index, attempt)
        category = {"category": dice.pick(candidates)} if candidates else {}
        look = _fulfilled(_sample(dice, {**wishes, **category}), {**wishes, **category})
        found = list(problems(look))
        if not found:
            return look
        reasons.update(found)
    asked = ", ".join(f"{name}={value}" for name, value in wishes.items())
    raise ConfigError(f"no look has {asked}: {reasons.most_common(1)[0][0]}")


def main_garment(look: Look) -> Garment:
    """The garment that a look is about: the traditional one, else the outermost."""
    for garment in look.garments:
        if garment.category == look.culture:
            return garment
    return max(look.garments, key=lambda garment: LAYERS[construction_of(garment.category).role])


# --- wishes ---------------------------------------------------------------------------------------------------------


def _check_wishes(wishes: Mapping[str, str]) -> None:
    """Unknown names are refused at once; whether values go together is seen on a look."""
    for name in wishes:
        if name not in WISHES:
            raise ConfigError(f"a look can't be asked for by {name!r}; choose from {', '.join(WISHES)}")
    if (category := wishes.get("category")) is not None:
        construction_of(category)
    known = {
        "culture": tuple(TRADITIONS),
        "colour": tuple(words.PALETTE),
        "pattern": words.PATTERNS,
        "fabric": words.FABRICS,
        "pose": words.POSES,
        "build": tuple(words.BUILDS),
        "skin": words.SKINS,
        "hair": words.HAIR,
        "length": words.LENGTHS,
        "sleeve_length": words.SLEEVE_LENGTHS,
        "sleeve_type": words.SLEEVE_TYPES,
        "collar": words.COLLARS,
        "hem": words.HEMS,
        "cut": words.SKIRT_CUTS + words.TROUSER_CUTS,
        "fit": words.FITS,
    }
    for name, values in known.items():
        if (value := wishes.get(name)) is not None and value not in values:
            raise ConfigError(f"there is no {name.replace('_', ' ')} {value!r}; choose one of {', '.join(values)}")


def _categories_for(wishes: Mapping[str, str]) -> tuple[str, ...]:
    """The modern categories that have every wished value; none where a category is wished, or nothing of a garment.

    Raises:
        ConfigError: no category has all of the values.
    """
    garment = {name: value for name, value in wishes.items() if name in (*_GARMENT_WISHES, "pattern", "fabric")}
    if not garment or "category" in wishes or "culture" in wishes:
        return ()
    fitting = tuple(
        category
        for category, made in CONSTRUCTIONS.items()
        if all(value in getattr(made, f"{name}s") for name, value in garment.items())
    )
    if not fitting:
        asked = ", ".join(f"{name}={value}" for name, value in garment.items())
        raise ConfigError(f"no garment has {asked} all at once; leave one of them out")
    return fitting


def _fulfilled(look: Look, wishes: Mapping[str, str]) -> Look:
    """The look with what was wished put in place of what was sampled."""
    category = wishes.get("category")
    wanted = next((garment for garment in look.garments if garment.category == category), main_garment(look))
    cloth = replace(wanted.cloth, **_chosen(wishes, _CLOTH_WISHES))
    if cloth.pattern == "plain":
        cloth = replace(cloth, second=None, third=None)
    elif cloth.second is None:
        cloth = replace(
            cloth, second="white" if contrast(cloth.colour, "white") > contrast(cloth.colour, "navy") else "navy"
        )
    changed = replace(wanted, cloth=cloth, **_chosen(wishes, _GARMENT_WISHES))
    if changed.sleeve_length == "sleeveless" and "sleeve_type" not in wishes:
        changed = replace(changed, sleeve_type=None)
    figure = replace(look.figure, **_chosen(wishes, _FIGURE_WISHES))
    garments = tuple(changed if garment is wanted else garment for garment in look.garments)
    return replace(look, figure=figure, garments=garments)


def _chosen(wishes: Mapping[str, str], names: Sequence[str]) -> dict[str, Any]:
    return {name: wishes[name] for name in names if name in wishes}


# --- the look -------------------------------------------------------------------------------------------------------


def _sample(dice: _Dice, wishes: Mapping[str, str]) -> Look:
    colours = _Colours(*dice.pick(HARMONIES))
    culture = wishes.get("culture") or (wishes.get("category") if wishes.get("category") in TRADITIONS else None)
    traditional = dice.chance(_TRADITIONAL_SHARE)
    if culture is None and traditional and "category" not in wishes:
        culture = dice.pick(tuple(TRADITIONS))
    return _traditional(dice, colours, TRADITIONS[culture]) if culture else _modern(dice, colours, wishes)


def _modern(dice: _Dice, colours: _Colours, wishes: Mapping[str, str]) -> Look:
    category = wishes.get("category")
    sex = "man" if dice.chance(_MEN_SHARE) and category not in ("dress", "skirt", "blouse", "jumpsuit") else "woman"
    sex = words.BUILDS.get(wishes.get("build", ""), sex)
    garments = _clothes(dice, colours, sex, category)
    legs = any(construction_of(garment.category).legs for garment in garments)
    figure = _figure(dice, sex, words.POSES if legs else _without(words.POSES, _POCKETS), _hair(sex, garments))
    shoes = _shoes(dice, sex, colours)
    bag, hat = _carried(dice, figure, colours)
    return Look(
        figure=figure,
        garments=garments,
        shoes=shoes,
        bag=bag,
        hat=hat,
        wash=_wash(dice, colours),
        seed=dice.number(),
    )


def _hair(sex: str, garments: Sequence[Garment]) -> tuple[str, ...]:
    """The styles of a sex; a head is covered only over clothes that cover arms and legs."""
    covered = all(_covers(garment) for garment in garments)
    return _HAIR_OF[sex] if covered else _without(_HAIR_OF[sex], "hijab")


def _covers(garment: Garment) -> bool:
    if garment.category in TRADITIONS:
        fixed = TRADITIONS[garment.category].attributes
        values = (garment.sleeve_length or fixed.get("sleeve_length"), garment.length or fixed.get("length"))
        return values == ("long", "long")
    role = construction_of(garment.category).role
    if role in ("whole", "bottom") and (garment.length not in ("mid", "long") or garment.hem == "slit"):
        return False
    return role in ("bottom", "outer") or garment.sleeve_length == "long"


def _figure(dice: _Dice, sex: str, poses: Sequence[str], hair: Sequence[str]) -> Figure:
    builds = tuple(build for build, who in words.BUILDS.items() if who == sex)
    style = dice.pick(hair)
    return Figure(
        pose=dice.pick(poses),
        build=dice.pick(builds),
        skin=dice.pick(words.SKINS),
        hair=style,
        hair_colour=dice.pick(_HIJABS if style == "hijab" else words.HAIR_COLOURS),
        mirrored=dice.chance(0.5),
        pose_seed=dice.number(),
    )


def _clothes(dice: _Dice, colours: _Colours, sex: str, wanted: str | None) -> tuple[Garment, ...]:
    """One whole garment, or something for the legs, a top, and sometimes something over it."""
    whole = wanted in words.WHOLE or (wanted is None and sex == "woman" and dice.chance(0.36))
    if whole:
        kind = wanted or ("dress" if dice.chance(0.78) else "jumpsuit")
        return _under_outer(dice, colours, (_garment(dice, kind, _ground(dice, colours), colours),), wanted)
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
    legs = _garment(dice, bottom, first, colours, quiet=True)
    over = _garment(dice, top, second, colours)
    if legs.length in ("ultra-short", "short") and over.length not in ("ultra-short", "short"):
        over = replace(over, length="short")  # else nothing would be seen below it
    if sex == "man" and over.length == "ultra-short":
        over = replace(over, length="short")
    if construction_of(top).tucks and dice.chance(0.35):
        over = replace(over, tucked=True, hem=None, length=None)
    return _under_outer(dice, colours, (legs, over), wanted)


def _under_outer(dice: _Dice, colours: _Colours, inner: tuple[Garment, ...], wanted: str | None) -> tuple[Garment, ...]:
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
    outer = replace(_garment(dice, kind, colour, colours, quiet=True), open=dice.chance(0.7))
    return (*inner[:-1], replace(under, fit="slim" if construction_of(category).fits else None), outer)


def _slim(dice: _Dice, garment: Garment) -> Garment:
    """A garment whose sleeves and collar fit under another."""
    made = construction_of(garment.category)
    collar = dice.pick(tuple(kind for kind in ("round", "v", "turtle", "u") if kind in made.collars) or (None,))
    return replace(
        garment, sleeve_length="long" if "long" in made.sleeve_lengths else None, sleeve_type="regular", collar=collar
    )


def _ground(dice: _Dice, colours: _Colours) -> str:
    return colours.main if dice.chance(0.6) else dice.pick((colours.accent, colours.neutral))


# --- one garment ----------------------------------------------------------------------------------------------------


def _garment(dice: _Dice, category: str, colour: str, colours: _Colours, *, quiet: bool = False) -> Garment:
    made = construction_of(category)
    if category == "jeans":
        colour = dice.pick(_JEANS)
    shape = _shape(dice, made)
    return Garment(
        category=category,
        cloth=_cloth(dice, made, colour, colours, quiet=quiet),
        seed=dice.number(),
        fit=_maybe(dice, made.fits),
        **shape,
    )


def _shape(dice: _Dice, made: Construction) -> dict[str, Any]:
    """The five attributes and the cut, each drawn evenly from what goes with those before it."""
    collar = _maybe(dice, made.collars)
    sleeve_length, sleeve_type = _sleeves(dice, made, bare=collar in SLEEVELESS_COLLARS)
    skirted = set(made.cuts) <= set(words.SKIRT_CUTS)
    hem = "flat" if "flat" in made.hems and dice.chance(_FLAT_SHARE) else _maybe(dice, made.hems)
    cut = _maybe(dice, tuple(cut for cut in made.cuts if hem is None or not skirted or cut in HEM_CUTS[hem]))
    least = (
        (MERMAID_MIN_LENGTH if cut == "mermaid" else HEM_MIN_LENGTH.get(hem or "")) if made.cuts and skirted else None
    )
    lengths = made.lengths[made.lengths.index(least) :] if least else made.lengths
    return {
        "length": _maybe(dice, lengths),
        "sleeve_length": sleeve_length,
        "sleeve_type": sleeve_type,
        "collar": collar,
        "hem": hem,
        "cut": cut,
    }


def _sleeves(dice: _Dice, made: Construction, *, bare: bool) -> tuple[str | None, str | None]:
    """Length and type; the type first, for there are more types than lengths and each is to be seen as often."""
    if not made.sleeve_types:
        return _maybe(dice, made.sleeve_lengths), None
    if bare or ("sleeveless" in made.sleeve_lengths and dice.chance(_SLEEVELESS_SHARE)):
        return "sleeveless", None
    kind = dice.pick(made.sleeve_types)
    return dice.pick(tuple(length for length in SLEEVE_TYPE_LENGTHS[kind] if length in made.sleeve_lengths)), kind


def _maybe(dice: _Dice, options: Sequence[str]) -> str | None:
    return dice.pick(options) if options else None


def _cloth(dice: _Dice, made: Construction, colour: str, colours: _Colours, *, quiet: bool) -> Cloth:
    fabric = made.fabrics[0] if dice.chance(_FIRST_FABRIC_SHARE) else dice.pick(made.fabrics)
    pattern = dice.pick(made.patterns)
    if fabric in PLAIN_FABRICS or dice.chance(0.8 if quiet else 0.4):
        pattern = "plain"
    return _patterned(dice, colour, pattern, fabric, colours)


def _patterned(dice: _Dice, colour: str, pattern: str, fabric: str, colours: _Colours) -> Cloth:
    """A cloth whose pattern can be seen: its colours are the harmony's as far as they differ enough."""
    if pattern == "plain":
        return Cloth(colour=colour, fabric=fabric)
    near = (colours.accent, colours.neutral, colours.main, "white", "navy", "black", "ivory")
    seen = [other for other in dict.fromkeys(near) if other != colour and contrast(colour, other) > 0.25]
    second = seen[0]
    third = next((other for other in near if other not in (colour, second)), None)
    return Cloth(colour=colour, pattern=pattern, second=second, third=third, fabric=fabric)


# --- shoes, bags, hats ----------------------------------------------------------------------------------------------


def _shoes(dice: _Dice, sex: str, colours: _Colours) -> Shoes:
    kind = dice.pick(("sneaker", "boot", "loafer", "sandal") if sex == "man" else words.SHOES)
    return Shoes(kind=kind, colour=dice.pick((*_SHOE_COLOURS, colours.accent, colours.accent)))


def _carried(dice: _Dice, figure: Figure, colours: _Colours) -> tuple[Bag | None, Hat | None]:
    bag = hat = None
    if dice.chance(0.22):
        kinds = words.BAGS if figure.pose in HANGING_ARM_POSES else ("cross-body",)
        bag = Bag(kind=dice.pick(kinds), colour=dice.pick((colours.accent, "brown", "black", "camel", "white")))
    if figure.hair in HAT_HAIR and dice.chance(0.2):
        hat = Hat(kind=dice.pick(("brim", "beanie", "beret")), colour=dice.pick((colours.accent, colours.neutral)))
    return bag, hat


def _wash(dice: _Dice, colours: _Colours) -> str | None:
    return dice.pick((colours.accent, colours.main, colours.neutral)) if dice.chance(0.35) else None


# --- traditional looks ----------------------------------------------------------------------------------------------


def _traditional(dice: _Dice, colours: _Colours, tradition: Tradition) -> Look:
    made = tradition.construction
    sex = dice.pick(tradition.wearers)
    colour = dice.pick(tradition.colours or (colours.main, colours.main, colours.accent, colours.neutral))
    pattern, fabric = dice.pick(made.patterns), dice.pick(made.fabrics)
    if fabric in PLAIN_FABRICS:
        pattern = "plain"
    garment = Garment(
        category=tradition.id,
        cloth=_tradition_cloth(dice, tradition, colour, pattern, fabric, colours),
        trim=_trim(dice, tradition, colour, colours),
        seed=dice.number(),
        fit=_maybe(dice, made.fits),
        **_shape(dice, made),
    )
    hats = tradition.hats
    hat_kind = dice.pick(hats) if hats and dice.chance(0.75) else None
    poses = tradition.poses if made.legs or tradition.beneath else _without(tradition.poses, _POCKETS)
    garments = _with_companions(dice, tradition, garment, colours, sex)
    hatted = tuple(style for style in HAT_HAIR if style in _HAIR_OF[sex])
    figure = _figure(dice, sex, poses, hatted if hat_kind else tradition.hair or _hair(sex, garments))
    if not any(construction_of(worn.category).legs for worn in garments) and figure.pose == _POCKETS:
        figure = replace(figure, pose="straight")
    return Look(
        figure=figure,
        garments=garments,
        shoes=Shoes(kind=dice.pick(tradition.shoes), colour=dice.pick(_SHOE_COLOURS)) if tradition.shoes else None,
        hat=Hat(kind=hat_kind, colour=_hat_colour(dice, hat_kind, garment)) if hat_kind else None,
        wash=_wash(dice, colours),
        seed=dice.number(),
        culture=tradition.id,
    )


def _tradition_cloth(
    dice: _Dice, tradition: Tradition, colour: str, pattern: str, fabric: str, colours: _Colours
) -> Cloth:
    """Kente and tartan have colours of their own; all else takes the harmony's."""
    own = {
        "kente": ("black", "red", "green", "mustard", "yellow"),
        "plaid": ("navy", "green", "yellow", "black", "white"),
    }
    if pattern not in own:
        return _patterned(dice, colour, pattern, fabric, colours)
    seen = [other for other in own[pattern] if other != colour and contrast(colour, other) > 0.2]
    second = dice.pick(seen)
    third = dice.pick([other for other in own[pattern] if other not in (colour, second)])
    return Cloth(colour=colour, pattern=pattern, second=second, third=third, fabric=fabric)


def _trim(dice: _Dice, tradition: Tradition, colour: str, colours: _Colours) -> Cloth | None:
    """The second cloth, never of the first one's colour; None where the garment is of one cloth."""
    if not tradition.trim_patterns:
        return None
    options = tuple(c for c in (tradition.trims or (colours.accent, colours.neutral)) if c != colour)
    clear = tuple(c for c in options if contrast(c, colour) > 0.12) or options or ("white",)
    pattern = dice.pick(tradition.trim_patterns)
    return _patterned(dice, dice.pick(clear), pattern, tradition.trim_fabric, colours)


def _with_companions(
    dice: _Dice, tradition: Tradition, garment: Garment, colours: _Colours, sex: str
) -> tuple[Garment, ...]:
    """The garment with the plain modern things it is worn over or with, from inside to outside."""
    if not tradition.beneath:
        return (garment,)
    options = _without(tradition.beneath, "skirt") if sex == "man" else tradition.beneath
    names = dice.pick(options).split("+")
    quiet = ("charcoal", "black", "navy", "brown", "beige", "grey")
    worn = []
    for name in names:
        made = construction_of(name)
        options = (
            ("white", "ivory", "sky") if made.role == "top" else tuple(c for c in quiet if c != garment.cloth.colour)
        )
        plain = _garment(dice, name, dice.pick(options), colours, quiet=True)
        cloth = Cloth(colour=plain.cloth.colour, fabric=made.fabrics[0])
        worn.append(replace(plain, cloth=cloth, **_quiet_shape(made)))
    worn.append(garment)
    worn.sort(key=lambda item: LAYERS[construction_of(item.category).role])
    tucked = tradition.construction.role == "bottom"
    return tuple(
        replace(item, tucked=True, hem=None, length=None) if tucked and construction_of(item.category).tucks else item
        for item in worn
    )


def _quiet_shape(made: Construction) -> dict[str, Any]:
    """Long, straight and regular: what stands back behind a traditional garment."""
    return {
        "length": ("long" if "long" in made.lengths else "short" if "short" in made.lengths else None),
        "sleeve_length": "long" if "long" in made.sleeve_lengths else None,
        "sleeve_type": made.sleeve_types[0] if made.sleeve_types else None,
        "collar": made.collars[0] if made.collars else None,
        "hem": "flat" if "flat" in made.hems else None,
        "cut": "straight" if "straight" in made.cuts else None,
        "fit": "regular" if "regular" in made.fits else None,
    }


def _hat_colour(dice: _Dice, kind: str, garment: Garment) -> str:
    match kind:
        case "gele" | "turban":
            return garment.trim.colour if garment.trim else garment.cloth.colour
        case "fila":
            return garment.cloth.colour
        case "kufi":
            return dice.pick(("white", "black", "ivory"))
        case "conical":
            return "beige"
        case _:
            return dice.pick(("brown", "black", "camel", "charcoal"))


def _without(options: Sequence[str], value: str) -> tuple[str, ...]:
    return tuple(option for option in options if option != value)
