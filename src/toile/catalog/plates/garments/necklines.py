"""Necklines: the upper edge of a garment, by its collar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from toile.catalog.plates.figure.body import Body

Line = list[tuple[float, float]]
"""Control points (u, v)."""

LAPELS: Final = frozenset({"lapel"})
CLOSED: Final = frozenset({"shirt", "peter-pan", "stand", "turtle", "hood"})
BANDED: Final = frozenset({"crew", "round", "v", "u"})
"""Collars that are a band of rib round the neckline."""


@dataclass(frozen=True, slots=True)
class Neckline:
    """A neckline from image-left to image-right.

    Attributes:
        lines: smooth pieces between corners.
        half_width: where it meets the shoulder's slope.
        one_shouldered: it runs under the arm on the image's left.
    """

    lines: list[Line]
    half_width: float
    one_shouldered: bool = False


def on_shoulder(body: Body, u: float) -> float:
    """v of a garment's edge on the shoulder's slope."""
    return body.shoulder_line(u) - 0.015


def neckline(body: Body, collar: str, depth: float | None = None) -> Neckline:
    """The neckline of a collar.

    Args:
        body: who wears it.
        collar: of `vocabulary.COLLARS`, or `crew`, `sweetheart`.
        depth: v of the lowest point, for the collars that have a choice (`v`, `lapel`, `round`).
    """
    if collar == "irregular":
        return Neckline([], body.build.neck + 0.12, one_shouldered=True)
    width = _half_width(body, collar)
    return Neckline(_lines(collar, width, on_shoulder(body, width), body.front, depth), width)


_WIDTHS: Final = {
    "v": 0.09, "lapel": 0.05, "square": 0.20, "u": 0.13, "sweetheart": 0.24, "halter": 0.03, "swinging": 0.16,
    "crew": 0.06, "round": 0.10, "a-line": 0.10, **dict.fromkeys(CLOSED, 0.035),
}  # fmt: skip


def _half_width(body: Body, collar: str) -> float:
    return body.build.shoulder * 0.76 if collar == "boat" else body.build.neck + _WIDTHS[collar]


def _lines(collar: str, w: float, y: float, front: float, depth: float | None) -> list[Line]:
    match collar:
        case "v":
            d = depth or 2.14
            return [[(-w, y), (-0.55 * w, y + 0.44 * (d - y)), (front, d)],
                    [(front, d), (0.55 * w, y + 0.44 * (d - y)), (w, y)]]  # fmt: skip
        case "lapel":
            d = depth or 2.55
            return [[(-w, y), (front, d)], [(front, d), (w, y)]]
        case "square":
            return [[(-w, y), (-w + 0.03, 1.92)], [(-w + 0.03, 1.92), (0, 1.95), (w - 0.03, 1.92)],
                    [(w - 0.03, 1.92), (w, y)]]  # fmt: skip
        case "boat":
            return [[(-w, y), (-0.2, 1.57), (0.2, 1.57), (w, y)]]
        case "u":
            return [[(-w, y), (-w + 0.02, 1.75), (-0.13, 2.06), (0.13, 2.06), (w - 0.02, 1.75), (w, y)]]
        case "sweetheart":
            return [[(-w, y), (-w + 0.06, 1.8), (-0.2, 1.82), (front, 2.0)],
                    [(front, 2.0), (0.2, 1.82), (w - 0.06, 1.8), (w, y)]]  # fmt: skip
        case "halter":
            return [[(-w, y), (-0.1, 1.56), (0.1, 1.56), (w, y)]]
        case "swinging":
            return [[(-w, y), (-0.22, 1.72), (front, 1.88), (0.22, 1.72), (w, y)]]
        case "crew" | "round" | "a-line":
            d = depth or (1.56 if collar == "crew" else 1.64)
            return [[(-w, y), (-0.72 * w, d - 0.1), (-0.07, d), (0.07, d), (0.72 * w, d - 0.1), (w, y)]]
        case _:
            return [[(-w, y), (-0.08, 1.47), (0.08, 1.47), (w, y)]]
