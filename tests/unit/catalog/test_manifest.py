from pathlib import Path

import pyarrow as pa
import pytest

from toile.catalog.manifest import Rejected, Row, RowReader, category_of, infer_columns, kept_columns
from toile.errors import DataError


@pytest.fixture
def reader(tmp_path: Path) -> RowReader:
    columns = kept_columns({"category": pa.string(), "price": pa.float64(), "sku": pa.string()})
    return RowReader(source="shop.csv", root=tmp_path, folder=tmp_path, columns=columns)


def test_columns_find_their_places(reader, tmp_path):
    row = reader.read(
        {
            "image_id": 7,
            "file_name": "a/b.jpg",
            "category": "Jeans",
            "text": "worn jeans",
            "license": "CC0",
            "attributes": {"fit": "slim"},
            "colours": "blue, white",
            "price": 9.5,
            "sku": 12,
        },
        position=3,
    )
    assert row == Row(
        position=3,
        id="7",
        picture=tmp_path / "a/b.jpg",
        source="shop.csv",
        category="trousers",
        caption="worn jeans",
        licence="CC0",
        attributes={"fit": "slim"},
        colours=("blue", "white"),
        extra={"price": 9.5, "sku": "12", "label": "Jeans"},
    )


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("Outwear", "outerwear"),
        ("Not sure", None),
        ("DRESS", "dress"),
        ("sneakers", "shoes"),
        ("kilt", None),
        (None, None),
    ],
)
def test_labels_of_public_sets_become_categories(label, category):
    assert category_of(label) == category


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"id": "a"}, "names no picture: expected one of the columns image, file_name"),
        ({"id": "a", "path": "../secret.jpg"}, "points outside of its source's folder"),
        ({"id": "a", "path": "/etc/hostname"}, "points outside of its source's folder"),
        ({"id": "a", "path": "a\0.jpg"}, "is no path"),
        ({"id": "a", "path": "https://shop.example/a.jpg"}, "is a URL; toile downloads nothing"),
        ({"id": "", "path": "a.jpg"}, "the id '' is empty"),
        ({"id": "a\nb", "path": "a.jpg"}, "unprintable"),
        ({"id": "a", "path": "a.jpg", "colours": "teal"}, "colours are 'teal', expected some of black"),
        ({"id": "a", "path": "a.jpg", "attributes": ["long"]}, "expected an object or a list of 'name=value'"),
    ],
)
def test_bad_rows_are_rejected_with_a_reason(reader, values, reason):
    row = reader.read(values, position=0)
    assert isinstance(row, Rejected)
    assert reason in row.reason


def test_a_link_out_of_the_folder_is_rejected(reader, tmp_path):
    (tmp_path / "link.jpg").symlink_to("/etc/hostname")
    row = reader.read({"path": "link.jpg"}, position=0)
    assert isinstance(row, Rejected)
    assert "points outside" in row.reason


def test_the_digest_changes_with_picture_and_words(reader):
    rows = [reader.read({"path": "a.jpg", "caption": caption}, position=0) for caption in ("old", "new")]
    digests = {row.digest(picture) for row in rows for picture in (b"1", b"2")}
    assert len(digests) == 4


def test_types_of_untyped_columns():
    rows = [
        {"a": True, "b": 1, "c": 1, "d": "x", "e": ["x"], "f": {"x": 1}, "g": 1, "h": None, "i": True, "j": [1.0]},
        {"a": False, "b": 2, "c": 2.5, "d": None, "e": [], "f": None, "g": "x", "h": None, "i": 1, "j": None},
    ]
    assert infer_columns(rows) == {
        "a": pa.bool_(),
        "b": pa.int64(),
        "c": pa.float64(),
        "d": pa.string(),
        "e": pa.list_(pa.string()),
        "g": pa.string(),
        "i": pa.string(),
    }


def test_bytes_structs_and_numbers_in_lists_are_not_kept():
    kept = kept_columns(
        {
            "labels": pa.binary(),
            "pose": pa.list_(pa.float32()),
            "size": pa.struct([("x", pa.int8())]),
            "tags": pa.large_list(pa.large_string()),
            "brand": pa.dictionary(pa.int32(), pa.string()),
            "kids": pa.bool_(),
            "width": pa.int32(),
        }
    )
    assert kept == pa.schema([("tags", pa.list_(pa.string())), ("brand", pa.string()), ("kids", pa.bool_())])


@pytest.mark.parametrize("name", ["digest", "_rowid", "", "item.price"])
def test_a_column_whose_name_the_index_cannot_use_is_refused(name):
    with pytest.raises(DataError, match=f"the column '{name}' has a name that the index can't use; rename it"):
        kept_columns({name: pa.string()})
