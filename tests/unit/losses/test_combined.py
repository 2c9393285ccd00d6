from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from toile.losses.combined import alignment_loss, gradient_balanced


def test_alignment_is_cross_entropy_weighted_by_the_signal() -> None:
    images, texts = torch.eye(2), torch.tensor([[0.8, 0.6], [0.6, 0.8]])
    wrong = math.log(1 + math.exp(-0.2 / 0.07))  # the other row's cosine is 0.6, its own 0.8
    loss = alignment_loss(images, texts, torch.tensor([1.0, 0.5]))
    assert loss.item() == pytest.approx(wrong * 0.75, rel=1e-4)
    swapped = alignment_loss(images, texts.flip(0), torch.tensor([1.0, 0.5]))
    assert swapped.item() == pytest.approx((wrong + 0.2 / 0.07) * 0.75, rel=1e-4)


def test_rows_of_the_same_words_are_no_wrong_answers() -> None:
    images = F.normalize(torch.tensor([[1.0, 0.2], [0.2, 1.0]]), dim=1)
    texts = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert alignment_loss(images, texts, torch.ones(2), torch.ones(2, 2, dtype=torch.bool)).item() == 0
    assert alignment_loss(images, texts, torch.ones(2)).item() == pytest.approx(math.log(2))


def test_terms_count_by_their_gradients_not_by_their_values() -> None:
    weight = torch.tensor([2.0], requires_grad=True)
    at = weight * torch.tensor([1.0, 1.0])
    base, term = (at - torch.tensor([0.0, 2.0])).square().sum(), 1000 * at[1]
    loss = gradient_balanced(base, {"term": (term, 0.5)}, at)
    # d base / d at = (4, 0), |.| = 4; d term / d at = (0, 1000): its weight is 0.5 * 4 / 1000
    assert loss.item() == pytest.approx(4.0 + 0.002 * 2000)
    loss.backward()
    assert weight.grad is not None
    assert weight.grad.item() == pytest.approx(4.0 + 2.0)
