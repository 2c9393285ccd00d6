"""People and garments cut out of photos by their masks, onto white, in a fixed frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.vision.colour import garment_mask

_MASK_PX: Final = 144
_COVERED: Final = (0.1, 0.8)  # of a picture that a garment fills; less or more, and the cut has failed


FLAT_MARGIN: Final = 0.06
"""White space around a garment that is laid flat, as a share of the picture."""


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


def flat_mask(image: Image.Image) -> NDArray[np.bool_] | None:
    """Where a garment is that is laid flat or hung, `(H, W)`; None where it isn't told from its ground.

    It is found on a smaller copy: GrabCut's time grows with the pixels.
    """
    small = image.copy()
    small.thumbnail((_MASK_PX, _MASK_PX), Image.Resampling.BOX)
    mask = Image.fromarray(garment_mask(small).astype(np.uint8) * 255)
    found: NDArray[np.bool_] = np.asarray(mask.resize(image.size, Image.Resampling.BICUBIC)) >= 128
    return found if _COVERED[0] < found.mean() < _COVERED[1] else None


def laid_out(image: Image.Image, *, width: int, height: int) -> Image.Image:
    """A garment on white, filling a picture of that size; all of the picture where it isn't told from its ground."""
    mask = flat_mask(image)
    if mask is None:
        mask = np.ones((image.height, image.width), bool)
    return cut_out(image, mask, frame_around(mask, width=width, height=height, margin=FLAT_MARGIN))
