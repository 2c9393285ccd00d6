"""COCO-18 joints of a plate. R and L are the wearer's: R lies on the image's left."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from toile.catalog.plates.drawing.curves import Points
from toile.catalog.plates.drawing.panel import BAG, FIGURE, LABELS, PARTS
from toile.catalog.plates.figure.body import NECK_PIT, Body
from toile.catalog.plates.figure.poses import Side
from toile.taxonomy import JOINTS

VISIBLE: Final = 1.0
HIDDEN: Final = 0.5
OUTSIDE: Final = 0.0

_WEARERS: Final[tuple[tuple[str, Side], ...]] = (("r", "left"), ("l", "right"))
_LEG_LABELS: Final = frozenset({"skin", "trousers", "jumpsuit", "shoes", "scarf"})
_FACE_LABELS: Final = frozenset({"face"})
_FAR_TURN: Final = 0.32


def joints(body: Body) -> Points:
    """(18, 2) joints in head units, in the order of `taxonomy.JOINTS`."""
    t = 0.11 * body.pose.turn
    head = body.head(
        [(1.2 * t, -0.34), (t - 0.15, -0.47), (t + 0.15, -0.47), (0.3 * t - 0.36, -0.42), (0.3 * t + 0.36, -0.42)]
    )
    rows = [head[0], body.at(0.0, NECK_PIT)]
    for _, side in _WEARERS:
        arm = body.arms[side]
        rows += [arm.joints[0], arm.axis(1.0), arm.joints[2]]
    for _, side in _WEARERS:
        leg = body.legs[side]
        rows += [leg.joints[0], leg.axis(1.0), leg.joints[2]]
    return np.stack([*rows, *head[1:]])


def visibility(
    body: Body,
    pixels: Points,
    labels: npt.NDArray[np.uint8],
    slots: npt.NDArray[np.int8],
    parts: npt.NDArray[np.uint8],
) -> npt.NDArray[np.float32]:
    """(18,) `VISIBLE`, `HIDDEN` or `OUTSIDE` the picture.

    A joint under a sleeve or a trouser leg of its own is visible, as in photographs; one under a skirt, a cape, hair, a
    hat or a bag, in a pocket or on the far side of the head is hidden.

    Args:
        body: who it is.
        pixels: (18, 2) places in the maps.
        labels: (H, W) label map.
        slots: (H, W) slots.
        parts: (H, W) parts.
    """
    result = np.full(len(JOINTS), HIDDEN, dtype=np.float32)
    height, width = labels.shape
    for number, (name, (x, y)) in enumerate(zip(JOINTS, pixels.tolist(), strict=True)):
        column, row = int(x), int(y)
        if not (0 <= column < width and 0 <= row < height and x >= 0 and y >= 0):
            result[number] = OUTSIDE
            continue
        slot, part = int(slots[row, column]), PARTS[int(parts[row, column])]
        if _is_seen(name, body, LABELS[int(labels[row, column])], slot, part):
            result[number] = VISIBLE
    return result


def _is_seen(name: str, body: Body, label: str, slot: int, part: str) -> bool:
    """Whether what is drawn at a joint is the joint's own limb or its clothing."""
    if slot == BAG or label in {"background", "hat", "headwear", "hair"}:
        return False
    wearer, _, joint = name.partition("-")
    side: Side = "left" if wearer == "r" else "right"
    match joint:
        case "" | "eye":
            return label in _FACE_LABELS or name == "neck"
        case "ear":
            far = body.pose.turn * (-1 if side == "left" else 1) > _FAR_TURN
            return label in _FACE_LABELS and not far
        case "elbow" | "wrist":
            own = slot == FIGURE or part == f"sleeve-{side}"
            return own and not (joint == "wrist" and body.pose.hidden_hands)
        case "knee" | "ankle":
            return label in _LEG_LABELS
        case _:
            return True
