"""Records by what a user types."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from toile.culture.english import is_frequent, is_known
from toile.culture.knowledge import knowledge
from toile.culture.names import DOUBTFUL, SURE, Names, folded
from toile.culture.places import Places
from toile.culture.record import Level, Record
from toile.culture.search import Descriptions
from toile.errors import QueryError


@cache
def all_names() -> Names:
    """Of all records of the knowledge base."""
    return Names(knowledge(), is_known, lambda word: is_frequent(word) or all_places().knows(word))


@cache
def all_places() -> Places:
    """Of all records of the knowledge base."""
    return Places(knowledge())


@cache
def all_descriptions() -> Descriptions:
    """Of all records of the knowledge base."""
    return Descriptions(knowledge())


def record_named(name: str) -> Record:
    """The record of a garment, by id or name, in its own writing, or misspelt.

    Raises:
        QueryError: no record has such a name; the nearest is suggested.
    """
    records = knowledge()
    if name in records:
        return records[name]
    found = all_names().named_in(name)
    best = max(found, key=lambda one: one.score, default=None)
    if best is not None and best.score >= SURE:
        return records[best.id]
    near = f"did you mean {records[best.id].names.canonical}? " if best is not None and best.score >= DOUBTFUL else ""
    raise QueryError(f"no record is called {name!r}; {near}`toile culture list` names all {len(records)}")


def records_of(
    culture: str | None = None, *, continent: str | None = None, level: Level | None = None
) -> Mapping[str, Record]:
    """Records, by id, of those that pass.

    Args:
        culture: a word of the people, a region, or an ISO code of a country; case and accents don't count.
        continent: Africa, Americas, Asia, Europe or Oceania.
        level: of sensitivity.
    """
    wanted = "" if culture is None else folded(culture)
    return {
        key: record
        for key, record in knowledge().items()
        if (not wanted or wanted in _culture_words(record))
        and (continent is None or folded(continent) == folded(record.culture.continent))
        and (level is None or level == record.sensitivity.level)
    }


def _culture_words(record: Record) -> set[str]:
    culture = record.culture
    words = {word for phrase in (culture.people, culture.region) for word in phrase.replace(",", " ").split()}
    return {folded(word) for word in (*words, culture.people, culture.region, *culture.countries)}
