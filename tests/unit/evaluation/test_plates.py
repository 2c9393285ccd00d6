"""The plates benchmark measures in the picture, and sees it when a picture is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from toile.catalog.plates import build_plate
from toile.catalog.plates.examples import PlateConfig, PlateExample, example
from toile.evaluation.plates import (
    PlatesSizes,
    caption_agrees,
    colours_agree,
    evaluate_plates,
    joints_on_person,
    left_over_right,
    lengths_agree,
    mask_agreement,
    sleeves_agree,
)
from toile.progress import no_progress


def told_of(look, drawn) -> PlateExample:
    """A plate that shows one look and says another."""
    return PlateExample(index=0, config=PlateConfig(), look=look, plate=build_plate(drawn))


def with_main(look, **changes):
    return replace(look, garments=(*look.garments[:-1], replace(look.garments[-1], **changes)))


BLOUSE = {"category": "blouse", "sleeve_type": "regular", "sleeve_length": "long", "pose": "straight"}
DRESS = {"category": "dress", "hem": "flat", "length": "knee", "pattern": "plain", "colour": "red", "fabric": "cotton"}


def test_the_report():
    report = evaluate_plates(no_progress, sizes=PlatesSizes(timed=2, checked=6, pairs=3, shown=4))
    assert report.figures["pair_changed_outside"] == 0
    assert report.figures["plates_per_s"] > 0
    assert report.figures["left_over_right"] == 1
    assert report.figures["traditions"] >= 24
    assert report.figures["joints_on_person"] > 0.95
    assert "plates" in report.sheets


def test_a_sleeve_that_is_not_as_long_as_said_is_seen():
    look = example(4, PlateConfig(wishes=BLOUSE)).look
    slot = next(slot for slot, garment in enumerate(look.garments) if garment.category == "blouse")
    look = replace(look, garments=look.garments[: slot + 1])
    assert set(sleeves_agree(told_of(look, look))) == {1.0}
    assert set(sleeves_agree(told_of(look, with_main(look, sleeve_length="short")))) == {0.0}


def test_a_hem_that_is_not_where_it_is_said_to_be_is_seen():
    look = example(4, PlateConfig(wishes=DRESS)).look
    look = replace(look, garments=look.garments[:1])
    assert lengths_agree(told_of(look, look)) == [1.0]
    assert lengths_agree(told_of(look, with_main(look, length="long"))) == [0.0]


def test_a_colour_that_is_not_the_named_one_is_seen():
    look = example(4, PlateConfig(wishes=DRESS)).look
    look = replace(look, garments=look.garments[:1])
    assert colours_agree(told_of(look, look)) == [1.0]
    blue = with_main(look, cloth=replace(look.garments[0].cloth, colour="blue"))
    assert colours_agree(told_of(look, blue)) == [0.0]


def test_a_pose_that_is_another_figures_is_seen():
    plate, other = example(0), example(0)
    assert np.mean(joints_on_person(plate)) > 0.95
    vars(other)["keypoints"] = plate.keypoints + np.array([60, 0, 0], dtype=np.float32)
    assert np.mean(joints_on_person(other)) < 0.5


def test_a_mask_that_is_another_figures_is_seen():
    plate, other = example(0), example(0)
    assert mask_agreement(plate) > 0.99
    vars(other)["person_mask"] = np.roll(plate.person_mask, 8, axis=1)
    assert mask_agreement(other) < 0.9


def test_a_caption_of_another_look_is_seen():
    plate = example(0, PlateConfig(wishes={"colour": "green"}))
    assert caption_agrees(plate)
    vars(plate)["captions"] = ("red dress",)
    assert not caption_agrees(plate)


@pytest.mark.parametrize("culture", ["kimono", "hanfu"])
def test_right_over_left_would_be_seen(culture, monkeypatch):
    assert left_over_right(culture, 1) == 1.0
    from toile.catalog.plates.traditional import parts as traditional_parts

    strip = traditional_parts.strip

    def mirrored(body, controls, *more, **options):
        return strip(body, [(-u, v) for u, v in controls], *more, **options)

    monkeypatch.setattr(traditional_parts, "strip", mirrored)
    assert left_over_right(culture, 1) == 0.0
