"""The forward process: noisy latents, and what a network is to say of them."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

PredictionType = Literal["epsilon", "v_prediction"]


def noised(x_0: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """`x_t = sqrt(a) x_0 + sqrt(1 - a) noise` (Ho et al. 2020, eq. 4).

    Args:
        x_0: `(B, C, h, w)`.
        noise: as `x_0`, standard normal.
        alphas_cumprod: `(B,)`, a at each row's timestep.
    """
    a = alphas_cumprod.reshape(-1, 1, 1, 1)
    return a.sqrt() * x_0 + (1 - a).sqrt() * noise


def prediction_target(x_0: Tensor, noise: Tensor, alphas_cumprod: Tensor, prediction_type: PredictionType) -> Tensor:
    """What the network should say: noise, or velocity `sqrt(a) noise - sqrt(1 - a) x_0` (Salimans & Ho 2022)."""
    if prediction_type == "epsilon":
        return noise
    a = alphas_cumprod.reshape(-1, 1, 1, 1)
    return a.sqrt() * noise - (1 - a).sqrt() * x_0


def clean_prediction(
    x_t: Tensor, prediction: Tensor, alphas_cumprod: Tensor, prediction_type: PredictionType
) -> Tensor:
    """The `x_0` that a prediction amounts to.

    Args:
        x_t: `(B, C, h, w)`.
        prediction: as `x_t`, see `prediction_target`.
        alphas_cumprod: `(B,)`; not 0 where noise is predicted, for pure noise tells nothing of the picture.
        prediction_type: what `prediction` is.
    """
    a = alphas_cumprod.reshape(-1, 1, 1, 1)
    if prediction_type == "epsilon":
        return (x_t - (1 - a).sqrt() * prediction) / a.sqrt()
    return a.sqrt() * x_t - (1 - a).sqrt() * prediction


def noise_prediction(
    x_t: Tensor, prediction: Tensor, alphas_cumprod: Tensor, prediction_type: PredictionType
) -> Tensor:
    """The noise that a prediction amounts to; arguments as of `clean_prediction`."""
    if prediction_type == "epsilon":
        return prediction
    a = alphas_cumprod.reshape(-1, 1, 1, 1)
    return (1 - a).sqrt() * x_t + a.sqrt() * prediction


def shifted(moments: Tensor, shift: float) -> Tensor:
    """Moments in [0, 1), 1 = pure noise, moved towards noise: `s u / (1 + (s - 1) u)` (Esser et al. 2024, eq. 23).

    Args:
        moments: any shape.
        shift: s; 1 leaves them as they are, 2 moves the median from 1/2 to 2/3.
    """
    return shift * moments / (1 + (shift - 1) * moments)
