from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from toile.errors import CheckpointError, QueryError
from toile.models.minilm import minilm_folder
from toile.models.text_encoder import MAX_TOKENS, TextEncoder, load_text_encoder


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return load_text_encoder()


def test_the_forward_pass_is_that_of_transformers(encoder: TextEncoder) -> None:
    from transformers import BertModel

    reference = BertModel.from_pretrained(minilm_folder(), local_files_only=True).eval()
    ids, mask = encoder.tokenize(["red dress", "a long navy coat with an embroidered collar"])
    with torch.no_grad():
        expected = reference(input_ids=ids, attention_mask=mask.long()).last_hidden_state
    assert torch.allclose(encoder(ids, mask)[mask], expected[mask], atol=2e-5)


def test_synonyms_lie_closer_than_other_garments(encoder: TextEncoder) -> None:
    dress, gown, jeans = encoder.encode(["red dress", "crimson gown", "blue jeans"]).sentence
    assert dress @ gown == pytest.approx(0.63, abs=0.01)
    assert dress @ jeans == pytest.approx(0.38, abs=0.01)


def test_padding_tokens_are_zero_and_masked(encoder: TextEncoder) -> None:
    states = encoder.encode(["a", "a dress with pleats"])
    assert states.mask.sum(1).tolist() == [3, 7]
    assert states.tokens[0, 3:].abs().max() == 0


def test_a_text_longer_than_the_window_is_refused_with_what_fits(encoder: TextEncoder) -> None:
    with pytest.raises(QueryError, match=rf"has 202 word pieces, the text tower's window holds {MAX_TOKENS}"):
        encoder.encode(["dress " * 200])


def test_pseudo_words_are_read_where_words_would_stand(encoder: TextEncoder) -> None:
    ids, _ = encoder.tokenize(["dress with pleats"])
    there = encoder.words(ids[:, 1:-1])
    read = encoder.read_after(["a long red", "navy"], there.expand(2, -1, -1))
    words = encoder.encode(["a long red dress with pleats", "navy dress with pleats"]).tokens
    count = there.shape[1]
    assert torch.allclose(read[0], words[0, 4 : 4 + count], atol=2e-5)
    assert torch.allclose(read[1], words[1, 2 : 2 + count], atol=2e-5)


def test_words_make_room_for_pseudo_words_and_gradients_reach_them(encoder: TextEncoder) -> None:
    pseudo = torch.randn(1, 16, 384, requires_grad=True)
    read = encoder.read_after(["dress " * 200], pseudo)
    assert read.shape == (1, 16, 384)
    read.square().mean().backward()
    assert pseudo.grad is not None
    assert (pseudo.grad.abs().sum(-1) > 0).all()
    with pytest.raises(QueryError, match="113 pseudo-words are given, the text tower's window holds 112"):
        encoder.read_after([""], torch.zeros(1, 113, 384))


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    shutil.copy(minilm_folder() / "tokenizer.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(CheckpointError, match=r"sha256 .*, expected 53aa51172d14.*reinstall"):
        load_text_encoder(tmp_path)
