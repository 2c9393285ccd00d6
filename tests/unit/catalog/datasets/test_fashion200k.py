from __future__ import annotations

from pathlib import Path

import pytest

from pictures import write_noise
from toile.catalog.datasets import Fault, FaultKind
from toile.catalog.datasets.fashion200k import Fashion200K
from toile.catalog.manifest import Row

PICTURES = ("women/dresses/casual/51727804/51727804_0.jpeg", "women/dresses/casual/51727804/51727804_1.jpeg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in PICTURES:
        write_noise(tmp_path / name)
    labels = tmp_path / "labels"
    labels.mkdir()
    lines = (
        f"{PICTURES[0]}\t0.93\tblue knee-length, belted dress\r\n".encode(),
        f"{PICTURES[1]}\t-1.78\tappliqu\xe9 dress\n".encode("latin-1"),
        b"\n",
        b"women/dresses/casual/1/1_0.jpeg\t0.5\tgone\n",
        b"women/dresses/casual/2/2_0.jpeg 0.5 spaces\n",
        b"../elsewhere/3_0.jpeg\t0.5\tsomebody's own\n",
        f"{PICTURES[0]}\t0.1\tlast, without a newline".encode(),
    )
    (labels / "dress_train_detect_all.txt").write_bytes(b"".join(lines))
    return tmp_path


def test_rows(folder: Path) -> None:
    rows = [row for row in Fashion200K.open(folder).rows("train") if isinstance(row, Row)]
    assert [row.caption for row in rows] == [
        "blue knee-length, belted dress",
        "appliqué dress",
        "last, without a newline",
    ]
    assert (rows[0].id, rows[0].category, rows[0].split_group) == (PICTURES[0], "dress", "51727804")
    assert rows[1].extra == {"split": "train", "label": "dress", "detection_score": -1.78}


def test_faults(folder: Path) -> None:
    faults = [row for row in Fashion200K.open(folder).rows("train") if isinstance(row, Fault)]
    assert [(fault.kind, fault.detail) for fault in faults[:4]] == [
        (FaultKind.OTHER_ENCODING, "line 2 is not UTF-8, read as Latin-1"),
        (FaultKind.MISSING_PICTURE, "women/dresses/casual/1/1_0.jpeg"),
        (
            FaultKind.BROKEN_ROW,
            "line 5: 'women/dresses/casual/2/2_0.jpeg 0.5 spaces', "
            "expected picture, score and description between tabs",
        ),
        (FaultKind.OUTSIDE, f"line 6: '../elsewhere/3_0.jpeg' points outside of {folder.name}"),
    ]
    assert {fault.kind for fault in faults[4:]} == {FaultKind.MISSING_SPLIT}
    assert [fault.subject for fault in faults[4:]] == [
        f"{name}_train_detect_all.txt" for name in ("jacket", "pants", "skirt", "top")
    ]


def test_pictures_may_lie_one_folder_deeper(folder: Path) -> None:
    (folder / "images").mkdir()
    (folder / "women").rename(folder / "images" / "women")
    rows = [row for row in Fashion200K.open(folder).rows("train") if isinstance(row, Row)]
    assert rows[0].id == PICTURES[0]
    assert rows[0].picture == folder / "images" / PICTURES[0]
