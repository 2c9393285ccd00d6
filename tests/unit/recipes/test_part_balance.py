from __future__ import annotations

import numpy as np
import pytest
import torch

from people import dressed, photo, standing
from toile.catalog.photos import CO_PARSING_LABELS, StreetPhoto
from toile.models.figure_net import FigureNet, FigureNetConfig
from toile.models.image_encoder import ImageEncoderConfig
from toile.recipes.part_balance import balance_parts, best_offsets
from toile.taxonomy import PARTS

_NAMES = {"skin": "skin", "hair": "hair", "top": "sweater", "trousers": "jeans", "shoes": "boots"}


def _street(labels: np.ndarray | None) -> StreetPhoto:
    return StreetPhoto(
        id="s",
        image=photo(),
        labels=labels,
        person=dressed() > 0,
        tags=[],
        pose=standing().astype(np.float32),
        captions=(),
    )


def _net() -> FigureNet:
    torch.manual_seed(0)
    image = ImageEncoderConfig(widths=(8, 8, 8, 8), depths=(1, 1, 1, 1), dropout=0.0)
    return FigureNet(FigureNetConfig(image=image, image_size=(96, 64), decoder_width=8, attention_layers=1)).eval()


def _labels() -> np.ndarray:
    labels = np.zeros(dressed().shape, np.uint8)
    for part, name in _NAMES.items():
        labels[dressed() == PARTS.index(part)] = CO_PARSING_LABELS.index(name)
    return labels


def test_a_part_that_is_named_too_readily_is_held_back():
    truth = dressed()
    shares = np.zeros((len(PARTS), *truth.shape), np.float32)
    np.put_along_axis(shares, truth[None].astype(np.int64), 1.0, 0)
    bag = PARTS.index("bag")
    shares[bag, :, 100:] += 1.3  # hides whatever is on the right half
    offsets = best_offsets([(shares, truth)])
    assert ((shares + offsets[:, None, None]).argmax(0) == truth).all()


def test_parts_that_are_named_rightly_stay_as_they_are():
    truth = dressed()
    shares = np.zeros((len(PARTS), *truth.shape), np.float32)
    np.put_along_axis(shares, truth[None].astype(np.int64), 1.0, 0)
    assert not best_offsets([(shares, truth)]).any()


def test_the_offsets_go_into_the_last_bias():
    net = _net()
    before = net.parts[1].bias.detach().clone()
    offsets = balance_parts(net, [_street(_labels())])
    moved = (net.parts[1].bias.detach() - before).reshape(-1, 4)
    assert moved.numpy() == pytest.approx(np.repeat(offsets[:, None], 4, 1), abs=1e-6)


def test_photos_must_have_label_maps():
    with pytest.raises(ValueError, match="s has no label map"):
        balance_parts(_net(), [_street(None)])
