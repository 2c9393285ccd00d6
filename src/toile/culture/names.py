"""Which record a text names: exactly, in its own writing, or misspelt.

A name is compared by its letters alone (accents, case, hyphens and spaces don't count), and misspellings by Dice's
coefficient of trigrams (Dice 1945): robust against letters that are doubled, dropped or exchanged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from toile.culture.record import Record

SURE: Final = 0.55
"""Dice from which a misspelt name is taken for the record's."""
DOUBTFUL: Final = 0.40
"""From which it is asked about."""
ONE_WORD: Final = 0.9
"""Of one word of a longer name: `manta`."""
_ONE_SLIP: Final = 0.6
_LONG_ENOUGH: Final = 5
_LONGEST: Final = 5  # words of a name
_LEAST_LETTERS: Final = 4  # of a name that may be misspelt: shorter ones are too much like common words
_PLAIN: Final = 0.85
"""Dice that common words need to be taken for a misspelt name: "blue dress" is none."""
# Marks of Indic, Thai, Tibetan, Burmese and Khmer writing are letters' parts, which `\\w` doesn't count.
_LETTERS: Final = r"(?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u109f\u1780-\u17d3])+"
_TOKEN: Final = re.compile(rf"{_LETTERS}(?:['\N{{RIGHT SINGLE QUOTATION MARK}}]{_LETTERS})*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its place in a text, characters."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A place of a text that names a record.

    Attributes:
        id: of the record.
        also: of others that have the same name.
        said: as the text has it.
        score: 1 for a name, `ONE_WORD` for one word of it, else how like it is.
        start: of the place, characters.
        end: alike, the first behind it.
    """

    id: str
    also: tuple[str, ...] = ()
    said: str
    score: float
    start: int
    end: int


def folded(text: str) -> str:
    """The letters of a text: no case, no accents of Latin letters, no spaces, no marks.

    >>> folded("Han-bok"), folded("Ào Dài")
    ('hanbok', 'aodai')
    """
    letters: list[str] = []
    for letter in unicodedata.normalize("NFKD", text.casefold().replace("đ", "d").replace("ł", "l").replace("ø", "o")):
        if unicodedata.combining(letter):
            # Of other writings a mark makes another letter.
            if letters and not letters[-1].isascii():
                letters.append(letter)
        elif letter.isalnum():
            letters.append(letter)
    return unicodedata.normalize("NFC", "".join(letters))


def words_of(text: str) -> list[Word]:
    """The words of a text, in its order."""
    return [Word(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]


class Names:
    """All names of some records.

    Args:
        records: by id.
        is_common: whether a word is one of everyday language, which is no misspelt name.
        is_frequent: whether one word of a name, the dress of "shweshwe dress", says nothing of which it is.
    """

    def __init__(
        self,
        records: Mapping[str, Record],
        is_common: Callable[[str], bool] = lambda word: False,
        is_frequent: Callable[[str], bool] = lambda word: True,
    ) -> None:
        self._is_common = is_common
        self._written = {
            name.casefold() for record in records.values() for name in (record.names.canonical, *record.names.aliases)
        }
        self._ids: dict[str, list[str]] = {}
        for record in records.values():
            names = (record.names.canonical, *record.names.aliases, *(one.text for one in record.names.native))
            for place, name in enumerate(names):
                if place and record.sensitivity.level != "restricted" and _is_plain(name, is_frequent):
                    continue
                known = self._ids.setdefault(folded(name), [])
                if record.id not in known:
                    # A record that has it as its own name comes before one that has it as an alias.
                    known.insert(0, record.id) if place == 0 else known.append(record.id)
        self._ids.pop("", None)
        self._shared = self._short_names(records, is_frequent)

    def _short_names(
        self, records: Mapping[str, Record], is_frequent: Callable[[str], bool]
    ) -> Mapping[str, list[str]]:
        """What garments are called in short: manta, of "wayuu manta" and "Hopi manta"."""
        found: dict[str, list[str]] = {}
        for record in records.values():
            words = record.names.canonical.split()
            for word in words if len(words) > 1 else ():
                key = folded(word)
                if len(key) >= _LEAST_LETTERS and not is_frequent(word):
                    found.setdefault(key, []).append(record.id)
        return found

    @cached_property
    def _by_trigram(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self._ids:
            if len(name) >= _LEAST_LETTERS:
                for trigram in _trigrams(name):
                    found.setdefault(trigram, []).append(name)
        return found

    @cached_property
    def _by_letters(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self._ids:
            if len(name) >= _LEAST_LETTERS:
                found.setdefault("".join(sorted(name)), []).append(name)
        return found

    def named_in(self, text: str) -> list[Named]:
        """The records that a text names, in its order; a misspelt name only where no exact one lies.

        Args:
            text: of any length.
        """
        words = words_of(text)
        exact = list(_apart(self._exact(words, text)))
        taken = [(one.start, one.end) for one in exact]
        fuzzy = _apart(self._fuzzy(words, text, taken))
        return sorted([*exact, *fuzzy], key=lambda one: one.start)

    def _exact(self, words: list[Word], text: str) -> Iterator[Named]:
        for first, last in stretches(len(words)):
            start, end = words[first].start, words[last].end
            name = folded(text[start:end])
            # Plurals of names that nobody listed: "two agbadas".
            for key in (name, name.removesuffix("s")) if len(name) > _LEAST_LETTERS else (name,):
                whole, short = self._ids.get(key, []), self._shared.get(key, []) if first == last else []
                score = 1.0 if whole else ONE_WORD
                if (whole or short) and not self._is_word(text[start:end]):
                    own, *also = dict.fromkeys([*whole, *short])
                    yield Named(id=own, also=tuple(also), said=text[start:end], score=score, start=start, end=end)
                    break

    def _is_word(self, said: str) -> bool:
        """Whether it is an everyday word that only looks like a name without its marks: pot, of po't."""
        return len(said) < _LEAST_LETTERS and said.casefold() not in self._written and self._is_common(said)

    def _fuzzy(self, words: list[Word], text: str, taken: list[tuple[int, int]]) -> Iterator[Named]:
        for first, last in stretches(len(words)):
            start, end = words[first].start, words[last].end
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            asked = folded(text[start:end])
            if len(asked) < _LEAST_LETTERS:
                continue
            plain = [self._is_common(word.text) for word in words[first : last + 1]]
            if all(plain) and first == last:
                continue
            least = _PLAIN if all(plain) or plain[0] or plain[-1] else DOUBTFUL
            score, name = max(((likeness(asked, name), name) for name in self._like(asked)), default=(0.0, ""))
            if score >= least or (score >= _ONE_SLIP and not all(plain)):
                own, *also = self._ids[name]
                yield Named(id=own, also=tuple(also), said=text[start:end], score=score, start=start, end=end)

    def _like(self, asked: str) -> Iterable[str]:
        """Names that share a trigram or all their letters with what is asked, and are about as long."""
        found = {name for trigram in _trigrams(asked) for name in self._by_trigram.get(trigram, ())}
        found.update(self._by_letters.get("".join(sorted(asked)), ()))
        return (name for name in found if abs(len(name) - len(asked)) <= max(2, len(asked) // 3))


def _is_plain(name: str, is_frequent: Callable[[str], bool]) -> bool:
    """Whether an alias is everyday words alone, "pleated skirt", which many garments are; a proper name is none."""
    return len(name.split()) > 1 and name.islower() and all(is_frequent(word) for word in name.split())


def likeness(asked: str, name: str) -> float:
    """Dice's coefficient, or more where the one is the other with a letter wrong, in [0, 1].

    One slip changes three trigrams, half of a short name's: kmiono for kimono. It counts as sure where the words are
    long enough that hardly two names differ by one.

    >>> dice("kmiono", "kimono") < DOUBTFUL, likeness("kmiono", "kimono") > SURE
    (True, True)
    """
    score = dice(asked, name)
    if score < _ONE_SLIP and len(asked) >= _LONG_ENOUGH and is_one_slip(asked, name):
        return _ONE_SLIP
    return score


def is_one_slip(one: str, other: str) -> bool:
    """Whether two words differ by a letter put in, left out, taken for another, or changed with the next."""
    if one == other or abs(len(one) - len(other)) > 1:
        return one == other
    place = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[place:], other[place:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


def dice(one: str, other: str) -> float:
    """Twice the trigrams that two words share, of all that they have, in [0, 1].

    >>> dice("hanbok", "hanbok"), dice("kimono", "sari")
    (1.0, 0.0)
    """
    first, second = _trigrams(one), _trigrams(other)
    return 2 * len(first & second) / (len(first) + len(second))


def _trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[place : place + 3] for place in range(len(padded) - 2)}


def stretches(count: int) -> Iterator[tuple[int, int]]:
    """First and last of up to so many words in a row."""
    for first in range(count):
        for last in range(first, min(count, first + _LONGEST)):
            yield first, last


def _apart(found: Iterable[Named]) -> Iterator[Named]:
    """Of places that overlap the best one: the surer, then the longer."""
    kept: list[Named] = []
    for one in sorted(found, key=lambda one: (-one.score, one.start - one.end, one.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
            yield one
