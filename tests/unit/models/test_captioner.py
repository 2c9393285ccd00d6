from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from toile.models.captioner import Captioner, CaptionerConfig, adapted_captioner, embedded_captioner, train_tokenizer

TEXTS = ["a red dress with long sleeves", "a navy coat", "garment: dress; colour: red"]
SMALL = CaptionerConfig(query_dim=12, vocab_size=300, dim=16, num_layers=2, num_heads=2, feedforward_dim=24)


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    torch.manual_seed(0)
    model = embedded_captioner(SMALL).eval()
    model.tokenizer = train_tokenizer(TEXTS, SMALL.vocab_size)
    return model


def test_only_captions_are_answers(captioner: Captioner):
    ids, mask, answers = captioner.tokenize(["title", "list it"], [TEXTS[0], TEXTS[1]])
    end = captioner.tokenizer.token_to_id("<end>")
    for row, text in enumerate(TEXTS[:2]):
        told = ids[row][answers[row]].tolist()
        assert captioner.tokenizer.decode(told[:-1]).strip() == text
        assert told[-1] == end
    assert (answers <= mask).all()
    assert not answers[:, 0].any()


def test_what_was_never_read_can_be_written():
    tokenizer = train_tokenizer(TEXTS, 300)
    assert tokenizer.decode(tokenizer.encode(" Kimono £9 着物").ids).strip() == "Kimono £9 着物"


@torch.no_grad()
def test_padding_and_neighbours_change_nothing(captioner: Captioner):
    queries = torch.randn(2, 5, 12)
    ids, mask, _ = captioner.tokenize(["title", "a much longer instruction than that"], [TEXTS[1], TEXTS[0]])
    alone_ids, alone_mask, _ = captioner.tokenize(["title"], [TEXTS[1]])
    both, alone = captioner.logits(queries, ids, mask), captioner.logits(queries[:1], alone_ids, alone_mask)
    assert torch.allclose(both[0, : alone.shape[1]], alone[0], atol=1e-5)


@torch.no_grad()
def test_the_likeliest_token_is_written_each_time(captioner: Captioner):
    queries = torch.randn(3, 5, 12)
    for row, text in enumerate(captioner.write(queries, "title", max_tokens=6)):
        ids, mask, _ = captioner.tokenize(["title"], [""])
        ids, mask = ids[:, :-2], mask[:, :-2]  # the space before a caption, and its end
        for _ in range(6):
            best = captioner.logits(queries[row : row + 1], ids, mask)[0, -1].argmax().view(1, 1)
            ids, mask = torch.cat([ids, best], dim=1), torch.cat([mask, torch.ones(1, 1, dtype=torch.bool)], dim=1)
        prompt = captioner.tokenize(["title"], [""])[0].shape[1] - 2
        assert captioner.tokenizer.decode(ids[0, prompt:].tolist(), skip_special_tokens=True).strip().startswith(text)


def test_the_tokenizer_comes_with_the_weights(captioner: Captioner):
    other = embedded_captioner(SMALL)
    other.load_state_dict(captioner.state_dict())
    assert other.tokenizer.to_str() == captioner.tokenizer.to_str()


def test_a_pretrained_model_learns_by_additions_alone(tmp_path: Path):
    config = LlamaConfig(
        vocab_size=300, hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2
    )
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    PreTrainedTokenizerFast(tokenizer_object=train_tokenizer(TEXTS, 300), eos_token="<end>").save_pretrained(tmp_path)
    model = adapted_captioner(str(tmp_path), query_dim=12, template="USER: {} ASSISTANT:", rank=2)
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained
    assert all("lora_" in name or name.startswith("adapter.") for name in trained)
    assert not any("lm_head" in name for name in trained)
    ids, mask, answers = model.tokenize(["title"], [TEXTS[0]])
    assert "USER: title ASSISTANT:" in model.tokenizer.decode(ids[0].tolist())
    model.logits(torch.randn(1, 5, 12), ids, mask)[answers].sum().backward()
    assert len(model.write(torch.randn(2, 5, 12), "title", max_tokens=3)) == 2
