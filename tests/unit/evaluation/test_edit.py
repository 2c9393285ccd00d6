"""The edit benchmark's arithmetic, with stand-ins for the editor and the reader."""

from __future__ import annotations

from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from toile.errors import DataError
from toile.evaluation import edit as benchmark
from toile.evaluation.answers import true_answers
from toile.evaluation.edit import EditSizes, evaluate_edit
from toile.progress import no_progress

SIZES = EditSizes(edits=8, plate_height=64, chains=0)
BUNDLE = SimpleNamespace(name="fake", hash="0" * 64)


@pytest.fixture
def plates(monkeypatch: pytest.MonkeyPatch):
    """A reader that tells the truth of every plate's picture; edits are done by whatever `edit_as` is."""
    known: dict[bytes, dict[str, str]] = {}
    drawn = list(islice(benchmark._changed(benchmark.PlateConfig(height=64), None), SIZES.edits))
    for plate in drawn:
        for one in (plate, plate.changed):
            known[one.picture.tobytes()] = true_answers(one)
    monkeypatch.setattr(benchmark, "_changed", lambda config, split: iter(drawn))
    monkeypatch.setattr(benchmark, "look", lambda image, bundle: known[np.asarray(image).tobytes()])
    monkeypatch.setattr(benchmark, "told_answers", lambda seen: dict(seen))
    by_index = {plate.index: plate for plate in drawn}

    def edit_as(picture):
        def edit(image, to, *, bundle, attribute, seed):
            plate = by_index[seed]
            assert (attribute, to) == (plate.change.attribute, plate.change.after)
            return SimpleNamespace(image=picture(plate), changed_outside=0, alignment=(0.1, 0.3))

        monkeypatch.setattr(benchmark, "edit", edit)

    return edit_as


def test_the_right_picture_has_all_figures(plates):
    plates(lambda plate: Image.fromarray(plate.changed.picture))
    figures = evaluate_edit(BUNDLE, [], None, no_progress, sizes=SIZES).figures
    assert figures["others_kept"] == figures["reference_others_kept"] == 1
    assert figures["attribute_changed"] == figures["reference_attribute_changed"] > 0.5
    assert figures["alignment_after"] > figures["alignment_before"]
    assert figures["refused"] == figures["changed_outside"] == 0


def test_a_picture_as_it_was_keeps_everything_and_changes_nothing(plates):
    plates(lambda plate: Image.fromarray(plate.picture))
    report = evaluate_edit(BUNDLE, [], None, no_progress, sizes=SIZES)
    assert report.figures["attribute_changed"] == 0
    assert report.figures["others_kept"] == 1
    assert report.n == SIZES.edits


def test_pictures_without_a_region_are_counted(plates, monkeypatch: pytest.MonkeyPatch):
    def refuse(image, to, **rest):
        raise DataError("no person is seen")

    monkeypatch.setattr(benchmark, "edit", refuse)
    with pytest.raises(DataError, match="none of the edits could be made"):
        evaluate_edit(BUNDLE, [], None, no_progress, sizes=SIZES)


def test_a_chain_edits_what_the_edit_before_has_left(plates, monkeypatch: pytest.MonkeyPatch, tmp_path):
    plates(lambda plate: Image.fromarray(plate.changed.picture))
    (tmp_path / "streets.parquet").touch()
    photos = [SimpleNamespace(image=Image.new("RGB", (48, 64), (shade, 0, 0))) for shade in (10, 20)]
    monkeypatch.setattr(benchmark, "iterate_streets", lambda file, split: iter(photos))
    asked = []

    def edit(image, to, *, bundle, attribute, seed, parent):
        asked.append((image.getpixel((0, 0)), attribute, to, parent))
        if attribute == "length":
            raise DataError("nothing that is worn has a length")
        after = Image.new("RGB", (48, 64), (image.getpixel((0, 0))[0] + 1, 0, 0))
        return SimpleNamespace(image=after, changed_outside=2, recipe=f"recipe of {attribute}")

    monkeypatch.setattr(benchmark, "edit", edit)
    monkeypatch.setattr(benchmark, "look", lambda image, bundle: {"sleeve_length": "long"})
    chains = benchmark._chains([tmp_path / "streets.parquet"], None, 2, BUNDLE, no_progress)
    assert [(pixel[0], attribute, to) for pixel, attribute, to, _ in asked[:3]] == [
        (10, "sleeve_length", "short"), (11, "collar", "round"), (12, "length", "knee")
    ]  # fmt: skip
    assert [parent for *_, parent in asked[:3]] == [None, "recipe of sleeve_length", "recipe of collar"]
    assert chains.changed == [0.0] * 4
    assert chains.outside == 8
    assert len(chains.shown) == 8
    assert "nothing that is worn has a length" in chains.shown[3][1]
