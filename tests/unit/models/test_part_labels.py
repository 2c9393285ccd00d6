from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from toile.models.part_labels import decided, guided


def _halves(width: int, height: int, edge: int) -> Image.Image:
    """Black up to a column, white from there."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, edge:] = 255
    return Image.fromarray(pixels)


def test_labels_take_the_photos_size_and_its_edge():
    shares = torch.zeros(3, 12, 8)
    shares[1, :, :4], shares[2, :, 4:] = 1.0, 1.0  # the network's edge: column 100 of 200
    labels, sureness = decided(shares, _halves(200, 300, 102))
    assert labels.shape == sureness.shape == (300, 200)
    assert (labels[:, :101] == 1).all()  # a column beyond the network's own edge
    assert (labels[:, 102:] == 2).all()
    assert ((sureness > 0) & (sureness <= 1)).all()


def test_without_an_edge_the_network_decides():
    shares = torch.zeros(2, 4, 4)
    shares[0, :2], shares[1, 2:] = 0.9, 0.9
    shares[1, :2], shares[0, 2:] = 0.1, 0.1
    labels, sureness = decided(shares, Image.new("RGB", (40, 40), "grey"))
    assert (labels[:15] == 0).all()
    assert (labels[25:] == 1).all()
    assert sureness[0, 0] == pytest.approx(0.9, abs=0.01)


def test_a_large_photos_labels_are_enlarged():
    labels, _ = decided(torch.ones(2, 4, 4) * torch.tensor([0.2, 0.8])[:, None, None], Image.new("RGB", (3000, 1500)))
    assert labels.shape == (1500, 3000)
    assert (labels == 1).all()


def test_the_guided_filter_keeps_what_is_a_line_of_the_guide():
    guide = np.random.default_rng(0).random((20, 30), np.float32)
    maps = np.stack([0.3 * guide + 0.2, np.full_like(guide, 0.7)])
    assert guided(maps, guide, radius=3, edge=1e-6) == pytest.approx(maps, abs=1e-3)
