from __future__ import annotations

import json
from pathlib import Path

import pytest

from pictures import write_noise
from toile.catalog.datasets import DesignExample, Fault, FaultKind
from toile.catalog.datasets.hierafashion import HieraFashion
from toile.catalog.manifest import Row

CAPTION = "Coat, Elegant, Party, Tall, Crisp Feeling, Long Coat, Long Sleeve, Puffed Sleeve, Lapel Collar, Flat Hem"


def entry(stem: str, caption: str = CAPTION, *, pose: str = "train_pose/pose_images") -> dict[str, str]:
    return {"pose": f"{pose}/{stem}.jpg", "gt": f"train_images/{stem}.jpg", "caption": caption}


def write(folder: Path, entries: list[object], *, name: str = "train.json") -> HieraFashion:
    (folder / name).write_text(json.dumps(entries))
    return HieraFashion.open(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for stem in ("000000_0", "WOMEN-Blouses_Shirts-id_00003766-02_4_full"):
        write_noise(tmp_path / "train_images" / f"{stem}.jpg")
        write_noise(tmp_path / "train_pose" / "pose_images" / f"{stem}.jpg")
        (tmp_path / "train_pose" / "json").mkdir(exist_ok=True)
        (tmp_path / "train_pose" / "json" / f"{stem}.json").write_text("{}")
    write_noise(tmp_path / "test_images" / "78_0.jpg")
    return tmp_path


def test_examples_in_levels(folder: Path) -> None:
    (example,) = write(folder, [entry("000000_0")]).rows("train")
    assert isinstance(example, DesignExample)
    assert example.concepts == ("Coat", "Elegant", "Party", "Tall", "Crisp Feeling")
    assert example.attributes == ("Long Coat", "Long Sleeve", "Puffed Sleeve", "Lapel Collar", "Flat Hem")
    assert example.pose == folder / "train_pose" / "pose_images" / "000000_0.jpg"


def test_folders_vary(folder: Path) -> None:
    """The released loader says `pose_images`, another `pose`; the evaluation reads pictures from `test`."""
    (example,) = write(folder, [entry("000000_0", pose="train_pose/pose")]).rows("train")
    assert isinstance(example, DesignExample)
    assert example.pose == folder / "train_pose" / "pose_images" / "000000_0.jpg"
    tests = [{"gt": "HieraFashion_5K/test/78_0.jpg", "caption": CAPTION}]
    (example,) = write(folder, tests, name="test.json").rows("test")
    assert isinstance(example, DesignExample)
    assert (example.picture, example.pose) == (folder / "test_images" / "78_0.jpg", None)


def test_train_pose_json_serves_where_train_json_lacks(folder: Path) -> None:
    (example,) = write(folder, [entry("000000_0")], name="train_pose.json").rows("train")
    assert isinstance(example, DesignExample)


def test_a_pose_is_no_picture(folder: Path) -> None:
    """Both have the same file name, so that looking for a picture by its name must not find the pose."""
    (folder / "train_images" / "000000_0.jpg").unlink()
    (fault,) = write(folder, [entry("000000_0")]).rows("train")
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.detail) == (FaultKind.MISSING_PICTURE, "entry 0: train_images/000000_0.jpg")


def test_faults(folder: Path) -> None:
    entries = [
        {"gt": "train_images/000000_0.jpg", "caption": "Coat, Elegant"},
        {"gt": "../x.jpg", "caption": CAPTION, "pose": ""},
        {"caption": CAPTION},
        7,
    ]
    found = list(write(folder, entries).rows("train"))
    assert [(fault.kind, fault.detail) for fault in found if isinstance(fault, Fault)] == [
        (FaultKind.MISSING_MAP, "entry 0: names no pose"),
        (FaultKind.ODD_CAPTION, "entry 0: 2 items, expected 10"),
        (FaultKind.OUTSIDE, f"entry 1: '../x.jpg' points outside of {folder.name}"),
        (FaultKind.BROKEN_ROW, "entry 2: has caption; expected gt, caption and pose"),
        (FaultKind.BROKEN_ROW, "entry 3 is a int, expected an object"),
    ]
    (example,) = (row for row in found if isinstance(row, DesignExample))
    assert (example.concepts, example.attributes) == (("Coat", "Elegant"), ())


def test_pictures_for_the_index(folder: Path) -> None:
    (row,) = write(folder, [entry("000000_0")]).pictures("train")
    assert isinstance(row, Row)
    assert (row.id, row.category, row.caption) == ("train_images/000000_0.jpg", "outerwear", CAPTION)
    assert row.attributes["sleeve_type"] == "Puffed Sleeve"
    assert row.extra == {"split": "train", "style": "Elegant", "occasion": "Party"}


def test_inspection_opens_picture_and_pose(folder: Path) -> None:
    (folder / "train_pose" / "pose_images" / "000000_0.jpg").write_bytes(b"")
    reader = write(folder, [entry("000000_0")])
    (example,) = reader.rows("train")
    assert isinstance(example, DesignExample)
    assert [(fault.kind, fault.subject) for fault in reader.inspect(example)] == [(FaultKind.BROKEN_PICTURE, "pose")]
