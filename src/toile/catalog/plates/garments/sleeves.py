"""Sleeves: fifteen types, each a shape along the arm joined to the shoulder's tip and the underarm."""

from __future__ import annotations

from typing import Final

import numpy as np

from toile.catalog.plates.drawing.curves import Points, Values, between, bow, join, spline, untangled
from toile.catalog.plates.drawing.panel import Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIDES, Side
from toile.catalog.plates.garments.meshes import limb_mesh
from toile.catalog.plates.garments.necklines import on_shoulder
from toile.catalog.plates.garments.sleeve_folds import add_folds, wrapping
from toile.catalog.plates.garments.sleeve_shapes import SHAPES, Place, Shape, SleeveCut
from toile.catalog.plates.garments.sleeves_in_one import dolman, kimono
from toile.catalog.plates.garments.upper import Upper

_SEAM_INK: Final = 0.75
_UNDER: Final = 6
_CLEAR: Final = 0.04


def sleeve_panels(body: Body, upper: Upper, side: Side, cut: SleeveCut) -> list[Panel]:
    """The panels of one sleeve, from back to front."""
    place = Place(body, upper, side, cut)
    special = {"kimono": kimono, "dolman": dolman}.get(cut.type)
    if special:
        return special(place)
    shape = SHAPES[cut.type](place)
    panels = _plain(place, shape)
    sleeve = panels[-1]
    add_folds(place, shape, sleeve)
    if cut.type in {"layered", "ruffle"}:
        panels += _tiers(place, (0.5, 0.8) if cut.type == "layered" else (0.62,))
    if cut.type == "wrapped":
        sleeve.folds += wrapping(place, shape)
    if shape.cuff and cut.end < 2.1:
        panels.append(_cuff(place, shape.cuff))
    elif cut.ribbed and cut.end > 1.2:
        panels.append(_rib(place, shape))
    return panels


def raglan_yokes(body: Body, upper: Upper, cut: SleeveCut) -> list[Panel]:
    """The parts of raglan sleeves that lie on the torso; they belong under the next garment, the sleeves over it."""
    yokes = []
    for side in SIDES:
        yoke = _raglan_yoke(Place(body, upper, side, cut))
        yoke.part = f"sleeve-{side}"
        yokes.append(yoke)
    return yokes


def _plain(place: Place, shape: Shape) -> list[Panel]:
    """Shoulder, outer edge, end, inner edge, armhole; before it the dark inside of an open end."""
    limb, end = place.limb, place.end
    # An arm lifted sideways would hump at the shoulder: its outer edge starts later.
    start = 0.05 if shape.head else 0.15 + 0.42 * limb.spread
    start = min(start, 0.6 * end)
    t = np.linspace(start, end, 22 if place.cut.type == "wrapped" else 10)
    ribbon = limb.outer(t, shape.outer(t))
    lifted = place.shoulder + np.array([0.3 * place.sign, -0.9]) * shape.head
    head = [between(lifted, ribbon[0], 0.35)] if shape.head else []
    outer = spline(join(place.shoulder, *head, ribbon), 4)
    inner = _inner_edge(place, shape)
    ending = _ending(place, shape, outer[-1], inner[0])
    # The seam is not drawn where it turns under the arm.
    under, seam = place.armhole[:_UNDER], place.armhole[_UNDER - 1 :]
    ink = (1.0, 1.0, 1.0, 0.0, 0.0 if place.cut.type == "raglan" else _SEAM_INK)
    mesh = limb_mesh(limb, shape.outer, shape.inner, 0.0, end + 0.15)
    sleeve = place.panel([outer, ending, inner, under, seam], mesh=mesh, ink=ink, cast=0.45)
    sleeve.patches = _armpit_patches(place, shape, start, outer, inner)
    if not shape.open:
        return [sleeve]
    back = bow(outer[-1], inner[0], -place.along * shape.bow * 0.8, 7)
    inside = place.panel(
        [back, ending[::-1]], material=place.cut.material.inside(2), ink=(0.8, 0.0), shade=0.0, falls=None
    )
    return [inside, sleeve]


def _inner_edge(place: Place, shape: Shape) -> Points:
    """From the end back to the underarm."""
    t = np.linspace(min(0.5, 0.55 * place.end), place.end, 12)
    edge = untangled(place.limb.inner(t, shape.inner(t)))[::-1]
    # Of a hanging arm only what is further down than the underarm: the rest lies within the torso.
    beyond = (edge - place.underarm) @ place.limb.direction(0.6) > _CLEAR
    beyond[0] = True
    edge = edge[beyond]
    near = float(np.hypot(*(edge[-1] - place.underarm))) <= 0.12
    if near or len(edge) < 3:
        return join(edge, place.underarm)
    return spline(join(edge, between(edge[-1], place.underarm, 0.5), place.underarm), 3)


def _ending(place: Place, shape: Shape, start: Points, stop: Points) -> Points:
    """The line of the sleeve's end: bowed, waved or in two petals."""
    if place.cut.type == "ruffle":
        return _waves(place, start, stop, 0.05, 0.04)
    if place.cut.type == "petal":
        meeting = place.limb.axis(0.98 * place.end) - 0.26 * place.along
        middle = meeting + 0.26 * place.along
        first = spline(join(start, between(middle, start, 0.45) + 0.10 * place.along, meeting))
        return join(first, spline(join(meeting, between(middle, stop, 0.5) + 0.10 * place.along, stop)))
    return bow(start, stop, place.along * shape.bow, 7)


def _waves(place: Place, start: Points, stop: Points, depth: float, height: float) -> Points:
    """A gathered edge: nine points, in and out."""
    f = np.linspace(0, 1, 9)
    out = depth * np.sin(np.pi * f) + np.where(np.arange(9) % 2, height, -0.5 * height)
    return spline(start + (stop - start) * f[:, None] + out[:, None] * place.along, 4)


def _armpit_patches(place: Place, shape: Shape, start: float, outer: Points, inner: Points) -> list[Points]:
    """Without these a hole opens in the armpit of hanging arms."""
    t = np.linspace(start, max(0.3, 0.8 * place.end), 9)
    limb = place.limb
    width = np.minimum(shape.inner(t), place.base(t) + 0.02)
    core = join(limb.outer(t, 0.97 * shape.outer(t)), limb.inner(t, 0.97 * width)[::-1])
    edge = place.limb.inner(min(0.5, 0.55 * place.end), shape.inner(min(0.5, 0.55 * place.end)))
    return [core, join(place.shoulder, outer[len(outer) // 3], edge, place.underarm)]


def _raglan_yoke(place: Place) -> Panel:
    """The sleeve's cloth goes up to the neckline; a strong seam from neck to underarm."""
    body, upper, sign = place.body, place.upper, place.sign
    w, (tip_u, tip_v), (side_u, side_v) = upper.neck.half_width, upper.tip, upper.underarm
    y = on_shoulder(body, w) - 0.005
    slope = [(w, y), ((w + tip_u) / 2, on_shoulder(body, (w + tip_u) / 2) - 0.01), (tip_u, tip_v)]
    seam = [(side_u - 0.03, side_v), (0.72 * side_u, 1.80), (w + 0.03, y + 0.10), (w, y)]
    segments = [
        body.curve([(sign * u, v) for u, v in slope]),
        join(place.shoulder, body.at(sign * (side_u - 0.04), side_v - 0.02)),
        body.curve([(sign * u, v) for u, v in seam]),
    ]
    return place.panel(segments, mesh=upper.panel.mesh, ink=(0.9, 0.0, 1.25), shade=0.25)


def _tiers(place: Place, shares: tuple[float, ...]) -> list[Panel]:
    """Gathered tiers over the sleeve."""
    limb, tiers = place.limb, []
    for share in shares:
        end = share * place.end
        t = np.linspace(0.08, end, 6)
        outer = limb.outer(t, place.base(t) + 0.06 + 0.07 * t / end)
        inner = limb.inner(t[2:], place.base(t[2:]) + 0.05)
        edge = _waves(place, outer[-1], inner[-1], 0.06, 0.035)
        segments = [join(place.shoulder, outer), edge, join(inner[::-1], place.underarm), place.armhole]
        mesh = limb_mesh(limb, place.base, place.base, 0.0, end + 0.15)
        tiers.append(place.panel(segments, mesh=mesh, ink=(1.0, 1.0, 1.0, 0.0), cast=0.6))
    return tiers[::-1]


def _cuff(place: Place, size: float) -> Panel:
    t = np.linspace(place.end - 0.02, place.end + size / 1.2, 4)
    width = place.arm(t) + 0.03
    return _band(place, t, width, place.cut.cuff or place.cut.material)


def _rib(place: Place, shape: Shape) -> Panel:
    t = np.linspace(place.end - 0.16, place.end, 4)
    panel = _band(place, t, shape.outer(t) * 0.93, place.cut.material)
    start, stop = panel.segments[0], panel.segments[2][::-1]
    for share in np.linspace(0.15, 0.85, 5).tolist():
        panel.ribs.append(Line(join(between(start[0], stop[0], share), between(start[-1], stop[-1], share)), 0.6))
    return panel


def _band(place: Place, t: Values, width: Values, material: Material) -> Panel:
    limb = place.limb
    outer, inner = limb.outer(t, width), limb.inner(t, width)
    segments = [
        outer,
        bow(outer[-1], inner[-1], 0.02 * place.along, 4),
        inner[::-1],
        bow(inner[0], outer[0], 0.01 * place.along, 4),
    ]
    return place.panel(segments, material=material.plain(), ink=(1.0, 1.0, 1.0, 0.9), shade=0.5)
