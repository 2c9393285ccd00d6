"""A whole skeleton from the joints that are seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from toile.errors import DataError
from toile.vision.pose_maps import MIN_CONFIDENCE

# A joint that isn't seen goes straight on from those above it: joint, the one before, share of the torso's length down.
_HANGING: Final = (
    (3, 2, 0.55),
    (4, 3, 0.5),
    (6, 5, 0.55),
    (7, 6, 0.5),
    (9, 8, 0.8),
    (10, 9, 0.8),
    (12, 11, 0.8),
    (13, 12, 0.8),
)
_SHOULDER_SHARE: Final = 0.66  # width of the shoulders in torso lengths
_HIP_SHARE: Final = 0.4


@dataclass(frozen=True, slots=True)
class Skeleton:
    """COCO-18 with every joint of trunk, arms and legs, and the nose; eyes and ears are left as they came.

    Attributes:
        points: `(18, 2)`, pixels.
        torso: from the middle of the shoulders to that of the hips, pixels.
    """

    points: NDArray[np.float64]
    torso: float

    @classmethod
    def of(cls, pose: NDArray[np.floating], *, min_confidence: float = MIN_CONFIDENCE) -> Skeleton:
        """Fill in what is missing: the other shoulder, hips below shoulders, limbs that hang.

        Args:
            pose: COCO-18 `(18, 3)`: x, y in pixels, confidence.
            min_confidence: a joint less sure than this isn't seen.

        Raises:
            DataError: neither shoulders nor neck and hips are seen: there is no body to go by.
        """
        points, seen = pose[:, :2].astype(np.float64), pose[:, 2] >= min_confidence
        if not (seen[[2, 5]].any() and seen[[8, 11]].any()) and not seen[[2, 5]].all():
            names = ", ".join(name for name, rows in _NAMES if seen[list(rows)].any()) or "nothing"
            raise DataError(f"no torso is seen (seen: {names}); give a picture with shoulders and, best, hips")
        points = points.copy()
        _complete_pair(points, seen, (2, 5), (8, 11))
        _complete_pair(points, seen, (8, 11), (2, 5))
        torso = float(np.linalg.norm(points[[2, 5]].mean(0) - points[[8, 11]].mean(0)))
        torso = max(torso, 1.0)
        down = np.array([0.0, torso])
        for joint, before, share in _HANGING:
            if not seen[joint]:
                points[joint] = points[before] + share * down
        if not seen[1]:
            points[1] = points[[2, 5]].mean(0)
        if not seen[0]:
            points[0] = points[1] - 0.4 * down
        return cls(points, torso)

    def middle(self, one: int, other: int) -> NDArray[np.float64]:
        """The point between two joints, `(2,)`."""
        middle: NDArray[np.float64] = (self.points[one] + self.points[other]) / 2
        return middle


_NAMES: Final = (("head", (0, 14, 15, 16, 17)), ("shoulders", (2, 5)), ("hips", (8, 11)), ("legs", (9, 10, 12, 13)))


def _complete_pair(
    points: NDArray[np.float64], seen: NDArray[np.bool_], pair: tuple[int, int], others: tuple[int, int]
) -> None:
    """Both shoulders or both hips, from one of them or from the other pair; in place."""
    one, other = pair
    if seen[one] and seen[other]:
        return
    if seen[one] or seen[other]:
        there, missing = (one, other) if seen[one] else (other, one)
        middle = points[list(others)][seen[list(others)]].mean(0)[0] if seen[list(others)].any() else points[there][0]
        points[missing] = (2 * middle - points[there][0], points[there][1])
        return
    # Neither: below the shoulders, or above the hips, in the usual proportions.
    own, known = (_HIP_SHARE, _SHOULDER_SHARE) if pair == (8, 11) else (_SHOULDER_SHARE, _HIP_SHARE)
    across = points[others[0]][0] - points[others[1]][0]
    y = points[list(others), 1].mean() + (1 if pair == (8, 11) else -1) * abs(across) / known
    middle = points[list(others), 0].mean()
    points[one] = (middle + across * own / known / 2, y)
    points[other] = (middle - across * own / known / 2, y)
