from __future__ import annotations

import pytest
import torch

from toile.losses.reconstruction import reconstruction_loss


def test_a_constant_error_costs_pixel_and_colour_but_no_edge() -> None:
    images = torch.zeros(1, 3, 16, 16)
    assert reconstruction_loss(images + 0.1, images, colour_weight=2.0).item() == pytest.approx(0.1 + 2 * 0.1)


def test_a_checkerboard_error_costs_pixel_and_edge_but_no_colour() -> None:
    images = torch.zeros(1, 3, 16, 16)
    board = ((torch.arange(16)[:, None] + torch.arange(16)) % 2 * 2 - 1) * 0.1
    loss = reconstruction_loss(images + board, images, colour_weight=2.0, edge_weight=0.5)
    assert loss.item() == pytest.approx(0.1 + 0.5 * (0.2 + 0.2), abs=1e-6)
