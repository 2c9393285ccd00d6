"""Everyday English words, by which a misspelt or invented name is known: it is none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from toile.culture.knowledge import knowledge
from toile.culture.names import folded
from toile.culture.words import GARMENTS, KNOWN, MATERIALS, OCCASIONS, WEARERS
from toile.models.minilm import minilm_folder

_ENDINGS: Final = ("s", "es", "ed", "d", "ing", "ly", "er", "est", "y", "less", "like", "ness", "able")
_PERSONS: Final = ("girl", "girls", "boy", "boys", "man", "men", "woman", "women", "wear")
"""What ends the name of somebody: schoolgirl, herdsman."""
_SPOKEN: Final = frozenset(word for words in (*OCCASIONS.values(), *WEARERS.values()) for word in words)
_WORD: Final = re.compile(r"[^\W\d_]+")


@cache
def frequent_words() -> frozenset[str]:
    """Words that the text tower knows as a whole, of at least two letters: 23,000, the frequent ones of English.

    Raises:
        CheckpointError: the tower's package is not installed.
    """
    lines = (minilm_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if len(line) > 1 and line.isalpha())


@cache
def _described() -> frozenset[str]:
    """Words of the knowledge base's own descriptions."""
    told = (value for record in knowledge().values() for _, value in record.statements())
    seen = (phrase for record in knowledge().values() for phrase in record.visual)
    return frozenset(folded(word) for text in (*told, *seen) for word in _WORD.findall(text))


def is_frequent(word: str) -> bool:
    """Whether a word is of everyday English, or a plain one for clothes or cloth; endings don't count."""
    key = folded(word)
    return key.endswith("ed") or any(
        stem in frequent_words() or stem in GARMENTS or stem in MATERIALS for stem in _stems(key)
    )


def is_known(word: str) -> bool:
    """Whether a word is English, or one that the knowledge base describes garments with; endings don't count."""
    key = folded(word)
    if key in KNOWN or key in _SPOKEN or key.endswith(_PERSONS):
        return True
    plain = (frequent_words(), _described(), GARMENTS, MATERIALS)
    return any(stem in words for stem in _stems(key) for words in plain)


def _stems(key: str) -> Iterable[str]:
    yield key
    for ending in _ENDINGS:
        stem = key.removesuffix(ending)
        if stem != key and len(stem) > 2:
            yield stem
            yield f"{stem}e"
            if len(stem) > 3 and stem[-1] == stem[-2]:  # tasselled
                yield stem[:-1]
