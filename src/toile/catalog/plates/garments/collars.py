"""Collars: pieces on top of the upper panel, and what is seen of them behind the neck.

The far side, in the dark behind the neck, is what makes a neckline read as a hole.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from toile.catalog.plates.drawing.curves import Controls, Points, length, resample
from toile.catalog.plates.drawing.palette import CLOTH_COLOURS, mix, shade_of
from toile.catalog.plates.drawing.panel import Fold, Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.garments.necklines import BANDED, on_shoulder
from toile.catalog.plates.garments.upper import Upper


@dataclass(eq=False, slots=True)
class Collar:
    """The pieces of a collar.

    Attributes:
        front: over the garment, from back to front.
        back: behind the neck.
    """

    front: list[Panel] = field(default_factory=list)
    back: list[Panel] = field(default_factory=list)


class _Neck:
    """Where a collar sits, and what it is made of."""

    def __init__(self, body: Body, upper: Upper, material: Material) -> None:
        self.body, self.upper, self.material = body, upper, material
        self.neck = body.build.neck
        self.half = upper.neck.half_width
        self.height = on_shoulder(body, self.half)
        self.front = body.front

    def piece(self, *segments: Points, **more: object) -> Panel:
        """A piece of the collar's cloth."""
        material = more.pop("material", self.material)
        panel = Panel(list(segments), self.upper.cut.label, material, part="collar")  # type: ignore[arg-type]
        for name, value in more.items():
            setattr(panel, name, value)
        return panel

    def curve(self, sign: int, controls: Controls) -> Points:
        """A smooth line in the torso map, on one side."""
        return self.body.curve([(sign * u, v) for u, v in controls])

    def line(self, sign: int, controls: Controls) -> Points:
        """A straight line in the torso map, on one side."""
        return self.body.points([(sign * u, v) for u, v in controls])

    def dark_back(self, upper: Controls, lower: Controls, shade: float = 0.3) -> Panel:
        """The far side of the neckline."""
        inside = self.upper.cut.material.inside()
        return self.piece(self.body.curve(upper), self.body.curve(lower), material=inside, shade=shade, part="inside")


def collar_panels(body: Body, upper: Upper, material: Material | None = None, *, gap: float = 0.0) -> Collar:
    """The collar of an upper panel, by its cut's word.

    Args:
        body: who wears it.
        upper: the panel; a `swinging` collar adds folds to it.
        material: the collar's cloth; None for the garment's own.
        gap: how far apart the fronts of an open garment hang; 0 for a closed one.
    """
    cut = upper.cut
    plain = cut.material.pattern == "horizontal-stripes"
    neck = _Neck(body, upper, material or (cut.material.plain() if plain else cut.material))
    match cut.collar:
        case "crew" | "round" | "v" | "u":
            return _banded(neck) if not gap else Collar(back=_banded(neck).back)
        case "swinging":
            upper.panel.folds += _cowl(neck)
            return Collar(back=_banded(neck).back)
        case "turtle" | "stand":
            return _standing(neck)
        case "shirt":
            return _shirt(neck)
        case "peter-pan":
            return _peter_pan(neck)
        case "lapel":
            return _lapel(neck, gap)
        case "a-line":
            return _cape(neck)
        case "hood":
            return _hood(neck)
        case "square" | "boat" | "halter" | "sweetheart" | "irregular":
            return _bare(neck)
        case _:
            raise ValueError(f"no collar {cut.collar!r}")


def _bare(neck: _Neck) -> Collar:
    """Square, boat and halter necklines have only a far side."""
    if neck.upper.neck.one_shouldered:
        return Collar()
    w, y = neck.half, neck.height
    return Collar(back=[neck.dark_back([(-w, y), (0, y - 0.05), (w, y)], [(w, y), (0, y + 0.10), (-w, y)])])


def _banded(neck: _Neck) -> Collar:
    """A rib round the neckline."""
    w, y, collar = neck.half, neck.height, Collar()
    collar.back.append(
        neck.dark_back(
            [(-w, y), (-0.6 * w, y - 0.07), (0, y - 0.09), (0.6 * w, y - 0.07), (w, y)],
            [(w, y), (0, y + 0.22), (-w, y)],
        )
    )
    if neck.upper.cut.collar in BANDED:
        knit = neck.upper.cut.material.fabric == "knit"
        for controls in neck.upper.neck.lines:
            collar.front.append(_rib(neck, np.asarray(controls, dtype=np.float64), 0.11 if knit else 0.075, knit))
    return collar


def _rib(neck: _Neck, controls: Points, width: float, knit: bool) -> Panel:
    lower = controls.copy()
    lower[:, 1] += width * np.where(np.abs(lower[:, 0]) > 0.9 * neck.half, 0.75, 1.0)
    lower[:, 0] *= 1 + np.where(np.abs(lower[:, 0]) > 0.05, 0.22, 0.0)
    top, bottom = neck.body.curve(controls), neck.body.curve(lower)
    panel = neck.piece(top, bottom[::-1], material=neck.material.plain(), ink=(1.0, 0.6), shade=0.4)
    if knit:
        count = max(3, int(length(top) / 0.07))
        pairs = zip(resample(top, count), resample(bottom, count), strict=True)
        panel.ribs = [Line(np.stack(pair), 0.6) for pair in pairs]
    return panel


def _cowl(neck: _Neck) -> list[Fold]:
    """Three swags in a wide neck."""
    front = neck.front
    folds = []
    for k, (depth, half) in enumerate(((1.80, 0.26), (1.95, 0.30), (2.13, 0.34))):
        v = 1.5 + 0.12 * k
        line = [(-half - 0.05, v), (-0.5 * half, depth - 0.03), (front, depth + 0.04), (0.5 * half, depth - 0.03)]
        folds.append(Fold(neck.body.curve([*line, (half + 0.05, v)]), 1.0, 1.1))
    return folds


def _standing(neck: _Neck) -> Collar:
    """A tube round the neck: low and open at the front, or high and rolled."""
    turtle = neck.upper.cut.collar == "turtle"
    k, w, high = neck.neck + 0.03, neck.half, 1.08 if turtle else 1.22
    body = neck.body
    panel = neck.piece(
        body.curve([(-k, high), (0, high + 0.05), (k, high)]),
        body.curve([(k, high), (k + 0.005, 1.32), (w + 0.02, 1.43)]),
        body.curve([(w + 0.02, 1.43), (0.06, 1.53), (-0.06, 1.53), (-w - 0.02, 1.43)]),
        body.curve([(-w - 0.02, 1.43), (-k - 0.005, 1.32), (-k, high)]),
        ink=(1.0, 1.0, 0.7, 1.0),
        shade=0.8,
    )
    if turtle:
        roll = [(-k, high + 0.17), (0, high + 0.23), (0.98 * k, high + 0.17)]
        panel.folds = [Fold(body.curve(roll), 0.9, 0.6)]
        if neck.material.fabric == "knit":
            columns = np.linspace(-0.8 * k, 0.8 * k, 6).tolist()
            panel.ribs = [Line(body.points([(u, high + 0.02), (1.05 * u, 1.5)]), 0.5) for u in columns]
    else:
        # Two rounded corners that part at the front.
        opening = [(neck.front - 0.035, high + 0.04), (neck.front, high + 0.14), (neck.front + 0.035, high + 0.04)]
        panel.lines = [
            Line(body.points([(neck.front, high + 0.12), (neck.front, 1.53)]), 0.9),
            Line(body.curve(opening), 0.8),
            Line(body.curve([(-k, high + 0.06), (0, high + 0.11), (k, high + 0.06)]), 0.4),
        ]
    return Collar(front=[panel])


def _shirt(neck: _Neck) -> Collar:
    """Two leaves with points."""
    n, t = neck.neck, neck.front
    collar = Collar()
    collar.back.append(
        neck.dark_back(
            [(-n - 0.03, 1.30), (0, 1.13), (n + 0.03, 1.30)], [(n + 0.03, 1.30), (0, 1.50), (-n - 0.03, 1.30)], 0.4
        )
    )
    for sign in (-1, 1):
        x, tip = sign * (n + 0.03), (sign * 0.17 + 0.5 * t, 1.70)
        collar.front.append(
            neck.piece(
                neck.body.curve([(0.95 * x, 1.19), (sign * 0.14, 1.36), (t, 1.50)]),
                neck.body.points([(t, 1.50), tip]),
                neck.body.curve([tip, (sign * 0.28, 1.55), (sign * 0.31, 1.43)]),
                neck.body.curve([(sign * 0.31, 1.43), (sign * 0.25, 1.28), (0.95 * x, 1.19)]),
                cast=0.6,
                shade=0.6,
            )
        )
    return collar


def _peter_pan(neck: _Neck) -> Collar:
    """Two round leaves."""
    n, t = neck.neck, neck.front
    collar = Collar(back=_shirt(neck).back)
    for sign in (-1, 1):
        leaf = [(n + 0.03, 1.24), (0.34, 1.40), (0.36, 1.60), (0.19, 1.70)]
        controls = [(sign * u, v) for u, v in leaf] + [(t + sign * 0.02, 1.54), (sign * 0.1, 1.40)]
        collar.front.append(neck.piece(neck.body.closed_curve(controls, 6), cast=0.6))
    return collar


def _lapel(neck: _Neck, gap: float) -> Collar:
    """Lapel and collar leaf a side; the image's right side lies below for women, on top for men."""
    w, t, depth = neck.half, neck.front, neck.upper.cut.depth or 2.55
    wide = 0.34
    collar = Collar()
    order = (1, -1) if neck.body.build.woman else (-1, 1)
    for sign in order:
        inner = 0.95 if gap else 0.78
        low = (sign * t + 0.62 * gap, depth)
        notch, point = (w + 0.15, 1.74), (w + (wide if gap else 0.80 * wide), 1.70)
        collar.front.append(
            neck.piece(
                neck.line(sign, [low, (w * inner, 1.61)]),
                neck.line(sign, [(w * inner, 1.61), notch]),
                neck.line(sign, [notch, point]),
                neck.curve(sign, [point, (w + (0.26 if gap else 0.55 * wide), 2.07), low]),
                cast=0.5,
                shade=0.5,
            )
        )
        seam, tip = (w * (0.92 if gap else 0.74), 1.63), (w + 0.27, 1.59)
        collar.front.append(
            neck.piece(
                neck.curve(sign, [(0.9 * w, 1.20), (1.0 * w, 1.4), seam]),
                neck.line(sign, [seam, (w + 0.16, 1.75)]),
                neck.line(sign, [(w + 0.16, 1.75), tip]),
                neck.curve(sign, [tip, (w + 0.16, 1.37), (0.9 * w, 1.20)]),
                cast=0.4,
                shade=0.5,
            )
        )
    collar.back.append(neck.dark_back([(-w, 1.28), (0, 1.14), (w, 1.28)], [(w, 1.28), (0, 1.42), (-w, 1.28)]))
    return collar


def _cape(neck: _Neck) -> Collar:
    """An A-line collar: a short cape."""
    w, y, t = neck.half, neck.height, neck.front
    collar = Collar(back=_bare(neck).back)
    for sign in (-1, 1):
        collar.front.append(
            neck.piece(
                neck.body.curve([(sign * w, y), (sign * 0.1, 1.62), (t, 1.66)]),
                neck.body.points([(t, 1.66), (sign * 0.10, 2.0)]),
                neck.curve(sign, [(0.10, 2.0), (0.45, 1.98), (0.74, 1.78)]),
                neck.curve(sign, [(0.74, 1.78), (0.5, 1.45), (w, y)]),
                cast=0.8,
                shade=0.7,
            )
        )
    return collar


def _hood(neck: _Neck) -> Collar:
    """A hood behind the head, two rolls in front and two cords."""
    body, t, collar = neck.body, neck.front, Collar()
    colour = neck.material.colour
    behind = [(-0.40, 1.50), (-0.50, 1.20), (-0.40, 0.92), (0, 0.84), (0.40, 0.92), (0.50, 1.20), (0.40, 1.50)]
    dark = neck.material.tinted(mix(shade_of(colour), colour, 0.3))
    collar.back.append(neck.piece(body.curve(behind), body.points([(0.4, 1.5), (-0.4, 1.5)]), material=dark))
    for sign in (-1, 1):
        inner = [(sign * 0.02 + t, 1.64), (sign * 0.16, 1.50), (sign * 0.22, 1.28), (sign * 0.34, 1.12)]
        outer = [
            (sign * 0.34, 1.12),
            (sign * 0.47, 1.28),
            (sign * 0.44, 1.5),
            (sign * 0.2, 1.66),
            (sign * 0.02 + t, 1.64),
        ]
        roll = neck.piece(body.curve(inner), body.curve(outer), material=neck.material.plain(), cast=0.5, shade=0.8)
        roll.folds = [Fold(neck.curve(sign, [(0.38, 1.22), (0.33, 1.45), (0.14, 1.60)]), 0.7, 0.6)]
        collar.front.append(roll)
    for sign in (-1, 1):
        x = [sign * 0.10 + t, sign * 0.115 + t]
        cord = [(x[0] - 0.018, 1.6), (x[1] - 0.018, 2.1), (x[1] + 0.018, 2.1), (x[0] + 0.018, 1.6)]
        white = Material(CLOTH_COLOURS["white"])
        collar.front.append(neck.piece(body.points(cord), material=white, weight=0.6, shade=0.0, cast=0.5))
    return collar
