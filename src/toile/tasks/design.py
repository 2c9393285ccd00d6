"""`design`: a picture drawn from words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor

import toile
from toile.bundles import Bundle
from toile.diffusion.conditioning import Conditioning, Maps, TokenStream, TokenWindow
from toile.diffusion.sampler import StepCallback, dpm_solver, initial_noise, sample
from toile.errors import DataError, QueryError
from toile.models.autoencoder import PATCH_SIZE
from toile.models.text_encoder import TextEncoder
from toile.progress import Progress, no_progress
from toile.recipe import Recipe, png_bytes
from toile.vision.croquis import CROQUIS, CROQUIS_SIZE, croquis_of
from toile.vision.pose_maps import pose_heat_maps

DESIGN_SIZE: Final = (256, 192)
"""Height and width of a design by the embedded bundle, pixels."""
MAX_STEPS: Final = 1000
ANY_POSE: Final = "any"
NO_POSE: Final = "none"
STOCHASTIC: Final = "dpm-sde"
SAMPLERS: Final = (STOCHASTIC, "dpm")
_MAX_SEED: Final = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Design:
    """One drawn picture and how it was made."""

    image: Image.Image
    recipe: Recipe


def _stream(text_encoder: TextEncoder, text: str) -> TokenStream:
    states = text_encoder.encode([text])
    return TokenStream(tokens=states.tokens, mask=states.mask)


def _pose_maps(pose: str, seed: int, map_size: tuple[int, int]) -> Tensor | None:
    """What the denoiser sees of the pose, `(1, 18, h, w)`."""
    if pose == NO_POSE:
        return None
    joints = croquis_of(seed) if pose == ANY_POSE else CROQUIS[pose]
    return pose_heat_maps(torch.from_numpy(joints)[None], image_size=CROQUIS_SIZE, map_size=map_size)


def _check(prompt: str, n: int, seed: int, steps: int, guidance_scale: float, pose: str, sampler: str) -> None:
    if not prompt.strip():
        raise QueryError("the prompt is empty; say what to draw, such as 'black jacket, white dress, brown boots'")
    if n < 1:
        raise QueryError(f"n is {n}, expected at least one picture")
    if not 0 <= seed <= _MAX_SEED - n:
        raise QueryError(f"seed is {seed}, expected a whole number from 0 to {_MAX_SEED - n}")
    if not 1 <= steps <= MAX_STEPS:
        raise QueryError(f"steps is {steps}, expected 1 to {MAX_STEPS}; 20 is enough")
    if not 0 <= guidance_scale <= 30:
        raise QueryError(f"guidance_scale is {guidance_scale}, expected 0 to 30; 1 is no guidance")
    if pose not in (ANY_POSE, NO_POSE, *CROQUIS):
        raise QueryError(f"pose is {pose!r}, expected {ANY_POSE}, {NO_POSE}, or one of {', '.join(CROQUIS)}")
    if sampler not in SAMPLERS:
        raise QueryError(f"sampler is {sampler!r}, expected one of {', '.join(SAMPLERS)}")


def _counting(progress: Progress, index: int, n: int) -> StepCallback:
    """Steps of picture `index` as steps of all `n` pictures."""
    return lambda done, total: progress("drawing", index * total + done, n * total)


def design(
    prompt: str,
    *,
    bundle: Bundle,
    n: int = 1,
    seed: int = 0,
    steps: int = 20,
    guidance_scale: float = 3.0,
    pose: str = ANY_POSE,
    sampler: str = STOCHASTIC,
    progress: Progress = no_progress,
) -> list[Design]:
    """Draw `n` pictures of a prompt; picture *i* has the seed `seed + i` and is the same alone or among others.

    Args:
        prompt: garments with their colours, from the head down: 'black jacket, white dress, brown boots'.
        bundle: with a generator.
        n: number of pictures.
        seed: of the first picture.
        steps: of the solver.
        guidance_scale: how closely to follow the words; 1 is no guidance.
        pose: of `vision.croquis.CROQUIS`; `any`: one of them by the picture's seed; `none`: the denoiser's own.
        sampler: of `SAMPLERS`: DPM-Solver++ with fresh noise at every step, or without.
        progress: watcher.

    Raises:
        QueryError: the prompt is empty or longer than the text tower's window, or a number is out of range.
        CheckpointError: the bundle can't draw.
    """
    _check(prompt, n, seed, steps, guidance_scale, pose, sampler)
    generator = bundle.generator
    words = Conditioning(
        windows=(
            TokenWindow(
                t_high=generator.schedule.num_timesteps - 1, t_low=0, stream=_stream(generator.text_encoder, prompt)
            ),
        ),
        empty=_stream(generator.text_encoder, ""),
    )
    channels = generator.autoencoder.config.latent_channels
    shape = (channels, DESIGN_SIZE[0] // PATCH_SIZE, DESIGN_SIZE[1] // PATCH_SIZE)
    designs = []
    for index in range(n):
        pose_maps = _pose_maps(pose, seed + index, shape[1:])
        noise = torch.Generator().manual_seed(seed + index)
        latents = sample(
            generator.denoiser,
            replace(words, maps=Maps(pose=None if pose_maps is None else pose_maps.to(bundle.device))),
            initial_noise(noise, shape).to(bundle.device),
            solver=dpm_solver(generator.schedule, stochastic=sampler == STOCHASTIC),
            steps=steps,
            guidance_scale=guidance_scale,
            generator=noise if sampler == STOCHASTIC else None,
            callback=_counting(progress, index, n),
        )
        recipe = Recipe(
            verb="design",
            arguments={
                "prompt": prompt,
                "steps": steps,
                "guidance_scale": guidance_scale,
                "pose": pose,
                "sampler": sampler,
            },
            seeds=[seed + index],
            bundle=bundle.hash,
            version=toile.__version__,
        )
        designs.append(Design(image=_decoded(generator.autoencoder.decode(latents)), recipe=recipe))
    return designs


def _decoded(images: torch.Tensor) -> Image.Image:
    """`(1, 3, H, W)` in [-1, 1] to a picture."""
    pixels = ((images[0].permute(1, 2, 0).cpu().numpy() + 1) * 127.5).round().astype(np.uint8)
    return Image.fromarray(pixels)


def save_designs(designs: Sequence[Design], out: Path) -> list[Path]:
    """Write each design as PNG with its recipe inside and as a sidecar; names tell seed and recipe.

    Raises:
        DataError: the folder can't be written to; what was written before stays.
    """
    paths = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for drawn in designs:
            path = out / f"design-{drawn.recipe.seeds[0]}-{drawn.recipe.digest[:8]}.png"
            path.write_bytes(png_bytes(drawn.image, drawn.recipe))
            path.with_suffix(".json").write_text(json.dumps(json.loads(drawn.recipe.to_json()), indent=1) + "\n")
            paths.append(path)
    except OSError as error:
        raise DataError(f"can't write designs into {out}: {error}; choose another folder with --out") from error
    return paths
