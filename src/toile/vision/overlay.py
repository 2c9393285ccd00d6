"""What was seen, drawn over the photo: parts as tints, the pose as bones."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from toile.taxonomy import PARTS
from toile.vision.pose_maps import MIN_CONFIDENCE

BONES: Final = (
    (0, 1), (1, 2), (2, 3), (3, 4), (1, 5), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13),
    (0, 14), (0, 15), (14, 16), (15, 17),
)  # fmt: skip
"""Pairs of COCO-18 joints."""
PART_COLOURS: Final = MappingProxyType(
    {
        "background": (0, 0, 0),
        "skin": (255, 176, 0),
        "hair": (106, 61, 154),
        "hat": (177, 89, 40),
        "glasses": (0, 255, 255),
        "top": (230, 25, 75),
        "outerwear": (31, 120, 180),
        "dress": (240, 50, 230),
        "skirt": (166, 206, 227),
        "trousers": (51, 160, 44),
        "hosiery": (251, 154, 153),
        "shoes": (255, 255, 51),
        "bag": (255, 127, 0),
        "accessory": (128, 128, 0),
    }
)
"""RGB of each part, far apart for parts that touch."""
_TINTS: Final = np.array([PART_COLOURS[part] for part in PARTS], dtype=np.uint8)


def overlay(
    image: Image.Image, labels: NDArray[np.uint8], pose: NDArray[np.float32], *, strength: float = 0.5
) -> Image.Image:
    """The photo with tinted parts and bones between the joints that are seen.

    Args:
        image: RGB, any size.
        labels: `(H, W)` of the photo, index into `taxonomy.PARTS`.
        pose: COCO-18 `(18, 3)`: x, y in pixels, confidence.
        strength: share of the tint.
    """
    photo = image.convert("RGB")
    picture = Image.composite(
        Image.blend(photo, Image.fromarray(_TINTS[labels]), strength), photo, Image.fromarray(labels > 0)
    )
    draw = ImageDraw.Draw(picture)
    width = max(1, round(max(image.size) / 200))
    for start, end in BONES:
        if min(pose[start, 2], pose[end, 2]) >= MIN_CONFIDENCE:
            draw.line([tuple(pose[start, :2]), tuple(pose[end, :2])], fill="white", width=width)
    for x, y, confidence in pose:
        if confidence >= MIN_CONFIDENCE:
            draw.ellipse((x - width, y - width, x + width, y + width), fill="black", outline="white")
    return picture
