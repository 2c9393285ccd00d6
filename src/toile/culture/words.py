"""The words of `words.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

_READ: Final[Mapping[str, Any]] = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))

MATERIALS: Final[tuple[str, ...]] = tuple(_READ["materials"])
SHADES: Final = frozenset[str](_READ["shades"])
COLOURS: Final = frozenset[str](_READ["colours"])
KNOWN: Final = frozenset[str](_READ["known"])
FILLERS: Final = frozenset[str](_READ["fillers"])
ARTICLES: Final = frozenset[str](_READ["articles"])
WEARING: Final = frozenset[str](_READ["wearing"])
GARMENTS: Final = frozenset[str](_READ["garments"])
PEOPLES: Final = frozenset[str](_READ["peoples"])
NEUTRAL: Final = frozenset[str](_READ["neutral"])
STOP: Final = frozenset[str](_READ["stop"])
PARODY: Final[tuple[str, ...]] = tuple(_READ["parody"])
OCCASIONS: Final[Mapping[str, list[str]]] = _READ["occasions"]
WEARERS: Final[Mapping[str, list[str]]] = _READ["wearers"]
SAME: Final[Mapping[str, str]] = _READ["same"]
RENAMED: Final[Mapping[str, str]] = _READ["names"]
"""Names that the people meant don't use, to what they are called; empty: whose clothes are meant must be asked."""
