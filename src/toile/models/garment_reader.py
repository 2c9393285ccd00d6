"""From a garment in a photo to words for its cut: windows on it, the network, and answers with their probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from toile.models.garment_net import QUESTIONS, GarmentNet

_BATCH_SIZE: Final = 8
_MARGIN: Final = 0.08  # of the garment's longer side, around the whole of it
_COLLAR: Final = 1.7  # width of the window on the collar in widths of the shoulders
_COLLAR_OF_WIDTH: Final = 0.6  # and of a garment on nobody
# Beside the collar's middle, below it, and their side, all in sides of the collar's window: where sleeves are set in.
_SHOULDER_ASIDE, _SHOULDER_BELOW, _SHOULDER_SIDE = 0.3, 0.05, 0.55
_NECK, _SHOULDERS = 1, [2, 5]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenGarment:
    """One garment to be read: where it is, and on whom.

    Attributes:
        image: RGB photo.
        mask: `(H, W)` of the photo, true on the garment; not empty.
        pose: COCO-18 `(18, 3)` of who wears it; None for a garment laid flat or hung.
    """

    image: Image.Image
    mask: NDArray[np.bool_]
    pose: NDArray[np.floating] | None = None


Answers = Mapping[str, NDArray[np.float32]]
"""For each of `garment_net.QUESTIONS` the probabilities of its words."""


class GarmentReader:
    """The embedded network as a reader of garments."""

    def __init__(self, net: GarmentNet) -> None:
        self.net = net

    @torch.inference_mode()
    def read(self, garments: Sequence[SeenGarment]) -> list[Answers]:
        """Probabilities of every answer for each garment."""
        found: list[Answers] = []
        size, device = self.net.config.window_size, next(self.net.parameters()).device
        for start in range(0, len(garments), _BATCH_SIZE):
            pixels = np.stack([windows_on(garment, size) for garment in garments[start:][:_BATCH_SIZE]])
            logits = self.net(as_input(torch.from_numpy(pixels)).to(device))
            shares = {name: values.float().softmax(1).cpu().numpy() for name, values in logits.items()}
            found += [{name: shares[name][row] for name in QUESTIONS} for row in range(len(pixels))]
        return found


def as_input(windows: torch.Tensor) -> torch.Tensor:
    """Windows as stored, `(..., S, S, 4)` uint8, to what the network takes, `(..., 4, S, S)`."""
    values = windows.movedim(-1, -3).float() / 255
    scale = torch.tensor([2.0, 2.0, 2.0, 1.0]).reshape(4, 1, 1)
    return values * scale - torch.tensor([1.0, 1.0, 1.0, 0.0]).reshape(4, 1, 1)


def windows_on(garment: SeenGarment, size: int) -> NDArray[np.uint8]:
    """The garment as a whole, its upper and its lower end, its collar or waistband, and its two shoulders.

    All are squares. Upper and lower end are as wide as the garment, so that a long dress is seen twice as large as in
    the whole; what lies outside of the photo is white.

    Returns:
        `(NUM_WINDOWS, S, S, 4)`, RGB and mask.

    Raises:
        ValueError: the mask is empty, or has another size than the photo.
    """
    image, mask = garment.image, garment.mask
    if mask.shape != (image.height, image.width):
        raise ValueError(f"mask has shape {mask.shape}, expected the photo's {(image.height, image.width)}")
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        raise ValueError("mask is empty: there is no garment to read")
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    height, width = bottom - top, right - left
    middle = (left + right) / 2
    margin = _MARGIN * max(height, width)
    whole = max(height, width) + 2 * margin
    half = min(whole, max(width, 0.4 * height) + 2 * margin)
    neck, collar = _collar(garment, middle, float(top), float(width))
    squares = (
        (middle, (top + bottom) / 2, whole),
        (middle, top - margin + half / 2, half),
        (_lower_middle(mask, top, bottom), bottom + margin - half / 2, half),
        (neck[0], neck[1], collar),
        *(
            (neck[0] + side * _SHOULDER_ASIDE * collar, neck[1] + _SHOULDER_BELOW * collar, _SHOULDER_SIDE * collar)
            for side in (-1, 1)
        ),
    )
    layers = np.dstack([np.asarray(image.convert("RGB")), mask.astype(np.uint8) * 255])
    return np.stack([_square(layers, x, y, side, size) for x, y, side in squares])


def _collar(garment: SeenGarment, middle: float, top: float, width: float) -> tuple[tuple[float, float], float]:
    """Middle and side of the window on the collar."""
    pose = garment.pose
    if pose is not None and (pose[[_NECK, *_SHOULDERS], 2] > 0.3).all():
        shoulders = float(np.linalg.norm(pose[2, :2] - pose[5, :2]))
        below = top - float(pose[_NECK, 1])
        # A body seen from its side has narrow shoulders; a skirt has no collar, its waistband is looked at instead.
        if shoulders > 0.25 * width and below < 0.6 * shoulders:
            side = _COLLAR * shoulders
            return (float(pose[_NECK, 0]), float(pose[_NECK, 1]) + 0.1 * side), side
    side = _COLLAR_OF_WIDTH * width
    return (middle, top + 0.4 * side), side


def _lower_middle(mask: NDArray[np.bool_], top: int, bottom: int) -> float:
    """The middle of the garment's lowest fifth, which a stride or a raised arm moves aside."""
    columns = np.flatnonzero(mask[bottom - max(1, (bottom - top) // 5) : bottom].any(0))
    return float(columns[0] + columns[-1] + 1) / 2


def _square(layers: NDArray[np.uint8], x: float, y: float, side: float, size: int) -> NDArray[np.uint8]:
    """The square of that middle and side, `(S, S, C)`."""
    left, top = round(x - side / 2), round(y - side / 2)
    whole = max(1, round(side))
    square = np.full((whole, whole, layers.shape[2]), 255, np.uint8)
    square[:, :, 3:] = 0
    rows = slice(max(0, top), max(0, min(layers.shape[0], top + whole)))
    columns = slice(max(0, left), max(0, min(layers.shape[1], left + whole)))
    square[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = layers[rows, columns]
    # What is shrunk is averaged: a stripe of a pixel must not come and go.
    how = cv2.INTER_AREA if whole > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (size, size), interpolation=how), np.uint8)
