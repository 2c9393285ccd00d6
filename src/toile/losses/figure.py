"""Losses of the reader of people: parts that may be known only up to a set, joints that may not be to be seen."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def member_of(allowed: Tensor, num_classes: int) -> Tensor:
    """Sets of classes as the two losses below take them: `(B, C, H, W)`, true where class c may be.

    Args:
        allowed: `(B, H, W)` integers; bit c is set where class c may be.
        num_classes: C.
    """
    classes = torch.arange(num_classes, device=allowed.device, dtype=allowed.dtype)
    return (allowed[:, None] >> classes[:, None, None]) & 1 == 1


def partial_label_loss(logits: Tensor, member: Tensor, weights: Tensor) -> Tensor:
    """`-log sum_{c in allowed} p_c`, averaged over pixels by the mean weight of their allowed classes.

    One class allowed: cross-entropy. All allowed: the pixel says nothing. In between: one of the garments that the tags
    name (partial labels: Cour, Sapp and Taskar 2011).

    Args:
        logits: `(B, C, H, W)`.
        member: `(B, C, H, W)`, the classes that a pixel may be.
        weights: `(C,)`, how much a class counts.
    """
    lowest = torch.finfo(logits.dtype).min
    loss = logits.logsumexp(1) - logits.masked_fill(~member, lowest).logsumexp(1)
    count = member.sum(1)
    total_weights = torch.einsum("bchw,c->bhw", member.to(weights), weights)
    pixel_weights = total_weights / count.clamp(min=1) * (count < logits.shape[1])
    return (loss * pixel_weights).sum() / pixel_weights.sum().clamp(min=1)


def soft_jaccard_loss(logits: Tensor, member: Tensor) -> Tensor:
    """One minus the soft intersection over union, averaged over the classes that are there (Rahman and Wang 2016).

    Only pixels with one allowed class count. Cross-entropy is content with large classes; this is not.

    Args:
        logits: `(B, C, H, W)`.
        member: `(B, C, H, W)`, the classes that a pixel may be.
    """
    known = member.sum(1, keepdim=True) == 1
    truth = member & known
    shares = logits.softmax(1) * known
    overlap = (shares * truth).sum((0, 2, 3))
    union = shares.sum((0, 2, 3)) + truth.sum((0, 2, 3)) - overlap
    present = truth.any(dim=3).any(dim=2).any(dim=0)
    return (1 - overlap / union.clamp(min=1e-6))[present].mean()


def joint_loss(logits: Tensor, joints: Tensor, *, image_size: tuple[int, int], deviation: float = 1.2) -> Tensor:
    """Cross-entropy between where a joint may be and a Gaussian on the cells round it, or *not to be seen*.

    Args:
        logits: `(B, J, h * w + 1)`, the last for joints that are not to be seen.
        joints: `(B, J, 3)`: x, y in pixels, and 1 (seen), 0 (not to be seen) or negative (unknown: does not count).
        image_size: height and width in pixels; h and w are a quarter of them.
        deviation: of the Gaussian, cells.
    """
    height, width = image_size[0] // 4, image_size[1] // 4
    y = torch.arange(height, device=joints.device).reshape(1, 1, height, 1) + 0.5
    x = torch.arange(width, device=joints.device).reshape(1, 1, 1, width) + 0.5
    distance = (x - joints[:, :, 0, None, None] / 4).square() + (y - joints[:, :, 1, None, None] / 4).square()
    near = torch.softmax((-distance / (2 * deviation**2)).flatten(2), dim=2)
    seen = (joints[:, :, 2] > 0).to(logits)[:, :, None]
    target = torch.cat([near * seen, 1 - seen], dim=2)
    loss = -(target * F.log_softmax(logits, dim=2)).sum(2)
    known = (joints[:, :, 2] >= 0).to(logits)
    return (loss * known).sum() / known.sum().clamp(min=1)
