from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from toile.vision.colour import garment_mask, measure_colour, name_pixels


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((20, 20, 22), "black"),
        ((250, 250, 250), "white"),
        ((128, 128, 130), "grey"),
        ((200, 30, 40), "red"),
        ((30, 40, 70), "navy"),
        ((60, 110, 190), "blue"),
        ((40, 120, 60), "green"),
        ((240, 210, 50), "yellow"),
        ((230, 120, 40), "orange"),
        ((240, 170, 190), "pink"),
        ((110, 60, 140), "purple"),
        ((100, 65, 40), "brown"),
        ((215, 195, 165), "beige"),
        ((0, 0, 255), "blue"),
        ((0, 0, 128), "navy"),
        ((138, 43, 226), "purple"),
        ((75, 0, 130), "purple"),
        ((255, 0, 255), "pink"),
    ],
)
def test_plain_cloth_has_the_name_people_give_it(rgb: tuple[int, int, int], name: str) -> None:
    mask = np.ones((40, 30), dtype=bool)
    assert measure_colour(Image.new("RGB", (30, 40), rgb), mask)[0].name == name


def test_shares_are_those_of_the_mask_and_sum_to_one() -> None:
    image = Image.new("RGB", (64, 64), (200, 30, 40))
    ImageDraw.Draw(image).rectangle((0, 48, 63, 63), fill=(20, 20, 22))
    colours = measure_colour(image, np.ones((64, 64), dtype=bool))
    assert [(colour.name, colour.share) for colour in colours] == [("red", 0.75), ("black", 0.25)]


def test_a_mask_keeps_the_background_out() -> None:
    image = Image.new("RGB", (64, 64), (40, 120, 60))
    ImageDraw.Draw(image).rectangle((16, 16, 47, 47), fill=(60, 110, 190))
    mask = np.zeros((64, 64), dtype=bool)
    mask[16:48, 16:48] = True
    assert measure_colour(image, mask)[0].share == 1.0


def test_the_garment_is_found_on_its_background() -> None:
    image = Image.new("RGB", (120, 160), (180, 160, 130))
    ImageDraw.Draw(image).rectangle((30, 40, 90, 130), fill=(200, 30, 40))
    mask = garment_mask(image)
    assert mask[45:125, 35:85].mean() > 0.95
    assert mask[:30].mean() < 0.05
    assert measure_colour(image)[0].name == "red"


def test_a_white_garment_on_white_is_what_its_outline_encloses() -> None:
    image = Image.new("RGB", (60, 80), "white")
    ImageDraw.Draw(image).ellipse((15, 15, 45, 65), fill=(244, 241, 234), outline="black")
    mask = garment_mask(image)
    assert mask[40, 30]
    assert not mask[5, 5]
    assert measure_colour(image)[0].name == "white"


def test_a_picture_without_contrast_falls_back_to_its_middle() -> None:
    mask = garment_mask(Image.new("RGB", (64, 64), "white"))
    assert mask.mean() == pytest.approx(0.25)
    assert mask[32, 32]


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 9), (4000, 20)])
def test_pictures_too_thin_for_a_background_are_garment_all_over(size: tuple[int, int]) -> None:
    assert measure_colour(Image.new("RGB", size, (200, 30, 40)))[0].name == "red"


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"mask has shape \(3, 4\), expected the picture's \(64, 32\)"):
        measure_colour(Image.new("RGB", (32, 64)), np.ones((3, 4), dtype=bool))


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(ValueError, match="mask is empty"):
        measure_colour(Image.new("RGB", (32, 32)), np.zeros((32, 32), dtype=bool))


def test_every_pixel_gets_a_name() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (256, 3), dtype=np.uint8)
    names = name_pixels(pixels)
    assert names.shape == (256,)
    assert 0 <= names.min() <= names.max() < 13
