"""The one denoiser: a conditional U-Net with widened input, the same class in the embedded and the full size.

Input channels: noisy latents C, mask 1, masked latents C, pose 18, sketch 1. With C = 4 the first 9 are Stable
Diffusion inpainting's, the first 27 Fashion-RAG's and all 28 MGD's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from toile.diffusion.conditioning import NUM_POSE_MAPS, Conditioning
from toile.models.protocols import Network

_NO_WEIGHT: Final = 1e-30


@dataclass(frozen=True, kw_only=True, slots=True)
class DenoiserConfig:
    """Sizes of the embedded U-Net."""

    latent_channels: int = 8
    widths: tuple[int, ...] = (64, 128, 192)
    layers_per_stage: int = 1
    head_dim: int = 32
    context_dim: int = 384


def input_channels(latent_channels: int) -> int:
    """Channels of the spatial input for latents of so many channels."""
    return latent_channels + 1 + latent_channels + NUM_POSE_MAPS + 1


def build_unet(config: DenoiserConfig) -> UNet2DConditionModel:
    """The embedded U-Net: no attention at the finest stage, where it costs most and says least."""
    attended = len(config.widths) - 1
    return UNet2DConditionModel(
        in_channels=input_channels(config.latent_channels),
        out_channels=config.latent_channels,
        block_out_channels=config.widths,
        layers_per_block=config.layers_per_stage,
        down_block_types=("DownBlock2D", *["CrossAttnDownBlock2D"] * attended),
        up_block_types=(*["CrossAttnUpBlock2D"] * attended, "UpBlock2D"),
        cross_attention_dim=config.context_dim,
        # diffusers calls the number of heads attention_head_dim (its issue 2011); one entry a stage
        attention_head_dim=tuple(width // config.head_dim for width in config.widths),
        norm_num_groups=16,
    )


class LatentDenoiser:
    """Adapts a U-Net to the sampler's contract."""

    def __init__(self, unet: Network) -> None:
        self.unet = unet

    def __call__(self, x_t: Tensor, timestep: int, conditioning: Conditioning) -> Tensor:
        """The U-Net's prediction at one timestep, `(B, C, h, w)`."""
        stream = conditioning.tokens_at(timestep)
        batch = x_t.shape[0]
        prediction: Tensor = self.unet(
            conditioning.maps_at(timestep).beside(x_t),
            torch.full((batch,), timestep, device=x_t.device),
            encoder_hidden_states=stream.tokens.expand(batch, -1, -1),
            encoder_attention_mask=attention_mask(stream.mask).expand(batch, -1),
            return_dict=False,
        )[0]
        return prediction


def attention_mask(mask: Tensor) -> Tensor:
    """Weights as diffusers takes masks: it adds `-10,000 (1 - mask)` to logits, we want `log(weight)`."""
    if mask.dtype == torch.bool:
        return mask
    return 1 + mask.clamp_min(_NO_WEIGHT).log() / 10_000
