import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from toile.catalog.records import Record
from toile.errors import DataError, QueryError, RetrievalIndexError
from toile.models.protocols import Embeddings
from toile.retrieval import index as index_module
from toile.retrieval import writer as writer_module
from toile.retrieval.index import Index
from toile.retrieval.snapshot import FACTS_FILE, open_snapshot, read_snapshot
from toile.retrieval.storage import Header, MultimodalHeader, open_table
from toile.retrieval.writer import IndexWriter, open_writer

DIM = 16
HEADER = Header(fingerprint="tests", dim=DIM)
CATEGORIES = ("dress", "hat", "shoes")
COLOURS = ("red", "blue")


def random_embeddings(num: int, seed: int = 0) -> Embeddings:
    rows = np.random.default_rng(seed).normal(size=(num, DIM)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_records(num: int, start: int = 0) -> list[Record]:
    return [
        Record(
            id=f"r{i}",
            image=b"picture",
            uri=None,
            width=1,
            height=1,
            source="tests",
            digest=f"d{i}",
            category=CATEGORIES[i % 3],
            caption=f"a {COLOURS[i % 2]} {CATEGORIES[i % 3]}",
            colours=(COLOURS[i % 2], "white") if i % 4 == 0 else (COLOURS[i % 2],),
            extra={"kids": i % 10 == 0},
        )
        for i in range(start, start + num)
    ]


def write(directory: Path, num: int, *, finish: bool = True, start: int = 0, seed: int = 0) -> None:
    with open_writer(directory, HEADER) as writer:
        writer.add_columns(pa.schema([("kids", pa.bool_())]))
        writer.commit(make_records(num, start), random_embeddings(num, seed))
        if finish:
            writer.finish()


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Index:
    directory = tmp_path_factory.mktemp("index")
    write(directory, 300)
    return Index.open(directory)


def ids(index: Index, row_ids) -> list[str]:
    return [record.id for record in index.records(row_ids)]


def brute_force(query, k, keep=lambda i: True) -> list[str]:
    scores = random_embeddings(300) @ query
    return [f"r{i}" for i in np.argsort(-scores) if keep(i)][:k]


def test_search_equals_brute_force(index):
    queries = random_embeddings(5, seed=1)
    hits = index.search(queries, k=7)
    assert hits.exact
    for query, row_ids, scores in zip(queries, hits.row_ids, hits.scores, strict=True):
        assert ids(index, row_ids) == brute_force(query, 7)
        assert scores == pytest.approx(np.sort(random_embeddings(300) @ query)[::-1][:7], abs=1e-6)


@pytest.mark.parametrize(
    ("where", "keep"),
    [
        ("category = 'dress' and kids = false", lambda i: i % 3 == 0 and i % 10 != 0),
        ("array_has(colours, 'white')", lambda i: i % 4 == 0),
        ("id = 'r17'", lambda i: i == 17),
        ("category = 'skirt'", lambda i: False),
    ],
)
def test_filtered_search_equals_brute_force_over_the_rows_that_pass(index, where, keep):
    query = random_embeddings(1, seed=2)
    assert ids(index, index.search(query, k=20, where=where).row_ids[0]) == brute_force(query[0], 20, keep)


def test_k_beyond_the_rows_gives_all_rows(index):
    assert len(index.search(random_embeddings(1), k=1000).row_ids[0]) == 300


def test_records_come_whole_and_in_the_order_asked(index):
    row_ids = index.search(random_embeddings(1, seed=3), k=50).row_ids[0]
    expected = {record.id: record for record in make_records(300)}
    found = index.records(row_ids[::-1])
    assert found == [expected[record_id] for record_id in ids(index, row_ids)[::-1]]


def test_full_text_search_finds_words_and_obeys_the_filter(index):
    row_ids, scores = index.text_search("red dress", k=10, where="kids = true")
    assert [record.caption for record in index.records(row_ids)][:1] == ["a red dress"]
    assert all(record.extra["kids"] for record in index.records(row_ids))
    assert (np.diff(scores) <= 0).all()


def test_facets_count_all_rows_that_pass(index):
    assert index.facets(["category", "kids"]) == {
        "category": {"dress": 100, "hat": 100, "shoes": 100},
        "kids": {"False": 270, "True": 30},
    }
    assert index.facets(["colours"], where="kids = true") == {"colours": {"red": 30, "white": 15}}


@pytest.mark.parametrize("k", [0, -3])
def test_k_must_be_positive(index, k):
    with pytest.raises(QueryError, match=f"k is {k}, expected the number of hits wanted"):
        index.search(random_embeddings(1), k=k)
    with pytest.raises(QueryError, match=f"k is {k}"):
        index.text_search("red", k=k)


@pytest.mark.parametrize("where", ["categry = 'dress'", "kids = false and categry = 'dress'"])
def test_unknown_column_is_named_beside_the_known_ones(index, where):
    with pytest.raises(QueryError, match=r"there is no column 'categry' in .*; it has id, width, .*category.*, kids$"):
        index.search(random_embeddings(1), k=1, where=where)


def test_unknown_facet_is_named_beside_the_known_ones(index):
    with pytest.raises(QueryError, match=r"there is no column 'embedding' in .*; it has id"):
        index.facets(["embedding"])


@pytest.mark.parametrize("where", ["", "category =", "category", "kids = 'perhaps", "1; drop table records"])
def test_filter_that_is_no_condition_is_refused(index, where):
    with pytest.raises(QueryError, match=r"can't be understood .*; write it like category = 'dress' and kids = false"):
        index.search(random_embeddings(1), k=1, where=where)


def test_approximate_search_needs_its_index(index):
    with pytest.raises(QueryError, match="300 rows and no approximate index; below 200000 search is exact"):
        index.search(random_embeddings(1), k=1, approximate=True)


def test_queries_of_another_width_are_a_programming_error(index):
    with pytest.raises(ValueError, match=r"queries have shape \(1, 4\), expected \(Q, 16\)"):
        index.search(np.ones((1, 4), np.float32), k=1)


def test_what_is_no_index_is_refused(tmp_path):
    with pytest.raises(RetrievalIndexError, match="is not an index; make one with `toile index SOURCE --into"):
        Index.open(tmp_path)
    assert not any(tmp_path.iterdir())
    (tmp_path / "records.lance").mkdir()
    with pytest.raises(
        RetrievalIndexError, match=r"can't be opened .*; if making it was interrupted, index its source again"
    ):
        Index.open(tmp_path)


def test_another_encoder_is_refused(index):
    with pytest.raises(RetrievalIndexError, match=r"made by another encoder .tests. than this bundle's .other.: load"):
        index.header.check_encoder("other", index.directory)


def test_an_unfinished_index_is_searched_from_its_table(tmp_path):
    write(tmp_path, 40, finish=False)
    assert not (tmp_path / FACTS_FILE).exists()
    index = Index.open(tmp_path)
    assert len(index.search(random_embeddings(1), k=5).row_ids[0]) == 5
    with pytest.raises(QueryError, match="has no full-text index: its indexing was interrupted; run it again"):
        index.text_search("red", k=1)


def test_a_stale_snapshot_is_not_used(tmp_path):
    write(tmp_path, 20)
    write(tmp_path, 20, start=20, seed=5, finish=False)
    index = Index.open(tmp_path)
    found = index.search(random_embeddings(20, seed=5)[:1], k=1)
    assert ids(index, found.row_ids[0]) == ["r20"]


@pytest.mark.parametrize("cut", [0, 10, 700])
@pytest.mark.parametrize("name", [FACTS_FILE, "vectors-*.f32"])
def test_a_torn_snapshot_is_not_used(tmp_path, name, cut):
    write(tmp_path, 20)
    (path,) = tmp_path.glob(name)
    path.write_bytes(path.read_bytes()[:cut])
    index = Index.open(tmp_path)
    found = index.search(random_embeddings(20)[7:8], k=1)
    assert ids(index, found.row_ids[0]) == ["r7"]


def test_the_snapshot_tells_what_the_table_does(tmp_path):
    write(tmp_path, 40, finish=False)
    from_table = Index.open(tmp_path)
    with open_writer(tmp_path) as writer:
        writer.delete(["r3", "r39"])
        writer.commit(make_records(3, start=5), random_embeddings(3, seed=8), replace=True)
        before = read_snapshot(open_table(tmp_path))
        writer.finish()
    after = open_snapshot(tmp_path)
    assert after is not None
    assert (after.header, after.facts.to_pylist()) == (before.header, before.facts.to_pylist())
    np.testing.assert_array_equal(after.matrix, before.matrix)
    assert len(from_table) == 40
    assert len(after) == 38


def test_a_plain_search_needs_no_database(tmp_path):
    write(tmp_path, 20)
    program = """
        import sys, numpy as np
        from pathlib import Path
        from toile.retrieval.index import Index
        index = Index.open(Path(sys.argv[1]))
        rows = index.search(np.full((1, 16), 0.25, np.float32), k=3).row_ids[0]
        assert [set(facts) >= {"id", "caption", "kids"} for facts in index.facts(rows)] == [True] * 3
        assert "lancedb" not in sys.modules
        """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program), tmp_path], check=True)


def test_only_the_newest_vectors_are_kept(tmp_path):
    for start in (0, 20, 40):
        write(tmp_path, 20, start=start)
    assert len(list(tmp_path.glob("vectors-*.f32"))) == 1


def test_an_opened_index_does_not_change(tmp_path):
    write(tmp_path, 20)
    index = Index.open(tmp_path)
    with open_writer(tmp_path) as writer:
        writer.delete([f"r{i}" for i in range(10)])
        writer.finish()
    assert len(index.search(random_embeddings(1), k=99).row_ids[0]) == 20
    assert len(index.records(index.search(random_embeddings(1), k=99).row_ids[0])) == 20
    assert len(Index.open(tmp_path)) == 10


@pytest.fixture
def writer(tmp_path) -> Iterator[IndexWriter]:
    with open_writer(tmp_path, HEADER) as writer:
        yield writer


def test_replacing_keeps_one_record_an_id(writer, tmp_path):
    writer.add_columns(pa.schema([("kids", pa.bool_())]))
    writer.commit(make_records(10), random_embeddings(10))
    writer.commit(make_records(5, start=8), random_embeddings(5, seed=6), replace=True)
    writer.finish()
    assert len(writer) == 13
    index = Index.open(tmp_path)
    assert ids(index, index.search(random_embeddings(5, seed=6)[:1], k=1).row_ids[0]) == ["r8"]


def test_digests_of_known_ids_only(writer):
    writer.add_columns(pa.schema([("kids", pa.bool_())]))
    writer.commit(make_records(3), random_embeddings(3))
    assert writer.digests(["r1", "it's new", "r2"]) == {"r1": "d1", "r2": "d2"}
    assert writer.digests([]) == {}


def test_a_column_of_another_type_is_refused(writer):
    writer.add_columns(pa.schema([("price", pa.float64())]))
    with pytest.raises(DataError, match=r"the column 'price' holds string here and double in the index .*; rename it"):
        writer.add_columns(pa.schema([("price", pa.string())]))


def test_embeddings_of_another_shape_are_a_programming_error(writer):
    with pytest.raises(ValueError, match=r"embedding: vectors have shape \(2, 16\), expected \(1, 16\)"):
        writer.commit(make_records(1), random_embeddings(2))


def test_finishing_twice_changes_nothing(tmp_path):
    write(tmp_path, 20)
    version = Index.open(tmp_path).version
    with open_writer(tmp_path) as writer:
        writer.finish()
    assert Index.open(tmp_path).version == version


def test_a_second_writer_is_refused(writer, tmp_path):
    with (
        pytest.raises(RetrievalIndexError, match=r"another process \(process \d+\) is writing .*; wait"),
        open_writer(tmp_path),
    ):
        pass


def test_a_folder_of_other_things_is_not_written_into(tmp_path):
    (tmp_path / "holiday.jpg").touch()
    with (
        pytest.raises(RetrievalIndexError, match=r"holds other files \(holiday.jpg\) and no index; give an empty"),
        open_writer(tmp_path, HEADER),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_large_indexes_are_searched_approximately_unless_the_filter_is_selective(tmp_path, monkeypatch):
    for module in (index_module, writer_module):
        monkeypatch.setattr(module, "EXACT_BELOW", 250)
    write(tmp_path, 300)
    index = Index.open(tmp_path)
    query = random_embeddings(1, seed=4)
    assert not index.search(query, k=5).exact
    assert ids(index, index.search(query, k=5).row_ids[0]) == brute_force(query[0], 5)
    assert index.search(query, k=5, where="kids = true").exact
    assert not index.search(query, k=5, where="kids = false").exact
    assert index.search(query, k=5, approximate=False).exact


# --- vectors of the multimodal encoder ------------------------------------------------------------------------------

MULTIMODAL = Header(fingerprint="tests", dim=DIM, multimodal=MultimodalHeader(fingerprint="more", rows=3, dim=4))


def multimodal_vectors(num: int) -> np.ndarray:
    """Two queries and a caption a record; every third record has no caption."""
    rows = np.random.default_rng(3).normal(size=(num, 3, 4))
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    rows[::3, 2] = 0
    return rows.astype(np.float16)


@pytest.fixture
def multimodal(tmp_path) -> Path:
    with open_writer(tmp_path, MULTIMODAL) as writer:
        writer.add_columns(pa.schema([("kids", pa.bool_())]))
        writer.commit(make_records(30), random_embeddings(30), multimodal=multimodal_vectors(30))
        writer.finish()
    return tmp_path


@pytest.mark.parametrize("from_disk", [True, False])
def test_the_best_query_and_the_caption_are_compared(multimodal, from_disk, monkeypatch):
    monkeypatch.setattr(index_module, "_COMPARED_ROWS", 7)
    snapshot = open_snapshot(multimodal) if from_disk else read_snapshot(open_table(multimodal))
    assert snapshot is not None
    index = Index(multimodal, snapshot)
    query = np.eye(4, dtype=np.float32)[:2]
    found, stored = index.compare(query), multimodal_vectors(30).astype(np.float32)
    assert np.allclose(found.pictures, stored[:, :2, :2].max(1).T, atol=1e-6)
    assert np.isnan(found.captions[:, ::3]).all()
    assert np.allclose(found.captions[:, 1::3], stored[1::3, 2, :2].T, atol=1e-6)


def test_rows_are_ranked_by_scores_made_by_hand(multimodal):
    index = Index.open(multimodal)
    scores = np.linspace(0, 1, 30).astype(np.float32)
    scores[29] = np.nan
    hits = index.best(scores, k=2, where="category = 'dress'")
    assert ids(index, hits.row_ids[0]) == ["r27", "r24"]
    assert hits.scores[0].tolist() == scores[[27, 24]].tolist()


def test_an_index_has_multimodal_vectors_or_has_none(multimodal, tmp_path_factory):
    with pytest.raises(RetrievalIndexError, match="holds vectors of the multimodal encoder more, and no multimodal"):
        write(multimodal, 3)
    plain = tmp_path_factory.mktemp("plain")
    write(plain, 3)
    with pytest.raises(QueryError, match="has no multimodal vectors; index its source again with --multimodal"):
        Index.open(plain).compare(np.zeros((1, 4), np.float32))
    with open_writer(plain, HEADER) as writer, pytest.raises(ValueError, match="where the index has them"):
        writer.commit(make_records(1, 9), random_embeddings(1), multimodal=multimodal_vectors(1))


def test_multimodal_vectors_stay_with_their_records(multimodal):
    with open_writer(multimodal) as writer:
        writer.delete(["r0", "r1"])
        writer.finish()
    index = Index.open(multimodal)
    assert len(list(multimodal.glob("multimodal-*.f16"))) == 1
    hits = index.best(index.compare(multimodal_vectors(30)[5, :1].astype(np.float32)).pictures[0], k=1)
    assert ids(index, hits.row_ids[0]) == ["r5"]
