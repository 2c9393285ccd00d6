"""Which rows a batch is made of, where it mixes several sources."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray


def sample_rows(sources: Sequence[tuple[NDArray[np.intp], int]], generator: torch.Generator) -> NDArray[np.intp]:
    """Rows drawn with replacement, so many of each source, source after source.

    Args:
        sources: the rows of each, at least one, and how many of them to draw.
        generator: on the CPU.
    """
    return np.concatenate(
        [rows[torch.randint(len(rows), (count,), generator=generator).numpy()] for rows, count in sources]
    )
