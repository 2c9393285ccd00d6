"""Any transformers CLIP or SigLIP checkpoint folder as an `Encoder`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from toile.errors import CheckpointError, QueryError
from toile.models.composition import composed
from toile.models.protocols import Embeddings

_BATCH_SIZE: Final = 16


class HubEncoder:
    """CLIP (Radford et al. 2021) or SigLIP (Zhai et al. 2023) towers with their own tokenizer and preprocessing."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        from transformers import AutoModel, AutoTokenizer, CLIPImageProcessorPil, SiglipImageProcessorPil

        weights = sorted(folder.glob("*.safetensors"))
        if not weights:
            raise CheckpointError(f"{folder} holds no safetensors weights; save the checkpoint with save_pretrained")
        self.model: Any = AutoModel.from_pretrained(folder, local_files_only=True).eval().to(device)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        # By class name: without torchvision the automatic choice would be a class that can't be made.
        self._is_siglip = self.model.config.model_type == "siglip"
        processor = SiglipImageProcessorPil if self._is_siglip else CLIPImageProcessorPil
        self.processor: Any = processor.from_pretrained(folder, local_files_only=True)
        self.device = device
        digest = hashlib.sha256(self.processor.to_json_string().encode())
        for path in weights:
            digest.update(path.read_bytes())
        self.fingerprint = digest.hexdigest()

    @property
    def embedding_dim(self) -> int:
        """Width of an embedding."""
        config = self.model.config
        return int(config.vision_config.hidden_size if self._is_siglip else config.projection_dim)

    @property
    def max_text_tokens(self) -> int:
        """The text tower's window."""
        return int(self.model.config.text_config.max_position_embeddings)

    @torch.inference_mode()
    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts, `(N, D)`.

        Raises:
            QueryError: a text is empty or longer than the text tower's window.
        """
        for text in texts:
            if not text.strip():
                raise QueryError("the text is empty; say what to look for, such as 'a red dress'")
            length = len(self.tokenizer(text)["input_ids"])
            if length > self.max_text_tokens:
                raise QueryError(
                    f"the text has {length} tokens, the text tower's window holds {self.max_text_tokens}; shorten it"
                )
        # SigLIP was trained with every text padded to the full window, CLIP with masks.
        padding = "max_length" if self._is_siglip else True
        rows = []
        for start in range(0, len(texts), _BATCH_SIZE):
            batch = self.tokenizer(
                list(texts[start : start + _BATCH_SIZE]),
                padding=padding,
                max_length=self.max_text_tokens if self._is_siglip else None,
                return_tensors="pt",
            )
            rows.append(_pooled(self.model.get_text_features(**batch.to(self.device))))
        return self._to_numpy(rows)

    @torch.inference_mode()
    def encode_images(self, images: Sequence[Image.Image]) -> Embeddings:
        """Embed RGB pictures of any size, `(N, D)`."""
        rows = []
        for start in range(0, len(images), _BATCH_SIZE):
            batch = self.processor(images=list(images[start : start + _BATCH_SIZE]), return_tensors="pt")
            rows.append(_pooled(self.model.get_image_features(pixel_values=batch["pixel_values"].to(self.device))))
        return self._to_numpy(rows)

    def encode_composed(
        self, images: Sequence[Image.Image], texts: Sequence[str], *, text_weight: float = 0.5
    ) -> Embeddings:
        """Embed pairs by a weighted sum, `(N, D)`.

        Raises:
            QueryError: the weight lies outside [0, 1], or a text can't be embedded.
        """
        return composed(self.encode_images(images), self.encode_texts(texts), text_weight)

    def _to_numpy(self, rows: list[Tensor]) -> Embeddings:
        if not rows:
            return np.empty((0, self.embedding_dim), dtype=np.float32)
        return F.normalize(torch.cat(rows).float(), dim=-1).cpu().numpy()


def _pooled(features: Any) -> Tensor:  # noqa: ANN401  (transformers 5 returns an output object, 4 a tensor)
    pooled: Tensor = features if isinstance(features, Tensor) else features.pooler_output
    return pooled
