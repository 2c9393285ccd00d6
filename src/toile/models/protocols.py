"""What a model must offer so that the rest of the product can use it without knowing which it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from toile.models.text_encoder import TextStates

Embeddings = NDArray[np.float32]
"""`(N, D)`, each row L2-normalised: a dot product is a cosine."""


@runtime_checkable
class WordTower(Protocol):
    """Words to what a denoiser's cross-attention reads."""

    def encode(self, texts: Sequence[str]) -> TextStates:
        """Hidden states of `texts`.

        Raises:
            QueryError: a text is longer than the window.
        """

    def read_after(self, texts: Sequence[str], pseudo_words: Tensor) -> Tensor:
        """What pseudo-words `(B, P, D)` mean after the words of texts, `(B, P, D)`.

        Raises:
            QueryError: there are more pseudo-words than the window holds.
        """


class LatentCodec(Protocol):
    """Pictures `(B, 3, H, W)` in [-1, 1] to latents `(B, C, H/8, W/8)`, and back."""

    @property
    def latent_channels(self) -> int:
        """C."""

    def encode(self, images: Tensor) -> Tensor:
        """Latents, scaled as the denoiser knows them."""

    def encode_around(self, images: Tensor, cells: Tensor) -> Tensor:
        """Latents of pictures of which the region `cells` `(B, 1, H/8, W/8)` is hidden."""

    def decode(self, latents: Tensor) -> Tensor:
        """The reverse of `encode`."""


@runtime_checkable
class Network(Protocol):
    """What a `LatentDenoiser` asks: a diffusers U-Net, or something that can be called like one."""

    def __call__(
        self,
        sample: Tensor,
        timestep: Tensor,
        *,
        encoder_hidden_states: Tensor,
        encoder_attention_mask: Tensor,
        return_dict: bool,
    ) -> tuple[Tensor, ...]:
        """The prediction, alone in a tuple."""


class Encoder(Protocol):
    """Texts and pictures into one space."""

    @property
    def embedding_dim(self) -> int:
        """D, the width of every embedding."""

    @property
    def fingerprint(self) -> str:
        """Hash of weights and preprocessing: two encoders with one fingerprint give the same embeddings."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed `N` texts.

        Raises:
            QueryError: a text is empty or longer than the text tower's window.
        """

    def encode_images(self, images: Sequence[Image.Image]) -> Embeddings:
        """Embed `N` RGB pictures of any size."""

    def encode_composed(
        self, images: Sequence[Image.Image], texts: Sequence[str], *, text_weight: float = 0.5
    ) -> Embeddings:
        """Embed `N` pairs (picture, words); `text_weight` in [0, 1] is the share of the words."""
