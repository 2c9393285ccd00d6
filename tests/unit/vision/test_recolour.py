from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from toile.vision.colour import to_lab
from toile.vision.recolour import recoloured

WHERE = np.zeros((60, 40), bool)
WHERE[10:50, 5:35] = True
INSIDE = np.zeros_like(WHERE)
INSIDE[14:46, 9:31] = True


def _blotched(seed: int = 0) -> Image.Image:
    """Red, spotted with dark."""
    pixels = np.full((60, 40, 3), (220, 30, 30), np.uint8)
    pixels[np.random.default_rng(seed).random((60, 40)) < 0.4] = (90, 0, 20)
    return Image.fromarray(pixels)


def _cloth(colour: tuple[int, int, int], spread: float) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, spread, (500, 1))
    return (np.array(colour) + noise).clip(0, 255).astype(np.uint8)


def test_plain_cloth_becomes_plain_and_of_its_shade():
    cloth = _cloth((120, 30, 60), 2)
    cloth[:40] = 0  # outlines
    after = np.asarray(recoloured(_blotched(), WHERE, cloth))
    wanted = to_lab(cloth[None, 40:])[0]
    found = to_lab(after)[INSIDE]
    assert found.mean(0) == pytest.approx(wanted.mean(0), abs=1.5)
    assert found.std(0).max() < 3


def test_what_is_outside_stays_and_the_edge_is_soft():
    before, after = np.asarray(_blotched()), np.asarray(recoloured(_blotched(), WHERE, _cloth((20, 60, 200), 2)))
    assert np.array_equal(before[~WHERE], after[~WHERE])
    change = np.abs(before.astype(int) - after.astype(int)).sum(-1)
    assert change[10, 5:35].mean() < change[20, 5:35].mean()


def test_a_flat_drawing_is_not_stretched_into_noise():
    flat = Image.new("RGB", (40, 60), (220, 30, 30))
    after = to_lab(np.asarray(recoloured(flat, WHERE, _cloth((60, 120, 60), 40))))[INSIDE]
    assert after.std(0).max() < 1


def test_too_little_to_tell_changes_nothing():
    image, few = _blotched(), np.zeros_like(WHERE)
    few[:3, :3] = True
    assert recoloured(image, few, _cloth((0, 0, 0), 1)) is image
    assert recoloured(image, WHERE, _cloth((0, 0, 0), 1)[:10]) is image
