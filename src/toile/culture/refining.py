"""From a short brief to a prompt in which every cultural statement is a record's, with its source.

Cross-Cultural Fashion Design (arXiv 2501.15571) lets a language model add culture from memory. Here a statement comes
from a record, or it isn't made; a language model may choose among statements and word them (`culture.writing`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Final

from toile.catalog.claims import claims_of, cut_claims_of, names_colour
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.culture.choosing import Choice, choose
from toile.culture.knowledge import knowledge
from toile.culture.reading import Reading, read
from toile.culture.record import Record
from toile.culture.search import Sentences
from toile.culture.slots import FIELDS, USER, Slot, Wishes, slots_of, without_colour
from toile.culture.verify import Claim, Verifier

SHORT: Final = 75
"""Tokens of CLIP's window, its two marks not counted."""
_LETTERS_A_TOKEN: Final = 6
_MAX_QUESTIONS: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawable:
    """A refined brief as `design` takes it.

    Attributes:
        words: garments with their colours.
        concepts: occasion, scene and what else is asked for.
        attributes: of `taxonomy.ATTRIBUTES`.
    """

    words: str
    concepts: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """A work, and the slots that it stands for.

    Attributes:
        work: author, title, publisher and year.
        slots: their values.
    """

    work: str
    slots: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refined:
    """A refined brief.

    Attributes:
        brief: as it was read.
        tier: 0: names and words alone; 1: sentences were compared, too; 2: a language model chose and wrote.
        records: ids, what every statement is from.
        slots: see `Slot`.
        prompt: all of it, in words.
        prompt_short: the same within `SHORT` tokens; the user's words are the last to go.
        dropped: values that had no room there, or that a policy did not let pass.
        drawable: for the denoiser; None where there is nothing that it can draw.
        citations: works.
        candidates: ids, the likeliest first.
        questions: at most two.
        warnings: what the user should know before anybody sees a picture.
        notices: what was done otherwise than asked, and why.
        unknown: words of which there is no record.
        declined: ids of garments that are not shown, see `warnings`.
        claims: of the prompt, each with its label.
        wishes: what it was made with.
    """

    brief: str
    tier: int = 0
    records: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    prompt: str = ""
    prompt_short: str = ""
    dropped: tuple[str, ...] = ()
    drawable: Drawable | None = None
    citations: tuple[Citation, ...] = ()
    candidates: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    wishes: Wishes = field(default_factory=Wishes)

    def to_json(self) -> str:
        """One JSON object."""
        told = asdict(self)
        told["wishes"] = self.wishes.as_json()
        return json.dumps(told, indent=1, ensure_ascii=False)


def refine(brief: str, wishes: Wishes | None = None, *, sentences: Sentences | None = None) -> Refined:
    """Refine a brief without a language model; one seed gives one result.

    Args:
        brief: one to 300 words.
        wishes: see there.
        sentences: the text tower, for briefs that name nothing; None: words alone count.

    Raises:
        QueryError: the brief is empty or too long, or a wish names something unknown.
    """
    wishes = wishes or Wishes()
    reading = read(brief)
    return assembled(reading, choose(reading, wishes, sentences), wishes, tier=0 if sentences is None else 1)


def assembled(reading: Reading, choice: Choice, wishes: Wishes, *, tier: int) -> Refined:
    """What was read and chosen, as slots and prompts."""
    warnings, notices = [*choice.warnings], [*_notices(reading)]
    declined = [record for record in choice.records if _is_declined(record, reading, wishes)]
    shown = [record for record in choice.records if record not in declined]
    for record in choice.records:
        warnings += _care(record, is_declined=record in declined)
        if record not in declined and record.sensitivity.level == "restricted":
            notices.append(f"{record.names.canonical} is shown because: {wishes.allow_restricted}")
    verifier = Verifier(shown, reading.text)
    for record, why, _ in verifier.contradictions(" ".join([reading.text, *wishes.fixed.values()])):
        warnings.append(f"you ask for something that {record.names.canonical} hasn't: {why} Your words stay.")
    slots = [] if declined and not shown else slots_of(reading, shown, wishes)
    refined = Refined(
        brief=reading.text,
        tier=tier,
        records=tuple(record.id for record in shown),
        slots=tuple(slots),
        candidates=choice.candidates,
        questions=tuple([*_asked(reading), *choice.questions][:_MAX_QUESTIONS]),
        warnings=tuple(dict.fromkeys(warnings)),
        notices=tuple(notices),
        unknown=reading.unknown,
        declined=tuple(record.id for record in declined),
        wishes=wishes,
    )
    return told(refined, reading, shown)


def told(refined: Refined, reading: Reading, records: Sequence[Record]) -> Refined:
    """The slots in words, each clause with its label; where there is no record, the user's own words."""
    if not records:
        plain = "" if refined.declined else reading.plain
        drawable = Drawable(words=plain, attributes=dict(reading.attributes)) if claims_of(plain) else None
        claims = Verifier((), reading.text).claims(plain)
        return replace(refined, prompt=plain, prompt_short=plain, drawable=drawable, claims=tuple(claims))
    said = [reading.text, *(slot.value for slot in refined.slots if slot.source == USER)]
    prompt = prompt_of(refined.slots)
    short, no_room = _short(refined.slots)
    return replace(
        refined,
        prompt=prompt,
        prompt_short=short,
        dropped=tuple(no_room),
        claims=tuple(Verifier(records, " ".join(said)).claims(prompt)),
        citations=tuple(_citations(refined.slots)),
        drawable=_drawable(refined.slots, records, reading),
    )


def prompt_of(slots: Iterable[Slot]) -> str:
    """`red kimono, Japanese, straight ankle-length robe, silk, …`."""
    values: dict[str, list[str]] = {name: [] for name in FIELDS}
    for slot in slots:
        values[slot.field].append(slot.value)
    # Of several colours the first is the first garment's: "red and gold sari" is said as `red sari, gold`.
    first = " ".join([*values["colour"][:1], *values["garment"][:1]])
    values["colour"], values["garment"] = values["colour"][1:], values["garment"][1:]
    return ", ".join(filter(None, [first, *(value for name in FIELDS for value in values[name])]))


def _short(slots: Sequence[Slot]) -> tuple[str, list[str]]:
    """Within `SHORT` tokens: what the records add goes first, from the end."""
    kept, dropped = list(slots), list[str]()
    while kept and tokens(prompt_of(kept)) > SHORT:
        added = [slot for slot in kept if slot.source != USER and slot.field != "garment"]
        last = (added or kept)[-1]
        kept.remove(last)
        dropped.append(last.value)
    return prompt_of(kept), dropped


def tokens(text: str) -> int:
    """CLIP's tokens of a text, rather too many than too few: its vocabulary is not at hand."""
    return sum(1 + (len(word) - 1) // _LETTERS_A_TOKEN + word.count(",") for word in text.split())


def _drawable(slots: Sequence[Slot], records: Sequence[Record], reading: Reading) -> Drawable | None:
    record = next((record for record in records if record.drawn_as is not None), None)
    if record is None or record.drawn_as is None:
        return None
    said = [slot.value for slot in slots if slot.field == "colour"]
    seen = [word for phrase in record.visual[:2] for word in phrase.split() if names_colour(word)]
    colour = _plain_colour([*said, *seen, ""][0])
    own = " ".join([reading.text, *(slot.value for slot in slots if slot.source == USER)])
    # The denoiser has learned the names of the traditions that it was shown.
    plain = without_colour(record.drawn_as.words) if colour else record.drawn_as.words
    name = TRADITIONS[record.id].names[0] if record.id in TRADITIONS else plain
    return Drawable(
        words=f"{colour} {name}".strip(),
        concepts=tuple(slot.value for slot in slots if slot.field in ("occasion", "scene")),
        attributes=dict(record.drawn_as.attributes) | cut_claims_of(own) if claims_of(name) else {},
    )


def _plain_colour(colour: str) -> str:
    """The first colour of a phrase: `black or indigo` is drawn black."""
    return colour.replace(",", " ").split(" or ")[0].split(" and ")[0].strip()


def _citations(slots: Iterable[Slot]) -> Iterable[Citation]:
    works: dict[str, list[str]] = {}
    for slot in slots:
        if slot.source == USER:
            continue
        key, pointer = slot.source.removeprefix("kb:").split("#")[0], slot.evidence
        for source in knowledge()[key].sources:
            if pointer and any(pointer == known or pointer.startswith(f"{known}/") for known in source.supports):
                work = ", ".join(filter(None, (source.author, source.title, source.publisher, str(source.year))))
                works.setdefault(work, []).append(slot.value)
    return (Citation(work=work, slots=tuple(values)) for work, values in works.items())


# --- what is said to the user ---------------------------------------------------------------------------------------


def _is_declined(record: Record, reading: Reading, wishes: Wishes) -> bool:
    level = record.sensitivity.level
    if reading.parody and level != "open":
        return True
    return level == "restricted" and not wishes.allow_restricted


def _care(record: Record, *, is_declined: bool) -> Iterable[str]:
    care = record.sensitivity
    if care.level == "open":
        return
    others = ", ".join(knowledge()[key].names.canonical for key in care.alternatives)
    reasons = ", ".join(reason.replace("-", " ") for reason in care.reasons)
    says = f"{record.names.canonical} ({record.culture.people}; {reasons}): {care.guidance}"
    if is_declined:
        open_to = f" Open to all are: {others}." if others else ""
        how = " For teaching and research, say why: --allow-restricted REASON." if care.level == "restricted" else ""
        yield f"{says} It is not drawn here.{open_to}{how}"
    else:
        yield says


def _notices(reading: Reading) -> Iterable[str]:
    for clause in reading.injected:
        yield f"{clause!r} speaks to a program and not of clothes; it was left out"
    if reading.parody:
        said = ", ".join(reading.parody)
        yield f"{said} was left out: clothes are shown as they are worn, not as a joke or a costume"
    for said, name in reading.renamed.items():
        yield f"{name} is what the people are called; {said!r} was replaced" if name else f"{said!r} was left out"


def _asked(reading: Reading) -> Iterable[str]:
    if any(not name for name in reading.renamed.values()) and not reading.places:
        yield "Whose clothes are meant? Name a people or a country."
