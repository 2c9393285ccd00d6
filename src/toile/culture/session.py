"""Refining step by step: lock, set, remove, swap, more or less traditional, undo; each step can be done again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from toile.culture.knowledge import knowledge
from toile.culture.lookup import record_named
from toile.culture.refining import Refined, refine
from toile.culture.slots import FIELDS, Field, Wishes
from toile.errors import QueryError

VERBS: Final = ("lock", "set", "remove", "swap", "more", "less", "other", "say", "undo")
_STEP: Final = 0.25
_MANY: Final = 200  # steps of a session
_FEEDBACK: Final[Sequence[tuple[str, Field, str]]] = (
    (r"sleeves?\b.*\b(too )?(narrow|tight)", "shape", "wide sleeves"),
    (r"sleeves?\b.*\b(too )?(wide|loose)", "shape", "narrow sleeves"),
    (r"sleeves?\b.*\btoo short", "shape", "long sleeves"),
    (r"sleeves?\b.*\btoo long", "shape", "short sleeves"),
    (r"\btoo short\b", "shape", "long to the ankle"),
    (r"\btoo long\b", "shape", "to the knee"),
    (r"\btoo (tight|narrow)\b", "shape", "loose fit"),
    (r"\btoo (loose|wide)\b", "shape", "close fit"),
    (r"\btoo (plain|simple)\b", "motif", "patterned all over"),
    (r"\btoo (busy|colou?rful)\b", "motif", "plain cloth"),
)
"""What is said of a picture, and what it asks for."""

Refiner = Callable[[str, Wishes], Refined]


@dataclass
class RefineSession:
    """A brief that is refined in steps.

    Attributes:
        brief: what it began with.
        start: the wishes that it began with.
        refiner: what refines; `refine` by default.
        steps: what was done so far, in words that `do` takes.
    """

    brief: str
    start: Wishes = field(default_factory=Wishes)
    refiner: Refiner = refine
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        steps, self.steps = self.steps, []
        self._states = [self.start]
        self._refined = [self.refiner(self.brief, self.start)]
        for step in steps:
            self.do(step)

    @property
    def refined(self) -> Refined:
        """As it stands."""
        return self._refined[-1]

    @property
    def wishes(self) -> Wishes:
        """As they stand."""
        return self._states[-1]

    def do(self, step: str) -> Refined:
        """Do one step.

        Args:
            step: `lock colour`, `set colour=green`, `remove motif`, `swap agbada`, `more`, `less`, `other`, `undo`, or
                what is wrong with a picture: `say sleeves are too narrow`.

        Raises:
            QueryError: there is no such step, field or garment, or nothing to undo; all stays as it was.
        """
        verb, _, rest = step.strip().partition(" ")
        rest = rest.strip()
        if verb not in VERBS:
            raise QueryError(f"there is no step {verb!r}; choose one of {', '.join(VERBS)}")
        if verb == "undo":
            if len(self._states) == 1:
                raise QueryError("there is nothing to undo")
            self._states.pop()
            self._refined.pop()
            self.steps.pop()
            return self.refined
        if len(self.steps) == _MANY:
            raise QueryError(f"a session has at most {_MANY} steps; begin a new one")
        wishes = self._changed(verb, rest)
        refined = self.refiner(self.brief, wishes)
        self._states.append(wishes)
        self._refined.append(refined)
        self.steps.append(step.strip())
        return refined

    def changes(self) -> list[str]:
        """What the last step changed: `- colour: red`, `+ colour: green`."""
        before = {(slot.field, slot.value) for slot in self._refined[-2].slots} if len(self._refined) > 1 else set()
        after = {(slot.field, slot.value) for slot in self.refined.slots}
        lost, new = sorted(before - after), sorted(after - before)
        return [*(f"- {name}: {value}" for name, value in lost), *(f"+ {name}: {value}" for name, value in new)]

    def to_json(self) -> str:
        """Enough to do it again."""
        told = {"brief": self.brief, "wishes": self.start.as_json(), "steps": self.steps}
        return json.dumps(told, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, refiner: Refiner = refine) -> RefineSession:
        """The same session, step by step.

        Raises:
            QueryError: it is no session.
        """
        try:
            told = json.loads(text)
            return cls(
                brief=str(told["brief"]),
                start=Wishes.from_json(told["wishes"]),
                refiner=refiner,
                steps=[str(step) for step in told["steps"]],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise QueryError(f"that is no saved session: {error}; it has brief, wishes and steps") from error

    def _changed(self, verb: str, rest: str) -> Wishes:
        wishes = self.wishes
        match verb:
            case "lock":
                name, _, value = rest.partition("=")
                return self._fixed(name.strip(), value.strip() or self._value(name.strip()))
            case "set":
                name, _, value = rest.partition("=")
                return self._fixed(name.strip(), value.strip())
            case "remove":
                name = field_named(rest)
                fixed = {key: value for key, value in wishes.fixed.items() if key != name}
                return replace(wishes, removed=wishes.removed | {name}, fixed=fixed)
            case "swap":
                return replace(wishes, garment=self._other_garment(rest))
            case "more":
                return replace(wishes, tradition=min(1.0, wishes.tradition + _STEP))
            case "less":
                return replace(wishes, tradition=max(0.0, wishes.tradition - _STEP))
            case "other":
                return replace(wishes, seed=wishes.seed + 1)
            case _:
                for pattern, name, value in _FEEDBACK:
                    if re.search(pattern, rest, re.IGNORECASE):
                        return replace(wishes, details=(*wishes.details, (name, value)))
                raise QueryError(
                    f"{rest!r} is not understood; say what is too long, wide, tight or plain, or `set FIELD=VALUE`"
                )

    def _fixed(self, name: str, value: str) -> Wishes:
        key = field_named(name)
        if not value:
            raise QueryError(f"say which {name}: set {name}=VALUE")
        if key == "garment":
            return replace(self.wishes, garment=record_named(value).id)
        return replace(self.wishes, fixed={**self.wishes.fixed, key: value}, removed=self.wishes.removed - {key})

    def _value(self, name: str) -> str:
        values = [slot.value for slot in self.refined.slots if slot.field == field_named(name)]
        if not values:
            raise QueryError(f"nothing is said of {name} yet; set it: set {name}=VALUE")
        return ", ".join(values)

    def _other_garment(self, name: str) -> str:
        if name:
            return record_named(name).id
        now = self.refined.records[:1]
        others = [key for key in self.refined.candidates if key not in now]
        others = [key for key in others if knowledge()[key].sensitivity.level != "restricted"]
        if not others:
            raise QueryError("there is no other garment that fits; name one: swap NAME")
        return others[0]


def field_named(name: str) -> Field:
    """A field of slots.

    Raises:
        QueryError: there is none of that name.
    """
    key = "colour" if name == "color" else name
    if key not in FIELDS:
        raise QueryError(f"there is no field {name!r}; choose one of {', '.join(FIELDS)}")
    return key


def fixed_of(pairs: Mapping[str, str]) -> dict[Field, str]:
    """Wishes such as `--lock colour=green`.

    Raises:
        QueryError: a field is unknown, or a value is empty.
    """
    found: dict[Field, str] = {}
    for name, value in pairs.items():
        if not value.strip():
            raise QueryError(f"say which {name}: {name}=VALUE")
        found[field_named(name)] = value.strip()
    return found
