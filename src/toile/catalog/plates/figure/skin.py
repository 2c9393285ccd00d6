"""The figure's skin below the head: torso, legs, arms, hands and feet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from toile.catalog.plates.drawing.curves import Points, angle_vector, bow, join, spline, unit
from toile.catalog.plates.drawing.palette import SKIN_COLOURS
from toile.catalog.plates.drawing.panel import Line, Material, Panel
from toile.catalog.plates.figure.body import Body, Limb
from toile.catalog.plates.figure.poses import SIGN, Reach, Side

_INK: Final = 0.85

_ARMPIT: Final = 0.46
_SHOULDER_END: Final = 0.50

SLEEVE_TOP: Final = 0.30
"""Above this t a sleeved arm is not drawn: skin would peep over the shoulder."""


# Outline of a relaxed hand, fingers grouped: share along, offset towards the body, in head units from the wrist.
_HAND: Final = (
    (-0.05, 0.066), (0.08, 0.080), (0.22, 0.098), (0.34, 0.088), (0.47, 0.066), (0.585, 0.030), (0.615, -0.002),
    (0.57, -0.030), (0.45, -0.066), (0.27, -0.094), (0.10, -0.084), (-0.05, -0.066),
)  # fmt: skip
_THUMB: Final = (
    (0.05, 0.06),
    (0.15, 0.125),
    (0.26, 0.152),
    (0.335, 0.150),
    (0.345, 0.122),
    (0.27, 0.108),
    (0.19, 0.07),
)
_FINGERS: Final = (((0.33, 0.020), (0.45, 0.026), (0.575, 0.014)), ((0.32, -0.028), (0.44, -0.020), (0.555, -0.010)))
# A hand resting on the hip: fingers fan inward and down, the thumb is behind.
_RESTING: Final = (
    (-0.06, 0.07), (0.12, 0.11), (0.30, 0.105), (0.44, 0.066), (0.485, 0.020), (0.46, -0.024), (0.33, -0.070),
    (0.14, -0.10), (-0.04, -0.07),
)  # fmt: skip
_RESTING_FINGERS: Final = (
    ((0.26, 0.045), (0.46, 0.036)),
    ((0.26, 0.004), (0.47, 0.006)),
    ((0.24, -0.036), (0.42, -0.024)),
)
# Sole shape of a foot seen from the front: across, down.
_FOOT: Final = ((-0.085, -0.08), (-0.10, 0.10), (-0.125, 0.26), (-0.10, -0.07), (0, -0.01), (0.10, -0.07), (0.125, 0.26), (0.10, 0.10), (0.085, -0.08))  # fmt: skip  # noqa: E501


def skin_material(name: str) -> Material:
    """Skin of a name of `vocabulary.SKINS`."""
    return Material(SKIN_COLOURS[name], fabric="skin")


def skin_panel(segments: list[Points], skin: Material, *, ink: float | tuple[float, ...] = _INK, weight: float = 0.9,
               shade: float = 1.0) -> Panel:  # fmt: skip
    """A piece of skin."""
    return Panel(segments, "skin", skin, ink=ink, weight=weight, shade=shade)


def leg_panel(body: Body, side: Side) -> Panel:
    """A bare leg down to the ankle, with a tick at the knee."""
    limb = body.legs[side]
    t = np.linspace(0.0, 2.02, 26)
    outer, inner = limb.outer(t, body.leg_outer(t)), limb.inner(t, body.leg_inner(t))
    panel = skin_panel([outer, inner[::-1]], body.skin)
    knee = join(limb.inner(0.97, 0.05), limb.axis(1.03), limb.outer(1.07, 0.06))
    panel.lines.append(Line(spline(knee), 0.6))
    return panel


def torso_panel(body: Body) -> Panel:
    """Neck, shoulders and trunk, with two collar bones."""
    build = body.build
    v = np.linspace(1.62, 4.3, 22)
    width = body.half_width(v)
    slopes = [
        body.curve(
            [
                (sign * build.neck, 1.02),
                (sign * build.neck * 1.02, 1.2),
                (sign * build.neck * 1.5, 1.40),
                (sign * build.shoulder * 0.8, 1.47),
                (sign * build.shoulder, 1.62),
            ]
        )
        for sign in (-1, 1)
    ]
    crotch = body.points([(-0.05, 4.36), (0.05, 4.36)])
    panel = skin_panel(
        [slopes[0], body.at(-width, v), crotch, body.at(width, v)[::-1], slopes[1][::-1]],
        body.skin,
        ink=(0.8, 0.8, 0, 0.8, 0.8),
    )
    x = 0.05 * body.pose.turn
    for sign in (-1, 1):
        bone = body.curve([(x + sign * 0.10, 1.475), (x + sign * 0.28, 1.50), (sign * 0.46, 1.465)])
        panel.lines.append(Line(bone, 0.5))
    return panel


def chin_shadow(body: Body) -> Points:
    """The polygon of the shadow that the head casts on the neck."""
    return body.curve([(-0.2, 1.0), (-0.16, 1.17), (0.02, 1.25), (0.17, 1.15), (0.22, 1.0)])


def arm_panels(body: Body, side: Side, *, sleeved: bool) -> list[Panel]:
    """An arm: its bare shoulder, unless a sleeve covers that, and the arm below it.

    The same contour is drawn twice through two clips, so that of two looks that differ in the sleeve the lower part
    is equal to the grey level. It starts on the shoulder's slope; a plain ribbon would be a doll's joint.
    """
    limb = body.arms[side]
    arm = _arm_panel(body, side)
    arm.clip = _below_the_shoulder(body, limb)
    if sleeved:
        return [arm]
    shoulder = _arm_panel(body, side)
    shoulder.clip, shoulder.bare = _beside(limb, _SHOULDER_END, -9.0), True
    return [shoulder, arm]


def _arm_panel(body: Body, side: Side) -> Panel:
    limb, build, sign = body.arms[side], body.build, SIGN[side]
    direction = unit(limb.joints[1] - limb.joints[0])
    t_outer, t_inner = np.linspace(0.16 + 0.22 * limb.spread, 2.0, 22), np.linspace(0.42, 2.0, 18)
    slope = body.at(sign * build.shoulder * 0.72, 1.452)
    tip = body.at(sign * (build.shoulder - 0.015), 1.545)
    if direction[1] < -0.3:
        tip = body.at(sign * (build.shoulder - 0.1), 1.44)
    outer = spline(join(slope, tip, limb.outer(t_outer, body.arm_width(t_outer))), 3)
    armpit = body.at(sign * (build.chest - 0.02), 2.03)
    inner = join(limb.inner(t_inner, body.arm_width(t_inner))[::-1], armpit)
    closing = join(armpit, body.at(sign * 0.30, 1.75), slope)
    end, edge = join(outer[-1], inner[0]), 0.0
    if body.pose.hidden_hands:  # the edge of the pocket
        end, edge = bow(outer[-1], inner[0], 0.04 * limb.direction(2.0)), 1.0
    return skin_panel([outer, end, inner, closing], body.skin, ink=(_INK, edge, _INK, 0), shade=0.8)


def _beside(limb: Limb, t: float, reach: float) -> Points:
    """A large rectangle along the upper arm, from t so far up (negative) or down."""
    along, across = unit(limb.joints[1] - limb.joints[0]), limb.outward(t)
    start = limb.axis(t)
    end = start + reach * along
    return join(start + 4 * across, start - 4 * across, end - 4 * across, end + 4 * across)


def _below_the_shoulder(body: Body, limb: Limb) -> Points:
    """All of an arm beyond `SLEEVE_TOP`, and nothing of the armpit."""
    t = np.array([SLEEVE_TOP, _ARMPIT])
    edge = limb.inner(t, body.arm_width(t) + 0.01)
    top, pit = limb.axis(t)
    across, end = limb.outward(SLEEVE_TOP), pit + 8 * unit(limb.joints[1] - limb.joints[0])
    return join(top + 4 * across, edge, pit - 4 * across, end - 4 * across, end + 4 * across)


def hand_panels(body: Body, side: Side) -> list[Panel]:
    """A hand: relaxed with the thumb towards the body, or resting on the hip. None where it is in a pocket."""
    if body.pose.hidden_hands:
        return []
    limb, sign = body.arms[side], SIGN[side]
    wrist, size = limb.joints[2], 0.92 * body.build.arm**0.4
    arm = body.pose.arm(side)
    if isinstance(arm, Reach):
        along = unit(np.array([-sign * 0.75, 0.66]))
        frame = _placed(wrist, along, np.array([-along[1], along[0]]) * sign, size)
        hand = _open_panel(spline(frame(_RESTING), 5), body)
        hand.lines = [Line(frame(finger), 0.45) for finger in _RESTING_FINGERS]
        return [hand]
    along = unit(wrist - limb.joints[1])
    frame = _placed(wrist, along, np.array([-along[1], along[0]]) * sign, size)
    hand = _open_panel(spline(frame(_HAND), 5), body)
    hand.lines = [Line(spline(frame(finger), 4), 0.45) for finger in _FINGERS]
    thumb = skin_panel([spline(frame(_THUMB), 4)], body.skin, weight=0.7, shade=0.4)
    return [thumb, hand]


def _open_panel(outline: Points, body: Body) -> Panel:
    """A piece that goes over into the limb where its outline begins and ends: no line there."""
    closing = join(outline[-1], outline[0])
    return skin_panel([outline, closing], body.skin, ink=(_INK, 0.0), weight=0.8, shade=0.7)


def _placed(origin: Points, along: Points, across: Points, size: float) -> Callable[[object], Points]:
    """A function that takes tables of (along, across) to the picture."""

    def place(controls: object) -> Points:
        table = np.asarray(controls, dtype=np.float64)
        result: Points = origin + size * (table[:, :1] * along + table[:, 1:] * across)
        return result

    return place


class FootFrame:
    """A foot's own frame: (x across to the image's right, y along the foot, from the ankle)."""

    __slots__ = ("_across", "_along", "_ankle")

    def __init__(self, body: Body, side: Side) -> None:
        self._ankle = body.legs[side].joints[2]
        self._along = angle_vector(body.pose.leg(side).foot)
        self._across = np.array([self._along[1], -self._along[0]]) * body.build.leg**0.5

    def points(self, controls: object) -> Points:
        """The (x, y) table in the picture."""
        table = np.asarray(controls, dtype=np.float64)
        result: Points = self._ankle + table[:, :1] * self._across + table[:, 1:] * self._along
        return result

    def closed(self, controls: object) -> Points:
        """A smooth closed line through the table."""
        return spline(self.points(controls), 5, closed=True)

    def curve(self, controls: object) -> Points:
        """A smooth line through the table."""
        return spline(self.points(controls), 5)


def foot_panel(body: Body, side: Side, foot_length: float = 0.50) -> Panel:
    """A bare foot, with a hint of toes."""
    frame = FootFrame(body, side)
    table = [(x, y if y >= 0.1 or y == -0.08 else foot_length + y) for x, y in _FOOT]
    panel = _open_panel(frame.curve(table), body)
    for x in (-0.045, 0.0, 0.045):
        panel.lines.append(Line(frame.points([(x, foot_length - 0.10), (x * 1.05, foot_length - 0.03)]), 0.35))
    return panel
