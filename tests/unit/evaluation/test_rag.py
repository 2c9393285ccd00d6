"""The retrieval benchmark's arithmetic, with a stand-in for the painter."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from fakes import FakeBundle
from people import SIZE
from toile.errors import DataError
from toile.evaluation import rag as benchmark
from toile.evaluation.rag import RagSizes, evaluate_rag
from toile.models.garment_words import ShownGarment
from toile.progress import no_progress

REGION = (60, 60, 140, 140)
SIZES = RagSizes(photos=9, index="unused")


def _colour(number: int) -> tuple[int, int, int]:
    return (20 * number, 255 - 20 * number, 100)


def _cases():
    mask = np.zeros(SIZE, bool)
    mask[REGION[1] : REGION[3], REGION[0] : REGION[2]] = True
    for number in range(SIZES.photos):
        photo = Image.new("RGB", SIZE[::-1], "white")
        photo.paste(_colour(number), REGION)
        flats = [ShownGarment(picture=Image.new("RGB", (192, 256), _colour(number)), words="red top")] * 10
        odd = [ShownGarment(picture=Image.new("RGB", (192, 256), "yellow"), words="red top")] * 2
        yield benchmark._Case(
            number=number, photo=photo, seen=None, mask=mask, words="red top", garment="red top", found=tuple(flats),
            weights=(*[1.0] * 10, 0.0, 0.0), by_lot=tuple(odd),
        )  # fmt: skip


@pytest.fixture
def bundle(monkeypatch: pytest.MonkeyPatch):
    """Words alone are drawn white; with garments the region takes their mean colour."""
    given = []

    def repaint(photo, mask, *, garments, windows, **_):
        given.append((len(garments), windows[0].text, [one.weight for one in garments]))
        picture = photo.copy()
        means = [np.asarray(one.picture.crop((60, 60, 120, 180))).reshape(-1, 3).mean(0) for one in garments]
        colour = tuple(int(value) for value in np.mean(means, axis=0)) if means else (255, 255, 255)
        picture.paste(colour, REGION)
        return picture

    monkeypatch.setattr(benchmark, "repaint", repaint)
    monkeypatch.setattr(benchmark, "_cases", lambda *_: _cases())
    monkeypatch.setattr(benchmark, "data_files", lambda *_: [])
    fake = FakeBundle()
    return fake, given


def test_true_neighbours_bring_pictures_nearer_and_odd_ones_are_passed_over(bundle):
    fake, given = bundle
    report = evaluate_rag(fake, [], None, no_progress, sizes=SIZES)
    figures = report.figures
    assert figures["fid_ratio_3_to_0"] == pytest.approx(figures["fid_3"] / figures["fid_0"])
    assert figures["fid_3"] < 0.5 * figures["fid_0"]
    assert figures["garment_3"] > figures["garment_0"]
    assert figures["garment_3"] == pytest.approx(figures["garment_10"], abs=1e-3)  # no mean over ever more garments
    assert figures["fid_lot"] < figures["fid_lot_ungated"]
    assert figures["changed_outside"] == 0
    assert report.n == SIZES.photos
    counts = [count for count, *_ in given[:: SIZES.photos]]
    assert counts == [0, 1, 3, 5, 10, 3, 1, 3]
    assert [text for _, text, _ in given[:: SIZES.photos]] == ["red top"] * 5 + [""] + ["red top"] * 2


def test_too_few_photos_are_refused(bundle, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(benchmark, "_cases", lambda *_: iter(()))
    with pytest.raises(DataError, match="only 0 photos can be used, expected at least 8"):
        evaluate_rag(bundle[0], [], None, no_progress, sizes=SIZES)
