from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from toile.vision.cutout import cut_out, frame_around


def _figure() -> tuple[Image.Image, np.ndarray]:
    pixels = np.full((100, 80, 3), (10, 200, 10), dtype=np.uint8)
    pixels[20:80, 30:50] = (200, 10, 10)
    mask = np.zeros((100, 80), dtype=bool)
    mask[20:80, 30:50] = True
    return Image.fromarray(pixels), mask


def test_the_figure_stands_in_the_middle_on_white() -> None:
    image, mask = _figure()
    cut = np.asarray(cut_out(image, mask, frame_around(mask, width=96, height=128, margin=0.0)))
    assert cut.shape == (128, 96, 3)
    assert (cut[64, 48] == (200, 10, 10)).all()
    assert (cut[:, 0] == 255).all()
    assert (cut[:, -1] == 255).all()


def test_points_move_with_the_pixels() -> None:
    _, mask = _figure()
    frame = frame_around(mask, width=96, height=128, margin=0.0)
    corners = frame.points(np.array([[40.0, 20.0], [40.0, 80.0]], dtype=np.float32))
    assert corners == pytest.approx(np.array([[48.0, 0.0], [48.0, 128.0]]))


def test_an_empty_mask_has_no_frame() -> None:
    with pytest.raises(ValueError, match="mask is empty"):
        frame_around(np.zeros((4, 4), dtype=bool), width=3, height=4)
