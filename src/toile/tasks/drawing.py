"""What every task that draws has in common: words to windows, a seed to a picture, and back to pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from toile.bundles import Bundle
from toile.catalog.briefs import PromptWindow
from toile.diffusion.conditioning import Conditioning, TokenStream, TokenWindow
from toile.diffusion.sampler import (
    FEW_STEPS,
    FRESH_NOISE,
    SAMPLERS,
    STOCHASTIC,
    Guidance,
    Region,
    StepCallback,
    initial_noise,
    sample,
    solver_of,
)
from toile.diffusion.windows import NUM_TIMESTEPS, POSE_WINDOWS
from toile.errors import QueryError
from toile.models.autoencoder import PATCH_SIZE
from toile.models.garment_words import ShownGarment
from toile.models.text_encoder import TextStates

MAX_STEPS: Final = 1000
MAX_SEED: Final = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How it is drawn, whatever it is.

    Attributes:
        steps: of the solver, from pure noise.
        guidance_scale: how closely to follow the words; 1 is no guidance.
        guidance_high: the highest timestep at which they are followed that closely; above it the network is asked once.
        guidance_low: the lowest; below the default words have little left to decide (on validation captions KID and
            alignment are the same without them), and a sixth of the work is saved.
        sampler: of `diffusion.sampler.SAMPLERS`.
        pose_window: of `diffusion.windows.POSE_WINDOWS`: when the pose is seen.
    """

    steps: int = 20
    guidance_scale: float = 3.0
    guidance_high: int = NUM_TIMESTEPS - 1
    guidance_low: int = 350
    sampler: str = STOCHASTIC
    pose_window: str = "always"

    @classmethod
    def of(cls, sampler: str, *, steps: int | None, guidance_scale: float | None, **others: int | str) -> Settings:
        """Settings in which what is None is what the sampler is best left at; `others` as they are.

        Raises:
            QueryError: a value is out of its range.
        """
        is_short = sampler == FEW_STEPS
        return cls(
            sampler=sampler,
            steps=(4 if is_short else 20) if steps is None else steps,
            guidance_scale=(1.0 if is_short else 3.0) if guidance_scale is None else guidance_scale,
            **others,  # type: ignore[arg-type]
        )

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= MAX_STEPS:
            raise QueryError(f"steps is {self.steps}, expected 1 to {MAX_STEPS}; 20 is enough")
        if not 0 <= self.guidance_scale <= 30:
            raise QueryError(f"guidance_scale is {self.guidance_scale}, expected 0 to 30; 1 is no guidance")
        if not 0 <= self.guidance_low <= self.guidance_high < NUM_TIMESTEPS:
            raise QueryError(
                f"guidance is asked for from {self.guidance_high} down to {self.guidance_low}, expected timesteps from "
                f"{NUM_TIMESTEPS - 1} down to 0"
            )
        if self.sampler not in SAMPLERS:
            raise QueryError(f"sampler is {self.sampler!r}, expected one of {', '.join(SAMPLERS)}")
        if self.sampler == FEW_STEPS and self.guidance_scale != 1:
            raise QueryError(
                f"guidance_scale is {self.guidance_scale}, but {FEW_STEPS} has guidance in its weights; leave it at 1"
            )
        if self.pose_window not in POSE_WINDOWS:
            raise QueryError(f"pose_window is {self.pose_window!r}, expected one of {', '.join(POSE_WINDOWS)}")


def check_seed(seed: int, n: int = 1) -> None:
    """Refuse what is no seed, or has no room for so many after it.

    Raises:
        QueryError: it is negative or too large.
    """
    if not 0 <= seed <= MAX_SEED - n:
        raise QueryError(f"seed is {seed}, expected a whole number from 0 to {MAX_SEED - n}")


def conditioning_of(
    windows: Sequence[PromptWindow], bundle: Bundle, settings: Settings, garments: Sequence[ShownGarment] = ()
) -> Conditioning:
    """What is told when, and which garments are told of all the time; without maps.

    Raises:
        QueryError: a prompt is longer than the text tower's window.
        CheckpointError: the bundle can't draw, or can't be told of garments.
    """
    states = bundle.generator.states
    return Conditioning(
        windows=tuple(
            TokenWindow(t_high=window.t_high, t_low=window.t_low, stream=_stream(states(window.text)))
            for window in windows
        ),
        empty=_stream(states("")),
        garments=bundle.garment_words.stream(garments) if garments else None,
        pose_below=POSE_WINDOWS[settings.pose_window],
    )


def draw(
    conditioning: Conditioning,
    *,
    bundle: Bundle,
    seed: int,
    settings: Settings,
    region: Region | None = None,
    callback: StepCallback | None = None,
) -> Image.Image:
    """One picture of the generator's canvas, or of a region's; the same bytes for the same seed, alone or among others.

    Args:
        conditioning: what is looked at.
        bundle: that can draw.
        seed: of this picture.
        settings: how.
        region: of a picture that is drawn anew; None: all of it.
        callback: progress.
    """
    generator, device = bundle.generator, torch.device(bundle.device)
    size = maps_size(generator.canvas) if region is None else (region.x_0.shape[-2], region.x_0.shape[-1])
    shape = (generator.autoencoder.latent_channels, *size)
    noise = torch.Generator().manual_seed(seed)
    latents = sample(
        bundle.few_steps if settings.sampler == FEW_STEPS else generator.denoiser,
        conditioning,
        initial_noise(noise, shape).to(device),
        solver=solver_of(settings.sampler, generator.schedule),
        steps=settings.steps,
        guidance=Guidance(scale=settings.guidance_scale, t_high=settings.guidance_high, t_low=settings.guidance_low),
        region=region,
        generator=noise if settings.sampler in FRESH_NOISE else None,
        callback=callback,
    )
    return to_image(generator.autoencoder.decode(latents))


def from_image(image: Image.Image) -> Tensor:
    """A picture to `(1, 3, H, W)` in [-1, 1]."""
    pixels = torch.from_numpy(np.asarray(image.convert("RGB")).copy())
    return pixels.permute(2, 0, 1)[None].float() / 127.5 - 1


def to_image(images: Tensor) -> Image.Image:
    """`(1, 3, H, W)` in [-1, 1] to a picture."""
    pixels = ((images[0].permute(1, 2, 0).cpu().numpy() + 1) * 127.5).round().astype(np.uint8)
    return Image.fromarray(pixels)


def maps_size(canvas: tuple[int, int]) -> tuple[int, int]:
    """Height and width of the denoiser's maps, cells."""
    return canvas[0] // PATCH_SIZE, canvas[1] // PATCH_SIZE


def _stream(states: TextStates) -> TokenStream:
    return TokenStream(tokens=states.tokens, mask=states.mask)
