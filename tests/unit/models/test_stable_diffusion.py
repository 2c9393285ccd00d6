"""Stable Diffusion folders with tiny random weights, in diffusers' own layout; the full sizes on the meta device."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel

from checkpoints import tiny_unet, write_stable_diffusion
from toile.bundles import assemble, load_bundle
from toile.diffusion.conditioning import Maps
from toile.errors import CheckpointError, QueryError
from toile.models.stable_diffusion import read_stable_diffusion, schedule_of, widened
from toile.tasks.design import design
from toile.tasks.drawing import Settings

_SD1 = {
    "sample_size": 64, "in_channels": 4, "out_channels": 4, "cross_attention_dim": 768, "attention_head_dim": 8,
    "block_out_channels": (320, 640, 1280, 1280),
}  # fmt: skip
_SD2 = _SD1 | {"in_channels": 9, "cross_attention_dim": 1024, "attention_head_dim": (5, 10, 20, 20),
               "use_linear_projection": True}  # fmt: skip


@pytest.fixture(scope="module")
def inpainting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_stable_diffusion(tmp_path_factory.mktemp("inpainting"), 9)


@torch.no_grad()
@pytest.mark.parametrize("channels", [4, 9, 27])
def test_a_widened_network_says_what_it_said(channels: int):
    torch.manual_seed(0)
    unet = tiny_unet(channels).eval()
    x_t, words, t = torch.randn(2, 4, 16, 12), torch.randn(2, 5, 16), torch.tensor([3, 900])
    masked, mask = torch.randn(2, 4, 16, 12), (torch.rand(2, 1, 16, 12) > 0.5).float()
    spatial = Maps(mask=mask, masked_latents=masked, pose=torch.rand(2, 18, 16, 12)).beside(x_t)
    before = unet(spatial[:, :channels], t, encoder_hidden_states=words).sample
    after = widened(unet)(spatial, t, encoder_hidden_states=words).sample
    torch.testing.assert_close(after, before, rtol=1e-5, atol=1e-5)
    assert unet.config["in_channels"] == 28
    assert widened(unet) is unet


def test_an_unknown_input_is_refused():
    with pytest.raises(CheckpointError, match=r"the U-Net has 8 input and 4 output channels, expected 4, 9, 27 or 28"):
        widened(tiny_unet(8))


@pytest.mark.parametrize(("config", "millions"), [(_SD1, 859.5), (_SD1 | {"in_channels": 9}, 859.5), (_SD2, 865.9)])
def test_full_sizes_have_their_weights_and_are_widened(config: dict[str, object], millions: float):
    """Stable Diffusion 1.4, 1.5 inpainting and 2 inpainting."""
    with torch.device("meta"):
        unet = UNet2DConditionModel(**config)
    assert sum(parameter.numel() for parameter in unet.parameters()) / 1e6 == pytest.approx(millions, abs=0.1)
    names = set(unet.state_dict())
    assert widened(unet).conv_in.weight.shape == (320, 28, 3, 3)
    assert set(unet.state_dict()) == names


def test_a_bundle_draws_with_it_and_is_the_same_after_a_round_trip(inpainting: Path, tiny_bundle: Path, tmp_path: Path):
    assemble([tiny_bundle, inpainting], tmp_path / "one", name="full")
    bundle = load_bundle(tmp_path / "one")
    assert bundle.hash not in (load_bundle(tiny_bundle).hash, bundle.manifest.hash)
    unet = bundle.generator.denoiser.unet
    original = UNet2DConditionModel.from_pretrained(inpainting / "unet")
    state = unet.state_dict()
    assert torch.equal(state["conv_in.weight"][:, :9], original.conv_in.weight)
    assert (state["conv_in.weight"][:, 9:] == 0).all()
    assert bundle.generator.canvas == (128, 96)
    settings = Settings(steps=2)
    (drawn,) = design("a red dress", bundle=bundle, settings=settings)
    assert drawn.image.size == (96, 128)
    assemble([tiny_bundle, tmp_path / "one" / "generator"], tmp_path / "two", name="full")
    again = load_bundle(tmp_path / "two")
    assert all(torch.equal(state[name], value) for name, value in again.generator.denoiser.unet.state_dict().items())
    (same,) = design("a red dress", bundle=again, settings=settings)
    assert np.array_equal(np.asarray(drawn.image), np.asarray(same.image))
    assert same.recipe.bundle == drawn.recipe.bundle


def test_words_are_read_as_clip_reads_them_and_never_cut(inpainting: Path):
    _, _, words, schedule = read_stable_diffusion(inpainting, torch.device("cpu"))
    states = words.encode(["a dress", ""])
    assert states.tokens.shape == (2, 77, 16)
    assert states.mask.all()
    assert schedule.prediction_type == "epsilon"
    assert not schedule.zero_terminal_snr
    with pytest.raises(QueryError, match="the text tower's window holds 77"):
        words.encode(["abc " * 40])


def test_what_is_missing_is_named(inpainting: Path, tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"lacks unet, vae, text_encoder, tokenizer, scheduler"):
        read_stable_diffusion(tmp_path, torch.device("cpu"))
    with pytest.raises(CheckpointError, match="beta_schedule is 'linear', expected 'scaled_linear'"):
        schedule_of({"beta_schedule": "linear"})


def test_pseudo_words_are_read_where_words_would_stand(inpainting: Path):
    _, _, words, _ = read_stable_diffusion(inpainting, torch.device("cpu"))
    ids = words.tokenizer(["a red dress"]).input_ids[0]
    there = words.tower.get_input_embeddings()(torch.tensor([ids[1:-1]]))
    count, short = there.shape[1], words.tokenizer(["a"]).input_ids[0]
    read = words.read_after(["a", ""], there.expand(2, -1, -1))
    whole = words.encode(["a red dress"]).tokens
    torch.testing.assert_close(read[1, :], whole[0, 1 : 1 + count], rtol=1e-4, atol=1e-5)
    assert len(short) == 3
    assert not torch.allclose(read[0], read[1])  # other words before them
    assert words.encode(["a"]).tokens.shape == whole.shape  # nothing is left behind in the tower
    with pytest.raises(QueryError, match="70 pseudo-words are given, the text tower's window holds 61"):
        words.read_after([""], torch.zeros(1, 70, there.shape[-1]))
