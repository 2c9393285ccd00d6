from __future__ import annotations

import pytest
import torch

from toile.losses.denoising import denoising_loss, min_snr_weights, region_weights


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


def test_small_regions_count_as_much_as_whole_pictures():
    mask = torch.zeros(3, 1, 4, 4)
    mask[0] = 1
    mask[1, :, :2, :2] = 1  # a quarter
    mask[2, :, 0, 0] = 1  # a sixteenth
    weights = region_weights(mask, 0.1)
    assert torch.equal(weights[0], torch.ones(1, 4, 4))
    assert weights[1].mean().item() == pytest.approx(1)
    assert (weights[1, 0, 3, 3] / weights[1, 0, 0, 0]).item() == pytest.approx(0.1)
    assert weights[2].max().item() == pytest.approx(6)  # of a very small one no more
    assert torch.equal(region_weights(mask, 1.0), torch.ones(3, 1, 4, 4))


def test_cells_are_weighted_beside_rows():
    prediction, target = torch.zeros(2, 3, 2, 2), torch.ones(2, 3, 2, 2)
    cells = torch.tensor([[2.0, 0.0], [0.0, 0.0]]).expand(2, 1, 2, 2)
    assert denoising_loss(prediction, target, cells=cells).item() == 0.5
    assert denoising_loss(prediction, target, torch.tensor([1.0, 3.0]), cells).item() == 1.0
