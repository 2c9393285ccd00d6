"""Sleeves: fifteen types, each a shape along the arm joined to the shoulder's tip and the underarm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from toile.catalog.plates.body import Body
from toile.catalog.plates.curves import Points, Profile, Values, between, bow, join, smoothstep, spline, untangled
from toile.catalog.plates.measures import FITS
from toile.catalog.plates.meshes import Width, hanging_mesh, limb_mesh
from toile.catalog.plates.necklines import on_shoulder
from toile.catalog.plates.panel import Fold, Line, Material, Panel
from toile.catalog.plates.poses import SIDES, SIGN, Side
from toile.catalog.plates.upper import Upper

_SEAM_INK: Final = 0.75
_UNDER: Final = 6
_ARMHOLE_BEND: Final = 10
_WOUND_FROM: Final = 0.2
_WINDING: Final = 0.24
_CLEAR: Final = 0.04


@dataclass(frozen=True, kw_only=True, slots=True)
class SleeveCut:
    """What a sleeve is cut by.

    Attributes:
        type: of `vocabulary.SLEEVE_TYPES`.
        end: t along the arm where it ends.
        material: its cloth.
        cuff: cloth of cuffs; None for the sleeve's own.
        bulk: added to the ease.
        ribbed: whether it ends in a rib.
        drop: length of a kimono sleeve's hanging bag.
    """

    type: str
    end: float
    material: Material
    cuff: Material | None = None
    bulk: float = 0.0
    ribbed: bool = False
    drop: float = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shape:
    """A sleeve type as numbers and widths.

    Attributes:
        outer: half-width away from the body.
        inner: half-width towards it.
        head: how far the shoulder's head is raised.
        bow: how far the end bows out.
        gathers: folds at each gathered seam.
        cuff: length of a cuff in t; 0 for none.
        open: whether the inside is seen at the end.
    """

    outer: Width
    inner: Width
    head: float = 0.0
    bow: float = 0.03
    gathers: int = 0
    cuff: float = 0.0
    open: bool = False


class _Place:
    """A sleeve's arm, and the points of the upper panel that it joins."""

    def __init__(self, body: Body, upper: Upper, side: Side, cut: SleeveCut) -> None:
        self.body, self.upper, self.side, self.cut = body, upper, side, cut
        self.sign, self.limb = SIGN[side], body.arms[side]
        tip_u, tip_v = upper.tip
        self.shoulder = body.at(self.sign * tip_u, tip_v)
        self.ease = FITS[upper.cut.fit].sleeve_ease + cut.bulk
        self.end = cut.end
        self.along = self.limb.direction(min(cut.end, 2.0))
        seam = body.at(self.sign * (upper.underarm[0] - 0.02), upper.underarm[1] + 0.02)
        self.underarm = self._inside_the_arm(seam)
        armhole = upper.armhole(body, self.sign)[::-1] + np.array([-0.025 * self.sign, 0.0])
        if self.underarm is not seam:
            armhole = spline(join(self.underarm, armhole[_ARMHOLE_BEND], self.shoulder), 8)
        armhole[0], armhole[-1] = self.underarm, self.shoulder
        self.armhole = armhole

    def _inside_the_arm(self, underarm: Points) -> Points:
        """A wide garment's side lies out on a hanging arm; its sleeve then joins at the arm's inner edge."""
        root, upper_arm = self.limb.joints[0], self.limb.joints[1] - self.limb.joints[0]
        t = float((underarm - root) @ upper_arm) / self.limb.lengths[0] ** 2
        if not 0.05 < t < 0.9:
            return underarm
        out = float((underarm - self.limb.axis(t)) @ self.limb.outward(t))
        inner = 0.85 * float(self.base(t))
        return underarm if out < -inner else self.limb.inner(min(t, 0.92 * self.end), inner)

    def arm(self, t: Values | float) -> Any:  # noqa: ANN401
        """Half-width of the arm itself."""
        return self.body.arm_width(np.minimum(t, 2.0))

    def base(self, t: Values | float) -> Any:  # noqa: ANN401
        """Half-width of a plain sleeve."""
        t = np.asarray(t, dtype=np.float64)
        return self.arm(t) + self.ease * (0.35 + 0.9 * smoothstep(t / 0.55)) * (1 - 0.12 * np.clip(t, 0, 2))

    def panel(self, segments: list[Points], **more: Any) -> Panel:  # noqa: ANN401
        """A panel of the sleeve's cloth."""
        more.setdefault("falls", self.upper.cut.falls)
        return Panel(segments, self.upper.cut.label, more.pop("material", self.cut.material), **more)


def sleeve_panels(body: Body, upper: Upper, side: Side, cut: SleeveCut) -> list[Panel]:
    """The panels of one sleeve, from back to front."""
    place = _Place(body, upper, side, cut)
    special = {"kimono": _kimono, "dolman": _dolman}.get(cut.type)
    if special:
        return special(place)
    shape = _SHAPES[cut.type](place)
    panels = _plain(place, shape)
    sleeve = panels[-1]
    _add_folds(place, shape, sleeve)
    if cut.type in {"layered", "ruffle"}:
        panels += _tiers(place, (0.5, 0.8) if cut.type == "layered" else (0.62,))
    if cut.type == "wrapped":
        sleeve.folds += _wrapping(place, shape)
    if shape.cuff and cut.end < 2.1:
        panels.append(_cuff(place, shape.cuff))
    elif cut.ribbed and cut.end > 1.2:
        panels.append(_rib(place, shape))
    return panels


def raglan_yokes(body: Body, upper: Upper, cut: SleeveCut) -> list[Panel]:
    """The parts of raglan sleeves that lie on the torso; they belong under the next garment, the sleeves over it."""
    yokes = []
    for side in SIDES:
        yoke = _raglan_yoke(_Place(body, upper, side, cut))
        yoke.part = f"sleeve-{side}"
        yokes.append(yoke)
    return yokes


# --- shapes ---------------------------------------------------------------------------------------------------------


def _regular(place: _Place) -> _Shape:
    return _Shape(outer=place.base, inner=place.base)


def _shirt(place: _Place) -> _Shape:
    if place.end <= 1.2:
        return _Shape(outer=place.base, inner=place.base, cuff=0.05)

    def width(t: Any) -> Any:  # noqa: ANN401
        return place.base(t) + 0.03 * np.clip(np.asarray(t) - 1, 0, 1)

    return _Shape(outer=width, inner=width, cuff=0.17, gathers=2)


def _puffed(place: _Place) -> _Shape:
    arm, end = place.body.build.arm, place.end
    short = Profile((0, 0.3 * end, 0.62 * end, 0.92 * end, end), (0.20, 0.36, 0.40, 0.26, 0.165 * arm + 0.02))
    head = Profile((0, 0.2, 0.42, 0.68, 0.76), (0.20, 0.36, 0.38, 0.20, float(place.arm(0.76)) + 0.03))

    def outer(t: Any) -> Any:  # noqa: ANN401
        if end < 1.1:
            return short(np.clip(t, 0, end))
        return np.where(np.asarray(t) < 0.75, head(np.clip(t, 0, 0.76)), place.arm(t) + 0.03)

    def inner(t: Any) -> Any:  # noqa: ANN401
        return 0.85 * outer(t)

    return _Shape(outer=outer, inner=inner, head=0.09, gathers=5 if end < 1.1 else 4, cuff=0.09)


def _lantern(place: _Place) -> _Shape:
    arm, end = place.body.build.arm, place.end
    profile = Profile(
        (0, 0.25 * end, 0.55 * end, 0.82 * end, 0.95 * end, end),
        (0.17 * arm + place.ease, 0.19, 0.28, 0.42, 0.30, 0.12 * arm + 0.02),
    )
    return _Shape(outer=_clipped(profile, end), inner=_clipped(profile, end), gathers=6, cuff=0.10)


def _flare(place: _Place) -> _Shape:
    arm, end = place.body.build.arm, place.end
    profile = Profile(
        (0, 0.3 * end, 0.55 * end, 0.8 * end, end),
        (0.18 * arm + 0.02, 0.165 * arm + 0.02, 0.20, 0.33, 0.30 + 0.14 * end**0.5),
    )
    return _Shape(outer=_clipped(profile, end), inner=_clipped(profile, end), bow=0.10, open=True)


def _princess(place: _Place) -> _Shape:
    """Leg of mutton: a big head and a tight forearm."""
    arm = place.body.build.arm
    profile = Profile((0, 0.25, 0.55, 1.0, 1.3, 2), (0.26, 0.42, 0.36, 0.2, 0.13 * arm, 0.08 * arm))

    def outer(t: Any) -> Any:  # noqa: ANN401
        return np.maximum(profile(np.clip(t, 0, 2)), place.arm(t) + 0.02)

    def inner(t: Any) -> Any:  # noqa: ANN401
        return np.maximum(0.8 * outer(t), place.arm(t) + 0.02)

    return _Shape(outer=outer, inner=inner, head=0.12, gathers=3)


def _widening(place: _Place, *, opened: bool) -> _Shape:
    """Petal and flutter sleeves stand off at the outer side."""

    def outer(t: Any) -> Any:  # noqa: ANN401
        return place.base(t) + 0.24 * np.clip(np.asarray(t) / place.end, 0, 1) ** 1.2

    def inner(t: Any) -> Any:  # noqa: ANN401
        return place.base(t) + 0.10

    return _Shape(outer=outer, inner=inner, bow=0.05, open=opened)


def _ruffle(place: _Place) -> _Shape:
    def width(t: Any) -> Any:  # noqa: ANN401
        return place.base(t) + 0.02

    return _Shape(outer=width, inner=width)


def _wrapped(place: _Place) -> _Shape:
    """Bands wound round the arm: each begins a little wider than the last one ended."""

    def width(t: Any) -> Any:  # noqa: ANN401
        return place.arm(t) + 0.025 + 0.035 * np.mod((np.asarray(t) - _WOUND_FROM) / _WINDING, 1.0)

    return _Shape(outer=width, inner=width)


def _clipped(profile: Profile, end: float) -> Width:
    return lambda t: profile(np.clip(t, 0, end))


_SHAPES: Final[dict[str, Callable[[_Place], _Shape]]] = {
    "regular": _regular,
    "raglan": _regular,
    "drop-shoulder": _regular,
    "shirt": _shirt,
    "puffed": _puffed,
    "lantern": _lantern,
    "flare": _flare,
    "princess": _princess,
    "petal": partial(_widening, opened=False),
    "flutter": partial(_widening, opened=True),
    "ruffle": _ruffle,
    "layered": _ruffle,
    "wrapped": _wrapped,
}


# --- the sleeve itself ----------------------------------------------------------------------------------------------


def _plain(place: _Place, shape: _Shape) -> list[Panel]:
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


def _inner_edge(place: _Place, shape: _Shape) -> Points:
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


def _ending(place: _Place, shape: _Shape, start: Points, stop: Points) -> Points:
    """The line of the sleeve's end: bowed, waved or in two petals."""
    if place.cut.type == "ruffle":
        return _waves(place, start, stop, 0.05, 0.04)
    if place.cut.type == "petal":
        meeting = place.limb.axis(0.98 * place.end) - 0.26 * place.along
        middle = meeting + 0.26 * place.along
        first = spline(join(start, between(middle, start, 0.45) + 0.10 * place.along, meeting))
        return join(first, spline(join(meeting, between(middle, stop, 0.5) + 0.10 * place.along, stop)))
    return bow(start, stop, place.along * shape.bow, 7)


def _waves(place: _Place, start: Points, stop: Points, depth: float, height: float) -> Points:
    """A gathered edge: nine points, in and out."""
    f = np.linspace(0, 1, 9)
    out = depth * np.sin(np.pi * f) + np.where(np.arange(9) % 2, height, -0.5 * height)
    return spline(start + (stop - start) * f[:, None] + out[:, None] * place.along, 4)


def _armpit_patches(place: _Place, shape: _Shape, start: float, outer: Points, inner: Points) -> list[Points]:
    """Without these a hole opens in the armpit of hanging arms."""
    t = np.linspace(start, max(0.3, 0.8 * place.end), 9)
    limb = place.limb
    width = np.minimum(shape.inner(t), place.base(t) + 0.02)
    core = join(limb.outer(t, 0.97 * shape.outer(t)), limb.inner(t, 0.97 * width)[::-1])
    edge = place.limb.inner(min(0.5, 0.55 * place.end), shape.inner(min(0.5, 0.55 * place.end)))
    return [core, join(place.shoulder, outer[len(outer) // 3], edge, place.underarm)]


def _raglan_yoke(place: _Place) -> Panel:
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


def _tiers(place: _Place, shares: tuple[float, ...]) -> list[Panel]:
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


def _cuff(place: _Place, size: float) -> Panel:
    t = np.linspace(place.end - 0.02, place.end + size / 1.2, 4)
    width = place.arm(t) + 0.03
    return _band(place, t, width, place.cut.cuff or place.cut.material)


def _rib(place: _Place, shape: _Shape) -> Panel:
    t = np.linspace(place.end - 0.16, place.end, 4)
    panel = _band(place, t, shape.outer(t) * 0.93, place.cut.material)
    start, stop = panel.segments[0], panel.segments[2][::-1]
    for share in np.linspace(0.15, 0.85, 5).tolist():
        panel.ribs.append(Line(join(between(start[0], stop[0], share), between(start[-1], stop[-1], share)), 0.6))
    return panel


def _band(place: _Place, t: Values, width: Values, material: Material) -> Panel:
    limb = place.limb
    outer, inner = limb.outer(t, width), limb.inner(t, width)
    segments = [
        outer,
        bow(outer[-1], inner[-1], 0.02 * place.along, 4),
        inner[::-1],
        bow(inner[0], outer[0], 0.01 * place.along, 4),
    ]
    return place.panel(segments, material=material.plain(), ink=(1.0, 1.0, 1.0, 0.9), shade=0.5)


# --- folds ----------------------------------------------------------------------------------------------------------


def _add_folds(place: _Place, shape: _Shape, sleeve: Panel) -> None:
    if shape.gathers:
        sleeve.folds += _gathers(place, shape)
    if place.body.flat:
        return
    if place.end > 1.25:
        sleeve.folds += _elbow(place, shape)
    elif not shape.gathers:
        limb, end = place.limb, place.end
        start, stop = limb.inner(0.35, 0.1), limb.inner(0.95 * end, 0.3 * float(shape.inner(end)))
        sleeve.folds.append(Fold(spline(join(start, between(start, stop, 0.5), stop)), 0.6, 0.7))


def _bent(start: Points, stop: Points, weight: float, depth: float) -> Fold:
    return Fold(bow(start, stop, (0.0, 0.03)), weight, depth)


def _elbow(place: _Place, shape: _Shape) -> list[Fold]:
    """Three creases that fan out from the inside of the elbow, two at the wrist of a long sleeve."""
    limb = place.limb
    inside = limb.inner(np.array([0.88, 1.0, 1.12]), shape.inner(np.array([0.88, 1.0, 1.12]))).mean(axis=0)
    folds = [
        _bent(inside + 0.3 * (limb.axis(t) - limb.axis(1.0)), limb.outer(t, reach * float(shape.outer(t))), 0.8, 0.6)
        for t, reach in ((0.78, 0.30), (1.01, 0.10), (1.25, 0.35))
    ]
    if place.end > 1.7 and not shape.gathers:
        folds += [
            _bent(limb.outer(t, float(shape.outer(t))), limb.inner(t - 0.04, 0.2 * float(shape.inner(t))), 0.6, 0.45)
            for t in (1.62, 1.78)
        ]
    return folds


def _gathers(place: _Place, shape: _Shape) -> list[Fold]:
    """Short folds out of the cuff's seam, and out of a raised head."""
    limb, end, folds = place.limb, place.end, []
    half = float(shape.outer(0.97 * end))
    for share in np.linspace(-0.75, 0.75, shape.gathers):
        start = limb.inner(0.99 * end, share * half)
        stop = limb.inner(0.72 * end, share * 0.9 * float(shape.outer(0.7 * end)))
        folds.append(Fold(spline(join(start, between(start, stop, 0.5), stop)), 0.7, 0.5))
        if shape.head:
            start = place.shoulder + (place.underarm - place.shoulder) * (0.3 + 0.27 * share)
            stop = limb.inner(0.28 * end if end < 1.1 else 0.25, 0.25 * share)
            folds.append(Fold(spline(join(start, between(start, stop, 0.5), stop)), 0.6, 0.5))
    return folds


def _wrapping(place: _Place, shape: _Shape) -> list[Fold]:
    """Oblique bands."""
    limb = place.limb
    return [
        _bent(limb.outer(t, float(shape.outer(t))), limb.inner(t + 0.14, float(shape.inner(t))), 1.2, 0.9)
        for t in np.arange(_WOUND_FROM, place.end - 0.08, _WINDING).tolist()
    ]


# --- sleeves cut in one with the body -------------------------------------------------------------------------------


def _dolman(place: _Place) -> list[Panel]:
    """Cut in one with the body: the underarm lies at the waist."""
    limb, end, under = place.limb, place.end, place.underarm
    t = np.linspace(0.2, end, 12)
    outer = join(place.shoulder, limb.outer(t, place.base(t)))
    inner = spline(
        join(
            limb.inner(end, float(place.arm(end)) + 0.05),
            limb.inner(max(0.9, 0.72 * end), float(place.base(1.2)) + 0.06),
            between(limb.inner(0.75, 0.45), under, 0.5),
            under,
        )
    )
    closing = bow(under, place.shoulder, (-0.25 * place.sign, 0.1))
    mesh = limb_mesh(limb, lambda t: np.full(np.shape(t), 0.6), lambda t: np.full(np.shape(t), 0.8), 0.0, end + 0.2)
    ink = (1.0, 1.0, 1.0, 0.0)
    panel = place.panel([outer, join(outer[-1], inner[0]), inner, closing], mesh=mesh, ink=ink, cast=0.4)
    sign, wrist, tip = place.sign, inner[0], place.shoulder
    drags = (
        (0.20, between(under, tip, 0.5) + np.array([0.12 * sign, 0.12]), np.array([0.06 * sign, 0.18])),
        (0.05, between(under, tip, 0.4) + np.array([0.0, 0.10]), np.array([-0.10 * sign, 0.30])),
    )
    for share, bend, reach in drags:
        panel.folds.append(Fold(spline(join(between(under, wrist, share), bend, tip + reach)), 0.85, 1.1))
    return [panel]


def _kimono(place: _Place) -> list[Panel]:
    """A straight arm edge, an opening at the wrist, then a bag that hangs by gravity and turns back to the underarm."""
    limb, end, under, sign = place.limb, place.end, place.underarm, place.sign
    t = np.linspace(0.15 + 0.42 * limb.spread, end, 12)
    width = float(place.base(end))
    upper_edge = join(place.shoulder, limb.outer(t, place.base(t)))
    wrist, palm = upper_edge[-1], limb.inner(end, width)
    level = abs(float(place.along[0]))  # 1 with a horizontal arm
    hang = np.array([0.0, place.cut.drop])
    outer_corner = wrist + 0.05 * place.along + hang * (0.45 + 0.55 * level)
    inner_corner = palm + hang * (0.55 + 0.45 * level) + np.array([-0.38 * sign * (1 - level), 0.06])
    if place.body.flat:
        outer_corner = wrist + np.array([0.0, place.cut.drop + 0.15])
        inner_corner = limb.axis(0.62) + np.array([0.0, place.cut.drop + 0.30])
    bottom = bow(outer_corner, inner_corner, (0.0, 0.02), 6)
    back = bow(inner_corner, under, (0.02 * sign, -0.02), 6)
    panel = place.panel(
        [upper_edge, join(wrist, outer_corner), bottom, back, place.armhole],
        mesh=hanging_mesh(place.shoulder),
        ink=(1.0, 1.0, 1.0, 1.0, 0.7),
        cast=0.5,
    )
    inward = -limb.outward(end)
    hanging = (
        (0.75, between(limb.axis(1.2), inner_corner, 0.5), between(inner_corner, outer_corner, 0.1)),
        (1.10, between(limb.axis(1.5), outer_corner, 0.5) + 0.1 * inward, between(inner_corner, outer_corner, 0.5)),
    )
    for start, bend, stop in hanging:
        panel.folds.append(Fold(spline(join(limb.axis(start) + 0.05 * inward, bend, stop)), 0.8, 1.1))
    return [panel]
