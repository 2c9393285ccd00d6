"""The multimodal encoder ready to embed: pictures as a row a query, texts as one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from toile.errors import QueryError
from toile.models.fashion_encoder import hash_of_state, square_batches
from toile.models.qformer import similarity
from toile.models.text_encoder import TextEncoder
from toile.models.unifashion import UniFashion

_BATCH_SIZE: Final = 64


class UniFashionEncoder:
    """Embeddings of the Q-Former, float32 and L2-normalised, of width `dim`."""

    def __init__(self, model: UniFashion, words: TextEncoder) -> None:
        self.model = model.eval()
        self.words = words
        self.fingerprint = hash_of_state(model, words.weights_hash, repr(model.config), "fit_into_square")

    @property
    def dim(self) -> int:
        """D, the width of every row."""
        return self.model.config.qformer.projection_dim

    @property
    def num_queries(self) -> int:
        """Vectors of one picture."""
        return self.model.config.qformer.num_queries

    @torch.inference_mode()
    def read_images(self, images: Sequence[Image.Image]) -> Tensor:
        """What the queries have seen in `N` RGB pictures of any size: `(N, num_queries, width of the Q-Former)`."""
        rows = [
            self.model.qformer.read_pictures(self._tokens(batch))
            for batch in square_batches(images, self.model.config.image_size)
        ]
        config = self.model.config.qformer
        return torch.cat(rows) if rows else torch.empty(0, config.num_queries, config.dim)

    @torch.inference_mode()
    def image_tokens(self, images: Sequence[Image.Image]) -> Tensor:
        """What the image network says of `N` RGB pictures of any size, `(N, side, side, width)`, cell by cell."""
        side, width = self.model.config.image_size // self.model.config.cell_size, self.model.norm.normalized_shape[0]
        rows = [self._tokens(batch).cpu() for batch in square_batches(images, self.model.config.image_size)]
        tokens: Tensor = torch.cat([torch.empty(0, side * side, width), *rows]).unflatten(1, (side, side))
        return tokens

    @torch.inference_mode()
    def encode_squares(self, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
        """`N` pictures that are squares already, `(N, S, S, 3)`: `(N, num_queries, D)`."""
        qformer = self.model.qformer
        rows = [
            qformer.project_pictures(qformer.read_pictures(self._tokens(squares[start : start + _BATCH_SIZE]))).cpu()
            for start in range(0, len(squares), _BATCH_SIZE)
        ]
        found: NDArray[np.float32] = torch.cat(rows).numpy()
        return found

    @torch.inference_mode()
    def encode_images(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        """`N` RGB pictures of any size: `(N, num_queries, D)`."""
        projected: NDArray[np.float32] = self.model.qformer.project_pictures(self.read_images(images)).cpu().numpy()
        return projected

    @torch.inference_mode()
    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """`N` texts: `(N, D)`.

        Raises:
            QueryError: a text is empty or longer than the text tower's window.
        """
        rows = []
        for start in range(0, len(texts), _BATCH_SIZE):
            ids, mask = self._tokenized(texts[start : start + _BATCH_SIZE])
            rows.append(self.model.qformer.project_words(self.model.qformer.read_words(ids, mask)))
        return _as_numpy(rows, (self.dim,))

    @torch.inference_mode()
    def encode_composed(self, images: Sequence[Image.Image], texts: Sequence[str]) -> NDArray[np.float32]:
        """`N` pictures, each with what to change about it: `(N, D)`, to be compared with pictures as a text is.

        Raises:
            QueryError: a text is empty or longer than the text tower's window.
            ValueError: there are more of the one than of the other.
        """
        if len(images) != len(texts):
            raise ValueError(f"{len(images)} pictures and {len(texts)} texts; give one text a picture")
        rows, start = [], 0
        for batch in square_batches(images, self.model.config.image_size):
            ids, mask = self._tokenized(texts[start : start + len(batch)])
            _, words = self.model.qformer.read_both(self._tokens(batch), ids, mask)
            rows.append(self.model.qformer.project_words(words))
            start += len(batch)
        return _as_numpy(rows, (self.dim,))

    @torch.inference_mode()
    def match(self, images: Sequence[Image.Image], text: str) -> NDArray[np.float32]:
        """How surely words and each of `N` pictures belong together: log odds `(N,)` of the matching head.

        Raises:
            QueryError: the text is empty or longer than the text tower's window.
        """
        ids, mask = self._tokenized([text])
        rows = [torch.empty(0)]
        for batch in square_batches(images, self.model.config.image_size):
            said, seen = (part.expand(len(batch), -1) for part in (ids, mask))
            queries, _ = self.model.qformer.read_both(self._tokens(batch), said, seen)
            logits = self.model.qformer.matching_logits(queries)
            rows.append((logits[:, 1] - logits[:, 0]).cpu())
        found: NDArray[np.float32] = torch.cat(rows).float().numpy()
        return found

    def scores(self, images: NDArray[np.float32], texts: NDArray[np.float32]) -> NDArray[np.float32]:
        """How well pictures `(N, num_queries, D)` and texts `(M, D)` go together, `(N, M)` in [-1, 1]."""
        found: NDArray[np.float32] = similarity(torch.from_numpy(images), torch.from_numpy(texts)).numpy()
        return found

    def _tokens(self, batch: NDArray[np.uint8]) -> Tensor:
        pixels = torch.from_numpy(batch).to(self.model.places.device).permute(0, 3, 1, 2).float() / 127.5 - 1
        return self.model.image_tokens(pixels.contiguous(memory_format=torch.channels_last))

    def _tokenized(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        for text in texts:
            if not text.strip():
                raise QueryError("the text is empty; say what to look for, such as 'a red dress'")
        ids, mask = self.words.tokenize(texts)
        return ids.to(self.model.places.device), mask.to(self.model.places.device)


def _as_numpy(rows: Sequence[Tensor], shape: tuple[int, ...]) -> NDArray[np.float32]:
    if not rows:
        return np.empty((0, *shape), np.float32)
    return torch.cat(list(rows)).float().cpu().numpy()
