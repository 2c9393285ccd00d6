"""The embedded reader of garments: of one garment in a picture, what it is, how it is cut, and what is on its cloth.

A garment is shown through several windows, from the whole of it to its collar, so that small things are seen large. The
first stages of the image encoder's network turn each window into cells; transformer layers let the cells of all windows
and one query for each question attend to each other; each query's end state is classified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from toile.models.image_encoder import ImageEncoder, ImageEncoderConfig
from toile.taxonomy import ATTRIBUTES, CATEGORIES, PATTERNS

QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"category": CATEGORIES, "pattern": PATTERNS, **ATTRIBUTES}
)
"""What is asked of a garment, and the words of the answers, all from `taxonomy`."""
NUM_WINDOWS: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class GarmentNetConfig:
    """Sizes of the reader."""

    image: ImageEncoderConfig = field(
        default_factory=lambda: ImageEncoderConfig(widths=(48, 96, 192), depths=(1, 2, 2), dropout=0.0)
    )
    window_size: int = 128
    """Side of a window, pixels; divisible by 16."""
    layers: int = 3
    heads: int = 6
    surroundings: float = 0.4
    """How much is left of what is not the garment: 0 makes it white, 1 leaves it as it is. A garment is told from its
    neighbours this way, and a bare arm can still be seen below a sleeve."""


class GarmentNet(nn.Module):
    """Windows on garments `(B, NUM_WINDOWS, 4, S, S)`, RGB in [-1, 1] and the garment's mask in [0, 1], to logits.

    The logits are a dict from each of `QUESTIONS` to `(B, number of its answers)`.
    """

    def __init__(self, config: GarmentNetConfig) -> None:
        super().__init__()
        self.config = config
        width = config.image.widths[-1]
        self.trunk = ImageEncoder(config.image)
        self.places = nn.Conv2d(width, width, 3, 1, 1, groups=width)
        self.windows = nn.Parameter(torch.randn(NUM_WINDOWS, 1, width) * 0.02)
        self.queries = nn.Parameter(torch.randn(len(QUESTIONS), width) * 0.02)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width,
                config.heads,
                3 * width,
                dropout=0.0,  # with some, torch would not take its fast attention
                activation=F.gelu,
                batch_first=True,
                norm_first=True,
            )
            for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(width)
        self.answers = nn.ModuleDict({name: nn.Linear(width, len(words)) for name, words in QUESTIONS.items()})

    def forward(self, windows: Tensor) -> dict[str, Tensor]:
        """Logits of the garments of a batch."""
        images, masks = windows[:, :, :3].flatten(0, 1), windows[:, :, 3:].flatten(0, 1)
        share = masks + self.config.surroundings * (1 - masks)
        shown = (images * share + (1 - share)).contiguous(memory_format=torch.channels_last)
        maps = self.trunk.pyramid(shown)[-1]
        cells = (maps + self.places(maps)).flatten(2).transpose(1, 2)  # (B * windows, cells, width)
        tokens = (cells.unflatten(0, (-1, NUM_WINDOWS)) + self.windows).flatten(1, 2)
        queries = self.queries.expand(len(tokens), -1, -1)
        states = torch.cat([queries, tokens], dim=1)
        for layer in self.layers:
            states = layer(states)
        asked = self.norm(states[:, : len(QUESTIONS)]).unbind(1)
        return {name: self.answers[name](state) for name, state in zip(QUESTIONS, asked, strict=True)}
