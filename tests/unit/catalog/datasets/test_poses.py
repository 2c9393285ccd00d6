from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from toile.catalog.datasets.poses import read_body_25, read_coco_18
from toile.errors import DataError

FRAME, SIZE = (384, 512), (768, 1024)


def write(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value))
    return path


def test_coco_18_is_scaled_to_the_picture(tmp_path: Path) -> None:
    points = [[10.0 * joint, 20.0, 0.9, joint] for joint in range(1, 19)]
    pose = read_coco_18(write(tmp_path / "1_2.json", {"keypoints": points}), frame=FRAME, size=SIZE)
    assert pose.shape == (18, 3)
    assert pose[1].tolist() == pytest.approx([40, 40, 0.9])


def test_joints_at_the_edge_and_joints_not_found(tmp_path: Path) -> None:
    """Heads are cropped away: a nose at y = 0 is above the picture. (−1, −1) and (0, 0) were not found at all."""
    points = [[200, 0, 0.8, 0], [-1, -1, 0.3, 1], [0, 0, 0.5, 2], [0, 90, 0.7, 3]] + [[5, 5, 0.9, 4]] * 14
    pose = read_coco_18(write(tmp_path / "1_2.json", {"keypoints": points}), frame=FRAME, size=SIZE)
    assert pose[:4].tolist() == pytest.approx(np.array([[400, 0, 0], [0, 0, 0], [0, 0, 0], [0, 180, 0.7]]))


def test_body_25_loses_its_mid_hip_and_its_feet(tmp_path: Path) -> None:
    flat = [value for joint in range(25) for value in (joint + 1, 2 * joint + 1, 0.5)]
    path = write(tmp_path / "p_keypoints.json", {"people": [{"pose_keypoints_2d": flat}, {"pose_keypoints_2d": []}]})
    pose = read_body_25(path, frame=SIZE, size=SIZE)
    assert pose[:, 0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    assert pose[8].tolist() == [10, 19, 0.5]  # right hip: 8 in COCO-18, 9 in BODY_25


def test_nobody_is_all_zeros(tmp_path: Path) -> None:
    pose = read_body_25(write(tmp_path / "p.json", {"people": []}), frame=SIZE, size=SIZE)
    assert not pose.any()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, 2], "has no 'people'"),
        ({"people": {"a": 1}}, "people is a dict, expected a list"),
        ({"people": [{}]}, "has no 'pose_keypoints_2d'"),
        ({"people": [{"pose_keypoints_2d": [1, 2]}]}, "no triples of numbers"),
        ({"people": [{"pose_keypoints_2d": [1, 2, 3] * 17}]}, "has 17 key points, expected 25"),
    ],
)
def test_broken_body_25(value: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        read_body_25(write(tmp_path / "p.json", value), frame=SIZE, size=SIZE)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"keypoints": [[1, 2, 3]] * 17}, r"shape \(17, 3\), expected \(18, at least 3\)"),
        ({"keypoints": 3}, "no list of numbers"),
        ({"keypoints": [["a", "b", "c"]] * 18}, "no list of numbers"),
    ],
)
def test_broken_coco_18(value: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        read_coco_18(write(tmp_path / "p.json", value), frame=SIZE, size=SIZE)


def test_what_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("{")
    with pytest.raises(DataError, match=r"p\.json is not JSON"):
        read_coco_18(tmp_path / "p.json", frame=SIZE, size=SIZE)
