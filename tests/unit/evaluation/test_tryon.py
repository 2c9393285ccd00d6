"""The try-on benchmark's arithmetic, with a stand-in for the dresser."""

from __future__ import annotations

from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from fakes import FakeBundle
from toile.catalog.plates.examples import PlateConfig
from toile.catalog.plates.looks.rules import construction_of
from toile.errors import DataError
from toile.evaluation import tryon as benchmark
from toile.evaluation.tryon import TryOnSizes, evaluate_try_on
from toile.progress import no_progress

SIZES = TryOnSizes(tries=6, several=2, plate_height=64, photos=0)
CONFIG = PlateConfig(height=64)


@pytest.fixture(scope="module")
def exchanges():
    return {count: list(islice(benchmark._exchanges(CONFIG, None, count), SIZES.tries)) for count in (1, 2)}


def _dress(monkeypatch: pytest.MonkeyPatch, exchanges, picture) -> list[int]:
    """Try-ons are whatever `picture` makes of an exchange; how many garments each was given is noted."""
    given: list[int] = []
    known = {count: {one.plate.index: one for one in found} for count, found in exchanges.items()}
    monkeypatch.setattr(benchmark, "_exchanges", lambda config, split, count: iter(exchanges[count]))

    def try_on(person, garments, *, bundle, seed, shown_as):
        given.append(len(garments))
        region = np.zeros((person.height, person.width), bool)
        region[10:50, 10:40] = True
        return SimpleNamespace(
            image=picture(known[len(garments)].get(seed), person),
            changed_outside=0,
            mask=region,
            garments=("a top",),
            fidelity=0.5,
        )

    monkeypatch.setattr(benchmark, "try_on", try_on)
    return given


def test_an_exchange_changes_the_garment_and_nothing_else(exchanges):
    for exchange in exchanges[1]:
        before, after = np.asarray(exchange.person), np.asarray(exchange.answer)
        assert (before != after).any(-1)[exchange.worn].mean() > 0.3
        (slot,), (garment,) = exchange.slots, exchange.garments
        old = exchange.plate.look.garments[slot]
        assert construction_of(old.category).role == construction_of(garment.category).role
        assert np.array_equal(before[:6], after[:6])  # the head stays where it is
    assert all(len(exchange.slots) == 2 for exchange in exchanges[2])


def test_the_true_picture_has_all_figures(monkeypatch: pytest.MonkeyPatch, exchanges):
    given = _dress(monkeypatch, exchanges, lambda exchange, person: exchange.answer if exchange else person)
    report = evaluate_try_on(FakeBundle(), [], None, no_progress, sizes=SIZES)
    assert report.figures["ssim"] == pytest.approx(1)
    assert report.figures["color_delta_e"] == 0
    assert report.figures["likeness_after"] == pytest.approx(1)
    assert report.figures["ssim_before"] < 1
    assert report.figures["color_delta_e_before"] > 1
    assert report.n == SIZES.tries
    assert given == [1] * SIZES.tries + [2, 1, 1] * SIZES.several
    assert set(report.sheets) == {"tryons"}


def test_the_picture_as_it_was_gains_nothing(monkeypatch: pytest.MonkeyPatch, exchanges):
    _dress(monkeypatch, exchanges, lambda exchange, person: person)
    figures = evaluate_try_on(FakeBundle(), [], None, no_progress, sizes=SIZES).figures
    assert figures["ssim"] == figures["ssim_before"]
    assert figures["color_delta_e"] == figures["color_delta_e_before"]
    assert figures["several_ssim_gain"] == 0


def test_what_cant_be_tried_on_is_counted(monkeypatch: pytest.MonkeyPatch, exchanges):
    def refuse(*_: object, **__: object):
        raise DataError("nobody is seen")

    monkeypatch.setattr(benchmark, "_exchanges", lambda config, split, count: iter(exchanges[count]))
    monkeypatch.setattr(benchmark, "try_on", refuse)
    with pytest.raises(DataError, match="nothing could be tried on"):
        evaluate_try_on(FakeBundle(), [], None, no_progress, sizes=SIZES)


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(DataError, match=r"streets\.parquet does not exist"):
        evaluate_try_on(FakeBundle(), [tmp_path / "streets.parquet"], None, no_progress)


def test_colours_are_compared_where_the_garment_is():
    red, green = Image.new("RGB", (8, 8), (200, 0, 0)), Image.new("RGB", (8, 8), (0, 200, 0))
    half = np.zeros((8, 8), bool)
    half[:4] = True
    mixed = red.copy()
    mixed.paste(green.crop((0, 0, 8, 4)), (0, 4))
    assert benchmark._colour_difference(mixed, red, half) == 0
    assert benchmark._colour_difference(mixed, red, ~half) > 80
