"""The embedded reader of people: which part every pixel belongs to, and where the joints are.

The image encoder's residual network as trunk (its weights are a good start: it has learned garments), a feature pyramid
(Lin et al. 2017) down to a quarter of the picture's size, and two heads. One trunk for both: a joint tells a sleeve
from a trouser leg, a part's edge tells where the wrist is. On the smallest map every cell attends to all others: a
dress is a dress from the shoulder to the hem, however far the hem is from the shoulder.
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
    image_size: tuple[int, int] = (384, 192)
    """Height and width that a picture is fitted into, pixels; divisible by 32."""
    decoder_width: int = 80
    attention_layers: int = 2
    attention_heads: int = 8
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


class _Attention(nn.Module):
    """Transformer layers over the cells of a map `(B, width, h, w)`, of any size.

    Places come from a depthwise convolution (Chu et al. 2021), which no table of a fixed size limits. Every layer
    starts as the identity, so that a trunk that has learned keeps what it knows.
    """

    def __init__(self, width: int, *, layers: int, heads: int) -> None:
        super().__init__()
        self.places = nn.Conv2d(width, width, 3, 1, 1, groups=width)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, heads, 2 * width, dropout=0.0, activation=F.gelu, batch_first=True, norm_first=True
            )
            for _ in range(layers)
        )
        for name, parameter in self.named_parameters():
            if name.endswith(("places.weight", "out_proj.weight", "linear2.weight")):
                nn.init.zeros_(parameter)

    def forward(self, maps: Tensor) -> Tensor:
        tokens: Tensor = (maps + self.places(maps)).flatten(2).transpose(1, 2)  # (B, h * w, width)
        for layer in self.layers:
            tokens = layer(tokens)
        attended: Tensor = tokens.transpose(1, 2).unflatten(2, maps.shape[-2:])
        return attended


class FigureNet(nn.Module):
    """Pictures `(B, 3, H, W)` in [-1, 1], sides divisible by 32, to `FigureLogits`."""

    def __init__(self, config: FigureNetConfig) -> None:
        super().__init__()
        self.config = config
        width = config.decoder_width
        self.trunk = ImageEncoder(config.image)
        self.attention: nn.Module = nn.Identity()
        if config.attention_layers:
            self.attention = _Attention(
                config.image.widths[-1], layers=config.attention_layers, heads=config.attention_heads
            )
        self.laterals = nn.ModuleList(nn.Conv2d(stage, width, 1) for stage in config.image.widths)
        self.refine = nn.ModuleList(_Refine(width) for _ in config.image.widths)
        self.context = nn.Linear(config.image.widths[-1], width)
        self.parts = nn.Sequential(_Refine(width), nn.Conv2d(width, 4 * config.num_parts, 1), nn.PixelShuffle(2))
        self.joints = nn.Sequential(_Refine(width), nn.Conv2d(width, NUM_JOINTS, 1))
        self.unseen = nn.Linear(config.image.widths[-1], NUM_JOINTS)

    def forward(self, images: Tensor) -> FigureLogits:
        """Logits of `B` pictures."""
        pyramid = self.trunk.pyramid(images)
        pyramid[-1] = self.attention(pyramid[-1])
        pooled = F.adaptive_avg_pool2d(pyramid[-1], 1).flatten(1)
        x = self.context(pooled)[:, :, None, None]
        for maps, lateral, refine in zip(
            reversed(pyramid), reversed(self.laterals), reversed(self.refine), strict=True
        ):
            x = refine(F.interpolate(x, size=maps.shape[-2:], mode="nearest") + lateral(maps))
        joints = torch.cat([self.joints(x).flatten(2), self.unseen(pooled)[:, :, None]], dim=2)
        return FigureLogits(parts=self.parts(x), joints=joints)
