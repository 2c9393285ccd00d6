"""An edited region put back into the photo it came from: drawn inside the mask, as it was outside."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.vision.cutout import Frame
from toile.vision.masks import Mask, grow

_FEATHER: Final = 0.008  # of the picture's longer side, inside the mask
_HALO: Final = 0.006  # of it, around the person: those pixels are of both
_MAX_FILL_PX: Final = 768  # side of what is filled in; a larger background is filled small and enlarged


def paste_back(
    photo: Image.Image,
    drawn: Image.Image,
    *,
    mask: Mask,
    frame: Frame,
    person_before: Mask,
    person_after: NDArray[np.floating],
) -> Image.Image:
    """Person from what was drawn, background from the photo; where nobody stands any more, it is filled in.

    Args:
        photo: RGB.
        drawn: the frame of it, drawn anew on white.
        mask: `(H, W)` of the photo: what may change.
        frame: from the photo to `drawn`.
        person_before: `(H, W)` of the photo.
        person_after: of `drawn`, in [0, 1].

    Returns:
        RGB, the photo's size; pixels outside of the mask are the photo's own.
    """
    original = np.asarray(photo.convert("RGB"))
    size = original.shape[:2]
    new = _placed(np.asarray(drawn.convert("RGB"), np.float32), frame, size, fill=255.0)
    alpha = _placed(person_after.astype(np.float32), frame, size, fill=0.0)[..., None]
    longer = max(size)
    before = grow(person_before, max(1, round(_HALO * longer)))
    behind = original
    if (mask & before & (alpha[..., 0] < 1)).any():
        behind = _filled(original, before)
    inside = alpha * new + (1 - alpha) * behind
    distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    soft = np.clip(distance / max(1.0, _FEATHER * longer), 0, 1)[..., None]
    pasted = np.where(mask[..., None], soft * inside + (1 - soft) * original, original)
    return Image.fromarray(pasted.round().clip(0, 255).astype(np.uint8))


def changed_outside(before: Image.Image, after: Image.Image, mask: Mask) -> int:
    """How many pixels outside of the mask differ."""
    differ = (np.asarray(before.convert("RGB")) != np.asarray(after.convert("RGB"))).any(-1)
    return int((differ & ~mask).sum())


def _placed(values: NDArray[np.float32], frame: Frame, size: tuple[int, int], *, fill: float) -> NDArray[np.float32]:
    """What lies in the frame, at its place in the photo."""
    left, top = round(frame.left), round(frame.top)
    width, height = round(frame.width / frame.scale), round(frame.height / frame.scale)
    scaled = cv2.resize(values, (width, height), interpolation=cv2.INTER_CUBIC if frame.scale < 1 else cv2.INTER_AREA)
    placed = np.full((*size, *values.shape[2:]), fill, np.float32)
    rows, columns = slice(max(0, top), min(size[0], top + height)), slice(max(0, left), min(size[1], left + width))
    placed[rows, columns] = scaled[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    clipped: NDArray[np.float32] = np.clip(placed, 0, 255 if values.ndim == 3 else 1)
    return clipped


def _filled(photo: NDArray[np.uint8], hole: Mask) -> NDArray[np.uint8]:
    """The hole filled from its edges (Telea 2004)."""
    shrink = min(1.0, _MAX_FILL_PX / max(photo.shape[:2]))
    size = max(1, round(photo.shape[1] * shrink)), max(1, round(photo.shape[0] * shrink))
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    small_hole = cv2.resize(hole.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    filled = cv2.inpaint(small, small_hole, 4, cv2.INPAINT_TELEA)
    enlarged = cv2.resize(filled, photo.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.where(hole[..., None], enlarged, photo)
