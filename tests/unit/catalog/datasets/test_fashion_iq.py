from __future__ import annotations

import json
from pathlib import Path

import pytest

from pictures import write_noise
from toile.catalog.datasets import Fault, FaultKind, Triplet, check_dataset
from toile.catalog.datasets.fashion_iq import CATEGORIES, FashionIQ
from toile.catalog.manifest import Row
from toile.errors import DataError

ASINS = ("B0084Y8XIU", "B0084Y8XIV", "B0084Y8XIW", "B0084Y8XIX")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three triplets a category and split; pictures .png and .jpg; the fourth picture is gone from the shop."""
    for number, asin in enumerate(ASINS[:3]):
        write_noise(tmp_path / "images" / f"{asin}.{'png' if number else 'jpg'}", seed=number)
    for category in CATEGORIES:
        for split in ("train", "val", "test"):
            triplets = [
                {"candidate": ASINS[0], "target": ASINS[1], "captions": ["is shiny, and silver.", "has no straps"]},
                {"candidate": ASINS[1], "target": ASINS[3], "captions": ["is blue", "is longer"]},
                {"candidate": ASINS[2], "target": ASINS[0], "captions": ["is red", ""]},
            ]
            if split == "test":
                triplets = [{key: value for key, value in t.items() if key != "target"} for t in triplets]
            write_json(tmp_path / "captions" / f"cap.{category}.{split}.json", triplets)
            write_json(tmp_path / "image_splits" / f"split.{category}.{split}.json", list(ASINS))
    # The extra files of UniFashion's copy have other keys and are no split of ours.
    write_json(tmp_path / "captions" / "cap.dress.val.llava.json", [{"candidate_caption": "x"}])
    return tmp_path


def write_json(path: Path, value: object, encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding=encoding)


def test_triplets(folder: Path) -> None:
    found = list(FashionIQ.open(folder).rows("val"))
    triplets = [row for row in found if isinstance(row, Triplet)]
    assert len(triplets) == 6
    first = triplets[0]
    assert (first.id, first.category) == ("dress/val/0", "dress")
    assert first.reference == folder / "images" / f"{ASINS[0]}.jpg"
    assert first.target == folder / "images" / f"{ASINS[1]}.png"
    assert first.captions == ("is shiny, and silver.", "has no straps")
    assert first.modification_text == "Is shiny, and silver and has no straps"
    assert triplets[1].modification_text == "Is red"  # the second annotator wrote nothing
    faults = [row for row in found if isinstance(row, Fault)]
    assert [(fault.kind, fault.detail) for fault in faults] == [
        (FaultKind.MISSING_PICTURE, f"entry 1: no picture of {ASINS[3]}")
    ] * 3


def test_the_test_split_has_no_targets(folder: Path) -> None:
    triplets = list(FashionIQ.open(folder).rows("test"))
    assert len(triplets) == 9
    assert all(isinstance(row, Triplet) and row.target is None for row in triplets)


def test_pictures_are_the_gallery_each_once(folder: Path) -> None:
    found = list(FashionIQ.open(folder).pictures("val"))
    assert [row.id for row in found if isinstance(row, Row)] == list(ASINS[:3])
    assert [fault.kind for fault in found if isinstance(fault, Fault)] == [FaultKind.MISSING_PICTURE]


@pytest.mark.parametrize("name", ["images", "resized_image", "image_data/dress"])
def test_pictures_lie_in_folders_of_several_names(name: str, folder: Path) -> None:
    moved = folder / name
    if moved.name != "images":
        moved.parent.mkdir(exist_ok=True)
        (folder / "images").rename(moved)
    triplet = next(FashionIQ.open(folder).rows("train"))
    assert isinstance(triplet, Triplet)
    assert triplet.reference.parent == moved


def test_galleries_of_both_protocols(folder: Path) -> None:
    reader = FashionIQ.open(folder)
    assert reader.gallery("shirt", "val") == list(ASINS)
    write_json(
        folder / "captions" / "cap.shirt.val.json", [{"candidate": ASINS[2], "target": ASINS[0], "captions": []}]
    )
    assert reader.gallery("shirt", "val", "val") == [ASINS[2], ASINS[0]]
    (folder / "image_splits" / "split.shirt.val.json").unlink()
    with pytest.raises(DataError, match=r"split\.shirt\.val\.json does not exist"):
        reader.gallery("shirt", "val")


def test_what_is_listed_but_gone_is_counted(folder: Path) -> None:
    faults = list(FashionIQ.open(folder).faults("train"))
    assert [(fault.kind, fault.subject) for fault in faults] == [
        (FaultKind.MISSING_PICTURE, f"split.{category}.train.json") for category in CATEGORIES
    ]
    check = check_dataset("fashion-iq", folder, splits=("train",))
    assert check.lost == {"train": 3}  # triplets; a smaller gallery loses none


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"candidate": ASINS[0], "target": ASINS[1]}, "captions are None"),
        ({"candidate": ASINS[0], "target": ASINS[1], "captions": ["", " "]}, "expected a list of sentences"),
        ({"target": ASINS[1], "captions": ["is red"]}, "expected candidate, target, captions"),
        ({"candidate": ASINS[0], "captions": ["is red"]}, "has no target"),
        ("a text", "is a str, expected an object"),
    ],
)
def test_broken_entries(entry: object, message: str, folder: Path) -> None:
    write_json(folder / "captions" / "cap.dress.train.json", [entry])
    fault = next(FashionIQ.open(folder).rows("train"))
    assert isinstance(fault, Fault)
    assert fault.kind is FaultKind.BROKEN_ROW
    assert message in fault.detail


def test_other_encodings_and_missing_splits(folder: Path) -> None:
    entry = {"candidate": ASINS[0], "target": ASINS[1], "captions": ["has a café print"]}
    write_json(folder / "captions" / "cap.dress.train.json", [entry], encoding="latin-1")
    (folder / "captions" / "cap.shirt.train.json").unlink()
    (folder / "captions" / "cap.toptee.train.json").write_text("[{", encoding="utf-8")
    note, triplet, missing, broken = FashionIQ.open(folder).rows("train")
    assert isinstance(note, Fault) and note.kind is FaultKind.OTHER_ENCODING
    assert isinstance(triplet, Triplet) and triplet.captions == ("has a café print",)
    assert isinstance(missing, Fault) and missing.kind is FaultKind.MISSING_SPLIT
    assert isinstance(broken, Fault) and "cap.toptee.train.json is not JSON" in broken.detail
