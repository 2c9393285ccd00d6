"""What goes together: a look is checked before it is drawn, and what is wrong with it is said in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.construction import (
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
    Role,
)
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Cloth, Figure, Garment, Look
from toile.errors import ConfigError

# Attribute of a garment to the field of `Construction` that lists its values.
_FIELDS: Final = (
    ("length", "lengths"),
    ("sleeve_length", "sleeve_lengths"),
    ("sleeve_type", "sleeve_types"),
    ("collar", "collars"),
    ("hem", "hems"),
    ("cut", "cuts"),
    ("fit", "fits"),
)
_MIN_CONTRAST: Final = 0.12  # of relative luminance; below it a pattern can't be told from its ground
LAYERS: Final[Mapping[Role, int]] = {"bottom": 0, "whole": 1, "top": 1, "outer": 2}
"""Part of a look to its place from the inside out."""


def check_look(look: Look) -> None:
    """Refuse a look that can't be worn or drawn.

    Raises:
        ConfigError: the first thing that doesn't go together, and what would.
    """
    for problem in problems(look):
        raise ConfigError(problem)


def check_garment(garment: Garment) -> None:
    """Refuse a garment that can't be made.

    Raises:
        ConfigError: the first thing that doesn't go together, and what would.
    """
    for problem in _garment_problems(garment):
        raise ConfigError(problem)


def construction_of(category: str) -> Construction:
    """How a modern or traditional category can be made.

    Raises:
        ConfigError: no such category.
    """
    if category in CONSTRUCTIONS:
        return CONSTRUCTIONS[category]
    if category in TRADITIONS:
        return TRADITIONS[category].construction
    known = ", ".join((*CONSTRUCTIONS, *TRADITIONS))
    raise ConfigError(f"there is no garment category {category!r}; choose one of {known}")


def problems(look: Look) -> Iterator[str]:
    """Everything that doesn't go together in a look, one sentence each."""
    yield from _figure_problems(look.figure)
    for garment in look.garments:
        yield from _garment_problems(garment)
    yield from _layer_problems(look)
    yield from _accessory_problems(look)
    yield from _culture_problems(look)


def main_garment(look: Look) -> Garment:
    """The garment that a look is about: the traditional one, else the outermost."""
    for garment in look.garments:
        if garment.category == look.culture:
            return garment
    return max(look.garments, key=lambda garment: LAYERS[construction_of(garment.category).role])


def _unknown(what: str, value: str | None, known: Sequence[str]) -> Iterator[str]:
    if value is not None and value not in known:
        yield f"there is no {what} {value!r}; choose one of {', '.join(known)}"


def _figure_problems(figure: Figure) -> Iterator[str]:
    yield from _unknown("pose", figure.pose, words.POSES)
    yield from _unknown("build", figure.build, tuple(words.BUILDS))
    yield from _unknown("skin", figure.skin, words.SKINS)
    yield from _unknown("hair", figure.hair, words.HAIR)
    covered = figure.hair == "hijab"
    yield from _unknown("hair colour", figure.hair_colour, tuple(words.PALETTE) if covered else words.HAIR_COLOURS)


def _garment_problems(garment: Garment) -> Iterator[str]:
    try:
        construction = construction_of(garment.category)
    except ConfigError as error:
        yield str(error)
        return
    for attribute, field in _FIELDS:
        yield from _attribute_problems(garment, attribute, getattr(construction, field))
    yield from _sleeve_problems(garment)
    yield from _skirt_problems(garment)
    yield from _wearing_problems(garment, construction)
    yield from _cloth_problems(garment, construction)
    if garment.trim is not None:
        yield from _colour_problems(garment.trim)


def _attribute_problems(garment: Garment, attribute: str, known: Sequence[str]) -> Iterator[str]:
    value = getattr(garment, attribute)
    if value is None or value in known:
        return
    thing = attribute.replace("_", " ")
    if known:
        yield f"a {garment.category} with the {thing} {value!r} can't be drawn; choose one of {', '.join(known)}"
    else:
        yield f"a {garment.category} has no {thing}, but {value!r} was asked for; leave it out"


def _sleeve_problems(garment: Garment) -> Iterator[str]:
    length, kind = garment.sleeve_length, garment.sleeve_type
    if garment.collar in SLEEVELESS_COLLARS and (length or "sleeveless") != "sleeveless":
        yield (
            f"the {garment.collar} collar leaves no shoulder for sleeves, but they are {length}; "
            "make it sleeveless or choose another collar"
        )
    if length == "sleeveless" and kind is not None:
        yield f"a sleeveless {garment.category} can't have {kind} sleeves; leave out the sleeve type"
    elif kind is not None and length is not None and length not in SLEEVE_TYPE_LENGTHS.get(kind, (length,)):
        suiting = ", ".join(SLEEVE_TYPE_LENGTHS[kind])
        yield f"{kind} sleeves can't be {length}; they come in {suiting}"


def _skirt_problems(garment: Garment) -> Iterator[str]:
    if garment.cut not in words.SKIRT_CUTS or garment.category not in ("dress", "skirt"):
        return
    hem, length = garment.hem, garment.length
    if hem is not None and garment.cut not in HEM_CUTS.get(hem, (garment.cut,)):
        yield f"a {hem} hem doesn't go with the cut {garment.cut}; it goes with {', '.join(HEM_CUTS[hem])}"
    for reason, least in ((f"{hem} hem", HEM_MIN_LENGTH.get(hem or "")), (garment.cut, _cut_min_length(garment.cut))):
        if least and length and words.LENGTHS.index(length) < words.LENGTHS.index(least):
            yield f"a {reason} needs more length than {length}; {least} is the least"


def _cut_min_length(cut: str | None) -> str | None:
    return MERMAID_MIN_LENGTH if cut == "mermaid" else None


def _wearing_problems(garment: Garment, construction: Construction) -> Iterator[str]:
    if garment.tucked and not construction.tucks:
        yield f"a {garment.category} can't be tucked in"
    if garment.tucked and garment.hem not in (None, "flat"):
        yield f"the {garment.hem} hem of a tucked {garment.category} would not be seen; leave it out"
    if garment.open and not construction.opens:
        yield f"a {garment.category} can't be worn open"


def _cloth_problems(garment: Garment, construction: Construction) -> Iterator[str]:
    cloth = garment.cloth
    yield from _colour_problems(cloth)
    if cloth.fabric not in construction.fabrics and cloth.fabric in words.FABRICS:
        yield f"a {garment.category} isn't made of {cloth.fabric}; choose one of {', '.join(construction.fabrics)}"
    patterns = tuple(dict.fromkeys(construction.patterns))
    if cloth.pattern not in patterns and cloth.pattern in words.PATTERNS:
        yield f"a {garment.category} doesn't come in {cloth.pattern}; choose one of {', '.join(patterns)}"


def _colour_problems(cloth: Cloth) -> Iterator[str]:
    for colour in (cloth.colour, cloth.second, cloth.third):
        yield from _unknown("colour", colour, tuple(words.PALETTE))
    yield from _unknown("pattern", cloth.pattern, words.PATTERNS)
    yield from _unknown("fabric", cloth.fabric, words.FABRICS)
    if cloth.pattern == "plain":
        if cloth.second is not None or cloth.third is not None:
            yield f"a plain cloth has one colour, but {cloth.second or cloth.third!r} was asked for too; leave it out"
        return
    if cloth.fabric in PLAIN_FABRICS:
        yield f"{cloth.fabric} is always plain, but the pattern {cloth.pattern!r} was asked for"
    if cloth.second is None:
        yield f"the pattern {cloth.pattern!r} needs a second colour; name one"
    elif contrast(cloth.colour, cloth.second) < _MIN_CONTRAST:
        yield f"{cloth.second} on {cloth.colour} can't be seen; choose colours further apart"


def contrast(one: str, other: str) -> float:
    """How far apart two colours of the palette are in lightness, in [0, 1]; 1 for a colour that is unknown."""
    if one not in words.PALETTE or other not in words.PALETTE:
        return 1.0
    return abs(_lightness(one) - _lightness(other))


def _lightness(colour: str) -> float:
    """Rec. 601 luma of a colour of the palette, in [0, 1]."""
    code = int(words.PALETTE[colour].code, 16)
    red, green, blue = code >> 16, code >> 8 & 255, code & 255
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def _is_known(category: str) -> bool:
    return category in CONSTRUCTIONS or category in TRADITIONS


def _layer_problems(look: Look) -> Iterator[str]:
    known = [
        garment for garment in look.garments if garment.category in CONSTRUCTIONS or garment.category in TRADITIONS
    ]
    roles = [construction_of(garment.category).role for garment in known]
    names = [garment.category for garment in known]
    if not look.garments:
        yield "a look needs at least one garment"
        return
    doubled: tuple[tuple[Role, str], ...] = (
        ("bottom", "things for the legs"),
        ("whole", "garments for the whole body"),
    )
    for role, what in doubled:
        if roles.count(role) > 1:
            wrong = " and ".join(name for name, r in zip(names, roles, strict=True) if r == role)
            yield f"{wrong} are two {what}; keep one"
    if "whole" in roles and "bottom" in roles:
        yield f"{names[roles.index('whole')]} and {names[roles.index('bottom')]} can't be worn together; keep one"
    if "whole" not in roles and "bottom" not in roles:
        yield f"{' and '.join(names)} leaves the legs bare; add a skirt, trousers or a dress"
    if "whole" not in roles and "bottom" in roles and not {"top", "outer"} & set(roles):
        yield f"{names[0]} alone leaves the body bare; add a top"
    layers = [LAYERS[role] for role in roles]
    if layers != sorted(layers):
        yield f"{', '.join(names)} are not in the order from inside to outside; legs first, coats last"
    if any(garment.tucked for garment in look.garments) and "bottom" not in roles:
        yield "there is nothing to tuck the top into; add a skirt or trousers, or don't tuck it"


def _accessory_problems(look: Look) -> Iterator[str]:
    if look.shoes is not None:
        yield from _unknown("kind of shoes", look.shoes.kind, words.SHOES)
    if look.bag is not None:
        yield from _unknown("kind of bag", look.bag.kind, words.BAGS)
        if look.bag.kind != "cross-body" and look.figure.pose not in HANGING_ARM_POSES:
            yield f"a {look.bag.kind} needs a hanging arm, and the pose {look.figure.pose!r} has none"
    if look.hat is not None:
        yield from _unknown("kind of hat", look.hat.kind, words.HATS)
        if look.figure.hair in words.HAIR and look.figure.hair not in HAT_HAIR:
            yield f"no hat sits on the hair {look.figure.hair!r}; it sits on {', '.join(HAT_HAIR)}"
    legs = any(construction_of(worn.category).legs for worn in look.garments if _is_known(worn.category))
    if look.figure.pose == "pockets" and not legs:
        yield "hands in pockets need trousers, and the look has none; choose another pose"
    colours = [item.colour for item in (look.shoes, look.bag, look.hat) if item is not None]
    for colour in (*colours, look.wash):
        yield from _unknown("colour", colour, tuple(words.PALETTE))


def _culture_problems(look: Look) -> Iterator[str]:
    worn = [garment.category for garment in look.garments if garment.category in TRADITIONS]
    if look.culture is None:
        if worn:
            yield f"{worn[0]} belongs to a tradition, but the look names none; set its culture to {worn[0]!r}"
        return
    if look.culture not in TRADITIONS:
        yield f"there is no record {look.culture!r}; choose one of {', '.join(TRADITIONS)}"
    elif look.culture not in worn:
        yield f"the look's culture is {look.culture!r}, but no such garment is worn"
    else:
        tradition = TRADITIONS[look.culture]
        if look.figure.pose not in tradition.poses and look.figure.pose in words.POSES:
            shown = ", ".join(tradition.poses)
            yield f"the pose {look.figure.pose!r} hides how a {look.culture} is made; choose one of {shown}"
