"""From probabilities of parts, coarser than the photo, to a label for each of the photo's pixels."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

_MAX_SIDE_PX: Final = 1024  # of the maps that are decided on; a larger photo gets its labels enlarged
_RADIUS: Final = 0.011  # of the longer side: as far as an edge may lie from where the network puts it
_EDGE: Final = 1e-3  # variance of luminance, in [0, 1], from which on an edge of the photo is an edge of the labels


def decided(shares: Tensor, photo: Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """The likeliest part of each pixel, and its probability, both `(H, W)` of the photo.

    Probabilities are enlarged and drawn to the photo's own edges before the decision.

    Args:
        shares: probabilities of the parts, `(C, h, w)`, of the photo and nothing else.
        photo: RGB. Decided at no more than 1,024 pixels a side; labels of a larger one are enlarged.
    """
    shrink = min(1.0, _MAX_SIDE_PX / max(photo.size))
    size = max(1, round(photo.width * shrink)), max(1, round(photo.height * shrink))
    guide = np.asarray(photo.convert("L").resize(size, Image.Resampling.BOX), np.float32) / np.float32(255)
    enlarged = np.stack([cv2.resize(share, size, interpolation=cv2.INTER_LINEAR) for share in shares.float().numpy()])
    refined = guided(enlarged, guide, radius=max(1, round(_RADIUS * max(size))), edge=_EDGE)
    labels, best = refined.argmax(0).astype(np.uint8), refined.max(0).clip(0, 1)
    full = Image.fromarray(labels).resize(photo.size, Image.Resampling.NEAREST)
    sureness = Image.fromarray(best).resize(photo.size, Image.Resampling.NEAREST)
    return np.asarray(full), np.asarray(sureness).astype(np.float16)


def guided(maps: NDArray[np.float32], guide: NDArray[np.float32], *, radius: int, edge: float) -> NDArray[np.float32]:
    """The guided filter (He, Sun and Tang 2013, eq. 5, 6 and 8): smooth where the guide is, edges where it has some.

    Args:
        maps: `(C, H, W)`.
        guide: `(H, W)` in [0, 1].
        radius: of the square windows, pixels.
        edge: epsilon; where the guide varies by less, the maps are averaged.
    """
    window = (2 * radius + 1, 2 * radius + 1)
    mean = cv2.blur(guide, window)
    variance = cv2.blur(guide * guide, window) - mean * mean
    filtered = []
    for values in maps:
        own = cv2.blur(values, window)
        slope = (cv2.blur(guide * values, window) - mean * own) / (variance + edge)
        filtered.append(cv2.blur(slope, window) * guide + cv2.blur(own - slope * mean, window))
    return np.stack(filtered)
