"""The words of plates: which values an attribute has, and which of the product's closed words each one belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from toile.taxonomy import ATTRIBUTES

# --- colours --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Colour:
    """A named colour of cloth: its sRGB as `rrggbb`, and the name of `taxonomy.COLOURS` that is measured on it."""

    code: str
    basic: str


# Never pure black or white: shade and ink need room.
PALETTE: Final = MappingProxyType(
    {
        "white": Colour("f4f1ea", "white"),
        "ivory": Colour("efe3c8", "beige"),
        "beige": Colour("d6bd98", "beige"),
        "camel": Colour("b98a55", "brown"),
        "brown": Colour("6e4630", "brown"),
        "black": Colour("26232a", "black"),
        "charcoal": Colour("4a4b52", "grey"),
        "grey": Colour("9b9ca1", "grey"),
        "red": Colour("c62f35", "red"),
        "burgundy": Colour("741f33", "red"),
        "pink": Colour("eea3b4", "pink"),
        "fuchsia": Colour("c9327f", "pink"),
        "coral": Colour("ef7a5f", "red"),
        "orange": Colour("e5812c", "orange"),
        "mustard": Colour("d3a02c", "yellow"),
        "yellow": Colour("f2d24b", "yellow"),
        "olive": Colour("76793a", "green"),
        "green": Colour("2f7d4f", "green"),
        "mint": Colour("a8d8bf", "green"),
        "teal": Colour("1f7b80", "green"),
        "sky": Colour("8cbfe3", "blue"),
        "blue": Colour("2f5fb3", "blue"),
        "navy": Colour("26335c", "navy"),
        "lavender": Colour("b7a3d8", "purple"),
        "purple": Colour("6a3a86", "purple"),
    }
)

# --- cloth ----------------------------------------------------------------------------------------------------------

PATTERNS: Final = (
    "plain",
    "horizontal-stripes",
    "vertical-stripes",
    "check",
    "plaid",
    "dots",
    "floral",
    "paisley",
    "geometric",
    "zigzag",
    "animal",
    "zebra",
    "brocade",
    "kente",
)
PATTERN_FAMILIES: Final = MappingProxyType(
    dict.fromkeys(PATTERNS, "other")
    | {"plain": "plain", "dots": "dotted", "floral": "floral"}
    | dict.fromkeys(("horizontal-stripes", "vertical-stripes"), "striped")
    | dict.fromkeys(("check", "plaid"), "checked")
)
"""The word of `taxonomy.PATTERNS` for each."""
FABRICS: Final = ("cotton", "silk", "leather", "knit", "denim", "lace", "sheer")

# --- garments -------------------------------------------------------------------------------------------------------

TOPS: Final = ("t-shirt", "blouse", "shirt", "sweater", "hoodie")
OUTER: Final = ("vest", "cardigan", "blazer", "coat")
WHOLE: Final = ("dress", "jumpsuit")
BOTTOMS: Final = ("skirt", "trousers", "jeans", "shorts")
CATEGORIES: Final = TOPS + OUTER + WHOLE + BOTTOMS

# --- the five attributes of HieraFashDiff, A1..A5 --------------------------------------------------------------------

LENGTHS: Final = ATTRIBUTES["length"]
SLEEVE_LENGTHS: Final = ATTRIBUTES["sleeve_length"]
SLEEVE_TYPES: Final = ATTRIBUTES["sleeve_type"]
COLLARS: Final = ATTRIBUTES["collar"]
HEMS: Final = ATTRIBUTES["hem"]

# --- shape ----------------------------------------------------------------------------------------------------------

SKIRT_CUTS: Final = (
    "pencil",
    "straight",
    "a-line",
    "flared",
    "bell",
    "circle",
    "full",
    "tulip",
    "mermaid",
    "trapeze",
    "shift",
)
TROUSER_CUTS: Final = ("skinny", "straight", "wide", "flare", "tapered", "palazzo")
FITS: Final = ("slim", "regular", "loose", "boxy")

# --- what is carried and worn besides -------------------------------------------------------------------------------

SHOES: Final = ("pump", "sneaker", "boot", "flat", "sandal", "loafer")
BAGS: Final = ("tote", "handbag", "cross-body")
HATS: Final = ("brim", "beanie", "beret", "fila", "kufi", "turban", "gele", "conical", "fur")

# --- figures --------------------------------------------------------------------------------------------------------

BUILDS: Final = MappingProxyType(
    {"slim": "woman", "curvy": "woman", "petite": "woman", "athletic": "man", "lean": "man", "broad": "man"}
)
"""Build to who has it."""

POSES: Final = (
    "straight",
    "contrapposto",
    "hand-on-hip",
    "walking",
    "stride",
    "akimbo",
    "pockets",
    "arm-raised",
    "crossed",
)
SKINS: Final = ("porcelain", "fair", "light-olive", "tan", "caramel", "brown", "deep", "ebony")
HAIR: Final = (
    "bob",
    "long",
    "wavy",
    "bun",
    "low-bun",
    "ponytail",
    "braids",
    "curly",
    "locs",
    "afro",
    "pixie",
    "crop",
    "side-part",
    "hijab",
)
HAIR_COLOURS: Final = ("black", "dark-brown", "brown", "auburn", "ginger", "blonde", "platinum", "grey")
