"""What eyes add to a record: how many people its picture shows, and whether the garments of its words are there.

Eyes err, too: a coat below the waist looks like a skirt, navy like black. So a claim counts as seen if anything is
there that it could have been taken for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from PIL import Image

from toile.catalog.claims import claims_of

TAKEN_FOR: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "top": ("top", "outerwear", "dress"),
        "outerwear": ("outerwear", "top", "dress"),
        "dress": ("dress", "outerwear", "skirt"),
        "skirt": ("skirt", "dress"),
        "trousers": ("trousers", "hosiery"),
        "hosiery": ("hosiery", "trousers"),
    }
)
LIKE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "black": ("black", "navy", "grey"),
        "white": ("white", "beige", "grey"),
        "grey": ("grey", "black", "white"),
        "beige": ("beige", "white", "brown"),
        "brown": ("brown", "beige", "orange"),
        "red": ("red", "pink", "orange"),
        "orange": ("orange", "red", "yellow", "brown"),
        "yellow": ("yellow", "orange", "beige"),
        "green": ("green",),
        "blue": ("blue", "navy"),
        "navy": ("navy", "blue", "black"),
        "purple": ("purple", "pink"),
        "pink": ("pink", "red", "purple"),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What is seen in a picture.

    Attributes:
        persons: how many.
        visible: share of the twelve body joints that are seen; None without a person.
        area: share of the picture that is a person; None without a person.
        colours: part of `taxonomy.PARTS` to the names of its main colours; empty tuples where colour can't be told.
    """

    persons: int
    visible: float | None
    area: float | None
    colours: Mapping[str, tuple[str, ...]]


Eyes = Callable[[Image.Image], Seen | None]
"""Looks at a picture; None where nothing can be seen in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """A record's words held against its picture.

    Attributes:
        claims: the garments that the words name.
        unseen: of them, those that aren't there.
        coloured: claims with a colour whose garment is there.
        miscoloured: of them, those of another colour.
    """

    claims: tuple[str, ...]
    unseen: tuple[str, ...]
    coloured: tuple[str, ...]
    miscoloured: tuple[str, ...]

    @property
    def unseen_share(self) -> float | None:
        """Of the claims; None where nothing is claimed."""
        return len(self.unseen) / len(self.claims) if self.claims else None

    @property
    def miscoloured_share(self) -> float | None:
        """Of the claims of colour; None where there is none."""
        return len(self.miscoloured) / len(self.coloured) if self.coloured else None


def check_claims(text: str, seen: Seen) -> Sight:
    """Which of the garments that words name are seen, and in their colour."""
    claims = claims_of(text)
    unseen, coloured, miscoloured = [], [], []
    for claim in claims:
        there = [part for part in TAKEN_FOR.get(claim.part, (claim.part,)) if part in seen.colours]
        if not there:
            unseen.append(str(claim))
            continue
        colours = {colour for part in there for colour in seen.colours[part]}
        if claim.colour is not None and colours:
            coloured.append(str(claim))
            if not colours & set(LIKE[claim.colour]):
                miscoloured.append(str(claim))
    return Sight(
        claims=tuple(map(str, claims)),
        unseen=tuple(unseen),
        coloured=tuple(coloured),
        miscoloured=tuple(miscoloured),
    )
