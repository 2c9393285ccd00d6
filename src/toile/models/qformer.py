"""The Q-Former (Li et al. 2023, BLIP-2; UniFashion section 3.1): a few queries that read a picture, and words with it.

One transformer, three ways to use it, which differ only in who may see whom:

- **unimodal**: queries read the picture; words are read on their own. For the similarity of pictures and words.
- **bidirectional**: queries and words see each other. For matching, and for a picture with a change in words.
- **causal**: words see the queries and what was said before; queries don't see words. For captions.

The layers are transformers' own and keep its names, so that a checkpoint in BLIP-2's layout loads as it is. The
embedded size starts from MiniLM as BLIP-2 starts from BERT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import Blip2QFormerConfig
from transformers.models.blip_2.modeling_blip_2 import Blip2QFormerModel, Blip2TextEmbeddings

from toile.errors import CheckpointError

if TYPE_CHECKING:
    from toile.models.text_encoder import TextEncoder

# Where transformers' Q-Former keeps what `TextEncoder` calls by shorter names; a layer's two feed-forwards both start
# from the one that MiniLM has.
_OF_MINILM: Final[Mapping[str, tuple[str, ...]]] = {
    "query": ("attention.attention.query",),
    "key": ("attention.attention.key",),
    "value": ("attention.attention.value",),
    "attention_out": ("attention.output.dense",),
    "attention_norm": ("attention.output.LayerNorm",),
    "feedforward_in": ("intermediate.dense", "intermediate_query.dense"),
    "feedforward_out": ("output.dense", "output_query.dense"),
    "feedforward_norm": ("output.LayerNorm", "output_query.LayerNorm"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class QFormerConfig:
    """Sizes; the defaults are the embedded ones, of MiniLM. BLIP-2's are 768, 12, 12, 3072, 30523 and 1408."""

    dim: int = 384
    num_layers: int = 6
    num_heads: int = 12
    feedforward_dim: int = 1536
    vocab_size: int = 30522
    num_positions: int = 512
    image_dim: int = 192
    """Width of the picture's tokens."""
    num_queries: int = 32
    cross_attention_every: int = 2
    projection_dim: int = 256
    dropout: float = 0.1

    def as_blip(self) -> Blip2QFormerConfig:
        """The same for transformers."""
        return Blip2QFormerConfig(
            vocab_size=self.vocab_size,
            hidden_size=self.dim,
            num_hidden_layers=self.num_layers,
            num_attention_heads=self.num_heads,
            intermediate_size=self.feedforward_dim,
            max_position_embeddings=self.num_positions,
            encoder_hidden_size=self.image_dim,
            cross_attention_frequency=self.cross_attention_every,
            hidden_dropout_prob=self.dropout,
            attention_probs_dropout_prob=self.dropout,
            use_qformer_text_input=True,
            # Sequences are short and heads narrow: fused attention takes half as long again on a CPU, both ways.
            attn_implementation="eager",
        )


class QFormer(nn.Module):
    """Tokens of pictures `(B, N, image_dim)` and words `(B, L)` to states of width `dim`.

    Parameters have the names of transformers' Blip2ForImageTextRetrieval; `caption_head` and `temperature` are what
    LAVIS has besides.
    """

    def __init__(self, config: QFormerConfig) -> None:
        super().__init__()
        self.config = config
        blip = config.as_blip()
        self.query_tokens = nn.Parameter(torch.randn(1, config.num_queries, config.dim) * 0.02)
        self.embeddings = Blip2TextEmbeddings(blip)
        self.qformer = Blip2QFormerModel(blip)
        self.vision_projection = nn.Linear(config.dim, config.projection_dim)
        self.text_projection = nn.Linear(config.dim, config.projection_dim)
        self.itm_head = nn.Linear(config.dim, 2)
        self.caption_head = nn.Sequential(
            nn.Linear(config.dim, config.dim), nn.GELU(), nn.LayerNorm(config.dim, eps=1e-12)
        )
        self.temperature = nn.Parameter(torch.tensor(0.07))

    def start_from_words(self, words: TextEncoder) -> None:
        """Take first weights from MiniLM: self-attention, both feed-forwards, and how words are embedded.

        Cross-attention, queries and heads stay as they were drawn.

        Raises:
            CheckpointError: the sizes differ.
        """
        if (words.config.dim, words.config.num_layers) != (self.config.dim, self.config.num_layers):
            raise CheckpointError(
                f"the text tower has {words.config.num_layers} layers of {words.config.dim}, the Q-Former "
                f"{self.config.num_layers} of {self.config.dim}; make them equal"
            )
        with torch.no_grad():
            self.embeddings.word_embeddings.weight.copy_(words.words.weight)
            # MiniLM adds the embedding of the first segment to every word; here it is part of the place.
            self.embeddings.position_embeddings.weight.copy_(words.positions.weight + words.segments.weight[0])
        self.qformer.layernorm.load_state_dict(words.norm.state_dict())
        for own, theirs in zip(self.qformer.encoder.layer, words.layers, strict=True):
            for name, places in _OF_MINILM.items():
                for place in places:
                    own.get_submodule(place).load_state_dict(theirs.get_submodule(name).state_dict())

    def read_pictures(self, image_tokens: Tensor) -> Tensor:
        """`Z_I`: states of the queries that have read the pictures, `(B, num_queries, dim)`; unimodal."""
        queries = self.query_tokens.expand(len(image_tokens), -1, -1)
        return self._states(queries, image_tokens=image_tokens)

    def read_words(self, ids: Tensor, mask: Tensor) -> Tensor:
        """States of the words alone, `(B, L, dim)`; the first is `e_cls`; unimodal."""
        return self._states(self.embeddings(input_ids=ids), mask=mask)

    def read_both(self, image_tokens: Tensor, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Queries and words that see each other; bidirectional.

        Returns:
            States of the queries `(B, num_queries, dim)` and of the words `(B, L, dim)`.
        """
        both, keys = self._joined(image_tokens, ids, mask)
        return self._split(self._states(both, image_tokens=image_tokens, mask=keys))

    def caption_logits(self, image_tokens: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
        """Of the word after each word, `(B, L, vocab_size)`; causal.

        Output weights are the embeddings of the words (Press and Wolf 2017), as in BERT's own head.
        """
        both, keys = self._joined(image_tokens, ids, mask)
        hidden = ~(keys[:, None, None, :] & self._earlier(ids.shape[1], ids.device))
        # Added to the scores: a mask of booleans would be added, too, and hide nothing.
        seen = torch.zeros(hidden.shape, device=ids.device).masked_fill(hidden, torch.finfo(torch.float32).min)
        _, words = self._split(self._states(both, image_tokens=image_tokens, mask=seen))
        logits: Tensor = self.caption_head(words) @ self.embeddings.word_embeddings.weight.T
        return logits

    def project_pictures(self, queries: Tensor) -> Tensor:
        """States of queries to L2-normalised `(B, num_queries, projection_dim)`."""
        return F.normalize(self.vision_projection(queries), dim=-1)

    def project_words(self, words: Tensor) -> Tensor:
        """The first of the words' states, `e_cls`, to L2-normalised `(B, projection_dim)`."""
        return F.normalize(self.text_projection(words[:, 0]), dim=-1)

    def matching_logits(self, queries: Tensor) -> Tensor:
        """Whether picture and words of a bidirectional pass belong together: `(B, 2)`, no and yes."""
        logits: Tensor = self.itm_head(queries).mean(1)
        return logits

    def _joined(self, image_tokens: Tensor, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Queries before words `(B, num_queries + L, dim)`, and which may be looked at `(B, num_queries + L)`."""
        queries = self.query_tokens.expand(len(image_tokens), -1, -1)
        both = self.embeddings(input_ids=ids, query_embeds=queries)
        return both, torch.cat([mask.new_ones(queries.shape[:2]), mask], dim=1).bool()

    def _earlier(self, num_words: int, device: torch.device) -> Tensor:
        """`(Q + L, Q + L)`, true where the row may look at the column."""
        count = self.config.num_queries
        seen = torch.ones(count + num_words, count + num_words, dtype=torch.bool, device=device).tril()
        seen[:count, :count] = True
        return seen

    def _split(self, states: Tensor) -> tuple[Tensor, Tensor]:
        count = self.config.num_queries
        return states[:, :count], states[:, count:]

    def _states(self, embedded: Tensor, *, image_tokens: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """One pass; without a picture there are no queries, either."""
        states: Tensor = self.qformer(
            query_embeds=embedded,
            query_length=0 if image_tokens is None else self.config.num_queries,
            attention_mask=mask,
            encoder_hidden_states=image_tokens,
        ).last_hidden_state
        return states


def similarity(pictures: Tensor, words: Tensor) -> Tensor:
    """`s(I, C) = max_k <z_k, e_cls>` (UniFashion section 3.1): the query that suits best speaks for the picture.

    Args:
        pictures: `(B, num_queries, D)`, L2-normalised.
        words: `(N, D)`, L2-normalised.

    Returns:
        `(B, N)` in [-1, 1].
    """
    return torch.einsum("bqd,nd->bqn", pictures, words).amax(1)
