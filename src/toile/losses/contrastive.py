"""Contrastive losses between pictures and texts."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def soft_target_contrastive_loss(
    image_embeddings: Tensor, text_embeddings: Tensor, targets: Tensor, logit_scale: Tensor
) -> Tensor:
    """InfoNCE of pictures against a bank of texts, with a distribution of right texts for every picture.

    `-sum_j targets[i, j] * log softmax_j(logit_scale * <image_i, text_j>)`. With one right text a row it is InfoNCE
    (van den Oord et al. 2018) and CLIP's image side (Radford et al. 2021); soft rows serve mixup, label smoothing and
    garments of two colours.

    Args:
        image_embeddings: `(B, D)`, L2-normalised.
        text_embeddings: `(M, D)`, L2-normalised.
        targets: `(B, M)`, rows sum to 1.
        logit_scale: scalar, 1 / temperature: 20 is a temperature of 0.05.
    """
    logits = logit_scale * image_embeddings @ text_embeddings.T  # (B, M)
    return F.cross_entropy(logits, targets)


def symmetric_contrastive_loss(image_embeddings: Tensor, text_embeddings: Tensor, logit_scale: Tensor) -> Tensor:
    """CLIP's loss (Radford et al. 2021, fig. 3): row `i` of one side belongs to row `i` of the other, both ways.

    Args:
        image_embeddings: `(B, D)`, L2-normalised.
        text_embeddings: `(B, D)`, L2-normalised.
        logit_scale: scalar, 1 / temperature.
    """
    targets = image_embeddings.new_ones(len(image_embeddings)).diag()
    forward = soft_target_contrastive_loss(image_embeddings, text_embeddings, targets, logit_scale)
    backward = soft_target_contrastive_loss(text_embeddings, image_embeddings, targets, logit_scale)
    return (forward + backward) / 2
