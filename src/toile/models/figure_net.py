"""The embedded reader of people: which part every pixel belongs to, and where the joints are.

The image encoder's residual network as trunk (its weights are a good start: it has learned garments), a feature pyramid
(Lin et al. 2017) down to a quarter of the picture's size, and two heads. One trunk for both: a joint tells a sleeve
from a trouser leg, a part's edge tells where the wrist is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from toile.models.image_encoder import ImageEncoder, ImageEncoderConfig

NUM_JOINTS: Final = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureNetConfig:
    """Sizes of the reader."""

    image: ImageEncoderConfig = field(default_factory=ImageEncoderConfig)
    image_size: tuple[int, int] = (288, 192)
    """Height and width that a picture is fitted into, pixels; divisible by 32."""
    decoder_width: int = 80
    num_parts: int = 14

    def __post_init__(self) -> None:
        if any(side % 32 for side in self.image_size):
            raise ValueError(f"image_size {self.image_size} must be divisible by 32")


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureLogits:
    """What the network says, before any decision."""

    parts: Tensor
    """`(B, num_parts, H / 2, W / 2)`"""
    joints: Tensor
    """`(B, 18, H / 4 * W / 4 + 1)`: a score for each cell, row by row, and one for *not to be seen*, the last."""


class _Refine(nn.Sequential):
    def __init__(self, width: int) -> None:
        super().__init__(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())


class FigureNet(nn.Module):
    """Pictures `(B, 3, H, W)` in [-1, 1], sides divisible by 32, to `FigureLogits`."""

    def __init__(self, config: FigureNetConfig) -> None:
        super().__init__()
        self.config = config
        width = config.decoder_width
        self.trunk = ImageEncoder(config.image)
        self.laterals = nn.ModuleList(nn.Conv2d(stage, width, 1) for stage in config.image.widths)
        self.refine = nn.ModuleList(_Refine(width) for _ in config.image.widths)
        self.context = nn.Linear(config.image.widths[-1], width)
        self.parts = nn.Sequential(_Refine(width), nn.Conv2d(width, 4 * config.num_parts, 1), nn.PixelShuffle(2))
        self.joints = nn.Sequential(_Refine(width), nn.Conv2d(width, NUM_JOINTS, 1))
        self.unseen = nn.Linear(config.image.widths[-1], NUM_JOINTS)

    def forward(self, images: Tensor) -> FigureLogits:
        """Logits of `B` pictures."""
        pyramid = self.trunk.pyramid(images)
        pooled = F.adaptive_avg_pool2d(pyramid[-1], 1).flatten(1)
        x = self.context(pooled)[:, :, None, None]
        for maps, lateral, refine in zip(
            reversed(pyramid), reversed(self.laterals), reversed(self.refine), strict=True
        ):
            x = refine(F.interpolate(x, size=maps.shape[-2:], mode="nearest") + lateral(maps))
        joints = torch.cat([self.joints(x).flatten(2), self.unseen(pooled)[:, :, None]], dim=2)
        return FigureLogits(parts=self.parts(x), joints=joints)
