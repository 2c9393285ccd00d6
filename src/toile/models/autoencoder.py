"""The embedded autoencoder: pictures to latents eight times smaller, and back.

Both ends have a linear path that starts as mean colours and principal components of 8×8 patches, and beside it a
convolutional path that starts at zero. So colours are right before the first training step (colour is what a small
autoencoder otherwise learns last), and training only has to add what a linear map can't say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PATCH_SIZE: Final = 8
"""Pixels a latent cell, each way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AutoencoderConfig:
    """Sizes of the autoencoder."""

    latent_channels: int = 8
    encoder_width: int = 128
    encoder_depth: int = 2
    decoder_width: int = 160
    decoder_depth: int = 3
    detail_width: int = 64
    """Width of the decoder's second stage, at a quarter of the picture's size."""
    detail_depth: int = 2


def cells_of(masks: Tensor) -> Tensor:
    """Masks `(B, 1, H, W)` of zeros and ones to `(B, 1, H/8, W/8)`: a cell is painted where any of its pixels is."""
    return F.max_pool2d(masks, PATCH_SIZE)


class _Residual(nn.Module):
    """Two 3×3 convolutions beside the identity; the second starts at zero."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, 1, 1)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor) -> Tensor:
        hidden: Tensor = self.conv2(F.silu(self.conv1(F.silu(x))))
        return x + hidden


def _zero_conv(in_width: int, out_width: int) -> nn.Conv2d:
    conv = nn.Conv2d(in_width, out_width, 3, 1, 1)
    nn.init.zeros_(conv.weight)
    nn.init.zeros_(conv.bias if conv.bias is not None else conv.weight)
    return conv


class Autoencoder(nn.Module):
    """Deterministic autoencoder with scaled latents.

    Latents are shifted and scaled channel by channel so that they have mean 0 and, over all channels, variance 1. Each
    channel is divided by the square root of its deviation, not by the deviation: whitening fully would make the
    denoiser spend as much on texture as on silhouette, not whitening would drown the texture.
    """

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        channels, pixels = config.latent_channels, 3 * PATCH_SIZE**2
        self.patchify = nn.Conv2d(pixels, channels, 1)
        self.encoder = nn.Sequential(
            nn.Conv2d(pixels, config.encoder_width, 3, 1, 1),
            *(_Residual(config.encoder_width) for _ in range(config.encoder_depth)),
            nn.SiLU(),
            _zero_conv(config.encoder_width, channels),
        )
        self.unpatchify = nn.Conv2d(channels, pixels, 1)
        self.decoder = nn.Sequential(
            nn.Conv2d(channels, config.decoder_width, 3, 1, 1),
            *(_Residual(config.decoder_width) for _ in range(config.decoder_depth)),
            nn.Conv2d(config.decoder_width, 4 * config.detail_width, 1),
            nn.PixelShuffle(2),
            *(_Residual(config.detail_width) for _ in range(config.detail_depth)),
            nn.SiLU(),
            _zero_conv(config.detail_width, 3 * (PATCH_SIZE // 2) ** 2),
            nn.PixelShuffle(PATCH_SIZE // 2),
        )
        self.latent_mean = nn.Buffer(torch.zeros(channels))
        self.latent_scale = nn.Buffer(torch.ones(channels))

    @torch.no_grad()
    def start_from_components(self, mean: Tensor, components: Tensor) -> None:
        """Set the linear paths to an orthonormal basis of patches.

        Args:
            mean: `(192,)` mean patch, in pixel-unshuffle order.
            components: `(latent_channels, 192)`, orthonormal rows.
        """
        self.patchify.weight.copy_(components[:, :, None, None])
        self.unpatchify.weight.copy_(components.T[:, :, None, None])
        if self.patchify.bias is None or self.unpatchify.bias is None:
            raise TypeError("the linear paths must have a bias to take the mean patch")
        self.patchify.bias.copy_(-components @ mean)
        self.unpatchify.bias.copy_(mean)

    @torch.no_grad()
    def fit_scale(self, latents: Tensor) -> None:
        """Set shift and scale from unscaled latents `(N, C, H, W)`."""
        deviation = latents.std((0, 2, 3))
        scaled = deviation.sqrt()
        self.latent_mean.copy_(latents.mean((0, 2, 3)))
        self.latent_scale.copy_(deviation / scaled * (scaled.square().mean().sqrt()))

    def encode_unscaled(self, images: Tensor) -> Tensor:
        """Latents before shift and scale, `(B, C, H/8, W/8)`; for training and for `fit_scale`."""
        patches = F.pixel_unshuffle(images, PATCH_SIZE)
        latents: Tensor = self.patchify(patches) + self.encoder(patches)
        return latents

    def decode_unscaled(self, latents: Tensor) -> Tensor:
        """Inverse of `encode_unscaled`."""
        images: Tensor = F.pixel_shuffle(self.unpatchify(latents), PATCH_SIZE) + self.decoder(latents)
        return images

    def forward(self, images: Tensor, latent_noise: Tensor) -> Tensor:
        """The training pass: pictures through noisy latents and back, `(B, 3, H, W)`, not clamped.

        Args:
            images: `(B, 3, H, W)` in [-1, 1].
            latent_noise: `(B, C, H/8, W/8)`, in units of each channel's deviation in this batch.
        """
        latents = self.encode_unscaled(images)
        return self.decode_unscaled(latents + latents.detach().std((0, 2, 3), keepdim=True) * latent_noise)

    @property
    def latent_channels(self) -> int:
        """C."""
        return self.config.latent_channels

    def encode(self, images: Tensor) -> Tensor:
        """Pictures `(B, 3, H, W)` in [-1, 1], sides divisible by 8, to latents `(B, C, H/8, W/8)`."""
        if images.shape[-2] % PATCH_SIZE or images.shape[-1] % PATCH_SIZE:
            raise ValueError(f"images are {tuple(images.shape[-2:])} high and wide, expected multiples of {PATCH_SIZE}")
        shift, scale = self.latent_mean[:, None, None], self.latent_scale[:, None, None]
        return (self.encode_unscaled(images) - shift) / scale

    def encode_around(self, images: Tensor, cells: Tensor) -> Tensor:
        """Latents of pictures of which a region is hidden: grey in its place, so that nothing of it is told.

        Args:
            images: `(B, 3, H, W)` in [-1, 1].
            cells: `(B, 1, H/8, W/8)`, 1 = hidden, see `cells_of`.

        Returns:
            `(B, C, H/8, W/8)`; zeros for pictures that are hidden as a whole: the denoiser is told of none.
        """
        around = cells.new_zeros(len(cells), self.latent_channels, *cells.shape[-2:])
        seen = cells.amin((1, 2, 3)) < 1
        if seen.any():
            hidden = F.interpolate(cells[seen], scale_factor=PATCH_SIZE, mode="nearest")
            around[seen] = self.encode(images[seen] * (1 - hidden)).to(around)
        return around

    def decode(self, latents: Tensor) -> Tensor:
        """Latents `(B, C, h, w)` to pictures `(B, 3, 8h, 8w)` in [-1, 1]."""
        shift, scale = self.latent_mean[:, None, None], self.latent_scale[:, None, None]
        return self.decode_unscaled(latents * scale + shift).clamp(-1, 1)
