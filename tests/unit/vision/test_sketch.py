from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from toile.vision.sketch import sketch


def _shirt() -> tuple[Image.Image, np.ndarray]:
    image = Image.new("RGB", (200, 300), (230, 225, 215))
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 60, 150, 240), fill=(40, 60, 120))
    draw.rectangle((95, 60, 105, 240), fill=(230, 220, 90))
    mask = np.zeros((300, 200), bool)
    mask[60:241, 50:151] = True
    return image, mask


def test_lines_stand_on_contours_and_seams_and_nowhere_else():
    image, mask = _shirt()
    lines = np.asarray(sketch(image, mask))
    assert lines.shape == (300, 200)
    assert (lines[:55] == 255).all()
    assert lines[60, 80] == 0  # the contour
    assert lines[150, 88:95].min() < 100  # beside the stripe
    assert lines[150, 70] > 200  # flat cloth


def test_more_detail_is_more_ink():
    noisy = Image.fromarray(np.random.default_rng(0).integers(90, 160, (128, 96, 3), dtype=np.uint8))
    assert np.asarray(sketch(noisy, detail=1.0)).mean() < np.asarray(sketch(noisy, detail=0.0)).mean()


def test_bad_arguments_are_refused():
    image, _ = _shirt()
    with pytest.raises(ValueError, match=r"detail is 1.5, expected a number in \[0, 1\]"):
        sketch(image, detail=1.5)
    with pytest.raises(ValueError, match=r"mask has shape \(3, 3\), expected the picture's \(300, 200\)"):
        sketch(image, np.ones((3, 3), bool))
