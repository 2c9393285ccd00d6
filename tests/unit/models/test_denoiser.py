from __future__ import annotations

import pytest
import torch
from diffusers import UNet2DConditionModel

from toile.diffusion.conditioning import Conditioning, TokenStream, TokenWindow
from toile.models.denoiser import DenoiserConfig, LatentDenoiser, build_unet, input_channels


@pytest.mark.parametrize(("latent_channels", "expected"), [(4, 28), (8, 36)])
def test_input_channels_are_those_of_the_architecture(latent_channels: int, expected: int) -> None:
    assert input_channels(latent_channels) == expected


def test_stable_diffusion_one_widens_to_28_channels() -> None:
    with torch.device("meta"):
        unet = UNet2DConditionModel(in_channels=input_channels(4), cross_attention_dim=768)
    assert unet.conv_in.weight.shape == (320, 28, 3, 3)
    assert sum(p.numel() for p in unet.parameters()) == 859_520_964 + 24 * 320 * 9  # SD 1.4 and the new channels


def test_the_denoiser_predicts_latents_and_listens_to_the_words() -> None:
    torch.manual_seed(0)
    denoiser = LatentDenoiser(build_unet(DenoiserConfig(widths=(32, 32, 32), head_dim=16)).eval())
    empty = TokenStream(tokens=torch.zeros(1, 2, 384), mask=torch.ones(1, 2, dtype=torch.bool))
    words = TokenStream(tokens=torch.randn(1, 5, 384), mask=torch.ones(1, 5, dtype=torch.bool))
    conditioning = Conditioning(windows=(TokenWindow(t_high=999, t_low=0, stream=words),), empty=empty)
    x_t = torch.randn(1, 8, 32, 24)
    with torch.no_grad():
        spoken = denoiser(x_t, 500, conditioning)
        unspoken = denoiser(x_t, 500, conditioning.unconditional())
    assert spoken.shape == x_t.shape
    assert not torch.allclose(spoken, unspoken)


def test_a_token_of_half_the_weight_counts_half() -> None:
    torch.manual_seed(0)
    denoiser = LatentDenoiser(build_unet(DenoiserConfig(widths=(32, 32, 32), head_dim=16)).eval())
    words = torch.randn(1, 3, 384)
    twice = torch.cat([words, words[:, 2:]], dim=1)

    def drawn(tokens: torch.Tensor, mask: list[float | bool]) -> torch.Tensor:
        stream = TokenStream(tokens=tokens, mask=torch.tensor([mask]))
        return denoiser(torch.ones(1, 8, 32, 24), 500, Conditioning(windows=(), empty=stream))

    with torch.no_grad():
        once = drawn(words, [True] * 3)
        torch.testing.assert_close(drawn(twice, [1.0, 1.0, 0.5, 0.5]), once, rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(drawn(twice, [1.0, 1.0, 1.0, 0.0]), once, rtol=1e-3, atol=1e-4)
        assert not torch.allclose(drawn(twice, [True] * 4), once, rtol=1e-3, atol=1e-4)
