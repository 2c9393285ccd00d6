"""The embedded image encoder: a small residual network with squeeze-and-excitation, trained from scratch.

Pixel-unshuffle instead of a strided stem (no pixel is thrown away and the first convolution is cheap on a CPU),
basic residual blocks (He et al. 2016) with squeeze-and-excitation (Hu et al. 2018) and global average pooling, so that
one set of weights takes any size divisible by 32.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageEncoderConfig:
    """Sizes of the image tower."""

    patch_size: int = 4
    """Pixels that pixel-unshuffle folds into one cell."""
    widths: tuple[int, ...] = (48, 96, 192, 320)
    depths: tuple[int, ...] = (1, 2, 2, 1)
    dropout: float = 0.1

    def __post_init__(self) -> None:
        if len(self.widths) != len(self.depths):
            raise ValueError(f"widths ({len(self.widths)}) and depths ({len(self.depths)}) must have one entry a stage")


class _SqueezeExcitation(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(width, width // 8, 1)
        self.excite = nn.Conv2d(width // 8, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        pooled = F.adaptive_avg_pool2d(x, 1)
        return x * torch.sigmoid(self.excite(F.relu(self.squeeze(pooled))))


class _Block(nn.Module):
    def __init__(self, in_width: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_width, width, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.attention = _SqueezeExcitation(width)
        self.skip: nn.Module = nn.Identity()
        if stride > 1 or in_width != width:
            pool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
            self.skip = nn.Sequential(pool, nn.Conv2d(in_width, width, 1, bias=False), nn.BatchNorm2d(width))
        nn.init.zeros_(self.norm2.weight)  # every block starts as the identity

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.skip(x) + self.attention(self.norm2(self.conv2(y))))


class ImageEncoder(nn.Module):
    """Pictures `(B, 3, H, W)` in [-1, 1] to features `(B, feature_dim)`."""

    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.unshuffle = nn.PixelUnshuffle(config.patch_size)
        stem_width = config.widths[0]
        self.stem = nn.Sequential(
            nn.Conv2d(3 * config.patch_size**2, stem_width, 3, 1, 1, bias=False), nn.BatchNorm2d(stem_width), nn.ReLU()
        )
        blocks: list[nn.Module] = []
        in_width = stem_width
        for stage, (width, depth) in enumerate(zip(config.widths, config.depths, strict=True)):
            for index in range(depth):
                blocks.append(_Block(in_width, width, stride=2 if stage and not index else 1))
                in_width = width
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(config.dropout)

    @property
    def feature_dim(self) -> int:
        """Width of the pooled features."""
        return self.config.widths[-1]

    def pyramid(self, images: Tensor) -> list[Tensor]:
        """The maps at the end of each stage, `(B, widths[i], H / (patch_size * 2**i), W / (patch_size * 2**i))`."""
        ends = set(accumulate(self.config.depths))
        maps, x = [], self.stem(self.unshuffle(images))
        for number, block in enumerate(self.blocks, start=1):
            x = block(x)
            if number in ends:
                maps.append(x)
        return maps

    def forward(self, images: Tensor) -> Tensor:
        """Pooled features `(B, feature_dim)`."""
        maps = self.blocks(self.stem(self.unshuffle(images)))
        pooled: Tensor = self.dropout(F.adaptive_avg_pool2d(maps, 1).flatten(1))
        return pooled
