"""The styles in which captions can be asked for, and the instructions that ask (UniFashion, instruction tuning)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from toile.errors import QueryError

STYLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "title": (
            "write a short title",
            "name this product in a few words",
            "give a short title of what is shown",
        ),
        "copy": (
            "write product copy",
            "describe this product for a shop",
            "write a description that a shop would print",
        ),
        "attributes": (
            "list the attributes",
            "name garment, colour, pattern and cut as a list",
            "list what can be said of the garment",
        ),
        "hierarchical": (
            "write a hierarchical caption",
            "describe the look from its concepts to its details",
            "caption from category and style down to collar and hem",
        ),
    }
)
"""Style to instructions that ask for it; the first is used when a caption is written, training draws any."""


def check_style(style: str) -> None:
    """Refuse a style that there isn't.

    Raises:
        QueryError: no such style.
    """
    if style not in STYLES:
        raise QueryError(f"there is no caption style {style!r}; choose one of {', '.join(STYLES)}")


def attribute_list(told: Mapping[str, str]) -> str:
    """`garment: dress; colour: red; sleeve length: long`."""
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in told.items())


def read_attribute_list(text: str) -> dict[str, str]:
    """The reverse; what is no pair of name and value is passed over."""
    pairs = (item.split(":", 1) for item in text.split(";") if ":" in item)
    return {name.strip().replace(" ", "_"): value.strip() for name, value in pairs}
