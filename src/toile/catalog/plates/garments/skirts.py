"""Skirts, and the skirts of dresses: a width down the legs, a hem, and the folds that the width makes."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from toile.catalog.plates.drawing.curves import Points, Profile, Values, join
from toile.catalog.plates.drawing.panel import Fold, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIGN, Side
from toile.catalog.plates.figure.skin import leg_panel
from toile.catalog.plates.garments.hems import hem_line, hem_steps, joined_hem
from toile.catalog.plates.garments.meshes import Width, fanned_mesh
from toile.catalog.plates.garments.trousers import LOWER_FALL
from toile.catalog.plates.garments.upper import closed_band, fold_random

SKIRT_TOP: Final = 3.02


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shape:
    """A skirt's cut.

    Attributes:
        flare: widening per head unit below the hip.
        folds: verticals from the hem.
        power: of the widening from the waist to the hip; None for a skirt that follows the hip.
        bell: widens at once and then hangs straight.
        bulge: of a tulip.
        tail: widening of a mermaid's last one and a half head units.
        hip: added at the hip.
    """

    flare: float
    folds: int
    power: float | None = None
    bell: bool = False
    bulge: float = 0.0
    tail: float = 0.0
    hip: float = 0.08


_SHAPES: Final = MappingProxyType(
    {
        "pencil": _Shape(flare=-0.03, folds=2),
        "straight": _Shape(flare=0.02, folds=3),
        "tube": _Shape(flare=0.0, folds=2),
        "shift": _Shape(flare=0.04, folds=3),
        "a-line": _Shape(flare=0.17, folds=5),
        "trapeze": _Shape(flare=0.24, folds=6),
        "tulip": _Shape(flare=0.04, folds=3, bulge=0.10),
        "mermaid": _Shape(flare=-0.02, folds=3, tail=0.42),
        "flared": _Shape(flare=0.30, folds=7, power=0.9, hip=0.0),
        "circle": _Shape(flare=0.44, folds=9, power=0.9),
        "full": _Shape(flare=0.50, folds=9, power=0.75),
        "bell": _Shape(flare=0.36, folds=10, bell=True),
    }
)
_WIDE: Final = frozenset({"a-line", "trapeze", "flared", "circle", "full", "bell"})
_FULL: Final = frozenset({"flared", "circle", "full", "bell"})
_CLOSE: Final = frozenset({"pencil", "straight", "tube", "tulip", "shift"})
_MORE_FOLDS: Final = {"silk": 2, "sheer": 2, "leather": -1, "denim": -2}


@dataclass(frozen=True, kw_only=True, slots=True)
class SkirtCut:
    """What a skirt is cut by.

    Attributes:
        material: its cloth.
        label: of `panel.LABELS`.
        end: v of the hem.
        shape: of `vocabulary.SKIRT_CUTS`, or `tube`.
        top: v of the waist.
        waist: half-width there; None for the body's.
        hem: of `vocabulary.HEMS`.
        pleats: full-length pleats; None for eleven with a pleated hem and none else.
        band: whether a waistband is drawn.
        seed: of its folds.
        folded: whether it has folds of its own; else the caller adds them.
        cast: shadow on what is below.
        falls: see `Panel.falls`.
    """

    material: Material
    label: str
    end: float
    shape: str = "a-line"
    top: float = SKIRT_TOP
    waist: float | None = None
    hem: str = "flat"
    pleats: int | None = None
    band: bool = False
    seed: int = 0
    folded: bool = True
    cast: float = 0.5
    falls: tuple[float, float] = LOWER_FALL


@dataclass(eq=False, slots=True)
class Skirt:
    """A skirt.

    Attributes:
        panels: all its pieces, from back to front.
        panel: the skirt itself.
        width: half-width at v.
    """

    panels: list[Panel]
    panel: Panel
    width: SkirtWidth


class SkirtWidth:
    """Half-width of a skirt: v to head units. Never narrower than the legs."""

    __slots__ = ("_body", "_end", "_profile", "_shape", "_top", "hip", "waist")

    def __init__(self, body: Body, cut: SkirtCut) -> None:
        self._body, self._shape, self._top, self._end = body, _SHAPES[cut.shape], cut.top, cut.end
        self.waist = body.half_width(min(cut.top, 3.9)) + 0.03 if cut.waist is None else cut.waist
        self.hip = body.half_width(3.95) + 0.05
        middle = 0.45 * self.waist + 0.55 * self.hip
        self._profile = (
            Profile((cut.top, min(cut.top + 0.35, 3.5), 3.95, 4.3), (self.waist, middle, self.hip, self.hip))
            if cut.top < 3.4
            else Profile((cut.top, 4.3), (self.waist, self.hip))
        )

    def __call__(self, v: Values | float) -> Any:
        """Half-width, a number for a number."""
        at = np.asarray(v, dtype=np.float64)
        width = self._free(at)
        legs = self._body.legs_half_extent(np.maximum(at, 4.31)) + 0.04
        result = np.where(at > 4.3, np.maximum(width, legs), width)
        return result if at.ndim else float(result)

    def _free(self, at: Values) -> Values:
        shape, top = self._shape, self._top
        down = np.clip((at - top) / (self._end - top), 0, 1)
        if shape.bell:
            reach = self.hip + (self._end - 3.95) * shape.flare - self.waist
            bell: Values = self.waist + reach * np.sin(down * np.pi / 2) ** 0.8
            return bell
        if shape.power is not None:
            share = np.clip((at - top) / (3.951 - top), 0, 1) ** shape.power if top < 3.9 else np.ones_like(at)
            full: Values = (
                self.waist + (self.hip + shape.hip - self.waist) * share + np.maximum(0, at - 3.95) * shape.flare
            )
            return full
        width: Values = self._profile(np.clip(at, top, 4.3)) + np.maximum(0, at - 4.1) * shape.flare
        if shape.tail:
            width = width + np.maximum(0, at - (self._end - 1.5)) ** 1.6 * shape.tail
        if shape.bulge:
            width = width + shape.bulge * np.sin(down * np.pi)
        return width


def cut_skirt(body: Body, cut: SkirtCut) -> Skirt:
    """A skirt with everything its hem asks for."""
    width = SkirtWidth(body, cut)
    panel, hem = _main_panel(body, cut, width)
    panels = [panel]
    if cut.shape in _WIDE and cut.hem not in {"asymmetric", "handkerchief"}:
        panels.insert(0, _inside(body, cut, width, hem))
    panel.folds += _folds(body, cut, width)
    if cut.hem == "ruffle":
        panels.append(ruffle_band(body, cut, width, cut.end - 0.42, cut.end + 0.16, 11))
    elif cut.hem == "layered":
        panels += _tiers(body, cut, width)
    elif cut.hem == "slit":
        panels += slit_panels(body, cut, width)
    elif cut.hem == "draped":
        panel.folds += _swags(body, width)
    if cut.band:
        panels.append(_waistband(body, cut, width))
    return Skirt(panels, panel, width)


def _main_panel(body: Body, cut: SkirtCut, width: SkirtWidth) -> tuple[Panel, Points]:
    f = hem_steps(cut.hem)
    reach = width(cut.end)
    v = cut.end + hem_line(cut.hem)(f) + 0.042 * reach * (1 - f * f)
    hem = body.at(f * width(v), v)
    left, right = np.linspace(cut.top, v[0], 20), np.linspace(cut.top, v[-1], 20)
    right_side = body.over_legs(body.at(width(right), right), 1)
    left_side = body.over_legs(body.at(-width(left), left), -1)
    hem = joined_hem(hem, f, left_side, right_side)
    segments = [body.across(width.waist, cut.top, sag=0.03), right_side, hem[::-1], left_side[::-1]]
    reference = (width.waist + reach) / 2 if cut.shape in _WIDE else width.hip
    mesh = fanned_mesh(body, width, cut.top - 0.1, cut.end + 0.6, reference, 16)
    panel = Panel(
        segments, cut.label, cut.material, mesh=mesh, ink=(0.8, 1.0, 1.0, 1.0), cast=cut.cast, falls=cut.falls
    )
    return panel, hem


def _inside(body: Body, cut: SkirtCut, width: SkirtWidth, hem: Points) -> Panel:
    """The far side of a wide hem, in the dark."""
    reach = width(cut.end)
    f = np.linspace(-1, 1, 15)
    back = body.at(f * reach * 0.985, cut.end - 0.05 * reach * (1 - f * f))
    return Panel([back, hem[::-1]], cut.label, cut.material.inside(2), part="inside", ink=(0.6, 0.0), shade=0.0)


def _folds(body: Body, cut: SkirtCut, width: SkirtWidth) -> list[Fold]:
    pleats = 11 if cut.hem == "pleated" and cut.pleats is None else cut.pleats
    if pleats:
        v = np.linspace(cut.top + 0.02, cut.end + 0.05, 10)
        depth = 0.62 if pleats < 16 else 0.45
        return [Fold(body.at(f * width(v), v), 0.75, depth) for f in np.linspace(-0.9, 0.9, pleats).tolist()]
    if not cut.folded:
        return []
    folds = _verticals(body, cut, width)
    if cut.shape in _CLOSE and not body.flat:
        high = body.weight_side
        for v0 in (4.05, 4.25):
            line = [(high * width(v0), v0 - 0.02), (high * 0.2, v0 + 0.10), (-high * 0.2, v0 + 0.14)]
            folds.append(Fold(body.curve(line), 0.7, 0.6))
    return folds


def _verticals(body: Body, cut: SkirtCut, width: SkirtWidth) -> list[Fold]:
    """Folds that rise from the hem: long in full skirts, short in close ones."""
    random = fold_random("skirt", cut.seed, cut.label)
    count = max(1, _SHAPES[cut.shape].folds + _MORE_FOLDS.get(cut.material.fabric, 0))
    full = cut.shape in _FULL
    places = np.linspace(-0.82, 0.82, count) + random.uniform(-0.06, 0.06, count)
    rises = (0.92 if full else 0.4) + (-0.25 if full else 0.25) * random.random(count)
    foot = hem_line(cut.hem)(places)
    folds = []
    for f, rise, drop in zip(places.tolist(), rises.tolist(), foot.tolist(), strict=True):
        v = np.linspace(cut.end + 0.04 * (1 - f * f) + drop, cut.end - (cut.end - cut.top) * rise, 10)
        sway = 0.03 * np.sin(np.linspace(0, 3, 10)) * np.sign(f)
        folds.append(Fold(body.at(f * width(v) + sway, v), 0.8, 1.05 if full else 0.8))
    return folds


def _swags(body: Body, width: Width) -> list[Fold]:
    """Cloth gathered up at one hip: oblique folds across."""
    return [
        Fold(
            body.curve(
                [
                    (-width(3.2 + 0.2 * k) * 0.98, 3.1 + 0.12 * k),
                    (0.0, 3.6 + 0.35 * k),
                    (width(3.8 + 0.4 * k) * 0.95, 3.7 + 0.5 * k),
                ]
            ),
            1.0,
            1.2,
        )
        for k in range(5)
    ]


def ruffle_band(body: Body, cut: SkirtCut, width: Width, top: float, end: float, gathers: int = 9) -> Panel:
    """A gathered band with a waved lower edge.

    Args:
        body: who wears it.
        cut: gives cloth, label and falls.
        width: half-width of what it is sewn to.
        top: v of its seam.
        end: v of its hem.
        gathers: folds along the seam.
    """
    seam, reach = float(width(top)), float(width(end)) * 1.06
    f = np.linspace(-1, 1, 53)
    v = end + 0.05 * np.cos(f * np.pi * gathers * 0.5) + 0.05 * reach * (1 - f * f)
    hem, upper = body.at(f * reach, v), body.across(seam, top, 15, sag=0.05 * seam)
    mesh = fanned_mesh(body, width, top - 0.1, end + 0.4, seam)
    panel = Panel(closed_band(upper, hem), cut.label, cut.material, mesh=mesh, cast=0.5, falls=cut.falls)
    for share in np.linspace(-0.9, 0.9, gathers).tolist():
        sag = 1 - share * share
        line = [
            (share * seam, top + 0.05 * seam * sag),
            (share * (seam + reach) / 2, (top + end) / 2 + 0.05),
            (share * reach, end + 0.05 * reach * sag),
        ]
        panel.folds.append(Fold(body.points(line), 0.7, 0.7))
    return panel


def _tiers(body: Body, cut: SkirtCut, width: SkirtWidth) -> list[Panel]:
    """Three gathered bands, the lowest first."""
    v = np.linspace(cut.top + 0.04, cut.end, 4).tolist()
    return [ruffle_band(body, cut, width, v[k], v[k + 1] + 0.12) for k in (2, 1, 0)]


def slit_panels(body: Body, cut: SkirtCut, width: Width) -> list[Panel]:
    """A dark wedge over one leg, and that leg again inside the wedge."""
    side: Side = "right" if body.pose.right.thigh > 5 or body.pose.front == "right" else "left"
    sign = SIGN[side]
    top = max(4.5, cut.end - 2.6)
    v = np.linspace(top, cut.end + 0.1, 8)
    middle = sign * 0.45 * np.asarray(width(v))
    one = body.at(middle - sign * ((v - top) * 0.06 + 0.01), v)
    other = body.at(middle + sign * (v - top) * 0.13, v)
    segments = [one, join(one[-1], other[-1]), other[::-1]]
    wedge = Panel(segments, cut.label, cut.material.inside(2), part="inside", shade=0.0, ink=(1.0, 0.0, 1.0))
    if body.flat:
        return [wedge]
    leg = leg_panel(body, side)
    leg.clip, leg.figure = wedge.outline, True
    return [wedge, leg]


def _waistband(body: Body, cut: SkirtCut, width: SkirtWidth) -> Panel:
    waist = width.waist + 0.005
    upper = body.across(waist, cut.top - 0.01, 11, 0.03)
    lower = body.across(waist + 0.025, cut.top + 0.12, 11, 0.03)
    return Panel(closed_band(upper, lower), cut.label, cut.material.plain(), shade=0.4, falls=cut.falls)
