"""The closed vocabulary of HieraFashion's captions (Xie et al. 2025): ten items in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CATEGORIES: Final = ("Dress", "Blouse", "Sweater", "Coat", "Jumpsuit", "Pant", "Skirt")
_STYLES: Final = (
    "Original Design, Street Style, Commute, Korean Style, Elegant, Sweet, Western Style, Japanese Style, "
    "British Style, Vintage, Artsy, Courtly Style, Simple Style, Rural Style, Campus Style, Office Lady, Homewear, "
    "Sport, Casual, Noble, Youth/Pop, Business Gentleman, Fresh, Trendy, Chinese Style, Punk, Hip-hop, Sexy, Rock, "
    "Workwear, Office"
)
_OCCASIONS: Final = "Campus, Home, Date, Party, Office, Sport, Travel, Wedding, Business"
_EFFECTS: Final = (
    "Slimming, Youthful, Tall, Highlight Hips, Brighten Skin, Face Slimming, Elongate Neck, Enhance Bust, Muscular Look"
)
_FEELINGS: Final = (
    "Sense of Curve, Sense of Agility and Elegance, Sense of Restraint, Three-dimensional Layering, Hazy Sensation, "
    "Drape Feeling, Dullness Sensation, Playful Feeling, Youthful Feeling, Sense of Fun, Casual and Relaxed Feeling, "
    "Sense of Atmosphere, Line Feeling, Stacking Feeling, Mature Feeling, Childlike Feeling, Bulky Feeling, "
    "Crisp Feeling, Heavy Feeling, Jungle Feeling, Heavy Industry Feeling"
)
_LENGTHS: Final = ("Ultra-short", "Short", "Knee-length", "Mid-length", "Long")
_SLEEVE_LENGTHS: Final = "Sleeveless, Short Sleeve, Elbow-length Sleeve, Mid-length Sleeve, Long Sleeve"
_SLEEVE_TYPES: Final = (
    "Dolman, Puffed, Lantern, Flare, Raglan, Ruffle, Wrapped, Flutter, Princess, Layered, Shirt, Petal, Kimono, "
    "Regular, Drop-shoulder"
)
_COLLARS: Final = (
    "Round Collar, V-Neck, Square Collar, Tailor Collar, Lapel Collar, Stand Collar, T-neck, Boat Neck, U-Neck, "
    "A-Line Collar, Swinging Collar, Irregular Collar, Closed Collar"
)
_HEMS: Final = (
    "Flat, Curved, Ruffle, Layered, Low Waist, Striped, Wavy, Slit, Draped, Irregular, Curled, Raw, Ankle-tied, "
    "Flared, Flanging, Loose, Lace, Tight-strap, Drawstring, Pleated"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a caption.

    Attributes:
        name: of the concept or attribute.
        words: what may stand there, lower case.
    """

    name: str
    words: frozenset[str]

    def knows(self, item: str) -> bool:
        """Is this one of its words?"""
        return item.strip().lower() in self.words


def _slot(name: str, words: Sequence[str], *, ending: str = "") -> Slot:
    return Slot(name, frozenset(f"{word}{ending}".lower() for word in words))


SLOTS: Final = (
    _slot("category", CATEGORIES),
    _slot("style", _STYLES.split(", ")),
    _slot("occasion", _OCCASIONS.split(", ")),
    _slot("effect", _EFFECTS.split(", ")),
    _slot("feeling", _FEELINGS.split(", ")),
    _slot("length", [f"{length} {category}" for length in _LENGTHS for category in CATEGORIES]),
    _slot("sleeve_length", _SLEEVE_LENGTHS.split(", ")),
    _slot("sleeve_type", _SLEEVE_TYPES.split(", "), ending=" sleeve"),
    _slot("collar", _COLLARS.split(", ")),
    _slot("hem", _HEMS.split(", "), ending=" hem"),
)
"""Five concepts, then the five attributes A1 to A5."""
NUM_CONCEPTS: Final = 5


def caption_items(caption: str) -> tuple[str, ...]:
    """The items of a caption, at most ten, in the order of `SLOTS`.

    Only their places tell items apart, and nothing keeps commas out of an item. A caption with more than ten pieces is
    therefore read from both ends as far as the vocabulary goes: where one item alone has too many commas, all others
    are accounted for, and a piece that no slot knows belongs to the item before it. Else the first ten pieces are
    taken, as the makers' own code does.
    """
    pieces = [piece.strip() for piece in caption.split(",") if piece.strip()]
    last = len(SLOTS) - 1
    if len(pieces) <= len(SLOTS):
        return tuple(pieces)
    place = max(0, last - _known(pieces[::-1], SLOTS[::-1]))
    if place > _known(pieces, SLOTS):
        return tuple(pieces[: len(SLOTS)])
    end = len(pieces) - (last - place)
    return (*pieces[:place], ", ".join(pieces[place:end]), *pieces[end:])


def odd_items(items: Sequence[str]) -> list[str]:
    """What is strange about a caption's items: too few of them, or words of no slot."""
    odd = [f"{slot.name} is {item!r}" for slot, item in zip(SLOTS, items, strict=False) if not slot.knows(item)]
    return odd + ([f"{len(items)} items, expected {len(SLOTS)}"] if len(items) != len(SLOTS) else [])


def _known(pieces: Sequence[str], slots: Sequence[Slot]) -> int:
    """How many pieces from the beginning stand in their own slot."""
    for count, (piece, slot) in enumerate(zip(pieces, slots, strict=False)):
        if not slot.knows(piece):
            return count
    return len(slots)
