from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from toile.losses.garment import answer_loss

LOGITS = torch.randn(4, 5, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_one_word_is_cross_entropy(smoothing: float):
    truth = torch.tensor([0, 3, 4, 1])
    loss = answer_loss(LOGITS, 1 << truth, label_smoothing=smoothing)
    assert loss == pytest.approx(F.cross_entropy(LOGITS, truth, label_smoothing=smoothing).item(), abs=1e-6)


def test_of_several_words_any_will_do():
    shares = LOGITS[:1].softmax(1)[0]
    loss = answer_loss(LOGITS[:1], torch.tensor([0b10011]))
    assert loss == pytest.approx(-torch.log(shares[0] + shares[1] + shares[4]).item(), abs=1e-6)


def test_rows_that_know_nothing_do_not_count():
    logits = LOGITS.clone().requires_grad_()
    loss = answer_loss(logits, torch.tensor([0b1, 0, 0b100, 0]))
    assert loss.item() == pytest.approx(answer_loss(LOGITS[[0, 2]], torch.tensor([0b1, 0b100])).item(), abs=1e-6)
    loss.backward()
    assert not logits.grad[[1, 3]].any()
    assert answer_loss(LOGITS, torch.zeros(4, dtype=torch.int64)) == 0
