"""The body: poses stand, hands reach, the torso map is the torso."""

from __future__ import annotations

import numpy as np
import pytest

from toile.catalog.plates.figure.body import BUILDS, Body
from toile.catalog.plates.figure.poses import POSES, SIDES, SIGN, Reach, jittered, mirrored
from toile.catalog.plates.figure.skin import skin_material
from toile.catalog.plates.looks import vocabulary as words

SKIN = skin_material("tan")


def body(pose, build="slim"):
    return Body(BUILDS[build], pose, SKIN)


def test_tables_have_the_vocabulary():
    assert set(POSES) == set(words.POSES)
    assert {build: "woman" if made.woman else "man" for build, made in BUILDS.items()} == dict(words.BUILDS)


@pytest.mark.parametrize("pose", ["contrapposto", "hand-on-hip", "arm-raised"])
def test_the_foot_that_carries_the_weight_stands_under_the_neck(pose):
    figure = body(POSES[pose])
    assert abs(figure.legs["left"].joints[2][0] - figure.at(0.0, 1.5)[0]) < 0.2
    assert POSES[pose].hips * POSES[pose].shoulders < 0


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("pose", POSES)
def test_bones_keep_their_length_and_elbows_point_outward(pose, build):
    figure = body(POSES[pose], build)
    for side in SIDES:
        shoulder, elbow, wrist = figure.arms[side].joints
        arm = POSES[pose].arm(side)
        raised = isinstance(arm, Reach) and arm.raised
        lengths = (1.25, 1.12) if raised else (1.42, 1.22)
        np.testing.assert_allclose(figure.arms[side].lengths, lengths, atol=1e-6)
        if isinstance(arm, Reach):
            assert (elbow[0] - (shoulder[0] + wrist[0]) / 2) * SIGN[side] > 0


def test_the_torso_map_is_as_wide_as_the_body():
    figure = body(POSES["straight"])
    v = np.array([2.0, 2.98, 3.95])
    width = figure.half_width(v)
    span = figure.at(width, v) - figure.at(-width, v)
    np.testing.assert_allclose(np.hypot(span[:, 0], span[:, 1]), 2 * width, rtol=1e-3)
    assert BUILDS["slim"].waist == pytest.approx(width[1])


def test_a_mirrored_pose_is_the_mirror_image():
    plain, other = body(POSES["walking"]), body(mirrored(POSES["walking"]))
    for side, opposite in (("left", "right"), ("right", "left")):
        np.testing.assert_allclose(plain.legs[side].joints * [-1, 1], other.legs[opposite].joints, atol=1e-9)
        np.testing.assert_allclose(plain.arms[side].joints * [-1, 1], other.arms[opposite].joints, atol=1e-9)
    assert mirrored(mirrored(POSES["arm-raised"])) == POSES["arm-raised"]


def test_jitter_moves_a_little_and_is_seeded():
    pose = POSES["contrapposto"]
    assert jittered(pose, 7) == jittered(pose, 7) != jittered(pose, 8)
    plain, moved = body(pose), body(jittered(pose, 7))
    distance = np.abs(plain.arms["left"].joints - moved.arms["left"].joints).max()
    assert 0 < distance < 0.4
