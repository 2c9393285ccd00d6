from __future__ import annotations

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from toile.errors import DataError
from toile.evaluation import retrieval
from toile.evaluation.gallery import CLASS_TEXTS
from toile.evaluation.retrieval import RetrievalSizes, evaluate_retrieval

SIZES = RetrievalSizes(plates=20, plate_height=64, queries=30, repeats=2, negatives=2)


class _Knowing:
    """Embeds a text as its place among all texts, and a picture as the place of the look that it shows."""

    def __init__(self, texts: list[str], spoilt: int = 0) -> None:
        self.texts, self.spoilt = texts, spoilt

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        if texts[0].startswith("a "):  # the other wordings: this one doesn't know them
            return np.zeros((len(texts), len(self.texts)), np.float32)
        known = self.texts if texts[0] in self.texts else list(CLASS_TEXTS.values())
        return np.eye(len(self.texts), dtype=np.float32)[[known.index(text) for text in texts]]

    def encode_images(self, images: list[Image.Image]) -> np.ndarray:
        if images[0].size == (24, 24):  # a garment, whose pixels say its class
            return np.eye(len(self.texts), dtype=np.float32)[[image.getpixel((0, 0))[0] for image in images]]
        rows = np.repeat(np.eye(len(self.texts), dtype=np.float32), 2, axis=0)[: len(images)]
        return rows * 0 if self.spoilt else rows

    def scores(self, images: np.ndarray, texts: np.ndarray) -> np.ndarray:
        return images @ texts.T


def _bundle(sizes: RetrievalSizes, *, spoilt: int) -> SimpleNamespace:
    texts = retrieval._looks(sizes, None, lambda *_: None).texts
    assert len(set(texts)) == len(texts)
    return SimpleNamespace(
        name="fake", hash="0" * 64, unifashion_encoder=_Knowing(texts), encoder=_Knowing(texts, spoilt)
    )


@pytest.fixture
def garments(tmp_path) -> Path:
    """Twelve of each class."""
    rows = [(place, label) for place, label in enumerate(CLASS_TEXTS) for _ in range(12)]
    pictures = []
    for place, _ in rows:
        buffer = BytesIO()
        Image.new("RGB", (24, 24), (place, 0, 0)).save(buffer, "PNG")
        pictures.append({"bytes": buffer.getvalue(), "path": None})
    table = {
        "image_id": [str(row) for row in range(len(rows))],
        "image": pictures,
        "label": [label for _, label in rows],
    }
    pq.write_table(pa.table(table), tmp_path / "garments.parquet")
    return tmp_path / "garments.parquet"


def test_who_knows_finds_and_ties_are_no_hits(garments):
    report = evaluate_retrieval(_bundle(SIZES, spoilt=1), [garments], None, lambda *_: None, sizes=SIZES)
    for direction in ("i2t", "t2i"):
        assert report.figures[f"plates_{direction}_r1"] == 1
        assert report.figures[f"first_encoder_plates_{direction}_r1"] == 0
        assert report.figures[f"first_encoder_plates_{direction}_r5"] == 1  # of three
    assert report.figures["paraphrased_t2i_r1"] == 0
    assert report.figures["category_precision_at_10"] == 1
    assert report.n == 20


def test_too_few_looks_of_a_category_are_refused(garments):
    sizes = RetrievalSizes(plates=5, plate_height=64)
    with pytest.raises(DataError, match="no category has more than 100 of the 5 looks"):
        evaluate_retrieval(_bundle(sizes, spoilt=0), [garments], None, lambda *_: None, sizes=sizes)


def test_blocks_and_the_full_gallery_by_hand():
    scores = np.eye(250)
    scores[3, 7] = 2.0  # picture 3 suits text 7 better than its own
    scores[120, 5] = 2.0  # wrong only where all meet all: another block
    figures = retrieval._all_against_all(scores, "plates")
    assert figures["plates_blocks_i2t_r1"] == 1 - 1 / 200  # the last fifty are dropped
    assert figures["plates_full_i2t_r1"] == 1 - 2 / 250
    assert figures["plates_blocks_t2i_r1"] == 1 - 1 / 200
    assert figures["plates_full_t2i_r1"] == 1 - 2 / 250
    assert figures["plates_full_i2t_r5"] == figures["plates_blocks_t2i_r10"] == 1
    assert not any("blocks" in name for name in retrieval._all_against_all(np.eye(20), "plates"))
