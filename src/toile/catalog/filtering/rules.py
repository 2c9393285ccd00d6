"""What is asked of a record before its words are compared with its picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from toile.catalog.filtering.bodies import Body
from toile.catalog.filtering.settings import RuleSettings
from toile.catalog.filtering.sight import Sight


class Verdict(StrEnum):
    """What a rule says of a record."""

    PASSED = "passed"
    DROPPED = "dropped"
    NOT_JUDGED = "not judged"
    """The record doesn't carry what the rule looks at; it stays."""
    OFF = "off"


RECORD_RULES: Final = ("readable", "words", "size", "aspect", "persons", "body", "area", "garment", "colour")
RULES: Final = (*RECORD_RULES, "id", "hash", "embedding", "score")
"""In the order of the funnel: a record is dropped by the first that says so."""

EXPLAINED: Final = {
    "readable": "the picture and its row can be read, and its words go into the encoder",
    "words": "there are words to learn from: a caption of enough words, else tags, a category or a label",
    "size": "the shorter side is long enough",
    "aspect": "the picture isn't a strip",
    "persons": "not more people than asked for; judged where a record counts them, or with --look",
    "body": "enough of the body's joints are seen; judged where a record carries a pose, or with --look",
    "area": "a person fills enough of the picture; judged where a record carries a mask or a label map, or with --look",
    "garment": "the garments that the words name are seen; judged with --look",
    "colour": "they are seen in the colours that the words name; judged with --look",
    "id": "no earlier record has the same id",
    "hash": "no better record has nearly the same pixels (perceptual hash and colours); one of its split group may",
    "embedding": "no better record has nearly the same embedding; one of its split group may",
    "score": "the words fit the picture, by the threshold of the record's domain",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the first reading learns of a record, beside its embeddings.

    Attributes:
        id: of the record; None where its row has none that can be read.
        domain: value of the domain column.
        text: what is compared with the picture; None where there are no words.
        text_origin: the column that the words are from.
        num_words: of the text.
        group: the record's `split_group`.
        sight: its words held against its picture; None where nobody looked.
        digest: of picture and row, so that a source that changes meanwhile is noticed.
        broken: why the row can't be used.
    """

    id: str | None
    domain: str = ""
    text: str | None = None
    text_origin: str | None = None
    num_words: int = 0
    group: str | None = None
    width: int | None = None
    height: int | None = None
    body: Body = field(default_factory=Body)
    sight: Sight | None = None
    digest: str | None = None
    broken: str | None = None

    @property
    def side(self) -> int | None:
        """Shorter side in pixels."""
        return None if self.width is None or self.height is None else min(self.width, self.height)

    @property
    def unseen_share(self) -> float | None:
        """Of the garments that the words name; None where nobody looked or none is named."""
        return None if self.sight is None else self.sight.unseen_share

    @property
    def miscoloured_share(self) -> float | None:
        """Of the colours that the words name for garments that are seen; None as above."""
        return None if self.sight is None else self.sight.miscoloured_share

    @property
    def aspect(self) -> float | None:
        """Longer side over shorter."""
        if self.width is None or self.height is None:
            return None
        return max(self.width, self.height) / min(self.width, self.height)


def judge(facts: Facts, settings: RuleSettings) -> dict[str, Verdict]:
    """The verdict of each of `RECORD_RULES`."""
    if facts.broken is not None:
        return {name: Verdict.DROPPED if name == "readable" else Verdict.NOT_JUDGED for name in RECORD_RULES}
    # A category is one word and enough; what is short is a caption.
    has_words = facts.text is not None and (facts.text_origin != "caption" or facts.num_words >= settings.min_words)
    return {
        "readable": Verdict.PASSED,
        "words": Verdict.PASSED if has_words else Verdict.DROPPED,
        "size": _at_least(facts.side, settings.min_side_px),
        "aspect": _at_most(facts.aspect, settings.max_aspect),
        "persons": _at_most(facts.body.persons, settings.max_persons),
        "body": _at_least(facts.body.visible, settings.min_body),
        "area": _at_least(facts.body.area, settings.min_person_share),
        "garment": _at_most(facts.unseen_share, settings.max_unseen if settings.look else None),
        "colour": _at_most(facts.miscoloured_share, settings.max_miscoloured if settings.look else None),
    }


def first_dropped(verdicts: dict[str, Verdict]) -> str | None:
    """The rule that drops the record; None if it stays."""
    return next((name for name in RULES if verdicts.get(name) is Verdict.DROPPED), None)


def _at_least(value: float | None, least: float | None) -> Verdict:
    if least is None:
        return Verdict.OFF
    if value is None:
        return Verdict.NOT_JUDGED
    return Verdict.PASSED if value >= least else Verdict.DROPPED


def _at_most(value: float | None, most: float | None) -> Verdict:
    if most is None:
        return Verdict.OFF
    if value is None:
        return Verdict.NOT_JUDGED
    return Verdict.PASSED if value <= most else Verdict.DROPPED
