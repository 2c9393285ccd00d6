"""People beside a garment that they wear, as the denoiser sees them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from people import dressed, photo, standing
from toile.errors import DataError
from toile.recipes.denoiser_data import DesignSource, TaskMix
from toile.recipes.pictures import Pictures
from toile.recipes.worn import WornSource, rehung

CAPTION = "Blouse, Elegant, Party, Short Blouse, Long Sleeve, V-Neck"
MIX = TaskMix(text_dropout=0.0, pose_dropout=0.0, photo_share=0.5)


def _people(hierarchical: str, name: str) -> Pictures:
    """The dressed figure on a canvas of its own size, whatever that is."""
    return Pictures(
        ids=[name],
        images=np.asarray(photo())[None],
        captions=[("a red top, navy trousers", "someone in red", "red top, navy trousers")],
        hierarchical=[hierarchical],
        poses=standing().astype(np.float32)[None],
        parts=dressed()[None],
        sketches=np.full((1, *dressed().shape), 255, np.uint8),
    )


def _flat(name: str, colour: tuple[int, int, int]) -> Pictures:
    picture = np.full((*dressed().shape, 3), 255, np.uint8)
    picture[60:200, 50:150] = colour
    return replace(_people("", name), images=picture[None])


def _draw(people: Pictures, flat: Pictures, count: int = 8, **mix: float):
    source = WornSource(DesignSource(people, flat, replace(MIX, **mix)))
    return source.draw(torch.full((count,), 500), torch.Generator().manual_seed(0))


def test_the_garment_lies_beside_and_is_never_hidden():
    drawn = _draw(_people(CAPTION, "plate-1"), _flat("plate-1", (0, 200, 0)))
    height, width = dressed().shape
    assert drawn.images.shape == (8, 3, height, 2 * width)
    assert drawn.masks.shape == drawn.sketches.shape == (8, 1, height, 2 * width)
    assert not drawn.masks[..., width:].any()
    assert (drawn.masks[..., :width].mean((1, 2, 3)) > 0.1).all()
    green = (drawn.images[:, 1] - drawn.images[:, 0])[..., width:]
    assert (green.amax((1, 2)) > 1).all()
    assert set(drawn.texts) == {"red top, navy trousers", "red top, navy trousers, Short Blouse, Long Sleeve, V-Neck"}


def test_of_a_photo_its_own_garment_is_shown():
    drawn = _draw(_people("", "photo"), _flat("another", (0, 200, 0)))
    width = dressed().shape[1]
    beside = (drawn.images[..., width:] + 1) / 2
    shown = [row[:, (row < 0.95).any(0)].mean(1) for row in beside]
    kinds = {"top" if colour[0] > colour[2] else "trousers" for colour in shown}
    assert kinds == {"top", "trousers"}  # red or navy, nothing of face and wall
    assert {text.split()[0] for text in drawn.texts} <= {"a", "someone", "red"}


def test_somebody_must_wear_something_known():
    nobody = replace(_people("", "photo"), parts=np.zeros((1, *dressed().shape), np.uint8))
    with pytest.raises(DataError, match="no picture has a garment of its own"):
        _draw(nobody, _flat("another", (0, 200, 0)))


def test_what_is_rehung_stays_on_white():
    garments = torch.zeros(20, 3, 60, 40)
    garments[:, :, 15:45, 10:30] = 0.5
    hung = rehung(garments, torch.Generator().manual_seed(0))
    assert (hung[:, :, 0] == 0).all()
    areas = (hung[:, 0] > 0.2).float().mean((1, 2))
    assert areas.std() > 0.005
    assert 0.15 < areas.min() < areas.max() < 0.3
    assert not torch.equal(hung[0], hung[1])
