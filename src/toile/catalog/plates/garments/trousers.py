"""Trousers: one panel a leg, the leg behind first, and a waistband."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from toile.catalog.plates.drawing.curves import Points, Profile, between, bow, join, spline
from toile.catalog.plates.drawing.palette import rgb
from toile.catalog.plates.drawing.panel import Dash, Fold, Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIGN, Side
from toile.catalog.plates.garments.meshes import limb_mesh
from toile.catalog.plates.garments.upper import closed_band

LOWER_FALL: Final = (2.9, 9.4)
WAISTBAND: Final = 3.08
_THREAD: Final = rgb("d99a4e")
_CROTCH: Final = 4.42

_FIVE: Final = (0.0, 0.5, 1.0, 1.5, 2.0)
# Half-width along the leg.
_CUTS: Final = MappingProxyType(
    {
        "skinny": (_FIVE, (0.36, 0.28, 0.185, 0.195, 0.11)),
        "straight": (_FIVE, (0.37, 0.32, 0.265, 0.245, 0.235)),
        "wide": (_FIVE, (0.39, 0.39, 0.40, 0.43, 0.47)),
        "flare": (_FIVE, (0.36, 0.28, 0.20, 0.29, 0.43)),
        "tapered": (_FIVE, (0.38, 0.36, 0.29, 0.22, 0.14)),
        "palazzo": (_FIVE, (0.40, 0.46, 0.54, 0.62, 0.70)),
        "shorts": ((0.0, 0.5, 1.0, 2.0), (0.38, 0.39, 0.40, 0.42)),
        "jogger": ((0.0, 0.5, 1.0, 1.6, 1.85, 2.0), (0.39, 0.37, 0.31, 0.27, 0.23, 0.12)),
        "harem": ((0.0, 0.5, 1.0, 1.6, 1.88, 2.0), (0.42, 0.46, 0.44, 0.38, 0.30, 0.12)),
    }
)
_WIDE: Final = frozenset({"wide", "palazzo", "flare"})
_CUFFED: Final = frozenset({"jogger", "harem"})


@dataclass(frozen=True, kw_only=True, slots=True)
class TrouserCut:
    """What trousers are cut by.

    Attributes:
        material: their cloth.
        label: of `panel.LABELS`.
        shape: a cut of `vocabulary.TROUSER_CUTS`, or `shorts`, `jogger`, `harem`.
        end: t along the leg where they end.
        top: v of the waist.
        waistband: cloth of the waistband; None for none.
        fly: a line at the centre front of the waistband.
        pockets: slanted pocket lines.
        crease: an ironed crease.
    """

    material: Material
    label: str = "trousers"
    shape: str = "straight"
    end: float = 2.0
    top: float = WAISTBAND
    waistband: Material | None = None
    fly: bool = True
    pockets: bool = True
    crease: bool = False


class _Leg:
    """One leg of a pair."""

    def __init__(self, body: Body, side: Side, cut: TrouserCut) -> None:
        self.body, self.side, self.cut = body, side, cut
        self.sign, self.limb = SIGN[side], body.legs[side]
        knots, widths = _CUTS[cut.shape]
        self.profile = Profile(knots, np.asarray(widths) * (1 + 0.6 * (body.build.leg - 1)))
        self.waist = body.half_width(min(cut.top, 3.9)) + 0.03
        self.hip = body.half_width(3.95) + 0.045

    def outer(self, t: Any) -> Any:
        """Half-width on the outside, never less than the leg's."""
        return np.maximum(self.profile(t), self.body.leg_outer(t) + 0.02)

    def inner(self, t: Any) -> Any:
        """Half-width on the inside."""
        return np.maximum(0.93 * self.profile(t), self.body.leg_inner(t) + 0.02)

    def mesh_width(self, t: Any) -> Any:
        """A little more than the panel everywhere."""
        return self.profile(np.maximum(t, 0.3)) * 1.25 + 0.1


def trouser_panels(body: Body, cut: TrouserCut) -> list[Panel]:
    """Both legs, cuffs and waistband."""
    panels: list[Panel] = []
    for side in body.leg_order():
        leg = _Leg(body, side, cut)
        panels.append(_leg_panel(leg))
        if cut.shape in _CUFFED:
            panels.append(_rib(leg))
    if cut.waistband is not None:
        panels.append(_waistband(body, cut, cut.waistband))
    return panels


def _leg_panel(leg: _Leg) -> Panel:
    body, cut, limb, sign = leg.body, leg.cut, leg.limb, leg.sign
    crotch, centre = body.at(body.front * 0.5, _CROTCH), body.at(body.front * 0.5, cut.top + 0.03)
    v = np.linspace(cut.top, 4.15, 9)
    side_width = Profile(
        (cut.top, min(3.5, cut.top + 0.4), 3.95, 4.3), (leg.waist, 0.4 * leg.waist + 0.6 * leg.hip, leg.hip, leg.hip)
    )
    hip_side = body.at(sign * side_width(v), v)
    t = np.linspace(min(0.32, cut.end), cut.end, 14)
    outer, inner = limb.outer(t, leg.outer(t)), limb.inner(t, leg.inner(t))
    outer = spline(join(hip_side, outer), 2) if cut.end > 0.35 else join(hip_side, outer[-1])
    drop = 0.08 if cut.shape in {"wide", "palazzo"} else 0.05
    hem = bow(outer[-1], inner[-1], limb.direction(cut.end) * drop, 7)
    inseam = spline(join(inner[::-1][:-1], crotch), 2)
    f = np.linspace(0, 1, 6)
    top = body.at(f * sign * leg.waist + body.front * 0.5 * (1 - f), cut.top + 0.03 * (1 - f**2))
    panel = Panel(
        [top, outer, hem, inseam, join(crotch, centre)],
        cut.label,
        cut.material,
        mesh=limb_mesh(limb, leg.mesh_width, leg.mesh_width, -0.9, cut.end + 0.1, 16),
        ink=(0.9, 1.0, 1.0, 1.0, 0.0),
        cast=0.35,
        falls=LOWER_FALL,
    )
    if not body.flat:
        panel.folds += _folds(leg, crotch)
    if cut.crease:
        panel.lines.append(Line(limb.axis(np.linspace(0.3, cut.end, 12)), 0.55))
    if cut.material.fabric == "denim":
        _stitch(leg, panel)
    elif cut.pockets and cut.shape not in {"skinny", "harem", "palazzo"}:
        panel.lines.append(
            Line(body.curve([(sign * leg.waist * 0.62, cut.top + 0.10), (sign * leg.hip * 0.93, 3.62)]), 0.6)
        )
    return panel


def _folds(leg: _Leg, crotch: Points) -> list[Fold]:
    """At the crotch two a leg, at the knee two, at the ankle two where the cloth breaks on the shoe."""
    body, limb, sign, cut = leg.body, leg.limb, leg.sign, leg.cut
    slight = 0.6 if cut.material.fabric == "leather" else 1.0
    near, below = crotch + np.array([0.03 * sign, -0.02]), crotch + np.array([0.03 * sign, 0.03])
    folds = [
        Fold(spline(join(near, body.at(sign * 0.25, 4.28), body.at(sign * 0.42, 4.12))), 0.8, 0.6 * slight),
        Fold(spline(join(below, limb.inner(0.22, 0.02), limb.outer(0.2, 0.16))), 0.7, 0.5 * slight),
    ]
    if cut.end > 1.1 and cut.shape not in {"wide", "palazzo"}:
        folds += [_bent(leg, t, lean, 0.03) for t, lean in ((0.93, 0.08), (1.06, -0.04))]
    if cut.end > 1.8 and cut.shape not in {"skinny", "tapered"}:
        for t in (1.72, 1.86):
            start, stop = limb.outer(t, float(leg.profile(t))), limb.inner(t + 0.05, 0.35 * float(leg.profile(t)))
            folds.append(Fold(bow(start, stop, (0.0, 0.04)), 0.7, 0.6))
    if cut.shape in _WIDE:
        up = np.linspace(cut.end, min(0.7, cut.end - 0.2), 9)
        folds.append(Fold(limb.outer(up, np.full(9, 0.08)), 0.8, 1.0))
        folds.append(Fold(limb.inner(up, np.linspace(0.18, 0.05, 9)), 0.7, 0.9))
    return folds


def _bent(leg: _Leg, t: float, lean: float, depth: float) -> Fold:
    width = float(leg.profile(t))
    small = 0.35 if leg.cut.material.fabric == "leather" else 0.6
    return Fold(bow(leg.limb.inner(t, 0.9 * width), leg.limb.outer(t + lean, 0.25 * width), (0.0, depth)), 0.8, small)


def _stitch(leg: _Leg, panel: Panel) -> None:
    """Denim: ochre stitches at the side seam, the hem and the pocket, and a worn thigh."""
    body, limb, cut, sign = leg.body, leg.limb, leg.cut, leg.sign
    t = np.linspace(0.35, cut.end, 14)
    f = np.linspace(-0.95, 0.95, 8)
    pocket = [(0.14, cut.top + 0.14), (0.20, 3.42), (leg.hip * 0.92 if sign else 0.0, 3.52)]
    edge = [(0.17, cut.top + 0.12), (0.23, 3.38), (leg.hip * 0.95, 3.47)]
    panel.dashes += [
        Dash(limb.outer(t, 0.86 * leg.profile(t)), 0.55, _THREAD),
        Dash(limb.outer(np.full(8, cut.end - 0.045), f * float(leg.profile(cut.end))), 0.55, _THREAD),
        Dash(body.curve([(sign * u, v) for u, v in pocket]), 0.55, _THREAD),
    ]
    panel.lines.append(Line(body.curve([(sign * u, v) for u, v in edge]), 0.6))
    worn = np.linspace(0.3, min(0.85, cut.end), 8)
    panel.glints.append((limb.outer(worn, np.full(8, 0.03)), 0.17))


def _rib(leg: _Leg) -> Panel:
    """A ribbed cuff at the ankle."""
    body, limb, cut = leg.body, leg.limb, leg.cut
    t = np.linspace(cut.end - 0.10, cut.end + 0.02, 4)
    width = body.leg_outer(np.minimum(t, 2.05)) + 0.025
    outer, inner = limb.outer(t, width), limb.inner(t, width)
    along = limb.direction(min(cut.end, 2.0))
    segments = [
        outer,
        bow(outer[-1], inner[-1], 0.03 * along, 4),
        inner[::-1],
        bow(inner[0], outer[0], 0.03 * along, 4),
    ]
    panel = Panel(segments, cut.label, cut.material.plain(), shade=0.4, falls=LOWER_FALL)
    for share in np.linspace(0.15, 0.85, 5).tolist():
        panel.ribs.append(Line(join(between(outer[0], inner[0], share), between(outer[-1], inner[-1], share)), 0.6))
    return panel


def _waistband(body: Body, cut: TrouserCut, material: Material) -> Panel:
    height, half = 0.12, body.half_width(min(cut.top, 3.9)) + 0.03
    upper = body.across(half * 1.01, cut.top - 0.01, sag=0.03)
    lower = body.across(half + 0.03, cut.top + height, sag=0.03)
    panel = Panel(
        closed_band(upper, lower), cut.label, material.plain(), ink=(1.0, 1.0, 0.8, 1.0), shade=0.4, falls=LOWER_FALL
    )
    if cut.fly:
        x = body.front * 0.5
        panel.lines.append(Line(body.points([(x, cut.top), (x, cut.top + height + 0.03)]), 0.7))
    return panel
