from __future__ import annotations

import pytest
import torch

from toile.losses.consistency import consistency_loss, ddim_step


def test_a_step_between_true_predictions_is_the_forward_process_there() -> None:
    x_0, noise = torch.full((1, 1, 1, 1), 3.0), torch.full((1, 1, 1, 1), 1.0)
    assert ddim_step(x_0, noise, torch.tensor([0.64])).item() == pytest.approx(0.8 * 3 + 0.6)
    assert torch.equal(ddim_step(x_0, noise, torch.tensor([1.0])), x_0)


def test_small_errors_count_as_squares_and_large_ones_as_they_are() -> None:
    own = torch.zeros(1, 1, 1, 1, requires_grad=True)
    assert consistency_loss(own, own).item() == pytest.approx(0.0, abs=1e-7)
    assert consistency_loss(own, torch.full_like(own, 0.003), huber_c=0.3).item() == pytest.approx(
        0.003**2 / 2 / 0.3, rel=0.02
    )
    assert consistency_loss(own, torch.full_like(own, 100.0), huber_c=0.3).item() == pytest.approx(99.7, rel=1e-4)


def test_the_target_is_not_moved() -> None:
    own, target = torch.ones(1, 1, 1, 1, requires_grad=True), torch.zeros(1, 1, 1, 1, requires_grad=True)
    consistency_loss(own, target).backward()
    assert own.grad is not None
    assert target.grad is None
