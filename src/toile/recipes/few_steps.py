"""Distil the denoiser into one that draws in four steps: `toile train recipes/few_steps.toml --data FOLDER`.

Latent consistency distillation (Luo et al. 2023) into low-rank additions (LCM-LoRA), which are the part `few_steps` of
a bundle: at every timestep the student tells the picture that the teacher, led by words at a fixed guidance scale,
would come to. So a step asks the network once, and the scale is part of the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from toile.bundles import load_bundle, write_parts
from toile.diffusion.noising import clean_prediction, noise_prediction, noised
from toile.diffusion.sampler import NoiseScheduleConfig, alphas_cumprod
from toile.losses.consistency import consistency_loss, ddim_step
from toile.models.few_steps import FewStepsConfig, adapted, additions
from toile.progress import Progress
from toile.recipes.denoiser_batches import Batches
from toile.recipes.denoiser_data import DesignSource, TaskMix
from toile.recipes.pictures import load_pictures
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop


@dataclass(frozen=True, kw_only=True)
class FewStepsRecipe(Strict):
    """Everything that decides the student's weights besides the data."""

    loop: LoopConfig
    teacher: str = "embedded"
    """Folder of the bundle whose denoiser is distilled, or `embedded`."""
    model: FewStepsConfig = field(default_factory=FewStepsConfig)
    mix: TaskMix = field(default_factory=lambda: TaskMix(text_dropout=0.0))
    batch_size: int = 16
    full_width_every: int = 1
    """See `DenoiserRecipe`."""
    teacher_steps: int = 50
    """Of the teacher's way from noise to picture: a student's prediction is held against the one a step further."""


class _Distillation:
    """The loss of one step."""

    def __init__(self, recipe: FewStepsRecipe, batches: Batches, schedule: NoiseScheduleConfig) -> None:
        self.recipe, self.batches, self.kind = recipe, batches, schedule.prediction_type
        self.alphas_cumprod = alphas_cumprod(schedule)
        self.stride = schedule.num_timesteps // recipe.teacher_steps

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        """Student at a timestep against student one teacher's step further down."""
        device = next(module.parameters()).device
        unet = module.module if isinstance(module, nn.parallel.DistributedDataParallel) else module
        if not isinstance(unet, UNet2DConditionModel):
            raise TypeError(f"the loop trains {type(unet)}, expected a UNet2DConditionModel with its adapter")
        places = torch.randint(self.recipe.teacher_steps, (self.batches.batch_size,), generator=generator)
        timesteps = places * self.stride + self.stride - 1
        batch = self.batches.draw(timesteps, step, generator, device)
        noise = torch.randn(batch.x_0.shape, generator=generator).to(device)
        signal = self.alphas_cumprod[timesteps].to(device)
        x_t = noised(batch.x_0, noise, signal)
        with torch.no_grad():
            unet.disable_adapters()
            told = batch.predicted(unet, x_t, timesteps)
            untold = batch.predicted(unet, x_t, timesteps, self.batches.encoded([""] * len(x_t), device))
            unet.enable_adapters()
            led = untold + self.recipe.model.guidance_scale * (told - untold)
            x_0 = clean_prediction(x_t, led, signal, self.kind)
            # The last step of all ends at the picture itself.
            further = torch.where(places > 0, self.alphas_cumprod[(timesteps - self.stride).clamp_min(0)], 1.0)
            further = further.to(device)
            x_further = ddim_step(x_0, noise_prediction(x_t, led, signal, self.kind), further)
            below = (timesteps - self.stride).clamp_min(0)
            guess = clean_prediction(x_further, batch.predicted(unet, x_further, below), further, self.kind)
            target = torch.where((places > 0).to(device)[:, None, None, None], guess, x_further)
        own = clean_prediction(x_t, batch.predicted(module, x_t, timesteps), signal, self.kind)
        return consistency_loss(own, target)


def run(
    recipe: FewStepsRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> UNet2DConditionModel:
    """Train the student's additions; the network with their moving average."""
    people, garments = load_pictures(data, out.parent / "pictures")
    bundle = load_bundle(None if recipe.teacher == "embedded" else Path(recipe.teacher))
    torch.manual_seed(recipe.loop.seed)
    unet = adapted(bundle.unet, recipe.model)
    batches = Batches(
        DesignSource(people, garments, recipe.mix),
        bundle.generator,
        batch_size=recipe.batch_size,
        full_width_every=recipe.full_width_every,
    )
    loss = _Distillation(recipe, batches, bundle.generator.schedule)
    average = train_loop(unet, loss, recipe.loop, out=out, minutes=minutes, progress=progress)
    if not isinstance(average, UNet2DConditionModel):
        raise TypeError(f"the loop returned {type(average)}, expected a UNet2DConditionModel")
    return average


def write(folder: Path, trained: UNet2DConditionModel, recipe: FewStepsRecipe) -> None:
    """A bundle of the additions."""
    write_parts(folder, {"few_steps": (additions(trained), asdict(recipe.model))})
