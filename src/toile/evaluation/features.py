"""What turns pictures into the features that FID and its like compare; its name stands beside every figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from toile.bundles.parts import file_hash
from toile.errors import CheckpointError
from toile.models.protocols import Encoder

_BATCH_SIZE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureExtractor:
    """A network, and what it is called."""

    name: str
    of: Callable[[Sequence[Image.Image]], NDArray[np.floating]]
    """RGB pictures to `(N, D)`, about unit variance a feature."""


def feature_extractor(weights: str, encoder: Encoder) -> FeatureExtractor:
    """The bundle's own encoder, or an Inception that the user has.

    Args:
        weights: a TorchScript file that takes `(B, 3, H, W)` bytes, resizes by itself and gives `(B, D)`, as NVIDIA's
            `inception-2015-12-05.pt` does with `return_features=True`; empty: the encoder.
        encoder: of the bundle.

    Raises:
        CheckpointError: the file isn't there, or is no such network.
    """
    if not weights:
        scale = np.sqrt(encoder.embedding_dim)
        return FeatureExtractor(
            name="the bundle's own encoder, unit embeddings times the root of their width",
            of=lambda images: encoder.encode_images(images) * scale,
        )
    path = Path(weights)
    try:
        network = torch.jit.load(str(path), map_location="cpu").eval()
    except (OSError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"{path} is no TorchScript file that can be read ({error}); give inception-2015-12-05.pt or leave it out"
        ) from error

    def features(images: Sequence[Image.Image]) -> NDArray[np.floating]:
        rows = []
        for start in range(0, len(images), _BATCH_SIZE):
            pixels = [np.asarray(image.convert("RGB")) for image in images[start : start + _BATCH_SIZE]]
            batch = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).contiguous()
            with torch.inference_mode():
                rows.append(network(batch, return_features=True).float().numpy())
        return np.concatenate(rows)

    return FeatureExtractor(name=f"{path.name}, sha256 {file_hash(path)[:12]}", of=features)
