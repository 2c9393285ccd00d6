"""Traditional garments: from a record's id to the function that dresses a body."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from toile.catalog.plates.garments.modern import Wear
from toile.catalog.plates.traditional.capes import CAPES
from toile.catalog.plates.traditional.crossed import CROSSED
from toile.catalog.plates.traditional.ensembles import ENSEMBLES
from toile.catalog.plates.traditional.hose import HOSE
from toile.catalog.plates.traditional.robes import ROBES
from toile.catalog.plates.traditional.wraps import WRAPS

TRADITIONAL: Final[MappingProxyType[str, Wear]] = MappingProxyType(
    {**CROSSED, **ROBES, **WRAPS, **CAPES, **HOSE, **ENSEMBLES}
)
"""Every id of `cultures.TRADITIONS` is here."""

ARMS_OUT: Final = frozenset({"kimono", "yukata", "hakama", "hanfu", "agbada", "grand-boubou", "andean-poncho", "ruana"})
"""Garments that are laid flat with the sleeves stretched out, because they hang from the arms."""
