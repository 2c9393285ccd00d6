"""Losses of the autoencoder."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

COLOUR_CELL_PX = 8
"""Side of the cells whose mean colour must be right, pixels."""


def reconstruction_loss(
    reconstruction: Tensor, images: Tensor, *, colour_weight: float = 1.0, edge_weight: float = 0.5
) -> Tensor:
    """`|r - x|_1 + w_c * |mean_8x8(r) - mean_8x8(x)|_1 + w_e * |grad r - grad x|_1`, each a mean.

    The second term gives flat colour its own voice, the third keeps contours: L1 alone trades both for the large
    white ground.

    Args:
        reconstruction: `(B, 3, H, W)`.
        images: `(B, 3, H, W)` in [-1, 1].
        colour_weight: w_c.
        edge_weight: w_e.
    """
    error = reconstruction - images
    pixel = error.abs().mean()
    colour = F.avg_pool2d(error, COLOUR_CELL_PX).abs().mean()
    edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return pixel + colour_weight * colour + edge_weight * edges
