"""Modern garments: from the words of a `Garment` to panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from toile.catalog.plates.drawing.panel import Material, Panel, material_of
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIDES
from toile.catalog.plates.garments.collars import Collar, collar_panels
from toile.catalog.plates.garments.fronts import (
    breast_pocket,
    closed_front,
    flap_pockets,
    kangaroo_pocket,
    knit_ribs,
    open_fronts,
    placket,
    rib_hem,
)
from toile.catalog.plates.garments.layers import Layers
from toile.catalog.plates.garments.measures import SLEEVE_ENDS, TUCKED_END, hem_of
from toile.catalog.plates.garments.skirts import SkirtCut, cut_skirt, ruffle_band, slit_panels
from toile.catalog.plates.garments.sleeve_shapes import SleeveCut
from toile.catalog.plates.garments.sleeves import raglan_yokes, sleeve_panels
from toile.catalog.plates.garments.trousers import TrouserCut, trouser_panels
from toile.catalog.plates.garments.upper import Upper, UpperCut, closed_band, cut_upper
from toile.catalog.plates.looks.look import Garment

Wear = Callable[[Body, Garment, Layers], None]
"""Puts a garment on a body: adds its panels to the layers."""

LONG_FALL: Final = (1.3, 8.4)
"""Light falls from the shoulders to the feet; see `Panel.falls`."""

_DROP: Final = 0.10
_GAP: Final = 0.30
_SEAM: Final = 3.0
"""v of the seam between a dress's top and its skirt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Defaults:
    """What a category is where its garment doesn't say.

    Attributes:
        label: of `panel.LABELS`.
        length: of `vocabulary.LENGTHS`.
        fit: of `vocabulary.FITS`.
        collar: of `vocabulary.COLLARS`, or `crew`.
        sleeve_length: of `vocabulary.SLEEVE_LENGTHS`.
        sleeve_type: of `vocabulary.SLEEVE_TYPES`.
        hem: of `vocabulary.HEMS`.
        cut: of the cuts.
        depth: v where the fronts of a jacket meet.
        flare: widening below the waist.
        buttons: rows of buttons of a closed front.
    """

    label: str
    length: str = "knee"
    fit: str = "regular"
    collar: str = "crew"
    sleeve_length: str = "long"
    sleeve_type: str = "regular"
    hem: str = "flat"
    cut: str = ""
    depth: float = 2.5
    flare: float = 0.0
    buttons: int = 0


DEFAULTS: Final = MappingProxyType(
    {
        "t-shirt": Defaults(label="top", sleeve_length="short"),
        "blouse": Defaults(label="top", collar="v"),
        "shirt": Defaults(label="top", collar="shirt", hem="curved", sleeve_type="shirt"),
        "sweater": Defaults(label="top", fit="loose"),
        "hoodie": Defaults(label="top", fit="boxy", collar="hood"),
        "vest": Defaults(label="outer", collar="v", sleeve_length="sleeveless", buttons=4),
        "cardigan": Defaults(label="outer", fit="loose", collar="v", buttons=5, flare=0.02),
        "blazer": Defaults(label="outer", collar="lapel", depth=2.75, buttons=2, flare=0.02),
        "coat": Defaults(label="outer", fit="loose", collar="lapel", depth=2.45, buttons=3, flare=0.10),
        "dress": Defaults(label="dress", fit="slim", collar="v", sleeve_length="short", cut="a-line"),
        "jumpsuit": Defaults(label="jumpsuit", length="long", fit="slim", collar="v", sleeve_length="sleeveless",
                             cut="wide"),
        "skirt": Defaults(label="skirt", cut="a-line"),
        "trousers": Defaults(label="trousers", length="long", cut="straight"),
        "jeans": Defaults(label="trousers", length="long", cut="straight"),
        "shorts": Defaults(label="trousers", cut="shorts"),
    }
)  # fmt: skip

_CREW_NECKED: Final = frozenset({"t-shirt", "sweater", "cardigan"})


class _Words:
    """A garment's words with its category's defaults filled in."""

    def __init__(self, garment: Garment) -> None:
        defaults = DEFAULTS[garment.category]
        self.garment, self.defaults, self.label = garment, defaults, defaults.label
        self.material = material_of(garment.cloth, fabric="denim" if garment.category == "jeans" else None)
        self.trim = material_of(garment.trim) if garment.trim else None
        self.length = garment.length or defaults.length
        self.fit = garment.fit or defaults.fit
        self.collar = _collar(garment, defaults)
        self.hem = garment.hem or defaults.hem
        self.cut = garment.cut or defaults.cut
        self.sleeve_length = _sleeve_length(garment, defaults)
        self.sleeve_type = garment.sleeve_type or defaults.sleeve_type

    @property
    def end(self) -> float:
        """v of the hem, or t along the leg."""
        return hem_of(self.garment.category, self.length)

    def upper_cut(self, **more: object) -> UpperCut:
        """The cut of an upper panel by these words."""
        cut = UpperCut(
            material=self.material,
            label=self.label,
            end=self.end,
            fit=self.fit,
            collar=self.collar,
            sleeved=self.sleeve_length != "sleeveless",
            underarm=2.75 if self.sleeve_type == "dolman" and self.sleeve_length != "sleeveless" else None,
            dropped=_DROP if self.sleeve_type == "drop-shoulder" else 0.0,
            hem=self.hem if self.hem in _SIMPLE_HEMS else "flat",
            seed=self.garment.seed,
        )
        return replace(cut, **more)  # type: ignore[arg-type]


_SIMPLE_HEMS: Final = frozenset({"flat", "curved", "flared", "asymmetric", "handkerchief", "pleated"})


def _collar(garment: Garment, defaults: Defaults) -> str:
    collar = garment.collar or defaults.collar
    return "crew" if collar == "round" and garment.category in _CREW_NECKED else collar


def _sleeve_length(garment: Garment, defaults: Defaults) -> str:
    """Necklines that leave no shoulder have no sleeves."""
    if garment.sleeve_length is None and garment.collar in {"halter", "irregular"}:
        return "sleeveless"
    return garment.sleeve_length or defaults.sleeve_length


def wear_top(body: Body, garment: Garment, layers: Layers) -> None:
    """T-shirt, blouse, shirt, sweater, hoodie."""
    words = _Words(garment)
    cut = words.upper_cut()
    if garment.tucked:
        cut = replace(cut, end=TUCKED_END, hem="flat", tucked=True)
    upper = cut_upper(body, cut)
    panels = [upper.panel, *_top_details(body, garment, upper)]
    if words.hem in {"ruffle", "layered"} and not garment.tucked:
        band = SkirtCut(material=words.material, label=words.label, end=cut.end, falls=cut.falls)
        panels.append(ruffle_band(body, band, upper.width, cut.end - 0.35, cut.end + 0.1))
    if garment.tucked:
        layers.add_tucked(panels)
    else:
        layers.add("torso", panels)
    _finish(body, words, upper, collar_panels(body, upper, words.trim), layers)


def _top_details(body: Body, garment: Garment, upper: Upper) -> list[Panel]:
    """Placket, pockets and ribs of a top."""
    panels: list[Panel] = []
    end, knit = upper.cut.end, upper.cut.material.fabric == "knit"
    if garment.category == "shirt":
        panels += placket(body, upper, 1.55, end + 0.05)
        breast_pocket(body, upper)
    if garment.category == "hoodie":
        panels.append(kangaroo_pocket(body, upper))
    if (knit or garment.category == "hoodie") and not garment.tucked and end > 2.9:
        panels.append(rib_hem(body, upper))
    if knit and upper.cut.material.pattern == "plain":
        knit_ribs(body, upper)
    return panels


def wear_outer(body: Body, garment: Garment, layers: Layers) -> None:
    """Waistcoat, cardigan, blazer, coat; closed or open."""
    words, defaults = _Words(garment), DEFAULTS[garment.category]
    low_neck = words.collar in {"lapel", "v"}
    depth = defaults.depth if low_neck else None
    cut = words.upper_cut(flare=defaults.flare, depth=depth, falls=LONG_FALL if words.end > 4.8 else (1.3, 4.6))
    upper = cut_upper(body, cut)
    if garment.open:
        panels = open_fronts(body, upper, _GAP)
    else:
        top = depth or 1.56
        double = garment.category == "coat"
        swing = 0.06 if garment.category == "blazer" else 0.0
        panels = [upper.panel]
        if words.material.fabric == "knit" and garment.category == "cardigan" and cut.end > 2.9:
            panels.append(rib_hem(body, upper))
        panels += closed_front(body, upper, top, defaults.buttons, double=double, swing=swing)
    if garment.category in {"blazer", "coat"} and cut.end > 3.7:
        height = 3.42 if garment.category == "blazer" else 3.6
        panels += flap_pockets(body, upper, height, 0.40 if garment.open else 0.28)
    layers.add("torso", panels)
    collar = collar_panels(body, upper, words.trim, gap=_GAP if garment.open else 0.0)
    _finish(body, words, upper, collar, layers)


def wear_dress(body: Body, garment: Garment, layers: Layers) -> None:
    """A dress: a top sewn to a skirt, or both cut in one (shift, trapeze)."""
    words = _Words(garment)
    if words.cut in {"shift", "trapeze"}:
        upper, panels = _straight_dress(body, words)
    else:
        upper = cut_upper(body, words.upper_cut(end=_SEAM + 0.02, hem="flat", hem_ink=0.0, falls=LONG_FALL))
        skirt = cut_skirt(
            body,
            SkirtCut(
                material=words.material,
                label=words.label,
                end=words.end,
                shape=words.cut,
                top=_SEAM,
                waist=upper.width(_SEAM),
                hem=words.hem,
                seed=garment.seed,
                cast=0.3,
                falls=LONG_FALL,
            ),
        )
        panels = [*skirt.panels, upper.panel]
    layers.add("torso", panels)
    _finish(body, words, upper, collar_panels(body, upper, words.trim), layers)


def _straight_dress(body: Body, words: _Words) -> tuple[Upper, list[Panel]]:
    trapeze = words.cut == "trapeze"
    upper = cut_upper(
        body,
        words.upper_cut(flare=0.19 if trapeze else 0.03, fit="loose" if trapeze else "regular", falls=LONG_FALL),
    )
    panels = [upper.panel]
    band = SkirtCut(material=words.material, label=words.label, end=words.end, falls=LONG_FALL)
    if words.hem == "ruffle":
        panels.append(ruffle_band(body, band, upper.width, words.end - 0.45, words.end + 0.15, 11))
    elif words.hem == "layered":
        third = (words.end - 3.6) / 2
        panels += [ruffle_band(body, band, upper.width, 3.6 + k * third, 3.72 + (k + 1) * third) for k in (1, 0)]
    elif words.hem == "slit":
        panels += slit_panels(body, band, upper.width)
    return upper, panels


def wear_jumpsuit(body: Body, garment: Garment, layers: Layers) -> None:
    """A top and trousers in one, with a belt of the same cloth."""
    words = _Words(garment)
    upper = cut_upper(body, words.upper_cut(end=3.08, hem="flat", hem_ink=0.6, falls=LONG_FALL))
    legs = trouser_panels(
        body,
        TrouserCut(
            material=words.material, label=words.label, shape=words.cut, end=min(words.end, 2.02), top=_SEAM + 0.03
        ),
    )
    belt = Panel(
        closed_band(
            body.across(upper.width(2.95) + 0.005, 2.95, 13, 0.03), body.across(upper.width(3.1) + 0.02, 3.1, 13, 0.03)
        ),
        words.label,
        (words.trim or words.material).plain(),
        part="trim",
        cast=0.3,
        shade=0.5,
    )
    layers.add("torso", [*legs, upper.panel, belt])
    _finish(body, words, upper, collar_panels(body, upper), layers)


def wear_skirt(body: Body, garment: Garment, layers: Layers) -> None:
    """A skirt with a waistband."""
    words = _Words(garment)
    cut = SkirtCut(
        material=words.material,
        label=words.label,
        end=words.end,
        shape=words.cut,
        hem=words.hem,
        band=True,
        seed=garment.seed,
    )
    layers.pull_on_boots()
    layers.add_bottoms(cut_skirt(body, cut).panels)


def wear_trousers(body: Body, garment: Garment, layers: Layers) -> None:
    """Trousers, jeans, shorts."""
    words = _Words(garment)
    cut = TrouserCut(
        material=words.material,
        label=words.label,
        shape=words.cut,
        end=words.end,
        waistband=words.material,
        crease=words.cut in {"straight", "tapered"} and garment.category == "trousers" and words.end > 1.4,
    )
    panels = trouser_panels(body, cut)
    # Boots go over close legs and bare ones, under wide ones.
    if words.cut in {"skinny", "tapered"} or words.end < 1.5:
        layers.add_bottoms(panels)
        layers.pull_on_boots()
    else:
        layers.pull_on_boots()
        layers.add_bottoms(panels)


def _finish(body: Body, words: _Words, upper: Upper, collar: Collar, layers: Layers) -> None:
    """Collar and sleeves."""
    layers.add("over", collar.front)
    layers.add("back", collar.back)
    wear_sleeves(body, upper, words.sleeve_length, words.sleeve_type, words.material, layers, words.trim)


def wear_sleeves(
    body: Body, upper: Upper, length: str, kind: str, material: Material, layers: Layers, cuff: Material | None = None
) -> None:
    """Both sleeves, or none."""
    if length == "sleeveless":
        return
    ribbed = material.fabric == "knit" or upper.cut.collar == "hood"
    cut = SleeveCut(type=kind, end=SLEEVE_ENDS[length], material=material, cuff=cuff, ribbed=ribbed)
    if kind == "raglan":
        layers.add("torso", raglan_yokes(body, upper, cut))
    for side in SIDES:
        layers.add_sleeve(side, sleeve_panels(body, upper, side, cut))


MODERN: Final[MappingProxyType[str, Wear]] = MappingProxyType(
    {
        **dict.fromkeys(("t-shirt", "blouse", "shirt", "sweater", "hoodie"), wear_top),
        **dict.fromkeys(("vest", "cardigan", "blazer", "coat"), wear_outer),
        "dress": wear_dress,
        "jumpsuit": wear_jumpsuit,
        "skirt": wear_skirt,
        **dict.fromkeys(("trousers", "jeans", "shorts"), wear_trousers),
    }
)
"""Category to how it is worn."""
