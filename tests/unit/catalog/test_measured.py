"""Lengths measured on plates, of which they are known, and on figures that can't be measured."""

from __future__ import annotations

import numpy as np
import pytest

from people import dressed, standing
from toile.catalog.measured import hem_length, sleeve_length
from toile.catalog.plates.examples import PlateConfig, PlateExample, example
from toile.catalog.plates.worn import worn_parts
from toile.taxonomy import PARTS

pytestmark = pytest.mark.usefixtures("drawing")


def _labels(plate: PlateExample) -> np.ndarray:
    labels = np.where(plate.person_mask, PARTS.index("skin"), 0).astype(np.uint8)
    for worn in worn_parts(plate):
        labels[worn.mask] = PARTS.index(worn.part)
    return labels


@pytest.fixture(scope="module")
def plates() -> list[PlateExample]:
    made = (example(number, PlateConfig(height=256, seed=5)) for number in range(60))
    return [plate for plate in made if plate.look.culture is None]


def _pose(plate: PlateExample) -> np.ndarray:
    pose = plate.keypoints.copy()
    pose[:, 2] = 1.0
    return pose


def test_sleeves_end_where_they_are_drawn(plates):
    pairs = [
        (worn.answers["sleeve_length"], sleeve_length(_labels(plate), _pose(plate)))
        for plate in plates
        for worn in worn_parts(plate)
        if "sleeve_length" in worn.answers
    ]
    measured = [truth == found for truth, found in pairs if found is not None]
    assert len(measured) > 30
    assert np.mean(measured) > 0.85


def test_hems_end_where_they_are_drawn(plates):
    pairs = [
        (worn.answers["length"], hem_length(worn.mask, _pose(plate), worn.answers["category"]))
        for plate in plates
        for worn in worn_parts(plate)
        if "length" in worn.answers
    ]
    measured = [truth == found for truth, found in pairs if found is not None]
    assert len(measured) > 30
    assert np.mean(measured) > 0.85


def test_long_sleeves_are_long_and_bare_arms_are_sleeveless():
    assert sleeve_length(dressed(), standing()) == "long"
    bare = dressed()
    bare[60:145, 58:80] = bare[60:145, 120:142] = PARTS.index("skin")
    assert sleeve_length(bare, standing()) == "sleeveless"


def test_an_arm_that_is_not_seen_is_not_measured():
    pose = standing()
    pose[[4, 7], 2] = 0.0
    assert sleeve_length(dressed(), pose) is None
    behind_bags = dressed()
    behind_bags[70:130, 58:80] = behind_bags[70:130, 120:142] = PARTS.index("bag")
    assert sleeve_length(behind_bags, standing()) is None


def test_trousers_to_the_ankles_are_long_and_what_leaves_the_photo_is_not_measured():
    trousers = dressed() == PARTS.index("trousers")
    assert hem_length(trousers, standing(), "trousers") == "long"
    assert hem_length(trousers[:200], standing(), "trousers") is None
    assert hem_length(trousers, standing(), "hat") is None
    assert hem_length(np.zeros_like(trousers), standing(), "trousers") is None
