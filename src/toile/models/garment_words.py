"""Pictures of garments as the denoiser is told them: through F_θ to pseudo-words, and those read after words.

Fashion-RAG (arXiv 2504.14011), sections 4 and 5. In the embedded size F_θ reads the tokens of the multimodal encoder's
image network, which has no class token: their mean takes its place, and four neighbours are one token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from toile.diffusion.conditioning import TokenStream
from toile.models.garment_inversion import GarmentInversion
from toile.models.protocols import WordTower
from toile.models.unifashion_encoder import UniFashionEncoder

_POOLED: Final = 2  # cells of a side that become one token
_UNLIKE: Final = (
    0.15  # cosine below which a picture doesn't show what words say; of those they say it of, 3 % have less
)
_DOUBTED, _TRUSTED = 0.4, 0.8  # of the best hit's cosine: from nothing to all


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownGarment:
    """A garment that a picture is drawn with."""

    picture: Image.Image
    """RGB, best on white, of any size: it is padded, nothing is cut off."""
    words: str
    """What it stands for: `red dress`."""
    weight: float = 1.0
    """How much it counts beside words, in [0, 1]."""


def garment_tokens(encoder: UniFashionEncoder, pictures: Sequence[Image.Image]) -> Tensor:
    """What F_θ reads of `N` pictures, `(N, 1 + cells, width)`: the mean of all tokens, then cell by cell."""
    cells = encoder.image_tokens(pictures).permute(0, 3, 1, 2)
    pooled = F.avg_pool2d(cells, _POOLED).flatten(2).transpose(1, 2)
    return torch.cat([pooled.mean(1, keepdim=True), pooled], dim=1)


def trust(similarity: float, *, best: float) -> float:
    """How much a garment that words have found counts, in [0, 1].

    Of the training garments, those that words are about have 0.4 to 1 times the cosine of the words' best hit, and nine
    of ten drawn by lot less than half of it.

    Args:
        similarity: cosine of the words with its picture, by the bundle's first encoder.
        best: of the best hit.
    """
    if similarity < _UNLIKE:
        return 0.0
    return min(1.0, max(0.0, (similarity / best - _DOUBTED) / (_TRUSTED - _DOUBTED)))


class GarmentWords:
    """F_θ with the towers before and after it.

    Args:
        inversion: F_θ.
        encoder: whose image network it reads.
        words: the text tower of the denoiser.
    """

    def __init__(self, inversion: GarmentInversion, encoder: UniFashionEncoder, words: WordTower) -> None:
        self.inversion, self.encoder, self.words = inversion.eval(), encoder, words

    @torch.inference_mode()
    def stream(self, garments: Sequence[ShownGarment]) -> TokenStream:
        """Tokens of all garments, `(1, N * num_words, D)`, each read after its own words."""
        device = next(self.inversion.parameters()).device
        tokens = garment_tokens(self.encoder, [garment.picture for garment in garments]).to(device)
        read = self.words.read_after([garment.words for garment in garments], self.inversion(tokens))
        weights = torch.tensor([garment.weight for garment in garments], device=device)
        return TokenStream(
            tokens=read.flatten(0, 1)[None], mask=weights.repeat_interleave(self.inversion.config.num_words)[None]
        )
