"""Train the one denoiser: `toile train recipes/denoiser.toml --data FOLDER`.

Pictures are encoded once, in a few views each (mirrored, moved, scaled); captions too, in a few shortened forms. Each
step draws its own timesteps, drops the words of some rows for classifier-free guidance and the pose of others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from toile.bundles import load_bundle
from toile.diffusion.conditioning import Maps
from toile.diffusion.noising import noised, prediction_target
from toile.diffusion.sampler import NoiseScheduleConfig, alphas_cumprod
from toile.errors import ConfigError
from toile.losses.denoising import denoising_loss
from toile.models.autoencoder import PATCH_SIZE, Autoencoder
from toile.models.denoiser import DenoiserConfig, build_unet
from toile.models.memory import channels_last
from toile.models.text_encoder import TextEncoder, load_text_encoder
from toile.progress import Progress
from toile.recipes.autoencoder import to_pixels
from toile.recipes.pictures import Pictures, load_pictures
from toile.taxonomy import MIRRORED_JOINTS
from toile.training.augment import uniform
from toile.training.config import Strict
from toile.training.loop import LoopConfig, step_generator, train_loop
from toile.vision.pose_maps import pose_heat_maps

_ENCODE_BATCH: Final = 32


@dataclass(frozen=True, kw_only=True)
class DenoiserRecipe(Strict):
    """Everything that decides the denoiser's weights besides the data."""

    loop: LoopConfig
    start_from: str = ""
    """Folder of a bundle whose denoiser is trained further; empty: from scratch."""
    autoencoder: str = ""
    """Folder of the bundle whose autoencoder is used; empty: the embedded one."""
    model: DenoiserConfig = field(default_factory=DenoiserConfig)
    schedule: NoiseScheduleConfig = field(default_factory=NoiseScheduleConfig)
    batch_size: int = 16
    garment_share: float = 0.2
    """Share of each batch that is flat garments; the rest is people."""
    num_views: int = 4
    """Mirrored and moved versions of every picture."""
    num_wordings: int = 4
    """Forms of every caption: the fullest, other wordings, then with items left out."""
    text_dropout: float = 0.12
    """Share of rows that see the empty prompt."""
    pose_dropout: float = 0.6
    """Share of rows that see no pose."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodedPictures:
    """Latents, token states and poses, ready to draw from."""

    latents: Tensor
    """`(N, V, C, h, w)` float16."""
    poses: Tensor
    """`(N, V, 18, 3)` in the view's pixels."""
    tokens: Tensor
    """`(N, W, L, D)` float16."""
    masks: Tensor
    """`(N, W, L)`"""


def random_views(images: Tensor, poses: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mirror half of the rows, scale by 0.88 to 1.04 and move by up to 6 % of the width; white comes in at the edge.

    Args:
        images: `(B, 3, H, W)` in [-1, 1].
        poses: COCO-18 `(B, 18, 3)` in pixels. Left and right joints change places in mirrored rows.
        generator: on the CPU.
    """
    count, _, height, width = images.shape
    mirror = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    zoom = uniform((count,), 0.88, 1.04, generator)
    shift = torch.stack([uniform((count,), -0.12, 0.12, generator), uniform((count,), -0.04, 0.04, generator)], dim=1)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1], theta[:, :, 2] = mirror / zoom, 1 / zoom, shift
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    moved = 1 - F.grid_sample(1 - images, grid, padding_mode="zeros", align_corners=False)

    size = torch.tensor([width, height])
    unit = poses[:, :, :2] / size * 2 - 1
    back = (unit - shift[:, None]) * torch.stack([mirror * zoom, zoom], dim=1)[:, None]
    points = torch.cat([(back + 1) / 2 * size, poses[:, :, 2:]], dim=-1)
    return moved, torch.where((mirror < 0)[:, None, None], points[:, list(MIRRORED_JOINTS)], points)


def wordings(captions: Sequence[str], count: int, generator: torch.Generator) -> list[str]:
    """The fullest caption, then others drawn from the rest, then versions with about a third of the items left out."""
    order = torch.randperm(len(captions) - 1, generator=generator).tolist()
    forms = [captions[0], *(captions[1 + index] for index in order)][:count]
    items = captions[0].split(", ")
    while len(forms) < count:
        kept = [item for item in items if torch.rand((), generator=generator) > 1 / 3]
        forms.append(", ".join(kept or items[:1]))
    return forms


@torch.no_grad()
def encode_pictures(
    pictures: Pictures, autoencoder: Autoencoder, text_encoder: TextEncoder, recipe: DenoiserRecipe
) -> EncodedPictures:
    """Latents of all views and token states of all wordings."""
    generator = step_generator(recipe.loop.seed, 0)
    poses = torch.from_numpy(pictures.poses)
    views: list[tuple[Tensor, Tensor]] = []
    for _ in range(recipe.num_views):
        latents, moved_poses = [], []
        for start in range(0, len(poses), _ENCODE_BATCH):
            rows = slice(start, start + _ENCODE_BATCH)
            images, moved = random_views(to_pixels(pictures.images[rows]), poses[rows], generator)
            latents.append(autoencoder.encode(images).half())
            moved_poses.append(moved)
        views.append((torch.cat(latents), torch.cat(moved_poses)))
    forms = [form for captions in pictures.captions for form in wordings(captions, recipe.num_wordings, generator)]
    states = text_encoder.encode(forms)
    shape = (len(poses), recipe.num_wordings, -1)
    return EncodedPictures(
        latents=torch.stack([latents for latents, _ in views], dim=1),
        poses=torch.stack([moved for _, moved in views], dim=1),
        tokens=states.tokens.half().unflatten(0, shape[:2]),
        masks=states.mask.unflatten(0, shape[:2]),
    )


def _encoded_once(
    folder: Path, pictures: Pictures, autoencoder: Autoencoder, text_encoder: TextEncoder, recipe: DenoiserRecipe
) -> EncodedPictures:
    """`encode_pictures`, kept beside the checkpoints: a resumed run starts at once."""
    digest = hashlib.sha256(np.ascontiguousarray(pictures.images).data)
    for tensor in autoencoder.state_dict().values():
        digest.update(tensor.cpu().numpy().tobytes())
    settings = recipe.num_views, recipe.num_wordings, recipe.loop.seed, pictures.captions, pictures.poses.tolist()
    digest.update(json.dumps(settings).encode())
    path = folder / f"encoded-{digest.hexdigest()[:16]}.safetensors"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        encoded = encode_pictures(pictures, autoencoder, text_encoder, recipe)
        beside = path.with_suffix(".new")
        save_file({field.name: getattr(encoded, field.name).contiguous() for field in fields(encoded)}, beside)
        beside.replace(path)
    return EncodedPictures(**load_file(path))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    x_0: Tensor
    poses: Tensor
    tokens: Tensor
    mask: Tensor


def _draw(source: EncodedPictures, count: int, generator: torch.Generator) -> _Batch:
    def pick(bound: int) -> Tensor:
        return torch.randint(bound, (count,), generator=generator)

    rows, view, wording = pick(len(source.latents)), pick(source.latents.shape[1]), pick(source.tokens.shape[1])
    return _Batch(
        x_0=source.latents[rows, view].float(),
        poses=source.poses[rows, view],
        tokens=source.tokens[rows, wording].float(),
        mask=source.masks[rows, wording],
    )


def _joined(batches: list[_Batch]) -> _Batch:
    longest = max(batch.mask.shape[1] for batch in batches)
    return _Batch(
        x_0=torch.cat([batch.x_0 for batch in batches]),
        poses=torch.cat([batch.poses for batch in batches]),
        tokens=torch.cat([F.pad(batch.tokens, (0, 0, 0, longest - batch.mask.shape[1])) for batch in batches]),
        mask=torch.cat([F.pad(batch.mask, (0, longest - batch.mask.shape[1])) for batch in batches]),
    )


class _DenoiserLoss:
    """The loss of one step."""

    def __init__(
        self, recipe: DenoiserRecipe, people: EncodedPictures, garments: EncodedPictures, text_encoder: TextEncoder
    ) -> None:
        self.recipe = recipe
        self.people = people
        self.garments = garments
        self.alphas_cumprod = alphas_cumprod(recipe.schedule)
        self.empty = text_encoder.encode([""])

    def _without_words(self, batch: _Batch, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Tokens and mask with the empty prompt in a share of the rows."""
        length = batch.mask.shape[1]
        empty_tokens = F.pad(self.empty.tokens, (0, 0, 0, length - self.empty.mask.shape[1]))
        empty_mask = F.pad(self.empty.mask, (0, length - self.empty.mask.shape[1]))
        dropped = torch.rand(len(batch.mask), generator=generator) < self.recipe.text_dropout
        return (
            torch.where(dropped[:, None, None], empty_tokens, batch.tokens),
            torch.where(dropped[:, None], empty_mask, batch.mask),
        )

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        recipe = self.recipe
        num_garments = round(recipe.batch_size * recipe.garment_share)
        batch = _joined(
            [
                _draw(self.people, recipe.batch_size - num_garments, generator),
                _draw(self.garments, num_garments, generator),
            ]
        )
        count, _, height, width = batch.x_0.shape
        tokens, mask = self._without_words(batch, generator)
        pose = pose_heat_maps(
            batch.poses, image_size=(height * PATCH_SIZE, width * PATCH_SIZE), map_size=(height, width)
        )
        pose = pose * (torch.rand(count, generator=generator) >= recipe.pose_dropout)[:, None, None, None]
        timesteps = torch.randint(recipe.schedule.num_timesteps, (count,), generator=generator)
        noise = torch.randn(batch.x_0.shape, generator=generator)
        signal = self.alphas_cumprod[timesteps]
        x_t = noised(batch.x_0, noise, signal)
        target = prediction_target(batch.x_0, noise, signal, recipe.schedule.prediction_type)
        device = next(module.parameters()).device
        spatial = Maps(pose=pose).beside(x_t).to(device, memory_format=torch.channels_last)
        prediction = module(
            spatial,
            timesteps.to(device),
            encoder_hidden_states=tokens.to(device),
            encoder_attention_mask=mask.to(device),
            return_dict=False,
        )[0]
        return denoising_loss(prediction.float(), target.to(device))


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
    autoencoder, text_encoder = _trained_autoencoder(recipe), load_text_encoder()
    encoded = []
    for index, pictures in enumerate((people, garments)):
        progress("encoding pictures", index, 2)
        encoded.append(_encoded_once(out, pictures, autoencoder, text_encoder, recipe))
    progress("encoding pictures", 2, 2)
    torch.manual_seed(recipe.loop.seed)
    unet = channels_last(build_unet(recipe.model))
    if recipe.start_from:
        unet.load_state_dict(load_bundle(Path(recipe.start_from)).unet.state_dict())
    loss = _DenoiserLoss(recipe, encoded[0], encoded[1], text_encoder)
    average = train_loop(unet, loss, recipe.loop, out=out, minutes=minutes, progress=progress)
    if not isinstance(average, UNet2DConditionModel):
        raise TypeError(f"the loop returned {type(average)}, expected a UNet2DConditionModel")
    return average


def parts(trained: UNet2DConditionModel, recipe: DenoiserRecipe) -> dict[str, tuple[nn.Module, dict[str, Any]]]:
    """The denoiser, with its sizes and its forward process."""
    return {"denoiser": (trained, {"model": asdict(recipe.model), "schedule": asdict(recipe.schedule)})}
