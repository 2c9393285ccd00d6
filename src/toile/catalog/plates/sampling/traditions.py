"""Random looks of a tradition: the garment by its construction, with what it is worn over and with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from toile.catalog.plates.looks.construction import HAT_HAIR, PLAIN_FABRICS, Construction
from toile.catalog.plates.looks.cultures import Tradition
from toile.catalog.plates.looks.look import Cloth, Garment, Hat, Look, Shoes
from toile.catalog.plates.looks.rules import LAYERS, construction_of, contrast
from toile.catalog.plates.sampling.dice import Colours, Dice, maybe, patterned, without
from toile.catalog.plates.sampling.figures import HAIR_OF, POCKETS, SHOE_COLOURS, hair_for, sample_figure, sample_wash
from toile.catalog.plates.sampling.garments import sample_garment, sample_shape


def sample_traditional(dice: Dice, colours: Colours, tradition: Tradition) -> Look:
    """A look of a tradition: the garment by its construction, in its own colours or the harmony's."""
    made = tradition.construction
    sex = dice.pick(tradition.wearers)
    colour = dice.pick(tradition.colours or (colours.main, colours.main, colours.accent, colours.neutral))
    pattern, fabric = dice.pick(made.patterns), dice.pick(made.fabrics)
    if fabric in PLAIN_FABRICS:
        pattern = "plain"
    garment = Garment(
        category=tradition.id,
        cloth=_tradition_cloth(dice, colour, pattern, fabric, colours),
        trim=_trim(dice, tradition, colour, colours),
        seed=dice.number(),
        fit=maybe(dice, made.fits),
        **sample_shape(dice, made),
    )
    hats = tradition.hats
    hat_kind = dice.pick(hats) if hats and dice.chance(0.75) else None
    poses = tradition.poses if made.legs or tradition.beneath else without(tradition.poses, POCKETS)
    garments = _with_companions(dice, tradition, garment, colours, sex)
    hatted = tuple(style for style in HAT_HAIR if style in HAIR_OF[sex])
    figure = sample_figure(dice, sex, poses, hatted if hat_kind else tradition.hair or hair_for(sex, garments))
    if not any(construction_of(worn.category).legs for worn in garments) and figure.pose == POCKETS:
        figure = replace(figure, pose="straight")
    return Look(
        figure=figure,
        garments=garments,
        shoes=Shoes(kind=dice.pick(tradition.shoes), colour=dice.pick(SHOE_COLOURS)) if tradition.shoes else None,
        hat=Hat(kind=hat_kind, colour=_hat_colour(dice, hat_kind, garment)) if hat_kind else None,
        wash=sample_wash(dice, colours),
        seed=dice.number(),
        culture=tradition.id,
    )


def _tradition_cloth(dice: Dice, colour: str, pattern: str, fabric: str, colours: Colours) -> Cloth:
    """Kente and tartan have colours of their own; all else takes the harmony's."""
    own = {
        "kente": ("black", "red", "green", "mustard", "yellow"),
        "plaid": ("navy", "green", "yellow", "black", "white"),
    }
    if pattern not in own:
        return patterned(colour, pattern, fabric, colours)
    seen = [other for other in own[pattern] if other != colour and contrast(colour, other) > 0.2]
    second = dice.pick(seen)
    third = dice.pick([other for other in own[pattern] if other not in (colour, second)])
    return Cloth(colour=colour, pattern=pattern, second=second, third=third, fabric=fabric)


def _trim(dice: Dice, tradition: Tradition, colour: str, colours: Colours) -> Cloth | None:
    """The second cloth, never of the first one's colour; None where the garment is of one cloth."""
    if not tradition.trim_patterns:
        return None
    options = tuple(c for c in (tradition.trims or (colours.accent, colours.neutral)) if c != colour)
    clear = tuple(c for c in options if contrast(c, colour) > 0.12) or options or ("white",)
    pattern = dice.pick(tradition.trim_patterns)
    return patterned(dice.pick(clear), pattern, tradition.trim_fabric, colours)


def _with_companions(
    dice: Dice, tradition: Tradition, garment: Garment, colours: Colours, sex: str
) -> tuple[Garment, ...]:
    """The garment with the plain modern things it is worn over or with, from inside to outside."""
    if not tradition.beneath:
        return (garment,)
    options = without(tradition.beneath, "skirt") if sex == "man" else tradition.beneath
    names = dice.pick(options).split("+")
    quiet = ("charcoal", "black", "navy", "brown", "beige", "grey")
    worn = []
    for name in names:
        made = construction_of(name)
        options = (
            ("white", "ivory", "sky") if made.role == "top" else tuple(c for c in quiet if c != garment.cloth.colour)
        )
        plain = sample_garment(dice, name, dice.pick(options), colours, quiet=True)
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


def _hat_colour(dice: Dice, kind: str, garment: Garment) -> str:
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
