from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from toile.bundles import load_bundle
from toile.errors import QueryError
from toile.models.fashion_encoder import FashionEncoderConfig, Parts, fit_into_square, join
from toile.models.image_encoder import ImageEncoderConfig
from toile.models.protocols import Encoder


@pytest.fixture(scope="module")
def encoder(tiny_bundle) -> Encoder:
    return load_bundle(tiny_bundle).encoder


def test_embeddings_are_unit_vectors_and_permute_with_the_batch(encoder: Encoder) -> None:
    colours = ["red", "green", "blue"]
    images = [Image.new("RGB", (40, 60), colour) for colour in colours]
    rows = encoder.encode_images(images)
    assert rows.shape == (3, encoder.embedding_dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert encoder.encode_images(images[::-1]) == pytest.approx(rows[::-1], abs=1e-5)


def test_a_text_alone_and_in_a_batch_is_one_vector(encoder: Encoder) -> None:
    texts = ["a red dress", "black boots with a very high heel"]
    assert (encoder.encode_texts(texts)[:1] == encoder.encode_texts(texts[:1])).all()


def test_composition_runs_from_picture_to_words(encoder: Encoder) -> None:
    image, text = [Image.new("RGB", (40, 60), "red")], ["a blue dress"]
    assert encoder.encode_composed(image, text, text_weight=0.0) == pytest.approx(
        encoder.encode_images(image), abs=1e-6
    )
    assert encoder.encode_composed(image, text, text_weight=1.0) == pytest.approx(encoder.encode_texts(text), abs=1e-6)
    with pytest.raises(QueryError, match=r"text_weight is 1.5, expected a share in \[0, 1\]"):
        encoder.encode_composed(image, text, text_weight=1.5)


def test_an_empty_text_is_refused(encoder: Encoder) -> None:
    with pytest.raises(QueryError, match="the text is empty"):
        encoder.encode_texts(["  "])


def test_a_closed_gate_empties_its_part() -> None:
    ones = torch.ones(1, 4) / 2, torch.ones(1, 2) / 2**0.5
    joined = join(Parts(kind=ones[0], colour=ones[1], gates=torch.tensor([[1.0, 0.0]])), 0.3)
    assert joined[0, 4:].abs().max() == 0
    both = join(Parts(kind=ones[0], colour=ones[1], gates=torch.ones(1, 2)), 0.3)
    assert both[0, 4:].square().sum().item() == pytest.approx(0.3)


def test_any_picture_is_fitted_whole_and_centred() -> None:
    square = fit_into_square(Image.new("RGB", (100, 50), "black"), 64)
    assert square.shape == (64, 64, 3)
    assert (square[32] == 0).all()
    assert (square[:15] == 255).all()


def test_the_size_must_fit_the_strides() -> None:
    with pytest.raises(ValueError, match=r"image_size \(100\) must be divisible by 32"):
        FashionEncoderConfig(image_size=100)
    with pytest.raises(ValueError, match=r"widths \(1\) and depths \(2\)"):
        ImageEncoderConfig(widths=(8,), depths=(1, 1))


def test_the_fingerprint_follows_the_weights(tiny_bundle) -> None:
    first, second = load_bundle(tiny_bundle).encoder, load_bundle(tiny_bundle).encoder
    assert first.fingerprint == second.fingerprint
    second.tower.image_head.kind.bias.data += 1
    changed = type(second)(second.tower, second.text_encoder)
    assert changed.fingerprint != first.fingerprint
