"""Small real stand-ins: an encoder without weights, and a bundle that carries it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.errors import QueryError
from toile.models.figure_reader import Figure
from toile.models.protocols import Embeddings
from toile.vision.croquis import CROQUIS, CROQUIS_SIZE

_WORDS = {
    "red": (200, 30, 40),
    "green": (46, 125, 60),
    "blue": (47, 99, 184),
    "yellow": (242, 215, 46),
    "black": (16, 16, 18),
    "white": (255, 255, 255),
}
_WINDOW_WORDS = 20


@dataclass(frozen=True)
class ColourEncoder:
    """Pictures by the mean colour of each half, words by the colours they name: 8 dimensions.

    >>> encoder = ColourEncoder()
    >>> red = Image.new("RGB", (8, 8), (200, 30, 40))
    >>> float((encoder.encode_texts(["a red dress"]) @ encoder.encode_images([red]).T)[0, 0]) > 0.99
    True
    """

    fingerprint: str = "colour-encoder-of-the-tests"
    embedding_dim: int = 8

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return _normalised([_colour_of(text) * 2 for text in texts])

    def encode_images(self, images: Sequence[Image.Image]) -> Embeddings:
        return _normalised([_mean_colours(image) for image in images])

    def encode_composed(
        self, images: Sequence[Image.Image], texts: Sequence[str], *, text_weight: float = 0.5
    ) -> Embeddings:
        mixed = text_weight * self.encode_texts(texts) + (1 - text_weight) * self.encode_images(images)
        return _normalised(list(mixed))


@dataclass(frozen=True)
class ColourComposer(ColourEncoder):
    """A multimodal encoder: two queries a picture, of which one is noise, and words that replace the colour."""

    fingerprint: str = "colour-composer-of-the-tests"
    num_queries: int = 2
    dim: int = 8

    def encode_images(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        rows = super().encode_images(images)
        return np.stack([np.roll(rows, 3, axis=1) * 0.1, rows], axis=1)

    def encode_composed(self, images: Sequence[Image.Image], texts: Sequence[str]) -> Embeddings:
        return self.encode_texts(texts)

    def read_images(self, images: Sequence[Image.Image]) -> list[Image.Image]:
        return list(images)

    def scores(self, images: NDArray[np.float32], texts: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.einsum("nqd,md->nmq", images, texts).max(axis=2)

    def match(self, images: Sequence[Image.Image], text: str) -> NDArray[np.float32]:
        """Whatever is smaller matches better."""
        return np.array([-float(image.width) for image in images], np.float32)


class ColourCaptioner:
    """Says the mean colour of a picture."""

    def write(self, queries: Sequence[Image.Image], instruction: str) -> list[str]:
        rows = _normalised([_mean_colours(image) for image in queries])
        names = list(_WORDS)
        words = ColourEncoder().encode_texts(names)
        return [f"{names[int(place)]} thing" for place in (rows @ words.T).argmax(1)]


class CroquisReader:
    """Sees everybody stand straight."""

    def read(self, images: Sequence[Image.Image]) -> list[Figure]:
        return [
            Figure(
                labels=np.zeros((image.height, image.width), np.uint8),
                sureness=np.ones((image.height, image.width), np.float16),
                pose=CROQUIS["straight"]
                * np.array([image.width / CROQUIS_SIZE[1], image.height / CROQUIS_SIZE[0], 1], np.float32),
            )
            for image in images
        ]


@dataclass(frozen=True)
class FakeBundle:
    """What tasks need of a bundle."""

    encoder: ColourEncoder = field(default_factory=ColourEncoder)
    unifashion_encoder: ColourComposer = field(default_factory=ColourComposer)
    captioner: ColourCaptioner = field(default_factory=ColourCaptioner)
    figure_reader: CroquisReader = field(default_factory=CroquisReader)
    name: str = "fake"
    hash: str = "0" * 64


def _colour_of(text: str) -> tuple[float, ...]:
    words = text.lower().split()
    if not words:
        raise QueryError("a text is empty")
    if len(words) > _WINDOW_WORDS:
        raise QueryError(f"the text has {len(words)} words, the window holds {_WINDOW_WORDS}")
    named = [_WORDS[word] for word in words if word in _WORDS] or [(127, 127, 127)]
    return (*(np.mean(named, axis=0) - 127.5), 40.0)


def _mean_colours(image: Image.Image) -> tuple[float, ...]:
    pixels = np.asarray(image.resize((8, 8), Image.Resampling.BOX), np.float64) - 127.5
    return tuple(value for half in (pixels[:, :4], pixels[:, 4:]) for value in (*half.mean((0, 1)), 40.0))


def _normalised(rows: Sequence[Sequence[float]]) -> Embeddings:
    matrix = np.array(rows, np.float64)
    return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)
