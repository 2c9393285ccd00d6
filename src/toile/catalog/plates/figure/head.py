"""Heads and faces, in the head's own frame: (0, 0) the chin, (0, -1) the crown, x to the image's right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from toile.catalog.plates.drawing.curves import Controls, Points, Values, ribbon, spline
from toile.catalog.plates.drawing.palette import INK, Rgb, light_of, luminance, mix, rgb, shade_of
from toile.catalog.plates.drawing.panel import PIXEL, Mark, Material, Panel
from toile.catalog.plates.drawing.strokes import taper
from toile.catalog.plates.figure.body import Body

_BLUSH: Final = rgb("d9605a")
_SIDE_SHADE: Final[Rgb] = (0.74, 0.56, 0.54)
_EYE_WHITE: Final = rgb("fbf4ee")
_FEATURE_INK: Final = rgb("3a1a18")
_LIPS: Final = tuple(rgb(code) for code in ("b4474a", "a83a44", "c0615c", "9c3d4a"))
_IRISES: Final = tuple(rgb(code) for code in ("3a2418", "4a2f1c", "30506a", "4c6238", "2c1c14"))
_DEEP: Final = 0.42
"""Skins darker than this get light planes: shade alone would lose the face."""


@dataclass(frozen=True, slots=True)
class Expression:
    """How a face looks: numbers in head units, 0 for a resting face.

    Attributes:
        smile: how far the mouth's corners rise.
        part: how far the lips part.
        brows: how far the brows rise.
        lids: how far the upper lids sink.
    """

    smile: float = 0.0
    part: float = 0.0
    brows: float = 0.0
    lids: float = 0.0


EXPRESSIONS: Final = (
    Expression(),
    Expression(smile=0.022),
    Expression(smile=0.030, part=0.016, brows=0.008),
    Expression(brows=0.018, lids=-0.006),
    Expression(lids=0.016, brows=0.006),
    Expression(smile=0.012, lids=0.010),
)


def expression_of(seed: int | None) -> Expression:
    """The face that goes with a pose's seed; None is a resting one."""
    return EXPRESSIONS[0 if seed is None else seed % len(EXPRESSIONS)]


@dataclass(frozen=True, slots=True)
class Face:
    """What a face is drawn from.

    Attributes:
        skin: its material.
        brow: colour of the brows.
        expression: its mood.
        seed: picks lips and iris.
    """

    skin: Material
    brow: Rgb
    expression: Expression
    seed: int = 0


def head_panels(body: Body, face: Face) -> list[Panel]:
    """Ears, then the head with its face."""
    head = Panel([_head_outline(body)], "face", face.skin, ink=0.85, weight=0.9)
    head.marks = _FaceDrawing(body, face).marks()
    return [*_ears(body, face.skin), head]


def _shift(body: Body) -> float:
    """How far features move sideways with the turn."""
    return 0.11 * body.pose.turn


def _head_outline(body: Body) -> Points:
    jaw, t = body.build.jaw, _shift(body)
    right = [(0, -1.0), (0.24, -0.95), (0.365, -0.72), (0.365, -0.48), (0.335, -0.27), (jaw + 0.04, -0.085)]
    right += [(0.075 + 0.1 * jaw, -0.005), (0.3 * t, 0.01)]
    left = [(-x, y) for x, y in right[1:-1]][::-1]
    return spline(body.head([(x + 0.25 * t, y) for x, y in right + left]), 6, closed=True)


def _ears(body: Body, skin: Material) -> list[Panel]:
    """Ears; the far one is hidden when the head turns."""
    ears = []
    for sign in (-1, 1):
        if sign * body.pose.turn > 0.32:
            continue
        x = sign * 0.365 + 0.25 * _shift(body)
        table = [(-0.02, -0.50), (0.045, -0.52), (0.055, -0.42), (0.02, -0.31), (-0.03, -0.33)]
        outline = spline(body.head([(x + sign * dx, y) for dx, y in table]), 5, closed=True)
        ears.append(Panel([outline], "face", skin, ink=0.85, weight=0.7))
    return ears


def _disc(centre: Points, radius: float) -> Points:
    angle = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    return centre + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


class _FaceDrawing:
    """The marks of one face."""

    def __init__(self, body: Body, face: Face) -> None:
        self._body, self._face = body, face
        self._t = _shift(body)
        self._man = not body.build.woman
        self._colour = face.skin.colour
        self._ink = mix(shade_of(self._colour), _FEATURE_INK, 0.72)

    def marks(self) -> list[Mark]:
        """All marks, from the skin's planes up to the lips."""
        marks = [self._blush(), self._side_plane()]
        if luminance(self._colour) < _DEEP:
            marks.append(self._light_planes())
        for sign in (-1, 1):
            marks += self._eye(sign)
        return [*marks, self._nose(), *self._mouth()]

    def _place(self, controls: Controls) -> Points:
        return self._body.head(controls)

    def _stroke(self, controls: Controls, weight: float, rise: float, least: float) -> Points:
        line = spline(self._place(controls), 5)
        share: Values = np.linspace(0, 1, len(line))
        return ribbon(line, weight * PIXEL * taper(share, rise, least))

    def _blush(self) -> Mark:
        cheeks = self._place([(sign * 0.21 + self._t, -0.29) for sign in (-1, 1)])
        return Mark([_disc(cheek, 0.10) for cheek in cheeks], _BLUSH, 0.20, 0.05, inside=True)

    def _side_plane(self) -> Mark:
        x = 0.25 * self._t
        table = [(0.37, -0.75), (0.27, -0.6), (0.27, -0.40), (0.22, -0.22), (0.09, -0.03), (0.2, 0.03)]
        table += [(0.40, -0.2), (0.42, -0.6)]
        shape = spline(self._place([(a + x, b) for a, b in table]), 5, closed=True)
        return Mark([shape], _SIDE_SHADE, 0.45, 0.03, "multiply", inside=True)

    def _light_planes(self) -> Mark:
        """Brow, nose, cheek and chin of a deep skin."""
        t = self._t
        planes = [
            ([(-0.24 + t * 0.6, -0.70), (-0.05 + t, -0.76), (0.10 + t, -0.72)], 0.10),
            ([(t * 1.5 - 0.005, -0.44), (t * 1.6, -0.32)], 0.055),
            ([(-0.25 + t * 0.7, -0.34), (-0.19 + t * 0.8, -0.27)], 0.08),
            ([(t - 0.04, -0.055), (t + 0.04, -0.055)], 0.06),
        ]
        shapes = [self._stroke(table, width / PIXEL, 0.5, 0.1) for table, width in planes]
        return Mark(shapes, light_of(self._colour), 0.42, 0.02)

    def _eye(self, sign: int) -> list[Mark]:
        turn, mood = self._body.pose.turn, self._face.expression
        x, y = sign * 0.155 + self._t * 1.05, -0.455
        k = sign * (1 - 0.28 * max(0.0, sign * turn))  # the far eye is narrower
        lid = mood.lids
        brow = [(x - 0.085 * k, y - 0.092 - mood.brows), (x + 0.02 * k, y - 0.135 - mood.brows)]
        brow.append((x + 0.115 * k, y - 0.085 - 0.6 * mood.brows))
        white = [(x - 0.085 * k, y + 0.012), (x - 0.01 * k, y - 0.048 + lid), (x + 0.095 * k, y - 0.012 + 0.5 * lid)]
        white.append((x + 0.03 * k, y + 0.035))
        upper = [(x - 0.09 * k, y + 0.016), (x - 0.01 * k, y - 0.052 + lid), (x + 0.10 * k, y - 0.014 + 0.5 * lid)]
        if not self._man:
            upper.append((x + 0.128 * k, y - 0.040 + 0.5 * lid))
        crease = [(x - 0.06 * k, y - 0.058), (x + 0.01 * k, y - 0.084), (x + 0.09 * k, y - 0.05)]
        shine = luminance(self._colour)
        eye = spline(self._place(white), 5, closed=True)
        iris = _within(_disc(self._place([(x + self._t * 0.08, y - 0.004)])[0], 0.042), eye)
        spark = _disc(self._place([(x + self._t * 0.08 - 0.014, y - 0.020 + 0.4 * lid)])[0], 0.011)
        return [
            Mark([self._stroke(brow, 1.15 if self._man else 0.95, 0.3, 0.4)], self._face.brow, drawn=True),
            Mark([self._stroke(crease, 0.45, 0.4, 0.2)], self._ink, 0.5),
            Mark([eye], mix(_EYE_WHITE, self._colour, 0.25 + 0.2 * (1 - shine))),
            Mark([iris], self._iris(), drawn=True),
            Mark([spark], (1.0, 1.0, 1.0), 0.8),
            Mark([self._stroke(upper, 0.95 if self._man else 1.25, 0.3, 0.5)], INK, drawn=True),
        ]

    def _iris(self) -> Rgb:
        """Dark on dark skins, any on fair ones."""
        return _IRISES[self._face.seed % (len(_IRISES) if luminance(self._colour) > 0.72 else 2)]

    def _nose(self) -> Mark:
        t = self._t
        table = [(t * 1.3 + 0.045, -0.40), (t * 1.5 + 0.06, -0.30), (t * 1.5 + 0.035, -0.265), (t * 1.4 - 0.03, -0.268)]
        return Mark([self._stroke(table, 0.6, 0.4, 0.2)], self._ink, 0.8, drawn=True)

    def _mouth(self) -> list[Mark]:
        m, mood, colour = self._t * 1.15, self._face.expression, self._colour
        up, gap = mood.smile, mood.part
        wide = 1 + 1.6 * up
        dark = luminance(colour) <= 0.35
        lips = mix(
            _LIPS[self._face.seed % len(_LIPS)],
            light_of(colour) if dark else shade_of(colour),
            0.6 if self._man else 0.25,
        )
        table = [
            (-0.105 * wide, -0.155 - up),
            (-0.04, -0.185),
            (0, -0.175),
            (0.04, -0.185),
            (0.105 * wide, -0.155 - up),
        ]
        table += [(0.05, -0.105 + gap), (0, -0.098 + gap), (-0.05, -0.105 + gap)]
        line = [(-0.11 * wide, -0.158 - up), (0, -0.148 + 0.3 * gap), (0.11 * wide, -0.158 - up)]
        shape = spline(self._place([(m + x, y) for x, y in table]), 4, closed=True)
        marks = [Mark([shape], lips, 0.6 if self._man else 0.95)]
        if gap:
            teeth = [(-0.06, -0.156), (0, -0.150), (0.06, -0.156), (0, -0.150 + 1.6 * gap)]
            marks.append(Mark([spline(self._place([(m + x, y) for x, y in teeth]), 4, closed=True)], _EYE_WHITE, 0.9))
        marks.append(Mark([self._stroke([(m + x, y) for x, y in line], 0.6, 0.3, 0.3)], self._ink, drawn=True))
        return marks


def _within(disc: Points, eye: Points) -> Points:
    """The disc with its top and bottom cut off by the lids."""
    disc[:, 1] = np.clip(disc[:, 1], eye[:, 1].min(), eye[:, 1].max())
    return disc
