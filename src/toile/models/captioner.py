"""A language model that writes what the Q-Former has seen (UniFashion section 3.1, task-specific adapter).

The queries' states, brought to the language model's width by one linear map, stand before an instruction as if they
were words: soft prompts. What is asked for (a title, product copy, a list of attributes) is said by the instruction.

Any causal language model of transformers will do. Embedded is a small decoder with its own tokenizer, both trained on
our captions; at full size a pretrained one is adapted with LoRA.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM

_END: Final = "<end>"
_LORA_RANK: Final = 128  # UniFashion section 4.1; alpha is twice the rank


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptionerConfig:
    """Sizes of the embedded captioner."""

    query_dim: int = 384
    """Width of the Q-Former's states."""
    vocab_size: int = 1024
    """At most; byte pairs are joined until there are so many tokens, or none left to join."""
    dim: int = 192
    num_layers: int = 3
    num_heads: int = 6
    feedforward_dim: int = 512
    max_tokens: int = 192
    """Of instruction and caption together."""


def train_tokenizer(texts: Sequence[str], vocab_size: int) -> Tokenizer:
    """Byte pairs (Sennrich et al. 2016) over bytes: what was never read can be written all the same.

    Args:
        texts: all that is to be read or written.
        vocab_size: at most.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=[_END],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return tokenizer


class Captioner(nn.Module):
    """States of queries `(B, num_queries, query_dim)` and an instruction to words."""

    def __init__(
        self,
        language_model: nn.Module,
        *,
        width: int,
        query_dim: int,
        max_tokens: int,
        end: str = _END,
        template: str = "{}:",
    ) -> None:
        """See `embedded_captioner` and `adapted_captioner`.

        Args:
            language_model: of transformers, causal.
            width: of its embeddings.
            query_dim: width of the states that it is shown.
            max_tokens: of instruction and caption together.
            end: the token that ends a caption.
            template: what stands around an instruction, as in `USER: {} ASSISTANT:`.
        """
        super().__init__()
        self.language_model = language_model
        self.adapter = nn.Linear(query_dim, width)
        self.max_tokens, self.end, self.template = max_tokens, end, template
        self.tokenizer = Tokenizer(models.BPE())

    def get_extra_state(self) -> Tensor:
        """The tokenizer: it belongs to the weights, which mean nothing without it."""
        return torch.frombuffer(bytearray(self.tokenizer.to_str().encode()), dtype=torch.uint8)

    def set_extra_state(self, state: Tensor) -> None:
        """The reverse."""
        self.tokenizer = Tokenizer.from_str(bytes(state.cpu().tolist()).decode())

    def tokenize(self, instructions: Sequence[str], captions: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
        """Instructions with the captions that they ask for.

        Returns:
            Ids `(B, L)`, where there is a token `(B, L)`, and where it belongs to a caption or ends one `(B, L)`.
        """
        rows, starts = [], []
        for instruction, caption in zip(instructions, captions, strict=True):
            asked = self._prompt(instruction)
            answer = [*self._ids(f" {caption}"), self._end]
            rows.append([*asked, *answer][: self.max_tokens])
            starts.append(len(asked))
        length = max(map(len, rows))
        ids = torch.full((len(rows), length), self._end)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = torch.tensor(row)
        mask = torch.arange(length) < torch.tensor([len(row) for row in rows])[:, None]
        return ids, mask, mask & (torch.arange(length) >= torch.tensor(starts)[:, None])

    def logits(self, queries: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
        """Of the token after each token, `(B, L, vocab_size)`; queries are read first."""
        embedded, seen = self._embedded(queries, ids, mask)
        found = self.language_model(inputs_embeds=embedded, attention_mask=seen).logits
        logits: Tensor = found[:, queries.shape[1] :]
        return logits

    @torch.inference_mode()
    def write(self, queries: Tensor, instruction: str, *, max_tokens: int | None = None) -> list[str]:
        """One caption for each picture's queries, the likeliest next token each time.

        Args:
            queries: `(B, num_queries, query_dim)`.
            instruction: what to write.
            max_tokens: of a caption; None: as many as were trained.
        """
        ids = torch.tensor([self._prompt(instruction)], device=queries.device).expand(len(queries), -1)
        embedded, seen = self._embedded(queries, ids, torch.ones_like(ids))
        written = self.language_model.generate(  # type: ignore[operator]
            inputs_embeds=embedded,
            attention_mask=seen,
            max_new_tokens=max_tokens or self.max_tokens - ids.shape[1],
            do_sample=False,
            pad_token_id=self._end,
            eos_token_id=self._end,
        )
        return [self.tokenizer.decode(row, skip_special_tokens=True).strip() for row in written.tolist()]

    def _prompt(self, instruction: str) -> list[int]:
        return self._ids(self.template.format(instruction))

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    @property
    def _end(self) -> int:
        found = self.tokenizer.token_to_id(self.end)
        assert found is not None, "a captioner without a tokenizer can't write: train or load it first"
        return found

    def _embedded(self, queries: Tensor, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        words = self.language_model.get_input_embeddings()(ids)  # type: ignore[operator]
        seen = torch.cat([mask.new_ones(queries.shape[:2]), mask], dim=1)
        return torch.cat([self.adapter(queries).to(words.dtype), words], dim=1), seen.long()


def embedded_captioner(config: CaptionerConfig) -> Captioner:
    """The small decoder, as drawn; its tokenizer comes with its weights."""
    decoder = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=config.vocab_size,
            hidden_size=config.dim,
            intermediate_size=config.feedforward_dim,
            num_hidden_layers=config.num_layers,
            num_attention_heads=config.num_heads,
            max_position_embeddings=2 * config.max_tokens,
            tie_word_embeddings=False,
            bos_token_id=None,
            eos_token_id=None,
        )
    )
    return Captioner(decoder, width=config.dim, query_dim=config.query_dim, max_tokens=config.max_tokens)


def adapted_captioner(
    folder: str, *, query_dim: int, template: str = "{}:", rank: int = _LORA_RANK, max_tokens: int = 512
) -> Captioner:
    """A pretrained language model with LoRA of every linear map but the last (UniFashion section 4.1).

    Args:
        folder: of a transformers checkpoint with its tokenizer, or its name on the hub.
        query_dim: width of the Q-Former's states.
        template: what stands around an instruction where the model was trained on dialogues.
        rank: of the additions; their scale is 2, as alpha 256 is to rank 128.
        max_tokens: of instruction and caption together.
    """
    from peft import LoraConfig, inject_adapter_in_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    pretrained, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    lora = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.05, target_modules="all-linear")
    inject_adapter_in_model(lora, pretrained)
    captioner = Captioner(
        pretrained,
        width=pretrained.get_input_embeddings().embedding_dim,
        query_dim=query_dim,
        max_tokens=max_tokens,
        end=tokenizer.eos_token,
        template=template,
    )
    captioner.tokenizer = tokenizer.backend_tokenizer
    return captioner
