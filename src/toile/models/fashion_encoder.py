"""The embedded text-image encoder: one space of two parts, what it is and which colour it has.

An embedding is `normalize([a_kind * kind, a_colour * colour])`. On the text side two linear maps read the two parts
from MiniLM's sentence embedding, and two gates say how much of each the words speak of: *a dress* leaves the colour
part empty, so all colours match it equally; *something red* leaves the kind empty. Training classes and colours in one
undivided space cost 6 points of class accuracy in trials; apart, neither pays for the other (docs/decisions/0001).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from toile.errors import QueryError
from toile.models.composition import composed
from toile.models.image_encoder import ImageEncoder, ImageEncoderConfig
from toile.models.protocols import Embeddings
from toile.models.text_encoder import TextEncoder

_BATCH_SIZE: Final = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class FashionEncoderConfig:
    """Sizes of the joint encoder."""

    image: ImageEncoderConfig = field(default_factory=ImageEncoderConfig)
    image_size: int = 192
    """Side of the square that a picture is fitted into, pixels; divisible by 32."""
    text_dim: int = 384
    kind_dim: int = 192
    colour_dim: int = 64
    image_colour_weight: float = 0.3
    """Share of the squared norm that the colour part has in a picture's embedding."""
    text_colour_weight: float = 0.3
    """The same in a text's, where both parts speak. Words that name a colour mean it; of two pictures of the same
    garment one rarely asks that the colour be the same. So the two weights are set apart, on validation rows."""

    def __post_init__(self) -> None:
        if self.image_size % 32:
            raise ValueError(f"image_size ({self.image_size}) must be divisible by 32")
        for name in ("image_colour_weight", "text_colour_weight"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} ({getattr(self, name)}) must lie in (0, 1)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The two parts before they are joined, each L2-normalised, and how much each one says."""

    kind: Tensor
    """`(B, kind_dim)`"""
    colour: Tensor
    """`(B, colour_dim)`"""
    gates: Tensor
    """`(B, 2)` in [0, 1], for kind and colour; ones for pictures."""


class TextHead(nn.Module):
    """MiniLM's sentence embedding `(B, text_dim)` to `Parts`."""

    def __init__(self, config: FashionEncoderConfig) -> None:
        super().__init__()
        self.kind = nn.Linear(config.text_dim, config.kind_dim, bias=False)
        self.colour = nn.Linear(config.text_dim, config.colour_dim, bias=False)
        self.gates = nn.Linear(config.text_dim, 2)
        # Class names alone have raw cosines of 0.4 to 0.8: what all captions share carries nothing and is taken away.
        self.mean = nn.Buffer(torch.zeros(config.text_dim))
        # Orthonormal rows keep MiniLM's own neighbourhoods, which is what unseen words are understood by.
        nn.init.orthogonal_(self.kind.weight)
        nn.init.orthogonal_(self.colour.weight)

    def forward(self, sentence: Tensor) -> Parts:
        """Parts of `B` texts."""
        centred = sentence - self.mean
        return Parts(
            kind=F.normalize(self.kind(centred), dim=-1),
            colour=F.normalize(self.colour(centred), dim=-1),
            gates=torch.sigmoid(self.gates(centred)),
        )


class ImageHead(nn.Module):
    """Pooled features `(B, F)` to `Parts`."""

    def __init__(self, feature_dim: int, config: FashionEncoderConfig) -> None:
        super().__init__()
        self.kind = nn.Linear(feature_dim, config.kind_dim)
        self.colour = nn.Linear(feature_dim, config.colour_dim)

    def forward(self, features: Tensor) -> Parts:
        """Parts of `B` pictures."""
        return Parts(
            kind=F.normalize(self.kind(features), dim=-1),
            colour=F.normalize(self.colour(features), dim=-1),
            gates=features.new_ones(len(features), 2),
        )


class FashionTower(nn.Module):
    """What is trained: the image tower and both heads. The text tower is frozen and stays outside."""

    def __init__(self, config: FashionEncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.image = ImageEncoder(config.image)
        self.image_head = ImageHead(self.image.feature_dim, config)
        self.text_head = TextHead(config)

    def image_parts(self, images: Tensor) -> Parts:
        """Parts of pictures `(B, 3, H, W)` in [-1, 1]."""
        parts: Parts = self.image_head(self.image(images))
        return parts

    def text_parts(self, sentence: Tensor) -> Parts:
        """Parts of sentence embeddings `(B, text_dim)`."""
        parts: Parts = self.text_head(sentence)
        return parts

    def join_image(self, parts: Parts) -> Tensor:
        """A picture's embedding `(B, kind_dim + colour_dim)`, L2-normalised."""
        return join(parts, self.config.image_colour_weight)

    def join_text(self, parts: Parts) -> Tensor:
        """A text's embedding `(B, kind_dim + colour_dim)`, L2-normalised."""
        return join(parts, self.config.text_colour_weight)


def join(parts: Parts, colour_weight: float) -> Tensor:
    """`normalize([sqrt(1 - w) g_0 kind, sqrt(w) g_1 colour])`, w the colour weight and g the gates."""
    kind = (1 - colour_weight) ** 0.5 * parts.gates[:, :1] * parts.kind
    colour = colour_weight**0.5 * parts.gates[:, 1:] * parts.colour
    return F.normalize(torch.cat([kind, colour], dim=-1), dim=-1)


def fit_into_square(image: Image.Image, size: int) -> NDArray[np.uint8]:
    """The whole picture, aspect kept, centred on white: `(size, size, 3)`."""
    fitted = image.convert("RGB")
    scale = size / max(fitted.size)
    width, height = (max(1, round(side * scale)) for side in fitted.size)
    canvas = Image.new("RGB", (size, size), "white")
    resized = fitted.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    canvas.paste(resized, ((size - width) // 2, (size - height) // 2))
    return np.asarray(canvas)


def hash_of_state(module: nn.Module, *extra: str) -> str:
    """sha256 of a model's weights and of whatever else decides its embeddings."""
    digest = hashlib.sha256("|".join(extra).encode())
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().float().cpu().numpy().tobytes())
    return digest.hexdigest()


class FashionEncoder:
    """The `Encoder` of the embedded bundle: trained tower and frozen text tower, ready to embed."""

    def __init__(self, tower: FashionTower, text_encoder: TextEncoder) -> None:
        self.tower = tower.eval()
        self.text_encoder = text_encoder
        self.fingerprint = hash_of_state(tower, text_encoder.weights_hash, repr(tower.config), "fit_into_square")

    @property
    def embedding_dim(self) -> int:
        """Width of an embedding."""
        return self.tower.config.kind_dim + self.tower.config.colour_dim

    @torch.inference_mode()
    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts, `(N, D)`.

        Raises:
            QueryError: a text is empty or longer than the text tower's window.
        """
        for text in texts:
            if not text.strip():
                raise QueryError("the text is empty; say what to look for, such as 'a red dress'")
        rows = [
            self.tower.join_text(self.tower.text_parts(self.text_encoder.encode([text]).sentence)) for text in texts
        ]
        return self._to_numpy(rows)

    @torch.inference_mode()
    def encode_images(self, images: Sequence[Image.Image]) -> Embeddings:
        """Embed RGB pictures of any size, `(N, D)`."""
        device = next(self.tower.parameters()).device
        rows = []
        for batch in square_batches(images, self.tower.config.image_size):
            pixels = torch.from_numpy(batch).to(device).permute(0, 3, 1, 2).float() / 127.5 - 1
            rows.append(
                self.tower.join_image(self.tower.image_parts(pixels.contiguous(memory_format=torch.channels_last)))
            )
        return self._to_numpy(rows)

    def encode_composed(
        self, images: Sequence[Image.Image], texts: Sequence[str], *, text_weight: float = 0.5
    ) -> Embeddings:
        """Embed pairs by a weighted sum of their embeddings, `(N, D)`; trained composition is not in this bundle.

        Raises:
            QueryError: the weight lies outside [0, 1], or a text can't be embedded.
        """
        return composed(self.encode_images(images), self.encode_texts(texts), text_weight)

    def _to_numpy(self, rows: list[Tensor]) -> Embeddings:
        if not rows:
            return np.empty((0, self.embedding_dim), dtype=np.float32)
        return torch.cat(rows).float().cpu().numpy()


def square_batches(images: Sequence[Image.Image], size: int) -> Iterator[NDArray[np.uint8]]:
    """Square batches `(B, size, size, 3)` in order."""
    for start in range(0, len(images), _BATCH_SIZE):
        yield np.stack([fit_into_square(image, size) for image in images[start : start + _BATCH_SIZE]])
