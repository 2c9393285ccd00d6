from __future__ import annotations

import json
from pathlib import Path

import pytest

from pictures import write_noise
from toile.catalog.datasets import Fault, FaultKind
from toile.catalog.datasets.deepfashion_plus import DeepFashionPlus
from toile.catalog.manifest import Row
from toile.catalog.sources import open_source
from toile.errors import DataError

FULL = "img/WOMEN-Dresses-id_00000002-02_4_full.jpg"
NESTED = "img/MEN/Jackets_Vests/id_00000084/01_1_front.jpg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (FULL, NESTED, "img/own.jpg"):
        write_noise(tmp_path / name)
    (tmp_path / "manifest.csv").write_text(
        "file_name,caption,culture,licence,evaluation_status,size\n"
        f'{FULL},"a kimono, left over right",Japanese,CC0-1.0,train,7\n'
        f"{NESTED},a deel with a sash,Mongolian,,query,\n"
        "img/own.jpg,,,,train,12\n"
        "img/gone.jpg,a sari,South Asian,,train,\n"
        "../secret.jpg,a kilt,Scottish,,train,\n"
        "https://example.org/x.jpg,a kilt,Scottish,,train,\n"
        "too,few\n",
        encoding="utf-8",
    )
    return tmp_path


def test_rows_tell_culture_and_what_deepfashions_names_tell(folder: Path) -> None:
    reader = DeepFashionPlus.open(folder)
    assert reader.splits == ("train", "query")
    first, own = (row for row in reader.rows("train") if isinstance(row, Row))
    assert (first.culture, first.caption, first.licence) == ("Japanese", "a kimono, left over right", "CC0-1.0")
    assert (first.category, first.split_group) == ("dress", "id_00000002")
    assert (own.culture, own.category, own.split_group) == (None, None, None)
    (nested,) = (row for row in reader.rows("query") if isinstance(row, Row))
    assert (nested.category, nested.split_group) == ("outerwear", "id_00000084")


def test_faults(folder: Path) -> None:
    faults = [fault for fault in DeepFashionPlus.open(folder).rows("train") if isinstance(fault, Fault)]
    assert [(fault.kind, fault.detail) for fault in faults] == [
        (FaultKind.MISSING_CULTURE, "row 3"),
        (FaultKind.MISSING_CAPTION, "row 3"),
        (FaultKind.MISSING_PICTURE, "row 4: gone.jpg"),
        (FaultKind.OUTSIDE, "row 5: 'secret.jpg' points outside of its source's folder"),
        (
            FaultKind.BROKEN_ROW,
            "row 6: 'https://example.org/x.jpg' is a URL; "
            "toile downloads nothing: fetch the pictures and name their paths",
        ),
        (FaultKind.BROKEN_ROW, "row 7: the line has 2 cells, expected 6"),
    ]


def test_a_manifest_of_json_lines_without_splits(folder: Path) -> None:
    path = folder / "mine.jsonl"
    line = {"path": FULL, "text": "a chapan", "culture": "Uzbek", "category": "outerwear", "item_id": 5, "year": 1900}
    path.write_text(json.dumps(line), encoding="utf-8")  # no newline at the end
    reader = DeepFashionPlus.open(path)
    assert reader.splits == ("all",)
    (row,) = reader.rows("all")
    assert isinstance(row, Row)
    assert (row.category, row.split_group, row.extra["year"]) == ("outerwear", "5", 1900)


def test_a_manifest_a_split(tmp_path: Path) -> None:
    write_noise(tmp_path / "own.jpg")
    for name in ("train", "val"):
        line = {"file_name": "own.jpg", "caption": f"a {name} kente", "culture_tags": ["Asante", "Ewe"]}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line) + "\n{broken\n")
    reader = DeepFashionPlus.open(tmp_path)
    assert reader.splits == ("train", "val")
    row, first, second = reader.rows("train")
    assert isinstance(row, Row)
    assert (row.caption, row.culture, row.extra["split"]) == ("a train kente", "Asante, Ewe", "train")
    assert isinstance(first, Fault) and isinstance(second, Fault)
    assert (first.subject, second.subject) == ("train.jsonl", "val.jsonl")


def test_no_picture_column_at_all(folder: Path) -> None:
    (folder / "manifest.csv").write_text("picture,culture\na.jpg,Thai\n")
    (fault,) = DeepFashionPlus.open(folder).faults("all")
    assert fault.kind is FaultKind.BROKEN_FILE
    assert "no picture column; expected image, file_name, image_path, path among picture, culture" in fault.detail


def test_another_encoding_says_what_to_do(folder: Path) -> None:
    (folder / "manifest.csv").write_bytes(b"file_name,culture\nimg/own.jpg,Qu\xe9chua\n")
    with pytest.raises(DataError, match=r"is not UTF-8 text .* save it as UTF-8"):
        list(DeepFashionPlus.open(folder).splits)


def test_another_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "m.xlsx").touch()
    with pytest.raises(DataError, match=r"is a \.xlsx file; expected a \.csv or \.jsonl manifest with file_name"):
        DeepFashionPlus.open(tmp_path / "m.xlsx")


def test_index_takes_it_in_with_its_columns(folder: Path) -> None:
    source = open_source(f"deepfashion-plus:{folder}")
    assert set(source.columns.names) == {"evaluation_status", "size", "split"}
    rows = [row for row in source if isinstance(row, Row)]
    assert [row.culture for row in rows] == ["Japanese", None, "Mongolian"]
    assert len(list(source)) == 3 + 4  # four lines can't be used
