from __future__ import annotations

from pathlib import Path

import pytest

from pictures import write_noise
from toile.catalog.datasets import Fault, FaultKind
from toile.catalog.datasets.clothing_dataset import ClothingDataset
from toile.catalog.manifest import Row
from toile.errors import DataError

ID = "4285fab0-751a-4b74-8e9b-43af05deee2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(4):
        write_noise(tmp_path / "images" / f"{ID}{number}.jpg")
    (tmp_path / "images.csv").write_text(
        "image,sender_id,label,kids\n"
        f"{ID}0,124,Not sure,False\n"
        f"{ID}1,007,T-Shirt,True\n"
        f"{ID}2,94,Cape,False\n"
        f"{ID}9,94,Shoes,False\n"
        f"{ID}3,94,Shoes,perhaps\n"
        f"{ID}3,94,,False\n"
        f"../{ID}3,94,Hat,False"
    )
    return tmp_path


def test_rows(folder: Path) -> None:
    rows = [row for row in ClothingDataset.open(folder).rows("all") if isinstance(row, Row)]
    assert [(row.id, row.category, row.split_group) for row in rows] == [
        (f"{ID}0", None, "124"),
        (f"{ID}1", "t-shirt", "007"),
        (f"{ID}2", None, "94"),
    ]
    assert rows[1].extra == {"split": "all", "label": "T-Shirt", "kids": True}
    assert rows[0].licence == "CC0-1.0"


def test_faults(folder: Path) -> None:
    faults = [row for row in ClothingDataset.open(folder).rows("all") if isinstance(row, Fault)]
    assert [(fault.kind, fault.detail) for fault in faults] == [
        (FaultKind.UNKNOWN_LABEL, "row 3: 'Cape'"),
        (FaultKind.MISSING_PICTURE, f"images/{ID}9.jpg"),
        (FaultKind.BROKEN_ROW, "row 5: kids is 'perhaps', expected True or False"),
        (FaultKind.BROKEN_ROW, "row 6: has no label"),
        (FaultKind.OUTSIDE, f"row 7: 'images/../{ID}3.jpg' points outside of {folder.name}"),
    ]


def test_a_folder_without_a_list(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is no clothing-dataset: expected images\.csv"):
        ClothingDataset.open(tmp_path)
