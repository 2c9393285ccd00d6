"""Cloth given the colours of other cloth (Reinhard et al. 2001, Color Transfer between Images).

By medians and percentiles where the paper has means and deviations: outlines, seams and buttons are few pixels of quite
other colours, and would make plain cloth look spotted.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.vision.colour import to_lab
from toile.vision.masks import Mask

_LEAST_PIXELS: Final = 64  # of cloth whose colours are worth following
_FLAT: Final = 1.0  # spread in Lab below which a cloth has no texture to stretch
_PERCENTILES: Final = (2, 16, 50, 84, 98)
_MOST_STRETCH: Final = 2.0
_RIM: Final = 0.6  # of a pixel's distance from the edge of the cloth over which the change sets in


def recoloured(image: Image.Image, where: Mask, cloth: NDArray[np.uint8]) -> Image.Image:
    """The picture in which some pixels have middle and spread of another cloth's colours, in CIELAB.

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
    own = lab[where].astype(np.float64)
    _, low, middle, high, _ = np.percentile(own, _PERCENTILES, axis=0)
    least, dark, wanted, light, most = np.percentile(to_lab(cloth[None])[0].astype(np.float64), _PERCENTILES, axis=0)
    stretch = np.clip((light - dark) / np.maximum(high - low, _FLAT), 0, _MOST_STRETCH)
    changed = lab.copy()
    changed[where] = ((own - middle) * stretch + wanted).clip(least, most)
    rgb = cv2.cvtColor(changed, cv2.COLOR_LAB2RGB).clip(0, 1) * 255
    soft = np.clip(cv2.distanceTransform(where.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) * _RIM, 0, 1)
    mixed = soft[..., None] * rgb + (1 - soft[..., None]) * pixels
    return Image.fromarray(mixed.round().astype(np.uint8))
