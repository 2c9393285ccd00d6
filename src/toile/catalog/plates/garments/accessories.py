"""Shoes and bags."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

import numpy as np

from toile.catalog.plates.drawing.curves import Controls, Points, bow, join, spline
from toile.catalog.plates.drawing.palette import CLOTH_COLOURS, mix, shade_of
from toile.catalog.plates.drawing.panel import BAG, SHOES, Fold, Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIGN, Hang, Side
from toile.catalog.plates.figure.skin import FootFrame, foot_panel
from toile.catalog.plates.looks.look import Bag, Shoes

_HEELED: Final = frozenset({"pump", "sandal"})
_FLAT_FOOT, _HEELED_FOOT = 0.50, 0.60

BOOT: Final = "boot"


def shoe_panels(body: Body, shoes: Shoes | None) -> list[Panel]:
    """Both feet in their shoes, the one behind first; bare feet for None."""
    panels: list[Panel] = []
    for side in body.leg_order():
        if shoes is None:
            panels.append(foot_panel(body, side))
        else:
            panels += _Shoe(body, side, shoes).panels()
    return panels


class _Shoe:
    """One shoe, in the foot's frame: x across, y along."""

    def __init__(self, body: Body, side: Side, shoes: Shoes) -> None:
        self._body, self._side, self._kind = body, side, shoes.kind
        self._frame = FootFrame(body, side)
        self._length = _HEELED_FOOT if shoes.kind in _HEELED else _FLAT_FOOT
        leather = "leather" if shoes.kind in {"pump", "boot", "loafer"} else "cotton"
        self._material = Material(CLOTH_COLOURS[shoes.colour], fabric=leather)

    def panels(self) -> list[Panel]:
        """Heel, foot and upper."""
        draw = {
            "pump": self._pump,
            "flat": self._flat,
            "loafer": self._loafer,
            "sandal": self._sandal,
            "sneaker": self._sneaker,
            "boot": self._boot,
        }[self._kind]
        panels = draw()
        for panel in panels:
            if not panel.figure:
                panel.slot = SHOES
        return panels

    def _foot(self) -> Panel:
        foot = foot_panel(self._body, self._side, self._length)
        foot.figure = True
        if self._kind != "sandal":
            foot.lines = []
        return foot

    def _piece(self, table: Controls, *, weight: float = 0.9, shade: float = 0.8, dark: bool = False) -> Panel:
        material = self._material.inside() if dark else self._material
        return Panel([self._frame.closed(table)], "shoes", material, weight=weight, shade=shade)

    def _pump(self) -> list[Panel]:
        n = self._length
        heel = self._piece([(-0.03, 0.1), (-0.035, 0.42), (0.035, 0.42), (0.03, 0.1)], weight=0.7, shade=0, dark=True)
        upper = self._piece(
            [
                (-0.125, 0.20), (-0.14, 0.31), (-0.115, n - 0.09), (-0.035, n + 0.05), (0.035, n + 0.05),
                (0.115, n - 0.09), (0.14, 0.31), (0.125, 0.20), (0.085, 0.33), (0, 0.385), (-0.085, 0.33),
            ]
        )  # fmt: skip
        upper.glints.append((self._frame.curve([(-0.08, 0.40), (-0.07, n - 0.08), (-0.03, n - 0.02)]), 0.03))
        return [heel, self._foot(), upper]

    def _flat(self) -> list[Panel]:
        n = self._length
        upper = self._piece(
            [
                (-0.12, 0.12), (-0.14, 0.26), (-0.125, n - 0.07), (0, n + 0.03), (0.125, n - 0.07), (0.14, 0.26),
                (0.12, 0.12), (0.085, 0.25), (0, 0.30), (-0.085, 0.25),
            ]
        )  # fmt: skip
        upper.lines.append(Line(self._frame.curve([(-0.03, 0.33), (0, 0.345), (0.03, 0.33)]), 0.8))
        return [self._foot(), upper]

    def _loafer(self) -> list[Panel]:
        n = self._length
        upper = self._piece(
            [
                (-0.12, 0.06), (-0.145, 0.26), (-0.135, n - 0.06), (0, n + 0.04), (0.135, n - 0.06), (0.145, 0.26),
                (0.12, 0.06), (0.07, 0.14), (0, 0.17), (-0.07, 0.14),
            ]
        )  # fmt: skip
        upper.lines = [
            Line(self._frame.curve([(-0.13, 0.24), (0, 0.28), (0.13, 0.24)]), 0.9),
            Line(self._frame.curve([(-0.135, 0.31), (0, 0.35), (0.135, 0.31)]), 0.6),
            Line(self._frame.curve([(-0.10, n - 0.03), (0, n - 0.10), (0.10, n - 0.03)]), 0.6),
        ]
        return [self._foot(), upper]

    def _sandal(self) -> list[Panel]:
        n = self._length
        sole = self._piece(
            [(-0.12, n - 0.12), (0, n), (0.12, n - 0.12), (0.125, n - 0.04), (0, n + 0.05), (-0.125, n - 0.04)],
            weight=0.6,
            shade=0,
            dark=True,
        )
        straps = [
            self._piece(table, weight=0.7, shade=0.3)
            for table in (
                [(-0.13, 0.36), (0, 0.32), (0.13, 0.36), (0.135, 0.43), (0, 0.40), (-0.135, 0.43)],
                [(-0.12, 0.22), (0, 0.17), (0.12, 0.22), (0.122, 0.26), (0, 0.215), (-0.122, 0.26)],
                [(-0.09, -0.02), (0, 0.03), (0.09, -0.02), (0.095, 0.03), (0, 0.08), (-0.095, 0.03)],
            )
        ]
        return [sole, self._foot(), *straps]

    def _sneaker(self) -> list[Panel]:
        n = self._length
        upper = self._piece(
            [
                (-0.11, -0.06), (-0.15, 0.15), (-0.17, 0.33), (-0.14, n), (0, n + 0.06), (0.14, n), (0.17, 0.33),
                (0.15, 0.15), (0.11, -0.06), (0, -0.02),
            ],
            weight=1.0,
        )  # fmt: skip
        tongue = [(-0.06, 0.02), (-0.075, 0.27), (0, 0.32), (0.075, 0.27), (0.06, 0.02)]
        upper.lines = [Line(self._frame.curve(tongue), 0.6)]
        upper.lines += [
            Line(self._frame.points([(-0.065, y), (0.065, y - 0.03)]), 0.9) for y in (0.07, 0.13, 0.19, 0.25)
        ]
        white = Material(CLOTH_COLOURS["white"])
        toe = [
            (-0.165, 0.34), (-0.14, n + 0.02), (0, n + 0.08), (0.14, n + 0.02), (0.165, 0.34), (0.12, n - 0.06),
            (0, n - 0.02), (-0.12, n - 0.06),
        ]  # fmt: skip
        cap = Panel([self._frame.closed(toe)], "shoes", white, weight=0.7, shade=0.3)
        return [upper, cap]

    def _boot(self) -> list[Panel]:
        body, limb, n = self._body, self._body.legs[self._side], self._length
        t = np.linspace(1.45, 2.02, 10)
        outer, inner = limb.outer(t, body.leg_outer(t) + 0.035), limb.inner(t, body.leg_inner(t) + 0.035)
        # The toe runs from the image's right to its left, whichever side is outer.
        left, right = (outer, inner) if self._side == "left" else (inner, outer)
        toe = self._frame.curve(
            [
                (0.10, 0.08),
                (0.145, 0.3),
                (0.11, n - 0.04),
                (0, n + 0.04),
                (-0.11, n - 0.04),
                (-0.145, 0.3),
                (-0.10, 0.08),
            ]
        )
        top = bow(left[0], right[0], (0.0, 0.04))
        boot = Panel([join(right, toe, left[::-1]), top], "shoes", self._material, weight=1.0)
        boot.folds = [
            Fold(self._frame.curve([(-0.09, -0.02), (0, 0.04), (0.05, 0.02)]), 0.8, 0.4),
            Fold(self._frame.curve([(0.09, -0.14), (0, -0.09), (-0.04, -0.1)]), 0.7, 0.4),
        ]
        boot.lines = [Line(self._frame.curve([(-0.13, n - 0.06), (0, n), (0.13, n - 0.06)]), 0.6)]
        inside = Panel(
            [bow(left[0], right[0], (0.0, -0.03)), top[::-1]],
            "shoes",
            self._material.inside(2),
            shade=0.0,
            ink=(0.7, 0.0),
        )
        return [inside, boot]


# --- bags -----------------------------------------------------------------------------------------------------------


def bag_panels(body: Body, bag: Bag) -> list[Panel]:
    """A bag at the wrist of a hanging arm, or across the body."""
    material = Material(CLOTH_COLOURS[bag.colour], fabric="leather")
    side: Side = (
        "right" if isinstance(body.pose.arm_right, Hang) or not isinstance(body.pose.arm_left, Hang) else "left"
    )
    panels = _BAGS[bag.kind](body, side, material)
    for panel in panels:
        panel.slot = BAG
    return panels


def _in_hand(body: Body, side: Side) -> Points:
    place: Points = body.arms[side].joints[2] + np.array([0.0, 0.40])
    return place


def _handle(anchor: Points, material: Material, half: float, rise: float) -> Panel:
    """A handle: an arch with thickness."""
    w = half
    outer = [(-w, 0.28), (-0.85 * w, 0.0), (0.0, -rise), (0.85 * w, 0.0), (w, 0.28)]
    inner = [(0.76 * w, 0.27), (0.60 * w, 0.04), (0.0, 0.06 - rise), (-0.60 * w, 0.04), (-0.76 * w, 0.27)]
    line = spline(np.asarray(outer + inner) + anchor, 4, closed=True)
    return Panel([line], "bag", material, weight=0.7, shade=0.0)


def _tote(body: Body, side: Side, material: Material) -> list[Panel]:
    at = _in_hand(body, side)
    segments = [
        np.array([(-0.38, 0.28), (0.38, 0.28)]) + at,
        np.array([(0.38, 0.28), (0.44, 1.0)]) + at,
        spline(np.array([(0.44, 1.0), (0.0, 1.03), (-0.44, 1.0)]) + at),
        np.array([(-0.44, 1.0), (-0.38, 0.28)]) + at,
    ]
    bag = Panel(segments, "bag", material, cast=0.5)
    bag.lines = [Line(np.array([(-0.39, 0.40), (0.39, 0.40)]) + at, 0.6)]
    bag.lines += [Line(np.array([(x, 0.28), (1.06 * x, 0.62)]) + at, 0.6) for x in (-0.2, 0.2)]
    return [_handle(at, material, 0.2, 0.10), bag]


def _handbag(body: Body, side: Side, material: Material) -> list[Panel]:
    at = _in_hand(body, side)
    outline = [(-0.30, 0.22), (0.30, 0.22), (0.42, 0.66), (0.34, 0.74), (-0.34, 0.74), (-0.42, 0.66)]
    bag = Panel([spline(np.asarray(outline) + at, 5, closed=True)], "bag", material, cast=0.5)
    flap = [(-0.36, 0.36), (0.0, 0.47), (0.36, 0.36)]
    bag.lines = [Line(spline(np.asarray(flap) + at), 0.8)]
    clasp = Panel(
        [spline(np.array([(-0.04, 0.42), (0.04, 0.42), (0.04, 0.50), (-0.04, 0.50)]) + at, 4, closed=True)],
        "bag",
        Material(mix(CLOTH_COLOURS["mustard"], shade_of(material.colour), 0.2)),
        weight=0.6,
        shade=0.0,
    )
    return [_handle(at, material, 0.2, 0.08), bag, clasp]


def _cross_body(body: Body, side: Side, material: Material) -> list[Panel]:
    sign = SIGN[side]
    at = body.at(sign * 0.62, 3.75)
    upper = body.curve([(-sign * 0.38, 1.42), (0.0, 2.5), (sign * 0.55, 3.6)])
    lower = body.curve([(-sign * 0.33, 1.40), (sign * 0.06, 2.5), (sign * 0.60, 3.56)])
    strap = Panel([upper, lower[::-1]], "bag", material, weight=0.7, shade=0.0, cast=0.4)
    outline = [(-0.28, 0.0), (0.28, 0.0), (0.31, 0.40), (0.0, 0.46), (-0.31, 0.40)]
    bag = Panel([spline(np.asarray(outline) + at, 5, closed=True)], "bag", material, cast=0.5)
    bag.lines = [Line(spline(np.array([(-0.28, 0.06), (0.0, 0.26), (0.28, 0.06)]) + at), 0.8)]
    return [strap, bag]


_BAGS: Final[MappingProxyType[str, Callable[[Body, Side, Material], list[Panel]]]] = MappingProxyType(
    {"tote": _tote, "handbag": _handbag, "cross-body": _cross_body}
)
