from __future__ import annotations

import pytest
import torch

from toile.diffusion.noising import clean_prediction, noise_prediction, noised, prediction_target, shifted


def test_noising_and_velocity_are_a_rotation() -> None:
    x_0, noise = torch.full((1, 1, 1, 1), 3.0), torch.full((1, 1, 1, 1), 1.0)
    a = torch.tensor([0.64])
    x_t = noised(x_0, noise, a)
    velocity = prediction_target(x_0, noise, a, "v_prediction")
    assert x_t.item() == pytest.approx(0.8 * 3 + 0.6 * 1)
    assert velocity.item() == pytest.approx(0.8 * 1 - 0.6 * 3)
    assert (0.8 * x_t - 0.6 * velocity).item() == pytest.approx(3.0)  # x_0 = sqrt(a) x_t - sqrt(1 - a) v
    assert prediction_target(x_0, noise, a, "epsilon") is noise


def test_shifted_moments_keep_the_ends_and_move_the_middle() -> None:
    moments = torch.tensor([0.0, 0.5, 1.0])
    assert torch.equal(shifted(moments, 1.0), moments)
    assert shifted(moments, 2.0).tolist() == pytest.approx([0.0, 2 / 3, 1.0])


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction"])
def test_a_true_prediction_gives_the_picture_back(prediction_type) -> None:
    x_0, noise = torch.randn(2, 3, 1, 2, 2, generator=torch.Generator().manual_seed(0))
    a = torch.tensor([0.9, 0.3, 0.01])
    target = prediction_target(x_0, noise, a, prediction_type)
    back = clean_prediction(noised(x_0, noise, a), target, a, prediction_type)
    torch.testing.assert_close(back, x_0)
    torch.testing.assert_close(noise_prediction(noised(x_0, noise, a), target, a, prediction_type), noise)
