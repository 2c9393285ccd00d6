"""One ranking out of several."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final, TypeVar

_K: Final = 60  # the constant of the paper; it keeps one first place from outweighing everything
_Item = TypeVar("_Item", bound=Hashable)


def reciprocal_rank_fusion(rankings: Sequence[Sequence[tuple[_Item, float]]]) -> list[tuple[_Item, float]]:
    """`score(d) = Σ_r 1 / (60 + rank_r(d))` over the rankings that hold `d` (Cormack, Clarke, Büttcher 2009).

    Equal scores within one ranking are one rank, that of the first: full-text search gives thousands of equal
    scores to equal captions, whose order means nothing.

    Args:
        rankings: each a list of (item, score), best first.

    Returns:
        (item, fused score), best first; equal ones in the order in which they were first met.
    """
    fused: dict[_Item, float] = {}
    for ranking in rankings:
        rank, previous = 0, None
        for place, (item, score) in enumerate(ranking, start=1):
            if score != previous:
                rank, previous = place, score
            fused[item] = fused.get(item, 0.0) + 1 / (_K + rank)
    return sorted(fused.items(), key=lambda pair: -pair[1])
