"""Where a photo, or a box of it, lies in a picture of a network's size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """Where a photo, or a box of it, lies in the middle of a picture of the network's size, as large as it goes.

    Attributes:
        box: left, top, right, bottom in the photo's pixels.
        size: height and width of the picture.
    """

    box: tuple[int, int, int, int]
    size: tuple[int, int]

    @classmethod
    def of(cls, image: Image.Image, size: tuple[int, int]) -> Fit:
        """The fit of a whole photo."""
        return cls(box=(0, 0, image.width, image.height), size=size)

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width of the box."""
        left, top, right, bottom = self.box
        return bottom - top, right - left

    @property
    def scale(self) -> float:
        """Picture's pixels a photo's pixel."""
        return min(self.size[0] / self.sides[0], self.size[1] / self.sides[1])

    @property
    def inner(self) -> tuple[slice, slice]:
        """Rows and columns of the picture that the box covers."""
        sides = [max(1, round(side * self.scale)) for side in self.sides]
        starts = [(whole - side) // 2 for whole, side in zip(self.size, sides, strict=True)]
        return slice(starts[0], starts[0] + sides[0]), slice(starts[1], starts[1] + sides[1])

    def picture(self, image: Image.Image) -> NDArray[np.uint8]:
        """The box of the photo on white, `(H, W, 3)`."""
        rows, columns = self.inner
        resample = Image.Resampling.BOX if self.scale < 0.5 else Image.Resampling.BICUBIC
        canvas = np.full((*self.size, 3), 255, np.uint8)
        sides = (columns.stop - columns.start, rows.stop - rows.start)
        canvas[rows, columns] = np.asarray(image.convert("RGB").resize(sides, resample, self.box))
        return canvas

    def points(self, xy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Pixels of the photo to pixels of the picture, `(..., 2)`."""
        return (xy - np.array(self.box[:2], np.float32)) * np.float32(self.scale) + self._corner

    def points_back(self, xy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Pixels of the picture to pixels of the photo, `(..., 2)`."""
        return (xy - self._corner) / np.float32(self.scale) + np.array(self.box[:2], np.float32)

    @property
    def _corner(self) -> NDArray[np.float32]:
        rows, columns = self.inner
        return np.array([columns.start, rows.start], np.float32)
