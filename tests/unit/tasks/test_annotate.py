"""Annotation against a real local endpoint that answers well, slowly, wrongly, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from toile.catalog.datasets.fashion_iq import CATEGORIES, FashionIQ
from toile.errors import ConfigError, DataError, EndpointError
from toile.models.chat import ChatModel
from toile.tasks.annotate import annotate, attribute_menu, check_unseen

ASINS = [f"B{number:03}" for number in range(8)]


@pytest.fixture
def reader(tmp_path: Path) -> FashionIQ:
    for folder in ("images", "captions", "image_splits"):
        (tmp_path / folder).mkdir()
    for asin in ASINS:
        Image.new("RGB", (8, 8), "red").save(tmp_path / "images" / f"{asin}.png")
    for category in CATEGORIES:
        for split, sentences in (
            ("train", ["has longer sleeves and stripes", "is striped with a shinier collar"]),
            ("val", ["is zebra printed and strapless", "has a plunging back"]),
        ):
            triplets = [{"candidate": ASINS[0], "target": ASINS[1], "captions": sentences}]
            (tmp_path / "captions" / f"cap.{category}.{split}.json").write_text(json.dumps(triplets))
            (tmp_path / "image_splits" / f"split.{category}.{split}.json").write_text(json.dumps(ASINS))
    return FashionIQ.open(tmp_path)


class _Endpoint:
    """Answers chat completions with `answer`, or with a status; remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Any = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "A red\n dress. "}}]}
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                body = outer.answer if isinstance(outer.answer, bytes) else json.dumps(outer.answer).encode()
                self.send_response(outer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("x-should-retry", "false")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def endpoint() -> Iterator[_Endpoint]:
    endpoint = _Endpoint()
    yield endpoint
    endpoint.server.shutdown()
    endpoint.server.server_close()


def chat(endpoint: _Endpoint) -> ChatModel:
    return ChatModel("eyes", base_url=endpoint.url, api_key="none", seconds=5.0)


def test_the_menu_is_of_lemmas_by_frequency():
    menu = attribute_menu(["has longer sleeves", "the sleeve is longer and striped", "is more striped"], 2)
    assert menu == ("sleeve", "long") or menu == ("long", "sleeve")


def test_pictures_are_captioned_once(reader: FashionIQ, endpoint: _Endpoint, tmp_path: Path):
    out = tmp_path / "captions.jsonl"
    report = annotate(reader, "val", out=out, model=chat(endpoint))
    assert (report.written, report.known, report.failed) == (8, 0, 0)
    assert json.loads(out.read_text().splitlines()[0]) == {"image": "B000", "caption": "A red dress."}
    out.write_text(out.read_text()[:-5])  # a kill in the middle of the last line
    again = annotate(reader, "val", out=out, model=chat(endpoint))
    assert (again.written, again.known) == (1, 7)
    assert len(out.read_text().splitlines()) == 8


def test_no_prompt_holds_anything_of_the_evaluation(reader: FashionIQ, endpoint: _Endpoint, tmp_path: Path):
    annotate(reader, "val", out=tmp_path / "captions.jsonl", model=chat(endpoint))
    prompts = {asked["messages"][0]["content"][0]["text"] for asked in endpoint.asked}
    (prompt,) = prompts  # the same for all pictures: it can hold nothing of one of them
    assert "stripe" in prompt
    assert not any(word in prompt for word in ("zebra", "strapless", "plunging"))
    with pytest.raises(DataError, match="with which the evaluation asks: captions would leak it"):
        check_unseen(f"{prompt} Hint: Has a plunging back!", ["has a plunging back"])


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (500, {"error": "down"}, "gave no answer"),
        (200, {"choices": []}, "answered with nothing"),
        (200, {"choices": [{"message": {"role": "assistant", "content": "  "}}]}, "answered with nothing"),
        (200, b"<html>no json</html>", "gave no answer"),
        (200, {"nonsense": 1}, "no caption"),
    ],
)
def test_an_endpoint_that_fails_loses_nothing(
    reader: FashionIQ, endpoint: _Endpoint, tmp_path: Path, status: int, answer: Any, reason: str
):
    out = tmp_path / "captions.jsonl"
    out.write_text(json.dumps({"image": "B000", "caption": "mine"}) + "\n")
    endpoint.status, endpoint.answer = status, answer
    with pytest.raises(EndpointError, match=rf"5 pictures in a row got no caption[\s\S]*{reason}|{reason}"):
        annotate(reader, "val", out=out, model=chat(endpoint))
    assert out.read_text() == json.dumps({"image": "B000", "caption": "mine"}) + "\n"


def test_nobody_there(reader: FashionIQ, tmp_path: Path):
    nobody = ChatModel("eyes", base_url="http://127.0.0.1:9/v1", api_key="none", seconds=1.0)
    with pytest.raises(EndpointError, match="eyes at http://127"):
        nobody.describe(Image.new("RGB", (8, 8)), "what is it?")


def test_a_key_is_needed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ConfigError, match="a local server takes any key"):
        ChatModel("eyes", base_url="http://127.0.0.1:9/v1")
