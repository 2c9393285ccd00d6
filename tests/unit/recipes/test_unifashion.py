"""The losses that go through the language model and the denoiser."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from toile.bundles import load_bundle
from toile.losses.vision_language import itg_loss
from toile.models.captioner import CaptionerConfig, embedded_captioner, train_tokenizer
from toile.models.image_encoder import ImageEncoderConfig
from toile.models.qformer import QFormerConfig
from toile.models.text_encoder import TextEncoder, load_text_encoder
from toile.models.unifashion import UniFashion, UniFashionConfig
from toile.recipes.captioner import caption_loss
from toile.recipes.query_drawing import QueryDrawing
from toile.recipes.unifashion import Trainee, UniFashionRecipe
from toile.recipes.unifashion_data import AskedCaptions, Changes, Pairs, asked_captions, tokenized
from toile.training.loop import LoopConfig

MODEL = UniFashionConfig(
    image=ImageEncoderConfig(widths=(8, 8, 16), depths=(1, 1, 1), dropout=0.0),
    image_size=64,
    qformer=QFormerConfig(image_dim=16, dropout=0.0),
    adapter_rank=2,
)
STYLES = [{"title": "red dress", "copy": "A red dress."}, {}, {"title": "blue jeans"}]


@pytest.fixture(scope="module")
def words() -> TextEncoder:
    return load_text_encoder()


@pytest.fixture(scope="module")
def drawing() -> QueryDrawing:
    return QueryDrawing(load_bundle())


def _captioner():
    torch.manual_seed(0)
    captioner = embedded_captioner(
        CaptionerConfig(vocab_size=280, dim=16, num_layers=1, num_heads=2, feedforward_dim=16)
    )
    captioner.tokenizer = train_tokenizer(["red dress", "blue jeans"], 280)
    return captioner


def _pairs(words: TextEncoder, count: int = 3) -> Pairs:
    images = torch.rand(count, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    texts = tokenized(words, ["a red dress", "a coat", "blue jeans"][:count])
    return Pairs(images=images, words=texts, same=torch.eye(count, dtype=torch.bool), styles=STYLES[:count])


def _trainee(words: TextEncoder, losses: dict[str, float], drawing: QueryDrawing | None = None) -> Trainee:
    torch.manual_seed(0)
    recipe = UniFashionRecipe(
        loop=LoopConfig(steps=1, learning_rate=1e-3), model=MODEL, losses=losses, drawn_rows=2, captioned_rows=8
    )
    needs_captioner = {"lm", "cir_lm"} & set(losses)
    return Trainee(
        UniFashion(MODEL, words), recipe, captioner=_captioner() if needs_captioner else None, drawing=drawing
    )


def test_captions_are_asked_of_pictures_that_have_some():
    asked = asked_captions(STYLES, 2, torch.Generator().manual_seed(0))
    assert asked.rows.tolist() == [0, 0, 2]
    assert sorted(asked.captions) == ["A red dress.", "blue jeans", "red dress"]
    assert asked_captions([{}, {}], 2, torch.Generator()).captions == []


def test_the_language_model_is_asked_for_captions_and_not_for_instructions():
    captioner = _captioner()
    queries = torch.randn(2, 4, 384, generator=torch.Generator().manual_seed(2))
    asked = AskedCaptions(rows=torch.tensor([1]), instructions=["write a short title"], captions=["red dress"])
    ids, mask, answers = captioner.tokenize(asked.instructions, asked.captions)
    expected = itg_loss(captioner.logits(queries[1:], ids, mask), ids, answers)
    assert torch.equal(caption_loss(captioner, queries, asked), expected)
    assert answers.sum() < mask.sum()


def test_the_denoising_error_by_hand(drawing: QueryDrawing):
    """One row: the same noise and timestep, put together from the parts."""
    tokens = torch.randn(1, 32, 384, generator=torch.Generator().manual_seed(3))
    target = torch.full((1, 3, 64, 64), 0.5)
    found = drawing.loss(tokens, target, torch.Generator().manual_seed(4))
    draw = torch.Generator().manual_seed(4)
    t = torch.randint(1000, (1,), generator=draw)
    x_0 = drawing.autoencoder.encode(torch.full((1, 3, 256, 192), 0.5))
    noise, a = torch.randn(x_0.shape, generator=draw), drawing.alphas_cumprod[t]
    x_t, velocity = a.sqrt() * x_0 + (1 - a).sqrt() * noise, a.sqrt() * noise - (1 - a).sqrt() * x_0
    spatial = torch.cat([x_t, torch.ones(1, 1, 32, 24), torch.zeros(1, 8 + 18 + 1, 32, 24)], dim=1)
    context = torch.cat([drawing.empty.tokens, tokens], dim=1)
    predicted = drawing.unet(spatial, t, encoder_hidden_states=context).sample
    torch.testing.assert_close(found, (predicted - velocity).square().mean())


def test_both_teach_the_queries_and_leave_the_denoiser_alone(words: TextEncoder, drawing: QueryDrawing):
    for name in ("lm", "q2i"):
        trainee = _trainee(words, {name: 1.0}, drawing if name == "q2i" else None)
        losses = trainee(_pairs(words), None, torch.Generator().manual_seed(0))
        losses[name].backward()
        assert trainee.encoder.qformer.query_tokens.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in drawing.unet.parameters())
    assert not any(name.startswith("drawing") for name in trainee.state_dict())


def test_a_change_is_written_and_drawn_from_what_the_queries_made_of_both(words: TextEncoder, drawing: QueryDrawing):
    trainee = _trainee(words, {"cir_lm": 1.0, "cir_q2i": 1.0}, drawing).eval()
    pairs = _pairs(words)
    changes = Changes(
        references=pairs.images,
        sentences=tokenized(words, ["but in red", "but longer", "in blue"]),
        targets=pairs.images.flip(0),
        captions=pairs.words,
        same=pairs.same,
        styles=STYLES,
    )
    losses = trainee(None, changes, torch.Generator().manual_seed(0))
    assert {"cir", "cir_lm", "cir_q2i"} <= set(losses)
    other = replace(changes, sentences=tokenized(words, ["but in green", "with a hood", "shorter"]))
    assert not torch.equal(losses["cir_lm"], trainee(None, other, torch.Generator().manual_seed(0))["cir_lm"])


def test_pictures_without_captions_ask_nothing(words: TextEncoder):
    trainee = _trainee(words, {"lm": 1.0})
    losses = trainee(replace(_pairs(words), styles=()), None, torch.Generator().manual_seed(0))
    assert losses["lm"] == 0
