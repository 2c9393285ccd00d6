from __future__ import annotations

import numpy as np
import pytest

from toile.metrics.people import confusion, correct_keypoints, intersection_over_union


def test_confusion_counts_pairs_of_classes():
    counts = confusion(np.array([[0, 1], [1, 2]]), np.array([[0, 1], [2, 2]]), 4)
    assert counts.tolist() == [[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]


def test_iou_is_over_what_either_says():
    iou = intersection_over_union(np.array([[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]))
    assert iou[:3] == pytest.approx([1, 1 / 2, 1 / 2])
    assert np.isnan(iou[3])  # neither there nor guessed


def _pose() -> np.ndarray:
    pose = np.ones((18, 3))
    pose[[2, 5], :2] = (40, 10), (60, 10)
    pose[[8, 11], :2] = (45, 60), (55, 60)  # a torso of 50 pixels
    return pose


def test_a_joint_is_right_within_a_fifth_of_the_torso():
    truth, guess = _pose(), _pose()
    guess[2, 0] += 10.0
    guess[5, 0] += 10.1
    correct = correct_keypoints(truth, guess)
    assert correct[2] == 1
    assert correct[5] == 0
    assert np.nanmean(correct) == pytest.approx(17 / 18)


def test_joints_that_the_truth_does_not_know_do_not_count():
    truth, guess = _pose(), _pose()
    truth[4, 2] = 0.29
    assert np.isnan(correct_keypoints(truth, guess)[4])


def test_unsure_guesses_count_like_all_others():
    truth, guess = _pose(), _pose()
    guess[:, 2] = 0
    assert np.nanmean(correct_keypoints(truth, guess)) == 1
