"""Traditional garments: who wears them, how they are truly made, and how much care they ask for.

The records are drafts from general knowledge, without sources; they become `verified` when a knowledge base with
sources takes them over under the same ids. A garment dresses a figure and says nothing of the figure: skin, build and
hair are drawn as for any other look.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal

from toile.catalog.plates.looks.construction import Construction
from toile.catalog.plates.looks.vocabulary import POSES


@dataclass(frozen=True, kw_only=True, slots=True)
class Tradition:
    """One traditional garment.

    Attributes:
        id: of the record, and the garment's category in a look.
        names: what it is called, the plainest first.
        native: its name in its own writing.
        people: whose it is.
        countries: ISO 3166-1 alpha-2; XX for many.
        kind: robe, dress, skirt, trousers, shirt, coat, cloak, wrap or ensemble.
        construction: what it can be made of and which attributes vary.
        attributes: values of the five attributes that its construction fixes, by the field's name in `Garment`.
        facts: how it is made, in the order in which it is put on; the drawing follows them.
        never: what would be wrong, and why.
        level: open to all; care: ask or learn first; restricted garments are not drawn.
        note: why care is asked for.
        wearers: of `woman` and `man`; by convention, not by rule.
        colours: of the main cloth; empty for any.
        trims: colours of the second cloth; empty for any.
        trim_patterns: patterns of the second cloth.
        trim_fabric: its fabric.
        beneath: modern categories to wear under it or with it, one of them.
        shoes: kinds that go with it; empty for bare feet.
        hats: kinds that may go with it.
        hair: styles that it is worn with; empty for any.
        poses: poses that show its construction.
        status: `draft` until a source stands behind every fact.
    """

    id: str
    names: tuple[str, ...]
    native: str
    people: str
    countries: tuple[str, ...]
    kind: str
    construction: Construction
    attributes: Mapping[str, str]
    facts: tuple[str, ...]
    never: tuple[str, ...] = ()
    level: Literal["open", "care"] = "open"
    note: str = ""
    wearers: tuple[str, ...] = ("woman",)
    colours: tuple[str, ...] = ()
    trims: tuple[str, ...] = ()
    trim_patterns: tuple[str, ...] = ("plain",)
    trim_fabric: str = "cotton"
    beneath: tuple[str, ...] = ()
    shoes: tuple[str, ...] = ()
    hats: tuple[str, ...] = ()
    hair: tuple[str, ...] = ()
    poses: tuple[str, ...] = POSES
    status: str = "draft"


def _tradition(key: str, row: Mapping[str, Any]) -> Tradition:
    values = _with_tuples(row)
    values["construction"] = Construction(name=values["names"][0], **_with_tuples(row["construction"]))
    return Tradition(id=key, **values)


def _with_tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}


def _read() -> Mapping[str, Tradition]:
    text = files(__package__).joinpath("cultures.toml").read_text(encoding="utf-8")
    return MappingProxyType({key: _tradition(key, row) for key, row in tomllib.loads(text).items()})


TRADITIONS: Final = _read()
"""Record id to record."""
