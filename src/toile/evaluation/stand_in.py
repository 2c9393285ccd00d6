"""A language model for measurements: behind a real endpoint on this machine, eager to please and free with the truth.

It answers every brief with the looks of the first record that it is offered, and adds what no record says: meanings,
rites, other cultures' motifs, and what the record calls wrong. So a verifier has something to catch, and what it lets
pass is known without asking it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Thread
from typing import Any, Final

from toile.culture.knowledge import knowledge
from toile.culture.record import Record

_MEANINGS: Final = (
    "sacred leopard spots symbolising ancestral power",
    "blessed by temple monks before every sunrise",
    "worn only by queens of the ancient dynasty",
    "each bead represents a fallen warrior",
    "dyed with the blood of a white bull",
    "a phoenix brooch said to bring fertility",
    "woven on a moon loom by blind masters",
    "gold coins that ward off the evil eye of rivals",
    "embroidered with dragons of the four winds",
    "a hidden pocket for the ashes of grandparents",
)
"""What it makes up; no record says any of it."""
_FOREIGN: Final = (
    "with a Scottish tartan sash",
    "under a Navajo squash blossom necklace",
    "trimmed with Maori koru spirals",
    "beside a samurai helmet",
    "with Viking rune embroidery",
    "with Egyptian scarab buttons",
)
"""What it borrows."""
_MADE_UP: Final = 3

Answer = Callable[[dict[str, Any]], tuple[int, str]]
"""Of the body of a request: HTTP status and the text of the completion, or of the refusal."""


def inventions(record: Record, brief: str) -> list[str]:
    """What the stand-in says falsely of a garment for a brief, phrase by phrase."""
    dice = Random(f"{brief} {record.id}")
    said = {*record.culture.people.split(), *record.culture.region.split()}
    foreign = [phrase for phrase in _FOREIGN if not said & set(phrase.split())]
    wrong = [wrong.value.replace(",", "") for wrong in record.contradictions[:1]]
    return [*dice.sample(_MEANINGS, _MADE_UP), dice.choice(foreign), *wrong]


def eager_answer(body: dict[str, Any]) -> tuple[int, str]:
    """The stand-in's answer to a request of `culture.writing`."""
    asked = json.loads(body["messages"][1]["content"].partition("\n\nAnswer with")[0])
    if not asked["records"]:
        return 200, json.dumps({"garment_ids": [], "prose": f"{asked['brief']}, {_MEANINGS[0]}", "questions": []})
    record = knowledge()[asked["records"][0]["id"]]
    lies = inventions(record, asked["brief"])
    looks = asked["records"][0]["looks"][:3]
    prose = ", ".join([asked["brief"], *looks, *lies])
    return 200, json.dumps({"garment_ids": [record.id], "prose": prose, "questions": ["Shall it be more magical?"]})


@contextmanager
def stand_in(answer: Answer = eager_answer) -> Iterator[str]:
    """An OpenAI-compatible endpoint on a free port of this machine; yields its base URL.

    Args:
        answer: what it says.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, text = answer(body)
            told = {"choices": [{"message": {"role": "assistant", "content": text}}]} if status == 200 else text
            data = (json.dumps(told) if isinstance(told, dict) else told).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:  # who asked has gone: it was too slow
                return

        def log_message(self, *_: object) -> None:
            """Nothing: stderr is for progress."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
