"""The loss of the reader of garments: answers that may be known only up to a set of words."""

from __future__ import annotations

import torch
from torch import Tensor


def answer_loss(logits: Tensor, allowed: Tensor, *, label_smoothing: float = 0.0) -> Tensor:
    """`-log sum_{c in allowed} p_c`, averaged over the rows that know anything; zero where none does.

    One word allowed: cross-entropy. More than one: the name of a t-shirt says that its collar is not a shirt's, and no
    more (partial labels: Cour, Sapp and Taskar 2011).

    Args:
        logits: `(B, C)`.
        allowed: `(B,)` integers; bit c is set where class c may be; 0 where nothing is known.
        label_smoothing: share of the target that is spread evenly over all classes (Szegedy et al. 2016).
    """
    shares = logits.log_softmax(1)
    member = (allowed[:, None] >> torch.arange(logits.shape[1], device=allowed.device)) & 1 == 1
    known = member.any(1)
    told = shares.masked_fill(~member, torch.finfo(shares.dtype).min).logsumexp(1)
    loss = -(1 - label_smoothing) * told - label_smoothing * shares.mean(1)
    return torch.where(known, loss, 0.0).sum() / known.sum().clamp(min=1)
