"""A picture and words as one query, without training: the weighted sum of their embeddings."""

from __future__ import annotations

import numpy as np

from toile.errors import QueryError
from toile.models.protocols import Embeddings


def composed(images: Embeddings, texts: Embeddings, text_weight: float) -> Embeddings:
    """`normalize((1 - w) * image + w * text)`, `(N, D)`.

    Args:
        images: `(N, D)`, L2-normalised.
        texts: `(N, D)`, L2-normalised.
        text_weight: w in [0, 1].

    Raises:
        QueryError: the weight lies outside [0, 1].
    """
    if not 0 <= text_weight <= 1:
        raise QueryError(f"text_weight is {text_weight}, expected a share in [0, 1]: 0 looks at the picture only")
    mixed = (1 - text_weight) * images + text_weight * texts
    normalised: Embeddings = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return normalised
