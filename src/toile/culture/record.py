"""The record of one garment or textile: whose it is, how it is made, and which works say so.

A statement is known by its JSON pointer, `/materials/0`. A source names the pointers that it supports, and stands for
all that lies below them; what no source stands for is a draft, and is shown as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from toile.taxonomy import ATTRIBUTES

Category = Literal[
    "robe", "dress", "skirt", "trousers", "shirt", "jacket", "coat", "cloak", "wrap", "shawl", "headwear", "footwear",
    "belt", "apron", "jewellery", "ensemble", "textile", "accessory",
]  # fmt: skip
BodyZone = Literal["whole", "upper", "lower", "head", "feet", "waist", "neck", "shoulders", "any"]
Level = Literal["open", "care", "restricted"]
Reason = Literal[
    "sacred", "religious", "funerary", "earned-honour", "community-owned", "rank", "political", "legal",
]  # fmt: skip

_Id = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
_Words = Field(min_length=2, max_length=300)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class NativeName(_Part):
    """A name in its own writing."""

    text: str = Field(min_length=1)
    language: str = Field(pattern=r"^[a-z]{2,3}$")
    """ISO 639."""
    script: str = Field(pattern=r"^[A-Z][a-z]{3}$")
    """ISO 15924."""


class Names(_Part):
    """What it is called."""

    canonical: str = _Words
    native: tuple[NativeName, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other spellings, other languages' words, and names of its parts or forms."""


class Culture(_Part):
    """Whose it is."""

    people: str = _Words
    """In English, as they are spoken of: `Yoruba`."""
    countries: tuple[str, ...] = Field(min_length=1)
    """ISO 3166-1 alpha-2, the first above all; `XX` for many."""
    continent: Literal["Africa", "Americas", "Asia", "Europe", "Oceania"]
    region: str = _Words
    """Of the United Nations' geoscheme (M49): `Western Africa`."""
    languages: tuple[str, ...] = ()
    """ISO 639-3."""


class Silhouette(_Part):
    """Its outline, each in a few words; None where it has no such thing or nothing is known."""

    shape: str | None = None
    length: str | None = None
    sleeve: str | None = None
    neckline: str | None = None
    closure: str | None = None


class Motif(_Part):
    """What is woven, printed or sewn on it."""

    name: str = _Words
    meaning: str | None = None
    """As it is commonly told; None where nothing certain is known."""


class NamedColour(_Part):
    """A colour and when it is worn."""

    name: str = _Words
    role: str | None = None
    """`brides`, `mourning`, `ground`."""


class Period(_Part):
    """When it is worn."""

    start: str | None = None
    """`16th century`, `1920s`."""
    status: Literal["living", "revived", "historic"] = "living"


class Wearer(_Part):
    """By convention, not by rule: practice varies."""

    convention: str | None = None
    """`women`, `men`, `married women`, `all`."""
    note: str | None = None


class Sensitivity(_Part):
    """How much care it asks for."""

    level: Level = "open"
    reasons: tuple[Reason, ...] = ()
    guidance: str | None = None
    """Why, and what to do: for a reader who doesn't know."""
    alternatives: tuple[str, ...] = ()
    """Ids of open records, of the same culture where there are any."""


class Contradiction(_Part):
    """What would be wrong."""

    field: Literal["silhouette", "construction", "materials", "motifs", "colours", "occasions", "wearer", "closure"]
    value: str = _Words
    """As somebody might say it: `right over left`."""
    why: str = _Words


class Confusable(_Part):
    """What it is taken for."""

    id: str = _Id
    difference: str = _Words


class DrawnAs(_Part):
    """How the denoiser is told of it: in garments and attributes of `toile.taxonomy`."""

    words: str = _Words
    """`long wrap robe`: a noun that `catalog.claims` knows, so that it can be drawn."""
    attributes: dict[str, str] = Field(default_factory=dict)
    """Of `taxonomy.ATTRIBUTES`, those that its construction fixes."""

    def model_post_init(self, context: object, /) -> None:
        """Check the attributes.

        Raises:
            ValueError: one is unknown, or has no such value.
        """
        for name, value in self.attributes.items():
            if value not in ATTRIBUTES.get(name, ()):
                raise ValueError(f"drawn_as: {name} can't be {value!r}; choose of {ATTRIBUTES.get(name, ATTRIBUTES)}")


class Source(_Part):
    """A work, and which statements it supports."""

    title: str = _Words
    author: str | None = None
    """Person or institution."""
    year: int = Field(ge=1700, le=2030)
    publisher: str | None = None
    supports: tuple[str, ...] = Field(min_length=1)
    """JSON pointers into the record: `/materials`, `/motifs/0`."""


class Record(_Part):
    """One garment or textile."""

    id: str = _Id
    names: Names
    culture: Culture
    category: Category
    body_zone: BodyZone
    silhouette: Silhouette = Silhouette()
    construction: str | None = None
    """A sentence or two."""
    materials: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    motifs: tuple[Motif, ...] = ()
    colours: tuple[NamedColour, ...] = ()
    worn_with: tuple[str, ...] = ()
    """Ids of records, or words."""
    occasions: tuple[str, ...] = ()
    period: Period = Period()
    wearer: Wearer = Wearer()
    sensitivity: Sensitivity = Sensitivity()
    contradictions: tuple[Contradiction, ...] = ()
    confusable_with: tuple[Confusable, ...] = ()
    visual: tuple[str, ...] = Field(min_length=2, max_length=12)
    """Phrases for prompts, of what is seen."""
    drawn_as: DrawnAs | None = None
    """None for what is no garment of the body: headwear, jewellery, a cloth."""
    variant_of: str | None = None
    sources: tuple[Source, ...] = ()

    def is_sourced(self, pointer: str) -> bool:
        """Whether a work stands for a statement, or for what holds it."""
        return any(
            pointer == known or pointer.startswith(f"{known}/") for source in self.sources for known in source.supports
        )

    def statements(self) -> Iterator[tuple[str, str]]:
        """Pointer and value of all that is said of the garment, besides names and sources."""
        for name in _STATED:
            yield from _leaves(f"/{name}", getattr(self, name))


_STATED: Final = (
    "silhouette", "construction", "materials", "techniques", "motifs", "colours", "occasions", "period", "wearer",
    "sensitivity",
)  # fmt: skip


def _leaves(pointer: str, value: object) -> Iterator[tuple[str, str]]:
    match value:
        case None:
            return
        case BaseModel():
            for name in type(value).model_fields:
                yield from _leaves(f"{pointer}/{name}", getattr(value, name))
        case str():
            yield pointer, value
        case Sequence():
            for place, item in enumerate(value):
                yield from _leaves(f"{pointer}/{place}", item)
        case _:
            yield pointer, str(value)


def resolves(record: Mapping[str, Any], pointer: str) -> bool:
    """Whether a JSON pointer points at something that isn't empty."""
    found: Any = record
    for step in pointer.removeprefix("/").split("/"):
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        elif isinstance(found, Sequence) and not isinstance(found, str) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return False
    return found not in (None, [], {}, "")
