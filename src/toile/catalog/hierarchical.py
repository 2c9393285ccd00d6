"""HieraFashDiff's hierarchical caption (arXiv 2401.07450, AAAI 2025): five concepts, then attributes A1 to A5.

Ten items in a fixed order, joined by commas: category, style, occasion, effect, feeling; then length with the
category's noun, sleeve length, sleeve type, collar, hem.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from toile.taxonomy import ATTRIBUTES

CONCEPT_OF_CATEGORY: Final = MappingProxyType(
    dict.fromkeys(
        ("t-shirt", "longsleeve", "top", "blouse", "shirt", "polo", "undershirt", "body"),
        "Blouse",
    )
    | dict.fromkeys(("hoodie", "sweater"), "Sweater")
    | dict.fromkeys(("outerwear", "blazer"), "Coat")
    | {"dress": "Dress", "jumpsuit": "Jumpsuit", "skirt": "Skirt", "trousers": "Pant", "shorts": "Pant"}
)
"""The grammar's seven categories for each garment of `taxonomy.CATEGORIES`."""
CONCEPTS: Final = ("category", "style", "occasion", "effect", "feeling")

_LENGTHS: Final = MappingProxyType(
    {
        "ultra-short": "Ultra-short",
        "short": "Short",
        "knee": "Knee-length",
        "mid": "Mid-length",
        "long": "Long",
    }
)
_SLEEVE_LENGTHS: Final = MappingProxyType(
    {
        "sleeveless": "Sleeveless",
        "short": "Short Sleeve",
        "elbow": "Elbow-length Sleeve",
        "mid": "Mid-length Sleeve",
        "long": "Long Sleeve",
    }
)
# The last four are ours: the published list of thirteen has no words for them.
_COLLARS: Final = MappingProxyType(
    {
        "round": "Round Collar",
        "v": "V-Neck",
        "square": "Square Collar",
        "lapel": "Lapel Collar",
        "stand": "Stand Collar",
        "turtle": "T-neck",
        "boat": "Boat Neck",
        "u": "U-Neck",
        "a-line": "A-Line Collar",
        "swinging": "Swinging Collar",
        "irregular": "Irregular Collar",
        "shirt": "Shirt Collar",
        "halter": "Halter Neck",
        "hood": "Hood",
        "peter-pan": "Peter Pan Collar",
    }
)
_HEMS: Final = MappingProxyType(
    {hem: f"{hem.capitalize()} Hem" for hem in ATTRIBUTES["hem"]} | {"asymmetric": "Irregular Hem"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class HierarchicalCaption:
    """A look in the grammar's places, the attributes in words of `taxonomy.ATTRIBUTES`; None where nothing is known."""

    category: str
    """Of the grammar's seven: `Dress`."""
    style: str | None = None
    occasion: str | None = None
    effect: str | None = None
    feeling: str | None = None
    length: str | None = None
    sleeve_length: str | None = None
    sleeve_type: str | None = None
    collar: str | None = None
    hem: str | None = None

    @property
    def items(self) -> tuple[str, ...]:
        """What is known, in the grammar's words and order."""
        said = (
            *(getattr(self, name) for name in CONCEPTS),
            *(
                None if (value := getattr(self, name)) is None else attribute_item(name, value, self.category)
                for name in ATTRIBUTES
            ),
        )
        return tuple(item for item in said if item is not None)

    @staticmethod
    def read_attributes(text: str) -> dict[str, str]:
        """A1 to A5 of a caption in the grammar, in words of `taxonomy.ATTRIBUTES`; other items are passed over."""
        items = {item.strip() for item in text.split(",")}
        return {attribute: value for item, (attribute, value) in _attribute_items().items() if item in items}

    def __str__(self) -> str:
        return ", ".join(self.items)


def attribute_item(attribute: str, value: str, category: str) -> str:
    """One of A1 to A5 in the grammar's words: `Long Dress`, `Short Sleeve`, `V-Neck`.

    Args:
        attribute: of `taxonomy.ATTRIBUTES`.
        value: of that attribute.
        category: of the grammar's seven; only a length is said of one.

    Raises:
        ValueError: there is no such attribute.
    """
    match attribute:
        case "length":
            return f"{_LENGTHS[value]} {category}".strip()
        case "sleeve_length":
            return _SLEEVE_LENGTHS[value]
        case "sleeve_type":
            return f"{value.title()} Sleeve" if value != "drop-shoulder" else "Drop-shoulder Sleeve"
        case "collar":
            return _COLLARS[value]
        case "hem":
            return _HEMS[value]
        case _:
            raise ValueError(f"{attribute!r} is none of {', '.join(ATTRIBUTES)}")


@cache
def _attribute_items() -> dict[str, tuple[str, str]]:
    """Item to attribute and value."""
    return {
        HierarchicalCaption(category=category, **{attribute: value}).items[-1]: (attribute, value)
        for category in dict.fromkeys(CONCEPT_OF_CATEGORY.values())
        for attribute, values in ATTRIBUTES.items()
        for value in values
    }
