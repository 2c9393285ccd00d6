"""Key points as OpenPose writes them, as COCO-18 `(18, 3)`: x, y in pixels of the picture, confidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from toile.catalog.datasets.files import read_json
from toile.errors import DataError

NUM_JOINTS: Final = 18
# BODY_25 has a mid-hip at 8; from there on COCO-18's joints stand one place later. Its feet (19 to 24) are left out.
_FROM_BODY_25: Final = (*range(8), *range(9, 19))


def read_coco_18(path: Path, *, frame: tuple[int, int], size: tuple[int, int]) -> NDArray[np.float32]:
    """Dress Code's `{"keypoints": [[x, y, score, index], ... 18 of them]}`.

    Args:
        path: the JSON file.
        frame: width and height that its x and y refer to, which is not the pictures' own size.
        size: width and height of the picture that the pose is wanted for.

    Raises:
        DataError: the file is not of this form.
    """
    points = _member(read_json(path)[0], "keypoints", path)
    try:
        joints = np.array([point[:3] for point in points], dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise DataError(f"{path.name}: keypoints are no list of numbers ({error})") from error
    if joints.shape != (NUM_JOINTS, 3):
        raise DataError(f"{path.name} has key points of shape {joints.shape}, expected (18, at least 3)")
    return _scaled(joints, frame, size)


def read_body_25(path: Path, *, frame: tuple[int, int], size: tuple[int, int]) -> NDArray[np.float32]:
    """OpenPose's own file: `{"people": [{"pose_keypoints_2d": [x, y, confidence, ...]}]}`; the first person's pose.

    Args:
        path: the JSON file.
        frame: width and height that its x and y refer to.
        size: width and height of the picture that the pose is wanted for.

    Returns:
        All zeros where OpenPose found nobody.

    Raises:
        DataError: the file is not of this form.
    """
    people = _member(read_json(path)[0], "people", path)
    if not isinstance(people, list):
        raise DataError(f"{path.name}: people is a {type(people).__name__}, expected a list")
    if not people:
        return np.zeros((NUM_JOINTS, 3), np.float32)
    try:
        joints = np.array(_member(people[0], "pose_keypoints_2d", path), dtype=np.float32).reshape(-1, 3)
    except (TypeError, ValueError) as error:
        raise DataError(f"{path.name}: pose_keypoints_2d are no triples of numbers ({error})") from error
    if len(joints) == 25:
        joints = joints[list(_FROM_BODY_25)]
    if len(joints) != NUM_JOINTS:
        raise DataError(f"{path.name} has {len(joints)} key points, expected 25 (BODY_25) or 18 (COCO)")
    return _scaled(joints, frame, size)


def _member(value: Any, name: str, path: Path) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, dict) or name not in value:
        raise DataError(f"{path.name} has no {name!r}")
    return value[name]


def _scaled(joints: NDArray[np.float32], frame: tuple[int, int], size: tuple[int, int]) -> NDArray[np.float32]:
    """To the picture's pixels.

    A joint at x ≤ 0 and y ≤ 0 was not found. One at y = 0 alone lies beyond the upper edge (the pictures are cropped at
    the mouth): its x still tells where, but nothing of it is seen, so that its confidence is 0, too.
    """
    is_absent = (joints[:, 0] <= 0) & (joints[:, 1] <= 0)
    scaled = joints * np.array([size[0] / frame[0], size[1] / frame[1], 1.0], np.float32)
    scaled[joints[:, 1] <= 0, 2] = 0
    scaled[is_absent] = 0
    return scaled
