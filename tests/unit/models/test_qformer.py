from __future__ import annotations

import pytest
import torch
from transformers import Blip2Config, Blip2ForImageTextRetrieval, Blip2VisionConfig

from toile.errors import CheckpointError
from toile.models.qformer import QFormer, QFormerConfig, similarity
from toile.models.text_encoder import load_text_encoder

TINY = QFormerConfig(
    dim=32,
    num_layers=4,
    num_heads=4,
    feedforward_dim=48,
    vocab_size=60,
    num_positions=20,
    image_dim=24,
    num_queries=5,
    projection_dim=16,
)


def _model(config: QFormerConfig = TINY) -> QFormer:
    torch.manual_seed(0)
    return QFormer(config).eval().requires_grad_(requires_grad=False)


@pytest.fixture
def inputs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Tokens of two pictures, and two texts of seven and four words."""
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(3, 60, (2, 7), generator=generator)
    mask = torch.ones(2, 7, dtype=torch.bool)
    mask[1, 4:] = False
    return torch.randn(2, 9, 24, generator=generator), ids, mask


def _blip(config: QFormerConfig) -> Blip2ForImageTextRetrieval:
    vision = Blip2VisionConfig(
        hidden_size=config.image_dim,
        intermediate_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=28,
        patch_size=14,
    )
    whole = Blip2Config(
        vision_config=vision.to_dict(),
        qformer_config=config.as_blip().to_dict(),
        num_query_tokens=config.num_queries,
        image_text_hidden_size=config.projection_dim,
        image_token_index=None,
    )
    torch.manual_seed(3)
    blip = Blip2ForImageTextRetrieval(whole).eval()
    with torch.no_grad():
        for parameter in blip.parameters():  # zeros and ones as they are drawn would prove little
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return blip


def _own(blip: Blip2ForImageTextRetrieval, config: QFormerConfig) -> QFormer:
    model = _model(config)
    state = {name: values for name, values in blip.state_dict().items() if not name.startswith("vision_model.")}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected
    assert {name.split(".")[0] for name in missing} == {"caption_head", "temperature"}
    return model


@torch.no_grad()
def test_a_blip_checkpoint_gives_the_same_scores_as_transformers(inputs):
    _, ids, mask = inputs
    blip = _blip(TINY)
    own = _own(blip, TINY)
    pixels = torch.randn(2, 3, 28, 28, generator=torch.Generator().manual_seed(2))
    tokens = blip.vision_model(pixels)[0]
    theirs = blip(pixels, ids, mask.long()).logits_per_image
    pictures, words = own.project_pictures(own.read_pictures(tokens)), own.project_words(own.read_words(ids, mask))
    assert torch.allclose(similarity(pictures, words), theirs, atol=1e-5)
    matching = blip(pixels, ids, mask.long(), use_image_text_matching_head=True).logits_per_image
    queries, _ = own.read_both(tokens, ids, mask)
    assert torch.allclose(own.matching_logits(queries), matching, atol=1e-5)


def test_the_full_size_has_every_key_and_shape_of_blip_2():
    full = QFormerConfig(dim=768, num_layers=12, num_heads=12, feedforward_dim=3072, vocab_size=30523, image_dim=1408)
    with torch.device("meta"):
        own = QFormer(full)
        vision = Blip2VisionConfig(num_hidden_layers=1)
        blip = Blip2ForImageTextRetrieval(
            Blip2Config(
                vision_config=vision.to_dict(),
                qformer_config=full.as_blip().to_dict(),
                num_query_tokens=32,
                image_text_hidden_size=256,
            )
        )
    shapes = {name: values.shape for name, values in own.state_dict().items()}
    for name, values in blip.state_dict().items():
        if not name.startswith("vision_model."):
            assert shapes[name] == values.shape


def test_words_alone_are_minilms_own():
    words = load_text_encoder()
    model = _model(QFormerConfig())
    model.start_from_words(words)
    ids, mask = words.tokenize(["a red dress", "long sleeves, please, and no collar"])
    assert torch.allclose(model.read_words(ids, mask)[mask], words(ids, mask)[mask], atol=2e-5)


def test_another_size_than_minilms_is_refused():
    with pytest.raises(CheckpointError, match="6 layers of 384"):
        _model().start_from_words(load_text_encoder())


def test_padding_is_not_read(inputs):
    tokens, ids, mask = inputs
    other = torch.where(mask, ids, 7)
    model = _model()
    assert torch.allclose(model.read_words(ids, mask)[mask], model.read_words(other, mask)[mask], atol=1e-6)
    for before, after in zip(model.read_both(tokens, ids, mask), model.read_both(tokens, other, mask), strict=True):
        assert torch.allclose(before[:, :4], after[:, :4], atol=1e-6)


def test_queries_see_words_in_a_bidirectional_pass_only(inputs):
    tokens, ids, mask = inputs
    model = _model()
    alone, (together, _) = model.read_pictures(tokens), model.read_both(tokens, ids, mask)
    assert not torch.allclose(alone, together, atol=1e-3)
    assert not torch.allclose(model.read_both(tokens, (ids + 1) % 60, mask)[0], together, atol=1e-3)


def test_captions_see_the_picture_and_earlier_words_only(inputs):
    tokens, ids, mask = inputs
    model = _model()
    logits = model.caption_logits(tokens, ids, mask)
    assert logits.shape == (2, 7, 60)
    later = ids.clone()
    later[:, 3:] = (later[:, 3:] + 1) % 60
    changed = model.caption_logits(tokens, later, mask)
    assert torch.allclose(logits[:, :3], changed[:, :3], atol=1e-5)
    assert not torch.allclose(logits[0, 3:], changed[0, 3:], atol=1e-3)
    assert not torch.allclose(logits, model.caption_logits(tokens.flip(0), ids, mask), atol=1e-3)


def test_the_best_query_speaks_for_the_picture():
    pictures = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[-1.0, 0.0], [0.6, 0.8]]])
    words = torch.tensor([[1.0, 0.0], [0.0, -1.0]])
    assert torch.allclose(similarity(pictures, words), torch.tensor([[1.0, 0.0], [0.6, 0.0]]))
