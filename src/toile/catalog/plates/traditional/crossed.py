"""Robes and jackets whose collar crosses: kimono, yukata, hakama, hanfu, hanbok.

Image-left is the wearer's RIGHT. A collar that crosses has the wearer's LEFT side outermost, always: right over left
dresses the dead. So its upper band comes from the image's right shoulder, and the edge of the overlap runs down on
the image's left.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from toile.catalog.plates.drawing.curves import bow, join
from toile.catalog.plates.drawing.palette import luminance
from toile.catalog.plates.drawing.panel import Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIDES, Side
from toile.catalog.plates.garments.layers import Layers
from toile.catalog.plates.garments.modern import Wear
from toile.catalog.plates.garments.skirts import SkirtCut, cut_skirt
from toile.catalog.plates.garments.sleeve_shapes import SleeveCut
from toile.catalog.plates.garments.sleeves import sleeve_panels
from toile.catalog.plates.garments.trousers import TrouserCut, trouser_panels
from toile.catalog.plates.garments.upper import Upper
from toile.catalog.plates.looks.look import Garment
from toile.catalog.plates.traditional.parts import (
    GOLD,
    WHITE_CLOTH,
    Tunic,
    add_sleeves,
    belt,
    cloth_of,
    cloth_piece,
    crossed_collar,
    cut_tunic,
    disc,
    edge_line,
    narrower_neck,
    neck_lining,
    sleeve_border,
    strip,
    trim_of,
    vertical_fold,
)


def _crossed_robe(body: Body, garment: Garment, layers: Layers, tunic: Tunic, *, inner_collar: bool) -> Upper:
    """A straight robe, the wearer's left side over the right, with hanging sleeves."""
    upper = cut_tunic(body, garment, tunic, cloth_of(garment))
    upper.panel.folds.clear()
    # The edge of the wearer's left side, which lies on top, is at the wearer's right: the image's left.
    upper.panel.lines.append(edge_line(body, upper.width, -0.34, 3.2, tunic.end + 0.04, 1.2))
    for share in (-0.62, 0.45, 0.75):
        upper.panel.folds.append(vertical_fold(body, upper.width, share, tunic.end - 2.2, tunic.end))
    layers.add("back", [neck_lining(body, upper)])
    layers.add("torso", [upper.panel])
    add_sleeves(body, upper, tunic, layers)
    if inner_collar:
        inner = narrower_neck(upper, 0.045)
        layers.add("over", crossed_collar(body, inner, WHITE_CLOTH, meeting=2.0, end=2.2, width=0.09))
    return upper


def wear_kimono(body: Body, garment: Garment, layers: Layers) -> None:
    """Robe, white inner collar, collar of the robe's own cloth, wide obi with its cord."""
    tunic = Tunic(
        end=8.40, fit="regular", neckline="v", depth=2.3, sleeve="kimono", sleeve_end=1.74, cinch=-0.04, drop=1.0
    )
    upper = _crossed_robe(body, garment, layers, tunic, inner_collar=True)
    layers.add("over", crossed_collar(body, upper, cloth_of(garment).plain(), meeting=2.2, end=2.46))
    _obi(body, upper, garment, layers, 2.40, 3.28, cord=True)


def wear_yukata(body: Body, garment: Garment, layers: Layers) -> None:
    """Unlined, no inner collar, shorter sleeves, a narrow obi tied in a flat bow."""
    tunic = Tunic(
        end=8.30, fit="regular", neckline="v", depth=2.3, sleeve="kimono", sleeve_end=1.66, cinch=-0.03, drop=0.7
    )
    upper = _crossed_robe(body, garment, layers, tunic, inner_collar=False)
    layers.add("over", crossed_collar(body, upper, cloth_of(garment), meeting=2.2, end=2.62))
    _obi(body, upper, garment, layers, 2.60, 3.02, cord=False)


def _obi(body: Body, upper: Upper, garment: Garment, layers: Layers, top: float, bottom: float, *, cord: bool) -> None:
    def width(v: float) -> float:
        return float(upper.width(min(v, 3.0))) * 1.02 + 0.012

    obi = trim_of(garment)
    panels = [belt(body, np.vectorize(width), top, bottom, "belt", obi, cast=0.6)]
    panels[0].lines += [
        Line(body.across(width(v) * 0.98, v, 9, sag=0.04), 0.5) for v in (top + 0.3, bottom - 0.3) if cord
    ]
    if cord:
        middle = (top + bottom) / 2
        tie = WHITE_CLOTH if luminance(obi.colour) < 0.5 else Material((0.78, 0.18, 0.21))
        panels.append(belt(body, np.vectorize(lambda v: width(v) + 0.01), middle - 0.04, middle + 0.05, "belt", tie))
        panels.append(disc(body, body.front, middle + 0.04, 0.06, "belt", tie))
    layers.add("torso", panels)


def wear_hakama(body: Body, garment: Garment, layers: Layers) -> None:
    """A kimono inside wide pleated trousers, their straps tied in front."""
    layers.pull_on_boots()
    tunic = Tunic(
        end=4.3, fit="regular", neckline="v", depth=2.3, sleeve="kimono", sleeve_end=1.72, cinch=-0.03, drop=0.75
    )
    upper = cut_tunic(body, garment, tunic, cloth_of(garment), hem_ink=0.0)
    layers.add("back", [neck_lining(body, upper)])
    layers.add("torso", [upper.panel])
    add_sleeves(body, upper, tunic, layers)
    inner = narrower_neck(upper, 0.045)
    layers.add("over", crossed_collar(body, inner, WHITE_CLOTH, meeting=2.0, end=2.2, width=0.09))
    layers.add("over", crossed_collar(body, upper, cloth_of(garment).plain(), meeting=2.2, end=2.70))
    cloth = trim_of(garment)
    legs = trouser_panels(
        body, TrouserCut(material=cloth, shape="palazzo", end=1.97, top=2.80, fly=False, pockets=False)
    )
    for panel, side in zip(legs, body.leg_order(), strict=True):
        limb = body.legs[side]
        for share in (-0.62, -0.2, 0.24, 0.66):
            t = np.linspace(-0.45, 1.95, 12)
            spread = 0.36 + 0.16 * np.clip(t, 0, 2)
            panel.lines.append(Line(limb.outer(t, share * spread), 1.0))
    layers.add("torso", legs)

    def width(v: float) -> float:
        return float(body.half_width(min(v, 3.0))) + 0.07

    band = belt(body, np.vectorize(width), 2.74, 2.98, "trousers", cloth.plain())
    x = body.front
    knot = [
        strip(body, [(x - 0.03, 2.92), (x - 0.10, 3.4), (x - 0.08, 3.9)], 0.10, "trousers", cloth.plain(), cast=0.4),
        strip(body, [(x + 0.03, 2.92), (x + 0.12, 3.3), (x + 0.10, 3.75)], 0.10, "trousers", cloth.plain(), cast=0.4),
        cloth_piece(
            body,
            [[(x - 0.13, 2.84), (x + 0.13, 2.84)], [(x + 0.13, 2.84), (x + 0.13, 3.0)],
             [(x + 0.13, 3.0), (x - 0.13, 3.0)], [(x - 0.13, 3.0), (x - 0.13, 2.84)]],
            "trousers", cloth.plain(), cast=0.4, shade=0.4,
        ),
    ]  # fmt: skip
    layers.add("torso", [band, *knot])


def wear_hanfu(body: Body, garment: Garment, layers: Layers) -> None:
    """Top with wide hanging sleeves, its collar crossing to the wearer's right; pleated skirt over it; narrow sash."""
    cloth, top = cloth_of(garment), trim_of(garment, WHITE_CLOTH)
    tunic = Tunic(
        end=3.2, label="top", fit="regular", neckline="v", depth=2.35, sleeve="kimono", sleeve_end=1.78, drop=0.85
    )
    upper = cut_tunic(body, garment, tunic, top)
    layers.add("torso", [upper.panel])
    add_sleeves(body, upper, tunic, layers)
    skirt = cut_skirt(
        body,
        SkirtCut(
            material=cloth, label="skirt", end=8.5, shape="a-line", top=2.72, waist=float(upper.width(2.72)) + 0.02,
            pleats=13,
        ),
    )  # fmt: skip
    band = cloth.plain() if cloth.pattern != "plain" else Material(cloth.inside().colour)
    waist = belt(
        body, lambda v: np.asarray(upper.width(np.minimum(v, 3.0))) + 0.03, 2.64, 2.90, "skirt", band, cast=0.3
    )
    x = body.front
    ends = [
        strip(body, [(x + du, 2.86), (x + du * 1.6, 3.8), (x + du * 1.2, end)], 0.09, "belt", band, cast=0.4)
        for du, end in ((-0.06, 5.6), (0.07, 5.2))
    ]
    layers.add("torso", [*skirt.panels, waist, *ends])
    collar = band if luminance(band.colour) < 0.85 else cloth.inside()
    layers.add(
        "over", crossed_collar(body, narrower_neck(upper, 0.045), WHITE_CLOTH, meeting=2.02, end=2.2, width=0.08)
    )
    layers.add("over", crossed_collar(body, upper, collar.plain(), meeting=2.26, end=2.66, width=0.13))


def wear_hanbok(body: Body, garment: Garment, layers: Layers) -> None:
    """Full skirt hung from the chest; short jacket with curved sleeves, a white collar strip and a one-loop bow."""
    cloth, jacket = cloth_of(garment), trim_of(garment, WHITE_CLOTH)
    skirt = cut_skirt(
        body,
        SkirtCut(
            material=cloth, label="skirt", end=8.60, shape="bell", top=2.06, waist=float(body.half_width(2.1)) + 0.06,
            seed=garment.seed,
        ),
    )  # fmt: skip
    tunic = Tunic(end=2.50, label="top", fit="regular", neckline="v", depth=2.05, hem="curved")
    upper = cut_tunic(body, garment, tunic, jacket)
    upper.panel.folds.clear()
    layers.add("torso", [*skirt.panels, upper.panel])
    for side in SIDES:
        layers.add_sleeve(side, _bellied_sleeve(body, upper, side, cloth))
    band = cloth.plain() if luminance(cloth.colour) < 0.8 else trim_of(garment).inside()
    inner = narrower_neck(upper, 0.05)
    layers.add("over", crossed_collar(body, inner, WHITE_CLOTH, meeting=1.92, end=2.06, width=0.08))
    layers.add("over", crossed_collar(body, upper, band, meeting=2.04, end=2.26, width=0.13))
    x, red = body.front, Material((0.776, 0.184, 0.208), fabric="silk")
    ribbon = red if abs(luminance(red.colour) - luminance(cloth.colour)) > 0.12 else GOLD
    long_end = [(x + 0.04, 2.18), (x + 0.15, 3.0), (x + 0.09, 4.0), (x + 0.16, 5.0)]
    short_end = [(x - 0.03, 2.18), (x - 0.04, 3.0), (x - 0.10, 3.6), (x - 0.05, 4.3)]
    loop = Panel(
        [body.closed_curve([(x, 2.12), (x + 0.30, 2.03), (x + 0.37, 2.16), (x + 0.28, 2.25)])],
        "belt", ribbon, part="trim", cast=0.4,
    )  # fmt: skip
    layers.add(
        "over",
        [
            strip(body, long_end, 0.13, "belt", ribbon, cast=0.5),
            strip(body, short_end, 0.12, "belt", ribbon, cast=0.5),
            loop,
        ],
    )


def _bellied_sleeve(body: Body, upper: Upper, side: Side, edge: Material) -> list[Panel]:
    """A sleeve whose lower edge is a curve (baerae), with a border of the skirt's cloth."""
    limb = body.arms[side]
    sleeve = sleeve_panels(
        body, upper, side, SleeveCut(type="regular", end=1.93, material=upper.cut.material, bulk=0.04)
    )[-1]
    t = np.linspace(0.45, 1.93, 14)
    belly = 0.17 + 0.19 * np.sin(np.pi * np.clip((t - 0.3) / 1.68, 0, 1)) ** 1.2
    inner = join(limb.inner(t, belly)[::-1], sleeve.segments[2][-1:])
    outer, armhole = sleeve.segments[0], sleeve.segments[3]
    panel = Panel(
        [outer, bow(outer[-1], inner[0], 0.02 * limb.direction(1.9)), inner, armhole],
        sleeve.label, sleeve.material, mesh=sleeve.mesh, ink=(1.0, 1.0, 1.0, 0.7), cast=0.45, falls=sleeve.falls,
    )  # fmt: skip
    panel.patches, panel.folds = sleeve.patches, sleeve.folds[:2]
    return [panel, sleeve_border(panel, 0.14, edge.plain())]


CROSSED: Final[MappingProxyType[str, Wear]] = MappingProxyType(
    {
        "kimono": wear_kimono,
        "yukata": wear_yukata,
        "hakama": wear_hakama,
        "hanfu": wear_hanfu,
        "hanbok": wear_hanbok,
    }
)
"""Record id to the function that dresses a body."""
