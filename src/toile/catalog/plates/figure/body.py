"""The body under the clothes: a map of the torso and four limbs, in which every garment is drawn.

The torso map takes (u, v) to the picture. v is the height on an upright figure of nine heads, u the signed distance
from the middle, both in head units. Because garments are written in it, they follow every pose and build: a hem at
v = 4.70 is a hem at mid-thigh whoever wears it. Limbs take (t, w): t runs 0 at the root, 1 at elbow or knee, 2 at wrist
or ankle; w is the distance from the limb's axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from toile.catalog.plates.drawing.curves import (
    Controls,
    Points,
    Profile,
    Values,
    angle_vector,
    as_complex,
    from_complex,
    smoothstep,
    spline,
)
from toile.catalog.plates.drawing.panel import Material
from toile.catalog.plates.figure.poses import SIDES, SIGN, Arm, Hang, Pose, Side

Complex: TypeAlias = npt.NDArray[np.complex128]
"""Points x + iy: interpolating them is one operation instead of two."""

NECK_BASE: Final = 1.38
NECK_PIT: Final = 1.50
UNDERARM: Final = 2.05
WAIST: Final = 2.98
HIP: Final = 3.95
HIP_JOINT: Final = 4.05
SHOULDER_JOINT: Final = 1.56
_THIGH, _SHIN = 2.16, 2.14
_UPPER_ARM, _FOREARM = 1.42, 1.22
_RAISED_ARM = (1.25, 1.12)


@dataclass(frozen=True, kw_only=True, slots=True)
class Build:
    """Half-widths of a body in head units, and factors.

    Attributes:
        neck: the neck's.
        shoulder: out to the acromion.
        chest: under the arms.
        bust: at the bust.
        waist: at the waist.
        high_hip: between waist and hip.
        hip: at the hip.
        arm: factor of the arms' thickness.
        leg: factor of the legs' thickness.
        leg_length: factor of the legs' length; 1.10 makes it fashion.
        jaw: half-width of the jaw.
        woman: draws lashes and a softer mouth, and closes right over left.
    """

    neck: float
    shoulder: float
    chest: float
    bust: float
    waist: float
    high_hip: float
    hip: float
    jaw: float
    arm: float = 1.0
    leg: float = 1.0
    leg_length: float = 1.10
    woman: bool = True


BUILDS: Final = MappingProxyType(
    {
        "slim": Build(
            neck=0.150, shoulder=0.625, chest=0.50, bust=0.53, waist=0.37, high_hip=0.49, hip=0.59, jaw=0.17
        ),
        "curvy": Build(
            neck=0.165, shoulder=0.68, chest=0.60, bust=0.67, waist=0.50, high_hip=0.66, hip=0.80, jaw=0.20,
            arm=1.28, leg=1.26, leg_length=1.05,
        ),
        "petite": Build(
            neck=0.150, shoulder=0.60, chest=0.48, bust=0.50, waist=0.37, high_hip=0.48, hip=0.58, jaw=0.17,
            arm=0.95, leg=0.98, leg_length=0.93,
        ),
        "athletic": Build(
            neck=0.21, shoulder=0.84, chest=0.64, bust=0.65, waist=0.50, high_hip=0.52, hip=0.57, jaw=0.235,
            arm=1.32, leg=1.14, woman=False,
        ),
        "lean": Build(
            neck=0.185, shoulder=0.75, chest=0.56, bust=0.56, waist=0.46, high_hip=0.49, hip=0.53, jaw=0.21,
            arm=1.08, woman=False,
        ),
        "broad": Build(
            neck=0.235, shoulder=0.88, chest=0.74, bust=0.77, waist=0.74, high_hip=0.74, hip=0.70, jaw=0.27,
            arm=1.45, leg=1.28, woman=False,
        ),
    }
)  # fmt: skip

# Half-widths along limbs. The calf is fuller outside: this alone stops legs from being sausages.
_ARM_WIDTH: Final = Profile(
    (0, 0.25, 0.6, 1, 1.2, 1.5, 1.9, 2.05), (0.155, 0.15, 0.128, 0.108, 0.118, 0.108, 0.070, 0.066)
)
_LEG_KNOTS: Final = (0, 0.25, 0.6, 1.0, 1.15, 1.4, 1.8, 2.0, 2.1)
_LEG_OUTER: Final = Profile(_LEG_KNOTS, (0.31, 0.30, 0.235, 0.165, 0.165, 0.195, 0.105, 0.082, 0.09))
_LEG_INNER: Final = Profile(_LEG_KNOTS, (0.30, 0.285, 0.215, 0.165, 0.160, 0.165, 0.100, 0.084, 0.09))
_LEG_MEAN: Final = Profile(_LEG_KNOTS, (0.31, 0.30, 0.225, 0.165, 0.165, 0.185, 0.105, 0.085, 0.09))

_GRID: Final = np.arange(-1.0, 11.0, 0.02)
_LIMB_GRID: Final = np.arange(-1.2, 3.0, 0.02)


class Limb:
    """Three joints; the corner at the middle one is rounded.

    Attributes:
        joints: (3, 2) shoulder, elbow, wrist or hip, knee, ankle.
        side: of the image.
    """

    __slots__ = ("_axis", "_outward", "joints", "lengths", "side")

    def __init__(self, root: Points, middle: Points, end: Points, side: Side, rounding: float) -> None:
        self.joints = np.stack([root, middle, end])
        self.side = side
        self.lengths = (float(np.hypot(*(middle - root))), float(np.hypot(*(end - middle))))
        self._axis = _rounded_axis(as_complex(self.joints), rounding)
        tangent = np.gradient(self._axis)
        # Turned by a right angle, the direction of a limb that hangs down points to the image's left: outward there.
        self._outward = -SIGN[side] * 1j * tangent / np.abs(tangent)

    def axis(self, t: Values | float) -> Points:
        """Points on the limb's axis: (N, 2), or (2,) for a number."""
        return from_complex(np.interp(t, _LIMB_GRID, self._axis))

    def outward(self, t: Values | float) -> Points:
        """Unit vectors across the limb, away from the body."""
        return from_complex(np.interp(t, _LIMB_GRID, self._outward))

    def outer(self, t: Values | float, width: Any) -> Points:
        """Points so far from the axis on the side away from the body; negative widths lie on the other side."""
        return from_complex(np.interp(t, _LIMB_GRID, self._axis) + width * np.interp(t, _LIMB_GRID, self._outward))

    def inner(self, t: Values | float, width: Any) -> Points:
        """Points so far from the axis on the side of the body."""
        return self.outer(t, -np.asarray(width))

    def direction(self, t: float) -> Points:
        """Unit vector along the limb, away from its root."""
        step = self.axis(t) - self.axis(t - 0.1)
        result: Points = step / (np.hypot(step[0], step[1]) + 1e-9)
        return result

    @property
    def spread(self) -> float:
        """How far from hanging straight the upper part is: 0 hanging, 1 horizontal."""
        return float(abs(self.joints[1][0] - self.joints[0][0]) / self.lengths[0])

    def arc(self, t: Values) -> Values:
        """Arc length from the root."""
        result: Values = np.minimum(t, 1) * self.lengths[0] + np.maximum(0, t - 1) * self.lengths[1]
        return result


def _rounded_axis(joints: Complex, rounding: float) -> Complex:
    """On `_LIMB_GRID`: the two straight pieces, with a quadratic over t in 1 - rounding .. 1 + rounding."""
    root, middle, end = joints
    t = _LIMB_GRID
    k = (t - 1 + rounding) / (2 * rounding)
    start, stop = root + (middle - root) * (1 - rounding), middle + (end - middle) * rounding
    corner = (1 - k) ** 2 * start + 2 * k * (1 - k) * middle + k * k * stop
    straight = np.where(t < 1, root + (middle - root) * t, middle + (end - middle) * (t - 1))
    result: Complex = np.where(np.abs(t - 1) < rounding, corner, straight)
    return result


@lru_cache(maxsize=16)
def _half_widths(build: Build) -> Profile:
    return Profile(
        (1.0, 1.38, 1.5, 1.62, 2.0, 2.3, 2.98, 3.4, 3.95, 4.3, 4.6),
        (
            build.neck, build.neck * 1.2, build.shoulder * 0.8, build.shoulder, build.chest + 0.03, build.bust,
            build.waist, build.high_hip, build.hip, build.hip * 0.985, build.hip * 0.96,
        ),
    )  # fmt: skip


class Body:
    """A build in a pose.

    Attributes:
        build: its widths.
        pose: its pose.
        arms: by side of the image.
        legs: by side of the image.
        skin: its material.
        half_width: v to the torso's half-width.
    """

    def __init__(self, build: Build, pose: Pose, skin: Material) -> None:
        self.build, self.pose, self.skin = build, pose, skin
        self.half_width = _half_widths(build)
        self._spine, self._across = self._torso_tables()
        self.legs = MappingProxyType({side: self._leg(side) for side in SIDES})
        self._follow_the_legs()
        self._chin, self._nod = as_complex(self.at(0.0, 1.02)), np.exp(1j * np.radians(pose.head))
        self.arms = MappingProxyType({side: self._arm(side) for side in SIDES})

    # --- the torso map ---

    def at(self, u: Values | float, v: Values | float) -> Points:
        """The torso map: (N, 2) points of the picture, or (2,) for two numbers."""
        return from_complex(np.interp(v, _GRID, self._spine) + u * np.interp(v, _GRID, self._across))

    def points(self, controls: Controls) -> Points:
        """Control points (u, v) in the picture."""
        table = np.asarray(controls, dtype=np.float64)
        return self.at(table[:, 0], table[:, 1])

    def curve(self, controls: Controls, per_span: int = 5) -> Points:
        """A smooth line through control points (u, v)."""
        return spline(self.points(controls), per_span)

    def closed_curve(self, controls: Controls, per_span: int = 5) -> Points:
        """A smooth closed line through control points (u, v)."""
        return spline(self.points(controls), per_span, closed=True)

    def across(self, half_width: float, v: float, count: int = 9, sag: float = 0.0) -> Points:
        """A line from -half_width to half_width at a height, its middle lower by `sag`."""
        f = np.linspace(-1, 1, count)
        return self.at(f * half_width, v + sag * (1 - f * f))

    @property
    def front(self) -> float:
        """u of the centre front, which moves a little with the turn."""
        return 0.06 * self.pose.turn

    @property
    def flat(self) -> bool:
        """Whether this is a garment on a table."""
        return self.pose.flat

    @property
    def weight_side(self) -> int:
        """Sign of the side of the high hip."""
        return -1 if self.pose.hips > 0 else 1

    def shoulder_line(self, u: float) -> float:
        """Height of the shoulder's slope at a distance from the middle."""
        neck, shoulder = self.build.neck, self.build.shoulder
        return float(np.interp(abs(u), (neck, neck * 1.5, 0.8 * shoulder, shoulder), (1.26, 1.385, 1.455, 1.59)))

    def legs_half_extent(self, v: Values | float) -> Any:
        """Half the width over both legs at a height below the hip: no skirt is narrower."""
        return np.interp(v, _GRID, self._extent)

    def over_legs(self, line: Points, sign: int, room: float = 0.03) -> Points:
        """A garment's side, moved outward wherever a leg would stick out of it.

        Args:
            line: (N, 2) the side, in the picture.
            sign: -1 for the image's left side, 1 for its right.
            room: between leg and cloth.
        """
        edges = [np.interp(line[:, 1], y, x) for x, y in self._leg_edges(sign)]
        moved = line.copy()
        leg = sign * np.max([sign * edge for edge in edges], axis=0) + sign * room
        below = line[:, 1] > HIP_JOINT - 0.1
        moved[below, 0] = sign * np.maximum(sign * line[below, 0], sign * leg[below])
        return moved

    def _leg_edges(self, sign: int) -> list[tuple[Values, Values]]:
        """x and y of both legs' edges towards that side."""
        t = np.linspace(0.0, 2.0, 40)
        edges = []
        for side in SIDES:
            limb = self.legs[side]
            own = SIGN[side] == sign
            edge = limb.outer(t, self.leg_outer(t)) if own else limb.inner(t, self.leg_inner(t))
            edges.append((edge[:, 0], edge[:, 1]))
        return edges

    # --- limbs ---

    def arm_width(self, t: Values | float) -> Any:
        """Half-width of an arm."""
        return self.build.arm * _ARM_WIDTH(t)

    def leg_outer(self, t: Values | float) -> Any:
        """Half-width of a leg away from the body."""
        return self.build.leg * _LEG_OUTER(t)

    def leg_inner(self, t: Values | float) -> Any:
        """Half-width of a leg towards the other."""
        return self.build.leg * _LEG_INNER(t)

    def leg_order(self) -> tuple[Side, Side]:
        """The sides, the leg behind first."""
        return ("right", "left") if self.pose.front == "left" else ("left", "right")

    # --- head ---

    def head(self, controls: Controls) -> Points:
        """Points of the head's own frame in the picture: (0, 0) the chin, (0, -1) the crown."""
        return from_complex(self._chin + self._nod * as_complex(np.asarray(controls, dtype=np.float64)))

    # --- construction ---

    def _torso_tables(self) -> tuple[Complex, Complex]:
        """On `_GRID`: the spine and the direction across it, x + iy; below the hip as if the legs hung straight."""
        pose = self.pose
        q = (_GRID - NECK_BASE) / (HIP - NECK_BASE)
        inside = np.clip(q, 0.0, 1.0)
        bend = pose.pelvis / 2 + 1.2 * (-0.35 * pose.pelvis - 0.006 * (pose.shoulders - pose.hips))
        centre = 2 * inside * (1 - inside) * bend + inside**2 * pose.pelvis
        height = np.where(_GRID > HIP, HIP + (_GRID - HIP) * self.build.leg_length, _GRID)
        tilt = np.radians(pose.shoulders + (pose.hips - pose.shoulders) * smoothstep((q - 0.15) / 0.85))
        return centre + 1j * height, np.exp(1j * tilt)

    def _follow_the_legs(self) -> None:
        """Bends the map below the hip towards the middle of both legs, so that hems swing with them."""
        xs, height = [], self._spine.imag
        for side in SIDES:
            axis = self.legs[side].axis(np.linspace(0, 2, 40))
            xs.append(np.interp(height, axis[:, 1], axis[:, 0]))
        below = _GRID > HIP
        blend = smoothstep((_GRID - HIP) / 1.8)
        middle = (xs[0] + xs[1]) / 2
        swung = self.pose.pelvis * (1 - blend) + middle * blend + 1j * height
        self._spine = np.where(below, swung, self._spine)
        tilt = np.radians(self.pose.hips * (1 - 0.75 * blend))
        self._across = np.where(below, np.exp(1j * tilt), self._across)
        t = np.clip((height - HIP_JOINT) / 2.15 / self.build.leg_length, 0, 2)
        self._extent = np.abs(xs[1] - xs[0]) / 2 + self.build.leg * _LEG_MEAN(t)

    def _leg(self, side: Side) -> Limb:
        build, leg = self.build, self.pose.leg(side)
        out = (0.31 if build.woman else 0.29) * (build.hip / 0.59) ** 0.7
        hip = self.at(SIGN[side] * out, HIP_JOINT)
        knee = hip + angle_vector(leg.thigh) * _THIGH * build.leg_length
        ankle = knee + angle_vector(leg.shin) * _SHIN * leg.shortening * build.leg_length
        return Limb(hip, knee, ankle, side, 0.14)

    def _arm(self, side: Side) -> Limb:
        shoulder = self.at(SIGN[side] * (self.build.shoulder - 0.06), SHOULDER_JOINT)
        elbow, wrist = self._reach(shoulder, self.pose.arm(side), SIGN[side])
        return Limb(shoulder, elbow, wrist, side, 0.16)

    def _reach(self, shoulder: Points, arm: Arm, sign: int) -> tuple[Points, Points]:
        """Elbow and wrist; two bones that reach a target by the rule of cosines, the elbow outward."""
        if isinstance(arm, Hang):
            elbow = shoulder + angle_vector(arm.upper) * _UPPER_ARM
            return elbow, elbow + angle_vector(arm.fore) * _FOREARM
        upper, fore = _RAISED_ARM if arm.raised else (_UPPER_ARM, _FOREARM)
        if arm.raised:
            target = np.array([arm.u, arm.v])
        else:
            target = self.at(sign * (arm.u * self.half_width(arm.v) + 0.02), arm.v)
        way = target - shoulder
        distance = float(np.hypot(way[0], way[1]))
        if distance > upper + fore - 0.01:
            way *= (upper + fore - 0.01) / distance
            target, distance = shoulder + way, upper + fore - 0.01
        cosine = (upper**2 + distance**2 - fore**2) / (2 * upper * distance)
        outward = -sign if arm.raised else sign
        angle = np.arctan2(way[1], way[0]) - np.arccos(np.clip(cosine, -1, 1)) * outward
        return shoulder + upper * np.array([np.cos(angle), np.sin(angle)]), target
