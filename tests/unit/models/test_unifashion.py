from __future__ import annotations

import pytest
import torch

from toile.models.image_encoder import ImageEncoderConfig
from toile.models.qformer import QFormerConfig
from toile.models.text_encoder import load_text_encoder
from toile.models.unifashion import UniFashion, UniFashionConfig

SMALL = UniFashionConfig(
    image=ImageEncoderConfig(widths=(8, 8, 16), depths=(1, 1, 1), dropout=0.0),
    image_size=64,
    qformer=QFormerConfig(image_dim=16),
    adapter_rank=2,
)


@pytest.fixture(scope="module")
def model() -> UniFashion:
    torch.manual_seed(0)
    return UniFashion(SMALL, load_text_encoder()).eval()


@torch.no_grad()
def test_words_are_read_as_minilm_reads_them_before_any_training(model: UniFashion):
    words = load_text_encoder()
    ids, mask = words.tokenize(["a red dress", "no collar, long sleeves"])
    assert torch.allclose(model.qformer.read_words(ids, mask)[mask], words(ids, mask)[mask], atol=2e-5)


def test_a_picture_becomes_a_token_a_cell(model: UniFashion):
    assert model.image_tokens(torch.zeros(2, 3, 64, 64)).shape == (2, 16, 16)


@torch.no_grad()
def test_state_dicts_hold_what_is_ours_alone_and_bring_it_back(model: UniFashion):
    state = model.state_dict()
    sizes = {name: values.numel() for name, values in state.items()}
    assert sum(sizes.values()) < 0.1 * sum(parameter.numel() for parameter in model.parameters())
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained <= set(sizes)
    torch.manual_seed(1)
    other = UniFashion(SMALL, load_text_encoder()).eval()
    images = torch.rand(1, 3, 64, 64) * 2 - 1
    expected = model.qformer.read_pictures(model.image_tokens(images))
    assert not torch.allclose(other.qformer.read_pictures(other.image_tokens(images)), expected, atol=1e-3)
    other.load_state_dict(state)
    assert torch.equal(other.qformer.read_pictures(other.image_tokens(images)), expected)


def test_what_is_missing_of_our_own_is_named(model: UniFashion):
    state = dict(model.state_dict())
    del state["qformer.query_tokens"]
    with pytest.raises(RuntimeError, match=r"qformer\.query_tokens"):
        model.load_state_dict(state)


def test_sizes_must_fit():
    with pytest.raises(ValueError, match="ends 16 wide, the Q-Former reads 192"):
        UniFashionConfig(image=SMALL.image)
    with pytest.raises(ValueError, match="divisible by 16"):
        UniFashionConfig(image_size=100)
