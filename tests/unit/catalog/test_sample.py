from collections import Counter

import pyarrow.parquet as pq

from toile.catalog.manifest import Row
from toile.catalog.sample import NUM_LOOKS, SAMPLE_SCHEMA, sample_path
from toile.catalog.sources import open_source
from toile.taxonomy import CATEGORIES, COLOURS


def test_the_sample_is_small_and_speaks_the_taxonomy():
    table = pq.read_table(sample_path())
    assert table.schema.equals(SAMPLE_SCHEMA)
    assert sample_path().stat().st_size < 4_000_000
    assert set(table["label"].to_pylist()) <= set(CATEGORIES)
    assert set(table["colour"].to_pylist()) <= set(COLOURS)
    assert Counter(table["kind"].to_pylist())["look"] == NUM_LOOKS
    assert len(table) > 300
    assert len(set(table["image_id"].to_pylist())) == len(table)


def test_every_row_of_the_sample_can_be_indexed():
    rows = list(open_source(sample_path()))
    assert all(isinstance(row, Row) for row in rows)
