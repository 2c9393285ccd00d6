from __future__ import annotations

import math

import pytest
import torch

from toile.losses.figure import joint_loss, member_of, partial_label_loss, soft_jaccard_loss


def _logits(*shares: float) -> torch.Tensor:
    return torch.tensor(shares).log().reshape(1, -1, 1, 1)


def test_one_allowed_class_is_cross_entropy():
    logits = torch.randn(2, 5, 3, 4, generator=torch.Generator().manual_seed(0))
    classes = torch.randint(5, (2, 3, 4), generator=torch.Generator().manual_seed(1))
    weights = torch.tensor([1.0, 2.0, 0.5, 3.0, 1.0])
    expected = torch.nn.functional.cross_entropy(logits, classes, weight=weights)
    assert partial_label_loss(logits, member_of(1 << classes, 5), weights).item() == pytest.approx(
        expected.item(), rel=1e-5
    )


def test_a_set_asks_only_for_its_sum():
    loss = partial_label_loss(_logits(0.5, 0.3, 0.2), member_of(torch.tensor([[[0b110]]]), 3), torch.ones(3))
    assert loss.item() == pytest.approx(-math.log(0.5), rel=1e-5)


def test_a_pixel_that_may_be_anything_says_nothing():
    logits = torch.randn(1, 3, 1, 2, generator=torch.Generator().manual_seed(0)).requires_grad_()
    partial_label_loss(logits, member_of(torch.tensor([[[0b111, 0b001]]]), 3), torch.ones(3)).backward()
    assert logits.grad is not None
    assert logits.grad[..., 0].abs().max() == 0
    assert logits.grad[..., 1].abs().max() > 0


def test_jaccard_is_nought_for_the_truth_and_looks_at_known_pixels_only():
    member = member_of(torch.tensor([[[0b001, 0b010, 0b110]]]), 3)
    sure = torch.full((1, 3, 1, 3), -30.0)
    sure[0, 0, 0, 0] = sure[0, 1, 0, 1] = sure[0, 0, 0, 2] = 30.0  # the third pixel contradicts its set
    assert soft_jaccard_loss(sure, member).item() == pytest.approx(0, abs=1e-5)
    assert soft_jaccard_loss(sure.roll(1, 1), member).item() > 0.5


def test_the_joint_loss_is_least_where_the_joint_is():
    def loss(cell: int, seen: float = 1.0) -> float:
        logits = torch.zeros(1, 1, 8 * 6 + 1)
        logits[..., cell] = 5.0
        joints = torch.tensor([[[4 * 2 + 2.0, 4 * 3 + 2.0, seen]]])
        return joint_loss(logits, joints, image_size=(32, 24)).item()

    there, absent = 3 * 6 + 2, 8 * 6
    assert loss(there) == min(loss(cell) for cell in range(49))
    assert loss(absent, seen=0.0) == min(loss(cell, seen=0.0) for cell in range(49))
    assert loss(there, seen=-1.0) == 0  # unknown
