"""What a brief says: garments, whose they are, colours, materials, occasions, and what is left."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from toile.catalog.claims import colour_words, cut_claims_of, names_garment
from toile.culture.english import is_known
from toile.culture.lookup import all_names, all_places
from toile.culture.names import DOUBTFUL, ONE_WORD, SURE, Named, Word, folded, words_of
from toile.culture.places import Place
from toile.culture.words import (
    ARTICLES,
    COLOURS,
    FILLERS,
    GARMENTS,
    MATERIALS,
    OCCASIONS,
    PARODY,
    PEOPLES,
    RENAMED,
    SHADES,
    WEARERS,
    WEARING,
)
from toile.errors import QueryError

MAX_WORDS: Final = 300
_INJECTION: Final = re.compile(
    r"\b(ignore|disregard|forget|override)\b.{0,40}\b(instruction|rule|record|prompt|guideline|previous|above|knowledge)"
    r"|\b(system prompt|developer mode|you are now|jailbreak)\b",
    re.IGNORECASE,
)
_PARTICIPLE: Final = ("ed", "ing")
_DESCRIPTION: Final = 6
"""Known words from which a brief describes something, and a strange word among them is hardly its name."""
_ADJECTIVE: Final = ("y", "ed", "ing", "ish", "ly", "less", "ful")
_CLAUSE: Final = re.compile(r"[^,;.\n!?]+")


class _Span(Protocol):
    """A place of a text."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a brief says.

    Attributes:
        text: of the brief, in one line, without marks that print nothing.
        garments: records that it names, in its order, surely.
        doubtful: records whose names are somewhat like what it says.
        places: peoples, countries and regions.
        colours: as it has them.
        materials: alike.
        occasions: of `OCCASIONS`.
        wearer: of `WEARERS`; None where nothing is said, or both.
        attributes: of `taxonomy.ATTRIBUTES`.
        unknown: what is named like a garment or a people, and is neither in the records nor in the language.
        rest: what else it asks for, in its own words, clause by clause.
        plain: all of its words, without those that nothing is known of and those that mock.
        parody: words that make a joke of clothes.
        renamed: word to the name to use in its place; empty: there is none, and whose it is must be asked.
        injected: clauses that speak to a machine and were left out.
    """

    text: str
    garments: tuple[Named, ...] = ()
    doubtful: tuple[Named, ...] = ()
    places: tuple[Place, ...] = ()
    colours: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    occasions: tuple[str, ...] = ()
    wearer: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    plain: str = ""
    parody: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    injected: tuple[str, ...] = ()

    @property
    def is_generic(self) -> bool:
        """Whether it names neither a garment of the records nor a culture."""
        return not (self.garments or self.doubtful or self.places or self.unknown)


def read(text: str) -> Reading:
    """Read a brief; no model is asked.

    Args:
        text: one to 300 words.

    Raises:
        QueryError: it is empty, holds no word, or is too long.
    """
    line = _cleaned(text)
    line, injected = _without_injections(line)
    words = words_of(line)
    if not words:
        said = "holds instructions only" if injected else "is empty" if not text.strip() else "holds no word"
        raise QueryError(f"the brief {said}; say what is to be worn, such as 'Nigerian wedding guest in green'")
    if len(words) > MAX_WORDS:
        raise QueryError(f"the brief has {len(words):,} words, expected at most {MAX_WORDS}; say what is to be worn")
    renamed = {said: name for said, name in RENAMED.items() if _says(line, said)}
    for said, name in renamed.items():
        line = re.sub(rf"\b{re.escape(said)}(s?)\b", name, line, flags=re.IGNORECASE)
    line = " ".join(line.split())
    words = words_of(line)
    tells = sum(is_known(word.text) and folded(word.text) not in FILLERS for word in words) >= _DESCRIPTION
    named = all_names().named_in(line)
    if tells:  # a description's words are hardly a name cut short, "a toga stamped with calabash", or half like one
        named = [one for one in named if one.score == 1 or (one.score >= SURE and one.score != ONE_WORD)]
    places = all_places().named_in(words, line)
    # What is spelt like a place is the place; a misspelt name may hold one: "Panamanian poollera".
    named = [
        one
        for one in named
        if one.score == 1 or not any(place.start <= one.start and one.end <= place.end for place in places)
    ]
    places = [one for one in places if not any(_overlap(one, other) for other in named)]
    parody = tuple(said for said in PARODY if _says(line, said))
    taken: list[_Span] = [*named, *places]
    free = [word for word in words if not any(_overlap(word, one) for one in taken)]
    colours = _colours(free, line)
    sure = [one for one in named if one.score >= SURE]
    spent: list[_Span] = [*sure, *places, *(word for word in free if folded(word.text) in _spent(colours, parody))]
    every = {folded(word.text) for word in words}
    unknown = tuple(_unknown(free, line, named=bool(sure), tells=tells))
    return Reading(
        text=line,
        garments=tuple(sure),
        doubtful=tuple(one for one in named if DOUBTFUL <= one.score < SURE),
        places=tuple(places),
        colours=colours,
        materials=tuple(word for word in MATERIALS if word in {folded(one.text) for one in free}),
        occasions=tuple(occasion_words(line)),
        wearer=_wearer(every),
        attributes=cut_claims_of(line),
        unknown=unknown,
        rest=tuple(_rest(line, words, [*spent, *(word for word in words if word.text in unknown)])),
        plain=_without(line, (*unknown, *parody)),
        parody=parody,
        renamed=renamed,
        injected=tuple(injected),
    )


def occasion_words(text: str) -> Iterator[str]:
    """Of `OCCASIONS`, those that a text speaks of."""
    lowered = f" {text.lower()} "
    for occasion, words in OCCASIONS.items():
        if any(re.search(rf"\b{word}(?:s|es|'s)?\b", lowered) for word in words):
            yield occasion


def _cleaned(text: str) -> str:
    shown = "".join(" " if unicodedata.category(mark) in ("Cc", "Cf") and mark != "\u200d" else mark for mark in text)
    return " ".join(unicodedata.normalize("NFC", shown).split())


def _without_injections(line: str) -> tuple[str, list[str]]:
    clauses = [match[0] for match in _CLAUSE.finditer(line)]
    injected = [clause.strip() for clause in clauses if _INJECTION.search(clause)]
    for clause in injected:
        line = line.replace(clause, "")
    return line.strip(" ,;.!?"), injected


def _says(line: str, words: str) -> bool:
    return re.search(rf"\b{re.escape(words)}s?\b", line, re.IGNORECASE) is not None


def _colours(words: Sequence[Word], line: str) -> tuple[str, ...]:
    """With the word before that shades it: `emerald green`, `off-white`."""
    known = {*colour_words(), *COLOURS}
    found: list[Word] = []
    for place, word in enumerate(words):
        if word.text.lower() not in known:
            continue
        before = words[place - 1] if place and words[place - 1].end + 1 == word.start else None
        if found and before is not None and found[-1].end == before.end:
            start = found.pop().start
        else:
            start = before.start if before is not None and before.text.lower() in SHADES else word.start
        found.append(Word(line[start : word.end].lower(), start, word.end))
    return tuple(dict.fromkeys(one.text for one in found))


def _spent(colours: Sequence[str], parody: Sequence[str]) -> set[str]:
    words = {word for phrase in (*colours, *parody) for word in re.split(r"[\s-]+", phrase)}
    return {folded(word) for word in words} | set(MATERIALS)


def _wearer(said: set[str]) -> str | None:
    found = {key for key, words in WEARERS.items() if said & {folded(word) for word in words}}
    return found.pop() if len(found) == 1 else None


def _unknown(words: Sequence[Word], line: str, *, named: bool, tells: bool) -> Iterator[str]:
    """Words that stand where a garment or a people would, and are known from nowhere.

    A lower-case one is a garment where a phrase ends with it, `a beaded zorvak for a feast`, or one before a plain word
    for clothes, `the zorvak robe`; what ends like an adjective is none. A capitalised one is somebody's name, or a
    town's, unless clothes or a people follow: `Adaeze at a wedding`, but `a Xantari veil`. Beside a garment that is
    known, `a geisha in a kimono` is somebody, and `a kimono and a zorvak` are two garments; alike in long descriptions.
    """
    for word in words:
        if is_known(word.text) or len(word.text) < 3 or not word.text.isalpha() or not word.text.isascii():
            continue
        after = [folded(one) for one in line[word.end :].split(" ")[1:4]]
        before = folded((line[: word.start].split() or ["a"])[-1])
        ends = not after or after[0] in FILLERS or line[word.end : word.end + 1] in (",", ".", ";")
        leads = any(one in GARMENTS or names_garment(one) or one in PEOPLES for one in after)
        if word.text.islower():
            is_adjective = word.text.endswith(_PARTICIPLE if ends else _ADJECTIVE)
            is_worn = not (named or tells) or (before in ARTICLES and not (after and after[0] in WEARING))
            if is_worn and not is_adjective and (ends or (leads and before in ARTICLES)):
                yield word.text
        elif not named and (leads or before == "called"):
            yield word.text


def _rest(line: str, words: Sequence[Word], spent: Sequence[_Span]) -> Iterator[str]:
    """Of each clause what no slot tells, without the small words around it."""
    for match in _CLAUSE.finditer(line):
        inside = [word for word in words if match.start() <= word.start < match.end()]
        kept = [word for word in inside if not any(_overlap(word, one) for one in spent)]
        while kept and folded(kept[0].text) in FILLERS:
            kept = kept[1:]
        while kept and folded(kept[-1].text) in FILLERS:
            kept = kept[:-1]
        if any(folded(word.text) not in FILLERS for word in kept):
            yield " ".join(word.text for word in kept)


def _without(line: str, left_out: Sequence[str]) -> str:
    for words in left_out:
        line = re.sub(rf"\b{re.escape(words)}\b", "", line, flags=re.IGNORECASE)
    clauses = (" ".join(clause.split()) for clause in _CLAUSE.findall(line))
    return ", ".join(clause for clause in clauses if any(folded(word) not in FILLERS for word in clause.split()))


def _overlap(one: _Span, other: _Span) -> bool:
    return one.start < other.end and other.start < one.end
