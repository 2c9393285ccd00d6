"""The ladder of structured output, against a server on this machine."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from toile.culture.chat import ChatEndpoint, LocalModel, json_in, language_model
from toile.culture.knowledge import knowledge
from toile.culture.refining import Refined, refine
from toile.culture.writing import refine_with
from toile.errors import ConfigError
from toile.evaluation.stand_in import eager_answer, inventions, stand_in

RIGHT = json.dumps({"garment_ids": ["hanbok"], "prose": "pink hanbok, very short crossed jacket, moonlit ghosts"})


def refined_by(answer: Callable[[dict[str, Any]], tuple[int, str]], **settings: Any) -> tuple[Refined, list[dict]]:
    asked: list[dict] = []

    def noted(body: dict[str, Any]) -> tuple[int, str]:
        asked.append(body)
        return answer(body)

    with stand_in(noted) as base_url:
        model = ChatEndpoint(model="m", base_url=base_url, pause=0.0, **settings)
        return refine_with(model, "pink hanbok"), asked


def test_a_server_that_honours_the_schema_is_asked_once():
    refined, asked = refined_by(lambda body: (200, RIGHT))
    assert refined.tier == 2
    assert len(asked) == 1
    assert asked[0]["response_format"]["type"] == "json_schema"
    assert "moonlit ghosts" not in refined.prompt
    assert any("moonlit ghosts" in lost for lost in refined.dropped)


def test_a_server_that_refuses_the_schema_is_asked_for_json_and_then_in_words():
    def answer(body: dict[str, Any]) -> tuple[int, str]:
        return (400, "response_format is not supported") if "response_format" in body else (200, RIGHT)

    refined, asked = refined_by(answer)
    assert refined.tier == 2
    kinds = [body.get("response_format", {}).get("type") for body in asked]
    assert kinds == ["json_schema", "json_object", None]
    assert "JSON object of this schema" in asked[-1]["messages"][-1]["content"]


def test_a_server_that_ignores_the_schema_is_told_what_was_wrong():
    replies = iter(["Sure! Here is a lovely hanbok.", f"<think>hm</think>```json\n{RIGHT}\n```"])
    refined, asked = refined_by(lambda body: (200, next(replies)))
    assert refined.tier == 2
    assert "not what was asked for" in asked[1]["messages"][-1]["content"]


@pytest.mark.parametrize("reply", ["", "%%%", '{"prose": 3}', "{" * 50_000])
def test_garbage_ends_without_a_language_model_and_says_so(reply: str):
    refined, asked = refined_by(lambda body: (200, reply))
    plain = refine("pink hanbok")
    assert (refined.tier, refined.prompt) == (plain.tier, plain.prompt)
    assert refined.notices[-1].startswith("refined without a language model")
    assert len(asked) <= 3


def test_a_busy_server_is_asked_again():
    replies = iter([(429, "slow down"), (503, "starting"), (200, RIGHT)])
    refined, asked = refined_by(lambda body: next(replies))
    assert (refined.tier, len(asked)) == (2, 3)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_server_that_stays_closed_is_done_without(status: int):
    refined, _ = refined_by(lambda body: (status, "no"))
    assert refined.tier == 0
    assert str(status) in refined.notices[-1]


def test_a_server_that_is_too_slow_is_done_without():
    def slow(body: dict[str, Any]) -> tuple[int, str]:
        time.sleep(1.0)
        return 200, RIGHT

    refined, _ = refined_by(slow, seconds=0.2)
    assert "Timeout" in refined.notices[-1]


def test_nobody_answers():
    refined = refine_with(ChatEndpoint(model="m", base_url="http://127.0.0.1:9/v1", pause=0.0), "pink hanbok")
    assert refined.notices[-1].startswith("refined without a language model: m at http://127.0.0.1:9/v1")


def test_the_eager_stand_in_gets_nothing_past_the_verifier():
    with stand_in(eager_answer) as base_url:
        model = ChatEndpoint(model="eager", base_url=base_url)
        strict = refine_with(model, "kimono for a tea gathering")
        free = refine_with(model, "kimono for a tea gathering", policy="open")
        told = refine_with(model, "kimono for a tea gathering", policy="flag")
    lies = inventions(knowledge()["kimono"], "kimono for a tea gathering")
    assert [lie for lie in lies if lie in strict.prompt] == []
    assert [lie for lie in lies if lie not in free.prompt] == []
    assert all(any(lie in warning for warning in told.warnings) for lie in lies)


def test_a_model_can_t_choose_what_it_wasn_t_offered_or_change_what_the_user_named():
    reply = json.dumps({"garment_ids": ["kimono", "no-such"], "prose": "kimono"})
    refined, _ = refined_by(lambda body: (200, reply))
    assert refined.records == ("hanbok",)


def test_what_is_declined_or_unknown_is_never_sent():
    with stand_in(lambda body: pytest.fail("it was asked")) as base_url:
        model = ChatEndpoint(model="m", base_url=base_url)
        assert refine_with(model, "war bonnet").declined
        assert refine_with(model, "a traditional zorvak").unknown


def test_the_key_is_not_shown():
    assert "sk-secret" not in repr(ChatEndpoint(model="m", base_url="http://x/v1", api_key="sk-secret"))


def test_without_an_endpoint_it_is_said_what_to_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(ConfigError, match="set OPENAI_BASE_URL"):
        language_model("some-model")


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="holds no language model"):
        LocalModel(tmp_path)


@pytest.mark.parametrize(
    ("text", "found"),
    [('x {"a": 1} y', {"a": 1}), ("```\n{}\n```", {}), ('<think>{"b": 2}</think>{"a": 1}', {"a": 1})],
)
def test_the_object_in_a_reply_is_found(text: str, found: dict[str, int]):
    assert json.loads(json_in(text)) == found


def test_a_model_in_a_folder_answers(tmp_path):
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = {word: place for place, word in enumerate(("<unk>", "user", "brief", "JSON", "{", "}"))}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<unk>")
    fast.chat_template = "{% for message in messages %}{{ message['role'] }} {{ message['content'] }} {% endfor %}"
    fast.save_pretrained(tmp_path)
    config = LlamaConfig(
        vocab_size=6,
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=4096,
    )
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    refined = refine_with(LocalModel(tmp_path), "pink hanbok")
    # Random weights say nothing that can be used, and that is noticed.
    assert refined.records == ("hanbok",)
    assert "no usable answer in 3 attempts" in refined.notices[-1]
