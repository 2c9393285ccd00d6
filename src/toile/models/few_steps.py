"""Low-rank additions (Hu et al. 2022) that make the denoiser draw in a few steps (LCM-LoRA, Luo et al. 2023)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from diffusers import UNet2DConditionModel
from peft import LoraConfig, get_peft_model_state_dict, set_peft_model_state_dict
from torch import Tensor

_ADAPTER: Final = "few_steps"
_ADAPTED: Final = ("to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2", "conv1", "conv2")


@dataclass(frozen=True, kw_only=True, slots=True)
class FewStepsConfig:
    """Of the student."""

    rank: int = 6
    guidance_scale: float = 3.0
    """How closely the teacher followed the words; it is part of the weights."""


def adapted(unet: UNet2DConditionModel, config: FewStepsConfig) -> UNet2DConditionModel:
    """A copy of the denoiser's network with additions that begin at zero and are all that is trained."""
    student = copy.deepcopy(unet).requires_grad_(requires_grad=False)
    student.add_adapter(
        LoraConfig(r=config.rank, lora_alpha=config.rank, target_modules=list(_ADAPTED)), adapter_name=_ADAPTER
    )
    return student


def additions(student: UNet2DConditionModel) -> dict[str, Tensor]:
    """The additions of an adapted network, by name."""
    found: dict[str, Tensor] = get_peft_model_state_dict(student, adapter_name=_ADAPTER)
    return found


def few_steps_unet(
    unet: UNet2DConditionModel, config: FewStepsConfig, weights: Mapping[str, Tensor]
) -> UNet2DConditionModel:
    """A copy of the denoiser's network with additions made to its weights, frozen."""
    student = adapted(unet, config)
    set_peft_model_state_dict(student, dict(weights), adapter_name=_ADAPTER)
    student.fuse_lora()
    student.unload_lora()
    return student.requires_grad_(requires_grad=False).eval()
