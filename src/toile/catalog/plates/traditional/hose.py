"""Kilt, fustanella and lederhosen: pleats or leather above bare knees and stockings.

Image-left is the wearer's RIGHT.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from toile.catalog.plates.drawing.curves import join, spline
from toile.catalog.plates.drawing.panel import Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIDES
from toile.catalog.plates.garments.layers import Layers
from toile.catalog.plates.garments.modern import Wear
from toile.catalog.plates.garments.skirts import SkirtCut, cut_skirt
from toile.catalog.plates.garments.trousers import TrouserCut, trouser_panels
from toile.catalog.plates.looks.look import Garment
from toile.catalog.plates.traditional.parts import (
    BLACK_CLOTH,
    GOLD,
    SILVER,
    WHITE_CLOTH,
    Tunic,
    add_sleeves,
    belt,
    cloth_of,
    cut_tunic,
    disc,
    open_front,
    strip,
    strip_along,
    trim_of,
    vertical_fold,
    wear_collar,
)

_LEATHER: Final = Material((0.431, 0.275, 0.188), fabric="leather")


def _stockings(body: Body, material: Material, layers: Layers, top: float = 1.2, *, cuffed: bool = True) -> None:
    """Knitted stockings to below the knee, with turned-down tops."""
    for side in body.leg_order():
        limb = body.legs[side]
        t = np.linspace(top, 1.97, 12)
        outer, inner = limb.outer(t, body.leg_outer(t) + 0.02), limb.inner(t, body.leg_inner(t) + 0.02)
        stocking = Panel(
            [outer, join(outer[-1], inner[-1]), inner[::-1], join(inner[0], outer[0])],
            "scarf", Material(material.colour, fabric="knit"), part="trim", weight=0.9,
        )  # fmt: skip
        for share in (-0.08, 0.0, 0.08):
            stocking.ribs.append(Line(limb.outer(np.linspace(top + 0.05, 1.95, 8), np.full(8, share)), 0.4))
        panels = [stocking]
        if cuffed:
            t = np.linspace(top - 0.02, top + 0.10, 3)
            width = body.leg_outer(t) + 0.045
            outer, inner = limb.outer(t, width), limb.inner(t, width)
            cuff = Panel(
                [outer, join(outer[-1], inner[-1]), inner[::-1], join(inner[0], outer[0])],
                "scarf", material.plain(), part="trim", weight=0.9, shade=0.4,
            )  # fmt: skip
            panels.append(cuff)
        layers.add("lower", panels)


def wear_kilt(body: Body, garment: Garment, layers: Layers) -> None:
    """Pleats at the sides, flat apron whose free edge is at the wearer's right, sporran on its chain, hose."""
    cloth = cloth_of(garment)
    _stockings(body, trim_of(garment, WHITE_CLOTH), layers)
    skirt = cut_skirt(body, SkirtCut(material=cloth, label="skirt", end=6.05, shape="straight", top=3.12, folded=False))
    width, x = skirt.width, body.front
    for share in (-0.92, -0.80, -0.68, 0.64, 0.77, 0.90):
        skirt.panel.folds.append(vertical_fold(body, width, share, 3.35, 6.05, weight=0.9, depth=0.7))
    v = np.linspace(3.15, 6.1, 10)
    # Image-left is the wearer's right: there the apron ends.
    skirt.panel.lines.append(Line(body.at(-0.45 * np.asarray(width(v)), v), 1.4))
    pouch = body.at(x, 4.36) + np.array(
        [[-0.2, -0.16], [0.2, -0.16], [0.23, 0.1], [0.14, 0.30], [-0.14, 0.30], [-0.23, 0.1]]
    )
    sporran = Panel([spline(pouch, 5, closed=True)], "bag", _LEATHER, part="trim", cast=0.5, weight=0.9)
    flap = body.at(x, 4.36) + np.array([[-0.2, -0.02], [0.0, 0.06], [0.2, -0.02]])
    sporran.lines.append(Line(spline(flap), 0.8))
    for u in (-0.08, 0.0, 0.08):
        sporran.lines.append(Line(body.at(x, 4.36) + np.array([[u, 0.06], [u, 0.26]]), 0.7))
    hip = float(width(3.5)) * 0.98
    chain = strip(body, [(-hip, 3.52), (x, 4.20), (hip, 3.52)], 0.035, "belt", SILVER, weight=0.4, shade=0.0)
    waist = belt(body, width, 3.12, 3.30, "belt", Material(BLACK_CLOTH.colour, fabric="leather"), cast=0.2)
    buckle = disc(body, x, 3.23, 0.07, "belt", SILVER)
    layers.add_bottoms([*skirt.panels, chain, sporran, waist, buckle])


def wear_fustanella(body: Body, garment: Garment, layers: Layers) -> None:
    """Shirt with very wide sleeves, stiff skirt of many pleats, embroidered waistcoat, sash, stockings with garters."""
    cloth, trim = cloth_of(garment), trim_of(garment)
    _stockings(body, cloth, layers, 1.15, cuffed=False)
    for side in body.leg_order():
        limb = body.legs[side]
        width = float(body.leg_outer(1.2)) + 0.03
        garter = strip_along(join(limb.outer(1.2, width), limb.inner(1.2, width)), 0.09, "scarf", trim.plain())
        layers.add("lower", [garter])
    shirt = Tunic(
        end=3.3, label="top", fit="regular", neckline="v", depth=1.9, sleeve="flare", sleeve_end=1.85, bulk=0.1
    )
    upper = cut_tunic(body, garment, shirt, cloth, hem_ink=0.0)
    skirt = cut_skirt(body, SkirtCut(material=cloth, label="skirt", end=6.1, shape="full", top=3.02, pleats=21))
    layers.add("torso", [upper.panel, *skirt.panels])
    wear_collar(body, upper, layers)
    add_sleeves(body, upper, shirt, layers)
    vest = cut_tunic(
        body, garment, Tunic(end=3.05, label="outer", fit="slim", neckline="v", depth=2.3, sleeve=None), trim
    )
    edge = [(vest.neck.half_width, 1.36), (0.30, 1.9), (0.24, 2.5), (0.22, 3.05)]
    sash = belt(body, skirt.width, 2.92, 3.24, "belt", trim.plain(), cast=0.4)
    gold = [strip(body, [(s * (u + 0.02), v) for u, v in edge], 0.05, "outer", GOLD, cast=0.0) for s in (-1, 1)]
    layers.add("torso", [*open_front(body, vest, edge), *gold, sash])


def wear_lederhosen(body: Body, garment: Garment, layers: Layers) -> None:
    """Leather breeches to the knee with a drop front, braces joined by a bar, stockings."""
    cloth, trim = cloth_of(garment), trim_of(garment, GOLD).plain()
    _stockings(body, Material(WHITE_CLOTH.colour, fabric="knit"), layers, 1.3)
    cut = TrouserCut(material=cloth, shape="shorts", end=1.02, waistband=cloth, fly=False, pockets=False)
    panels = trouser_panels(body, cut)
    x, w = body.front, float(body.half_width(3.4))
    flap = body.curve([(-0.55 * w, 3.2), (-0.52 * w, 3.9), (x, 4.02), (0.52 * w, 3.9), (0.55 * w, 3.2)])
    panels[-2].lines.append(Line(flap, 1.0))
    drop = Panel(
        [flap, join(flap[-1], flap[0])], "trousers", cloth, ink=(1.0, 0.0), part="trim", shade=0.3, cast=0.3, weight=0.8
    )
    stitched = [
        strip(
            body, [(s * 0.30 * w, 3.32), (s * 0.33 * w, 3.6), (s * 0.18 * w, 3.86)], 0.05, "trousers", trim, weight=0.3
        )
        for s in (-1, 1)
    ]
    knees = []
    for side in SIDES:
        limb = body.legs[side]
        line = limb.outer(np.linspace(0.72, 1.0, 5), np.full(5, 0.30))
        knees.append(strip_along(line, 0.05, "trousers", trim, weight=0.3))
    layers.add_bottoms([*panels, drop, *stitched, *knees])
    s = body.build.shoulder
    braces = [
        strip(
            body,
            [(side * 0.42 * s, 1.42), (side * 0.40 * s, 2.2), (side * 0.52 * w, 3.1)],
            0.13,
            "trousers",
            cloth,
            cast=0.4,
        )
        for side in (-1, 1)
    ]
    bar = strip(body, [(-0.42 * s, 2.32), (x, 2.36), (0.42 * s, 2.32)], 0.20, "trousers", cloth, cast=0.4)
    flower = disc(body, x, 2.35, 0.06, "trousers", trim)
    layers.add("over", [*braces, bar, flower])


HOSE: Final[MappingProxyType[str, Wear]] = MappingProxyType(
    {
        "kilt": wear_kilt,
        "fustanella": wear_fustanella,
        "lederhosen": wear_lederhosen,
    }
)
"""Record id to the function that dresses a body."""
