"""Plates with all that is known of them: what is said is what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from toile.catalog.plates import build_plate
from toile.catalog.plates.examples import PlateConfig, example, shows_everything
from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.sampling.looks import sample_look
from toile.errors import ConfigError
from toile.taxonomy import CATEGORIES, COLOURS

SMALL = PlateConfig(height=128)

VALUES = [
    *(("sleeve_type", value) for value in words.SLEEVE_TYPES),
    *(("collar", value) for value in words.COLLARS),
    *(("hem", value) for value in words.HEMS),
    *(("cut", value) for value in words.SKIRT_CUTS + words.TROUSER_CUTS),
    *(("pattern", value) for value in words.PATTERNS if value not in ("brocade", "kente")),
]


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_every_value_of_the_vocabulary_can_be_drawn(name, value):
    plate = build_plate(sample_look(0, wishes={name: value}))
    assert plate.person_mask(64).any()


def test_the_same_number_gives_the_same_pixels():
    one, other = example(11, SMALL), example(11, SMALL)
    assert one.look == other.look
    assert (one.picture == other.picture).all()
    assert (example(11, PlateConfig(height=128, seed=1)).picture != one.picture).any()


def test_every_named_garment_shows():
    for index in range(20):
        plate = example(index, SMALL)
        assert shows_everything(plate.plate, plate.look)


@pytest.mark.parametrize("index", range(12))
def test_what_is_known_of_a_plate(index):
    plate = example(index, SMALL)
    assert plate.picture.shape == (128, 96, 3)
    assert plate.label_map.shape == plate.sketch.shape == (128, 96)
    assert plate.keypoints.shape == (18, 3)
    assert plate.flat.shape == (128, 96, 3)
    assert plate.category in CATEGORIES
    assert plate.colours and set(plate.colours) <= set(COLOURS)
    assert plate.main.cloth.colour in plate.captions[0]
    assert (plate.people is None) == (plate.look.culture is None)


@pytest.mark.parametrize("index", range(16))
def test_a_pair_differs_in_the_garment_and_nowhere_else(index):
    plate = example(index, SMALL)
    differs = (plate.picture != plate.changed.picture).any(axis=2)
    assert differs.any()
    assert not (differs & ~plate.change_mask).any()
    assert plate.change_mask.mean() < 0.7


@pytest.mark.parametrize("index", range(8))
def test_the_same_clothes_elsewhere(index):
    plate = example(index, SMALL)
    other = plate.elsewhere
    assert other.look.garments == plate.look.garments
    assert other.look.figure.pose != plate.look.figure.pose
    assert words.BUILDS[other.look.figure.build] == words.BUILDS[plate.look.figure.build]
    assert (other.picture != plate.picture).any()


def test_nothing_is_drawn_before_it_is_asked_for():
    plate = example(0, SMALL)
    assert "sketch" not in vars(plate)
    _ = plate.sketch
    assert "sketch" in vars(plate)


@pytest.mark.parametrize("height", [31, 130, 8192])
def test_heights_that_cannot_be_drawn(height):
    with pytest.raises(ConfigError, match=f"32 to 4096 pixels high, in steps of 4, but {height} was asked for"):
        PlateConfig(height=height)


def test_held_out_words():
    plate = next(plate for plate in (example(i, PlateConfig(height=64, without=("trousers",))) for i in range(50))
                 if any(garment.category == "trousers" for garment in plate.look.garments))  # fmt: skip
    assert "trousers" not in " ".join(plate.captions)
    assert "pants" in plate.captions[0]


def test_sleeves_end_where_their_length_says():
    """Read off the slot map along the arm; a longer sleeve ends further down."""
    from toile.evaluation.plates import sleeve_end

    ends = {}
    for length in ("short", "elbow", "mid", "long"):
        wishes = {"category": "blouse", "sleeve_length": length, "sleeve_type": "regular", "pose": "straight"}
        look = sample_look(3, wishes=wishes)
        slot = [garment.category for garment in look.garments].index("blouse")
        ends[length] = sleeve_end(build_plate(look), slot, "left")
    assert ends["short"] == pytest.approx(0.52, abs=0.12)
    assert ends["elbow"] == pytest.approx(1.0, abs=0.12)
    assert ends["mid"] == pytest.approx(1.45, abs=0.12)
    assert ends["long"] == pytest.approx(1.93, abs=0.12)


def test_pixels_of_a_garment_have_its_colour():
    look = sample_look(0, wishes={"category": "dress", "colour": "green", "pattern": "plain", "fabric": "cotton"})
    plate = build_plate(look)
    slot = [garment.category for garment in look.garments].index("dress")
    mean = plate.picture(256)[plate.slot_map(256).garment(slot, "body")].mean(axis=0)
    assert np.argmax(mean) == 1


def test_shoes_that_a_hem_hides_are_not_spoken_of():
    plates = [example(index, PlateConfig(height=64, wishes={"culture": "grand-boubou"})) for index in range(8)]
    hidden = [plate for plate in plates if plate.seen.shoes is None]
    assert hidden
    for plate in hidden:
        assert plate.look.shoes is not None
        assert not any(noun in plate.captions[0] for noun in ("sandals", "flats"))
