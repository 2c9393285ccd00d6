"""The sampling loop: our steps over a diffusers solver, with classifier-free guidance. It knows no network."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final, Protocol

import torch
from diffusers import (
    DPMSolverMultistepScheduler,
    LCMScheduler,
    PNDMScheduler,
    SchedulerMixin,
    UniPCMultistepScheduler,
)
from torch import Tensor

from toile.diffusion.conditioning import Conditioning
from toile.diffusion.noising import PredictionType, noised
from toile.diffusion.windows import NUM_TIMESTEPS

StepCallback = Callable[[int, int], None]
"""Called as `(steps_done, steps)`."""


class Denoiser(Protocol):
    """What the sampler knows of a network."""

    def __call__(self, x_t: Tensor, timestep: int, conditioning: Conditioning) -> Tensor:
        """Predict noise or velocity, `(B, C, h, w)`, at one timestep for all rows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoiseScheduleConfig:
    """The forward process: a bundle's data, used alike in training and sampling."""

    num_timesteps: int = 1000
    beta_start: float = 0.00085
    beta_end: float = 0.012
    prediction_type: PredictionType = "v_prediction"
    zero_terminal_snr: bool = True
    """Rescaled so that the last step is pure noise (Lin et al. 2024): else no picture can be all white."""


STOCHASTIC: Final = "dpm-sde"
FEW_STEPS: Final = "lcm"
SAMPLERS: Final = (STOCHASTIC, "dpm", "unipc", "plms", FEW_STEPS)
"""`dpm-sde` and `dpm`: DPM-Solver++ 2M (Lu et al. 2022) with fresh noise at every step and without; `unipc` (Zhao et
al. 2023); `plms` (Liu et al. 2022), what the papers draw with in 50 steps.

Fresh noise: what a network got wrong at one step it sees anew at the next, so that a weak one draws whole garments
where the others keep the blotches of `x_T`. `lcm` (Luo et al. 2023): a few steps of a network that was
distilled for them."""
FRESH_NOISE: Final = (STOCHASTIC, FEW_STEPS)
"""Those that need a generator."""


def solver_of(sampler: str, config: NoiseScheduleConfig) -> SchedulerMixin:
    """A diffusers scheduler over the forward process, timesteps trailing; those of `plms` leading, as they ever are.

    Args:
        sampler: of `SAMPLERS`.
        config: the forward process.

    Raises:
        ValueError: there is no such sampler.
    """
    process = {
        "num_train_timesteps": config.num_timesteps,
        "beta_start": config.beta_start,
        "beta_end": config.beta_end,
        "beta_schedule": "scaled_linear",
        "prediction_type": config.prediction_type,
    }
    trailing = process | {
        "rescale_betas_zero_snr": config.zero_terminal_snr,
        "timestep_spacing": "trailing",
        "final_sigmas_type": "zero",
    }
    match sampler:
        case "dpm-sde":
            return DPMSolverMultistepScheduler(**trailing, algorithm_type="sde-dpmsolver++")
        case "dpm":
            return DPMSolverMultistepScheduler(**trailing, algorithm_type="dpmsolver++")
        case "unipc":
            return UniPCMultistepScheduler(**trailing)
        case "plms":
            if config.zero_terminal_snr:
                # This one can't rescale by itself.
                process["trained_betas"] = DPMSolverMultistepScheduler(**trailing).betas.numpy()
            return PNDMScheduler(**process, skip_prk_steps=True, timestep_spacing="leading", steps_offset=1)
        case "lcm":
            return LCMScheduler(**process, rescale_betas_zero_snr=config.zero_terminal_snr, timestep_spacing="trailing")
        case _:
            raise ValueError(f"there is no sampler {sampler!r}; choose one of {', '.join(SAMPLERS)}")


def alphas_cumprod(config: NoiseScheduleConfig) -> Tensor:
    """`(num_timesteps,)`: the share of signal variance at each timestep."""
    shares: Tensor = solver_of("dpm", config).alphas_cumprod
    return shares


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """The part of a picture that is drawn anew, while the rest stays (blended latent diffusion, Avrahami et al. 2023).

    Attributes:
        x_0: `(1, C, h, w)`, latents of the whole picture.
        cells: `(1, 1, h, w)`, 1 = drawn anew.
        begin: the timestep at which to begin, from the picture noised so far: the lower, the more of it stays.
    """

    x_0: Tensor
    cells: Tensor
    begin: int

    def blended(self, x_t: Tensor, noise: Tensor, alpha_cumprod: Tensor) -> Tensor:
        """The region of `x_t`; around it the picture, at the very level of noise that `x_t` has."""
        return torch.where(self.cells > 0, x_t, noised(self.x_0, noise, alpha_cumprod.reshape(1)))


def initial_noise(generator: torch.Generator, shape: tuple[int, int, int]) -> Tensor:
    """`x_T` of one picture, `(1, C, h, w)`, from its own generator on the CPU: the same on every device."""
    return torch.randn((1, *shape), generator=generator)


@dataclass(frozen=True, kw_only=True, slots=True)
class Guidance:
    """How closely words are followed, and when; elsewhere the network is asked once (Kynkäänniemi et al. 2024).

    Attributes:
        scale: see `guided`.
        t_high: the highest timestep at which it is applied.
        t_low: the lowest.
    """

    scale: float
    t_high: int = NUM_TIMESTEPS - 1
    t_low: int = 0

    def at(self, timestep: int) -> float:
        """The scale at a timestep; 1 outside of the interval."""
        return self.scale if self.t_low <= timestep <= self.t_high else 1.0


def guided(denoiser: Denoiser, x_t: Tensor, timestep: int, conditioning: Conditioning, guidance_scale: float) -> Tensor:
    """Classifier-free guidance (Ho & Salimans 2022) as Stable Diffusion counts it.

    `u + guidance_scale * (c - u)`: 1 is no guidance, 0 ignores the words. (The paper's w is `guidance_scale - 1`.)
    """
    conditional = denoiser(x_t, timestep, conditioning)
    if guidance_scale == 1:
        return conditional
    unconditional = denoiser(x_t, timestep, conditioning.unconditional())
    return unconditional + guidance_scale * (conditional - unconditional)


Predict = Callable[[Tensor, int], Tensor]
"""`(x_t, timestep)` to a prediction, guidance and all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step is done."""

    index: int
    num_steps: int
    timestep: int
    """That the network was asked at."""
    x_t: Tensor
    """After the step."""


def sampling(
    predict: Predict,
    x_T: Tensor,  # noqa: N803  (the literature's symbol)
    *,
    solver: SchedulerMixin,
    steps: int,
    region: Region | None = None,
    generator: torch.Generator | None = None,
) -> Generator[Step, Tensor | None, None]:
    """The loop, step by step: one picture's latents `(1, C, h, w)` from pure noise, or a region of a picture.

    One picture at a time: matrix products round differently in batches of different sizes, and picture *i* of a batch
    must be bit for bit the picture made alone with its seed. On a CPU a batch would hardly be faster.

    Args:
        predict: see `Predict`.
        x_T: from `initial_noise`.
        solver: a diffusers scheduler, such as `solver_of`'s; it belongs to this picture alone.
        steps: network evaluations (twice that with guidance) from pure noise; a region takes those from its beginning.
        region: what is drawn anew; None: everything.
        generator: on the CPU, of the noise that a stochastic solver adds; None for other solvers.

    Yields:
        Each step. What is sent back takes the place of its `x_t`.
    """
    own_noise = {} if generator is None else {"generator": generator}
    solver.set_timesteps(steps)
    first = 0 if region is None else int((solver.timesteps > region.begin).sum())
    timesteps = solver.timesteps[first:]
    x_t: Tensor = x_T * solver.init_noise_sigma
    levels = torch.ones(0)
    if region is not None:
        levels = torch.cat([solver.alphas_cumprod[timesteps], torch.ones(1)]).to(x_T)
        if hasattr(solver, "set_begin_index"):  # solvers without it don't count their steps
            solver.set_begin_index(first)
        x_t = noised(region.x_0, x_T, levels[:1])
    for index, timestep in enumerate(timesteps):
        prediction = predict(solver.scale_model_input(x_t, timestep), int(timestep))
        x_t = solver.step(prediction, timestep, x_t, **own_noise).prev_sample
        if region is not None:
            x_t = region.blended(x_t, x_T, levels[index + 1])
        sent = yield Step(index=index, num_steps=len(timesteps), timestep=int(timestep), x_t=x_t)
        x_t = x_t if sent is None else sent


@torch.inference_mode()
def sample(
    denoiser: Denoiser,
    conditioning: Conditioning,
    x_T: Tensor,  # noqa: N803  (the literature's symbol)
    *,
    solver: SchedulerMixin,
    steps: int,
    guidance: Guidance,
    region: Region | None = None,
    generator: torch.Generator | None = None,
    callback: StepCallback | None = None,
) -> Tensor:
    """`sampling` to its end: one picture's latents, `(1, C, h, w)` to `(1, C, h, w)`.

    Args:
        denoiser: the network.
        conditioning: what it looks at.
        x_T: see `sampling`.
        solver: see `sampling`.
        steps: see `sampling`.
        guidance: how closely words are followed.
        region: see `sampling`.
        generator: see `sampling`.
        callback: progress.
    """

    def predict(x_t: Tensor, timestep: int) -> Tensor:
        return guided(denoiser, x_t, timestep, conditioning, guidance.at(timestep))

    x_0 = x_T
    for step in sampling(predict, x_T, solver=solver, steps=steps, region=region, generator=generator):
        x_0 = step.x_t
        if callback is not None:
            callback(step.index + 1, step.num_steps)
    return x_0
