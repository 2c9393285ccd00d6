"""A brief from what a user types: garments, concepts, attributes; each word checked, the nearest one suggested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from toile.catalog.briefs import ORDERS, Brief
from toile.catalog.claims import claims_of, grammar_category
from toile.errors import QueryError
from toile.taxonomy import ATTRIBUTES


def read_brief(
    words: str,
    *,
    concepts: Sequence[str] = (),
    attributes: Mapping[str, str] | None = None,
    order: str = "area",
) -> Brief:
    """Check every word of a brief.

    Args:
        words: garments with their colours, from the head down; a length is the first one's.
        concepts: style, occasion, effect, feeling, in any words.
        attributes: of `taxonomy.ATTRIBUTES`, name to value.
        order: of `catalog.briefs.ORDERS`, or all five attributes with commas between.

    Raises:
        QueryError: nothing is said, or an attribute, its value or the order is unknown, or an attribute is asked of
            garments that have none.
    """
    if not words.strip():
        raise QueryError("the prompt is empty; say what to draw, such as 'black jacket, white dress, brown boots'")
    told = {name: attribute_value(name, value) for name, value in (attributes or {}).items()}
    named = [found for claim in claims_of(words) if (found := grammar_category(claim))]
    category = named[0] if named else None
    if told and category is None:
        raise QueryError(f"{', '.join(told)} of what? {words!r} names no garment that has any; say one: 'red dress'")
    for name in told:
        if not any(name in _attributes_of(garment) for garment in named):
            raise QueryError(f"nothing in {words!r} has a {name.replace('_', ' ')}; name a garment that has one")
    return Brief(
        words=words.strip(),
        category=category,
        concepts=tuple(item.strip() for item in concepts if item.strip()),
        attributes=told,
        order=read_order(order),
    )


def _attributes_of(category: str) -> tuple[str, ...]:
    """Of the grammar's seven: what ends at the waist has neither sleeves nor a collar."""
    return ("length", "hem") if category in ("Pant", "Skirt") else tuple(ATTRIBUTES)


def read_order(order: str) -> tuple[str, ...]:
    """An order by name, or as all five attributes with commas between.

    Raises:
        QueryError: it is neither.
    """
    if order in ORDERS:
        return ORDERS[order]
    names = tuple(name.strip() for name in order.split(","))
    if sorted(names) != sorted(ATTRIBUTES):
        raise QueryError(
            f"order is {order!r}, expected one of {', '.join(ORDERS)}, or all of {', '.join(ATTRIBUTES)} in your order"
        )
    return names


def attribute_value(attribute: str, value: str) -> str:
    """The value as the taxonomy writes it.

    Raises:
        QueryError: no such attribute, or no such value of it; the nearest is suggested.
    """
    if attribute not in ATTRIBUTES:
        raise QueryError(f"there is no attribute {attribute!r}; {_nearest(attribute, ATTRIBUTES)}")
    word = value.strip().lower().replace(" ", "-")
    if word not in ATTRIBUTES[attribute]:
        raise QueryError(f"{attribute} can't be {value!r}; {_nearest(word, ATTRIBUTES[attribute])}")
    return word


def _nearest(word: str, options: Iterable[str]) -> str:
    listed = list(options)
    near = get_close_matches(word, listed, n=1, cutoff=0.6)
    return (f"did you mean {near[0]}? " if near else "") + f"choose one of {', '.join(listed)}"
