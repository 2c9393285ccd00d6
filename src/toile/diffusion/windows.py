"""What is told when: HieraFashDiff's prompt windows C(t), pose windows M(t), and where an edit starts.

Timesteps are those of 1,000, 999 is pure noise (arXiv 2401.07450, AAAI 2025, and its released code).
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final, Literal

from toile.errors import QueryError

NUM_TIMESTEPS: Final = 1000
HIERARCHICAL: Final = (900, 800, 710, 630, 560)
"""Of the first attribute, the second, …: the timestep below which it is told. From 900 on there are concepts only."""
FLAT: Final = (NUM_TIMESTEPS,) * len(HIERARCHICAL)
"""Everything is told from the beginning."""
SCHEDULES: Final = MappingProxyType({"hierarchical": HIERARCHICAL, "flat": FLAT})
POSE_WINDOWS: Final = MappingProxyType({"always": NUM_TIMESTEPS, "below-950": 950, "below-900": 900})
"""M(t): the timestep below which the pose is shown. The released code shows it always, its disabled branch below 950,
the paper once concepts are drawn."""
SKETCH_LOWEST: Final = 800
"""A sketch is shown in the first fifth of the steps (Multimodal Garment Designer, Baldrati et al. 2023)."""
Start = Literal["noise", "substage", "released"]
_RELEASED: Final = (911, 831, 751, 671, 591)


def schedule_of(name: str) -> tuple[int, ...]:
    """A schedule by its name, or written out: for each attribute in turn the timestep below which it is told.

    Raises:
        QueryError: there is no such schedule; `900,800,700,600,500` is one.
    """
    if name in SCHEDULES:
        return SCHEDULES[name]
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == len(HIERARCHICAL) and all(part.isdecimal() for part in parts):
        below = tuple(int(part) for part in parts)
        if all(1 <= timestep <= NUM_TIMESTEPS for timestep in below):
            return below
    raise QueryError(
        f"schedule is {name!r}, expected one of {', '.join(SCHEDULES)}, or {len(HIERARCHICAL)} timesteps from "
        f"{NUM_TIMESTEPS} to 1 with commas, such as 900,800,700,600,500"
    )


def num_told(timestep: int, schedule: Sequence[int] = HIERARCHICAL) -> int:
    """How many attributes, counted from the first, are told at a timestep (C(t))."""
    return sum(timestep < highest for highest in schedule)


def edit_start(rank: int, start: Start) -> int:
    """The timestep at which the edit of the attribute at this place of the order begins.

    Args:
        rank: from 0.
        start: `noise`: pure noise, nothing is left of what was there; `substage`: the first timestep at which the
            attribute was told in training; `released` as the paper's code has it, 12 to 42 timesteps before that.
    """
    match start:
        case "noise":
            return NUM_TIMESTEPS - 1
        case "substage":
            return HIERARCHICAL[rank] - 1
        case "released":
            return _RELEASED[rank]
