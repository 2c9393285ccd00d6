"""A random figure.

What it wears never decides who it is: build, skin and hair are drawn alike for all looks of a sex.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Figure, Garment
from toile.catalog.plates.looks.rules import construction_of
from toile.catalog.plates.sampling.dice import Colours, Dice, without

HAIR_OF: Final = {
    "woman": tuple(style for style in words.HAIR if style != "crop"),
    "man": ("crop", "side-part", "afro", "locs", "pixie", "low-bun", "curly"),
}
POCKETS: Final = "pockets"
SHOE_COLOURS: Final = ("black", "brown", "white", "camel", "red", "navy", "beige", "ivory")
_HIJABS: Final = ("pink", "ivory", "navy", "teal", "lavender", "beige", "black", "burgundy")


def sample_figure(dice: Dice, sex: str, poses: Sequence[str], hair: Sequence[str]) -> Figure:
    """A figure: build, skin and hair evenly, whatever it wears."""
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


def hair_for(sex: str, garments: Sequence[Garment]) -> tuple[str, ...]:
    """The styles of a sex; a head is covered only over clothes that cover arms and legs."""
    covered = all(_covers(garment) for garment in garments)
    return HAIR_OF[sex] if covered else without(HAIR_OF[sex], "hijab")


def _covers(garment: Garment) -> bool:
    if garment.category in TRADITIONS:
        fixed = TRADITIONS[garment.category].attributes
        values = (garment.sleeve_length or fixed.get("sleeve_length"), garment.length or fixed.get("length"))
        return values == ("long", "long")
    role = construction_of(garment.category).role
    if role in ("whole", "bottom") and (garment.length not in ("mid", "long") or garment.hem == "slit"):
        return False
    return role in ("bottom", "outer") or garment.sleeve_length == "long"


def sample_wash(dice: Dice, colours: Colours) -> str | None:
    """Brush strokes behind one look in three."""
    return dice.pick((colours.accent, colours.main, colours.neutral)) if dice.chance(0.35) else None
