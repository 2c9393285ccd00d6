"""Train the one denoiser: `toile train recipes/denoiser.toml --data FOLDER`.

One network for every task that draws: whole designs, regions of a picture, lines to follow. Which task a row is, and
what is withheld from it, is data (`TaskMix`). Words are HieraFashDiff's C(t): each step draws its timesteps first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional as F

from toile.bundles import load_bundle
from toile.catalog.photos import LOOK_SIZE
from toile.diffusion.conditioning import Maps
from toile.diffusion.noising import noised, prediction_target, shifted
from toile.diffusion.sampler import NoiseScheduleConfig, alphas_cumprod
from toile.errors import ConfigError
from toile.losses.denoising import denoising_loss, min_snr_weights
from toile.models.autoencoder import PATCH_SIZE, Autoencoder, cells_of
from toile.models.denoiser import DenoiserConfig, build_unet
from toile.models.memory import channels_last
from toile.models.text_encoder import TextEncoder, load_text_encoder
from toile.progress import Progress
from toile.recipes.denoiser_data import DesignSource, TaskMix
from toile.recipes.pictures import load_pictures
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop
from toile.vision.pose_maps import pose_heat_maps


@dataclass(frozen=True, kw_only=True)
class DenoiserRecipe(Strict):
    """Everything that decides the denoiser's weights besides the data."""

    loop: LoopConfig
    start_from: str = ""
    """Folder of a bundle whose denoiser is trained further, or `embedded`; empty: from scratch."""
    autoencoder: str = ""
    """Folder of the bundle whose autoencoder is used; empty: the embedded one."""
    model: DenoiserConfig = field(default_factory=DenoiserConfig)
    schedule: NoiseScheduleConfig = field(default_factory=NoiseScheduleConfig)
    mix: TaskMix = field(default_factory=TaskMix)
    batch_size: int = 16
    full_width_every: int = 1
    """Every so many batches are as wide as the canvas; the others show its middle two thirds, where people stand, for
    two thirds of the work."""
    timestep_shift: float = 1.0
    """Above 1: noisy timesteps, where words decide, are drawn more often; see `diffusion.noising.shifted`."""
    snr_gamma: float = 0.0
    """Of min-SNR weights (Hang et al. 2023; 5 there); 0: every timestep counts alike."""


class _DenoiserLoss:
    """The loss of one step."""

    def __init__(
        self, recipe: DenoiserRecipe, source: DesignSource, autoencoder: Autoencoder, text_encoder: TextEncoder
    ) -> None:
        self.recipe, self.source = recipe, source
        self.autoencoder, self.text_encoder = autoencoder, text_encoder
        self.alphas_cumprod = alphas_cumprod(recipe.schedule)

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        """Draw timesteps, then pictures and their words."""
        schedule, device = self.recipe.schedule, next(module.parameters()).device
        self.autoencoder.to(device)
        moments = shifted(torch.rand(self.recipe.batch_size, generator=generator), self.recipe.timestep_shift)
        timesteps = (moments * schedule.num_timesteps).long()
        whole_width = step % self.recipe.full_width_every == 0
        drawn = self.source.draw(timesteps, generator, margin=0 if whole_width else LOOK_SIZE[0] // 6)
        images, cells = drawn.images.to(device), cells_of(drawn.masks).to(device)
        with torch.no_grad():
            x_0, masked_latents = self.autoencoder.encode(images), self.autoencoder.encode_around(images, cells)
            words = self.text_encoder.encode(drawn.texts)
        noise = torch.randn(x_0.shape, generator=generator).to(device)
        signal = self.alphas_cumprod[timesteps].to(device)
        target = prediction_target(x_0, noise, signal, schedule.prediction_type)
        maps = Maps(
            mask=cells,
            masked_latents=masked_latents,
            pose=pose_heat_maps(drawn.poses, image_size=_size(drawn.images), map_size=_size(x_0)).to(device),
            sketch=F.max_pool2d(drawn.sketches, PATCH_SIZE).to(device),
        )
        prediction = module(
            maps.beside(noised(x_0, noise, signal)).contiguous(memory_format=torch.channels_last),
            timesteps.to(device),
            encoder_hidden_states=words.tokens.to(device),
            encoder_attention_mask=words.mask.to(device),
            return_dict=False,
        )[0]
        weights = None
        if self.recipe.snr_gamma:
            weights = min_snr_weights(signal, self.recipe.snr_gamma, schedule.prediction_type)
        return denoising_loss(prediction.float(), target, weights)


def _size(images: Tensor) -> tuple[int, int]:
    return images.shape[-2], images.shape[-1]


def _trained_autoencoder(recipe: DenoiserRecipe) -> Autoencoder:
    bundle = load_bundle(Path(recipe.autoencoder) if recipe.autoencoder else None)
    autoencoder = bundle.autoencoder
    if autoencoder.config.latent_channels != recipe.model.latent_channels:
        raise ConfigError(
            f"the autoencoder has {autoencoder.config.latent_channels} latent channels, "
            f"model.latent_channels is {recipe.model.latent_channels}; make them equal"
        )
    return autoencoder


def run(
    recipe: DenoiserRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> UNet2DConditionModel:
    """Train the denoiser and return its moving average."""
    people, garments = load_pictures(data, out.parent / "pictures")
    source = DesignSource(people, garments, recipe.mix)
    autoencoder, text_encoder = _trained_autoencoder(recipe), load_text_encoder()
    torch.manual_seed(recipe.loop.seed)
    unet = channels_last(build_unet(recipe.model))
    if recipe.start_from:
        unet.load_state_dict(_start(recipe.start_from).state_dict())
    loss = _DenoiserLoss(recipe, source, autoencoder, text_encoder)
    average = train_loop(unet, loss, recipe.loop, out=out, minutes=minutes, progress=progress)
    if not isinstance(average, UNet2DConditionModel):
        raise TypeError(f"the loop returned {type(average)}, expected a UNet2DConditionModel")
    return average


def _start(source: str) -> UNet2DConditionModel:
    return load_bundle(None if source == "embedded" else Path(source)).unet


def parts(trained: UNet2DConditionModel, recipe: DenoiserRecipe) -> dict[str, tuple[nn.Module, dict[str, Any]]]:
    """The denoiser, with its sizes and its forward process."""
    return {"denoiser": (trained, {"model": asdict(recipe.model), "schedule": asdict(recipe.schedule)})}
