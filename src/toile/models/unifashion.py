"""UniFashion's multimodal encoder in the embedded size: our image network, and a Q-Former that starts from MiniLM.

Nothing of MiniLM is stored again: its layers stay as they are, and what training adds to them is of low rank (LoRA, Hu
et al. 2022). Stored are the image network, the queries, the cross-attention, the heads and those additions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn

from toile.models.image_encoder import ImageEncoder, ImageEncoderConfig
from toile.models.qformer import QFormer, QFormerConfig

if TYPE_CHECKING:
    from torch.nn.modules.module import _IncompatibleKeys

    from toile.models.text_encoder import TextEncoder

# All that a layer multiplies by, but for the cross-attention, which is new and learns with all its weights.
_ADAPTED: Final = (
    r"encoder\.layer\.\d+\.(attention\.(attention\.(query|key|value)|output\.dense)"
    r"|(intermediate|output)(_query)?\.dense)"
)
_OF_MINILM: Final = re.compile(
    r"(?:.*\.)?qformer\.(embeddings\..*|qformer\.layernorm\..*|.*\.base_layer\..*"
    r"|.*\.(attention\.output|output|output_query)\.LayerNorm\..*)"
)
_NEW: Final = re.compile(r".*\.crossattention\..*")


@dataclass(frozen=True, kw_only=True, slots=True)
class UniFashionConfig:
    """Sizes of the encoder."""

    image: ImageEncoderConfig = field(
        default_factory=lambda: ImageEncoderConfig(widths=(48, 96, 192), depths=(1, 2, 2), dropout=0.0)
    )
    image_size: int = 256
    """Side of the square that a picture is fitted into, pixels."""
    qformer: QFormerConfig = field(default_factory=QFormerConfig)
    adapter_rank: int = 16
    """Of what is added to each of MiniLM's matrices."""

    def __post_init__(self) -> None:
        if self.image_size % self.cell_size:
            raise ValueError(f"image_size ({self.image_size}) must be divisible by {self.cell_size}")
        if self.image.widths[-1] != self.qformer.image_dim:
            raise ValueError(
                f"the image network ends {self.image.widths[-1]} wide, the Q-Former reads {self.qformer.image_dim}"
            )

    @property
    def cell_size(self) -> int:
        """Pixels of a side of what one token stands for."""
        return self.image.patch_size << (len(self.image.widths) - 1)  # each stage but the first halves both sides


class UniFashion(nn.Module):
    """Pictures `(B, 3, S, S)` in [-1, 1] and words to what a Q-Former makes of them."""

    def __init__(self, config: UniFashionConfig, words: TextEncoder) -> None:
        """The network around MiniLM, whose weights are in no state dict of it.

        Raises:
            CheckpointError: the text tower has other sizes than the Q-Former.
        """
        from peft import LoraConfig, inject_adapter_in_model

        super().__init__()
        self.config = config
        width = config.image.widths[-1]
        self.image = ImageEncoder(config.image)
        self.places = nn.Parameter(torch.randn((config.image_size // config.cell_size) ** 2, width) * 0.02)
        self.norm = nn.LayerNorm(width)
        self.qformer = QFormer(config.qformer)
        self.qformer.start_from_words(words)
        adapters = LoraConfig(r=config.adapter_rank, lora_alpha=config.adapter_rank, target_modules=_ADAPTED)
        inject_adapter_in_model(adapters, self.qformer.qformer)
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(not _left_to_minilm(name))
        # No state dict holds MiniLM's own weights: they come with its package, and are in place already.
        self.register_state_dict_post_hook(_drop_minilms)  # type: ignore[no-untyped-call]
        self.register_load_state_dict_post_hook(_forgive_minilms)  # type: ignore[no-untyped-call]

    def image_tokens(self, images: Tensor) -> Tensor:
        """`(B, N, width)`, row by row from the upper left."""
        maps = self.image.pyramid(images)[-1]
        tokens: Tensor = self.norm(maps.flatten(2).transpose(1, 2) + self.places)
        return tokens


def _left_to_minilm(name: str) -> bool:
    return _OF_MINILM.fullmatch(name) is not None and _NEW.fullmatch(name) is None


def _drop_minilms(module: nn.Module, state: dict[str, Tensor], prefix: str, metadata: object) -> None:
    for name in [name for name in state if name.startswith(prefix) and _left_to_minilm(name.removeprefix(prefix))]:
        del state[name]


def _forgive_minilms(module: nn.Module, keys: _IncompatibleKeys) -> None:
    keys.missing_keys[:] = [name for name in keys.missing_keys if not _left_to_minilm(name)]
