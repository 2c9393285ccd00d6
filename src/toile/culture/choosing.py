"""Which records a brief is about: those that it names, else such as its culture wears, else what it describes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from toile.culture.knowledge import knowledge
from toile.culture.lookup import all_descriptions, all_places, record_named
from toile.culture.names import Named, folded, words_of
from toile.culture.places import narrowest
from toile.culture.reading import Reading, occasion_words
from toile.culture.record import Record
from toile.culture.search import Sentences, stems
from toile.culture.slots import Wishes
from toile.culture.verify import NEUTRAL
from toile.errors import QueryError

MAX_CANDIDATES: Final = 5
_CULTURAL: Final = re.compile(
    r"\b(traditional\w*|folk\w*|national|ceremonial|indigenous|heritage|ritual|nomad\w*|herd\w+|peasant|highland\w*|"
    r"shepherd\w*|tribe|village\w*|ancestral|ethnic|regional|historic\w*|handwoven|hand-woven)\b",
    re.IGNORECASE,
)
_NEAR: Final = 0.58
"""Cosine from which a description is taken for a record's, though it says of nothing that it is of a culture."""
_COVERED: Final = 0.75
"""Share of its words that the record must say then, by weight."""
_DESCRIBED: Final = 0.25
"""The same where the culture is said: of less it speaks of a scene."""
_FEW_WORDS: Final = 2  # stems beside culture and occasion from which a brief describes a garment


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What was chosen.

    Attributes:
        records: that the brief is about.
        candidates: ids, the likeliest first, those that were chosen among them.
        questions: what the user could say to make it sure.
        warnings: what doesn't fit.
    """

    records: tuple[Record, ...] = ()
    candidates: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def choose(reading: Reading, wishes: Wishes, sentences: Sentences | None = None) -> Choice:
    """Choose records for a brief.

    Args:
        reading: of the brief.
        wishes: see there.
        sentences: the text tower, for briefs that name nothing.

    Raises:
        QueryError: the wished culture or garment is unknown.
    """
    if wishes.garment is not None:
        record = record_named(wishes.garment)
        return Choice(records=(record,), candidates=(record.id,))
    wanted = _of_culture(wishes.culture) if wishes.culture else narrowest(reading.places)
    if reading.garments:
        return _named(reading, wanted)
    if reading.unknown:
        return _unknown(reading, wanted)
    if reading.doubtful:
        own = [one for one in reading.doubtful if one.id in wanted]
        return _perhaps(own[0]) if own else _doubtful(reading.doubtful)
    if wanted:
        return _worn_by(reading, wanted, wishes, sentences)
    if reading.places:
        said = ", ".join(place.name for place in reading.places)
        return Choice(warnings=(f"there is no record of what is worn in {said}: nothing of its culture is said",))
    return _described(reading, sentences)


def _of_culture(said: str) -> frozenset[str]:
    ids = narrowest(all_places().named_in(words_of(said), said))
    if not ids:
        raise QueryError(f"no record is of the culture {said!r}; `toile culture list` names all peoples")
    return ids


def _named(reading: Reading, wanted: Collection[str]) -> Choice:
    records, questions, warnings, candidates = [], [], [], []
    for named in reading.garments:
        options = (named.id, *named.also)
        related = [key for key in sorted(wanted) if _is_taken_for(key, named)]
        if related and not set(options) & set(wanted):
            # "A poncho of Colombia" is a ruana, though poncho is the name of another.
            options = (*related, *options)
        fitting = [key for key in options if key in wanted] or list(options)
        chosen = knowledge()[fitting[0]]
        candidates += [chosen.id, *(key for key in options if key != chosen.id)]
        if len(fitting) > 1:
            others = " or ".join(_told(knowledge()[key]) for key in options)
            questions.append(f"Which {named.said} do you mean: {others}? It was taken for the first.")
        if chosen not in records:
            records.append(chosen)
        if wanted and chosen.id not in wanted:
            said = ", ".join(place.name for place in reading.places) or "that culture"
            warnings.append(
                f"{_told(chosen)} is not tied to {said} by any record; both stay as you said, and what is stated of "
                f"the garment is of {chosen.culture.people} dress"
            )
    return Choice(
        records=tuple(records),
        candidates=tuple(dict.fromkeys(candidates)),
        questions=tuple(questions),
        warnings=tuple(warnings),
    )


def _is_taken_for(key: str, named: Named) -> bool:
    """Whether a record is what a word means elsewhere: it is none's own name, and the two are taken for each other."""
    record, other = knowledge()[key], knowledge()[named.id]
    if folded(named.said) == folded(other.names.canonical):
        return False
    return named.id in {one.id for one in record.confusable_with} or key in {one.id for one in other.confusable_with}


def _unknown(reading: Reading, wanted: Collection[str]) -> Choice:
    said = ", ".join(f"{word!r}" for word in reading.unknown)
    near = [_told(knowledge()[key]) for key in sorted(wanted)[:3]]
    known = f"; of that culture there are {', '.join(near)}" if near else ""
    return Choice(
        warnings=(f"there is no record of {said}, so nothing is said of it{known}; `toile culture list` names all",),
        questions=("What is it like: its cut, cloth and colours? Those can be drawn without a record.",),
    )


def _perhaps(named: Named) -> Choice:
    """A name that is only somewhat like what is said, of the culture that is said."""
    record = knowledge()[named.id]
    return Choice(records=(record,), candidates=(record.id,), questions=(f"Is {_told(record)} what you mean?",))


def _doubtful(doubtful: Sequence[Named]) -> Choice:
    ids = tuple(one.id for one in sorted(doubtful, key=lambda one: -one.score))
    names = " or ".join(_told(knowledge()[key]) for key in ids[:2])
    said = ", ".join(repr(one.said) for one in doubtful)
    return Choice(
        candidates=ids,
        questions=(f"Do you mean {names}?",),
        warnings=(
            f"{said} is no name of a record; nothing is said of it until you say which it is",
            *_guidance(ids),
        ),
    )


def _worn_by(reading: Reading, wanted: Collection[str], wishes: Wishes, sentences: Sentences | None) -> Choice:
    """Of a culture: what is described, else what fits occasion and wearer, by the seed where several do."""
    open_ids = [key for key in wanted if knowledge()[key].sensitivity.level != "restricted"] or list(wanted)
    words = (word for text in reading.rest for word in text.split() if not list(occasion_words(word)))
    described = [stem for word in words for stem in stems(word) if stem not in NEUTRAL]
    if len(described) >= _FEW_WORDS:
        # What is described may be restricted: it is explained and asked about, and nothing else is shown in its place.
        found = all_descriptions().find(" ".join(reading.rest), wanted, sentences)[:MAX_CANDIDATES]
        if found and (found[0].covered >= _DESCRIBED or found[0].matched >= _FEW_WORDS):
            record, ids = knowledge()[found[0].id], tuple(one.id for one in found)
            if record.sensitivity.level == "restricted" and record.id not in open_ids:
                ask = f"Do you mean {_told(record)}?"
                return Choice(candidates=ids, questions=(ask,), warnings=tuple(_guidance(ids[:1])))
            return Choice(records=(record,), candidates=ids)
    fits = {key: _fitness(knowledge()[key], reading) for key in open_ids}
    ranked = sorted(fits, key=lambda key: (-fits[key], key))
    best = [key for key in ranked if fits[key] == fits[ranked[0]]]
    first = Random(f"{wishes.seed} {reading.text}").choice(best)
    ordered = [first, *(key for key in ranked if key != first)]
    others = [knowledge()[key].names.canonical for key in ordered[1:4]]
    ask = f"{knowledge()[first].names.canonical} was chosen; would {' or '.join(others)} be better?" if others else ""
    return Choice(
        records=(knowledge()[first],),
        candidates=tuple(ordered[:MAX_CANDIDATES]),
        questions=(ask,) if ask else (),
    )


def _fitness(record: Record, reading: Reading) -> int:
    """How well a garment fits what is said; what covers the body before a hat."""
    worn = " ".join(record.occasions)
    said = set(stems(reading.text))
    occasions = set(occasion_words(worn)) & set(reading.occasions)
    by_name = len(said & set(stems(worn)))
    convention = record.wearer.convention or "all"
    wrong = reading.wearer is not None and not re.search(rf"\b({reading.wearer}|all)\b", convention)
    mourning = "funeral" in occasion_words(worn.split(",")[0]) and "funeral" not in reading.occasions
    home = any(record.id in place.own for place in reading.places)
    return (
        3 * home
        + 4 * bool(occasions)
        + 2 * bool(by_name)
        + 3 * (record.drawn_as is not None)
        - 6 * wrong
        - 4 * mourning
    )


def _described(reading: Reading, sentences: Sentences | None) -> Choice:
    found = all_descriptions().find(reading.text, (), sentences)[:MAX_CANDIDATES]
    ids = tuple(one.id for one in found)
    if not found:
        return Choice()
    best = found[0]
    near = best.covered >= _COVERED and best.matched > _FEW_WORDS and (best.cosine or 0.0) >= _NEAR
    if not _CULTURAL.search(reading.text) and not near:
        meant = ids[:1] if best.covered >= _DESCRIBED else ()
        return Choice(candidates=ids, warnings=tuple(_guidance(meant)))
    record = knowledge()[best.id]
    if record.sensitivity.level == "restricted":
        return Choice(candidates=ids, questions=(f"Do you mean {_told(record)}?",), warnings=tuple(_guidance(ids[:1])))
    ask = f"It was taken for {_told(record)}; do you mean {_told(knowledge()[ids[1]])}?" if len(ids) > 1 else ""
    return Choice(records=(record,), candidates=ids, questions=(ask,) if ask else ())


def _guidance(ids: Sequence[str]) -> Iterator[str]:
    """Why restricted garments that may be meant are restricted: for fear of a slip it isn't left unsaid."""
    for key in ids:
        care = knowledge()[key].sensitivity
        if care.level == "restricted":
            yield f"{_told(knowledge()[key])}, if it is meant: {care.guidance}"


def _told(record: Record) -> str:
    return f"{record.names.canonical} ({record.culture.people})"
