"""Whether a text says of garments only what the records say.

A text is judged clause by clause, by its words: what neither the user nor the record of a garment says, and speaks of
no picture (light, pose, camera), is unsupported. So a model's prose can't carry in a word that nobody stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from toile.catalog.claims import cut_claims_of
from toile.culture import words
from toile.culture.lookup import all_names, all_places
from toile.culture.names import words_of
from toile.culture.record import Record
from toile.culture.search import stems

Label = Literal["supported", "contradicted", "unsupported", "user", "neutral"]
Policy = Literal["strict", "flag", "open"]
POLICIES: Final[tuple[Policy, ...]] = ("strict", "flag", "open")
"""`strict`: what is unsupported or contradicted is dropped; `flag`: it stays and is told; `open`: it stays."""
_CLAUSE: Final = re.compile(r"[^,;.!?\n]+")
_DENIED: Final = re.compile(r"\b(no|not|without|never)\b", re.IGNORECASE)
_MEANS: Final = re.compile(
    r"\b(mean|means|meaning|symbol\w*|represent\w*|signif\w*|stands? for|denot\w*|evok\w*|said to|believed)\b", re.I
)
NEUTRAL: Final = frozenset(stem for word in words.NEUTRAL for stem in stems(word))
"""What speaks of the picture and of nobody's culture."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A clause and whether it holds.

    Attributes:
        text: of the clause.
        label: `supported` by a record, `contradicted` by one, `unsupported` by any, said by the `user`, or `neutral`.
        why: what it is told by: `kb:ID#/pointer`, or words that nobody stands for.
    """

    text: str
    label: Label
    why: str = ""


class Verifier:
    """Judges texts about some garments.

    Args:
        records: of the garments that the text may speak of.
        brief: what the user said: the user's own words are the user's.
    """

    def __init__(self, records: Sequence[Record], brief: str = "") -> None:
        self.records = records
        self._said = frozenset(stems(brief))
        self._statements = [
            (record, pointer, frozenset(stems(value))) for record in records for pointer, value in _told(record)
        ]
        self._known = frozenset().union(*(words for _, _, words in self._statements))
        self._attributes = {
            name: value
            for record in records
            if record.drawn_as is not None
            for name, value in record.drawn_as.attributes.items()
        }

    def claims(self, text: str) -> list[Claim]:
        """The clauses of a text, in its order."""
        return [self._judged(match[0].strip()) for match in _CLAUSE.finditer(text) if match[0].strip()]

    def kept(self, text: str, policy: Policy = "strict") -> tuple[str, list[Claim]]:
        """What a policy leaves of a text, clause by clause, and all of its claims."""
        claims = self.claims(text)
        dropped = ("unsupported", "contradicted") if policy == "strict" else ()
        return ", ".join(claim.text for claim in claims if claim.label not in dropped), claims

    def contradictions(self, text: str) -> Iterator[tuple[Record, str, frozenset[str]]]:
        """Records that a text is at odds with, why, and by which words."""
        clauses = [match[0] for match in _CLAUSE.finditer(text)]
        for record in self.records:
            for wrong in record.contradictions:
                said = [way for way in _ways(wrong.value) if any(_says(way, clause) for clause in clauses)]
                if said:
                    yield record, wrong.why, frozenset(stems(said[0]))

    def _judged(self, clause: str) -> Claim:
        said = set(stems(clause))
        if said and said <= self._said:
            return Claim(text=clause, label="user")
        owners = {
            record.id: f"kb:{record.id}#{pointer}"
            for record, pointer, words in reversed(self._statements)
            if said and said <= words
        }
        for record, why, by in self.contradictions(clause):
            if owners and record.id not in owners:
                continue  # what one garment's record says of it is not wrong because another garment lacks it
            # What the user says stays the user's, and is told: `refining` warns of it.
            label: Label = "user" if by <= self._said else "contradicted"
            return Claim(text=clause, label=label, why=f"kb:{record.id}: {why}")
        if owners and not _MEANS.search(clause):
            return Claim(text=clause, label="supported", why=next(reversed(owners.values())))
        told = cut_claims_of(clause)
        wrong = [name for name, value in told.items() if self._attributes.get(name, value) != value]
        if wrong:
            return Claim(text=clause, label="contradicted", why=f"its {wrong[0]} is {self._attributes[wrong[0]]}")
        means = {stem for hit in _MEANS.finditer(clause) for stem in stems(hit[0])}
        cultural = said - self._said - NEUTRAL - means
        if not cultural:
            return Claim(text=clause, label="user" if said & self._said else "neutral")
        strange = cultural - self._known
        if strange:
            foreign = self._foreign(clause)
            label = "contradicted" if foreign else "unsupported"
            return Claim(text=clause, label=label, why=foreign or f"no record says: {', '.join(sorted(strange))}")
        record, pointer, best = max(self._statements, key=lambda one: len(one[2] & cultural))
        if means and not cultural <= best | frozenset(stems(" ".join(_names(record)))):
            return Claim(text=clause, label="unsupported", why="no record says that this means that")
        return Claim(text=clause, label="supported", why=f"kb:{record.id}#{pointer}")

    def _foreign(self, clause: str) -> str:
        """A garment or a people of other records that a clause brings in."""
        own = {record.id for record in self.records}
        for named in all_names().named_in(clause):
            if named.score == 1 and not own & {named.id, *named.also}:
                return f"{named.said} is another garment"
        for place in all_places().named_in(words_of(clause), clause):
            if place.ids and not own & place.ids:
                return f"{place.said} is another culture"
        return ""


def _told(record: Record) -> Iterator[tuple[str, str]]:
    """What may be said of a garment: its statements, how it looks, its names; a motif with its meaning as one."""
    for pointer, value in record.statements():
        if not pointer.startswith(("/sensitivity", "/motifs", "/colours", "/period/status")):
            yield pointer, value
    for place, motif in enumerate(record.motifs):
        yield f"/motifs/{place}", f"{motif.name} {motif.meaning or ''}"
    for place, colour in enumerate(record.colours):
        yield f"/colours/{place}", f"{colour.name} {colour.role or ''}"
    for place, phrase in enumerate(record.visual):
        yield f"/visual/{place}", phrase
    if record.drawn_as is not None:
        yield "/drawn_as/words", record.drawn_as.words
    yield "/names", " ".join(_names(record))
    yield "/category", record.category


def _names(record: Record) -> Iterable[str]:
    culture = record.culture
    return (record.names.canonical, *record.names.aliases, culture.people, culture.region)


def _ways(value: str) -> list[str]:
    """What a phrase with an "or" says, each with what the two share.

    >>> _ways("round or square neckline"), _ways("cap with a brim or tassel")
    (['round neckline', 'square neckline'], ['cap with a brim', 'cap with a tassel'])
    """
    first, found, second = value.partition(" or ")
    if not found or _DENIED.search(value):  # "without blouse or apron" denies both at once
        return [value]
    left, right = first.split(), second.split()
    if len(left) == 1 and len(right) > 1:
        return [f"{first} {right[-1]}", second]
    if len(right) == 1 and len(left) > 1:
        return [first, " ".join([*left[:-1], second])]
    return [first, second]


def _says(way: str, clause: str) -> bool:
    """Whether a clause says something; what it denies, "no zip", it doesn't say."""
    denied = _DENIED.search(way) is not None, _DENIED.search(clause) is not None
    return denied[0] == denied[1] and _within(stems(way), stems(clause))


def _within(wanted: Sequence[str], words: Sequence[str]) -> bool:
    """Whether words come in this order, others between them: `right … over … left`."""
    rest = iter(words)
    return bool(wanted) and all(word in rest for word in wanted)
