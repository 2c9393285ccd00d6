"""A line drawing of what a photo shows: black on white, as a designer would begin."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_RATIO: Final = 1.6  # of the two Gaussians, as Marr and Hildreth's operator is approximated
_SHARPNESS: Final = 25.0


def sketch(image: Image.Image, mask: NDArray[np.bool_] | None = None, *, detail: float = 0.5) -> Image.Image:
    """Extended difference of Gaussians (Winnemoeller, Kyprianidis and Olsen 2012) after an edge-keeping blur.

    Args:
        image: RGB picture.
        mask: `(H, W)`, true on what is drawn; its contour becomes a line. None: the whole picture.
        detail: in [0, 1]: 0 draws contours alone, 1 each fold and weave.

    Returns:
        Mode `L`, the picture's size: 0 line, 255 paper.

    Raises:
        ValueError: `detail` lies outside [0, 1], or the mask has another size than the picture.
    """
    if not 0 <= detail <= 1:
        raise ValueError(f"detail is {detail}, expected a number in [0, 1]")
    if mask is not None and mask.shape != (image.height, image.width):
        raise ValueError(f"mask has shape {mask.shape}, expected the picture's {(image.height, image.width)}")
    rgb = np.asarray(image.convert("RGB"))
    unit = max(image.size) / 512
    smooth = cv2.bilateralFilter(rgb, d=0, sigmaColor=20 + 40 * (1 - detail), sigmaSpace=2 * unit)
    grey = cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    if mask is not None:
        grey = np.where(mask, grey, 1.0).astype(np.float32)
    sigma = max(0.6, 1.1 * unit)
    narrow, wide = (cv2.GaussianBlur(grey, (0, 0), deviation) for deviation in (sigma, _RATIO * sigma))
    edge = narrow - wide + 0.015 * (1 - detail) + 0.004
    line = np.where(edge > 0, 1.0, 1 + np.tanh(_SHARPNESS * 4 * edge))
    if mask is not None:
        inside = mask.astype(np.uint8)
        contour = inside - cv2.erode(inside, np.ones((3, 3), np.uint8))
        line = np.where(contour > 0, 0.0, np.where(mask, line, 1.0))
    return Image.fromarray((line * 255).round().clip(0, 255).astype(np.uint8))
