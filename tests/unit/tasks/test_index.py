import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lancedb.table import LanceTable
from PIL import Image

from fakes import ColourEncoder, FakeBundle
from toile.catalog.records import Record
from toile.errors import DataError, RetrievalIndexError
from toile.retrieval.index import Index
from toile.retrieval.rejections import REJECTIONS_FILE
from toile.tasks.index import IndexReport, delete_records, index_catalog
from toile.tasks.query import Query
from toile.tasks.search import search

COLOURS = {"red": (200, 30, 40), "green": (46, 125, 60), "blue": (47, 99, 184), "yellow": (242, 215, 46)}
CATEGORIES = ("dress", "hat", "shoes")


def picture(number: int = 0, size: tuple[int, int] = (16, 16)) -> bytes:
    """A garment on white, each number's a little different."""
    image = Image.new("RGB", size, "white")
    colour = np.array(list(COLOURS.values())[number % 4]) + number // 4 % 9
    image.paste(tuple(int(value) for value in colour), (4, 3, size[0] - 4, size[1] - 3))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def write_parquet(path: Path, num: int, *, broken: tuple[int, ...] = (), doubled: tuple[int, ...] = ()) -> Path:
    """`num` garments; some pictures are cut off, some ids are those of the row before."""
    pictures = [picture(i)[: 40 if i in broken else None] for i in range(num)]
    table = {
        "image_id": [f"g{i - (i in doubled):03d}" for i in range(num)],
        "image": [{"bytes": data, "path": None} for data in pictures],
        "label": [CATEGORIES[i % 3] for i in range(num)],
        "kids": [i % 2 == 0 for i in range(num)],
    }
    pq.write_table(pa.table(table), path)
    return path


def run(source: Path, into: Path, **options) -> IndexReport:
    return index_catalog(source, into=into, bundle=FakeBundle(), **options)


def counts(report: IndexReport) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.rejected, report.total


def rejections(into: Path) -> list[tuple[int, str, str]]:
    lines = map(json.loads, (into / REJECTIONS_FILE).read_text().splitlines())
    return [(line["position"], line["id"], line["reason"]) for line in lines]


def contents(into: Path) -> tuple[list[Record], np.ndarray, list[tuple[str, float]], list[tuple[int, str, str]]]:
    """All that an index tells: its records, their vectors, the hits of a hybrid query, the rejections."""
    index = Index.open(into)
    snapshot = index._snapshot
    result = search(into, Query(text="a red dress", hybrid=True), bundle=FakeBundle(), k=20, where="kids = true")
    hits = [(hit.id, hit.score) for hit in result.hits]
    return index.records(snapshot.row_ids), np.array(snapshot.matrix), hits, rejections(into)


def test_rows_become_records(tmp_path):
    report = run(write_parquet(tmp_path / "shop.parquet", 9), tmp_path / "index", batch_size=4)
    assert counts(report) == (9, 0, 0, 0, 9)
    assert report.pictures_per_s == pytest.approx(9 / report.seconds)
    hit = search(tmp_path / "index", Query(text="red"), bundle=FakeBundle(), where="id = 'g000'").hits[0].record
    assert (hit.category, hit.caption, hit.colours, hit.source) == ("dress", "a red dress", ("red",), "shop.parquet")
    assert hit.attributes == {"caption": "measured", "colours": "measured"}
    assert hit.extra == {"label": "dress", "kids": True}
    assert hit.picture_bytes() == picture(0)


def test_what_the_source_tells_is_not_measured(tmp_path):
    (tmp_path / "1.png").write_bytes(picture(0))
    line = {"id": "a", "image": "1.png", "caption": "party frock", "colours": ["pink"], "category": "dress"}
    (tmp_path / "shop.jsonl").write_text(json.dumps(line))
    run(tmp_path / "shop.jsonl", tmp_path / "index")
    record = search(tmp_path / "index", Query(text="red"), bundle=FakeBundle()).hits[0].record
    assert (record.caption, record.colours, record.attributes) == ("party frock", ("pink",), {})
    assert (record.image, record.uri) == (None, str(tmp_path / "1.png"))


def test_running_twice_adds_nothing(tmp_path):
    source, into = write_parquet(tmp_path / "shop.parquet", 20, broken=(3,), doubled=(7,)), tmp_path / "index"
    assert counts(run(source, into)) == (18, 0, 0, 2, 18)
    before = contents(into), Index.open(into).version
    assert counts(run(source, into)) == (0, 0, 18, 2, 18)
    np.testing.assert_equal((contents(into), Index.open(into).version), before)


def test_bad_rows_are_rejected_with_reasons(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "good.png").write_bytes(picture())
    (folder / "empty.png").touch()
    (folder / "notes.txt").write_text("remember to buy shoes")
    (folder / "cut.png").write_bytes(picture()[:60])
    (folder / "zone.png").symlink_to("/etc/hostname")
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    assert counts(run(folder, tmp_path / "index")) == (1, 0, 0, 5, 1)
    reasons = {record_id: reason for _, record_id, reason in rejections(tmp_path / "index")}
    assert set(reasons) == {"empty.png", "notes.txt", "cut.png", "zone.png", "gone.png"}
    for name, reason in {
        "empty.png": "0 bytes",
        "notes.txt": "not a picture",
        "cut.png": "broken picture",
        "zone.png": "points outside of its source's folder",
        "gone.png": "the picture file nowhere.png is missing",
    }.items():
        assert reason in reasons[name]


def test_a_repeated_id_is_rejected_and_the_first_row_kept(tmp_path):
    run(write_parquet(tmp_path / "shop.parquet", 3, doubled=(1,)), tmp_path / "index")
    assert rejections(tmp_path / "index") == [(1, "g000", "the id 'g000' stands in an earlier row already")]


def test_update_embeds_changed_rows_only(tmp_path):
    source, into = tmp_path / "photos", tmp_path / "index"
    source.mkdir()
    for i in range(6):
        (source / f"{i}.png").write_bytes(picture(i))
    run(source, into)
    (source / "2.png").write_bytes(picture(3))
    (source / "6.png").write_bytes(picture(0))
    (source / "4.png").write_bytes(b"spoilt since")
    assert counts(run(source, tmp_path / "index")) == (1, 0, 6, 0, 7)
    assert counts(run(source, tmp_path / "index", update=True)) == (0, 1, 5, 1, 7)
    changed = search(into, Query(text="yellow"), bundle=FakeBundle(), where="id = '2.png'").hits[0].record
    assert changed.colours == ("yellow",)


def test_a_second_source_brings_its_own_columns(tmp_path):
    run(write_parquet(tmp_path / "shop.parquet", 4), tmp_path / "index")
    (tmp_path / "1.png").write_bytes(picture())
    (tmp_path / "more.csv").write_text("id,path,price\nx,1.png,9.5\n")
    assert counts(run(tmp_path / "more.csv", tmp_path / "index")) == (1, 0, 0, 0, 5)
    hits = search(tmp_path / "index", Query(text="red"), bundle=FakeBundle(), where="price < 10 or kids = true").hits
    assert {hit.id for hit in hits} == {"x", "g000", "g002"}


def test_deleting_takes_records_out(tmp_path):
    run(write_parquet(tmp_path / "shop.parquet", 6), tmp_path / "index")
    assert delete_records(tmp_path / "index", ["g001", "g004", "it's not there"]) == 2
    hits = search(tmp_path / "index", Query(text="red", hybrid=True), bundle=FakeBundle()).hits
    assert {hit.id for hit in hits} == {"g000", "g002", "g003", "g005"}
    with pytest.raises(RetrievalIndexError, match="is not an index"):
        delete_records(tmp_path / "nowhere", ["g001"])


def test_progress_counts_rows(tmp_path):
    seen = []
    run(
        write_parquet(tmp_path / "shop.parquet", 10),
        tmp_path / "index",
        batch_size=4,
        progress=lambda stage, done, total: seen.append((stage, done, total)),
    )
    assert seen[:3] == [("indexing", 4, 10), ("indexing", 8, 10), ("indexing", 10, 10)]


@pytest.mark.parametrize(
    ("name", "where", "column"),
    [("garments", "kids = false", "label"), ("streets", "array_has(tags, 'skirt')", "tags")],
)
def test_real_photos_are_indexed_and_filtered(shared_data, tmp_path, name, where, column):
    source = tmp_path / f"{name}.parquet"
    pq.write_table(pq.ParquetFile(shared_data / f"{name}.parquet").read_row_group(0).slice(0, 24), source)
    assert counts(run(source, tmp_path / "index")) == (24, 0, 0, 0, 24)
    hits = search(tmp_path / "index", Query(text="a black skirt"), bundle=FakeBundle(), where=where, k=24).hits
    assert 0 < len(hits) <= 24
    assert all(set(hit.record.extra) == set(hits[0].record.extra) and column in hit.record.extra for hit in hits)


def test_empty_folder_is_refused_and_no_index_made(tmp_path):
    (tmp_path / "photos").mkdir()
    with pytest.raises(DataError, match="photos is empty: expected at least one picture"):
        run(tmp_path / "photos", tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_a_folder_without_a_usable_picture_is_an_error(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"not a picture at all")
    with pytest.raises(
        DataError, match=r"none of the 1 rows of .* can be used, the first because: not a picture: .*rejected"
    ):
        run(tmp_path / "photos", tmp_path / "index")


def test_index_made_by_another_encoder_is_not_added_to(tmp_path):
    source = write_parquet(tmp_path / "shop.parquet", 4)
    run(source, tmp_path / "index")
    other = FakeBundle(encoder=ColourEncoder(fingerprint="another"))
    with pytest.raises(RetrievalIndexError, match=r"made by another encoder .* index again with `toile index"):
        index_catalog(source, into=tmp_path / "index", bundle=other)


def test_batches_must_hold_something(tmp_path):
    with pytest.raises(ValueError, match="batch_size is 0"):
        run(tmp_path, tmp_path / "index", batch_size=0)


def test_full_disk_in_a_commit_leaves_the_old_index(tmp_path, monkeypatch):
    source, into = write_parquet(tmp_path / "shop.parquet", 10), tmp_path / "index"
    run(source, into)
    before = contents(into)

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    more = write_parquet(tmp_path / "more.parquet", 20)
    with monkeypatch.context() as patch:
        patch.setattr(LanceTable, "add", full)
        with pytest.raises(
            RetrievalIndexError, match=r"No space left .* still opens.*free some space; then run the same"
        ):
            run(more, into)
    np.testing.assert_equal(contents(into), before)
    assert counts(run(more, into)) == (10, 0, 10, 0, 20)


CHILD = """
import os, resource, signal, sys, threading
from pathlib import Path
from fakes import FakeBundle
from toile.errors import RetrievalIndexError
from toile.retrieval.writer import IndexWriter
from toile.tasks import index as task

task._COMMIT_ROWS = 16
source, into = map(Path, sys.argv[1:])

def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def index(progress=lambda *_: None):
    task.index_catalog(source, into=into, bundle=FakeBundle(), batch_size=8, progress=progress)
"""


def run_child(source: Path, into: Path, program: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[3]
    paths = os.pathsep.join([str(root / "src"), str(root / "tests")])
    return subprocess.run(
        [sys.executable, "-c", CHILD + textwrap.dedent(program), source, into],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=120,
    )


KILLS = {
    "before the table is made": "task.IndexWriter.add_columns = die; index()",
    "before the first commit": "index(lambda stage, done, total: done >= 8 and die())",
    "between two commits": "index(lambda stage, done, total: done >= 48 and die())",
    "inside a commit": """
        commit = IndexWriter.commit
        def commit_and_die(self, *args, **kwargs):
            if len(self) >= 32:
                threading.Timer(0.004, die).start()
            commit(self, *args, **kwargs)
        IndexWriter.commit = commit_and_die
        index()
        """,
    "before finishing": "IndexWriter.finish = die; index()",
    "between the indexes and the snapshot": """
        import toile.retrieval.writer as writer
        writer.write_snapshot = die
        index()
        """,
    "while the snapshot is written": "os.fsync = die; index()",
}


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory) -> Path:
    """A folder with a source, and its index made in one run."""
    folder = tmp_path_factory.mktemp("unbroken")
    source = write_parquet(folder / "shop.parquet", 90, broken=(2, 50), doubled=(33,))
    run(source, folder / "index", batch_size=8)
    return folder


@pytest.mark.parametrize("program", KILLS.values(), ids=KILLS.keys())
def test_killed_and_run_again_is_as_if_unbroken(unbroken, tmp_path, program):
    killed = run_child(unbroken / "shop.parquet", tmp_path / "index", program)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    run(unbroken / "shop.parquet", tmp_path / "index", batch_size=8)
    for found, expected in zip(contents(tmp_path / "index"), contents(unbroken / "index"), strict=True):
        np.testing.assert_equal(found, expected)


@pytest.mark.parametrize("limit", [500, 20_000])
def test_full_disk_anywhere_leaves_an_index_that_opens(tmp_path, limit):
    """The system itself refuses to write: no file may grow beyond the limit."""
    source, into = write_parquet(tmp_path / "shop.parquet", 30), tmp_path / "index"
    run(source, into)
    before = {record.id for record in contents(into)[0]}
    write_parquet(tmp_path / "more.parquet", 300)
    program = f"""
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
        try:
            index()
        except RetrievalIndexError as error:
            sys.exit(f"refused: {{error}}")
        """
    child = run_child(tmp_path / "more.parquet", into, program)
    assert child.returncode == 1, child.stderr
    assert "refused: writing into the index" in child.stderr
    assert before <= {record.id for record in contents(into)[0]}
    assert run(tmp_path / "more.parquet", into).total == 300


def test_two_processes_do_not_write_into_one_index(tmp_path):
    source, into = write_parquet(tmp_path / "shop.parquet", 30), tmp_path / "index"
    refused = []

    def meanwhile(stage: str, done: int, total: int | None) -> None:
        if not refused:
            program = """
                try:
                    index()
                except RetrievalIndexError as error:
                    sys.exit(str(error))
                """
            refused.append(run_child(source, into, program).stderr)

    report = run(source, into, progress=meanwhile)
    assert f"another process (process {os.getpid()}) is writing into the index" in refused[0]
    assert counts(report) == (30, 0, 0, 0, 30)


# --- what the multimodal encoder and the captioner add --------------------------------------------------------------


def write_manifest(folder: Path) -> Path:
    """A red picture with a caption of its own, and a green one without."""
    folder.mkdir()
    lines = []
    for name, colour, told in (("a", (200, 30, 40), {"caption": "my own words"}), ("b", (46, 125, 60), {})):
        Image.new("RGB", (9, 9), colour).save(folder / f"{name}.png")
        lines.append(json.dumps({"file_name": f"{name}.png", "category": "dress", **told}))
    (folder / "metadata.jsonl").write_text("\n".join(lines))
    return folder


def test_captions_are_written_where_there_are_none(tmp_path):
    run(write_manifest(tmp_path / "photos"), tmp_path / "index", captions=True)
    index = Index.open(tmp_path / "index")
    told = {
        record.id: record for record in index.records(index.search(np.eye(8, dtype=np.float32)[:1], k=9).row_ids[0])
    }
    assert told["a.png"].caption == "my own words"
    assert "caption" not in told["a.png"].attributes
    assert told["b.png"].caption == "green thing"
    assert told["b.png"].attributes["caption"] == "written"


def test_an_index_with_multimodal_vectors_goes_on_storing_them(tmp_path):
    run(write_manifest(tmp_path / "photos"), tmp_path / "index", multimodal=True)
    report = run(write_parquet(tmp_path / "more.parquet", 3), tmp_path / "index")
    assert report.total == 5
    compared = Index.open(tmp_path / "index").compare(FakeBundle().encoder.encode_texts(["red"]))
    assert compared.pictures.shape == (1, 5)
    assert compared.pictures.max() > 0.99


def test_multimodal_vectors_are_not_added_to_an_index_without(tmp_path):
    photos = write_manifest(tmp_path / "photos")
    run(photos, tmp_path / "index")
    with pytest.raises(RetrievalIndexError, match="holds no multimodal vectors, and vectors of the multimodal encoder"):
        run(photos, tmp_path / "index", multimodal=True)
