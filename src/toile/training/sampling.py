"""Which rows a batch is made of, where it mixes several sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray


def sample_rows(
    sources: Sequence[tuple[NDArray[np.intp], int]],
    generator: torch.Generator,
    tags: Sequence[str] | None = None,
    power: float = 1.0,
) -> NDArray[np.intp]:
    """Rows drawn with replacement, so many of each source, source after source.

    Args:
        sources: the rows of each, at least one, and how many of them to draw.
        generator: on the CPU.
        tags: of all rows, by which draws are balanced; None, or no tags: every row is as likely as any other.
        power: a tag of n rows is drawn in proportion to `n ** power`.
    """
    drawn = []
    for rows, count in sources:
        if not tags:
            drawn.append(rows[torch.randint(len(rows), (count,), generator=generator).numpy()])
            continue
        own = Counter(tags[row] for row in rows)
        weights = torch.tensor([own[tags[row]] ** (power - 1) for row in rows], dtype=torch.float64)
        drawn.append(rows[torch.multinomial(weights, count, replacement=True, generator=generator).numpy()])
    return np.concatenate(drawn)
