"""What the words of a garment mean in head units: heights v on the torso map, t on a limb, ease round the body."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from toile.catalog.plates.drawing.curves import Profile, Values, smoothstep
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.looks.vocabulary import LENGTHS

_UPPER: Final = (2.75, 3.35, 4.02, 4.70, 5.50)
_SKIRT: Final = (4.85, 5.45, 6.20, 7.20, 8.45)
_LEGS: Final = (0.22, 0.72, 1.05, 1.50, 2.00)
_SHORTS: Final = (0.30, 0.45, 0.70, 0.95, 1.10)

# ultra-short, short, knee, mid, long: v of the hem, or t along the leg.
_LENGTHS_OF: Final = MappingProxyType(
    {
        "t-shirt": _UPPER,
        "blouse": _UPPER,
        "shirt": _UPPER,
        "sweater": _UPPER,
        "hoodie": _UPPER,
        "vest": (2.8, 3.3, 3.6, 4.2, 5.0),
        "cardigan": (2.9, 3.5, 4.1, 4.7, 5.6),
        "blazer": (3.2, 3.7, 4.25, 4.6, 5.0),
        "coat": (4.4, 5.0, 5.8, 6.6, 7.8),
        "dress": _SKIRT,
        "skirt": _SKIRT,
        "jumpsuit": _LEGS,
        "trousers": _LEGS,
        "jeans": _LEGS,
        "shorts": _SHORTS,
    }
)

SLEEVE_ENDS: Final = MappingProxyType({"short": 0.52, "elbow": 1.0, "mid": 1.45, "long": 1.93})
"""t of a sleeve's end."""

TUCKED_END: Final = 3.45


def hem_of(category: str, length: str) -> float:
    """Where a garment of that length ends."""
    return _LENGTHS_OF[category][LENGTHS.index(length)]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a garment fits.

    Attributes:
        ease: room round the body.
        boxiness: 0 follows the waist, 1 falls straight.
        sleeve_ease: room round the arm.
    """

    ease: float
    boxiness: float
    sleeve_ease: float


FITS: Final = MappingProxyType(
    {
        "slim": Fit(0.03, 0.0, 0.035),
        "regular": Fit(0.08, 0.45, 0.06),
        "loose": Fit(0.17, 0.8, 0.10),
        "boxy": Fit(0.26, 1.0, 0.14),
    }
)


class TorsoWidth:
    """Half-width of a garment on the torso: v to head units.

    Args:
        body: who wears it.
        fit: its ease.
        flare: how much wider it grows per head unit below v = 3.2.
        cinch: taken off the waist, for a belt.
        tucked: drawn in at the waist, under a waistband.
    """

    __slots__ = ("_body", "_ease", "_flare", "_profile", "_tucked")

    def __init__(self, body: Body, fit: Fit, flare: float = 0.0, cinch: float = 0.0, *, tucked: bool = False) -> None:
        width = body.half_width
        chest, hip = width(2.1) + fit.ease, width(3.95) + fit.ease
        waist = width(3.0) + 0.8 * fit.ease
        waist += (max(chest, hip) * 0.97 - waist) * fit.boxiness * 0.75 - cinch
        bust = 0.62 * chest + 0.38 * waist if fit.boxiness > 0.3 else max(chest - 0.02, width(2.3) + fit.ease)
        self._profile = Profile(
            (1.6, 2.1, 2.5, 3.0, 3.45, 3.95, 4.6),
            (chest + 0.02, chest, bust, waist, 0.45 * waist + 0.55 * hip, hip, hip),
        )
        self._body, self._flare, self._ease, self._tucked = body, flare, fit.ease, tucked

    def __call__(self, v: Values | float) -> Any:
        """Half-width; never narrower than the legs below."""
        at = np.asarray(v, dtype=np.float64)
        width = self._profile(np.minimum(at, 4.3)) + np.maximum(0.0, at - 3.2) * self._flare
        legs = self._body.legs_half_extent(np.maximum(at, 4.31)) + 0.05 + 0.5 * self._ease
        result = np.where(at > 4.3, np.maximum(width, legs), width)
        if self._tucked:
            drawn_in = smoothstep((at - 2.80) / 0.24)
            result = result * (1 - drawn_in) + (self._body.half_width(at) + 0.015) * drawn_in
        return result if at.ndim else float(result)
