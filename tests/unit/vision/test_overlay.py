from __future__ import annotations

import numpy as np
import pytest

from people import dressed, photo, standing
from toile.taxonomy import PARTS
from toile.vision.overlay import PART_COLOURS, overlay


def test_every_part_has_a_colour_of_its_own():
    assert tuple(PART_COLOURS) == PARTS
    assert len(set(PART_COLOURS.values())) == len(PARTS)


def test_parts_are_tinted_and_the_ground_is_left():
    image, labels = photo(), dressed()
    picture = np.asarray(overlay(image, labels, np.zeros((18, 3), np.float32), strength=0.5)).astype(float)
    expected = (np.array([200, 30, 40]) + np.array(PART_COLOURS["top"])) / 2
    assert picture[90, 62] == pytest.approx(expected, abs=1)
    assert (picture[labels == 0] == np.asarray(image)[labels == 0]).all()


def test_bones_are_drawn_between_seen_joints_only():
    image, labels, pose = photo(), np.zeros_like(dressed()), standing().astype(np.float32)
    drawn = np.asarray(overlay(image, labels, pose))
    pose[4, 2] = 0.1
    without = np.asarray(overlay(image, labels, pose))
    assert (drawn[120, 60:70] == 255).all(1).any()  # the right forearm
    assert not (without[120, 60:70] == 255).all(1).any()
