"""Rows of a batch, as they are or balanced by a tag."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from toile.training.sampling import sample_rows

TAGS = ["many"] * 90 + ["few"] * 10
ROWS = np.arange(100)


@pytest.mark.parametrize(("power", "share"), [(1.0, 0.1), (0.5, 10**0.5 / (10**0.5 + 90**0.5)), (0.0, 0.5)])
def test_a_rare_tag_is_drawn_by_the_power_of_its_rows(power: float, share: float):
    rows = sample_rows([(ROWS, 20_000)], torch.Generator().manual_seed(0), TAGS, power)
    assert (rows >= 90).mean() == pytest.approx(share, abs=0.012)


def test_without_tags_all_rows_are_alike():
    rows = sample_rows([(ROWS, 20_000), (ROWS[:1], 3)], torch.Generator().manual_seed(0))
    assert (rows[:-3] >= 90).mean() == pytest.approx(0.1, abs=0.012)
    assert rows[-3:].tolist() == [0, 0, 0]
