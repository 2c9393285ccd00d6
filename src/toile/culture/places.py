"""Whose clothes a text speaks of: peoples, countries and regions, and the records that are theirs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from toile.culture.names import Word, folded, stretches
from toile.culture.record import Record

Kind = Literal["people", "country", "region", "continent"]
_KINDS: Final[tuple[Kind, ...]] = ("people", "country", "region", "continent")
"""From the narrowest: what a narrower one says counts."""
_DEMONYMS: Final = ("n", "se", "sh", "i", "ch", "ic")
_APART: Final = re.compile(r"[,;()]|\band\b|\bof\b|\bother\b|\bmany\b|\bshared\b|\bwith\b|\bwider\b|\bthe\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A people, a country or a region that a text names.

    Attributes:
        said: as the text has it.
        name: as it is usually written.
        kind: what it is.
        own: ids of the records that are above all its: of the people by its name, of the country that stands first.
        ids: of its records; empty where there is none.
        start: of the place in the text, characters.
        end: alike, the first behind it.
    """

    said: str
    name: str
    kind: Kind
    own: frozenset[str]
    ids: frozenset[str]
    start: int
    end: int


class Places:
    """Peoples, countries, regions and continents, and what they wear.

    Args:
        records: by id.
    """

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._known: dict[str, tuple[str, Kind, frozenset[str], frozenset[str]]] = {}
        found: dict[Kind, dict[str, set[str]]] = {kind: {} for kind in _KINDS}
        for record in records.values():
            culture = record.culture
            for people in _peoples(culture.people):
                found["people"].setdefault(people, set()).add(record.id)
            for country in culture.countries:
                found["country"].setdefault(country, set()).add(record.id)
            found["region"].setdefault(culture.region, set()).add(record.id)
            found["continent"].setdefault(culture.continent, set()).add(record.id)
        firsts: dict[str, set[str]] = {}
        for record in records.values():
            firsts.setdefault(record.culture.countries[0], set()).add(record.id)
        table = _table()
        for kind in reversed(_KINDS):  # a narrower meaning of a word is written over a wider one
            names = table.get(kind) or {people: (people,) for people in found[kind]}
            for key, written in names.items():
                ids = frozenset(found[kind].get(key, ()))
                for name in (*written, *((key,) if kind in ("region", "continent") else ())):
                    wider = self._known.get(folded(name))
                    # "Japanese" is a people and a country: all that is of either.
                    both = ids | wider[3] if wider is not None and wider[1] in ("country", "region") else ids
                    own = ids if kind != "country" else frozenset(firsts.get(key, ()))
                    self._known[folded(name)] = (written[0], kind, own, both)

    def knows(self, word: str) -> bool:
        """Whether a word names a people or a place."""
        return folded(word) in self._known

    def named_in(self, words: Sequence[Word], text: str) -> list[Place]:
        """What a text names, the longest reading of overlapping ones, in its order."""
        found: list[Place] = []
        for first, last in sorted(stretches(len(words)), key=lambda place: place[0] - place[1]):
            start, end = words[first].start, words[last].end
            key = folded(text[start:end])
            known = self._known.get(key) or (self._known.get(key.removesuffix("s")) if first == last else None)
            if known and all(end <= one.start or one.end <= start for one in found):
                name, kind, own, ids = known
                found.append(Place(said=text[start:end], name=name, kind=kind, own=own, ids=ids, start=start, end=end))
        return sorted(found, key=lambda place: place.start)


def narrowest(places: Sequence[Place]) -> frozenset[str]:
    """The records of the narrowest of places: of Yoruba, though Nigeria is named, too; of all of one kind."""
    for kind in _KINDS:
        own = [place.ids for place in places if place.kind == kind and place.ids]
        if own:
            return frozenset.union(*own)
    return frozenset()


def _peoples(phrase: str) -> Iterator[str]:
    """The names in a record's phrase: `Kuchi and Pashtun`, `many First Nations`."""
    for part in _APART.split(phrase):
        words = [word for word in part.split() if word[:1].isupper()]
        if words:
            yield " ".join(words)
            wider = {
                folded(name) for kind in ("region", "continent") for names in _table()[kind].values() for name in names
            }
            # Alpine Bavarian, Scottish Gaelic; but African American isn't African.
            yield from (
                word for word in words[len(words) == 1 :] if word.endswith(_DEMONYMS) and folded(word) not in wider
            )


@cache
def _table() -> Mapping[Kind, Mapping[str, Sequence[str]]]:
    read = tomllib.loads((files(__package__) / "places.toml").read_text(encoding="utf-8"))
    return {"country": read["countries"], "region": read["regions"], "continent": read["continents"]}
