"""Lengths of what is worn in a photo of a person, measured on its label map against the joints.

The street photos' annotators named garments, not how long they are; pixels and joints say it. What can't be measured
safely (an arm behind a bag, legs out of the picture) is None.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from toile.catalog.plates.figure.body import NECK_PIT
from toile.catalog.plates.garments.measures import SLEEVE_ENDS, hem_of
from toile.taxonomy import ATTRIBUTES, PARTS
from toile.vision.pose_maps import MIN_CONFIDENCE

_ARMS: Final = ((2, 3, 4), (5, 6, 7))
_NECK, _HIPS, _KNEES, _ANKLES = [1], [8, 11], [9, 12], [10, 13]
_SKIN: Final = PARTS.index("skin")
_UPPER: Final = [PARTS.index(part) for part in ("top", "outerwear", "dress")]
_STEPS: Final = np.linspace(0.1, 2.0, 58)
"""Along an arm: 0 shoulder, 1 elbow, 2 wrist."""
_MAX_HIDDEN: Final = 0.2  # of the arm's steps that show neither sleeve nor skin
_SHOULDER: Final = 0.45  # a garment that leaves most of the arm above this bare has no sleeves
_MAX_APART: Final = 0.5  # by which the ends of the two sleeves may differ
_NECK_V, _HIP_V, _KNEE_V, _ANKLE_V = NECK_PIT, 4.05, 6.2, 8.35
"""Heights of the joints on the sample world's figure, in which the words for lengths are defined."""
_LOWEST: Final = 0.98  # share of the garment's pixels above its end; the rest are stray
_DRAWN_AS: Final = MappingProxyType(
    {name: name for name in ("t-shirt", "blouse", "shirt", "sweater", "hoodie", "blazer")}
    | {name: name for name in ("skirt", "dress", "jumpsuit", "trousers", "shorts")}
    | {"outerwear": "coat", "top": "vest"}
    | dict.fromkeys(("longsleeve", "polo", "undershirt"), "t-shirt")
)
"""The garment of the sample world whose lengths a category's are."""


def sleeve_length(labels: NDArray[np.uint8], pose: NDArray[np.floating]) -> str | None:
    """Of `taxonomy.ATTRIBUTES`: by how far down the arms a garment reaches that covers the trunk.

    Args:
        labels: `(H, W)`, index into `taxonomy.PARTS`.
        pose: COCO-18 `(18, 3)`: x, y in pixels, confidence.
    """
    ends = [end for joints in _ARMS if (end := _sleeve_end(labels, pose[list(joints)])) is not None]
    if not ends or max(ends) - min(ends) > _MAX_APART:
        return None
    end = float(np.mean(ends))
    if end < _SHOULDER / 2:
        return "sleeveless"
    return min(SLEEVE_ENDS, key=lambda name: abs(SLEEVE_ENDS[name] - end))


def _sleeve_end(labels: NDArray[np.uint8], arm: NDArray[np.floating]) -> float | None:
    """How far along the arm the sleeve ends; 0 without one; None where too little of the arm is seen."""
    if (arm[:, 2] < MIN_CONFIDENCE).any():
        return None
    x, y = (np.interp(_STEPS, [0, 1, 2], arm[:, axis]) for axis in (0, 1))
    rows, columns = y.round().astype(int), x.round().astype(int)
    if (rows < 0).any() or (columns < 0).any() or (rows >= labels.shape[0]).any() or (columns >= labels.shape[1]).any():
        return None
    seen = labels[rows, columns]
    cloth, skin = np.isin(seen, _UPPER), seen == _SKIN
    if (~cloth & ~skin).mean() > _MAX_HIDDEN:
        return None
    if cloth[_STEPS < _SHOULDER].mean() < 0.5:
        return 0.0
    # The end that divides cloth above from skin below best.
    right = [cloth[:count].sum() + skin[count:].sum() for count in range(len(_STEPS) + 1)]
    count = int(np.argmax(right))
    return 2.0 if count == len(_STEPS) else float(_STEPS[max(0, count - 1)])


def hem_length(mask: NDArray[np.bool_], pose: NDArray[np.floating], category: str) -> str | None:
    """Of `taxonomy.ATTRIBUTES`: by where a garment ends between neck and ankle.

    A top that is tucked in ends at the waistband: that is what is measured.

    Args:
        mask: `(H, W)`, true on the garment.
        pose: COCO-18 `(18, 3)`.
        category: of `taxonomy.CATEGORIES`.
    """
    drawn = _DRAWN_AS.get(category)
    joints = [*_NECK, *_HIPS, *_KNEES, *_ANKLES]
    if drawn is None or (pose[joints, 2] < MIN_CONFIDENCE).any() or mask[-1].any() or not mask.any():
        return None
    heights = [float(pose[rows, 1].mean()) for rows in (_NECK, _HIPS, _KNEES, _ANKLES)]
    if not heights[0] < heights[1] < heights[2] < heights[3]:
        return None
    end = np.flatnonzero(np.cumsum(mask.sum(1)) >= _LOWEST * mask.sum())[0]
    v = float(np.interp(end, heights, [_NECK_V, _HIP_V, _KNEE_V, _ANKLE_V]))
    lengths = ATTRIBUTES["length"]
    if drawn in ("jumpsuit", "trousers", "shorts"):
        t = (v - _HIP_V) / (_KNEE_V - _HIP_V)
        return min(lengths, key=lambda name: abs(hem_of(drawn, name) - t))
    return min(lengths, key=lambda name: abs(hem_of(drawn, name) - v))
