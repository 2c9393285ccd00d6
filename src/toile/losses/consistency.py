"""Consistency distillation of a latent diffusion model (Song et al. 2023; latent: Luo et al. 2023, LCM)."""

from __future__ import annotations

from torch import Tensor


def ddim_step(x_0: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """What DDIM (Song et al. 2021, eq. 12, eta 0) makes of a predicted picture and noise at a less noisy timestep.

    Args:
        x_0: `(B, C, h, w)`, predicted.
        noise: as `x_0`, predicted.
        alphas_cumprod: `(B,)`, of the timestep to go to.
    """
    a = alphas_cumprod.reshape(-1, 1, 1, 1)
    return a.sqrt() * x_0 + (1 - a).sqrt() * noise


def consistency_loss(own: Tensor, target: Tensor, *, huber_c: float = 0.03) -> Tensor:
    """Pseudo-Huber distance `sqrt(|a - b|^2 + c^2) - c` of two predicted pictures, mean (Song & Dhariwal 2024, eq. 8).

    Args:
        own: `(B, C, h, w)`, the student's at a timestep.
        target: as `own`, the student's one teacher's step further down; no gradient goes through it.
        huber_c: c: errors that are smaller count as squares.
    """
    return ((own - target.detach()).square() + huber_c**2).sqrt().mean() - huber_c
