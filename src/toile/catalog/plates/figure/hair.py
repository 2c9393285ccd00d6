"""Hair: fourteen styles, each with pieces behind everything and pieces over the face, in the head's frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from toile.catalog.plates.drawing.curves import Controls, Points, join, signed_area, spline
from toile.catalog.plates.drawing.palette import CLOTH_COLOURS, HAIR_COLOURS
from toile.catalog.plates.drawing.panel import Fold, Line, Material, Panel
from toile.catalog.plates.figure.body import Body

Table = list[tuple[float, float]]


class Hair(NamedTuple):
    """A hairdo: what lies behind the figure and what lies over the head, each from back to front."""

    back: list[Panel]
    front: list[Panel]


def hair_of(body: Body, style: str, colour: str) -> Hair:
    """The hair of a style of `vocabulary.HAIR`; a covering takes its colour from the cloths' palette."""
    covering = style == "hijab"
    material = Material(CLOTH_COLOURS[colour]) if covering else Material(HAIR_COLOURS[colour], fabric="hair")
    return _STYLES[style](_Head(body, material))


class _Head:
    """Draws in a head's frame."""

    def __init__(self, body: Body, material: Material) -> None:
        self._body, self.material = body, material
        self.t = 0.11 * body.pose.turn
        self.parting = -0.12 + self.t

    def closed(self, table: Controls) -> Points:
        return spline(self._body.head(table), 6, closed=True)

    def curve(self, table: Controls) -> Points:
        return spline(self._body.head(table), 6)

    def lock(self, table: Controls, strands: Sequence[Table] = (), weight: float = 0.5, ink: float = 0.9) -> Panel:
        """A piece of hair with strands on it."""
        panel = Panel([self.closed(table)], "hair", self.material, weight=0.95, ink=ink, shade=0.9)
        panel.lines += [Line(self.curve(strand), weight) for strand in strands]
        return panel

    def over_brow(self, hairline: Table, outer: Table) -> Panel:
        """Hair that goes over into the hair behind it: only the hairline, right to left, is inked."""
        segments = [self.curve(outer), self.curve(hairline)]
        return Panel(segments, "hair", self.material, ink=(0.0, 0.7), shade=0.0)

    def gloss(self, panel: Panel, table: Table, width: float) -> Panel:
        """A stroke of light on it."""
        panel.glints.append((self.curve(table), width))
        return panel


def _both(table: Table) -> list[Table]:
    """A table for the image's right, and its mirror image for the left."""
    return [[(sign * x, y) for x, y in table] for sign in (-1, 1)]


# --- the panel over the brow ----------------------------------------------------------------------------------------


def _hairline(head: _Head, kind: str, low: float) -> Table:
    """The inner edge over the face, from the right temple to the left."""
    t, part = head.t, head.parting
    lines: dict[str, Table] = {
        "part": [
            (0.345, low), (0.335, -0.55), (0.25, -0.76), (0.05 + t, -0.86), (part, -0.93), (-0.23 + 0.5 * t, -0.79),
            (-0.325, -0.6), (-0.345, low),
        ],
        "fringe": [
            (0.35, low), (0.33, -0.52), (0.24, -0.565), (0.08 + t, -0.58), (-0.1 + t, -0.58), (-0.25, -0.56),
            (-0.33, -0.52), (-0.35, low),
        ],
        "slick": [(0.35, low), (0.33, -0.62), (0.22, -0.80), (t, -0.86), (-0.22, -0.80), (-0.33, -0.62), (-0.35, low)],
        "side": [
            (0.35, low), (0.34, -0.58), (0.26, -0.66), (0.05 + t, -0.74), (-0.15, -0.87), (-0.22, -0.93),
            (-0.3, -0.75), (-0.345, -0.55), (-0.35, low),
        ],
    }  # fmt: skip
    return lines[kind]


def _front(head: _Head, kind: str, low: float, reach: float = 0.43) -> Panel:
    """Hair over the top of the head down to the temples."""
    outer: Table = [
        (-reach + 0.02, low), (-reach, -0.58), (-0.38, -0.83), (-0.2, -1.04), (0.03, -1.09), (0.25, -1.03),
        (0.40, -0.82), (reach, -0.58), (reach - 0.02, low),
    ]  # fmt: skip
    part = head.parting
    strands: list[Table] = [
        [(part, -1.02), (0.15, -0.98), (0.33, -0.78), (0.39, -0.55)],
        [(part, -1.03), (-0.22, -0.93), (-0.36, -0.70)],
        [(0.02, -1.04), (0.25, -0.95), (0.37, -0.72)],
        [(part + 0.02, -0.98), (0.12, -0.91), (0.27, -0.78)],
        [(part - 0.02, -0.98), (-0.2, -0.86), (-0.31, -0.68)],
    ]
    if kind == "slick":
        strands = [[(x, -1.04), (1.15 * x, -0.95), (1.22 * x, -0.85)] for x in (-0.24, -0.12, 0.0, 0.12, 0.24)]
    panel = head.lock(outer + _hairline(head, kind, low), strands)
    return head.gloss(panel, [(-0.30, -0.80), (-0.2, -0.93), (-0.06, -0.98)], 0.07)


# --- the styles -----------------------------------------------------------------------------------------------------


def _bob(head: _Head) -> Hair:
    t = head.t
    back: Table = [(-0.40, -0.9), (-0.50, -0.5), (-0.52, -0.1), (-0.42, 0.08), (-0.2, 0.04), (0.2, 0.04)]
    back += [(0.42, 0.08), (0.52, -0.1), (0.50, -0.5), (0.40, -0.9), (0, -1.1)]
    front: Table = [
        (-0.36, -0.86), (-0.50, -0.5), (-0.53, -0.1), (-0.40, 0.09), (-0.30, -0.05), (-0.315, -0.35), (-0.30, -0.52),
        (-0.1 + t, -0.57), (0.12 + t, -0.58), (0.30, -0.52), (0.315, -0.35), (0.30, -0.05), (0.40, 0.09),
        (0.53, -0.1), (0.50, -0.5), (0.36, -0.86), (0, -1.10),
    ]  # fmt: skip
    strands: list[Table] = [[(x, -1.02), (1.25 * x, -0.8), (1.2 * x, -0.61)] for x in (-0.24, -0.14, -0.04, 0.07, 0.2)]
    strands += _both([(0.38, -0.7), (0.44, -0.4), (0.42, -0.05)]) + _both([(0.34, -0.6), (0.38, -0.35), (0.36, 0.0)])
    panel = head.lock(front, strands)
    return Hair([head.lock(back)], [head.gloss(panel, [(-0.34, -0.78), (-0.12, -0.88), (0.12, -0.88)], 0.08)])


def _long(head: _Head) -> Hair:
    back: Table = [
        (-0.38, -0.9), (-0.49, -0.5), (-0.52, 0.1), (-0.56, 0.7), (-0.50, 1.25), (-0.2, 1.1), (0.2, 1.1),
        (0.50, 1.25), (0.56, 0.7), (0.52, 0.1), (0.49, -0.5), (0.38, -0.9), (0, -1.1),
    ]  # fmt: skip
    lock: Table = [
        (0.36, -0.62), (0.47, -0.4), (0.53, 0.1), (0.56, 0.62), (0.49, 1.2), (0.40, 0.95), (0.42, 0.5), (0.36, 0.1),
        (0.33, -0.25),
    ]  # fmt: skip
    strand: Table = [(0.40, -0.4), (0.45, 0.1), (0.49, 0.8)]
    other: Table = [(0.44, -0.3), (0.50, 0.2), (0.525, 0.75)]
    sides = [
        head.lock(side, [one, two]) for side, one, two in zip(_both(lock), _both(strand), _both(other), strict=True)
    ]
    return Hair([head.lock(back)], [_front(head, "part", -0.1), *sides])


def _wavy(head: _Head) -> Hair:
    back: Table = [
        (-0.38, -0.9), (-0.53, -0.5), (-0.50, -0.1), (-0.66, 0.25), (-0.56, 0.55), (-0.70, 0.85), (-0.45, 1.1),
        (-0.2, 0.95), (0.2, 0.95), (0.45, 1.1), (0.70, 0.85), (0.56, 0.55), (0.66, 0.25), (0.50, -0.1), (0.53, -0.5),
        (0.38, -0.9), (0, -1.12),
    ]  # fmt: skip
    lock: Table = [
        (0.36, -0.62), (0.51, -0.4), (0.49, -0.08), (0.63, 0.25), (0.54, 0.55), (0.64, 0.85), (0.44, 1.02),
        (0.36, 0.75), (0.42, 0.45), (0.34, 0.15), (0.38, -0.1), (0.33, -0.35),
    ]  # fmt: skip
    strand: Table = [(0.42, -0.4), (0.44, -0.05), (0.53, 0.22), (0.47, 0.5), (0.53, 0.82)]
    other: Table = [(0.47, -0.1), (0.58, 0.25), (0.50, 0.52), (0.58, 0.80)]
    sides = [
        head.lock(side, [one, two]) for side, one, two in zip(_both(lock), _both(strand), _both(other), strict=True)
    ]
    return Hair([head.lock(back)], [_front(head, "part", -0.1), *sides])


def _curly(head: _Head) -> Hair:
    angle = np.linspace(-215, 35, 34)
    order = np.arange(34)
    radius = 0.68 + 0.035 * (-1.0) ** order + 0.03 * np.sin(1.7 * order)
    x, y = radius * np.cos(np.radians(angle)), -0.38 + 0.945 * radius * np.sin(np.radians(angle))
    back = head.lock([*zip(x.tolist(), y.tolist(), strict=True), (0.5, 0.28), (-0.5, 0.28)])
    places = [
        (-0.6, -0.5),
        (-0.55, -0.2),
        (0.55, -0.5),
        (0.57, -0.15),
        (-0.5, 0),
        (0.5, 0.02),
        (-0.4, -0.9),
        (0.4, -0.9),
    ]
    back.lines += [_curl(head, *place, 0.05) for place in places]
    table: Table = [
        (-0.40, -0.35), (-0.52, -0.6), (-0.42, -0.9), (-0.15, -1.1), (0.15, -1.1), (0.42, -0.9), (0.52, -0.6),
        (0.40, -0.35), (0.345, -0.5), (0.28, -0.62), (0.16, -0.68), (0.06, -0.72), (-0.06, -0.69), (-0.18, -0.71),
        (-0.28, -0.62), (-0.345, -0.5),
    ]  # fmt: skip
    front = head.over_brow(table[7:], table[:8])
    places = [(-0.3, -0.85), (-0.1, -0.95), (0.1, -0.88), (0.28, -0.8), (0, -1.05), (-0.2, -1.02), (0.2, -1.02)]
    front.lines += [_curl(head, *place, 0.06) for place in places]
    return Hair([back], [front])


def _curl(head: _Head, x: float, y: float, size: float) -> Line:
    return Line(head.curve([(x, y), (x + size, y + size), (x, y + 2 * size)]), 0.55)


def _locs(head: _Head) -> Hair:
    back: Table = [
        (-0.38, -0.9), (-0.5, -0.5), (-0.55, 0.2), (-0.60, 0.62), (-0.46, 0.66), (-0.44, 0.45), (-0.3, 0.7),
        (0.3, 0.7), (0.44, 0.45), (0.46, 0.66), (0.60, 0.62), (0.55, 0.2), (0.5, -0.5), (0.38, -0.9), (0, -1.12),
    ]  # fmt: skip
    strands: list[Table] = [
        [(x, -0.4), (1.04 * x, 0.1), (1.08 * x, 0.6)] for x in (-0.51, -0.46, -0.41, 0.41, 0.46, 0.51)
    ]
    front = _front(head, "slick", -0.2)
    front.lines += [Line(head.curve([(x, -1.05), (1.4 * x, -0.85)]), 0.7) for x in (-0.2, -0.1, 0, 0.1, 0.2)]
    return Hair([head.lock(back, strands, 0.8)], [front])


def _braids(head: _Head) -> Hair:
    back: Table = [
        (-0.43, -0.2), (-0.44, -0.55), (-0.40, -0.80), (-0.22, -1.03), (0.02, -1.08), (0.24, -1.03), (0.40, -0.80),
        (0.44, -0.55), (0.43, -0.2), (0.3, 0.0), (-0.3, 0.0),
    ]  # fmt: skip
    braids = []
    for sign in (-1, 1):
        outer: Table = []
        for k in range(7):
            x = 0.40 + 0.05 * k / 7
            outer += [(sign * (x + 0.075), -0.25 + 0.2 * k), (sign * (x + 0.045), -0.15 + 0.2 * k)]
        inner = [(x - 0.14 * sign, y) for x, y in outer][::-1]
        braid = head.lock([*outer, (sign * 0.47, 1.22), *inner])
        for k in range(7):
            x = 0.05 * k / 7
            turn = [(sign * (0.33 + x), -0.2 + 0.2 * k), (sign * (0.46 + x), -0.1 + 0.2 * k)]
            braid.lines.append(Line(head.curve(turn), 0.8))
        braids.append(braid)
    return Hair([head.lock(back)], [_front(head, "part", -0.25), *braids])


def _bun(head: _Head) -> Hair:
    knot: Table = [(-0.2, -1.12), (-0.25, -1.3), (-0.1, -1.45), (0.1, -1.45), (0.25, -1.3), (0.2, -1.12), (0, -1.05)]
    strands: list[Table] = [
        [(-0.15, -1.2), (0, -1.36), (0.16, -1.22)],
        [(-0.08, -1.38), (0.08, -1.4), (0.18, -1.3)],
        [(-0.17, -1.28), (-0.02, -1.22), (0.1, -1.13)],
    ]
    return Hair([head.lock(knot, strands)], [_front(head, "slick", -0.42, 0.40)])


def _low_bun(head: _Head) -> Hair:
    away = -0.16 if head.t > 0 else 0.16  # the knot is seen on the side that the face turns from
    table: Table = [(-0.26, -0.15), (-0.22, 0.08), (0, 0.15), (0.22, 0.08), (0.26, -0.15), (0, -0.3)]
    strand: Table = [(-0.18, -0.12), (0.0, 0.05), (0.2, -0.02)]
    knot = [(x + away, y) for x, y in table]
    return Hair([head.lock(knot, [[(x + away, y) for x, y in strand]])], [_front(head, "part", -0.42, 0.40)])


def _ponytail(head: _Head) -> Hair:
    tail: Table = [
        (0.1, -0.95), (0.42, -1.02), (0.62, -0.7), (0.66, -0.2), (0.74, 0.3), (0.62, 0.85), (0.52, 0.4), (0.46, -0.1),
        (0.40, -0.5),
    ]  # fmt: skip
    strands: list[Table] = [
        [(0.4, -0.9), (0.55, -0.4), (0.63, 0.4)],
        [(0.45, -0.95), (0.60, -0.5), (0.68, 0.25)],
        [(0.38, -0.75), (0.50, -0.3), (0.58, 0.35)],
    ]
    return Hair([head.lock(tail, strands)], [_front(head, "slick", -0.42, 0.40)])


def _afro(head: _Head) -> Hair:
    angle = np.radians(np.linspace(0, 360, 30, endpoint=False))
    radius = 0.66 + 0.018 * (-1.0) ** np.arange(30) + 0.012 * np.sin(2.3 * np.arange(30))
    x, y = 1.02 * radius * np.cos(angle), -0.62 + radius * np.sin(angle)
    back = head.lock(list(zip(x.tolist(), y.tolist(), strict=True)))
    places = np.random.default_rng(4).uniform((-0.5, -1.15), (0.5, -0.2), (16, 2)).tolist()
    back.lines += [Line(head.curve([(x, y), (x + 0.05, y + 0.03), (x + 0.03, y + 0.08)]), 0.5) for x, y in places]
    table: Table = [
        (-0.37, -0.40), (-0.46, -0.65), (-0.3, -1.0), (0, -1.1), (0.3, -1.0), (0.46, -0.65), (0.37, -0.40),
        (0.33, -0.62), (0.2, -0.77), (head.t, -0.8), (-0.2, -0.77), (-0.33, -0.62),
    ]  # fmt: skip
    return Hair([back], [head.over_brow([table[6], *table[7:], table[0]], table[:7])])


def _crop(head: _Head) -> Hair:
    return Hair([], [_front(head, "slick", -0.46, 0.385)])


def _pixie(head: _Head) -> Hair:
    return Hair([], [_front(head, "side", -0.30, 0.41)])


def _side_part(head: _Head) -> Hair:
    table: Table = [
        (-0.385, -0.44), (-0.41, -0.7), (-0.30, -1.0), (-0.1, -1.14), (0.15, -1.13), (0.36, -0.98), (0.42, -0.7),
        (0.385, -0.44), (0.345, -0.62), (0.30, -0.78), (0.1, -0.80), (-0.1, -0.86), (-0.22, -0.95), (-0.29, -0.75),
        (-0.345, -0.6),
    ]  # fmt: skip
    strands: list[Table] = [
        [(-0.2, -0.98), (0.05, -0.98), (0.3, -0.86)],
        [(-0.15, -1.05), (0.1, -1.05), (0.34, -0.92)],
        [(-0.18, -0.92), (0.05, -0.90), (0.26, -0.82)],
    ]
    panel = head.lock(table, strands)
    return Hair([], [head.gloss(panel, [(-0.1, -1.06), (0.1, -1.06), (0.25, -0.98)], 0.06)])


def _hijab(head: _Head) -> Hair:
    """A cloth round the face and over the shoulders."""
    behind: Table = [
        (-0.42, -0.8), (-0.50, -0.3), (-0.62, 0.25), (-0.72, 0.62), (0, 0.85), (0.72, 0.62), (0.62, 0.25),
        (0.50, -0.3), (0.42, -0.8), (0, -1.12),
    ]  # fmt: skip
    outer: Table = [
        (-0.44, -0.35), (-0.45, -0.65), (-0.3, -1.0), (0, -1.12), (0.3, -1.0), (0.45, -0.65), (0.44, -0.35),
        (0.46, 0), (0.62, 0.35), (0.66, 0.6), (0.2, 0.82), (-0.3, 0.78), (-0.66, 0.6), (-0.58, 0.3), (-0.44, 0),
    ]  # fmt: skip
    face: Table = [
        (-0.25, -0.09), (0, 0.05), (0.25, -0.09), (0.315, -0.35), (0.30, -0.65), (0.17, -0.82), (0, -0.86),
        (-0.17, -0.82), (-0.30, -0.65), (-0.315, -0.35), (-0.25, -0.09),
    ]  # fmt: skip
    edge, hole = head.closed(outer), head.curve(face)
    # The opening is joined to the edge at the left jaw, which makes one contour of both.
    start = int(np.argmin(np.hypot(*(edge - hole[0]).T)))
    edge = join(edge[start:], edge[: start + 1])
    if signed_area(edge) * signed_area(hole) > 0:
        hole = hole[::-1]
    cover = Panel([edge, hole], "headwear", head.material, weight=0.9, ink=(1.0, 0.8))
    folds: list[Table] = [
        [(-0.35, -0.2), (-0.2, 0.15), (0.2, 0.35), (0.5, 0.45)],
        [(0.36, -0.2), (0.2, 0.15), (-0.15, 0.4), (-0.5, 0.5)],
        [(-0.3, -0.85), (-0.39, -0.6), (-0.37, -0.3)],
    ]
    cover.folds = [Fold(head.curve(table), 0.8, 0.8) for table in folds]
    return Hair([Panel([head.closed(behind)], "headwear", head.material)], [cover])


_STYLES: Final[MappingProxyType[str, Callable[[_Head], Hair]]] = MappingProxyType(
    {
        "bob": _bob,
        "long": _long,
        "wavy": _wavy,
        "bun": _bun,
        "low-bun": _low_bun,
        "ponytail": _ponytail,
        "braids": _braids,
        "curly": _curly,
        "locs": _locs,
        "afro": _afro,
        "pixie": _pixie,
        "crop": _crop,
        "side-part": _side_part,
        "hijab": _hijab,
    }
)
