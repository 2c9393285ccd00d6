"""What a model must offer so that the rest of the product can use it without knowing which it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Embeddings = NDArray[np.float32]
"""`(N, D)`, each row L2-normalised: a dot product is a cosine."""


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
