"""The edit benchmark's arithmetic, with stand-ins for the editor and the reader."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from fakes import FakeBundle
from toile.errors import DataError
from toile.evaluation import edit as benchmark
from toile.evaluation.answers import true_answers
from toile.evaluation.edit import EditSizes, evaluate_edit
from toile.progress import no_progress

SIZES = EditSizes(edits=8, plate_height=64, chains=0)
BUNDLE = FakeBundle()


@pytest.fixture
def plates(monkeypatch: pytest.MonkeyPatch):
    """A reader that tells the truth of every plate's picture; edits are done by whatever `edit_as` is."""
    known: dict[bytes, dict[str, str]] = {}
    drawn = list(islice(benchmark._changed(benchmark.PlateConfig(height=64), None), SIZES.edits))
    for plate in drawn:
        for one in (plate, plate.changed):
            known[one.picture.tobytes()] = true_answers(one)
    monkeypatch.setattr(benchmark, "_changed", lambda config, split: iter(drawn))

    def look(image, bundle):
        person = np.ones((image.height, image.width), bool)
        pose = np.tile(np.float32([8, 12, 1]), (18, 1))
        return SimpleNamespace(
            answers=known[np.asarray(image).tobytes()],
            size=person.shape,
            figure=SimpleNamespace(person=person, pose=pose),
        )

    monkeypatch.setattr(benchmark, "look", look)
    monkeypatch.setattr(benchmark, "told_answers", lambda seen: dict(seen.answers))
    by_index = {plate.index: plate for plate in drawn}
    masks: list[Image.Image | None] = []

    def edit_as(picture):
        def edit(image, to, *, bundle, attribute, seed, mask, start):
            plate = by_index[seed]
            assert (attribute, to) == (plate.change.attribute, plate.change.after)
            masks.append(mask)
            region = np.zeros((image.height, image.width), bool)
            region[10:30, 10:30] = True
            return SimpleNamespace(image=picture(plate), changed_outside=0, alignment=(0.1, 0.3), mask=region)

        monkeypatch.setattr(benchmark, "edit", edit)
        return masks

    return edit_as


def test_the_right_picture_has_all_figures(plates):
    plates(lambda plate: Image.fromarray(plate.changed.picture))
    figures = evaluate_edit(BUNDLE, [], None, no_progress, sizes=SIZES).figures
    assert figures["others_kept"] == figures["reference_others_kept"] == 1
    assert figures["attribute_changed"] == figures["reference_attribute_changed"] > 0.5
    assert figures["alignment_after"] > figures["alignment_before"]
    assert figures["refused"] == figures["changed_outside"] == 0
    assert figures["ssim"] == pytest.approx(1)
    assert figures["likeness_after"] == pytest.approx(1, abs=1e-2)
    assert figures["likeness_before"] <= 1


def test_a_picture_as_it_was_keeps_everything_and_changes_nothing(plates):
    plates(lambda plate: Image.fromarray(plate.picture))
    report = evaluate_edit(BUNDLE, [], None, no_progress, sizes=SIZES)
    assert report.figures["attribute_changed"] == 0
    assert report.figures["others_kept"] == 1
    assert report.n == SIZES.edits
    assert report.figures["ssim"] < 1
    assert report.figures["head_difference"] == 0


def test_regions_can_be_grown_and_moved(plates, monkeypatch: pytest.MonkeyPatch):
    masks = plates(lambda plate: Image.fromarray(plate.picture))
    region = np.zeros((64, 48), bool)
    region[20:30, 10:20] = True
    monkeypatch.setattr(benchmark, "edit_region", lambda image, to, *, bundle, attribute: region)
    evaluate_edit(BUNDLE, [], None, no_progress, sizes=replace(SIZES, grow=2 / 64, shift=0.25))
    white = np.asarray(masks[0]) > 0
    rows, columns = np.flatnonzero(white.any(1)), np.flatnonzero(white.any(0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (18, 31, 20, 33)


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
    seen = SimpleNamespace(answers={"sleeve_length": "long"})
    monkeypatch.setattr(benchmark, "look", lambda image, bundle: seen)
    chains = benchmark._chains([tmp_path / "streets.parquet"], None, 2, BUNDLE, no_progress)
    assert [(pixel[0], attribute, to) for pixel, attribute, to, _ in asked[:3]] == [
        (10, "sleeve_length", "short"), (11, "collar", "round"), (12, "length", "knee")
    ]  # fmt: skip
    assert [parent for *_, parent in asked[:3]] == [None, "recipe of sleeve_length", "recipe of collar"]
    assert chains.changed == [0.0] * 4
    assert chains.outside == 8
    assert len(chains.shown) == 8
    assert "nothing that is worn has a length" in chains.shown[3][1]
