"""Traditional garments: from a record's id to the function that dresses a body."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from toile.catalog.plates.modern import Wear
from toile.catalog.plates.traditional_capes import CAPES
from toile.catalog.plates.traditional_crossed import CROSSED
from toile.catalog.plates.traditional_ensembles import ENSEMBLES
from toile.catalog.plates.traditional_hose import HOSE
from toile.catalog.plates.traditional_robes import ROBES
from toile.catalog.plates.traditional_wraps import WRAPS

TRADITIONAL: Final[MappingProxyType[str, Wear]] = MappingProxyType(
    {**CROSSED, **ROBES, **WRAPS, **CAPES, **HOSE, **ENSEMBLES}
)
"""Every id of `cultures.TRADITIONS` is here."""

ARMS_OUT: Final = frozenset({"kimono", "yukata", "hakama", "hanfu", "agbada", "grand-boubou", "andean-poncho", "ruana"})
"""Garments that are laid flat with the sleeves stretched out, because they hang from the arms."""
