"""Losses between pictures and words: contrastive, matching, captioning (UniFashion, Eq. 3, 4 and 6).

The paper writes matching as a softmax over the batch and calls it a binary classification; this is the binary one, as
in BLIP-2, which it follows.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def itc_loss(scores: Tensor, temperature: Tensor, *, same: Tensor, label_smoothing: float = 0.1) -> Tensor:
    """`L_ITC` (UniFashion Eq. 3), the mean of both directions: pair `i` against all that doesn't belong to it.

    Args:
        scores: `(B, N)` similarities, N at least B; the diagonal holds the pairs. Columns beyond the square are right
            for no row, such as the pictures that composed queries start from.
        temperature: scalar, the inverse of the paper's lambda.
        same: `(B, N)`, true where row and column are of the same product: off the diagonal these are neither right nor
            wrong, and do not count.
        label_smoothing: share of the target that is spread over all that counts.
    """
    count = len(scores)
    own = torch.eye(count, scores.shape[1], dtype=torch.bool, device=scores.device)
    counts = own | ~same
    logits = scores / temperature
    square = slice(count)
    return (
        _smoothed_nll(logits, own, counts, label_smoothing)
        + _smoothed_nll(logits[:, square].T, own[:, square], counts[:, square].T, label_smoothing)
    ) / 2


def _smoothed_nll(logits: Tensor, own: Tensor, counts: Tensor, label_smoothing: float) -> Tensor:
    log_shares = logits.masked_fill(~counts, torch.finfo(logits.dtype).min).log_softmax(1)
    targets = (1 - label_smoothing) * own + label_smoothing * counts / counts.sum(1, keepdim=True)
    return -(targets * log_shares.masked_fill(~counts, 0.0)).sum(1).mean()


def hard_negatives(scores: Tensor, temperature: Tensor, *, same: Tensor, generator: torch.Generator) -> Tensor:
    """For each row one column of another product, the likelier the more alike: a multinomial draw (LAVIS).

    Args:
        scores: `(B, N)` similarities.
        temperature: scalar.
        same: `(B, N)`, true where row and column are of the same product, or may be.
        generator: on the CPU.

    Returns:
        `(B,)` columns.

    Raises:
        ValueError: everything in the batch is of the same product as some row.
    """
    if same.all(1).any():
        raise ValueError("a row has no other product in its batch to be told from; use larger or more varied batches")
    # Added so that no negative is impossible, however unlike: a row of zeros can't be drawn from.
    shares = (scores.detach() / temperature.detach()).float().masked_fill(same, -torch.inf).softmax(1) + 1e-6
    return torch.multinomial(shares.masked_fill(same, 0.0).cpu(), 1, generator=generator)[:, 0].to(scores.device)


def itm_loss(matched: Tensor, unmatched: Tensor) -> Tensor:
    """`L_ITM` (UniFashion Eq. 4, as the binary classification that its text describes), the mean over all pairs.

    Args:
        matched: `(B, 2)` logits, no and yes, of pairs that belong together.
        unmatched: `(N, 2)` of pairs that don't: in BLIP-2 two for each right one.
    """
    labels = torch.cat([matched.new_ones(len(matched)), matched.new_zeros(len(unmatched))]).long()
    return F.cross_entropy(torch.cat([matched, unmatched]), labels)


def itg_loss(logits: Tensor, ids: Tensor, mask: Tensor, *, label_smoothing: float = 0.0) -> Tensor:
    """`L_ITG` (UniFashion Eq. 6 and 11): cross-entropy of each next word, the mean over words.

    Args:
        logits: `(B, L, V)`; place l speaks of word l + 1.
        ids: `(B, L)` of the words, from the first that starts a caption to the one that ends it.
        mask: `(B, L)`, true on words.
        label_smoothing: share of the target that is spread over the vocabulary.
    """
    targets = ids[:, 1:].masked_fill(~mask[:, 1:].bool(), -100)
    return F.cross_entropy(
        logits[:, :-1].flatten(0, 1), targets.flatten(), ignore_index=-100, label_smoothing=label_smoothing
    )
