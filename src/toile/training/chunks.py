"""Contrastive batches that memory doesn't bound: activations of one chunk at a time (GradCache, Gao et al. 2021).

A contrastive loss needs the embeddings of the whole batch, but not all activations that led to them. Each chunk is
encoded without keeping any; when gradients come back, it is encoded again and lets them through. The gradients are
those of the whole batch, at the price of one more forward pass. Batch norm sees chunks, and each of them twice.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint


def in_chunks(encode: Callable[..., tuple[Tensor, ...]], rows: int, *inputs: Tensor) -> tuple[Tensor, ...]:
    """What `encode` makes of a batch, encoded so many rows at a time.

    Args:
        encode: of tensors with a row a sample to such tensors.
        rows: of a chunk; 0: all at once.
        inputs: tensors with equally many rows.
    """
    count = len(inputs[0])
    if not rows or count <= rows:
        return encode(*inputs)
    parts = [
        checkpoint(encode, *(values[start : start + rows] for values in inputs), use_reentrant=False)
        for start in range(0, count, rows)
    ]
    return tuple(torch.cat(column) for column in zip(*parts, strict=True))
