"""The caption benchmark with a writer that knows every plate, and one that says one thing of everything."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pytest

from toile.catalog.plates.examples import PlateConfig, examples
from toile.catalog.plates.pack import pack_plates
from toile.evaluation import caption
from toile.evaluation.caption import CaptionSizes, evaluate_caption

SIZES = CaptionSizes(plates=6, plate_height=64, photos=5)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return list(pack_plates(tmp_path_factory.mktemp("plates"), PlateConfig(height=64), count=8))


def _report(monkeypatch: pytest.MonkeyPatch, files: list[Path], write):
    monkeypatch.setattr(caption, "write_texts", lambda images, style, bundle: write(images, style))
    monkeypatch.setattr(caption, "has_java", lambda: False)
    bundle = SimpleNamespace(name="fake", hash="0" * 64, captioner=None, unifashion_encoder=None)
    return evaluate_caption(bundle, files, None, lambda *_: None, sizes=SIZES)


def test_who_knows_every_plate_is_right(monkeypatch: pytest.MonkeyPatch, files: list[Path]):
    truths = [plate.styles for plate in islice(examples(PlateConfig(height=64), None), SIZES.plates)]

    def write(images, style):
        return [truth[style] for truth in truths][: len(images)]

    figures = _report(monkeypatch, files, write).figures
    assert figures["attribute_precision"] == figures["attribute_recall"] == 1
    assert not any("bleu" in name for name in figures)


def test_one_caption_for_all_is_right_now_and_then(monkeypatch: pytest.MonkeyPatch, files: list[Path]):
    report = _report(
        monkeypatch, files, lambda images, style: ["garment: spacesuit; sleeve length: long"] * len(images)
    )
    assert 0 < report.figures["attribute_precision"] <= 0.5
    assert report.figures["attribute_recall"] < report.figures["attribute_precision"]
    assert report.figures["photo_garment"] == 0
    assert "street_precision" not in report.figures  # no garment is named that anybody knows
    assert "needs Java" in report.notes[0]
