"""The denoising loss of a latent diffusion model."""

from __future__ import annotations

from typing import Literal

from torch import Tensor


def denoising_loss(prediction: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean squared error, each row weighted by `weights` `(B,)` if given."""
    rows = (prediction - target).square().mean((1, 2, 3))  # (B,)
    return rows.mean() if weights is None else (rows * weights).mean()


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
