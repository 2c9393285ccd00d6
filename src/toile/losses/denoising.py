"""The denoising loss of a latent diffusion model."""

from __future__ import annotations

from typing import Final, Literal

from torch import Tensor

_LEAST_REGION: Final = 1 / 6


def denoising_loss(
    prediction: Tensor, target: Tensor, weights: Tensor | None = None, cells: Tensor | None = None
) -> Tensor:
    """Mean squared error, each row weighted by `weights` `(B,)` and each cell by `cells` `(B, 1, h, w)` if given."""
    errors = (prediction - target).square()
    rows = (errors if cells is None else errors * cells).mean((1, 2, 3))  # (B,)
    return rows.mean() if weights is None else (rows * weights).mean()


def region_weights(mask: Tensor, outside: float) -> Tensor:
    """Weights of cells, so that a small region that is to be painted counts as much as a whole picture.

    What lies around it is shown to the network, and is put back as it was: without weights nearly all that a row
    with a small region teaches is to copy.

    Args:
        mask: `(B, 1, h, w)`, 1 = to be painted.
        outside: how much a cell outside counts, of one inside, in (0, 1]; 1: all cells alike.

    Returns:
        As `mask`; of mean 1, unless the region is smaller than a sixth: the few cells of a very small one would drown
        all other rows.
    """
    weights = mask + outside * (1 - mask)
    return weights / weights.mean((1, 2, 3), keepdim=True).clamp_min(_LEAST_REGION)


def min_snr_weights(
    alphas_cumprod: Tensor, gamma: float, prediction_type: Literal["epsilon", "v_prediction"]
) -> Tensor:
    """Weights that count an error of the picture `min(SNR, gamma)` times (Hang et al. 2023, section 3.4).

    Args:
        alphas_cumprod: `(B,)`, the share of signal variance at each row's timestep.
        gamma: 5 in the paper.
        prediction_type: what the network says; an error of the velocity is `SNR + 1` times one of the picture.
    """
    snr = alphas_cumprod / (1 - alphas_cumprod).clamp_min(1e-8)
    weights = snr.clamp_max(gamma) / (snr + 1 if prediction_type == "v_prediction" else snr.clamp_min(1e-8))
    return weights
