"""Augmentation of whole batches as tensors, driven by a generator so that a step can be repeated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True, kw_only=True, slots=True)
class AugmentConfig:
    """Ranges of the random changes; each is drawn uniformly and on its own for every picture."""

    scale: float = 0.25
    """The picture is enlarged or shrunk by a factor in [1 - scale / 2, 1 + scale]."""
    shift: float = 0.1
    """Share of the picture's side."""
    rotation_degrees: float = 15.0
    brightness: float = 0.2
    """Factor in [1 - brightness, 1 + brightness]. Hue is never touched: colour is what is learned."""
    flip: bool = True


def uniform(shape: tuple[int, ...], low: float, high: float, generator: torch.Generator) -> Tensor:
    """Uniform numbers in [low, high)."""
    return torch.rand(shape, generator=generator) * (high - low) + low


def random_affine(
    count: int, config: AugmentConfig, generator: torch.Generator, *, aspect: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Maps from places in the new pictures to places in the old ones, both in [-1, 1], and which of them mirror.

    Args:
        count: B.
        config: ranges.
        generator: on the CPU.
        aspect: height of the pictures over their width: a turn must not shear.

    Returns:
        `(B, 2, 3)` as `torch.nn.functional.affine_grid` takes them, and `(B,)`.
    """
    angle = uniform((count,), -1, 1, generator) * math.radians(config.rotation_degrees)
    zoom = 1 / uniform((count,), 1 - config.scale / 2, 1 + config.scale, generator)
    mirrored = torch.rand(count, generator=generator) < 0.5 * config.flip
    flip = torch.where(mirrored, -1.0, 1.0)
    shift = uniform((count, 2), -2 * config.shift, 2 * config.shift, generator)
    cosine, sine = zoom * angle.cos(), zoom * angle.sin()
    rows = [cosine * flip, -sine * aspect, shift[:, 0], sine * flip / aspect, cosine, shift[:, 1]]
    return torch.stack(rows, dim=1).reshape(count, 2, 3), mirrored


def augment(images: Tensor, size: int, config: AugmentConfig, generator: torch.Generator) -> Tensor:
    """Random flips, affine changes and brightness, and the resampling to `size` at once.

    Args:
        images: `(B, 3, H, W)` in [-1, 1], white (1) where there is no picture.
        size: side of the output, pixels.
        config: ranges.
        generator: on the CPU.
    """
    count = len(images)
    theta, _ = random_affine(count, config, generator)
    grid = F.affine_grid(theta, [count, 3, size, size], align_corners=False).to(images.device)
    # Shrinking by grid_sample alone would alias: average down first.
    shrink = images.shape[-1] // size
    source = F.avg_pool2d(images, shrink) if shrink > 1 else images
    # Zero padding then means white: sample 1 - x.
    warped = 1 - F.grid_sample(1 - source, grid, padding_mode="zeros", align_corners=False)
    light = uniform((count, 1, 1, 1), 1 - config.brightness, 1 + config.brightness, generator).to(images.device)
    return ((warped + 1) * light - 1).clamp(-1, 1)
