"""A brief as designers give it: what it is about, then how it is cut, attribute by attribute.

HieraFashDiff's order of words (arXiv 2401.07450): concepts first, then A1 to A5 in its grammar, `Long Dress, Short
Sleeve, V-Neck`. Which of them is told at which timestep is for `diffusion.windows` to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from toile.catalog.hierarchical import HierarchicalCaption, attribute_item
from toile.diffusion.windows import HIERARCHICAL, NUM_TIMESTEPS, num_told
from toile.taxonomy import ATTRIBUTES

ORDERS: Final = MappingProxyType(
    {
        "area": ("length", "sleeve_length", "sleeve_type", "collar", "hem"),
        "semantic": ("collar", "sleeve_length", "sleeve_type", "length", "hem"),
        "reversed": ("hem", "collar", "sleeve_type", "sleeve_length", "length"),
    }
)
"""Which attribute is told first. `area`: the largest region, as the paper has it; `semantic`: from the neck down;
`reversed`: the smallest region."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptWindow:
    """A prompt and the timesteps `t_high >= t >= t_low` during which it is told."""

    t_high: int
    t_low: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """What is to be drawn.

    Attributes:
        words: garments with their colours, from the head down: `black jacket, white dress`.
        category: of the grammar's seven, the garment that the attributes are about: `Dress`.
        concepts: style, occasion and the like, in any words.
        attributes: of `taxonomy.ATTRIBUTES`, name to value.
        order: all of `taxonomy.ATTRIBUTES`, the first to be told first.
    """

    words: str
    category: str | None = None
    concepts: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    order: Sequence[str] = ORDERS["area"]

    @classmethod
    def of_caption(cls, words: str, hierarchical: str, order: Sequence[str] = ORDERS["area"]) -> Brief:
        """A brief from plain words and a caption in the grammar."""
        items = [item.strip() for item in hierarchical.split(",")]
        attributes = HierarchicalCaption.read_attributes(hierarchical)
        category = items[0]
        cut = {attribute_item(name, value, category) for name, value in attributes.items()}
        concepts = tuple(dict.fromkeys(item for item in items[1:] if item not in cut))
        return cls(words=words, category=category, concepts=concepts, attributes=attributes, order=order)

    def text(self, num_attributes: int = len(ATTRIBUTES)) -> str:
        """Words, concepts and the attributes at so many places of the order."""
        told = [name for name in self.order[:num_attributes] if name in self.attributes]
        noun = self.category or ""
        cut = [attribute_item(name, self.attributes[name], noun) for name in told]
        return ", ".join([self.words, *self.concepts, *cut])

    def text_at(self, timestep: int, schedule: Sequence[int] = HIERARCHICAL) -> str:
        """What is told at a timestep: C(t)."""
        return self.text(num_told(timestep, schedule))

    def windows(self, schedule: Sequence[int] = HIERARCHICAL) -> list[PromptWindow]:
        """The prompts in their turn, from pure noise to the picture; one where all is told at once."""
        ends = sorted({0, NUM_TIMESTEPS, *schedule}, reverse=True)
        windows: list[PromptWindow] = []
        for above, low in pairwise(ends):
            text = self.text_at(low, schedule)
            if windows and windows[-1].text == text:
                last = windows.pop()
                windows.append(PromptWindow(t_high=last.t_high, t_low=low, text=text))
            else:
                windows.append(PromptWindow(t_high=above - 1, t_low=low, text=text))
        return windows
