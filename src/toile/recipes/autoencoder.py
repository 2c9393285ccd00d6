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

from toile.bundles import load_bundle
from toile.losses.reconstruction import reconstruction_loss
from toile.models.autoencoder import PATCH_SIZE, Autoencoder, AutoencoderConfig
from toile.models.memory import channels_last
from toile.progress import Progress
from toile.recipes.pictures import Pictures, load_pictures
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop
from toile.training.sampling import sample_rows

_ENCODE_BATCH: Final = 32


@dataclass(frozen=True, kw_only=True)
class AutoencoderRecipe(Strict):
    """Everything that decides the autoencoder's weights besides the data."""

    loop: LoopConfig
    start_from: str = ""
    """Folder of a bundle whose autoencoder is trained further, or `embedded`; empty: from components of patches."""
    decoder_only: bool = False
    """Leave the encoder as it is, so that a denoiser trained on its latents stays right; needs `start_from`."""
    model: AutoencoderConfig = field(default_factory=AutoencoderConfig)
    batch_size: int = 8
    crop_width: int = 128
    """Columns of the 192 that a step sees: people stand in the middle, the rest is white."""
    garment_share: float = 0.4
    photo_share: float = 0.4
    """Of the people, photos, where there are drawn ones, too."""
    latent_noise: float = 0.05
    """Deviation of noise added to latents, in units of each channel's deviation in the batch: the decoder must bear the
    denoiser's small errors."""
    colour_weight: float = 1.0
    edge_weight: float = 0.5

    def __post_init__(self) -> None:
        if self.decoder_only and not self.start_from:
            raise ValueError("decoder_only leaves the encoder as it is: name it in start_from")


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


def _counts(recipe: AutoencoderRecipe, people: Pictures) -> list[tuple[NDArray[np.intp], int]]:
    """Rows of photos and of drawn people, and how many of each a batch has."""
    is_drawn = np.array([caption != "" for caption in people.hierarchical])
    total = recipe.batch_size - round(recipe.batch_size * recipe.garment_share)
    photos = (
        round(total * recipe.photo_share) if is_drawn.any() and not is_drawn.all() else total * (not is_drawn.any())
    )
    sources = [(np.flatnonzero(~is_drawn), photos), (np.flatnonzero(is_drawn), total - photos)]
    return [(rows, count) for rows, count in sources if count]


def run(
    recipe: AutoencoderRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> Autoencoder:
    """Train the autoencoder and return its moving average with fitted latent scale."""
    people, garments = load_pictures(data, out.parent / "pictures")
    torch.manual_seed(recipe.loop.seed)
    model = Autoencoder(recipe.model)
    sample = np.concatenate([people.images[::8], garments.images[::16]])
    if recipe.start_from:
        start = load_bundle(None if recipe.start_from == "embedded" else Path(recipe.start_from))
        model.load_state_dict(start.autoencoder.state_dict())
    else:
        model.start_from_components(*patch_components(sample, recipe.model.latent_channels))
    channels_last(model)
    if recipe.decoder_only:
        for part in (model.patchify, model.encoder):
            part.requires_grad_(requires_grad=False)
    counts = _counts(recipe, people)

    def loss(module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        rows = sample_rows(counts, generator)
        flat = torch.randint(len(garments.images), (recipe.batch_size - len(rows),), generator=generator)
        batches = [people.images[rows], garments.images[flat.numpy()]]
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
    if recipe.decoder_only:
        return average
    device = average.latent_mean.device
    with torch.no_grad():
        latents = [average.encode_unscaled(batch.to(device)) for batch in to_pixels(sample).split(_ENCODE_BATCH)]
    average.fit_scale(torch.cat(latents))
    return average
