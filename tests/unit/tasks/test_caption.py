"""Captions of a figure whose parts are known, each claim held against them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from fakes import ColourComposer
from people import dressed, photo, standing
from toile.bundles import load_bundle
from toile.catalog.styles import STYLES, read_attribute_list
from toile.errors import DataError, QueryError
from toile.models.figure_reader import Figure
from toile.models.garment_net import QUESTIONS
from toile.tasks.caption import caption, write_texts


class _Reader:
    def __init__(self, labels: np.ndarray) -> None:
        self.figure = Figure(
            labels=labels, sureness=np.full(labels.shape, 0.75, np.float16), pose=standing().astype(np.float32)
        )

    def read(self, images):
        return [self.figure]


class _Garments:
    """Sees long sleeves and a v-neck on everything, and gives a boat neck a quarter."""

    def read(self, garments):
        answers = {name: np.full(len(words), 1e-3, np.float32) for name, words in QUESTIONS.items()}
        for name, word, share in (("sleeve_length", "long", 0.9), ("collar", "v", 0.7), ("collar", "boat", 0.25)):
            answers[name][QUESTIONS[name].index(word)] = share
        for name, word in (("category", "sweater"), ("pattern", "plain")):
            answers[name][QUESTIONS[name].index(word)] = 0.9
        return [dict(answers) for _ in garments]


class _Writer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.instructions: list[str] = []

    def write(self, queries, instruction):
        self.instructions.append(instruction)
        return [self.text] * len(queries)


@pytest.fixture
def bundle_of(tiny_bundle, monkeypatch):
    """A bundle that writes this text and sees a red top over navy trousers."""

    def make(text: str, labels=None):
        bundle = load_bundle(tiny_bundle)
        for name, model in (
            ("figure_reader", _Reader(dressed() if labels is None else labels)),
            ("garment_reader", _Garments()),
            ("unifashion_encoder", ColourComposer()),
            ("captioner", _Writer(text)),
        ):
            monkeypatch.setitem(bundle.__dict__, name, model)
        return bundle

    return make


def verdicts(bundle, style: str) -> dict[str, str]:
    return {
        f"{claim.claim} {claim.value}": claim.verdict for claim in caption(photo(), style=style, bundle=bundle).claims
    }


def test_what_copy_says_is_checked_garment_by_garment(bundle_of):
    told = verdicts(bundle_of("A green sweater with long sleeves and a turtleneck. Worn with navy trousers."), "copy")
    assert told["garment sweater"] == told["garment trousers"] == "supported"
    assert told["sweater colour green"] == "unsupported"
    assert told["trousers colour navy"] == "supported"
    assert told["sleeve_length long"] == "supported"
    assert told["collar turtle"] == "unsupported"


def test_a_list_of_attributes_is_checked_pair_by_pair(bundle_of):
    written = "garment: sweater; colour: red; pattern: striped; sleeve length: long; collar: boat; fabric: wool"
    told = verdicts(bundle_of(written), "attributes")
    assert told == {
        "garment sweater": "supported",
        "colour red": "supported",
        "pattern striped": "unsupported",
        "sleeve_length long": "supported",
        "collar boat": "supported",  # not the likeliest, but likely
        "fabric wool": "unknown",
    }


def test_hierarchical_captions_are_read_by_their_grammar(bundle_of):
    told = verdicts(bundle_of("Sweater, Casual, Home, Slimming, Short Sweater, Long Sleeve, Hood"), "hierarchical")
    assert (told["sleeve_length long"], told["collar hood"]) == ("supported", "unsupported")


def test_the_style_decides_the_instruction_and_json_holds_it_all(bundle_of):
    bundle = bundle_of("red sweater")
    result = caption(photo(), style="title", bundle=bundle)
    assert bundle.captioner.instructions == [STYLES["title"][0]]
    told = json.loads(result.to_json())
    assert told["text"] == "red sweater"
    assert told["claims"][0] == {"claim": "garment", "value": "sweater", "verdict": "supported", "seen": "top"}
    assert told["recipe"]["arguments"] == {"style": "title"}


def test_many_pictures_are_written_in_batches(bundle_of):
    bundle = bundle_of("a thing")
    assert write_texts([photo()] * 40, "copy", bundle=bundle) == ["a thing"] * 40
    assert len(bundle.captioner.instructions) == 2


def test_bad_input_is_told(bundle_of):
    with pytest.raises(QueryError, match="there is no caption style 'poem'; choose one of title, copy"):
        caption(photo(), style="poem", bundle=bundle_of(""))
    with pytest.raises(DataError, match="one flat colour"):
        caption(Image.new("RGB", (64, 64), "white"), style="title", bundle=bundle_of(""))
    naked = np.where(dressed() > 0, 1, 0).astype(np.uint8)
    with pytest.raises(DataError, match="no garment is seen in the picture"):
        caption(photo(), style="title", bundle=bundle_of("", labels=naked))


def test_what_is_no_pair_is_passed_over():
    assert read_attribute_list("garment: dress; and so on; sleeve length: long") == {
        "garment": "dress",
        "sleeve_length": "long",
    }
