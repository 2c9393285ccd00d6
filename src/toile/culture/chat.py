"""JSON from a language model: behind an OpenAI-compatible endpoint, or in a folder on this machine.

Endpoints differ in what they make of a schema: some enforce it, some ignore it, some refuse the request. So it is asked
for in three ways, the strictest first, and whatever comes back is parsed and checked here; a reply is no proof.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final, Literal, Protocol, TypeVar, runtime_checkable

import httpx2
from pydantic import BaseModel, ValidationError

from toile.errors import ConfigError, EndpointError

Rung = Literal["json_schema", "json_object", "prompt"]
RUNGS: Final[tuple[Rung, ...]] = ("json_schema", "json_object", "prompt")
"""Ways to ask for JSON, the strictest first."""
Message = Mapping[str, str]
Answer = TypeVar("Answer", bound=BaseModel)

_REPAIRS: Final = 2
_RETRIES: Final = 2
_BUSY: Final = (429, 500, 502, 503, 504)
_MAX_TOKENS: Final = 900
_MAX_LETTERS: Final = 20_000  # of a reply that is looked at
_THINKING: Final = re.compile(r"<think>.*?(</think>|$)", re.DOTALL | re.IGNORECASE)
_FENCE: Final = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL | re.IGNORECASE)


@runtime_checkable
class LanguageModel(Protocol):
    """What refines: messages in, text out."""

    def reply(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """The model's text; it was asked for JSON of the schema.

        Raises:
            EndpointError: there is none.
        """
        ...


def answer_of(model: LanguageModel, messages: Sequence[Message], wanted: type[Answer]) -> Answer:
    """A checked answer; what is wrong with one is told to the model, twice at most.

    Raises:
        EndpointError: no reply came, or none that is right.
    """
    schema, talk, problem = wanted.model_json_schema(), list(messages), ""
    for _ in range(1 + _REPAIRS):
        text = model.reply(talk, schema)
        try:
            return wanted.model_validate_json(json_in(text))
        except (ValidationError, ValueError) as error:
            problem = str(error)[:600]
        talk = [
            *messages,
            {"role": "assistant", "content": text[:2000]},
            {
                "role": "user",
                "content": f"That is not what was asked for: {problem}\nAnswer with the JSON object alone.",
            },
        ]
    raise EndpointError(f"the language model gave no usable answer in {1 + _REPAIRS} attempts: {problem[:200]}")


def json_in(text: str) -> str:
    """The JSON object in a reply, without thoughts, fences and chatter around it.

    Raises:
        ValueError: there is none.
    """
    text = _THINKING.sub("", text[:_MAX_LETTERS])
    fenced = _FENCE.search(text)
    text = fenced[1] if fenced else text
    start = text.find("{")
    if start < 0:
        raise ValueError("the reply holds no JSON object")
    found, _ = json.JSONDecoder().raw_decode(text[start:])
    return json.dumps(found)


@dataclass(kw_only=True)
class ChatEndpoint:
    """Chat completions of an OpenAI-compatible server.

    Attributes:
        model: its name there.
        base_url: up to `/v1`.
        api_key: local servers take any.
        seconds: to wait for an answer.
        temperature: 0 for what is likeliest.
        pause: seconds before a busy server is asked again, doubled each time.
    """

    model: str
    base_url: str
    api_key: str = field(default="none", repr=False)
    seconds: float = 30.0
    temperature: float = 0.0
    pause: float = 1.0
    rung: Rung | None = None
    """The strictest way that the server took; None until it was asked."""

    @classmethod
    def from_environment(cls, model: str) -> ChatEndpoint:
        """Of `OPENAI_BASE_URL` and `OPENAI_API_KEY`.

        Raises:
            ConfigError: no endpoint is named.
        """
        base_url = os.environ.get("OPENAI_BASE_URL", "")
        if not base_url:
            raise ConfigError(
                "no language model is known: set OPENAI_BASE_URL to an OpenAI-compatible endpoint, such as "
                "http://localhost:11434/v1, or give a model's folder"
            )
        return cls(model=model, base_url=base_url, api_key=os.environ.get("OPENAI_API_KEY", "none"))

    def reply(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """The model's text, asked for in the strictest way that the server takes.

        Raises:
            EndpointError: the server is down, too slow, busy for too long, or refuses every way.
        """
        refused = ""
        for rung in RUNGS[RUNGS.index(self.rung) if self.rung else 0 :]:
            response = self._posted(self._body(messages, schema, rung))
            if response.status_code in (400, 404, 415, 422, 501) and rung != RUNGS[-1]:
                refused = response.text[:200]
                continue
            if response.status_code >= 400:
                raise EndpointError(f"{self} refused: HTTP {response.status_code} {response.text[:200]} {refused}")
            self.rung = rung
            return self._text(response)
        raise AssertionError("the last rung returns or raises")

    def __str__(self) -> str:
        return f"{self.model} at {self.base_url}"

    def _body(self, messages: Sequence[Message], schema: Mapping[str, Any], rung: Rung) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": list(messages),
            "temperature": self.temperature,
            "max_tokens": _MAX_TOKENS,
        }
        match rung:
            case "json_schema":
                named = {"name": "refinement", "strict": True, "schema": schema}
                body["response_format"] = {"type": "json_schema", "json_schema": named}
            case "json_object":
                body["response_format"] = {"type": "json_object"}
            case "prompt":
                pass
        if rung != "json_schema":
            told = f"Answer with one JSON object of this schema and nothing else:\n{json.dumps(schema)}"
            body["messages"] = [*messages[:-1], {**messages[-1], "content": f"{messages[-1]['content']}\n\n{told}"}]
        return body

    def _posted(self, body: dict[str, Any]) -> httpx2.Response:
        """The server's response; one that is busy is asked again after a while."""
        url = f"{self.base_url.rstrip('/')}/chat/completions"
        headers = {"Authorization": f"Bearer {self.api_key}"}
        wait = Random(str(body["messages"])).uniform(0.5, 1.0) * self.pause  # jitter, the same each time
        for attempt in range(1 + _RETRIES):
            try:
                response = httpx2.post(url, json=body, headers=headers, timeout=self.seconds)
            except httpx2.HTTPError as error:
                raise EndpointError(f"{self} gave no answer: {type(error).__name__} {error}") from error
            if response.status_code not in _BUSY or attempt == _RETRIES:
                return response
            time.sleep(wait * 2**attempt)
        raise AssertionError("the last attempt returns")

    def _text(self, response: httpx2.Response) -> str:
        try:
            text = response.json()["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise EndpointError(f"{self} answered with no completion: {response.text[:200]}") from error
        if not isinstance(text, str) or not text.strip():
            raise EndpointError(f"{self} answered with nothing")
        return text


class LocalModel:
    """A causal language model in transformers' layout, in a folder on this machine.

    Args:
        folder: with config, weights and a tokenizer that has a chat template.

    Raises:
        ConfigError: it isn't there, or can't be read.
    """

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        if not folder.is_dir():
            raise ConfigError(f"there is no language model in {folder}; give the folder of one in transformers' layout")
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        except (OSError, ValueError, KeyError) as error:
            raise ConfigError(f"{folder} holds no language model that can be read: {error}") from error
        if self._tokenizer.chat_template is None:
            raise ConfigError(f"the tokenizer of {folder} has no chat template; use an instruction-tuned model")

    def reply(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """The likeliest text after the messages, asked for JSON in words."""
        told = f"{messages[-1]['content']}\n\nAnswer with one JSON object of this schema:\n{json.dumps(schema)}"
        talk = [*messages[:-1], {**messages[-1], "content": told}]
        encode: Callable[..., Any] = self._tokenizer.apply_chat_template
        tokens = encode(talk, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        said = self._model.generate(**tokens, max_new_tokens=_MAX_TOKENS, do_sample=False)
        return str(self._tokenizer.decode(said[0, tokens["input_ids"].shape[1] :], skip_special_tokens=True))


def language_model(name: str) -> LanguageModel:
    """A folder's model, or that of the endpoint which the environment names.

    Raises:
        ConfigError: neither is there.
    """
    return LocalModel(Path(name)) if Path(name).is_dir() else ChatEndpoint.from_environment(name)
