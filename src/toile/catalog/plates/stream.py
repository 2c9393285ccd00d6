"""An endless data set of plates for training: deterministic by number, shared out over ranks and workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.utils.data import IterableDataset, get_worker_info

from toile.catalog.plates.examples import PlateConfig, PlateExample, example
from toile.errors import ConfigError


class PlateStream(IterableDataset[Any]):
    """Plates `start`, `start + 1`, ... each exactly once over all workers and ranks.

    Rank `r` of `R` with worker `w` of `W` draws the numbers that are `r * W + w` modulo `R * W`. The numbers are the
    same however many share the work; only the order in which they arrive changes.

    Example:
        stream = PlateStream(PlateConfig(seed=3), count=1000)
        for row in DataLoader(stream, batch_size=16, num_workers=2): ...
    """

    def __init__(
        self,
        config: PlateConfig | None = None,
        *,
        start: int = 0,
        count: int | None = None,
        rank: int = 0,
        num_ranks: int = 1,
        transform: Callable[[PlateExample], Any] | None = None,
    ) -> None:
        """A stream.

        Args:
            config: which plates.
            start: the first number: where an interrupted run goes on.
            count: how many numbers over all ranks; None for no end.
            rank: of this process.
            num_ranks: how many processes share the stream.
            transform: what a plate becomes; None for `as_tensors`.

        Raises:
            ConfigError: the rank is none of the ranks, or a number is negative.
        """
        if not 0 <= rank < num_ranks:
            raise ConfigError(f"rank {rank} is not one of {num_ranks} ranks; ranks are counted from 0")
        if start < 0 or (count is not None and count < 0):
            raise ConfigError(f"start {start} and count {count} must not be negative")
        self.config = config or PlateConfig()
        self.start, self.count = start, count
        self.rank, self.num_ranks = rank, num_ranks
        self.transform = transform or as_tensors

    def __iter__(self) -> Iterator[Any]:
        """This worker's share of the plates, in the order of their numbers."""
        worker = get_worker_info()
        workers, own = (worker.num_workers, worker.id) if worker is not None else (1, 0)
        step = self.num_ranks * workers
        index = self.start + self.rank * workers + own
        while self.count is None or index < self.start + self.count:
            yield self.transform(example(index, self.config))
            index += step


def as_tensors(plate: PlateExample) -> dict[str, Any]:
    """A plate for a default collate.

    Returns:
        `image` (3, H, W) in [-1, 1], `labels` (H, W) uint8, `pose` (18, 3), `caption`, `hierarchical`, `index`.
    """
    pixels = torch.from_numpy(plate.picture).permute(2, 0, 1)
    return {
        "image": pixels.float() / 127.5 - 1,
        "labels": torch.from_numpy(plate.label_map),
        "pose": torch.from_numpy(plate.keypoints),
        "caption": plate.captions[0],
        "hierarchical": plate.hierarchical,
        "index": plate.index,
    }
