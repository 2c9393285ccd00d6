from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from checkpoints import tiny_unet
from toile.bundles import load_bundle
from toile.errors import ConfigError
from toile.models.openvino_unet import OpenVinoUnet


def test_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ConfigError, match="it isn't installed; `pip install openvino`"):
        OpenVinoUnet(tiny_unet(28), key="a", cache=tmp_path)
    assert load_bundle(device="openvino").device == torch.device("cpu")


@pytest.mark.slow
def test_it_says_what_torch_says_in_every_size_and_is_converted_once(tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="openvino is an optional backend and isn't installed")
    torch.manual_seed(0)
    unet = tiny_unet(28).eval()
    fast = OpenVinoUnet(unet, key="tiny", cache=tmp_path)
    files = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    again = OpenVinoUnet(unet, key="tiny", cache=tmp_path)
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == files
    for batch, height, width, tokens in ((1, 16, 12, 5), (2, 8, 16, 9)):
        sample, timestep = torch.randn(batch, 28, height, width), torch.tensor([700] * batch)
        context, mask = torch.randn(batch, tokens, 16), torch.ones(batch, tokens, dtype=torch.bool)
        mask[:, -2:] = False
        words = {"encoder_hidden_states": context, "encoder_attention_mask": mask, "return_dict": False}
        with torch.inference_mode():
            (expected,) = unet(sample, timestep, **words)
        for one in (fast, again):
            torch.testing.assert_close(one(sample, timestep, **words)[0], expected, rtol=1e-3, atol=1e-4)
