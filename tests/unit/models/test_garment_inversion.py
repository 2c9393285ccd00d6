"""F_θ: its sizes, and parity with LaDI-VTON's layout on random weights."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from transformers import CLIPVisionConfig
from transformers.models.clip.modeling_clip import CLIPEncoderLayer

from toile.errors import CheckpointError
from toile.models.garment_inversion import GarmentInversion, GarmentInversionConfig, config_of, from_ladi

SMALL = GarmentInversionConfig(
    image_dim=32, num_heads=4, feedforward_dim=48, hidden_dim=40, num_words=3, text_dim=24, dropout=0.5
)


class _Reference(nn.Module):
    """The adapter as LaDI-VTON publishes it, on transformers' own layer."""

    def __init__(self) -> None:
        super().__init__()
        config = CLIPVisionConfig(hidden_size=32, num_attention_heads=4, intermediate_size=48, hidden_act="gelu")
        config._attn_implementation = "eager"
        self.encoder_layers = nn.ModuleList([CLIPEncoderLayer(config)])
        self.post_layernorm = nn.LayerNorm(32)
        self.layers = nn.Sequential(
            nn.Linear(32, 40), nn.GELU(), nn.Dropout(0.5), nn.Linear(40, 40), nn.GELU(), nn.Dropout(0.5),
            nn.Linear(40, 3 * 24),
        )  # fmt: skip

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        out = self.encoder_layers[0](tokens, None)
        hidden = out[0] if isinstance(out, tuple) else out
        return self.layers(self.post_layernorm(hidden[:, 0]))


def test_a_checkpoint_in_their_layout_gives_their_words():
    torch.manual_seed(0)
    reference = _Reference().eval()
    for parameter in reference.parameters():
        nn.init.normal_(parameter, std=0.3)
    weights = reference.state_dict()
    config = config_of(weights, num_heads=4, num_words=3)
    assert (config.image_dim, config.feedforward_dim, config.hidden_dim, config.text_dim) == (32, 48, 40, 24)
    ours = GarmentInversion(config).eval()
    ours.load_state_dict(from_ladi(weights))
    tokens = torch.randn(2, 11, 32)
    with torch.no_grad():
        torch.testing.assert_close(ours(tokens).flatten(1), reference(tokens), rtol=1e-4, atol=1e-4)


def test_the_published_size_has_the_published_number_of_parameters():
    with torch.device("meta"):
        full = GarmentInversion(GarmentInversionConfig())
    count = sum(parameter.numel() for parameter in full.parameters())
    assert count == pytest.approx(136.4e6, rel=1e-3)  # Fashion-RAG, section 4
    assert full(torch.empty(2, 257, 1280, device="meta")).shape == (2, 16, 1024)


def test_broken_checkpoints_are_named():
    weights = _Reference().state_dict()
    missing = {name: value for name, value in weights.items() if name != "post_layernorm.bias"}
    with pytest.raises(CheckpointError, match=r"post_layernorm\.bias"):
        from_ladi(missing)
    with pytest.raises(CheckpointError, match="expected an inversion adapter"):
        config_of({"conv.weight": torch.zeros(1)})
    with pytest.raises(CheckpointError, match="more than one transformer layer"):
        from_ladi(weights | {"encoder_layers.1.layer_norm1.weight": torch.ones(32)})


def test_every_token_has_a_say():
    torch.manual_seed(0)
    inversion = GarmentInversion(SMALL).eval()
    tokens = torch.randn(1, 5, 32)
    with torch.no_grad():
        before = inversion(tokens)
        tokens[0, 4] = torch.randn(32)
        assert (inversion(tokens) - before).abs().max() > 1e-6
    assert before.shape == (1, 3, 24)
