"""The stream: every number once, however many share the work."""

from __future__ import annotations

import pytest
import torch
from torch.utils.data import DataLoader

from toile.catalog.plates.examples import PlateConfig, example
from toile.catalog.plates.stream import PlateStream, as_tensors
from toile.errors import ConfigError

TINY = PlateConfig(height=32)


def numbers(**more: int) -> list[int]:
    return list(PlateStream(TINY, transform=lambda plate: plate.index, **more))


def test_numbers_follow_one_another():
    assert numbers(start=3, count=4) == [3, 4, 5, 6]


def test_ranks_share_the_numbers():
    shares = [numbers(count=9, rank=rank, num_ranks=4) for rank in range(4)]
    assert sorted(index for share in shares for index in share) == list(range(9))
    assert shares[1] == [1, 5]


@pytest.mark.parametrize("num_workers", [0, 2])
def test_workers_share_the_numbers_and_batches_collate(num_workers):
    loader = DataLoader(PlateStream(TINY, count=6), batch_size=2, num_workers=num_workers)
    batches = list(loader)
    assert sorted(int(index) for batch in batches for index in batch["index"]) == list(range(6))
    assert batches[0]["image"].shape == (2, 3, 32, 24)
    assert batches[0]["pose"].shape == (2, 18, 3)


def test_a_stream_has_no_end_of_its_own():
    stream = iter(PlateStream(TINY, transform=lambda plate: plate.index))
    assert [next(stream) for _ in range(3)] == [0, 1, 2]


def test_rows_are_the_plates():
    plate = example(2, TINY)
    row = as_tensors(plate)
    assert row["caption"] == plate.captions[0]
    assert row["image"].min() >= -1 and row["image"].max() <= 1
    assert torch.equal(row["labels"], torch.from_numpy(plate.label_map))


def test_ranks_are_counted_from_0():
    with pytest.raises(ConfigError, match="rank 2 is not one of 2 ranks; ranks are counted from 0"):
        PlateStream(rank=2, num_ranks=2)


def test_numbers_are_not_negative():
    with pytest.raises(ConfigError, match="start -1 and count None must not be negative"):
        PlateStream(start=-1)
