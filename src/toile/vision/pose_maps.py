"""A pose as heat maps beside the latents."""

from __future__ import annotations

import torch
from torch import Tensor

MIN_CONFIDENCE = 0.3
"""A joint less sure than this is left out: an empty map says "unknown"."""


def pose_heat_maps(poses: Tensor, *, image_size: tuple[int, int], map_size: tuple[int, int]) -> Tensor:
    """One Gaussian a joint, peak 1, deviation one cell.

    Args:
        poses: COCO-18 `(B, 18, 3)`: x, y in pixels, confidence in [0, 1].
        image_size: height and width that x and y refer to, pixels.
        map_size: height and width of the maps, cells.

    Returns:
        `(B, 18, *map_size)`; zero for joints that are not known.
    """
    height, width = map_size
    y = (torch.arange(height) + 0.5).reshape(1, 1, height, 1)
    x = (torch.arange(width) + 0.5).reshape(1, 1, 1, width)
    joint_x = (poses[:, :, 0] * width / image_size[1])[:, :, None, None]
    joint_y = (poses[:, :, 1] * height / image_size[0])[:, :, None, None]
    known = (poses[:, :, 2] >= MIN_CONFIDENCE)[:, :, None, None]
    return torch.exp(-((x - joint_x).square() + (y - joint_y).square()) / 2) * known
