from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from toile.metrics.pictures import mean_difference, peak_signal_to_noise, structural_similarity


def _noise(seed: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (32, 24, 3), dtype=np.uint8))


def test_equal_pictures_are_equal() -> None:
    image = _noise(0)
    assert structural_similarity(image, image) == pytest.approx(1.0)
    assert peak_signal_to_noise(image, image) == 100
    assert structural_similarity(image, _noise(1)) < 0.3


def test_peak_signal_to_noise_by_hand() -> None:
    black, grey = Image.new("RGB", (16, 16)), Image.new("RGB", (16, 16), (51, 51, 51))
    assert peak_signal_to_noise(grey, black) == pytest.approx(20 * math.log10(255 / 51))


def test_only_the_pixels_that_are_asked_for_count() -> None:
    black, white = Image.new("RGB", (4, 4)), Image.new("RGB", (4, 4), "white")
    half = np.arange(16).reshape(4, 4) < 8
    mixed = Image.fromarray(np.where(half[..., None], np.asarray(white), np.asarray(black)))
    assert mean_difference(mixed, black, half) == 255
    assert mean_difference(mixed, black, ~half) == 0
    assert mean_difference(mixed, black, np.zeros((4, 4), bool)) == 0
