import json
import tarfile
import tracemalloc
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from toile.catalog.manifest import Rejected, Row
from toile.catalog.sources import open_source
from toile.errors import DataError


def picture(colour: str = "red") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (6, 8), colour).save(buffer, "PNG")
    return buffer.getvalue()


def rows_of(source: Path | str) -> list[Row]:
    rows = list(open_source(source))
    assert all(isinstance(row, Row) for row in rows), rows
    return rows


def write_files(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture())


def test_folder_is_read_in_order_with_labels_from_folder_names(tmp_path):
    write_files(tmp_path, "b.png", "dress/2.png", "dress/1.png", ".hidden.png", ".git/x.png")
    rows = rows_of(tmp_path)
    assert [(row.id, row.category) for row in rows] == [
        ("b.png", None),
        ("dress/1.png", "dress"),
        ("dress/2.png", "dress"),
    ]
    assert rows[1].read() == picture()


def test_csv_columns_get_types(tmp_path):
    write_files(tmp_path, "1.png", "2.png")
    manifest = tmp_path / "shop.csv"
    manifest.write_text('id,path,label,price,kids,zip,note\n1,1.png,Dress,3,true,007,"a, b"\n2,2.png,,4.5,False,12,\n')
    source = open_source(manifest)
    assert {column.name: str(column.type) for column in source.columns} == {
        "label": "string",
        "price": "double",
        "kids": "bool",
        "zip": "string",
        "note": "string",
    }
    first, second = rows_of(manifest)
    assert first.extra == {"label": "Dress", "price": 3, "kids": True, "zip": "007", "note": "a, b"}
    assert (second.id, second.category, second.extra["zip"], second.extra["note"]) == ("2", None, "12", None)


def test_bad_lines_are_rejected_and_the_rest_is_read(tmp_path):
    write_files(tmp_path, "1.png")
    manifest = tmp_path / "shop.jsonl"
    manifest.write_text(
        '{"id": "a", "image": "1.png"}\n{"id": \n[1]\n\n{"id": "b", "image": {"bytes": null, "path": "1.png"}}\n'
    )
    rows = list(open_source(manifest))
    assert [row.id for row in rows] == ["a", None, None, "b"]
    assert [row.position for row in rows] == [0, 1, 2, 3]
    assert "not JSON" in rows[1].reason
    assert "a JSON list, expected an object" in rows[2].reason


def test_ragged_csv_line_is_rejected(tmp_path):
    manifest = tmp_path / "shop.csv"
    manifest.write_text("id,path\na,1.png,extra\nb,1.png\n")
    bad, good = open_source(manifest)
    assert bad == Rejected(position=0, id=None, reason="the line has 3 cells, expected 2")
    assert good.id == "b"


def test_imagefolder_reads_the_metadata_of_each_split(tmp_path):
    write_files(tmp_path, "train/1.png", "test/1.png")
    for split, text in (("train", "a red dress"), ("test", "a blue hat")):
        (tmp_path / split / "metadata.jsonl").write_text(json.dumps({"file_name": "1.png", "text": text}) + "\n")
    assert [(row.id, row.caption) for row in rows_of(tmp_path)] == [
        ("test/1.png", "a blue hat"),
        ("train/1.png", "a red dress"),
    ]


def test_parquet_with_pictures_inside(tmp_path):
    path = tmp_path / "shop.parquet"
    table = pa.table(
        {
            "photo_id": ["x", "y"],
            "image": [{"bytes": picture(), "path": "x.png"}, {"bytes": None, "path": "y.png"}],
            "tags": [["a"], None],
            "mask": [b"1", b"2"],
        }
    )
    pq.write_table(table, path)
    source = open_source(path)
    first, second = source
    assert source.num_rows == 2
    assert (first.picture, first.extra) == (picture(), {"tags": ["a"]})
    assert (second.id, second.picture) == ("y", tmp_path / "y.png")


def test_parquet_without_ids_counts_its_rows(tmp_path):
    path = tmp_path / "shop.parquet"
    pq.write_table(pa.table({"image": [picture(), picture()]}), path)
    assert [row.id for row in rows_of(path)] == ["shop.parquet#0", "shop.parquet#1"]


def write_shard(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, BytesIO(content))


def test_webdataset_shards_by_brace_range(tmp_path):
    write_shard(
        tmp_path / "a-008.tar", {"s/1.jpg": picture(), "s/1.json": b'{"kids": true}', "s/1.txt": b"a red hat\n"}
    )
    write_shard(tmp_path / "a-009.tar", {"s/2.cls": b"Dress", "s/2.png": picture(), "s/3.json": b"{}"})
    first, second, third = open_source(tmp_path / "a-{008..9}.tar")
    assert (first.id, first.caption, first.extra) == ("s/1", "a red hat", {"kids": True})
    assert (second.id, second.category) == ("s/2", "dress")
    assert third == Rejected(position=2, id="s/3", reason="the sample has no picture, only json")


def test_broken_shard_gives_what_stands_before_the_break(tmp_path):
    write_shard(tmp_path / "a.tar", {"1.png": picture(), "2.png": picture() * 40})
    data = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(data[:3000])
    write_shard(tmp_path / "b.tar", {"3.png": picture()})
    for name in ("a", "b"):
        (tmp_path / f"{name}.tar").rename(tmp_path / f"s{'ab'.index(name)}.tar")
    rows = list(open_source(tmp_path / "s{0..1}.tar"))
    assert [row.id for row in rows] == ["1", None, "3"]
    assert "s0.tar is broken after '2'" in rows[1].reason


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("nowhere", None, "does not exist; give a folder"),
        ("a-{0..3}.tar", None, "the shard .*a-0.tar does not exist .one of 4"),
        ("notes.txt", b"hello", r"is a \.txt file; expected a folder, \.csv"),
        ("broken.parquet", b"PAR1 not really", "can't be read as parquet"),
        ("empty.csv", b"", "is empty; expected a line of column names"),
        ("twice.csv", b"path,size,size\n", "has two columns named 'size'; rename one"),
        ("latin.csv", "path\nmüll.png\n".encode("latin-1"), "is not UTF-8 text"),
    ],
)
def test_unusable_sources_are_refused(tmp_path, name, content, reason):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=reason):
        list(open_source(tmp_path / name))


def test_parquet_without_pictures_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"id": ["a"]}), path)
    with pytest.raises(
        DataError, match=r"has no picture column; expected image, file_name, image_path, path among \['id'\]"
    ):
        open_source(path)


def test_shared_photos_keep_only_columns_for_people(shared_data):
    streets, garments = (open_source(shared_data / f"{name}.parquet") for name in ("streets", "garments"))
    assert streets.columns.names == ["tags"]
    assert garments.columns.names == ["label", "kids"]
    assert garments.columns.field("kids").type == pa.bool_()
    assert next(iter(streets)).id == "0001"


def test_reading_a_long_manifest_needs_no_more_memory_than_a_short_one(tmp_path):
    def peak_bytes(num: int) -> int:
        manifest = tmp_path / f"{num}.jsonl"
        manifest.write_text("".join(f'{{"id": "{i}", "path": "{i}.png", "price": {i}}}\n' for i in range(num)))
        tracemalloc.start()
        assert sum(isinstance(row, Row) for row in open_source(manifest)) == num
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_bytes(4000) < 1.5 * peak_bytes(400)
