"""Poses: how a figure stands, as angles. Left and right are the image's; image-left is the wearer's right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import numpy as np

Side: TypeAlias = Literal["left", "right"]
"""Side of the image."""

SIDES: Final[tuple[Side, Side]] = ("left", "right")

SIGN: Final[MappingProxyType[Side, int]] = MappingProxyType({"left": -1, "right": 1})
"""Direction of a side along x."""

_JITTER_DEGREES: Final = 1.5


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg: angles of thigh and shin from straight down in degrees, positive to the image's right.

    Attributes:
        thigh: angle of the thigh.
        shin: angle of the shin.
        foot: angle of the foot.
        shortening: of the shin, where it points away from us.
    """

    thigh: float
    shin: float
    foot: float
    shortening: float = 1.0


@dataclass(frozen=True, slots=True)
class Hang:
    """A hanging arm: angles of upper arm and forearm from straight down in degrees, positive to the image's right."""

    upper: float
    fore: float


@dataclass(frozen=True, slots=True)
class Reach:
    """An arm whose wrist is put somewhere, the elbow outward.

    Attributes:
        u: target: a share of the torso's half-width at `v`; for a raised arm the x of the picture.
        v: target: height on the torso; for a raised arm the y of the picture.
        raised: behind the head.
    """

    u: float
    v: float
    raised: bool = False


Arm: TypeAlias = Hang | Reach


@dataclass(frozen=True, kw_only=True, slots=True)
class Pose:
    """A pose.

    Attributes:
        pelvis: shift of the pelvis in head units, positive to the image's right.
        hips: tilt in degrees, positive with the image's right side lower.
        shoulders: tilt, opposite to that of the hips in any pose that rests on one leg.
        head: tilt of the head.
        turn: of the head, -1 to 1.
        left: leg on the image's left.
        right: leg on the image's right.
        arm_left: arm on the image's left.
        arm_right: arm on the image's right.
        front: the leg in front.
        hidden_hands: hands are in pockets.
        flat: not a person but a garment laid on a table.
    """

    left: Leg
    right: Leg
    arm_left: Arm
    arm_right: Arm
    pelvis: float = 0.0
    hips: float = 0.0
    shoulders: float = 0.0
    head: float = 0.0
    turn: float = 0.0
    front: Side = "left"
    hidden_hands: bool = False
    flat: bool = False

    def arm(self, side: Side) -> Arm:
        """The arm on that side."""
        return self.arm_left if side == "left" else self.arm_right

    def leg(self, side: Side) -> Leg:
        """The leg on that side."""
        return self.left if side == "left" else self.right


_HIP: Final = Reach(1.02, 3.30)

POSES: Final = MappingProxyType(
    {
        "straight": Pose(
            head=-2, turn=0.12, left=Leg(-3.2, -1.2, -9), right=Leg(3.2, 1.2, 9),
            arm_left=Hang(-15, -1), arm_right=Hang(15, 1),
        ),
        # Hips and shoulders tilt against each other, the pelvis goes to the high hip, the foot that carries the
        # weight stands under the neck; without the third it is a shop dummy.
        "contrapposto": Pose(
            pelvis=-0.27, hips=10, shoulders=-7, head=-7, turn=0.45,
            left=Leg(3.2, 6.5, -8), right=Leg(13, 6, 30, 0.97), arm_left=Hang(-19, 6), arm_right=Hang(21, 1),
        ),
        "hand-on-hip": Pose(
            pelvis=-0.26, hips=10, shoulders=-8, head=6, turn=-0.4,
            left=Leg(3.2, 6, -9), right=Leg(14, 4, 24), arm_left=_HIP, arm_right=Hang(13, 6),
        ),
        "walking": Pose(
            pelvis=0.08, hips=-7, shoulders=6, head=3, turn=0.25,
            left=Leg(7.5, -1, -3), right=Leg(-2, 13, 10, 0.84), arm_left=Hang(-20, -8), arm_right=Hang(17, 16),
        ),
        "stride": Pose(
            pelvis=-0.04, hips=4, shoulders=-4, head=-2, turn=-0.2, front="right",
            left=Leg(2, -10, -10, 0.87), right=Leg(-6, 1.5, 4), arm_left=Hang(-15, -20), arm_right=Hang(18, 6),
        ),
        "akimbo": Pose(
            turn=0.1, left=Leg(-7, -4, -16), right=Leg(7, 4, 16), arm_left=_HIP, arm_right=_HIP,
        ),
        "pockets": Pose(
            pelvis=0.2, hips=-8, shoulders=6, head=-5, turn=0.35,
            left=Leg(-13, -4, -24), right=Leg(-2.5, -5, 9), arm_left=Reach(0.95, 3.95), arm_right=Reach(0.98, 3.85),
            hidden_hands=True,
        ),
        "arm-raised": Pose(
            pelvis=-0.24, hips=9, shoulders=-9, head=8, turn=0.3,
            left=Leg(3, 6.2, -9), right=Leg(13, 4, 22), arm_left=Hang(-19, 6), arm_right=Reach(0.34, 0.62, raised=True),
        ),
        "crossed": Pose(
            pelvis=0.05, hips=-3, shoulders=3, head=-4, turn=-0.25,
            left=Leg(5.5, 2, 4), right=Leg(-3, -4, -6, 0.97), arm_left=Hang(-15, -3), arm_right=Reach(1.02, 3.35),
        ),
    }
)  # fmt: skip

FLAT: Final = Pose(left=Leg(-6, -3, -9), right=Leg(6, 3, 9), arm_left=Hang(-24, -22), arm_right=Hang(24, 22), flat=True)
"""How a garment is laid on a table."""

FLAT_T: Final = replace(FLAT, arm_left=Hang(-80, -80), arm_right=Hang(80, 80))
"""The same with sleeves stretched out, for kimono and kaftan."""


def mirrored(pose: Pose) -> Pose:
    """The pose seen in a mirror. Only the pose: a kimono worn by it still closes left over right."""
    return replace(
        pose,
        pelvis=-pose.pelvis,
        hips=-pose.hips,
        shoulders=-pose.shoulders,
        head=-pose.head,
        turn=-pose.turn,
        left=_mirrored_leg(pose.right),
        right=_mirrored_leg(pose.left),
        arm_left=_mirrored_arm(pose.arm_right),
        arm_right=_mirrored_arm(pose.arm_left),
        front="right" if pose.front == "left" else "left",
    )


def _mirrored_leg(leg: Leg) -> Leg:
    return Leg(-leg.thigh, -leg.shin, -leg.foot, leg.shortening)


def _mirrored_arm(arm: Arm) -> Arm:
    if isinstance(arm, Hang):
        return Hang(-arm.upper, -arm.fore)
    return replace(arm, u=-arm.u) if arm.raised else arm


def jittered(pose: Pose, seed: int) -> Pose:
    """The pose with every angle moved by a degree or two."""
    move = (_JITTER_DEGREES * np.random.default_rng(seed).standard_normal(12)).clip(-3.5, 3.5).tolist()
    return replace(
        pose,
        hips=pose.hips + 0.7 * move[0],
        shoulders=pose.shoulders + 0.7 * move[1],
        head=pose.head + 1.5 * move[2],
        turn=max(-0.5, min(0.5, pose.turn + 0.08 * move[3])),
        left=_moved_leg(pose.left, move[4], move[5], move[6]),
        right=_moved_leg(pose.right, move[7], move[8], move[9]),
        arm_left=_moved_arm(pose.arm_left, move[10], move[11]),
        arm_right=_moved_arm(pose.arm_right, move[11], move[10]),
    )


def _moved_leg(leg: Leg, thigh: float, shin: float, foot: float) -> Leg:
    return Leg(leg.thigh + 0.6 * thigh, leg.shin + 0.8 * shin, leg.foot + 2 * foot, leg.shortening)


def _moved_arm(arm: Arm, upper: float, fore: float) -> Arm:
    if isinstance(arm, Hang):
        return Hang(arm.upper + upper, arm.fore + 1.5 * fore)
    return arm if arm.raised else replace(arm, v=arm.v + 0.012 * upper)
