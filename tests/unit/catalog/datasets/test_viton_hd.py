from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pictures import write_labels, write_noise
from toile.catalog.datasets import Fault, FaultKind, TryOnPair
from toile.catalog.datasets.viton_hd import VitonHD
from toile.catalog.manifest import Row
from toile.errors import DataError

SIZE = (6, 8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two people a part, in StableVITON's layout, with MGD's captions; person 00001 of the test lacks some maps."""
    for part in ("train", "test"):
        for stem in ("00000_00", "00001_00"):
            write_person(tmp_path / part, stem)
        lines = "00000_00.jpg 00001_00.jpg\n00001_00.jpg\t00000_00.jpg"  # no newline at the end
        (tmp_path / f"{part}_pairs.txt").write_text(lines)
    captions = {
        "00000": ["black, cropped top", "long sleeves", "round neck"],
        "00001": ["a", "b", "c"],
        "00007": ["x", "y"],
    }
    (tmp_path / "captions.json").write_text(json.dumps(captions))
    (tmp_path / "test" / "agnostic-mask" / "00001_00_mask.png").unlink()
    return tmp_path


def write_person(part: Path, stem: str) -> None:
    for name in ("image", "cloth", "cloth-mask", "agnostic-v3.2", "image-densepose"):
        write_noise(part / name / f"{stem}.jpg", SIZE)
    write_noise(part / "agnostic-mask" / f"{stem}_mask.png", SIZE)
    write_labels(part / "image-parse-v3" / f"{stem}.png", np.full(SIZE[::-1], 5))
    write_pose(part, stem, [384, 512, 0.9] * 25)


def write_pose(part: Path, stem: str, flat: list[float]) -> None:
    (part / "openpose_json").mkdir(exist_ok=True)
    people = [{"pose_keypoints_2d": flat}] if flat else []
    (part / "openpose_json" / f"{stem}_keypoints.json").write_text(json.dumps({"people": people}))


def pairs_of(folder: Path, split: str) -> list[TryOnPair]:
    return [row for row in VitonHD.open(folder).rows(split) if isinstance(row, TryOnPair)]


def test_the_unpaired_test_wears_the_second_column(folder: Path) -> None:
    first, second = pairs_of(folder, "test-unpaired")
    assert (first.person.name, first.garment.name, first.is_paired) == ("00000_00.jpg", "00001_00.jpg", False)
    assert first.captions == ("a", "b", "c")  # of the garment, not of what the person wears
    assert second.caption == "black, cropped top, long sleeves, round neck"
    assert len(second.captions) == 3  # a comma in a phrase doesn't split it


@pytest.mark.parametrize("split", ["train", "test-paired"])
def test_paired_splits_wear_their_own(split: str, folder: Path) -> None:
    pairs = pairs_of(folder, split)
    assert [(pair.person.stem, pair.garment.stem, pair.is_paired) for pair in pairs] == [
        ("00000_00", "00000_00", True),
        ("00001_00", "00001_00", True),
    ]


def test_maps_and_what_of_them_is_missing(folder: Path) -> None:
    found = list(VitonHD.open(folder).rows("test-paired"))
    pairs = [row for row in found if isinstance(row, TryOnPair)]
    assert set(pairs[0].maps) == {"garment_mask", "agnostic", "agnostic_mask", "densepose", "label_map", "pose"}
    assert set(pairs[0].maps) - set(pairs[1].maps) == {"agnostic_mask"}
    assert [(fault.kind, fault.subject, fault.detail) for fault in found if isinstance(fault, Fault)] == [
        (FaultKind.MISSING_MAP, "agnostic_mask", "test/agnostic-mask/00001_00_mask.png")
    ]


def test_sketches_are_told_missing_only_where_some_are_there(folder: Path) -> None:
    write_noise(folder / "test" / "im_sketch_unpaired" / "00000_00_00001_00.png")
    found = list(VitonHD.open(folder).rows("test-unpaired"))
    assert "sketch" in next(row for row in found if isinstance(row, TryOnPair)).maps
    assert "test/im_sketch_unpaired/00001_00_00000_00.png" in {row.detail for row in found if isinstance(row, Fault)}


def test_poses_and_label_maps_fit_the_picture(folder: Path) -> None:
    reader, pair = VitonHD.open(folder), pairs_of(folder, "train")[0]
    assert reader.label_map(pair).shape == SIZE[::-1]
    pose = reader.pose(pair)
    assert pose.shape == (18, 3)
    assert pose[0].tolist() == pytest.approx([3, 4, 0.9])  # (384, 512) of 768x1024 is the middle of 6x8
    with pytest.raises(DataError, match="has no sketch; it has garment_mask"):
        reader.map_file(pair, "sketch")


def test_inspection_opens_everything(folder: Path) -> None:
    write_labels(folder / "train" / "image-parse-v3" / "00000_00.png", np.full(SIZE[::-1], 20))
    write_pose(folder / "train", "00000_00", [])
    write_labels(folder / "train" / "image-parse-v3" / "00001_00.png", np.zeros((4, 3)))
    (folder / "train" / "cloth" / "00001_00.jpg").write_bytes(b"")
    reader = VitonHD.open(folder)
    faults = [fault for pair in pairs_of(folder, "train") for fault in reader.inspect(pair)]
    assert [(fault.kind, fault.subject) for fault in faults] == [
        (FaultKind.UNKNOWN_LABEL, "label_map"),
        (FaultKind.BROKEN_MAP, "pose"),
        (FaultKind.BROKEN_PICTURE, "garment"),
        (FaultKind.BROKEN_MAP, "label_map"),
    ]
    assert faults[1].detail == "00000_00_keypoints.json shows nobody"
    assert faults[3].detail == "00001_00.png is 3x4, the picture 6x8"


def test_the_first_release_names_folders_differently(folder: Path) -> None:
    for old, new in (("openpose_json", "openpose-json"), ("image-parse-v3", "image-parse")):
        (folder / "train" / old).rename(folder / "train" / new)
    assert {"pose", "label_map"} <= set(pairs_of(folder, "train")[0].maps)
    (folder / "train" / "image-parse" / "00000_00.png").unlink()
    fault = next(VitonHD.open(folder).rows("train"))
    assert isinstance(fault, Fault)
    assert fault.detail == "train/image-parse/00000_00.png"


def test_broken_lines_missing_pictures_and_phrases(folder: Path) -> None:
    (folder / "test_pairs.txt").write_text("00000_00.jpg\n00000_00.jpg ../x.jpg\n00000_00.jpg 00009_00.jpg\n")
    broken, outside, missing = VitonHD.open(folder).rows("test-unpaired")
    assert isinstance(broken, Fault) and "expected two picture names" in broken.detail
    assert isinstance(outside, Fault) and outside.kind is FaultKind.OUTSIDE
    assert isinstance(missing, Fault) and missing.detail == "test/cloth/00009_00.jpg"
    (odd,) = VitonHD.open(folder).faults("train")
    assert odd.kind is FaultKind.ODD_CAPTION
    assert "00007: ['x', 'y'], expected 3 phrases" in odd.detail


def test_pictures_for_the_index_are_garments(folder: Path) -> None:
    rows = [row for row in VitonHD.open(folder).pictures("test-unpaired") if isinstance(row, Row)]
    assert [(row.id, row.caption) for row in rows] == [
        ("test/cloth/00001_00.jpg", "a, b, c"),
        ("test/cloth/00000_00.jpg", "black, cropped top, long sleeves, round neck"),
    ]


def test_a_missing_split(folder: Path) -> None:
    (folder / "train_pairs.txt").unlink()
    (fault,) = VitonHD.open(folder).rows("train")
    assert isinstance(fault, Fault)
    assert fault.kind is FaultKind.MISSING_SPLIT
