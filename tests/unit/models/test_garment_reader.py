from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from people import SIZE, dressed, photo, standing
from toile.models.garment_net import NUM_WINDOWS, QUESTIONS, GarmentNet
from toile.models.garment_reader import GarmentReader, SeenGarment, as_input, windows_on
from toile.taxonomy import PARTS
from unit.models.test_garment_net import TINY


def _top() -> SeenGarment:
    return SeenGarment(image=photo(), mask=dressed() == PARTS.index("top"), pose=standing())


def test_windows_are_squares_of_picture_and_mask():
    windows = windows_on(_top(), 64)
    assert windows.shape == (NUM_WINDOWS, 64, 64, 4)
    whole = windows[0]
    inside = whole[..., 3] == 255  # pixels of the edge are mixed
    assert (whole[inside][:, :3] == (200, 30, 40)).all()
    # The top is 87 high and 84 wide: it fills the window but for its margin of 8 % on each side.
    assert inside.mean() == pytest.approx(87 * 84 / (87 * 1.16) ** 2, abs=0.05)


def test_the_collar_is_looked_at_where_the_neck_is():
    collar = windows_on(_top(), 64)[3]
    # Shoulders 50 pixels apart: a window of 85, a tenth of it below the neck at (100, 58).
    there = (dressed() == PARTS.index("top"))[24:109, 58:143]
    assert (collar[..., 3] > 127).mean() == pytest.approx(there.mean(), abs=0.03)


def test_each_shoulder_is_looked_at_from_near():
    left, right = windows_on(_top(), 94)[4:]
    # The collar's window is 85 wide; theirs are 47, a quarter of one aside of the neck at 100 and below it.
    there = (dressed() == PARTS.index("top"))[47:94]
    for window, x in ((left, 74), (right, 126)):
        seen = there[:, x - 23 : x + 24]
        assert (window[..., 3] > 127).mean() == pytest.approx(seen.mean(), abs=0.06)


def test_trousers_are_looked_at_by_their_waistband():
    mask = dressed() == PARTS.index("trousers")
    window = windows_on(SeenGarment(image=photo(), mask=mask, pose=standing()), 64)[3]
    # 44 wide: a window of 26 pixels, a tenth of it above the waistband.
    assert (window[: round(0.05 * 64), ..., 3] < 127).all()
    assert (window[round(0.3 * 64) :, ..., 3] > 127).all()


def test_beyond_the_photo_is_white_and_no_garment():
    mask = np.zeros(SIZE, bool)
    mask[:40, :40] = True
    window = windows_on(SeenGarment(image=photo(), mask=mask), 32)[0]
    assert (window[0, 0] == (255, 255, 255, 0)).all()


def test_an_empty_mask_and_one_of_another_size_are_refused():
    with pytest.raises(ValueError, match="mask is empty: there is no garment to read"):
        windows_on(SeenGarment(image=photo(), mask=np.zeros(SIZE, bool)), 32)
    with pytest.raises(ValueError, match=r"mask has shape \(2, 2\), expected the photo's \(300, 200\)"):
        windows_on(SeenGarment(image=photo(), mask=np.ones((2, 2), bool)), 32)


def test_stored_windows_become_what_the_network_takes():
    values = as_input(torch.tensor([[[[0, 255, 128, 255]]]], dtype=torch.uint8))
    assert values.shape == (1, 4, 1, 1)
    assert values.flatten().tolist() == pytest.approx([-1.0, 1.0, 0.0039, 1.0], abs=1e-3)


def test_answers_are_probabilities_and_the_same_alone_and_in_a_batch():
    torch.manual_seed(0)
    reader = GarmentReader(GarmentNet(TINY).eval())
    images = [Image.new("RGB", (50, 50), (number * 20, 9, 9)) for number in range(9)]
    garments = [SeenGarment(image=image, mask=np.ones((50, 50), bool)) for image in images]
    together, (alone,) = reader.read(garments), reader.read(garments[8:])
    assert set(alone) == set(QUESTIONS)
    for name in QUESTIONS:
        assert alone[name].sum() == pytest.approx(1, abs=1e-5)
        assert together[8][name] == pytest.approx(alone[name], abs=1e-5)
