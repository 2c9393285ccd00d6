"""How far a set of pictures lies from another, measured between their features.

Which network gave the features decides what the numbers mean: always name it beside them, and never compare them with
figures made with another one.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_KID_SUBSETS: Final = 100
_KID_SUBSET_SIZE: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class KernelDistance:
    """KID over random subsets."""

    mean: float
    std: float
    """Over the subsets; not the error of the mean."""


class _Features(nn.Module):
    """Stands where torchmetrics expects a network: the features are there already."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.num_features = num_features

    def forward(self, features: Tensor) -> Tensor:
        return features


def frechet_distance(real: NDArray[np.floating], fake: NDArray[np.floating]) -> float:
    """Fréchet distance of two Gaussians fitted to features `(N, D)` and `(M, D)` (Heusel et al. 2017, FID).

    `|mu_r - mu_f|^2 + tr(S_r + S_f - 2 (S_r S_f)^{1/2})`. Biased upwards when N or M is not much larger than D.

    Raises:
        ValueError: the widths differ, or a set has fewer than two rows.
    """
    from torchmetrics.image.fid import FrechetInceptionDistance

    _check(real, fake, at_least=2)
    metric = FrechetInceptionDistance(feature=_Features(real.shape[1])).set_dtype(torch.float64)
    metric.update(torch.from_numpy(real.astype(np.float64)), real=True)
    metric.update(torch.from_numpy(fake.astype(np.float64)), real=False)
    return float(metric.compute())


def kernel_distance(real: NDArray[np.floating], fake: NDArray[np.floating], *, seed: int = 0) -> KernelDistance:
    """Squared MMD of features `(N, D)` and `(M, D)`, kernel `(x.y / D + 1)^3` (Binkowski et al. 2018, KID).

    Unbiased at any size: the mean over subsets may be slightly negative for equal distributions.

    Raises:
        ValueError: the widths differ, or a set has fewer than four rows.
    """
    from torchmetrics.image.kid import KernelInceptionDistance

    _check(real, fake, at_least=4)
    # A subset must leave rows out, else all subsets are one.
    size = min(_KID_SUBSET_SIZE, len(real) * 3 // 4, len(fake) * 3 // 4)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*will save all extracted features.*")
        metric = KernelInceptionDistance(feature=_Features(real.shape[1]), subsets=_KID_SUBSETS, subset_size=size)
    metric.update(torch.from_numpy(real.astype(np.float64)), real=True)
    metric.update(torch.from_numpy(fake.astype(np.float64)), real=False)
    with torch.random.fork_rng(devices=[]):  # torchmetrics draws the subsets from the global generator
        torch.manual_seed(seed)
        mean, std = metric.compute()
    return KernelDistance(mean=float(mean), std=float(std))


def _check(real: NDArray[np.floating], fake: NDArray[np.floating], *, at_least: int) -> None:
    if real.ndim != 2 or fake.ndim != 2 or real.shape[1] != fake.shape[1]:
        raise ValueError(f"features have shapes {real.shape} and {fake.shape}, expected (N, D) and (M, D)")
    if min(len(real), len(fake)) < at_least:
        raise ValueError(f"got {len(real)} and {len(fake)} rows, expected at least {at_least} each")
