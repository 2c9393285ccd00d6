from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from toile.errors import CheckpointError, QueryError
from toile.models.text_encoder import MAX_TOKENS, TextEncoder, load_text_encoder, minilm_folder


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


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    shutil.copy(minilm_folder() / "tokenizer.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(CheckpointError, match=r"sha256 .*, expected 53aa51172d14.*reinstall"):
        load_text_encoder(tmp_path)
