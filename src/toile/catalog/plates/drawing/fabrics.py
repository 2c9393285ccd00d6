"""How a fabric takes light: numbers for the painter."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from toile.catalog.plates.drawing.palette import Rgb


@dataclass(frozen=True, kw_only=True, slots=True)
class FabricLook:
    """How a fabric is painted.

    Attributes:
        opacity: below 1 the layers below shine through.
        dark: what shade multiplies by.
        shade_width: of the shade along the side away from the light, in head units.
        shade_blur: softness of that shade's inner edge.
        rim: strength of the light along the lit edge.
        rim_width: its width.
        fold: strength of a fold's shade.
        fold_blur: softness of it.
        sheen: strength of the highlight beside a fold; 0 for none.
    """

    opacity: float = 1.0
    dark: Rgb = (0.62, 0.58, 0.68)
    shade_width: float = 0.24
    shade_blur: float = 0.035
    rim: float = 0.16
    rim_width: float = 0.19
    fold: float = 0.45
    fold_blur: float = 0.018
    sheen: float = 0.0


FABRIC_LOOKS: Final = MappingProxyType(
    {
        "cotton": FabricLook(),
        "silk": FabricLook(shade_width=0.30, rim=0.34, rim_width=0.22, fold=0.55, sheen=0.42),
        "leather": FabricLook(
            dark=(0.38, 0.36, 0.42),
            shade_width=0.22,
            shade_blur=0.015,
            rim=0.30,
            fold=0.55,
            fold_blur=0.012,
            sheen=0.30,
        ),
        "knit": FabricLook(shade_width=0.26, shade_blur=0.045, fold=0.35, fold_blur=0.03),
        "denim": FabricLook(fold=0.45),
        "lace": FabricLook(fold=0.25),
        "sheer": FabricLook(opacity=0.5, fold=0.35),
        "skin": FabricLook(dark=(0.80, 0.62, 0.60), rim=0.14, rim_width=0.14),
        "hair": FabricLook(rim=0.12),
    }
)

DARK_SHEEN: Final = 0.13
"""Folds of nearly black cloth of any fabric get this highlight, or they would not be seen."""
