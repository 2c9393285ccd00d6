"""Train the one denoiser: `toile train recipes/denoiser.toml --data FOLDER`.

One network for every task that draws: whole designs, regions of a picture, lines to follow. Which task a row is, and
what is withheld from it, is data (`TaskMix`). Words are HieraFashDiff's C(t): each step draws its timesteps first.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import torch
from diffusers import UNet2DConditionModel
from peft import LoraConfig
from torch import nn

from toile.bundles import EMBEDDED_CANVAS, load_bundle, write_parts
from toile.diffusion.sampler import NoiseScheduleConfig
from toile.errors import ConfigError
from toile.models.denoiser import DenoiserConfig, build_unet
from toile.models.garment_inversion import GarmentInversion, GarmentInversionConfig
from toile.models.memory import channels_last
from toile.models.stable_diffusion import canvas_of, is_stable_diffusion, read_stable_diffusion, write_stable_diffusion
from toile.models.text_encoder import load_text_encoder
from toile.progress import Progress
from toile.recipes.denoiser_batches import Batches, Frozen
from toile.recipes.denoiser_data import DesignSource, TaskMix
from toile.recipes.denoiser_loss import DenoiserLoss, LossConfig
from toile.recipes.pictures import load_pictures
from toile.recipes.shown import DenoiserWithGarments, GarmentMix, ShownSource
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop

_ADAPTED: Final = ("to_q", "to_k", "to_v", "to_out.0")
"""Of each attention: what low-rank additions are made to."""


@dataclass(frozen=True, kw_only=True)
class DenoiserRecipe(Strict):
    """Everything that decides the denoiser's weights besides the data."""

    loop: LoopConfig
    start_from: str = ""
    """Folder of a bundle whose denoiser is trained further, or `embedded`; or a Stable Diffusion folder in diffusers'
    layout, whose U-Net is widened, and whose autoencoder, words and forward process are then the recipe's, too; empty:
    from scratch."""
    autoencoder: str = ""
    """Folder of the bundle whose autoencoder is used; empty: the embedded one."""
    model: DenoiserConfig = field(default_factory=DenoiserConfig)
    schedule: NoiseScheduleConfig = field(default_factory=NoiseScheduleConfig)
    mix: TaskMix = field(default_factory=TaskMix)
    loss: LossConfig = field(default_factory=LossConfig)
    batch_size: int = 16
    full_width_every: int = 1
    """Every so many batches are as wide as the canvas; the others show its middle two thirds, where people stand, for
    two thirds of the work."""
    worn_every: int = 0
    """Every so many batches are try-ons, see `recipes.worn`, of half as many rows; 0: none."""
    garments: GarmentMix = field(default_factory=GarmentMix)
    """Which garments rows are told of, through F_θ; with a share of 0 there is none."""
    inversion: GarmentInversionConfig = field(default_factory=GarmentInversionConfig)
    """F_θ's sizes."""
    inversion_from: str = ""
    """Folder of the bundle whose F_θ is trained further, or `embedded`; empty: from scratch."""
    trained: Literal["all", "inversion"] = "all"
    """Fashion-RAG's stages: F_θ alone at first, then all weights."""
    lora_rank: int = 0
    """Of low-rank additions to the attentions, which are then trained in place of all weights, the widened input aside;
    0: all weights. They are added to the weights at the end."""


def run(
    recipe: DenoiserRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> nn.Module:
    """Train the denoiser and return its moving average; with F_θ a `DenoiserWithGarments`.

    Raises:
        ConfigError: garments are asked for where a Stable Diffusion is trained.
    """
    cache = out.parent / "pictures"
    needs_flat = bool(recipe.mix.garment_share or recipe.worn_every or recipe.garments.share)
    people, garments = load_pictures(data, cache, flat=needs_flat)
    torch.manual_seed(recipe.loop.seed)
    unet, frozen = _start(recipe)
    unet = channels_last(unet).requires_grad_(requires_grad=recipe.trained == "all")
    if recipe.lora_rank:
        unet.requires_grad_(requires_grad=False)
        unet.add_adapter(
            LoraConfig(r=recipe.lora_rank, lora_alpha=recipe.lora_rank, target_modules=list(_ADAPTED)), "lora"
        )
        unet.conv_in.requires_grad_(requires_grad=True)
    source, judge = DesignSource(people, garments, recipe.mix), load_bundle()
    network: nn.Module = unet
    shown = None
    if recipe.garments.share:
        shown = ShownSource(source, judge, recipe.garments, cache)
        network = DenoiserWithGarments(unet, _inversion(recipe, shown))
    batches = Batches(
        source,
        frozen,
        batch_size=recipe.batch_size,
        full_width_every=recipe.full_width_every,
        worn_every=recipe.worn_every,
        shown=shown,
    )
    loss = DenoiserLoss(recipe.loss, batches, frozen.schedule, judge=judge)
    average = train_loop(network, loss, recipe.loop, out=out, minutes=minutes, progress=progress)
    if recipe.lora_rank:
        trained = _unet_of(average)
        trained.fuse_lora()
        trained.unload_lora()
    return average


def write(folder: Path, trained: nn.Module, recipe: DenoiserRecipe) -> None:
    """A bundle of the denoiser with its sizes and its forward process, and of F_θ; or a Stable Diffusion folder."""
    if is_stable_diffusion(recipe.start_from):
        shutil.rmtree(folder, ignore_errors=True)
        write_stable_diffusion(Path(recipe.start_from), _unet_of(trained), folder)
        return
    parts: dict[str, tuple[nn.Module, dict[str, Any]]] = {}
    if recipe.trained == "all":
        config = {"model": asdict(recipe.model), "schedule": asdict(recipe.schedule)}
        parts["denoiser"] = (_unet_of(trained), config)
    if isinstance(trained, DenoiserWithGarments):
        parts["inversion"] = (trained.inversion, asdict(recipe.inversion))
    write_parts(folder, parts)


def _unet_of(network: nn.Module) -> UNet2DConditionModel:
    unet = network.unet if isinstance(network, DenoiserWithGarments) else network
    if not isinstance(unet, UNet2DConditionModel):
        raise TypeError(f"the loop returned {type(network)}, expected a UNet2DConditionModel")
    return unet


def _inversion(recipe: DenoiserRecipe, shown: ShownSource) -> GarmentInversion:
    """F_θ as it starts.

    Raises:
        ConfigError: it is asked for where a Stable Diffusion is trained, or its sizes don't fit.
        CheckpointError: the bundle holds none.
    """
    if is_stable_diffusion(recipe.start_from):
        raise ConfigError("garments.share needs the embedded towers; set it to 0 where a Stable Diffusion is trained")
    if not recipe.inversion_from:
        inversion = GarmentInversion(recipe.inversion)
        shown.align(inversion, load_text_encoder(), steps=recipe.garments.aligning_steps, seed=recipe.loop.seed)
        return inversion
    start = load_bundle(None if recipe.inversion_from == "embedded" else Path(recipe.inversion_from))
    inversion = start.inversion
    if inversion.config != recipe.inversion:
        raise ConfigError(
            f"F_θ of {recipe.inversion_from} has other sizes than inversion.* ({inversion.config}); make them equal"
        )
    return inversion.train().requires_grad_(requires_grad=True)


def _start(recipe: DenoiserRecipe) -> tuple[UNet2DConditionModel, Frozen]:
    """The network that is trained, and those around it.

    Raises:
        CheckpointError: a folder holds none, or it is broken.
        ConfigError: sizes don't fit.
    """
    if is_stable_diffusion(recipe.start_from):
        unet, codec, words, schedule = read_stable_diffusion(Path(recipe.start_from), torch.device("cpu"))
        return unet, Frozen(text_encoder=words, autoencoder=codec, schedule=schedule, canvas=canvas_of(unet))
    unet = build_unet(recipe.model)
    if recipe.start_from:
        start = load_bundle(None if recipe.start_from == "embedded" else Path(recipe.start_from))
        unet.load_state_dict(start.unet.state_dict())
    autoencoder = load_bundle(Path(recipe.autoencoder) if recipe.autoencoder else None).autoencoder
    if autoencoder.latent_channels != recipe.model.latent_channels:
        raise ConfigError(
            f"the autoencoder has {autoencoder.latent_channels} latent channels, "
            f"model.latent_channels is {recipe.model.latent_channels}; make them equal"
        )
    frozen = Frozen(
        text_encoder=load_text_encoder(), autoencoder=autoencoder, schedule=recipe.schedule, canvas=EMBEDDED_CANVAS
    )
    return unet, frozen
