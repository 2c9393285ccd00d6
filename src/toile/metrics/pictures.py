"""How near a picture comes to the one that it should be."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

_EQUAL_DB: Final = 100.0


def structural_similarity(image: Image.Image, truth: Image.Image) -> float:
    """SSIM (Wang et al. 2004), Gaussian window of 11 pixels, of RGB pictures of one size; 1 is equal."""
    from torchmetrics.functional.image import structural_similarity_index_measure

    return float(structural_similarity_index_measure(_batch(image), _batch(truth), data_range=1.0))


def peak_signal_to_noise(image: Image.Image, truth: Image.Image) -> float:
    """PSNR of RGB pictures of one size, dB; at most 100, so that equal pictures can be averaged with others."""
    from torchmetrics.functional.image import peak_signal_noise_ratio

    ratio = float(peak_signal_noise_ratio(_batch(image), _batch(truth), data_range=1.0))
    return min(ratio, _EQUAL_DB)


def mean_difference(image: Image.Image, other: Image.Image, where: NDArray[np.bool_]) -> float:
    """Mean absolute difference of the channels, 0 to 255, over the pixels `where` `(H, W)`; 0 where there are none."""
    if not where.any():
        return 0.0
    gap = np.abs(np.asarray(image.convert("RGB"), np.float64) - np.asarray(other.convert("RGB"), np.float64))
    return float(gap[where].mean())


def _batch(image: Image.Image) -> Tensor:
    # In 64 bits: SSIM subtracts squares that are nearly equal where a picture is white.
    return torch.from_numpy(np.asarray(image.convert("RGB"), np.float64) / 255).permute(2, 0, 1)[None]
