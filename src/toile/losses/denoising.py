"""The denoising loss of a latent diffusion model."""

from __future__ import annotations

from torch import Tensor


def denoising_loss(prediction: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean squared error, each row weighted by `weights` `(B,)` if given."""
    rows = (prediction - target).square().mean((1, 2, 3))  # (B,)
    return rows.mean() if weights is None else (rows * weights).mean()
