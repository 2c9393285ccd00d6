import pyarrow as pa
import pytest
from PIL import Image

from toile.catalog.records import RECORD_SCHEMA, Record, from_arrow, to_arrow
from toile.errors import DataError
from toile.recipe import Recipe, png_bytes

EXTRA = pa.schema([("kids", pa.bool_()), ("tags", pa.list_(pa.string()))])


def record(**changes) -> Record:
    told = {"id": "a", "image": b"bytes", "uri": None, "width": 3, "height": 4, "source": "shop", "digest": "00"}
    return Record(**{**told, "extra": {"kids": True, "tags": ["new"]}, **changes})


def test_records_survive_the_round_trip_through_arrow():
    records = [
        record(
            category="dress",
            caption="a red dress",
            colours=("red", "white"),
            attributes={"sleeve": "long", "fit": "a=b"},
        ),
        record(id="b", image=None, uri="/photos/b.jpg", extra={"kids": None, "tags": None}),
    ]
    table = to_arrow(records, EXTRA)
    assert table.schema.names == [*RECORD_SCHEMA.names, "kids", "tags"]
    assert from_arrow(table) == records


def test_words_are_what_full_text_search_reads():
    table = to_arrow([record(category="dress", caption="worn once", colours=("red",))], EXTRA)
    assert table["words"].to_pylist() == ["worn once dress red"]


def test_a_picture_is_read_from_its_file(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png_bytes(Image.new("RGB", (3, 4), "red"), Recipe(verb="x", arguments={}, bundle="", version="")))
    assert record(image=None, uri=str(path)).picture().size == (3, 4)
    path.unlink()
    with pytest.raises(DataError, match=r"the picture of 'a' can't be read .* index its source again"):
        record(image=None, uri=str(path)).picture()
