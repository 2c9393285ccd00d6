"""A random garment: its attributes are drawn evenly from what goes with those before, its cloth from a harmony."""

from __future__ import annotations

from typing import Any, Final

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.construction import (
    HEM_CUTS,
    HEM_MIN_LENGTH,
    MERMAID_MIN_LENGTH,
    PLAIN_FABRICS,
    SLEEVE_TYPE_LENGTHS,
    SLEEVELESS_COLLARS,
    Construction,
)
from toile.catalog.plates.looks.look import Cloth, Garment
from toile.catalog.plates.looks.rules import construction_of
from toile.catalog.plates.sampling.dice import Colours, Dice, maybe, patterned

_JEANS: Final = ("blue", "blue", "navy", "sky", "charcoal", "black", "white")
_SLEEVELESS_SHARE: Final = 0.16
_FLAT_SHARE: Final = 0.15  # besides its even share: most hems are flat
_FIRST_FABRIC_SHARE: Final = 0.5  # the first fabric of a construction is its commonest


def sample_garment(dice: Dice, category: str, colour: str, colours: Colours, *, quiet: bool = False) -> Garment:
    """A garment of a category, its ground of a colour; a quiet one is nearly always plain."""
    made = construction_of(category)
    if category == "jeans":
        colour = dice.pick(_JEANS)
    shape = sample_shape(dice, made)
    return Garment(
        category=category,
        cloth=_cloth(dice, made, colour, colours, quiet=quiet),
        seed=dice.number(),
        fit=maybe(dice, made.fits),
        **shape,
    )


def sample_shape(dice: Dice, made: Construction) -> dict[str, Any]:
    """The five attributes and the cut, each drawn evenly from what goes with those before it."""
    collar = maybe(dice, made.collars)
    sleeve_length, sleeve_type = _sleeves(dice, made, bare=collar in SLEEVELESS_COLLARS)
    skirted = set(made.cuts) <= set(words.SKIRT_CUTS)
    hem = "flat" if "flat" in made.hems and dice.chance(_FLAT_SHARE) else maybe(dice, made.hems)
    cut = maybe(dice, tuple(cut for cut in made.cuts if hem is None or not skirted or cut in HEM_CUTS[hem]))
    least = (
        (MERMAID_MIN_LENGTH if cut == "mermaid" else HEM_MIN_LENGTH.get(hem or "")) if made.cuts and skirted else None
    )
    lengths = made.lengths[made.lengths.index(least) :] if least else made.lengths
    return {
        "length": maybe(dice, lengths),
        "sleeve_length": sleeve_length,
        "sleeve_type": sleeve_type,
        "collar": collar,
        "hem": hem,
        "cut": cut,
    }


def _sleeves(dice: Dice, made: Construction, *, bare: bool) -> tuple[str | None, str | None]:
    """Length and type; the type first, for there are more types than lengths and each is to be seen as often."""
    if not made.sleeve_types:
        return maybe(dice, made.sleeve_lengths), None
    if bare or ("sleeveless" in made.sleeve_lengths and dice.chance(_SLEEVELESS_SHARE)):
        return "sleeveless", None
    kind = dice.pick(made.sleeve_types)
    return dice.pick(tuple(length for length in SLEEVE_TYPE_LENGTHS[kind] if length in made.sleeve_lengths)), kind


def _cloth(dice: Dice, made: Construction, colour: str, colours: Colours, *, quiet: bool) -> Cloth:
    fabric = made.fabrics[0] if dice.chance(_FIRST_FABRIC_SHARE) else dice.pick(made.fabrics)
    pattern = dice.pick(made.patterns)
    if fabric in PLAIN_FABRICS or dice.chance(0.8 if quiet else 0.4):
        pattern = "plain"
    return patterned(colour, pattern, fabric, colours)
