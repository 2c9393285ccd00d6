"""The benchmarks of people, on a figure that is read perfectly, and on one that is read wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from people import dressed, photo, standing
from toile.catalog.photos import CO_PARSING_LABELS, PART_OF_LABEL, StreetPhoto
from toile.errors import DataError
from toile.evaluation import people
from toile.evaluation.masks import evaluate_masks
from toile.evaluation.people import evaluate_parse, evaluate_pose
from toile.models.figure_reader import Figure
from toile.progress import no_progress
from toile.taxonomy import PARTS

# A name of clothing-co-parsing for each part of the figure.
_NAMES = {"skin": "skin", "hair": "hair", "top": "sweater", "trousers": "jeans", "shoes": "boots"}


def _street(number: int) -> StreetPhoto:
    labels = np.zeros(dressed().shape, np.uint8)
    for part, name in _NAMES.items():
        labels[dressed() == PARTS.index(part)] = CO_PARSING_LABELS.index(name)
    return StreetPhoto(
        id=f"s{number}",
        image=photo(),
        labels=labels,
        person=labels > 0,
        tags=[],
        pose=standing().astype(np.float32),
        captions=(),
    )


class _Bundle:
    name, hash = "stand-in", "0" * 64

    def __init__(self, figure: Figure) -> None:
        self.figure_reader = self
        self.figure = figure

    def read(self, images):
        return [self.figure for _ in images]


def _figure(*, labels: np.ndarray | None = None, shift: float = 0.0) -> Figure:
    pose = standing().astype(np.float32)
    pose[:, 0] += shift
    labels = dressed() if labels is None else labels
    return Figure(labels=labels, sureness=np.ones(labels.shape, np.float16), pose=pose)


@pytest.fixture
def data(monkeypatch, tmp_path: Path) -> list[Path]:
    monkeypatch.setattr(people, "iterate_streets", lambda file, split: map(_street, range(3)))
    (tmp_path / "streets.parquet").touch()
    return [tmp_path / "streets.parquet"]


def test_every_name_of_the_label_maps_is_a_part():
    assert PARTS[PART_OF_LABEL[CO_PARSING_LABELS.index("sunglasses")]] == "glasses"
    assert PARTS[PART_OF_LABEL[CO_PARSING_LABELS.index("stockings")]] == "hosiery"
    assert set(PART_OF_LABEL) == set(range(len(PARTS)))


def test_what_is_read_perfectly_scores_one(data):
    report = evaluate_parse(_Bundle(_figure()), data, "test", no_progress)
    assert report.figures["miou"] == report.figures["person_iou"] == 1
    assert report.n == 3
    assert evaluate_pose(_Bundle(_figure()), data, "test", no_progress).figures["pck_at_02"] == 1


def test_a_part_taken_for_another_costs_both(data):
    labels = dressed()
    labels[labels == PARTS.index("trousers")] = PARTS.index("skirt")
    figures = evaluate_parse(_Bundle(_figure(labels=labels)), data, "test", no_progress).figures
    assert figures["iou_trousers"] == figures["iou_skirt"] == 0
    assert figures["person_iou"] == 1
    assert figures["miou"] == pytest.approx(5 / 7)


def test_joints_a_quarter_of_the_torso_away_are_wrong(data):
    assert evaluate_pose(_Bundle(_figure(shift=20.0)), data, "test", no_progress).figures["pck_at_02"] == 0


def test_masks_cover_the_cloth_and_spare_face_and_hands(data):
    figures = evaluate_masks(_Bundle(_figure()), data, "test", no_progress).figures
    assert all(figures[f"coverage_{name}"] > 0.9 for name in ("length", "sleeve_length", "collar", "hem"))
    assert figures["hands_face_overlap"] < 0.02
    assert 0.02 < figures["mask_share"] < 0.3


def test_where_nobody_is_found_nothing_is_covered(data):
    nobody = Figure(
        labels=np.zeros_like(dressed()),
        sureness=np.ones(dressed().shape, np.float16),
        pose=np.zeros((18, 3), np.float32),
    )
    figures = evaluate_masks(_Bundle(nobody), data, "test", no_progress).figures
    assert figures["coverage"] == 0


def test_a_split_without_label_maps_is_refused(data, monkeypatch):
    monkeypatch.setattr(people, "iterate_streets", lambda file, split: iter(()))
    with pytest.raises(DataError, match="no photo of the split has a label map; try --split all"):
        evaluate_parse(_Bundle(_figure()), data, "test", no_progress)
