from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from toile.vision.swatches import palette


def _halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Image.Image:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, :40], pixels[:, 40:] = left, right
    return Image.fromarray(pixels)


def test_two_colours_largest_first():
    swatches = palette(_halves((20, 30, 70), (240, 240, 240)), np.ones((40, 60), bool))
    assert [swatch.name for swatch in swatches] == ["navy", "white"]
    assert [swatch.hex for swatch in swatches] == ["#141e46", "#f0f0f0"]
    assert [swatch.share for swatch in swatches] == pytest.approx([2 / 3, 1 / 3], abs=0.01)


def test_only_what_is_under_the_mask_counts():
    mask = np.zeros((40, 60), bool)
    mask[:, 45:] = True
    assert [swatch.name for swatch in palette(_halves((200, 30, 40), (46, 125, 60)), mask)] == ["green"]


def test_light_and_shade_of_one_cloth_are_one_colour():
    (swatch,) = palette(_halves((150, 32, 40), (178, 42, 52)), np.ones((40, 60), bool))
    assert swatch.name == "red"


def test_the_same_picture_has_the_same_palette():
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (50, 50, 3), dtype=np.uint8))
    mask = np.ones((50, 50), bool)
    assert palette(image, mask) == palette(image, mask)
    assert len(palette(image, mask, most=2)) <= 2


def test_bad_masks_are_refused():
    image = _halves((0, 0, 0), (1, 1, 1))
    with pytest.raises(ValueError, match="mask is empty"):
        palette(image, np.zeros((40, 60), bool))
    with pytest.raises(ValueError, match=r"mask has shape \(4, 4\), expected the picture's \(40, 60\)"):
        palette(image, np.ones((4, 4), bool))
