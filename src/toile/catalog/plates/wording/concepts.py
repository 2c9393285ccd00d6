"""The abstract half of HieraFashDiff's grammar: style, occasion, effect, feeling, read off what is drawn.

Each is the first row of a table whose condition holds. Style, occasion and feeling follow the construction (category,
fabric, attributes, layers); effect follows the construction and the lightness of the colours. So a concept is the same
for the same clothes, and a model can learn what it looks like.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Garment, Look
from toile.catalog.plates.looks.rules import construction_of, contrast


@dataclass(frozen=True, slots=True)
class _Seen:
    """A look and its main garment, as the conditions ask for them."""

    look: Look
    main: Garment

    def wears(self, *categories: str) -> bool:
        return any(garment.category in categories for garment in self.look.garments)

    def of(self, *fabrics: str) -> bool:
        return self.main.cloth.fabric in fabrics

    def printed(self, *patterns: str) -> bool:
        return self.main.cloth.pattern in patterns

    def has(self, attribute: str, *values: str) -> bool:
        return getattr(self.main, attribute) in values

    def shod(self, *kinds: str) -> bool:
        return self.look.shoes is not None and self.look.shoes.kind in kinds

    @property
    def dark(self) -> bool:
        return contrast(self.main.cloth.colour, "white") > 0.6

    @property
    def light(self) -> bool:
        return contrast(self.main.cloth.colour, "white") < 0.25

    @property
    def layered(self) -> bool:
        roles = {construction_of(garment.category).role for garment in self.look.garments}
        return "outer" in roles and len(self.look.garments) > 1


_Row = tuple[str, Callable[[_Seen], bool]]

_ALWAYS: Final[Callable[[_Seen], bool]] = lambda seen: True  # noqa: E731 - reads as the last row of a table

_STYLES: Final[tuple[_Row, ...]] = (
    ("Rock", lambda seen: seen.of("leather") or any(g.cloth.fabric == "leather" for g in seen.look.garments)),
    ("Sport", lambda seen: seen.wears("hoodie") and seen.shod("sneaker")),
    ("Street Style", lambda seen: seen.wears("hoodie")),
    ("Office", lambda seen: seen.wears("blazer")),
    ("British Style", lambda seen: seen.printed("plaid", "check")),
    ("Sweet", lambda seen: seen.has("sleeve_type", "puffed", "petal", "ruffle") or seen.has("collar", "peter-pan")),
    ("Trendy", lambda seen: seen.printed("animal", "zebra", "geometric", "zigzag")),
    ("Rural Style", lambda seen: seen.printed("floral", "paisley")),
    ("Elegant", lambda seen: seen.of("silk", "lace") or seen.has("cut", "mermaid")),
    ("Vintage", lambda seen: seen.printed("dots") or seen.has("cut", "circle", "full")),
    ("Commute", lambda seen: seen.wears("coat", "shirt")),
    ("Casual", lambda seen: seen.wears("jeans", "t-shirt", "shorts")),
    ("Simple Style", _ALWAYS),
)
_OCCASIONS: Final[tuple[_Row, ...]] = (
    ("Sport", lambda seen: seen.wears("hoodie") and seen.shod("sneaker")),
    ("Business", lambda seen: seen.wears("blazer") and seen.wears("shirt")),
    ("Office", lambda seen: seen.wears("blazer", "vest") or (seen.wears("shirt") and seen.wears("trousers"))),
    ("Wedding", lambda seen: seen.of("lace", "silk") and seen.has("length", "long")),
    ("Party", lambda seen: seen.of("silk", "lace", "sheer", "leather")),
    ("Travel", lambda seen: seen.wears("coat")),
    ("Home", lambda seen: seen.of("knit") or seen.wears("cardigan")),
    ("Date", lambda seen: seen.wears("dress", "skirt", "blouse")),
    ("Campus", _ALWAYS),
)
_EFFECTS: Final[tuple[_Row, ...]] = (
    ("Elongate Neck", lambda seen: seen.has("collar", "v", "u", "halter", "boat")),
    ("Highlight Hips", lambda seen: seen.has("cut", "pencil", "mermaid", "tulip")),
    ("Tall", lambda seen: seen.printed("vertical-stripes") or seen.has("length", "ultra-short")),
    ("Face Slimming", lambda seen: seen.has("collar", "turtle", "shirt", "lapel")),
    ("Brighten Skin", lambda seen: seen.light),
    ("Slimming", lambda seen: seen.dark),
    ("Youthful", _ALWAYS),
)
_FEELINGS: Final[tuple[_Row, ...]] = (
    ("Three-dimensional Layering", lambda seen: seen.layered),
    ("Hazy Sensation", lambda seen: seen.of("sheer", "lace")),
    ("Heavy Industry Feeling", lambda seen: seen.of("leather")),
    ("Jungle Feeling", lambda seen: seen.printed("animal", "zebra")),
    ("Stacking Feeling", lambda seen: seen.has("hem", "layered", "ruffle") or seen.has("sleeve_type", "layered")),
    ("Sense of Curve", lambda seen: seen.has("cut", "mermaid", "pencil", "tulip")),
    ("Line Feeling", lambda seen: seen.printed("vertical-stripes", "horizontal-stripes", "zigzag")),
    ("Sense of Fun", lambda seen: seen.printed("dots", "geometric")),
    ("Drape Feeling", lambda seen: seen.of("silk") or seen.has("hem", "draped") or seen.has("collar", "swinging")),
    ("Sense of Agility and Elegance", lambda seen: seen.has("cut", "flared", "circle", "full", "a-line")),
    ("Bulky Feeling", lambda seen: seen.has("fit", "boxy", "loose")),
    ("Crisp Feeling", lambda seen: seen.wears("shirt", "blazer")),
    ("Playful Feeling", lambda seen: seen.printed("floral", "paisley", "check", "plaid")),
    ("Sense of Restraint", lambda seen: seen.dark),
    ("Casual and Relaxed Feeling", _ALWAYS),
)


def concepts(look: Look, main: Garment) -> tuple[str, str, str, str]:
    """Style, occasion, effect and feeling of a look."""
    seen = _Seen(look, main)
    if look.culture is not None:
        people = TRADITIONS[look.culture].people
        occasion = "Wedding" if seen.of("silk", "lace") else "Party"
        return f"{people} Style", occasion, _first(_EFFECTS, seen), _first(_FEELINGS, seen)
    return _first(_STYLES, seen), _first(_OCCASIONS, seen), _first(_EFFECTS, seen), _first(_FEELINGS, seen)


def told_concepts(look: Look, main: Garment) -> tuple[str | None, str | None, str | None, str | None]:
    """Style, occasion, effect and feeling of a look of which not all is known: None where only the last row holds.

    The last row says what holds when nothing in particular is seen; of a look that is half known it would be a guess.
    """
    seen = _Seen(look, main)
    return tuple(
        None if (name := _first(table, seen)) == table[-1][0] else name
        for table in (_STYLES, _OCCASIONS, _EFFECTS, _FEELINGS)
    )  # type: ignore[return-value]


def _first(table: tuple[_Row, ...], seen: _Seen) -> str:
    return next(name for name, holds in table if holds(seen))
