from __future__ import annotations

import math

import pytest
import torch

from toile.losses.contrastive import soft_target_contrastive_loss, symmetric_contrastive_loss


def test_one_right_text_is_infonce() -> None:
    image, texts = torch.tensor([[1.0, 0.0]]), torch.eye(2)
    loss = soft_target_contrastive_loss(image, texts, torch.tensor([[1.0, 0.0]]), torch.tensor(2.0))
    # logits (2, 0): -log(e^2 / (e^2 + 1))
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-2)), abs=1e-6)


def test_two_right_texts_share_the_target() -> None:
    image, texts = torch.tensor([[1.0, 0.0]]), torch.eye(2)
    loss = soft_target_contrastive_loss(image, texts, torch.tensor([[0.5, 0.5]]), torch.tensor(2.0))
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-2)) + 1.0, abs=1e-6)  # the other text costs 2 more, half


def test_symmetric_loss_is_the_mean_of_both_directions() -> None:
    images = torch.tensor([[1.0, 0.0], [0.6, 0.8]])
    texts = torch.eye(2)
    loss = symmetric_contrastive_loss(images, texts, torch.tensor(1.0))
    rows = [(1.0, 0.0), (0.8, 0.6)]  # right and wrong logit of each picture
    columns = [(1.0, 0.6), (0.8, 0.0)]  # and of each text
    expected = sum(math.log(1 + math.exp(wrong - right)) for right, wrong in rows + columns) / 4
    assert loss.item() == pytest.approx(expected, abs=1e-6)
