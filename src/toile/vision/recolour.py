"""Cloth given the colours of other cloth (Reinhard et al. 2001, Color Transfer between Images)."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.vision.colour import to_lab
from toile.vision.masks import Mask

_LEAST_PIXELS: Final = 64  # of cloth whose colours are worth following
_FLAT: Final = 1.0  # standard deviation of Lab below which a cloth has no texture to stretch
_MOST_STRETCH: Final = 2.0
_RIM: Final = 0.6  # of a pixel's distance from the edge of the cloth over which the change sets in


def recoloured(image: Image.Image, where: Mask, cloth: NDArray[np.uint8]) -> Image.Image:
    """The picture in which some pixels have mean and spread of another cloth's colours, in CIELAB.

    What is drawn may be right in its outline and yet of a wrong shade, or spotted where cloth is plain; what it should
    look like is known.

    Args:
        image: RGB.
        where: `(H, W)`, the pixels that are changed.
        cloth: `(N, 3)`, sRGB pixels of the cloth.

    Returns:
        RGB; the picture as it was where there are too few pixels of either to tell.
    """
    if where.sum() < _LEAST_PIXELS or len(cloth) < _LEAST_PIXELS:
        return image
    pixels = np.asarray(image.convert("RGB"))
    lab = to_lab(pixels)
    own, wanted = lab[where].astype(np.float64), to_lab(cloth[None])[0].astype(np.float64)
    stretch = np.clip(wanted.std(0) / np.maximum(own.std(0), _FLAT), 0, _MOST_STRETCH)
    changed = lab.copy()
    changed[where] = (own - own.mean(0)) * stretch + wanted.mean(0)
    rgb = cv2.cvtColor(changed, cv2.COLOR_LAB2RGB).clip(0, 1) * 255
    soft = np.clip(cv2.distanceTransform(where.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) * _RIM, 0, 1)
    mixed = soft[..., None] * rgb + (1 - soft[..., None]) * pixels
    return Image.fromarray(mixed.round().astype(np.uint8))
