"""The words the encoder is trained on: every category's nouns, the colours, and plain phrasings around them.

The benchmark `unseen_phrasing` asks for `UNSEEN_NOUNS`; no caption that trains the encoder may hold one of them.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from toile.taxonomy import COLOURS

UNSEEN_NOUNS: Final = MappingProxyType(
    {
        "sneakers": "shoes",
        "trousers": "trousers",
        "coat": "outerwear",
        "jacket": "outerwear",
        "cap": "hat",
        "frock": "dress",
        "tee": "t-shirt",
        "footwear": "shoes",
        "gown": "dress",
        "windbreaker": "outerwear",
    }
)
"""Word to category, held out of all training captions."""

NOUNS: Final = MappingProxyType(
    {
        "t-shirt": ("t-shirt", "short-sleeved t-shirt"),
        "longsleeve": ("longsleeve", "long-sleeved top"),
        "top": ("top", "vest"),
        "blouse": ("blouse",),
        "shirt": ("shirt", "button-down shirt"),
        "polo": ("polo shirt", "polo"),
        "undershirt": ("undershirt", "tank top"),
        "body": ("body", "bodysuit", "baby bodysuit"),
        "hoodie": ("hoodie", "hooded sweatshirt"),
        "sweater": ("sweater", "cardigan", "jumper"),
        "outerwear": ("outwear", "outerwear", "parka"),
        "blazer": ("blazer", "suit"),
        "dress": ("dress",),
        "jumpsuit": ("romper", "jumpsuit"),
        "skirt": ("skirt",),
        "trousers": ("pants", "jeans", "leggings"),
        "shorts": ("shorts",),
        "shoes": ("shoes", "boots", "heels", "pumps", "sandals", "flats"),
        "hat": ("hat",),
        "bag": ("bag", "purse"),
    }
)
"""Category to the nouns it is called by in training; the first is the plainest."""

TEMPLATES: Final = (
    "{}",
    "a {}",
    "a photo of a {}",
    "a picture of {}",
    "{} laid flat",
    "someone wearing a {}",
    "the {}",
)
COLOUR_ONLY: Final = ("{}", "something {}", "in {}", "a {} one", "a {} garment", "the same in {}")
EMBEDDED_CATEGORIES: Final = tuple(NOUNS)
_UNSEEN: Final = re.compile(rf"\b({'|'.join(UNSEEN_NOUNS)})\b")


def phrases_of(category: str, colour: str | None) -> list[str]:
    """Every training phrase for a category, with a colour or without."""
    things = []
    for noun in NOUNS[category]:
        things += [noun] if colour is None else [f"{colour} {noun}", f"{noun} in {colour}"]
    return [template.format(thing) for thing in things for template in TEMPLATES]


def colour_phrases() -> dict[str, list[str]]:
    """Phrases that name a colour and no garment."""
    return {colour: [template.format(colour) for template in COLOUR_ONLY] for colour in COLOURS}


def without_unseen_nouns(caption: str) -> str:
    """A look's caption with held-out nouns replaced by their category's plainest noun: `navy coat` → `navy outwear`."""
    return _UNSEEN.sub(lambda found: NOUNS[UNSEEN_NOUNS[found[0]]][0], caption)
