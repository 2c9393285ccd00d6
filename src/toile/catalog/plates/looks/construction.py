"""How a garment of each category can be made: which values its attributes take, which cloths suit it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from toile.catalog.plates.looks.vocabulary import (
    COLLARS,
    FITS,
    HEMS,
    LENGTHS,
    PATTERNS,
    SKIRT_CUTS,
    SLEEVE_LENGTHS,
    SLEEVE_TYPES,
    TROUSER_CUTS,
)

Role = Literal["top", "outer", "whole", "bottom"]
"""Which part of a look a garment makes; `whole` dresses a person alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Construction:
    """What a category can be. An empty tuple: it has no such attribute, and the garment's field must be None.

    Attributes:
        role: its part in a look.
        category: the word of `taxonomy.CATEGORIES`.
        concept: the word of HieraFashDiff's seven categories.
        name: what people call it; several garments share a category, not a name.
        plural: it is spoken of in the plural.
        lengths: and the fields after it: of the lists of the same name in `vocabulary`.
        tucks: it may be worn inside what covers the legs.
        opens: its front may be worn open.
        legs: it has trouser legs, and so pockets to put hands into.
    """

    role: Role
    category: str
    concept: str
    name: str
    plural: bool = False
    lengths: tuple[str, ...] = ()
    sleeve_lengths: tuple[str, ...] = ()
    sleeve_types: tuple[str, ...] = ()
    collars: tuple[str, ...] = ()
    hems: tuple[str, ...] = ()
    cuts: tuple[str, ...] = ()
    fits: tuple[str, ...] = ()
    fabrics: tuple[str, ...] = ("cotton",)
    patterns: tuple[str, ...] = ("plain",)
    tucks: bool = False
    opens: bool = False
    legs: bool = False


_PRINTS: Final = tuple(pattern for pattern in PATTERNS if pattern not in ("brocade", "kente"))  # those are woven
_KNITTED: Final = ("plain", "horizontal-stripes", "geometric", "zigzag")
_SET_IN: Final = ("regular", "raglan", "drop-shoulder")
_LONG_SLEEVES: Final = ("mid", "long")

CONSTRUCTIONS: Final = MappingProxyType(
    {
        "t-shirt": Construction(
            role="top",
            category="t-shirt",
            concept="Blouse",
            name="t-shirt",
            lengths=("ultra-short", "short", "knee"),
            sleeve_lengths=("short", "elbow", "long"),
            sleeve_types=_SET_IN,
            collars=("round", "v", "u", "boat"),
            hems=("flat", "curved"),
            fits=FITS,
            patterns=_PRINTS,
            tucks=True,
        ),
        "blouse": Construction(
            role="top",
            category="blouse",
            concept="Blouse",
            name="blouse",
            lengths=("ultra-short", "short", "knee", "mid"),
            sleeve_lengths=SLEEVE_LENGTHS,
            sleeve_types=tuple(kind for kind in SLEEVE_TYPES if kind != "drop-shoulder"),
            collars=tuple(kind for kind in COLLARS if kind not in ("lapel", "hood")),
            hems=("flat", "curved", "ruffle", "flared", "asymmetric"),
            fits=("slim", "regular", "loose"),
            fabrics=("cotton", "silk", "sheer", "lace"),
            patterns=_PRINTS,
            tucks=True,
        ),
        "shirt": Construction(
            role="top",
            category="shirt",
            concept="Blouse",
            name="shirt",
            lengths=("short", "knee", "mid"),
            sleeve_lengths=("short", "elbow", "long"),
            sleeve_types=("shirt", "regular"),
            collars=("shirt", "stand"),
            hems=("curved", "flat"),
            fits=("slim", "regular", "loose"),
            fabrics=("cotton", "denim", "silk"),
            patterns=_PRINTS,
            tucks=True,
        ),
        "sweater": Construction(
            role="top",
            category="sweater",
            concept="Sweater",
            name="sweater",
            lengths=("ultra-short", "short", "knee", "mid"),
            sleeve_lengths=_LONG_SLEEVES,
            sleeve_types=("regular", "raglan", "drop-shoulder", "dolman", "lantern"),
            collars=("round", "v", "turtle", "boat"),
            hems=("flat",),
            fits=("slim", "regular", "loose", "boxy"),
            fabrics=("knit",),
            patterns=_KNITTED,
        ),
        "hoodie": Construction(
            role="top",
            category="hoodie",
            concept="Sweater",
            name="hoodie",
            lengths=("short", "knee"),
            sleeve_lengths=("long",),
            sleeve_types=_SET_IN,
            collars=("hood",),
            hems=("flat",),
            fits=("regular", "loose", "boxy"),
            patterns=_PRINTS,
        ),
        "vest": Construction(
            role="outer",
            category="top",
            concept="Coat",
            name="waistcoat",
            lengths=("short", "knee", "mid"),
            sleeve_lengths=("sleeveless",),
            collars=("v", "round", "lapel"),
            hems=("flat",),
            fits=("slim", "regular"),
            fabrics=("cotton", "knit", "denim", "leather"),
            patterns=("plain", "check", "vertical-stripes"),
            opens=True,
        ),
        "cardigan": Construction(
            role="outer",
            category="sweater",
            concept="Sweater",
            name="cardigan",
            lengths=("ultra-short", "short", "knee", "mid"),
            sleeve_lengths=_LONG_SLEEVES,
            sleeve_types=("regular", "raglan", "drop-shoulder"),
            collars=("v", "round"),
            hems=("flat",),
            fits=("slim", "regular", "loose"),
            fabrics=("knit",),
            patterns=_KNITTED,
            opens=True,
        ),
        "blazer": Construction(
            role="outer",
            category="blazer",
            concept="Coat",
            name="blazer",
            lengths=("short", "knee", "mid"),
            sleeve_lengths=_LONG_SLEEVES,
            sleeve_types=("regular",),
            collars=("lapel",),
            hems=("flat",),
            fits=("slim", "regular", "loose"),
            fabrics=("cotton", "silk", "leather"),
            patterns=("plain", "check", "plaid", "vertical-stripes"),
            opens=True,
        ),
        "coat": Construction(
            role="outer",
            category="outerwear",
            concept="Coat",
            name="coat",
            lengths=("short", "knee", "mid", "long"),
            sleeve_lengths=("long",),
            sleeve_types=("regular", "raglan", "drop-shoulder"),
            collars=("lapel", "stand", "a-line", "hood", "shirt"),
            hems=("flat",),
            fits=("regular", "loose"),
            fabrics=("cotton", "leather"),
            patterns=("plain", "plain", "check", "plaid"),
            opens=True,
        ),
        "dress": Construction(
            role="whole",
            category="dress",
            concept="Dress",
            name="dress",
            lengths=LENGTHS,
            sleeve_lengths=SLEEVE_LENGTHS,
            sleeve_types=tuple(kind for kind in SLEEVE_TYPES if kind != "drop-shoulder"),
            collars=tuple(kind for kind in COLLARS if kind not in ("lapel", "hood")),
            hems=HEMS,
            cuts=SKIRT_CUTS,
            fabrics=("cotton", "silk", "knit", "lace", "denim", "sheer"),
            patterns=_PRINTS,
        ),
        "jumpsuit": Construction(
            role="whole",
            category="jumpsuit",
            concept="Jumpsuit",
            name="jumpsuit",
            lengths=("short", "knee", "mid", "long"),
            sleeve_lengths=SLEEVE_LENGTHS,
            sleeve_types=("regular", "puffed", "lantern", "flare", "ruffle", "petal", "flutter", "shirt"),
            collars=("round", "v", "square", "boat", "u", "shirt", "halter", "irregular", "turtle"),
            hems=("flat",),
            cuts=TROUSER_CUTS,
            fabrics=("cotton", "silk", "denim"),
            patterns=_PRINTS,
            legs=True,
        ),
        "skirt": Construction(
            role="bottom",
            category="skirt",
            concept="Skirt",
            name="skirt",
            lengths=LENGTHS,
            hems=HEMS,
            cuts=tuple(cut for cut in SKIRT_CUTS if cut not in ("trapeze", "shift")),
            fabrics=("cotton", "silk", "denim", "leather", "knit"),
            patterns=_PRINTS,
        ),
        "trousers": Construction(
            role="bottom",
            category="trousers",
            concept="Pant",
            name="trousers",
            plural=True,
            lengths=("knee", "mid", "long"),
            hems=("flat",),
            cuts=TROUSER_CUTS,
            fabrics=("cotton", "silk", "leather"),
            patterns=_PRINTS,
            legs=True,
        ),
        "jeans": Construction(
            role="bottom",
            category="trousers",
            concept="Pant",
            name="jeans",
            plural=True,
            lengths=("mid", "long"),
            hems=("flat",),
            cuts=("skinny", "straight", "wide", "flare", "tapered"),
            fabrics=("denim",),
            legs=True,
        ),
        "shorts": Construction(
            role="bottom",
            category="shorts",
            concept="Pant",
            name="shorts",
            plural=True,
            lengths=("ultra-short", "short", "knee"),
            hems=("flat",),
            fabrics=("cotton", "denim", "leather"),
            patterns=_PRINTS,
            legs=True,
        ),
    }
)
"""How each category of `vocabulary.CATEGORIES` can be made."""

# --- what one value asks of another ---------------------------------------------------------------------------------

SLEEVE_TYPE_LENGTHS: Final = MappingProxyType(
    {
        "regular": ("short", "elbow", "mid", "long"),
        "puffed": ("short", "elbow"),
        "lantern": ("mid", "long"),
        "flare": ("elbow", "mid", "long"),
        "dolman": ("mid", "long"),
        "raglan": ("short", "elbow", "mid", "long"),
        "ruffle": ("short", "elbow"),
        "kimono": ("mid", "long"),
        "petal": ("short",),
        "flutter": ("short", "elbow"),
        "layered": ("short", "elbow"),
        "wrapped": ("mid", "long"),
        "princess": ("mid", "long"),
        "shirt": ("short", "elbow", "long"),
        "drop-shoulder": ("short", "elbow", "mid", "long"),
    }
)
"""The lengths at which a sleeve type is what it is called."""

SLEEVELESS_COLLARS: Final = ("halter", "irregular")
"""Necklines that leave no shoulder for a sleeve."""

WIDE_CUTS: Final = ("a-line", "flared", "bell", "circle", "full", "trapeze")
HEM_CUTS: Final = MappingProxyType(
    {
        "flat": SKIRT_CUTS,
        "curved": ("straight", "a-line", "flared", "shift", "trapeze"),
        "ruffle": ("a-line", "flared", "bell", "circle", "full", "straight", "shift", "trapeze"),
        "pleated": ("a-line", "flared", "full"),
        "flared": ("flared", "circle", "full", "a-line"),
        "asymmetric": ("straight", "a-line", "flared", "pencil", "shift"),
        "handkerchief": ("a-line", "flared", "circle"),
        "slit": ("pencil", "straight", "a-line"),
        "layered": ("a-line", "flared", "full"),
        "draped": ("straight", "a-line", "tulip"),
    }
)
"""The skirt cuts that have enough cloth, or little enough, for a hem."""

HEM_MIN_LENGTH: Final = MappingProxyType(
    {"slit": "knee", "layered": "short", "draped": "short", "handkerchief": "short"}
)
MERMAID_MIN_LENGTH: Final = "mid"
PLAIN_FABRICS: Final = ("leather", "lace", "denim")
"""Fabrics that nothing is printed on."""

# --- figures --------------------------------------------------------------------------------------------------------

HANGING_ARM_POSES: Final = ("straight", "contrapposto", "hand-on-hip", "walking", "stride", "arm-raised", "crossed")
"""Poses with an arm for a handbag or a tote to hang from."""

HAT_HAIR: Final = ("bob", "long", "wavy", "low-bun", "ponytail", "braids", "locs", "pixie", "crop", "side-part")
"""Hair that goes under a hat."""
