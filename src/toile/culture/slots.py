"""The slots of a refined brief, each with what it is from: the user's word, or a record's statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any, Final, Literal

from toile.catalog.claims import names_colour
from toile.culture.reading import Reading, occasion_words
from toile.culture.record import NamedColour, Record
from toile.culture.search import stems

Field = Literal[
    "garment", "culture", "shape", "material", "colour", "motif", "technique", "occasion", "wearer", "scene",
]  # fmt: skip
FIELDS: Final[tuple[Field, ...]] = (
    "garment", "culture", "shape", "material", "colour", "motif", "technique", "occasion", "wearer", "scene",
)  # fmt: skip
"""In the order of a prompt: what a tower of 77 tokens cuts off is what matters least."""
USER: Final = "user"
_SOMBRE: Final = ("mourning", "funeral", "burial", "dead", "shroud", "widow")
_MOST_SHAPES: Final = 5
_COMMON: Final = 3
_OF_THE_WHOLE: Final = 2  # phrases that speak of the whole garment, not of a detail


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One thing that is said of a design.

    Attributes:
        field: of `FIELDS`.
        value: in words.
        source: `user`, or `kb:ID#/pointer`.
        evidence: pointer of the same record's statement that says so and that a work stands for; empty: none does, and
            it is a draft.
    """

    field: Field
    value: str
    source: str
    evidence: str = ""

    @property
    def is_draft(self) -> bool:
        """Whether no work stands for it; the user's own words need none."""
        return self.source != USER and not self.evidence


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What is asked for besides the brief; a session changes them step by step.

    Attributes:
        culture: people, country or region.
        occasion: in any words.
        garment: id of a record in place of what was chosen.
        fixed: field to value: said by the user.
        details: field and value of what is said besides; what a record says of the same thing goes.
        removed: fields that are not to be told.
        left_open: fields that only the user's words fill, no record.
        tradition: 0 tells of a garment no more than its outline, 1 all that is known.
        seed: of what is chosen where several would do.
        allow_restricted: why a restricted garment is to be shown, for the record; None: it is not.
    """

    culture: str | None = None
    occasion: str | None = None
    garment: str | None = None
    fixed: Mapping[Field, str] = field(default_factory=dict)
    details: tuple[tuple[Field, str], ...] = ()
    removed: frozenset[Field] = frozenset()
    left_open: frozenset[Field] = frozenset()
    tradition: float = 0.5
    seed: int = 0
    allow_restricted: str | None = None

    def as_json(self) -> dict[str, Any]:
        """JSON values, of which `from_json` makes the same wishes."""
        return {
            **asdict(self),
            "removed": sorted(self.removed),
            "left_open": sorted(self.left_open),
            "details": [list(pair) for pair in self.details],
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Wishes:
        """Of what `as_json` gave.

        Raises:
            TypeError: it is something else.
        """
        own = {
            **told,
            "removed": frozenset(told["removed"]),
            "left_open": frozenset(told["left_open"]),
            "details": tuple((a, b) for a, b in told["details"]),
        }
        return cls(**own)


def slots_of(reading: Reading, records: Sequence[Record], wishes: Wishes) -> list[Slot]:
    """All slots, in the order of `FIELDS`.

    Args:
        reading: of the brief.
        records: of its garments, the first of which is completed; none: the user's words are all there is.
        wishes: see there.
    """
    said = list(_said(reading, wishes))
    known = {slot.field for slot in said} | wishes.left_open
    slots = [*said, *(slot for slot in _completed(reading, records, wishes) if slot.field not in known)]
    for name, value in wishes.details:
        told = set(stems(value))
        slots = [
            slot for slot in slots if slot.source == USER or not (slot.field == name and told & set(stems(slot.value)))
        ]
        slots.append(Slot(field=name, value=value, source=USER))
    slots = [slot for slot in slots if slot.field not in wishes.removed or slot.field in wishes.fixed]
    return sorted(slots, key=lambda slot: FIELDS.index(slot.field))


def _said(reading: Reading, wishes: Wishes) -> Iterator[Slot]:
    """What the user says; what was fixed later counts."""
    for name, value in wishes.fixed.items():
        yield Slot(field=name, value=value, source=USER)
    own: list[tuple[Field, str]] = [("colour", value) for value in reading.colours]
    own += [("material", value) for value in reading.materials]
    if wishes.occasion:
        own.append(("occasion", wishes.occasion))
    own += [("occasion" if list(occasion_words(value)) else "scene", value) for value in reading.rest]
    if reading.wearer:
        own.append(("wearer", reading.wearer))
    for name, value in own:
        if name not in wishes.fixed and name not in wishes.removed:
            yield Slot(field=name, value=value, source=USER)


def _completed(reading: Reading, records: Sequence[Record], wishes: Wishes) -> Iterator[Slot]:
    for record in records:
        yield _slot(record, "garment", record.names.canonical, "/names/canonical")
    for people in dict.fromkeys(record.culture.people for record in records):
        owner = next(record for record in records if record.culture.people == people)
        yield _slot(owner, "culture", people, "/culture/people")
    if not records:
        return
    record, dice = records[0], Random(f"{wishes.seed} {records[0].id}")
    asked = bool(reading.colours) or "colour" in wishes.fixed
    seen = list(enumerate(record.visual))[: 1 + round(wishes.tradition * (_MOST_SHAPES - 1))]
    # The colour of the whole is said once: by the user, by the first phrases of how it looks, or else by the list.
    for place, phrase in seen:
        value = without_colour(phrase) if asked and place < _OF_THE_WHOLE else phrase
        yield _slot(record, "shape", value, f"/visual/{place}")
    if record.materials:
        place = dice.randrange(min(_COMMON, len(record.materials)))  # they are listed by how common they are
        yield _slot(record, "material", record.materials[place], f"/materials/{place}")
    fitting = [place for place in _fitting_colours(record.colours, reading) if names_colour(record.colours[place].name)]
    if fitting and not any(names_colour(phrase) for phrase in record.visual[:_OF_THE_WHOLE]):
        place = dice.choice(fitting)
        yield _slot(record, "colour", record.colours[place].name, f"/colours/{place}/name")
    if record.motifs and wishes.tradition >= 0.4:
        place = dice.randrange(len(record.motifs))
        yield _slot(record, "motif", record.motifs[place].name, f"/motifs/{place}/name")
    if record.techniques and wishes.tradition >= 0.8:
        place = dice.randrange(len(record.techniques))
        yield _slot(record, "technique", record.techniques[place], f"/techniques/{place}")


def _slot(record: Record, name: Field, value: str, pointer: str) -> Slot:
    return Slot(field=name, value=value, source=f"kb:{record.id}#{pointer}", evidence=_evidence(record, pointer, value))


def _evidence(record: Record, pointer: str, value: str) -> str:
    """The statement that a work stands for; of how it looks, the one that says so in other words."""
    if pointer.startswith(("/names", "/culture")):  # a work about a garment stands for its name, and whose it is
        return pointer if record.sources else ""
    if not pointer.startswith("/visual"):
        return pointer if record.is_sourced(pointer) else ""
    words = set(stems(value))
    said = {stated: len(words & set(stems(told))) for stated, told in record.statements() if record.is_sourced(stated)}
    best = max(said, key=said.__getitem__, default="")
    return best if best and said[best] * 2 >= len(words) else ""


def without_colour(phrase: str) -> str:
    """A phrase without its words for colours."""
    return " ".join(word for word in phrase.split() if not names_colour(word))


def _fitting_colours(colours: Sequence[NamedColour], reading: Reading) -> list[int]:
    """Places of colours for the occasion: brides' for a wedding, of mourning only for a funeral."""
    asked = set(reading.occasions)
    roles = [set(occasion_words(colour.role or "")) for colour in colours]
    fitting = [place for place, role in enumerate(roles) if role & asked]
    whole = [place for place, colour in enumerate(colours) if not colour.role]  # of no part, and for no occasion
    return (
        fitting
        or whole
        or [
            place
            for place, colour in enumerate(colours)
            if "funeral" in asked or not any(word in (colour.role or "").lower() for word in _SOMBRE)
        ]
    )
