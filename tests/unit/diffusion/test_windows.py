from __future__ import annotations

import pytest

from toile.diffusion.windows import FLAT, HIERARCHICAL, edit_start, num_told, schedule_of
from toile.errors import QueryError


@pytest.mark.parametrize(
    ("timestep", "items"),
    [(999, 0), (900, 0), (899, 1), (800, 1), (799, 2), (710, 2), (709, 3), (630, 3), (629, 4), (560, 4), (559, 5)],
)
def test_attributes_are_told_as_in_the_released_table(timestep: int, items: int):
    assert num_told(timestep) == items


def test_flat_tells_everything_at_once():
    assert num_told(999, FLAT) == 5


def test_schedules_have_names_or_are_written_out():
    assert schedule_of("flat") == FLAT
    assert schedule_of("900,800,710,630,560") == HIERARCHICAL
    assert schedule_of("500, 1000, 1, 1, 20") == (500, 1000, 1, 1, 20)


@pytest.mark.parametrize("name", ["late", "900,800", "9,8,7,6,0", "9,8,7,6,1001", "9,8,7,6,-5", ""])
def test_impossible_schedules_are_refused(name: str):
    with pytest.raises(QueryError, match="expected one of hierarchical, flat, or 5 timesteps from 1000 to 1"):
        schedule_of(name)


def test_edits_start_where_the_released_code_or_the_table_says():
    assert [edit_start(rank, "released") for rank in range(5)] == [911, 831, 751, 671, 591]
    assert {edit_start(rank, "noise") for rank in range(5)} == {999}
    assert [edit_start(rank, "substage") for rank in range(5)] == [899, 799, 709, 629, 559]
    # Each edit of the released code begins before its attribute was told in training.
    assert all(num_told(edit_start(rank, "released")) == rank for rank in range(5))
    assert all(num_told(edit_start(rank, "substage")) == rank + 1 for rank in range(5))
