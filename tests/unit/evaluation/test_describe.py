"""The benchmark `describe` with a reader that sees plates as they are, and with one that sees nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from toile.catalog.plates.examples import PlateConfig, example
from toile.catalog.plates.worn import look_answers, worn_parts
from toile.catalog.split import split_of
from toile.errors import DataError
from toile.evaluation import describe as benchmark
from toile.evaluation.describe import DescribeSizes, _calibration_error, evaluate_describe
from toile.models.figure_reader import Figure
from toile.models.garment_net import QUESTIONS
from toile.progress import no_progress
from toile.taxonomy import ATTRIBUTES, PARTS

pytestmark = pytest.mark.usefixtures("drawing")
_SIZES = DescribeSizes(plates=5, plate_height=128, photos=0)


class _Knowing:
    """Reads plates by their own truth: the next plate of the split each time it is asked for people."""

    name, hash = "stand-in", "0" * 64

    def __init__(self) -> None:
        numbers = (n for n in range(10**6) if split_of(f"plate-0-{n}") == "test")
        self.plates = (example(number, PlateConfig(height=128)) for number in numbers)
        self.figure_reader = self.garment_reader = self
        self.truths: list[dict[str, str]] = []

    def read(self, asked):
        if hasattr(asked[0], "mask"):
            # Look orders the parts by their number; each is told by its own answers.
            return [self._shares(truth) for truth in self.truths]
        plate = next(self.plates)
        parts = {worn.part: worn for worn in worn_parts(plate)}
        labels = np.zeros(asked[0].size[::-1], np.uint8)
        labels[plate.person_mask] = PARTS.index("skin")
        for part, worn in parts.items():
            labels[worn.mask] = PARTS.index(part)
        self.truths = [parts[part].answers for part in PARTS if part in parts and parts[part].mask.any()]
        pose = plate.keypoints.copy()
        pose[:, 2] = 1.0
        return [Figure(labels=labels, sureness=np.ones(labels.shape, np.float16), pose=pose)]

    @staticmethod
    def _shares(truth):
        return {
            name: np.array([float(word == truth.get(name, words[0])) for word in words], np.float32)
            for name, words in QUESTIONS.items()
        }


@pytest.fixture
def data(monkeypatch, tmp_path: Path) -> list[Path]:
    monkeypatch.setattr(benchmark.pq, "read_schema", lambda file: type("Schema", (), {"names": ["image_id"]}))
    (tmp_path / "garments.parquet").touch()
    return [tmp_path / "garments.parquet"]


def test_what_is_known_scores_one(data):
    report = evaluate_describe(_Knowing(), data, "test", no_progress, sizes=_SIZES)
    asked = [f"a{number}_{name}" for number, name in enumerate(ATTRIBUTES, start=1)]
    assert {name: report.figures[name] for name in (*asked, "pattern")} == dict.fromkeys((*asked, "pattern"), 1.0)
    assert report.figures["calibration_error"] == 0
    assert report.n == 5


def test_what_is_not_told_is_wrong(data, monkeypatch):
    monkeypatch.setattr(
        _Knowing,
        "_shares",
        staticmethod(lambda truth: {n: np.ones(len(w), np.float32) / len(w) for n, w in QUESTIONS.items()}),
    )
    figures = evaluate_describe(_Knowing(), data, "test", no_progress, sizes=_SIZES).figures
    right = [look_answers(plate)["collar"] == "round" for plate in _plates()]
    assert figures["a4_collar"] == pytest.approx(np.mean(right))


def _plates():
    numbers = [n for n in range(1000) if split_of(f"plate-0-{n}") == "test"][:5]
    return [example(number, PlateConfig(height=128)) for number in numbers]


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(DataError, match=r"nothing.parquet does not exist; give the photos with --data"):
        evaluate_describe(_Knowing(), [tmp_path / "nothing.parquet"], "test", no_progress, sizes=_SIZES)


def test_the_gap_between_confidence_and_accuracy_is_measured_in_bins():
    assert _calibration_error([(0.95, 1.0), (0.95, 0.0)]) == pytest.approx(0.45)
    assert _calibration_error([(0.25, 0.0), (0.75, 1.0)]) == pytest.approx(0.25)
    assert _calibration_error([]) == 0
