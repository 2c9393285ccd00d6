from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from toile.errors import DataError
from toile.evaluation import retrieval
from toile.evaluation.retrieval import RetrievalSizes, evaluate_retrieval

SIZES = RetrievalSizes(plates=20, plate_height=64, queries=30, repeats=2, negatives=2)


class _Knowing:
    """Embeds a text as its place among all texts, and a picture as the place of the look that it shows."""

    def __init__(self, texts: list[str], spoilt: int = 0) -> None:
        self.texts, self.spoilt = texts, spoilt

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.eye(len(self.texts), dtype=np.float32)[[self.texts.index(text) for text in texts]]

    def encode_images(self, images: list[object]) -> np.ndarray:
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


def test_who_knows_finds_and_ties_are_no_hits():
    report = evaluate_retrieval(_bundle(SIZES, spoilt=1), None, lambda *_: None, sizes=SIZES)
    for direction in ("i2t", "t2i"):
        assert report.figures[f"plates_{direction}_r1"] == 1
        assert report.figures[f"first_encoder_plates_{direction}_r1"] == 0
        assert report.figures[f"first_encoder_plates_{direction}_r5"] == 1  # of three
    assert report.n == 20


def test_too_few_looks_of_a_category_are_refused():
    sizes = RetrievalSizes(plates=5, plate_height=64)
    with pytest.raises(DataError, match="no category has more than 100 of the 5 looks"):
        evaluate_retrieval(_bundle(sizes, spoilt=0), None, lambda *_: None, sizes=sizes)
