"""People and garments cut out of photos by their masks, onto white, in a fixed frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A rectangle of a picture that is resampled to a fixed size; it may reach over the picture's edge."""

    left: float
    top: float
    scale: float
    """Output pixels a source pixel."""
    width: int
    height: int

    def points(self, xy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Source pixel coordinates `(..., 2)` to output pixels."""
        moved: NDArray[np.float32] = (xy - np.array([self.left, self.top], dtype=np.float32)) * self.scale
        return moved

    def crop(self, image: Image.Image, resample: Image.Resampling) -> Image.Image:
        """The frame of `image` at the output size; what lies beyond the edge is black (0)."""
        left, top = round(self.left), round(self.top)
        box = (left, top, left + round(self.width / self.scale), top + round(self.height / self.scale))
        return image.crop(box).resize((self.width, self.height), resample)


def frame_around(mask: NDArray[np.bool_], *, width: int, height: int, margin: float = 0.03) -> Frame:
    """The smallest frame of the aspect `width / height` around a mask, centred on it.

    Args:
        mask: `(H, W)`.
        width: of the output, pixels.
        height: of the output, pixels.
        margin: white space on each side, as a share of the output.

    Raises:
        ValueError: the mask is empty.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        raise ValueError("mask is empty: there is nothing to put into a frame")
    box_width, box_height = columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1
    scale = (1 - 2 * margin) * min(width / box_width, height / box_height)
    return Frame(
        left=float(columns[0] + box_width / 2 - width / scale / 2),
        top=float(rows[0] + box_height / 2 - height / scale / 2),
        scale=float(scale),
        width=width,
        height=height,
    )


def cut_out(image: Image.Image, mask: NDArray[np.bool_], frame: Frame) -> Image.Image:
    """What `mask` covers, on white, in the frame."""
    alpha = frame.crop(Image.fromarray(mask.astype(np.uint8) * 255), Image.Resampling.BOX)
    cropped = frame.crop(image.convert("RGB"), Image.Resampling.LANCZOS)
    return Image.composite(cropped, Image.new("RGB", cropped.size, "white"), alpha)
