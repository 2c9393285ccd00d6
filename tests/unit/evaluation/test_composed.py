from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from toile.evaluation import composed
from toile.evaluation.composed import ComposedSizes, evaluate_composed

SIZES = ComposedSizes(triplets=30, others=10, plate_height=64)


class _Multimodal:
    """Knows where every composed query leads; pictures and words alone tell it nothing."""

    def __init__(self, sentences: list[str], size: int) -> None:
        self.sentences, self.size = sentences, size

    def encode_images(self, images: list[object]) -> np.ndarray:
        assert len(images) == self.size
        return np.eye(self.size, dtype=np.float32)[:, None]

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.ones((len(texts), self.size), np.float32)

    def encode_composed(self, images: list[object], texts: list[str]) -> np.ndarray:
        assert texts == self.sentences
        wanted = np.eye(self.size, dtype=np.float32)[: len(texts)].copy()
        wanted[:, len(texts) : 2 * len(texts)] += 2 * np.eye(len(texts))  # drawn to the references, which don't count
        return wanted

    def scores(self, images: np.ndarray, texts: np.ndarray) -> np.ndarray:
        return (images @ texts.T).max(1)


class _First:
    def encode_images(self, images: list[object]) -> np.ndarray:
        return np.ones((len(images), 2), np.float32)

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.ones((len(texts), 2), np.float32)

    def encode_composed(self, images: list[object], texts: list[str]) -> np.ndarray:
        return np.ones((len(texts), 2), np.float32)


def test_what_is_known_is_found_and_what_is_not_is_not(monkeypatch):
    sentences = composed._triplets(SIZES, None, lambda *_: None).sentences
    bundle = SimpleNamespace(
        name="fake",
        hash="0" * 64,
        manifest=SimpleNamespace(parts={"captioner": None}),
        unifashion_encoder=_Multimodal(sentences, 70),
        encoder=_First(),
    )
    monkeypatch.setattr(composed, "write_texts", lambda images, style, bundle: ["the same"] * len(images))
    report = evaluate_composed(bundle, None, lambda *_: None, sizes=SIZES)
    assert report.figures["r1"] == report.figures["r10"] == 1
    assert report.figures["with_captions_r10"] == 1  # captions that are all alike change nothing
    ours = {"best_baseline_r10", "with_captions_r10"}
    others = [name for name in report.figures if name.endswith("_r10") and name not in ours]
    assert len(others) == 7
    assert all(report.figures[name] == 0 for name in others)
    assert report.figures["margin_over_best_baseline_low"] == 1
    changed = {name.removeprefix("r10_") for name in report.figures if name.startswith("r10_")}
    assert "colour" in changed
