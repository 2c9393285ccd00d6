"""What random looks are drawn with: dice that always fall the same way, and colours that go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from toile.catalog.plates.looks.look import Cloth
from toile.catalog.plates.looks.rules import contrast

_T = TypeVar("_T")

# Neutral, main, accent: forty colour harmonies, each seen often on real clothes.
HARMONIES: Final = (
    ("white", "navy", "red"),
    ("white", "sky", "navy"),
    ("white", "blue", "mustard"),
    ("white", "coral", "teal"),
    ("white", "mint", "pink"),
    ("white", "fuchsia", "black"),
    ("white", "red", "black"),
    ("white", "green", "pink"),
    ("ivory", "burgundy", "mustard"),
    ("ivory", "teal", "coral"),
    ("ivory", "lavender", "purple"),
    ("ivory", "olive", "orange"),
    ("ivory", "pink", "burgundy"),
    ("ivory", "mustard", "navy"),
    ("beige", "olive", "white"),
    ("beige", "navy", "coral"),
    ("beige", "burgundy", "ivory"),
    ("beige", "sky", "brown"),
    ("beige", "green", "mustard"),
    ("camel", "navy", "white"),
    ("camel", "teal", "ivory"),
    ("camel", "burgundy", "pink"),
    ("brown", "mustard", "ivory"),
    ("brown", "orange", "ivory"),
    ("brown", "pink", "ivory"),
    ("brown", "mint", "white"),
    ("black", "red", "white"),
    ("black", "yellow", "white"),
    ("black", "fuchsia", "white"),
    ("black", "lavender", "white"),
    ("black", "teal", "ivory"),
    ("black", "purple", "pink"),
    ("charcoal", "yellow", "white"),
    ("charcoal", "coral", "white"),
    ("charcoal", "mint", "white"),
    ("charcoal", "orange", "sky"),
    ("grey", "purple", "white"),
    ("grey", "blue", "white"),
    ("grey", "yellow", "navy"),
    ("grey", "pink", "burgundy"),
)


@dataclass(frozen=True, slots=True)
class Colours:
    """A harmony."""

    neutral: str
    main: str
    accent: str


class Dice:
    """A generator that picks from tuples."""

    def __init__(self, *entropy: int) -> None:
        self._generator = np.random.default_rng(entropy)

    def pick(self, options: Sequence[_T]) -> _T:
        """One of them, all alike."""
        return options[int(self._generator.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        """True so often."""
        return bool(self._generator.random() < probability)

    def number(self) -> int:
        """A seed."""
        return int(self._generator.integers(2**31))


def maybe(dice: Dice, options: Sequence[str]) -> str | None:
    """One of them; None of nothing."""
    return dice.pick(options) if options else None


def without(options: Sequence[str], value: str) -> tuple[str, ...]:
    """All but one."""
    return tuple(option for option in options if option != value)


def patterned(colour: str, pattern: str, fabric: str, colours: Colours) -> Cloth:
    """A cloth whose pattern can be seen: its colours are the harmony's as far as they differ enough."""
    if pattern == "plain":
        return Cloth(colour=colour, fabric=fabric)
    near = (colours.accent, colours.neutral, colours.main, "white", "navy", "black", "ivory")
    seen = [other for other in dict.fromkeys(near) if other != colour and contrast(colour, other) > 0.25]
    second = seen[0]
    third = next((other for other in near if other not in (colour, second)), None)
    return Cloth(colour=colour, pattern=pattern, second=second, third=third, fabric=fabric)
