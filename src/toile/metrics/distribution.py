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
from scipy.spatial.distance import cdist
from scipy.special import rel_entr
from torch import Tensor, nn

_KID_SUBSETS: Final = 100
_KID_SUBSET_SIZE: Final = 100
_HALVES: Final = 400


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


def density_coverage(real: NDArray[np.floating], fake: NDArray[np.floating], *, k: int) -> tuple[float, float]:
    """Density and coverage (Naeem et al. 2020, eq. 5 and 6) of features `(N, D)` and `(M, D)`.

    A real row's ball reaches to its `k`-th neighbour among the others. Density: in how many balls a fake lies, over
    `k`; about 1 where fakes lie among the real, more where they crowd. Coverage: share of balls that hold a fake.

    Raises:
        ValueError: the widths differ, or there are not more than `k` real rows.
    """
    _check(real, fake, at_least=1)
    if len(real) <= k:
        raise ValueError(f"k is {k} and there are {len(real)} real rows, expected more rows than k")
    near = cdist(real, real)
    np.fill_diagonal(near, np.inf)
    radii = np.partition(near, k - 1, axis=1)[:, k - 1]
    inside = cdist(real, fake) <= radii[:, None]  # (N, M)
    return float(inside.sum() / (k * len(fake))), float(inside.any(axis=1).mean())


def inception_score(probabilities: NDArray[np.floating]) -> float:
    """`exp(mean_i KL(p_i || mean p))` (Salimans et al. 2016): 1 to the number of classes, high if sure and varied.

    Args:
        probabilities: `(N, K)`, rows sum to 1; whose classes they are decides what the number means.
    """
    p = probabilities.astype(np.float64)
    return float(np.exp(rel_entr(p, p.mean(axis=0)).sum(axis=1).mean()))


def vendi_score(features: NDArray[np.floating]) -> float:
    """How many different rows there are, in effect (Friedman & Dieng 2023): from 1, all alike, to N.

    `exp(entropy of the eigenvalues of K / N)`, K the cosines of features `(N, D)`; it grows with N: compare equal ones.
    """
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    values = np.linalg.eigvalsh(unit.astype(np.float64) @ unit.T.astype(np.float64) / len(unit))
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def gini(values: NDArray[np.floating]) -> float:
    """How unequal values `(N,)`, none of them negative, are: 0 all alike, towards 1 one has all; 0 where all are 0."""
    total = float(values.sum())
    if not total:
        return 0.0
    apart = np.abs(values[:, None] - values[None, :]).sum()
    return float(apart / (2 * len(values) * total))


def kernel_distance_difference(
    real: NDArray[np.floating], fake: NDArray[np.floating], other: NDArray[np.floating], *, seed: int = 0
) -> tuple[float, float, float]:
    """KID of `fake` minus KID of `other`, whose rows belong together, with the ends of its 95 % interval.

    The interval is that of random halves of the rows, drawn without putting back (a half varies around the whole as the
    whole does around the truth: Politis & Romano 1994); resampling with repeats would bias a kernel distance.

    Raises:
        ValueError: widths or numbers of rows differ, or there are fewer than eight.
    """
    _check(real, fake, at_least=8)
    _check(real, other, at_least=8)
    if len(fake) != len(other):
        raise ValueError(f"got {len(fake)} and {len(other)} rows, expected pairs")
    whole = _squared_mmd(real, fake) - _squared_mmd(real, other)
    generator, halves = np.random.default_rng(seed), []
    for _ in range(_HALVES):
        r = generator.permutation(len(real))[: len(real) // 2]
        f = generator.permutation(len(fake))[: len(fake) // 2]
        halves.append(_squared_mmd(real[r], fake[f]) - _squared_mmd(real[r], other[f]))
    low, high = np.quantile(halves, [0.025, 0.975])
    return whole, float(low), float(high)


def _squared_mmd(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Unbiased, kernel as in `kernel_distance`, over all rows."""

    def kernel(x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float64]:
        similar: NDArray[np.float64] = (x.astype(np.float64) @ y.astype(np.float64).T / x.shape[1] + 1) ** 3
        return similar

    own = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in (kernel(a, a), kernel(b, b))]
    return float(own[0] + own[1] - 2 * kernel(a, b).mean())


def _check(real: NDArray[np.floating], fake: NDArray[np.floating], *, at_least: int) -> None:
    if real.ndim != 2 or fake.ndim != 2 or real.shape[1] != fake.shape[1]:
        raise ValueError(f"features have shapes {real.shape} and {fake.shape}, expected (N, D) and (M, D)")
    if min(len(real), len(fake)) < at_least:
        raise ValueError(f"got {len(real)} and {len(fake)} rows, expected at least {at_least} each")
