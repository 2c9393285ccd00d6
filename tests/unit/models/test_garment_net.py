from __future__ import annotations

import pytest
import torch

from toile.models.garment_net import NUM_WINDOWS, QUESTIONS, GarmentNet, GarmentNetConfig
from toile.models.image_encoder import ImageEncoderConfig

TINY = GarmentNetConfig(
    image=ImageEncoderConfig(widths=(8, 8, 16), depths=(1, 1, 1), dropout=0.0), window_size=32, layers=1, heads=2
)


def _net(config: GarmentNetConfig = TINY) -> GarmentNet:
    torch.manual_seed(0)
    return GarmentNet(config).eval()


def _windows(count: int) -> torch.Tensor:
    windows = torch.rand(count, NUM_WINDOWS, 4, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    windows[:, :, 3] = (windows[:, :, 3] > 0).float()
    return windows


def test_every_question_has_a_logit_for_each_of_its_words():
    logits = _net()(_windows(3))
    assert {name: tuple(values.shape) for name, values in logits.items()} == {
        name: (3, len(words)) for name, words in QUESTIONS.items()
    }


def test_garments_are_read_on_their_own():
    net, windows = _net().requires_grad_(requires_grad=False), _windows(5)
    together, alone = net(windows), net(windows[2:3])
    for name, values in together.items():
        assert values[2] == pytest.approx(alone[name][0], abs=1e-5)


def test_what_is_not_the_garment_is_not_seen_without_surroundings():
    blind = GarmentNetConfig(image=TINY.image, window_size=32, layers=1, heads=2, surroundings=0.0)
    windows = _windows(1)
    other = windows.clone()
    other[:, :, :3] = torch.where(windows[:, :, 3:] > 0, windows[:, :, :3], torch.zeros(()))
    for config, told in ((blind, True), (TINY, False)):
        net = _net(config)
        same = [torch.equal(net(windows)[name], net(other)[name]) for name in QUESTIONS]
        assert all(same) if told else not any(same)
