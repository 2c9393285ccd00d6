"""Modern garments: from the words of a `Garment` to panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from toile.catalog.plates.body import Body
from toile.catalog.plates.layers import Layers
from toile.catalog.plates.looks import Garment
from toile.catalog.plates.measures import SLEEVE_ENDS, TUCKED_END, hem_of
from toile.catalog.plates.panel import Material, material_of
from toile.catalog.plates.poses import SIDES
from toile.catalog.plates.sleeves import SleeveCut, sleeve_panels
from toile.catalog.plates.trousers import TrouserCut, trouser_panels
from toile.catalog.plates.upper import Upper, UpperCut, cut_upper

Wear = Callable[[Body, Garment, Layers], None]
"""Puts a garment on a body: adds its panels to the layers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Defaults:
    """What a category is where its garment doesn't say.

    Attributes:
        label: of `panel.LABELS`.
        length: of `vocabulary.LENGTHS`.
        fit: of `vocabulary.FITS`.
        collar: of `vocabulary.COLLARS`.
        sleeve_length: of `vocabulary.SLEEVE_LENGTHS`.
        sleeve_type: of `vocabulary.SLEEVE_TYPES`.
        hem: of `vocabulary.HEMS`.
        cut: of the cuts.
    """

    label: str
    length: str = "knee"
    fit: str = "regular"
    collar: str = "round"
    sleeve_length: str = "long"
    sleeve_type: str = "regular"
    hem: str = "flat"
    cut: str = ""


DEFAULTS: Final = MappingProxyType(
    {
        "t-shirt": Defaults(label="top", sleeve_length="short"),
        "trousers": Defaults(label="trousers", length="long", cut="straight"),
        "jeans": Defaults(label="trousers", length="long", cut="straight"),
        "shorts": Defaults(label="trousers", length="knee", cut="shorts"),
    }
)


def wear_top(body: Body, garment: Garment, layers: Layers) -> None:
    """A top."""
    defaults = DEFAULTS[garment.category]
    material = material_of(garment.cloth)
    end = TUCKED_END if garment.tucked else hem_of(garment.category, garment.length or defaults.length)
    sleeve_length = garment.sleeve_length or defaults.sleeve_length
    cut = UpperCut(
        material=material,
        label=defaults.label,
        end=end,
        fit=garment.fit or defaults.fit,
        collar="crew",
        sleeved=sleeve_length != "sleeveless",
        hem="flat" if garment.tucked else garment.hem or defaults.hem,
        seed=garment.seed,
    )
    upper = cut_upper(body, cut)
    if garment.tucked:
        layers.add_tucked([upper.panel])
    else:
        layers.add("torso", [upper.panel])
    wear_sleeves(body, upper, sleeve_length, garment.sleeve_type or defaults.sleeve_type, material, layers)


def wear_sleeves(
    body: Body, upper: Upper, length: str, kind: str, material: Material, layers: Layers, cuff: Material | None = None
) -> None:
    """Both sleeves, or none."""
    if length == "sleeveless":
        return
    cut = SleeveCut(type=kind, end=SLEEVE_ENDS[length], material=material, cuff=cuff, ribbed=material.fabric == "knit")
    for side in SIDES:
        layers.add_sleeve(side, sleeve_panels(body, upper, side, cut))


def wear_trousers(body: Body, garment: Garment, layers: Layers) -> None:
    """Trousers, jeans, shorts."""
    defaults = DEFAULTS[garment.category]
    material = material_of(garment.cloth, fabric="denim" if garment.category == "jeans" else None)
    cut = TrouserCut(
        material=material,
        shape=garment.cut or defaults.cut,
        end=hem_of(garment.category, garment.length or defaults.length),
        waistband=material,
    )
    layers.add_bottoms(trouser_panels(body, cut))


MODERN: Final[MappingProxyType[str, Wear]] = MappingProxyType(
    {"t-shirt": wear_top, "trousers": wear_trousers, "jeans": wear_trousers, "shorts": wear_trousers}
)
