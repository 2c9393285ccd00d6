"""How well parts and joints are found."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SHOULDERS, _HIPS = [2, 5], [8, 11]  # COCO-18


def confusion(truth: NDArray[np.integer], guess: NDArray[np.integer], num_classes: int) -> NDArray[np.int64]:
    """How many pixels of each true class were given each class, `(num_classes, num_classes)`.

    Args:
        truth: classes, any shape.
        guess: classes, the same shape.
        num_classes: both lie in [0, num_classes).
    """
    pairs = truth.astype(np.int64).ravel() * num_classes + guess.ravel()
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)


def intersection_over_union(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Of each class, from `confusion`; NaN for classes that are neither there nor guessed."""
    both = np.diag(counts).astype(np.float64)
    either = counts.sum(0) + counts.sum(1) - both
    shares = np.full(len(both), np.nan)
    shares[either > 0] = both[either > 0] / either[either > 0]
    return shares


def correct_keypoints(
    truth: NDArray[np.floating], guess: NDArray[np.floating], *, share: float = 0.2, min_confidence: float = 0.3
) -> NDArray[np.float64]:
    """PCK (Yang and Ramanan 2013): is a joint within a share of the torso's length? `(18,)`: 1, 0, NaN for unknown.

    Args:
        truth: COCO-18 `(18, 3)`: x, y, confidence.
        guess: the same; its confidence is not looked at, so that no joint can be left out.
        share: of the distance from the middle of the shoulders to that of the hips.
        min_confidence: true joints less sure than this are unknown.
    """
    torso = np.linalg.norm(truth[_SHOULDERS, :2].mean(0) - truth[_HIPS, :2].mean(0))
    near: NDArray[np.bool_] = np.linalg.norm(truth[:, :2] - guess[:, :2], axis=1) <= share * torso
    return np.where(truth[:, 2] >= min_confidence, near.astype(np.float64), np.nan)
