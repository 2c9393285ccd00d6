from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pictures import write_labels, write_noise
from toile.catalog.datasets import Fault, FaultKind, TryOnPair
from toile.catalog.datasets.dress_code import SECTIONS, DressCode
from toile.catalog.manifest import Row

SIZE = (6, 8)
FIRST = {"dresses": 52012, "upper_body": 48462, "lower_body": 50855}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two people a section; lists with tabs, with spaces, without a newline at the end."""
    fine = {}
    for section, first in FIRST.items():
        numbers = [f"{first + step:06d}" for step in (0, 1)]
        for seed, number in enumerate(numbers):
            write_person(tmp_path / section, number, seed)
            fine[number] = [f"{section} {number}", "lace, at the hem", "a belt"]
        a, b = numbers
        paired = f"{a}_0.jpg\t{a}_1.jpg\n{b}_0.jpg  {b}_1.jpg"
        for name in ("train_pairs.txt", "test_pairs_paired.txt"):
            (tmp_path / section / name).write_text(paired)
        (tmp_path / section / "test_pairs_unpaired.txt").write_text(f"{a}_0.jpg\t{b}_1.jpg\n{b}_0.jpg\t{a}_1.jpg\n")
    # The copies beside the sections are of no use: these name what is nowhere.
    (tmp_path / "train_pairs.txt").write_text("000000_0.jpg 000000_1.jpg\n")
    del fine["048463"]
    (tmp_path / "fine_captions.json").write_text(json.dumps(fine))
    (tmp_path / "coarse_captions.json").write_text(json.dumps({"052012": ["not this one"] * 3}))
    return tmp_path


def write_person(section: Path, number: str, seed: int) -> None:
    for kind in (0, 1):
        write_noise(section / "images" / f"{number}_{kind}.jpg", SIZE, seed)
    write_labels(section / "label_maps" / f"{number}_4.png", np.full(SIZE[::-1], 7))
    (section / "keypoints").mkdir(exist_ok=True)
    points = [[192.0, 0.0, 0.9, 0], [192.0, 256.0, 0.8, 1], *([[-1.0, -1.0, 0.0, -1]] * 16)]
    (section / "keypoints" / f"{number}_2.json").write_text(json.dumps({"keypoints": points}))


def found_in(folder: Path, split: str) -> tuple[list[TryOnPair], list[Fault]]:
    found = list(DressCode.open(folder).rows(split))
    return [row for row in found if isinstance(row, TryOnPair)], [row for row in found if isinstance(row, Fault)]


def test_pairs_of_all_sections(folder: Path) -> None:
    pairs, _ = found_in(folder, "test-paired")
    assert [pair.section for pair in pairs] == [section for section in SECTIONS for _ in (0, 1)]
    assert all(pair.is_paired for pair in pairs)
    assert pairs[1].id == "dresses/052013_0+052013_1"


def test_captions_follow_the_garment(folder: Path) -> None:
    pairs, faults = found_in(folder, "test-unpaired")
    assert not pairs[0].is_paired
    assert pairs[0].captions == ("dresses 052013", "lace, at the hem", "a belt")
    assert pairs[1].captions[0] == "dresses 052012"  # the fine captions go before the coarse ones
    assert [(fault.kind, fault.detail) for fault in faults] == [(FaultKind.MISSING_CAPTION, "048463_1.jpg")]


def test_poses_are_in_pixels_of_the_picture_and_heads_above_it_unseen(folder: Path) -> None:
    reader = DressCode.open(folder)
    pose = reader.pose(found_in(folder, "train")[0][0])
    assert pose[0].tolist() == [3, 0, 0]  # at y = 0: cropped away
    assert pose[1].tolist() == pytest.approx([3, 4, 0.8])  # (192, 256) of 384x512 is the middle of 6x8
    assert not pose[2:].any()


@pytest.mark.parametrize("name", ["test_stitchmap", "test_stitch_map"])
def test_the_stitch_maps_have_two_names(name: str, folder: Path) -> None:
    for number in FIRST.values():
        for step in (0, 1):
            write_labels(folder / name / f"{number + step:06d}_0.png", np.full((4, 3), 13))
    pairs, faults = found_in(folder, "test-paired")
    assert all(pair.maps["stitch_map"].parent.name == name for pair in pairs)
    assert FaultKind.MISSING_MAP not in {fault.kind for fault in faults}
    assert all("stitch_map" not in pair.maps for pair in found_in(folder, "train")[0])


def test_optional_maps(folder: Path) -> None:
    write_noise(folder / "dresses" / "cleaned_inshop_imgs" / "052012_1_cleaned.jpg")
    write_noise(folder / "dresses" / "im_sketch" / "052012_1.png")
    write_noise(folder / "dresses" / "im_sketch_unpaired" / "052012_0_052013_1.png")
    pairs, faults = found_in(folder, "test-paired")
    assert set(pairs[0].maps) == {"pose", "label_map", "garment_on_white", "sketch"}
    assert {fault.subject for fault in faults if fault.kind is FaultKind.MISSING_MAP} == {"garment_on_white", "sketch"}
    assert found_in(folder, "test-unpaired")[0][0].maps["sketch"].name == "052012_0_052013_1.png"


def test_what_is_missing(folder: Path) -> None:
    (folder / "upper_body" / "test_pairs_paired.txt").unlink()
    (folder / "dresses" / "images" / "052013_1.jpg").unlink()
    (folder / "lower_body" / "keypoints" / "050855_2.json").unlink()
    pairs, faults = found_in(folder, "test-paired")
    assert len(pairs) == 3
    assert [(fault.kind, fault.subject, fault.detail) for fault in faults] == [
        (FaultKind.MISSING_PICTURE, "dresses/test_pairs_paired.txt", "dresses/images/052013_1.jpg"),
        (
            FaultKind.MISSING_SPLIT,
            "upper_body/test_pairs_paired.txt",
            "upper_body/test_pairs_paired.txt does not exist",
        ),
        (FaultKind.MISSING_MAP, "pose", "lower_body/keypoints/050855_2.json"),
    ]


def test_captions_that_are_no_object(folder: Path) -> None:
    (folder / "fine_captions.json").write_text("[1, 2]")
    (fault,) = DressCode.open(folder).faults("train")
    assert "fine_captions.json holds a list, expected an object" in fault.detail


def test_pictures_for_the_index(folder: Path) -> None:
    rows = [row for row in DressCode.open(folder).pictures("test-unpaired") if isinstance(row, Row)]
    assert (rows[0].id, rows[0].category) == ("dresses/images/052013_1.jpg", "dress")
    assert rows[-1].category is None  # `lower_body` may be a skirt or trousers
    assert rows[-1].extra == {"split": "test-unpaired", "section": "lower_body"}
