"""Garment inversion F_θ: a garment's picture to pseudo-words, which a text tower reads after the words.

As LaDI-VTON (Morelli et al. 2023) and Fashion-RAG (arXiv 2504.14011) have it: one transformer layer over the image
tower's tokens, of which the first is kept, then an MLP. Checkpoints in their layout load as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from toile.errors import CheckpointError

_PROJECTIONS: Final = ("q_proj", "k_proj", "v_proj")
_NAMES: Final = {
    "self_attn.out_proj": "self_attn.out_proj",
    "layer_norm1": "norm1",
    "layer_norm2": "norm2",
    "mlp.fc1": "linear1",
    "mlp.fc2": "linear2",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class GarmentInversionConfig:
    """Sizes; the defaults are those of LaDI-VTON and Fashion-RAG: OpenCLIP ViT-H/14 to Stable Diffusion 2's words."""

    image_dim: int = 1280
    num_heads: int = 16
    feedforward_dim: int = 5120
    hidden_dim: int = 5120
    """Of the MLP."""
    num_words: int = 16
    """Pseudo-words a garment."""
    text_dim: int = 1024
    """Of the text tower's word embeddings."""
    dropout: float = 0.5
    """In the MLP, while it is trained."""
    norm_eps: float = 1e-5


class GarmentInversion(nn.Module):
    """F_θ: tokens of a garment's picture, `(B, L, image_dim)`, to pseudo-words, `(B, num_words, text_dim)`.

    Fashion-RAG, section 4: the first token gathers what the others say, and the MLP turns it into words.
    """

    def __init__(self, config: GarmentInversionConfig) -> None:
        super().__init__()
        self.config = config
        self.layer = nn.TransformerEncoderLayer(
            config.image_dim,
            config.num_heads,
            config.feedforward_dim,
            dropout=0.0,
            activation=F.gelu,
            layer_norm_eps=config.norm_eps,
            batch_first=True,
            norm_first=True,
        )
        self.norm = nn.LayerNorm(config.image_dim)
        self.words = nn.Sequential(
            nn.Linear(config.image_dim, config.hidden_dim),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden_dim, config.hidden_dim),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden_dim, config.num_words * config.text_dim),
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """See the class."""
        gathered = self.norm(self.layer(tokens)[:, 0])
        words: Tensor = self.words(gathered).unflatten(1, (self.config.num_words, self.config.text_dim))
        return words


def config_of(weights: Mapping[str, Tensor], *, num_heads: int = 16, num_words: int = 16) -> GarmentInversionConfig:
    """The sizes of a checkpoint in LaDI-VTON's layout; heads and words can't be told from its shapes.

    Raises:
        CheckpointError: a weight is missing.
    """
    try:
        hidden, image = weights["layers.0.weight"].shape
        return GarmentInversionConfig(
            image_dim=image,
            num_heads=num_heads,
            feedforward_dim=weights["encoder_layers.0.mlp.fc1.weight"].shape[0],
            hidden_dim=hidden,
            num_words=num_words,
            text_dim=weights["layers.6.weight"].shape[0] // num_words,
        )
    except KeyError as error:
        raise CheckpointError(
            f"{error} is missing: expected an inversion adapter of LaDI-VTON or Fashion-RAG, with encoder_layers.0, "
            "post_layernorm and layers"
        ) from error


def from_ladi(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """LaDI-VTON's names to ours; its three projections of attention are one matrix here.

    Raises:
        CheckpointError: a weight is missing, or there are more than one transformer layer's.
    """
    extra = sorted(name for name in weights if name.startswith("encoder_layers.1."))
    if extra:
        raise CheckpointError(f"the checkpoint has more than one transformer layer ({extra[0]}), expected one")
    try:
        found = {
            f"layer.self_attn.in_proj_{kind}": torch.cat(
                [weights[f"encoder_layers.0.self_attn.{name}.{kind}"] for name in _PROJECTIONS]
            )
            for kind in ("weight", "bias")
        }
        for kind in ("weight", "bias"):
            for theirs, ours in _NAMES.items():
                found[f"layer.{ours}.{kind}"] = weights[f"encoder_layers.0.{theirs}.{kind}"]
            found[f"norm.{kind}"] = weights[f"post_layernorm.{kind}"]
            for place in (0, 3, 6):
                found[f"words.{place}.{kind}"] = weights[f"layers.{place}.{kind}"]
    except KeyError as error:
        raise CheckpointError(f"{error} is missing of an inversion adapter in LaDI-VTON's layout") from error
    return found
