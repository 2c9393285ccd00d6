from __future__ import annotations

import math

import pytest
import torch

from toile.losses.vision_language import hard_negatives, itc_loss, itg_loss, itm_loss

SCORES = torch.tensor([[0.9, 0.1, 0.5], [0.2, 0.7, 0.3], [0.6, 0.0, 0.8]])
APART = torch.eye(3, dtype=torch.bool)
HALF = torch.tensor(0.5)


def _nll(values: list[float], right: int) -> float:
    return -values[right] + math.log(sum(math.exp(value) for value in values))


def test_itc_by_hand():
    rows = [[1.8, 0.2, 1.0], [0.4, 1.4, 0.6], [1.2, 0.0, 1.6]]
    columns = [[row[i] for row in rows] for i in range(3)]
    both = [_nll(values, i) for side in (rows, columns) for i, values in enumerate(side)]
    assert itc_loss(SCORES, HALF, same=APART, label_smoothing=0.0) == pytest.approx(sum(both) / 6, abs=1e-6)


def test_smoothing_spreads_the_target():
    rows = [[1.8, 0.2, 1.0], [0.4, 1.4, 0.6], [1.2, 0.0, 1.6]]
    columns = [[row[i] for row in rows] for i in range(3)]
    total = sum(
        0.7 * _nll(values, i) + sum(0.1 * _nll(values, j) for j in range(3))
        for side in (rows, columns)
        for i, values in enumerate(side)
    )
    assert itc_loss(SCORES, HALF, same=APART, label_smoothing=0.3) == pytest.approx(total / 6, abs=1e-6)


def test_another_view_of_the_same_product_is_neither_right_nor_wrong():
    same = APART.clone()
    same[0, 2] = same[2, 0] = True
    rows = [([1.8, 0.2], 0), ([0.4, 1.4, 0.6], 1), ([0.0, 1.6], 1)]
    columns = [([1.8, 0.4], 0), ([0.2, 1.4, 0.0], 1), ([0.6, 1.6], 1)]
    total = sum(_nll(values, right) for values, right in rows + columns)
    assert itc_loss(SCORES, HALF, same=same, label_smoothing=0.0) == pytest.approx(total / 6, abs=1e-6)


def test_columns_beyond_the_pairs_are_wrong_for_every_row_and_ask_nothing():
    scores = torch.cat([SCORES, torch.tensor([[0.4], [0.0], [1.0]])], dim=1)
    rows = [[1.8, 0.2, 1.0, 0.8], [0.4, 1.4, 0.6, 0.0], [1.2, 0.0, 1.6, 2.0]]
    columns = [[row[i] for row in rows] for i in range(3)]
    total = sum(_nll(values, i) for side in (rows, columns) for i, values in enumerate(side))
    same = torch.eye(3, 4, dtype=torch.bool)
    assert itc_loss(scores, HALF, same=same, label_smoothing=0.0) == pytest.approx(total / 6, abs=1e-6)


def test_negatives_are_of_other_products_and_the_more_often_the_more_alike():
    scores = torch.tensor([[0.0, 0.5, 0.0, 0.9], [0.5, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    same = torch.eye(4, dtype=torch.bool)
    same[0, 3] = True
    generator = torch.Generator().manual_seed(0)
    drawn = torch.stack([hard_negatives(scores, HALF, same=same, generator=generator) for _ in range(2000)])
    assert not (drawn == torch.arange(4)).any()
    shares = [(drawn[:, 0] == column).float().mean().item() for column in range(4)]
    assert shares == pytest.approx([0, math.e / (math.e + 1), 1 / (math.e + 1), 0], abs=0.03)


def test_a_batch_of_one_product_has_no_negatives():
    with pytest.raises(ValueError, match="no other product"):
        hard_negatives(SCORES, HALF, same=torch.ones(3, 3, dtype=torch.bool), generator=torch.Generator())


def test_itm_by_hand():
    matched, unmatched = torch.tensor([[0.0, 1.0]]), torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    expected = (_nll([0.0, 1.0], 1) + _nll([2.0, 0.0], 0) + math.log(2)) / 3
    assert itm_loss(matched, unmatched) == pytest.approx(expected, abs=1e-6)


def test_itg_by_hand_and_without_padding():
    logits = torch.tensor([[[1.0, 0.0, 2.0], [0.5, 0.5, 0.0], [9.0, 9.0, 9.0], [0.0, 5.0, 0.0]]])
    ids, mask = torch.tensor([[0, 2, 1, 0]]), torch.tensor([[True, True, True, False]])
    expected = (_nll([1.0, 0.0, 2.0], 2) + _nll([0.5, 0.5, 0.0], 1)) / 2
    assert itg_loss(logits, ids, mask) == pytest.approx(expected, abs=1e-6)
