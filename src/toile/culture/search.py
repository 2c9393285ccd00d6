"""Which record a description means, where no name is said: by its words, and by what they mean.

Words: BM25 (Robertson & Zaragoza 2009) over all that a record states. Meaning: sentences of the text tower, where a
caller has it at hand. Their scores are added (Bruch et al. 2023): more of the tuning briefs are found than by ranks.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from toile.culture.names import folded
from toile.culture.record import Record
from toile.culture.words import SAME, STOP

Sentences = Callable[[Sequence[str]], NDArray[np.floating]]
"""Texts to vectors `(N, D)`, L2-normalised."""

_K1: Final = 1.2
_B: Final = 0.6
_MEANING: Final = 40.0  # of a cosine beside a BM25 score
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A record that a description may mean.

    Attributes:
        id: of the record.
        covered: how much of what the description says, by weight of its words, the record says, too; in [0, 1].
        matched: how many words both say.
        cosine: of the description and the record's nearest statement; None where no tower was asked.
    """

    id: str
    covered: float
    matched: int
    cosine: float | None = None


class Descriptions:
    """What records state, to be searched.

    Args:
        records: by id.
    """

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._ids = list(records)
        self._records = records
        self._counts = [Counter(stems(" ".join(_told(record)))) for record in records.values()]
        self._lengths = [sum(count.values()) for count in self._counts]
        seen = Counter(word for count in self._counts for word in count)
        total = len(self._ids)
        self._weights = {word: math.log(1 + (total - n + 0.5) / (n + 0.5)) for word, n in seen.items()}
        self._vectors: tuple[NDArray[np.floating], NDArray[np.intp]] | None = None

    def find(self, text: str, among: Collection[str] = (), sentences: Sentences | None = None) -> list[Found]:
        """Records, the likeliest first.

        Args:
            text: a description.
            among: ids to choose from; empty: all.
            sentences: the text tower; None: words alone count.
        """
        asked = list(dict.fromkeys(stems(text)))
        rows = [row for row, key in enumerate(self._ids) if not among or key in among]
        lexical = {row: self._score(row, asked) for row in rows}
        whole = sum(self._weights.get(word, self._rarest) for word in asked) or 1.0
        covered = {row: sum(self._weights[word] for word in asked if word in self._counts[row]) / whole for row in rows}
        cosines = self._cosines(text, rows, sentences) if sentences is not None and rows else {}
        scores = {row: lexical[row] + _MEANING * cosines.get(row, 0.0) for row in rows if cosines or lexical[row] > 0}
        best = sorted(scores, key=lambda row: (-scores[row], row))
        return [
            Found(
                id=self._ids[row],
                covered=covered[row],
                matched=sum(word in self._counts[row] for word in asked),
                cosine=cosines.get(row),
            )
            for row in best
        ]

    @cached_property
    def _rarest(self) -> float:
        return max(self._weights.values())

    def _score(self, row: int, asked: Sequence[str]) -> float:
        counts, length = self._counts[row], self._lengths[row]
        mean = sum(self._lengths) / len(self._lengths)
        return sum(
            self._weights[word] * counts[word] * (_K1 + 1) / (counts[word] + _K1 * (1 - _B + _B * length / mean))
            for word in asked
            if word in counts
        )

    def _cosines(self, text: str, rows: Sequence[int], sentences: Sentences) -> dict[int, float]:
        """Of the nearest of each record's statements."""
        if self._vectors is None:
            told = [(row, part) for row, key in enumerate(self._ids) for part in _sentences(self._records[key])]
            self._vectors = sentences([part for _, part in told]), np.array([row for row, _ in told])
        vectors, owners = self._vectors
        similar = vectors @ sentences([text])[0]
        best = np.full(len(self._ids), -1.0)
        np.maximum.at(best, owners, similar)
        return {row: float(best[row]) for row in rows}


def stems(text: str) -> list[str]:
    """Content words without their commonest endings, words of one kind made one."""
    found = [folded(word) for word in _WORD.findall(text)]
    return [
        SAME.get(stem, stem)
        for word in found
        if word not in STOP and (len(word) > 1 or word == "v")
        for stem in (_stem(word),)
    ]


def _stem(word: str) -> str:
    for ending, least in (("ies", 4), ("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            stem = word.removesuffix(ending)
            if ending == "ies":
                return f"{stem}y"
            if ending in ("ed", "ing", "es"):
                stem = stem.removesuffix("e")
                return stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] else stem
            return stem.removesuffix("e")
    return word.removesuffix("e") if len(word) > 4 else word


def _told(record: Record) -> list[str]:
    culture = record.culture
    return [
        *(value for pointer, value in record.statements() if not pointer.startswith("/sensitivity")),
        *record.visual,
        *record.visual,  # what is seen is what is described
        record.category,
        record.category,
        culture.people,
        culture.region,
        "" if record.drawn_as is None else record.drawn_as.words,
    ]


def _sentences(record: Record) -> list[str]:
    kind = f"{record.culture.people} {record.category}"
    parts = [f"{kind}: {', '.join(record.visual)}", f"{kind} of {', '.join(record.materials)}"]
    if record.construction:
        parts.append(record.construction)
    if record.occasions:
        parts.append(f"{record.silhouette.shape or kind}, worn for {', '.join(record.occasions)}")
    return parts
