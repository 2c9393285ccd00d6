"""Tiny random CLIP and SigLIP checkpoints in the layouts that `save_pretrained` writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from toile.bundles import load_bundle
from toile.errors import CheckpointError, QueryError

_VOCABULARY = ["<|startoftext|>", "<|endoftext|>", "!", "a", "a</w>", "red</w>", "dress</w>", "r", "e", "d", "d</w>"]


def _save_tokenizer(folder: Path) -> None:
    from transformers import CLIPTokenizer

    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(_VOCABULARY)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=16)
    tokenizer.save_pretrained(folder)


def _sizes(**more: int) -> dict[str, int]:
    return {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        **more,
    }


@pytest.fixture(params=["clip", "siglip"])
def checkpoint(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    from transformers import (
        CLIPConfig,
        CLIPImageProcessorPil,
        CLIPModel,
        SiglipConfig,
        SiglipImageProcessorPil,
        SiglipModel,
    )

    torch.manual_seed(0)
    text = _sizes(vocab_size=len(_VOCABULARY), max_position_embeddings=16)
    vision = _sizes(image_size=32, patch_size=8)
    if request.param == "clip":
        text |= {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
        CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)).save_pretrained(tmp_path)
        CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=32).save_pretrained(tmp_path)
    else:
        SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).save_pretrained(tmp_path)
        SiglipImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(tmp_path)
    _save_tokenizer(tmp_path)
    return tmp_path


def test_a_hub_checkpoint_is_an_encoder(checkpoint: Path) -> None:
    encoder = load_bundle(checkpoint).encoder
    texts = encoder.encode_texts(["a red dress", "a dress"])
    images = encoder.encode_images([Image.new("RGB", (50, 40), "red"), Image.new("RGB", (30, 70), "blue")])
    for rows in (texts, images, encoder.encode_composed([Image.new("RGB", (9, 9))], ["a dress"])):
        assert rows.shape[1] == encoder.embedding_dim == 16
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert not np.allclose(texts[0], texts[1])
    assert encoder.fingerprint == load_bundle(checkpoint).encoder.fingerprint


def test_a_text_beyond_the_window_is_refused(checkpoint: Path) -> None:
    with pytest.raises(QueryError, match="the text tower's window holds 16; shorten it"):
        load_bundle(checkpoint).encoder.encode_texts(["a red dress " * 10])


def test_a_search_checkpoint_can_not_draw(checkpoint: Path) -> None:
    with pytest.raises(CheckpointError, match="can search but not draw"):
        _ = load_bundle(checkpoint).generator
