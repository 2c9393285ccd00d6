"""Stable Diffusion's networks as the denoiser, the autoencoder and the words of a bundle.

A checkpoint folder in diffusers' layout (`model_index.json`, `unet/`, `vae/`, `text_encoder/`, `tokenizer/`,
`scheduler/`) is read as it is. Its U-Net is widened to the denoiser's spatial input: the channels that it knows keep
their weights, and new ones start at zero, so that before any training it draws what it drew.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import CLIPTextModel, CLIPTokenizer

from toile.diffusion.sampler import NoiseScheduleConfig
from toile.errors import CheckpointError, QueryError
from toile.models.autoencoder import PATCH_SIZE
from toile.models.denoiser import input_channels
from toile.models.text_encoder import TextStates

_LATENT_CHANNELS: Final = 4
_LEAST_WORDS: Final = 16  # that pseudo-words leave room for
_KNOWN_INPUTS: Final = (4, 9, 27, 28)
"""Stable Diffusion's own, its inpainting's, Fashion-RAG's, Multimodal Garment Designer's and ours."""
PARTS: Final = ("unet", "vae", "text_encoder", "tokenizer", "scheduler")
"""Folders of a checkpoint."""
_INDEX: Final = "model_index.json"
_ASPECT: Final = 0.75  # width by height: people stand


def widened(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """The U-Net with the denoiser's 28 input channels, in place; one that has them already stays as it is.

    Raises:
        CheckpointError: its input is none that is known.
    """
    wide, own = input_channels(_LATENT_CHANNELS), unet.conv_in.in_channels
    if own not in _KNOWN_INPUTS or unet.config["out_channels"] != _LATENT_CHANNELS:
        raise CheckpointError(
            f"the U-Net has {own} input and {unet.config['out_channels']} output channels, expected 4, 9, 27 or 28 and "
            f"{_LATENT_CHANNELS}: Stable Diffusion 1.x or 2, or its inpainting"
        )
    if own == wide:
        return unet
    old = unet.conv_in
    new = nn.Conv2d(wide, old.out_channels, old.kernel_size, old.stride, old.padding).to(old.weight)
    with torch.no_grad():
        new.weight.zero_()
        new.weight[:, :own] = old.weight
        if old.bias is not None and new.bias is not None:
            new.bias.copy_(old.bias)
    unet.conv_in = new
    unet.register_to_config(in_channels=wide)
    return unet


class ClipWords:
    """CLIP's text tower as Stable Diffusion reads it: all 77 places, the padded ones, too."""

    def __init__(self, tower: CLIPTextModel, tokenizer: CLIPTokenizer, device: torch.device | None = None) -> None:
        """The device is where words go; None: where the tower lies, which offloaded ones don't say."""
        self.tower, self.tokenizer, self.device = tower, tokenizer, device or tower.device

    @torch.no_grad()
    def encode(self, texts: Sequence[str]) -> TextStates:
        """Last hidden states `(B, 77, D)`; every place is looked at.

        Raises:
            QueryError: a text is longer than the window; nothing is ever cut off silently.
        """
        window = self.tokenizer.model_max_length
        lengths = [len(ids) for ids in self.tokenizer(list(texts)).input_ids]
        if max(lengths) > window:
            longest = texts[lengths.index(max(lengths))]
            raise QueryError(
                f"the text has {max(lengths)} tokens, the text tower's window holds {window}; shorten {longest[:60]!r}…"
            )
        ids = self.tokenizer(list(texts), padding="max_length", max_length=window, return_tensors="pt").input_ids
        tokens: Tensor = self.tower(ids.to(self.device)).last_hidden_state
        return TextStates(tokens=tokens, mask=torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device))

    def read_after(self, texts: Sequence[str], pseudo_words: Tensor) -> Tensor:
        """As `TextEncoder.read_after`; the tower is causal, so that pseudo-words hear the words before them.

        Raises:
            QueryError: there are more pseudo-words than the window holds.
        """
        window, count = self.tokenizer.model_max_length, pseudo_words.shape[1]
        room = window - count
        if room < _LEAST_WORDS:
            raise QueryError(f"{count} pseudo-words are given, the text tower's window holds {window - _LEAST_WORDS}")
        end = self.tokenizer.eos_token_id
        kept = [row[:-1][: room - 1] for row in self.tokenizer(list(texts)).input_ids]
        ids = torch.full((len(kept), window), self.tokenizer.pad_token_id)
        places = torch.zeros_like(ids, dtype=torch.bool)
        for number, row in enumerate(kept):
            ids[number, : len(row)] = torch.tensor(row)
            ids[number, len(row) : len(row) + count + 1] = end
            places[number, len(row) : len(row) + count] = True
        places = places.to(self.device)

        def replaced(_module: nn.Module, _ids: object, embedded: Tensor) -> Tensor:
            return embedded.masked_scatter(places[:, :, None], pseudo_words.to(embedded))

        hook = self.tower.get_input_embeddings().register_forward_hook(replaced)
        try:
            states: Tensor = self.tower(ids.to(self.device)).last_hidden_state
        finally:
            hook.remove()
        read: Tensor = states[places].unflatten(0, (len(kept), count))
        return read


class KlCodec:
    """Stable Diffusion's autoencoder: pictures to scaled latents eight times smaller, and back."""

    def __init__(self, vae: AutoencoderKL) -> None:
        self.vae = vae
        self.scale = float(vae.config["scaling_factor"])

    @property
    def latent_channels(self) -> int:
        """C."""
        return int(self.vae.config["latent_channels"])

    @torch.no_grad()
    def encode(self, images: Tensor) -> Tensor:
        """`(B, 3, H, W)` in [-1, 1] to `(B, C, H/8, W/8)`: the mean of the posterior, so that nothing is random."""
        latents: Tensor = self.vae.encode(images.to(self.vae.dtype)).latent_dist.mode() * self.scale
        return latents

    def encode_around(self, images: Tensor, cells: Tensor) -> Tensor:
        """As `Autoencoder.encode_around`."""
        hidden = F.interpolate(cells, scale_factor=PATCH_SIZE, mode="nearest")
        return self.encode(images * (1 - hidden)) * (cells.amin((1, 2, 3), keepdim=True) < 1)

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Tensor:
        """`(B, C, h, w)` to `(B, 3, 8h, 8w)` in [-1, 1]."""
        images: Tensor = self.vae.decode((latents / self.scale).to(self.vae.dtype)).sample.clamp(-1, 1)
        return images


def schedule_of(scheduler: dict[str, Any]) -> NoiseScheduleConfig:
    """The forward process from a diffusers scheduler's config.

    Raises:
        CheckpointError: it is none that the sampler knows.
    """
    if scheduler.get("beta_schedule") != "scaled_linear":
        raise CheckpointError(
            f"the scheduler's beta_schedule is {scheduler.get('beta_schedule')!r}, expected 'scaled_linear', as Stable "
            "Diffusion has it"
        )
    return NoiseScheduleConfig(
        num_timesteps=scheduler["num_train_timesteps"],
        beta_start=scheduler["beta_start"],
        beta_end=scheduler["beta_end"],
        prediction_type=scheduler.get("prediction_type", "epsilon"),
        zero_terminal_snr=scheduler.get("rescale_betas_zero_snr", False),
    )


def canvas_of(unet: UNet2DConditionModel) -> tuple[int, int]:
    """Height and width of what is drawn, pixels: the checkpoint's own height, three quarters as wide."""
    height = int(unet.config["sample_size"]) * PATCH_SIZE
    step = PATCH_SIZE << (len(unet.config["block_out_channels"]) - 1)  # so that every stage halves evenly
    return height, max(step, round(height * _ASPECT / step) * step)


def read_stable_diffusion(
    folder: Path, device: torch.device
) -> tuple[UNet2DConditionModel, KlCodec, ClipWords, NoiseScheduleConfig]:
    """The networks of a folder in diffusers' layout, frozen, the U-Net widened.

    Raises:
        CheckpointError: a part is missing or can't be read.
    """
    missing = [name for name in PARTS if not (folder / name).is_dir()]
    if missing:
        raise CheckpointError(
            f"{folder} lacks {', '.join(missing)}; give a Stable Diffusion folder in diffusers' layout"
        )
    try:
        unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet", local_files_only=True)
        vae = AutoencoderKL.from_pretrained(folder, subfolder="vae", local_files_only=True)
        tower = CLIPTextModel.from_pretrained(folder, subfolder="text_encoder", local_files_only=True)
        tokenizer = CLIPTokenizer.from_pretrained(folder, subfolder="tokenizer", local_files_only=True)
        scheduler = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder} can't be read as Stable Diffusion: {error}") from error
    for network in (unet, vae, tower):
        network.requires_grad_(requires_grad=False).eval().to(device)
    return widened(unet), KlCodec(vae), ClipWords(tower, tokenizer), schedule_of(scheduler)


def is_stable_diffusion(folder: str | Path) -> bool:
    """Whether there is a pipeline in diffusers' layout."""
    return bool(str(folder)) and (Path(folder) / _INDEX).is_file()


def write_stable_diffusion(source: Path, unet: UNet2DConditionModel, into: Path) -> None:
    """A copy of a Stable Diffusion folder with another U-Net.

    Args:
        source: in diffusers' layout.
        unet: in place of the source's.
        into: made; its parts are replaced.
    """
    into.mkdir(parents=True, exist_ok=True)
    unet.register_to_config(_name_or_path="")  # else the config tells where on this machine it came from
    unet.save_pretrained(into / "unet")
    for name in PARTS[1:]:
        shutil.copytree(source / name, into / name, dirs_exist_ok=True)
    shutil.copyfile(source / _INDEX, into / _INDEX)
