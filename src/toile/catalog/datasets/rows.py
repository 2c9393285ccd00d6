"""What a data set yields: four kinds of rows, and what is wrong where a row should have been.

A picture with its caption is the catalogue's own `Row`; the other three are what retrieval by picture and words, try-on
and design in levels need beyond that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeAlias

from toile.catalog.manifest import Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Triplet:
    """A reference picture, words for what shall change, and the picture that was meant (composed retrieval).

    Attributes:
        id: unique in the data set.
        category: the data set's own word.
        reference: picture file.
        target: picture file; None where the data set keeps its answers back.
        captions: what the annotators wrote, one each; commas and full stops as they came.
    """

    id: str
    split: str
    category: str
    reference: Path
    target: Path | None
    captions: tuple[str, ...]

    @property
    def modification_text(self) -> str:
        """The one sentence that Fashion-IQ's evaluation asks with: `Is shorter and has long sleeves`."""
        first, *others = (caption.strip(".?, ") for caption in self.captions)
        return " and ".join([first.capitalize(), *others])


@dataclass(frozen=True, kw_only=True, slots=True)
class TryOnPair:
    """A person, a garment to be put on, and what is known of both, file by file.

    Attributes:
        id: unique in its split.
        section: `upper_body`, `lower_body` or `dresses`.
        person: picture file.
        garment: picture file of the garment alone.
        is_paired: the person wears this very garment in the picture.
        captions: phrases for the *garment* (not for what the person wears), in the order of the data set.
        maps: files beside the pictures by what they hold (`label_map`, `pose`, `agnostic_mask` ...); only those there.
    """

    id: str
    split: str
    section: str
    person: Path
    garment: Path
    is_paired: bool
    captions: tuple[str, ...] = ()
    maps: Mapping[str, Path] = field(default_factory=dict)

    @property
    def caption(self) -> str | None:
        """All phrases in one line; the phrases themselves may hold commas."""
        return ", ".join(self.captions) or None


@dataclass(frozen=True, kw_only=True, slots=True)
class DesignExample:
    """A picture, its pose and its caption in levels: first ideas, then single attributes from large to small.

    Attributes:
        id: unique in the data set.
        picture: the picture that the caption describes.
        pose: drawing of the skeleton; None where the data set gives none.
        caption: as it came, all levels in one line.
        concepts: category, style, occasion, effect, feeling; fewer where the caption stops early.
        attributes: length, sleeve length, sleeve type, collar, hem; fewer where the caption stops early.
    """

    id: str
    split: str
    picture: Path
    pose: Path | None
    caption: str
    concepts: tuple[str, ...]
    attributes: tuple[str, ...]


DataRow: TypeAlias = Row | Triplet | TryOnPair | DesignExample


class FaultKind(StrEnum):
    """What can be wrong with a data set."""

    MISSING_SPLIT = "missing split"
    MISSING_FILE = "missing file"
    MISSING_PICTURE = "missing picture"
    MISSING_MAP = "missing map"
    MISSING_CAPTION = "missing caption"
    MISSING_CULTURE = "missing culture"
    BROKEN_FILE = "broken file"
    BROKEN_ROW = "broken row"
    BROKEN_PICTURE = "broken picture"
    BROKEN_MAP = "broken map"
    ODD_CAPTION = "odd caption"
    UNKNOWN_LABEL = "unknown label"
    OTHER_ENCODING = "other encoding"
    OUTSIDE = "points outside"


_LOSES_ROW: Final = frozenset({FaultKind.MISSING_PICTURE, FaultKind.BROKEN_ROW, FaultKind.OUTSIDE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        subject: the file, folder or map that it was found in.
        detail: which line or picture, and why.
    """

    kind: FaultKind
    subject: str
    detail: str

    @property
    def loses_row(self) -> bool:
        """It stands in the place of a row; other faults come beside a row that can be used."""
        return self.kind in _LOSES_ROW
