"""Fashion-IQ's protocols on a folder of a few pictures and an encoder that knows where each query leads."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from toile.catalog.datasets.fashion_iq import CATEGORIES
from toile.errors import DataError
from toile.evaluation.fashion_iq import evaluate_fashion_iq

COUNT = 60


class _Knowing:
    """A picture's red is its number; a composed query wants the next one, and half as much the one it starts from."""

    def encode_images(self, images: list[Image.Image]) -> np.ndarray:
        return np.eye(COUNT, dtype=np.float32)[[image.getpixel((0, 0))[0] for image in images]][:, None]

    def encode_composed(self, images: list[Image.Image], texts: list[str]) -> np.ndarray:
        assert set(texts) == {"Is red and has no straps"}
        numbers = np.array([image.getpixel((0, 0))[0] for image in images])
        eye = np.eye(COUNT, dtype=np.float32)
        return eye[numbers + 1] + 0.5 * eye[numbers]

    def scores(self, images: np.ndarray, texts: np.ndarray) -> np.ndarray:
        return (images @ texts.T).max(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(COUNT):
        (tmp_path / "images").mkdir(exist_ok=True)
        Image.new("RGB", (4, 4), (number, 0, 0)).save(tmp_path / "images" / f"B{number:03}.png")
    (tmp_path / "captions").mkdir()
    (tmp_path / "image_splits").mkdir()
    for category in CATEGORIES:
        # Of three queries one leads elsewhere than the encoder believes.
        triplets = [
            {"candidate": f"B{number:03}", "target": f"B{target:03}", "captions": ["is red.", "has no straps"]}
            for number, target in ((0, 1), (10, 11), (20, 40))
        ]
        (tmp_path / "captions" / f"cap.{category}.val.json").write_text(json.dumps(triplets))
        listed = [f"B{number:03}" for number in range(COUNT)] + ["B999"]
        (tmp_path / "image_splits" / f"split.{category}.val.json").write_text(json.dumps(listed))
    return tmp_path


def test_both_protocols(folder: Path):
    bundle = SimpleNamespace(name="fake", hash="0" * 64, unifashion_encoder=_Knowing())
    report = evaluate_fashion_iq(bundle, [folder], lambda *_: None)
    assert report.n == 9
    # The third target ties with 57 others in the whole gallery, which count against it, and with four in the small one.
    assert report.figures["original_r10"] == report.figures["original_dress_r50"] == pytest.approx(2 / 3)
    assert report.figures["val_r10"] == 1
    assert report.figures["original_mean"] == pytest.approx(2 / 3)
    assert "3 listed pictures are not there" in report.notes[0]


def test_the_folder_must_be_given():
    with pytest.raises(DataError, match="give the folder of Fashion-IQ"):
        evaluate_fashion_iq(SimpleNamespace(), [], lambda *_: None)
