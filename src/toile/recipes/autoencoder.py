"""Train the embedded autoencoder: `toile train recipes/autoencoder.toml --data FOLDER`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from toile.losses.reconstruction import reconstruction_loss
from toile.models.autoencoder import PATCH_SIZE, Autoencoder, AutoencoderConfig
from toile.models.memory import channels_last
from toile.progress import Progress
from toile.recipes.pictures import load_pictures
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop

_ENCODE_BATCH: Final = 32


@dataclass(frozen=True, kw_only=True)
class AutoencoderRecipe(Strict):
    """Everything that decides the autoencoder's weights besides the data."""

    loop: LoopConfig
    model: AutoencoderConfig = field(default_factory=AutoencoderConfig)
    batch_size: int = 8
    crop_width: int = 128
    """Columns of the 192 that a step sees: people stand in the middle, the rest is white."""
    garment_share: float = 0.4
    latent_noise: float = 0.05
    """Deviation of noise added to latents, in units of each channel's deviation in the batch: the decoder must bear the
    denoiser's small errors."""
    colour_weight: float = 1.0
    edge_weight: float = 0.5


def to_pixels(images: NDArray[np.uint8]) -> Tensor:
    """uint8 `(B, H, W, 3)` to `(B, 3, H, W)` in [-1, 1]."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1


def colour_means() -> Tensor:
    """Three orthonormal rows `(3, 192)`: a patch's mean lightness, red against green, and yellow against blue."""
    axes = torch.tensor([[1.0, 1.0, 1.0], [1.0, -1.0, 0.0], [1.0, 1.0, -2.0]])
    return F.normalize(axes, dim=1).repeat_interleave(PATCH_SIZE**2, dim=1) / PATCH_SIZE


def patch_components(images: NDArray[np.uint8], num_components: int) -> tuple[Tensor, Tensor]:
    """Mean colour as a patch `(192,)` and a basis `(num_components, 192)` of 8×8 patches, in pixel-unshuffle order.

    The first three rows are `colour_means`, the others the principal components of what they leave. Principal
    components alone would spend every row on lightness: street clothes vary little from red to green.
    """
    patches = F.pixel_unshuffle(to_pixels(images), PATCH_SIZE).permute(0, 2, 3, 1).reshape(-1, 3 * PATCH_SIZE**2)
    patches = patches[patches.std(1) > 0.02]  # blank paper says nothing about clothes
    means = colour_means()
    mean = patches.mean(0) @ means.T @ means  # one flat colour, so that flat patches come back exactly
    rest = patches - mean
    rest = rest - rest @ means.T @ means
    _, vectors = torch.linalg.eigh(rest.T @ rest)
    return mean, torch.cat([means, vectors.flip(1)[:, : num_components - len(means)].T]).contiguous()


def run(
    recipe: AutoencoderRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> Autoencoder:
    """Train the autoencoder and return its moving average with fitted latent scale."""
    people, garments = load_pictures(data, out.parent / "pictures")
    torch.manual_seed(recipe.loop.seed)
    model = Autoencoder(recipe.model)
    sample = np.concatenate([people.images[::8], garments.images[::16]])
    model.start_from_components(*patch_components(sample, recipe.model.latent_channels))
    channels_last(model)
    num_garments = round(recipe.batch_size * recipe.garment_share)

    def loss(module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        batches = []
        for source, count in ((people, recipe.batch_size - num_garments), (garments, num_garments)):
            rows = torch.randint(len(source.images), (count,), generator=generator)
            batches.append(source.images[rows.numpy()])
        left = (people.images.shape[2] - recipe.crop_width) // 2
        images = to_pixels(np.concatenate(batches)[:, :, left : left + recipe.crop_width])
        if torch.rand((), generator=generator) < 0.5:
            images = images.flip(-1)
        shape = (
            len(images),
            recipe.model.latent_channels,
            images.shape[2] // PATCH_SIZE,
            images.shape[3] // PATCH_SIZE,
        )
        noise = recipe.latent_noise * torch.randn(shape, generator=generator)
        device = next(module.parameters()).device
        images = images.to(device, memory_format=torch.channels_last)
        return reconstruction_loss(
            module(images, noise.to(device)),
            images,
            colour_weight=recipe.colour_weight,
            edge_weight=recipe.edge_weight,
        )

    average = train_loop(model, loss, recipe.loop, out=out, minutes=minutes, progress=progress)
    if not isinstance(average, Autoencoder):
        raise TypeError(f"the loop returned {type(average)}, expected an Autoencoder")
    device = average.latent_mean.device
    with torch.no_grad():
        latents = [average.encode_unscaled(batch.to(device)) for batch in to_pixels(sample).split(_ENCODE_BATCH)]
    average.fit_scale(torch.cat(latents))
    return average
