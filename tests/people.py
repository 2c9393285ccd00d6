"""A figure that tests look at: its pose, its label map, its picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

from toile.taxonomy import PARTS

SIZE = (300, 200)


def standing() -> np.ndarray:
    """An upright figure: torso 80 pixels, hips at 140, ankles at 270."""
    xy = {
        0: (100, 28), 1: (100, 58), 2: (75, 60), 3: (68, 100), 4: (64, 140), 5: (125, 60), 6: (132, 100), 7: (136, 140),
        8: (85, 140), 9: (86, 205), 10: (87, 270), 11: (115, 140), 12: (114, 205), 13: (113, 270),
        14: (96, 24), 15: (104, 24), 16: (90, 28), 17: (110, 28),
    }  # fmt: skip
    return np.array([[*xy[joint], 1.0] for joint in range(18)])


def dressed() -> np.ndarray:
    """Label map of the standing figure: hair, face, top with sleeves, hands, trousers, shoes."""
    labels = np.zeros(SIZE, np.uint8)
    for part, (top, bottom, left, right) in (
        ("hair", (10, 24, 88, 112)),
        ("skin", (20, 58, 90, 110)),
        ("top", (58, 145, 58, 142)),
        ("skin", (145, 165, 58, 72)),
        ("skin", (145, 165, 128, 142)),
        ("trousers", (145, 265, 78, 122)),
        ("shoes", (265, 280, 78, 122)),
    ):
        labels[top:bottom, left:right] = PARTS.index(part)
    return labels


COLOURS = {
    "hair": (40, 25, 20),
    "skin": (222, 178, 150),
    "top": (200, 30, 40),
    "trousers": (30, 40, 80),
    "shoes": (20, 20, 20),
}


def photo() -> Image.Image:
    """The dressed figure before a grey-green wall: red top, navy trousers, black shoes."""
    pixels = np.full((*SIZE, 3), (120, 140, 120), np.uint8)
    labels = dressed()
    for part, colour in COLOURS.items():
        pixels[labels == PARTS.index(part)] = colour
    return Image.fromarray(pixels)
