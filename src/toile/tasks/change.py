"""What an edit changes, and the brief that it is a part of: earlier edits' words stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from toile.catalog.briefs import Brief
from toile.catalog.claims import Claim, claims_of, cut_claims_of, grammar_category, names_colour
from toile.catalog.hierarchical import CONCEPT_OF_CATEGORY
from toile.errors import QueryError
from toile.recipe import Recipe
from toile.tasks.brief import attribute_value, read_brief
from toile.tasks.describe import Cut
from toile.tasks.look import Look
from toile.taxonomy import ATTRIBUTES, GARMENT_PARTS, PARTS
from toile.vision.masks import region_of

SLEEVES: Final = "sleeves"
_SAID: Final = ("design", "edit")
"""Verbs that words are told to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is to be changed; without an attribute, or a value of it, it is said in words alone."""

    text: str
    attribute: str | None = None
    value: str | None = None
    garments: tuple[Claim, ...] = ()
    """That come in place of what is worn there."""


def read_change(to: str, attribute: str | None, *, has_mask: bool) -> Change:
    """What is meant: an attribute with its value where there is one, else words.

    Args:
        to: what it shall become.
        attribute: of `taxonomy.ATTRIBUTES`, or `sleeves`; None: whatever the words speak of.
        has_mask: whether the region is given by hand.

    Raises:
        QueryError: nothing is said, no region follows from it, or a value is unknown.
    """
    text = to.strip()
    if not text:
        raise QueryError("it isn't said what to change it into; say so, as in 'puff sleeves'")
    spoken = _spoken(text)
    if attribute is None:
        found = next(iter(spoken.items()), None)
        garments = tuple(claim for claim in claims_of(text) if claim.part in GARMENT_PARTS)
        if found is None and not has_mask and garments:
            return Change(text=text, garments=garments)
        if found is None and not has_mask:
            raise QueryError(
                f"{text!r} speaks of no attribute and names no garment; give one of "
                f"{', '.join([*ATTRIBUTES, SLEEVES])}, or a mask"
            )
        return Change(text=text) if found is None else Change(text=text, attribute=found[0], value=found[1])
    if attribute == SLEEVES:
        kinds = {name: spoken[name] for name in ("sleeve_type", "sleeve_length") if name in spoken}
        for name in ("sleeve_length", "sleeve_type"):
            if _word(text) in ATTRIBUTES[name]:
                kinds.setdefault(name, _word(text))
        if kinds:
            name, value = next(iter(kinds.items()))
            return Change(text=text, attribute=name, value=value)
        if len(text.split()) == 1:
            attribute_value("sleeve_type", text)  # says what there is
        return Change(text=text, attribute="sleeve_type")
    if attribute not in ATTRIBUTES:
        attribute_value(attribute, text)
    if attribute in spoken:
        return Change(text=text, attribute=attribute, value=spoken[attribute])
    words = [_word(text), *(_word(word) for word in text.split())]
    known = next((word for word in words if word in ATTRIBUTES[attribute]), None)
    if known is None and len(text.split()) == 1:
        attribute_value(attribute, text)
    return Change(text=text, attribute=attribute, value=known)


def _spoken(text: str) -> dict[str, str]:
    """Attribute to value, of what the words say; `puff sleeves` are puffed ones."""
    found = cut_claims_of(text)
    before = re.search(r"([a-z-]{4,}) sleeves?\b", text.lower())
    if before and not {"sleeve_type", "sleeve_length"} & set(found):
        kinds = [value for value in ATTRIBUTES["sleeve_type"] if value.startswith(before[1])]
        found |= {"sleeve_type": kinds[0]} if kinds else {}
    return found


def brief_of(seen: Look, brief: Mapping[str, Any] | None, parent: Recipe | None) -> Brief:
    """What is worn: as it was said when the picture was made, or else as it is seen.

    Args:
        seen: the picture.
        brief: as the recipe of an edit has it; None: see `parent`.
        parent: the recipe of the picture; None, or of one that no words made: only what is seen is known.
    """
    if brief is not None:
        return _from_json(brief)
    if parent is not None and parent.verb in _SAID:
        return brief_so_far(parent)
    worn = [(item, item.cut) for item in seen.items if item.cut is not None]
    top_down = sorted(worn, key=lambda pair: _height(seen, pair[0].name))
    words = ", ".join(
        " ".join([*(swatch.name for swatch in item.colours[:1]), cut.category.word]) for item, cut in top_down
    )
    if seen.description is None:
        return Brief(words=words or "garment")
    caption = seen.description.caption
    cut = {name: value for name in ATTRIBUTES if (value := getattr(caption, name)) is not None}
    return Brief(words=words, category=caption.category, attributes=cut)


def brief_so_far(recipe: Recipe) -> Brief:
    """What a picture that toile made was to show, with all edits that led to it.

    Raises:
        QueryError: the recipe is of a picture that nothing drew.
    """
    arguments = recipe.arguments
    if recipe.verb == "design":
        return read_brief(
            arguments["prompt"],
            concepts=arguments["concepts"],
            attributes=arguments["attributes"],
            order=arguments["order"],
        )
    if recipe.verb == "edit":
        change = read_change(arguments["to"], arguments["attribute"], has_mask=arguments["has_own_mask"])
        return with_change(_from_json(arguments["brief"]), change, None)
    raise QueryError(f"a picture made by '{recipe.verb}' has no brief")


def with_change(told: Brief, change: Change, cut: Cut | None) -> Brief:
    """The brief with the change: as an attribute where it is one, in place of a garment, or else in its own words.

    Args:
        told: so far.
        change: what is to be changed.
        cut: of the garment that is changed, where it is seen.
    """
    if change.garments:
        return _exchanged(told, change)
    if change.attribute is None or change.value is None:
        return replace(told, concepts=(*told.concepts, change.text))
    category = CONCEPT_OF_CATEGORY.get(cut.category.word, told.category) if cut else told.category
    # 'white puff sleeves': the grammar has no words for their colour.
    concepts = (*told.concepts, change.text) if names_colour(change.text) else told.concepts
    attributes = {**told.attributes, change.attribute: change.value}
    return replace(told, category=category, concepts=concepts, attributes=attributes)


def _exchanged(told: Brief, change: Change) -> Brief:
    """The brief with garments in place of those that can't be worn with them, and of what was said of their cut."""
    taken = {region_of(claim.part) for claim in change.garments}
    if "dress" in taken:
        taken |= {"upper", "lower"}
    items = [item.strip() for item in told.words.split(",")]
    gone = [place for place, item in enumerate(items) if _regions(item) & (taken | {"dress"})]
    at = gone[0] if gone else 0 if "upper" in taken else len(items)
    left = [item for place, item in enumerate(items) if place not in gone]
    words = ", ".join([*left[:at], change.text, *left[at:]])
    if told.category is not None and any(
        grammar_category(claim) == told.category for item in left for claim in claims_of(item)
    ):
        return replace(told, words=words)
    return replace(told, words=words, category=grammar_category(change.garments[0]), attributes={})


def _regions(words: str) -> set[str]:
    """The places of the body that garments cover."""
    return {region_of(claim.part) for claim in claims_of(words) if claim.part in GARMENT_PARTS}


def as_json(brief: Brief) -> dict[str, Any]:
    """A brief as a recipe holds it."""
    return {**asdict(brief), "attributes": dict(sorted(brief.attributes.items())), "order": list(brief.order)}


def _from_json(values: Mapping[str, Any]) -> Brief:
    return Brief(**{**values, "concepts": tuple(values["concepts"]), "order": tuple(values["order"])})


def _height(seen: Look, part: str) -> float:
    """The middle of a part's rows; 0 of a garment that nobody wears."""
    rows = np.flatnonzero((seen.figure.labels == PARTS.index(part)).any(1))
    return float(rows.mean()) if rows.size else 0.0


def _word(text: str) -> str:
    return text.strip().lower().replace(" ", "-")
