from __future__ import annotations

import torch

from toile.losses.denoising import denoising_loss


def test_rows_are_weighted() -> None:
    prediction, target = torch.tensor([1.0, 3.0]).reshape(2, 1, 1, 1), torch.zeros(2, 1, 1, 1)
    assert denoising_loss(prediction, target).item() == 5.0
    assert denoising_loss(prediction, target, torch.tensor([1.0, 0.0])).item() == 0.5
