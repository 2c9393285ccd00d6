"""Cross-Cultural Fashion Design's loss: denoising, and beside it what the picture says and how it looks.

Both extra terms are told by the clean picture that a prediction amounts to, which is a blur where there is much noise:
they belong to low timesteps. How much they count is told by their gradients, not by their values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

_LOGIT_SCALE: Final = 1 / 0.07


def alignment_loss(
    image_embeddings: Tensor, text_embeddings: Tensor, alphas_cumprod: Tensor, same: Tensor | None = None
) -> Tensor:
    """How well a picture is told from the other rows' by its words: InfoNCE at temperature 0.07, `mean(a_i * l_i)`.

    The paper says "alignment"; a plain cosine is more easily satisfied by pictures that look like no clothes.

    Args:
        image_embeddings: `(B, D)`, L2-normalised, of predicted clean pictures.
        text_embeddings: `(B, D)`, L2-normalised.
        alphas_cumprod: `(B,)`, a: what is still noisy counts less.
        same: `(B, B)`, True where another row has the same words and so is no wrong answer.
    """
    logits = _LOGIT_SCALE * image_embeddings @ text_embeddings.T
    if same is not None:
        others = ~torch.eye(len(logits), dtype=torch.bool, device=logits.device)
        logits = logits.masked_fill(same & others, float("-inf"))
    rows = F.cross_entropy(logits, torch.arange(len(logits), device=logits.device), reduction="none")
    return (rows * alphas_cumprod).mean()


def gradient_balanced(base: Tensor, terms: Mapping[str, tuple[Tensor, float]], at: Tensor) -> Tensor:
    """`base + sum_k w_k term_k`, with weights such that each term's gradient is a share of the base's.

    `w_k = share_k |d base / d at| / |d term_k / d at|`, the idea of VQGAN's adaptive weight (Esser et al. 2021, eq. 7)
    at the network's output, so that no term is run backwards twice.

    Args:
        base: scalar.
        terms: name to the term, a scalar, and its share: 0.1 to 0.2 nudges, 1 pulls as hard as the base.
        at: the network's output, on which all of them depend.

    Returns:
        Of that value, and with that gradient through `at`.
    """
    (of_base,) = torch.autograd.grad(base, at, retain_graph=True)
    total, gradient = base.detach(), of_base
    for term, share in terms.values():
        (of_term,) = torch.autograd.grad(term, at, retain_graph=True)
        weight = share * of_base.norm() / of_term.norm().clamp_min(1e-12)
        total, gradient = total + weight * term.detach(), gradient + weight * of_term
    through = (at * gradient).sum()
    return total + through - through.detach()
