from __future__ import annotations

import pytest
import torch

from toile.losses.denoising import denoising_loss, min_snr_weights


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction"])
def test_min_snr_counts_an_error_of_the_picture_alike(prediction_type) -> None:
    """An error d of the picture is SNR d^2 of the noise, and (SNR + 1) d^2 of the velocity."""
    snr = torch.tensor([0.5, 2.0, 40.0])
    weights = min_snr_weights(snr / (1 + snr), 5.0, prediction_type)
    of_target = snr if prediction_type == "epsilon" else snr + 1
    torch.testing.assert_close(weights * of_target, torch.tensor([0.5, 2.0, 5.0]), rtol=1e-4, atol=1e-6)


def test_rows_are_weighted() -> None:
    prediction, target = torch.tensor([1.0, 3.0]).reshape(2, 1, 1, 1), torch.zeros(2, 1, 1, 1)
    assert denoising_loss(prediction, target).item() == 5.0
    assert denoising_loss(prediction, target, torch.tensor([1.0, 0.0])).item() == 0.5
