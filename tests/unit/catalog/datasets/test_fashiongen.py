from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from fakes import FakeBundle
from toile.catalog.datasets import Fault, FaultKind
from toile.catalog.datasets.fashiongen import FashionGen
from toile.catalog.images import decode_image
from toile.catalog.manifest import Row
from toile.catalog.sources import open_source
from toile.errors import DataError
from toile.retrieval.index import Index
from toile.tasks.index import index_catalog

WORDS = {
    "input_description": [b"Long sleeve shirt, with a caf\xe9 print.", b"Short sleeve tee", b""],  # Latin-1, not UTF-8
    "input_category": [b"SHIRTS", b"TOPS", b"UNHEARD OF"],
    "input_subcategory": [b"SHIRTS", b"T-SHIRTS", b"X"],
    "input_brand": [b"Fran\xe7ois", b"B", b"C"],
    "input_gender": [b"Men", b"Women", b"Men"],
}


def write_file(path: Path, *, leave_out: tuple[str, ...] = ()) -> np.ndarray:
    """A FashionGen file of three photos of two products; every set but the pictures is (N, 1), as in the real one."""
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 6, 3), dtype=np.uint8)
    with h5py.File(path, "w") as file:
        file["input_image"] = images
        file["input_productID"] = np.array([[7], [7], [9]], np.int32)
        file["input_msrpUSD"] = np.array([[120.0], [80.5], [3.0]], np.float32)
        file["index"] = np.arange(3)[:, None]
        for name, words in WORDS.items():
            file[name] = np.array(words, "S80")[:, None]
        for name in leave_out:
            del file[name]
    return images


def test_rows_are_latin_1_with_pictures_made_when_asked(tmp_path: Path) -> None:
    images = write_file(tmp_path / "fashiongen_256_256_train.h5")
    rows = [row for row in FashionGen.open(tmp_path).rows("train") if isinstance(row, Row)]
    assert [row.id for row in rows] == ["train/0", "train/1", "train/2"]
    assert rows[0].caption == "Long sleeve shirt, with a café print."
    assert rows[0].extra["brand"] == "François"
    assert (rows[0].category, rows[1].category, rows[2].category) == ("shirt", "top", None)
    assert [row.split_group for row in rows] == ["7", "7", "9"]  # two photos of one product
    assert rows[1].extra["price_usd"] == 80.5
    assert rows[0].extra["name"] is None  # some dumps have no input_name
    assert (np.asarray(decode_image(rows[2].read())) == images[2]).all()


def test_a_photo_without_words_is_kept_and_told(tmp_path: Path) -> None:
    write_file(tmp_path / "fashiongen_256_256_validation.h5")
    found = list(FashionGen.open(tmp_path).rows("validation"))
    assert [(fault.kind, fault.detail) for fault in found if isinstance(fault, Fault)] == [
        (FaultKind.MISSING_CAPTION, "row 2")
    ]
    assert len(found) == 4


def test_the_longer_description_serves_where_the_short_one_lacks(tmp_path: Path) -> None:
    path = tmp_path / "fashiongen_256_256_train.h5"
    write_file(path, leave_out=("input_description",))
    with h5py.File(path, "a") as file:
        file["input_concat_description"] = np.array([b"one", b"two", b"three"])[:, None]
    rows = [row for row in FashionGen.open(tmp_path).rows("train") if isinstance(row, Row)]
    assert [row.caption for row in rows] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("leave_out", "message"),
    [
        (("input_image",), "has no input_image; it has index, input_brand"),
        (("input_description",), "has no input_description or input_concat_description"),
    ],
)
def test_a_file_that_lacks_a_set(leave_out: tuple[str, ...], message: str, tmp_path: Path) -> None:
    write_file(tmp_path / "fashiongen_256_256_train.h5", leave_out=leave_out)
    (fault,) = FashionGen.open(tmp_path).rows("train")
    assert isinstance(fault, Fault)
    assert fault.kind is FaultKind.BROKEN_FILE
    assert message in fault.detail


def test_a_shorter_set_breaks_the_file(tmp_path: Path) -> None:
    path = tmp_path / "fashiongen_256_256_train.h5"
    write_file(path, leave_out=("input_gender",))
    with h5py.File(path, "a") as file:
        file["input_gender"] = np.array([b"Men"])[:, None]
    (fault,) = FashionGen.open(tmp_path).rows("train")
    assert isinstance(fault, Fault)
    assert fault.detail == "input_gender has 1 rows, input_image has 3"


def test_a_file_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "fashiongen_256_256_train.h5"
    write_file(path)
    path.write_bytes(path.read_bytes()[:700])
    (fault,) = FashionGen.open(tmp_path).rows("train")
    assert isinstance(fault, Fault)
    assert "not a whole HDF5 file" in fault.detail


def test_a_missing_split(tmp_path: Path) -> None:
    write_file(tmp_path / "fashiongen_256_256_train.h5")
    (fault,) = FashionGen.open(tmp_path).rows("validation")
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.detail) == (FaultKind.MISSING_SPLIT, "no file named *validation.h5")


def test_index_takes_it_in(tmp_path: Path) -> None:
    write_file(tmp_path / "fashiongen_256_256_train.h5")
    source = open_source(f"fashiongen:{tmp_path}")
    rows = list(source)
    assert [row.position for row in rows] == [0, 1, 2]
    assert all(set(row.extra) == set(source.columns.names) for row in rows if isinstance(row, Row))


def test_the_index_keeps_pictures_that_are_no_files(tmp_path: Path) -> None:
    images = write_file(tmp_path / "fashiongen_256_256_train.h5")
    source = f"fashiongen:{tmp_path}"
    report = index_catalog(source, into=tmp_path / "index", bundle=FakeBundle())
    assert (report.added, report.rejected) == (3, 0)
    again = index_catalog(source, into=tmp_path / "index", bundle=FakeBundle())
    assert (again.added, again.unchanged) == (0, 3)  # the PNG that is made each time is the same
    opened = Index.open(tmp_path / "index")
    (record,) = opened.records(opened.search(np.eye(8, dtype=np.float32)[:1], k=1, where="id = 'train/1'").row_ids[0])
    assert (np.asarray(record.picture()) == images[1]).all()


def test_a_broken_file_is_a_rejection_of_the_index(tmp_path: Path) -> None:
    (tmp_path / "fashiongen_256_256_train.h5").write_bytes(b"no HDF5")
    (rejected,) = open_source(f"fashiongen:{tmp_path}")
    assert not isinstance(rejected, Row)
    assert "not a whole HDF5 file" in rejected.reason


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    write_file(tmp_path / "inner" / "fashiongen_256_256_train.h5")
    with pytest.raises(DataError, match=r"is no fashiongen: expected fashiongen_256.* it seems to lie in .*inner"):
        FashionGen.open(tmp_path)
