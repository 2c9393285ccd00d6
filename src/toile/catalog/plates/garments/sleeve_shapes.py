"""Sleeve types as widths along the arm, and where on the body a sleeve is joined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from toile.catalog.plates.drawing.curves import Points, Profile, Values, join, smoothstep, spline
from toile.catalog.plates.drawing.panel import Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIGN, Side
from toile.catalog.plates.garments.measures import FITS
from toile.catalog.plates.garments.meshes import Width
from toile.catalog.plates.garments.upper import Upper

WOUND_FROM: Final = 0.2
WINDING: Final = 0.24
"""t where the first band of a wrapped sleeve begins, and the length of each."""

_ARMHOLE_BEND: Final = 10


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
class Shape:
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


class Place:
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

    def arm(self, t: Values | float) -> Any:
        """Half-width of the arm itself."""
        return self.body.arm_width(np.minimum(t, 2.0))

    def base(self, t: Values | float) -> Any:
        """Half-width of a plain sleeve."""
        t = np.asarray(t, dtype=np.float64)
        return self.arm(t) + self.ease * (0.35 + 0.9 * smoothstep(t / 0.55)) * (1 - 0.12 * np.clip(t, 0, 2))

    def panel(self, segments: list[Points], **more: Any) -> Panel:
        """A panel of the sleeve's cloth."""
        more.setdefault("falls", self.upper.cut.falls)
        return Panel(segments, self.upper.cut.label, more.pop("material", self.cut.material), **more)


def _regular(place: Place) -> Shape:
    return Shape(outer=place.base, inner=place.base)


def _shirt(place: Place) -> Shape:
    if place.end <= 1.2:
        return Shape(outer=place.base, inner=place.base, cuff=0.05)

    def width(t: Any) -> Any:
        return place.base(t) + 0.03 * np.clip(np.asarray(t) - 1, 0, 1)

    return Shape(outer=width, inner=width, cuff=0.17, gathers=2)


def _puffed(place: Place) -> Shape:
    arm, end = place.body.build.arm, place.end
    short = Profile((0, 0.3 * end, 0.62 * end, 0.92 * end, end), (0.20, 0.36, 0.40, 0.26, 0.165 * arm + 0.02))
    head = Profile((0, 0.2, 0.42, 0.68, 0.76), (0.20, 0.36, 0.38, 0.20, float(place.arm(0.76)) + 0.03))

    def outer(t: Any) -> Any:
        if end < 1.1:
            return short(np.clip(t, 0, end))
        return np.where(np.asarray(t) < 0.75, head(np.clip(t, 0, 0.76)), place.arm(t) + 0.03)

    def inner(t: Any) -> Any:
        return 0.85 * outer(t)

    return Shape(outer=outer, inner=inner, head=0.09, gathers=5 if end < 1.1 else 4, cuff=0.09)


def _lantern(place: Place) -> Shape:
    arm, end = place.body.build.arm, place.end
    profile = Profile(
        (0, 0.25 * end, 0.55 * end, 0.82 * end, 0.95 * end, end),
        (0.17 * arm + place.ease, 0.19, 0.28, 0.42, 0.30, 0.12 * arm + 0.02),
    )
    return Shape(outer=_clipped(profile, end), inner=_clipped(profile, end), gathers=6, cuff=0.10)


def _flare(place: Place) -> Shape:
    arm, end = place.body.build.arm, place.end
    profile = Profile(
        (0, 0.3 * end, 0.55 * end, 0.8 * end, end),
        (0.18 * arm + 0.02, 0.165 * arm + 0.02, 0.20, 0.33, 0.30 + 0.14 * end**0.5),
    )
    return Shape(outer=_clipped(profile, end), inner=_clipped(profile, end), bow=0.10, open=True)


def _princess(place: Place) -> Shape:
    """Leg of mutton: a big head and a tight forearm."""
    arm = place.body.build.arm
    profile = Profile((0, 0.25, 0.55, 1.0, 1.3, 2), (0.26, 0.42, 0.36, 0.2, 0.13 * arm, 0.08 * arm))

    def outer(t: Any) -> Any:
        return np.maximum(profile(np.clip(t, 0, 2)), place.arm(t) + 0.02)

    def inner(t: Any) -> Any:
        return np.maximum(0.8 * outer(t), place.arm(t) + 0.02)

    return Shape(outer=outer, inner=inner, head=0.12, gathers=3)


def _widening(place: Place, *, opened: bool) -> Shape:
    """Petal and flutter sleeves stand off at the outer side."""

    def outer(t: Any) -> Any:
        return place.base(t) + 0.24 * np.clip(np.asarray(t) / place.end, 0, 1) ** 1.2

    def inner(t: Any) -> Any:
        return place.base(t) + 0.10

    return Shape(outer=outer, inner=inner, bow=0.05, open=opened)


def _ruffle(place: Place) -> Shape:
    def width(t: Any) -> Any:
        return place.base(t) + 0.02

    return Shape(outer=width, inner=width)


def _wrapped(place: Place) -> Shape:
    """Bands wound round the arm: each begins a little wider than the last one ended."""

    def width(t: Any) -> Any:
        return place.arm(t) + 0.025 + 0.035 * np.mod((np.asarray(t) - WOUND_FROM) / WINDING, 1.0)

    return Shape(outer=width, inner=width)


def _clipped(profile: Profile, end: float) -> Width:
    return lambda t: profile(np.clip(t, 0, end))


SHAPES: Final[MappingProxyType[str, Callable[[Place], Shape]]] = MappingProxyType(
    {
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
)
"""Sleeve type to its shape; `dolman` and `kimono` have none."""
