"""Capes and gowns that hang from the arms, pleated skirts, and ensembles of several pieces.

Image-left is the wearer's RIGHT.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from toile.catalog.plates.body import Body
from toile.catalog.plates.curves import Points, between, join, resample, spline
from toile.catalog.plates.layers import Layers
from toile.catalog.plates.looks import Garment
from toile.catalog.plates.meshes import hanging_mesh
from toile.catalog.plates.modern import Wear
from toile.catalog.plates.palette import luminance, shade_of
from toile.catalog.plates.panel import Fold, Line, Material, Mesh, Panel
from toile.catalog.plates.poses import SIDES, SIGN, Side
from toile.catalog.plates.skirts import SkirtCut, cut_skirt, ruffle_band
from toile.catalog.plates.sleeves import SleeveCut, sleeve_panels
from toile.catalog.plates.traditional_parts import (
    BLACK_CLOTH,
    GOLD,
    SILVER,
    WHITE_CLOTH,
    Tunic,
    add_sleeves,
    belt,
    cloth_of,
    cloth_piece,
    cut_tunic,
    disc,
    fringe,
    hem_border,
    open_front,
    row_of_discs,
    strip,
    strip_along,
    through,
    trim_of,
    vertical_fold,
    wear_collar,
)
from toile.catalog.plates.trousers import TrouserCut, trouser_panels

_LEATHER: Final = Material((0.431, 0.275, 0.188), fabric="leather")

# --- gowns and capes that hang from the arms ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cape:
    """A cloth that lies on the shoulders and falls over the arms, in the picture's own coordinates.

    Attributes:
        reach: t along the arm up to which it lies on it.
        drop: how far it hangs below that point.
        hem: half-width of the hem.
        end: y of the hem.
        neck: half-width of the neck opening, added to the neck's.
        depth: v of the opening's lowest point.
    """

    reach: float
    drop: float
    hem: float
    end: float
    neck: float = 0.10
    depth: float = 1.8


def _cape_side(body: Body, side: Side, cape: _Cape) -> tuple[Points, Points, Points]:
    """Edge along the arm, hanging corner, side down to the hem."""
    sign, limb = SIGN[side], body.arms[side]
    shoulder = body.at(sign * body.build.shoulder, 1.50)
    elbow = limb.axis(0.95) + np.array([0.22 * sign, 0.0])
    wrist = limb.axis(cape.reach) + np.array([0.22 * sign, -0.05])
    corner = np.array([sign * max(abs(float(wrist[0])), 1.2) + 0.05 * sign, float(wrist[1]) + cape.drop])
    hem = np.array([sign * cape.hem + 0.6 * body.pose.pelvis, cape.end])
    edge = through(shoulder, between(shoulder, elbow, 0.6) + np.array([0.02 * sign, -0.10]), elbow, wrist)
    hanging = through(wrist, between(wrist, corner, 0.5) + np.array([0.05 * sign, 0.0]), corner)
    lower = through(corner, between(corner, hem, 0.4) + np.array([-0.06 * sign, 0.1]), hem)
    return edge, hanging, lower


def _cape_panel(body: Body, cape: _Cape, label: str, material: Material) -> Panel:
    n = body.build.neck + cape.neck
    neck = body.curve(
        [(-n, 1.38), (-0.6 * n, cape.depth - 0.12), (body.front, cape.depth), (0.6 * n, cape.depth - 0.12), (n, 1.38)]
    )
    left, right = _cape_side(body, "left", cape), _cape_side(body, "right", cape)
    middle = np.array([0.6 * body.pose.pelvis, cape.end + 0.14])
    hem = through(right[2][-1], middle, left[2][-1], per_span=10)
    segments = [
        neck,
        join(neck[-1], right[0]),
        right[1],
        right[2],
        hem,
        left[2][::-1],
        left[1][::-1],
        join(left[0][::-1], neck[0]),
    ]
    mesh = hanging_mesh(body.at(0.0, 1.4), width=3.4, bottom=cape.end)
    panel = Panel(segments, label, material, mesh=mesh, cast=0.6, falls=(1.3, cape.end + 0.6))
    for sign in (-1, 1):
        for step in range(4):
            line = [
                (sign * (0.60 + 0.12 * step), 1.56 + 0.04 * step),
                (sign * (0.78 + 0.17 * step), 2.9 + 0.25 * step),
                (sign * (0.82 + 0.20 * step), 4.6 + 0.2 * step),
                (sign * (0.72 + 0.18 * step), cape.end - 0.3 - 0.45 * step),
            ]
            panel.crease(np.array(line), 0.9, 1.3)
    return panel


def _embroidered_bib(body: Body, cape: _Cape, label: str, material: Material, long: float) -> list[Panel]:
    """Embroidery round the neck and down the chest, a pocket at the wearer's left."""
    n = body.build.neck + cape.neck
    inner = [
        (-n - 0.02, 1.42),
        (-0.6 * n, cape.depth - 0.10),
        (0.0, cape.depth + 0.02),
        (0.6 * n, cape.depth - 0.10),
        (n + 0.02, 1.42),
    ]
    outer = [
        (n + 0.12, 1.46),
        (0.36, 1.95),
        (0.31, long - 0.25),
        (0.0, long),
        (-0.31, long - 0.25),
        (-0.36, 1.95),
        (-n - 0.12, 1.46),
    ]
    bib = cloth_piece(
        body,
        [inner, [inner[-1], outer[0]], outer, [outer[-1], inner[0]]],
        label,
        material,
        cast=0.0,
        part="trim",
        shade=0.2,
    )
    return [bib]


def wear_agbada(body: Body, garment: Garment, layers: Layers) -> None:
    """Trousers and long-sleeved tunic; over both one very wide cloth, embroidered at neck and chest."""
    cloth, embroidery = cloth_of(garment), trim_of(garment)
    plain = cloth.plain()
    layers.add_bottoms(
        trouser_panels(body, TrouserCut(material=plain, shape="wide", top=3.2, fly=False, pockets=False))
    )
    tunic = Tunic(end=4.2, label="top", neckline="round")
    upper = cut_tunic(body, garment, tunic, plain)
    layers.add("torso", [upper.panel])
    wear_collar(body, upper, layers)
    add_sleeves(body, upper, tunic, layers)
    cape = _Cape(reach=1.80, drop=1.7, hem=1.22, end=7.65)
    gown = _cape_panel(body, cape, "outer", cloth)
    pocket = [(0.42, 2.6), (0.64, 2.6), (0.64, 3.1), (0.42, 3.1), (0.42, 2.6)]
    gown.lines.append(Line(body.points(pocket), 0.8))
    layers.add("over", [gown, *_embroidered_bib(body, cape, "outer", embroidery, 3.15)])


def wear_grand_boubou(body: Body, garment: Garment, layers: Layers) -> None:
    """A robe to the ground, open below the arms, over a wrapped skirt; wide embroidered neckline."""
    cloth, embroidery = cloth_of(garment), trim_of(garment)
    skirt = cut_skirt(body, SkirtCut(material=cloth, label="skirt", end=8.5, shape="tube", top=3.1))
    layers.add_bottoms(skirt.panels)
    cape = _Cape(reach=1.62, drop=1.9, hem=1.12, end=8.55, neck=0.20, depth=2.0)
    robe = _cape_panel(body, cape, "dress", cloth)
    layers.add("over", [robe, *_embroidered_bib(body, cape, "dress", embroidery, 3.4)])


def wear_andean_poncho(body: Body, garment: Garment, layers: Layers) -> None:
    """A cloth with a slit for the head; falls over the arms to a point; stripes along its edges, fringe."""
    cloth = cloth_of(garment)
    n, tip = body.build.neck + 0.09, np.array([0.9 * body.pose.pelvis, 4.75])
    sides = {side: _poncho_side(body, side, n) for side in SIDES}
    right, left = sides["right"], sides["left"]
    hem_right, hem_left = resample(join(right[-1], tip), 12), resample(join(tip, left[-1]), 12)
    x = body.front
    neck = [body.curve([(-n, 1.38), (-0.55 * n, 1.7), (x, 1.98)]), body.curve([(x, 1.98), (0.55 * n, 1.7), (n, 1.38)])]
    slope = abs(float(right[-1][1] - tip[1]) / (float(right[-1][0] - tip[0]) or 1.0))
    mesh = _chevron_mesh(float(tip[0]), slope)
    poncho = Panel(
        [*neck, right, hem_right, hem_left, left[::-1]], "outer", cloth, mesh=mesh, cast=0.7, falls=(1.3, 5.0)
    )
    for sign in (-1, 1):
        for step in range(2):
            shoulder = body.at(sign * (0.45 + 0.2 * step), 1.5)
            below = np.array([[sign * (0.55 + 0.22 * step), 2.6], [sign * (0.5 + 0.25 * step), 3.6]])
            poncho.crease(join(shoulder, below), 0.8, 1.2)
    dark = Material(cloth.second if cloth.pattern != "plain" else shade_of(cloth.colour))
    edge = join(hem_left[::-1], hem_right[::-1][1:])
    band = strip_along(edge + np.array([0.0, 0.09]), 0.17, "outer", dark, cast=0.0)
    band.ribs = fringe(edge, 0.22, 54)
    collar = strip(body, [(-n, 1.38), (-0.55 * n, 1.7), (x, 2.0), (0.55 * n, 1.7), (n, 1.38)], 0.08, "outer", dark)
    layers.add("over", [band, poncho, collar])


def _poncho_side(body: Body, side: Side, n: float) -> Points:
    sign, limb = SIGN[side], body.arms[side]
    shoulder = body.at(sign * body.build.shoulder, 1.49)
    elbow = limb.axis(1.0) + np.array([0.20 * sign, 0.0])
    wrist = limb.axis(1.25) + np.array([0.30 * sign, 0.25])
    middle = between(shoulder, elbow, 0.5) + np.array([0.06 * sign, -0.05])
    return through(body.at(sign * n, 1.38), shoulder, middle, elbow, wrist)


def _chevron_mesh(centre: float, slope: float) -> Mesh:
    """Stripes that run parallel to a pointed hem."""
    x, y = np.linspace(-3, 3, 9), np.linspace(1, 6, 8)
    grid = np.stack([np.tile(x, 8), np.repeat(y, 9)], axis=1)
    texture = np.stack([grid[:, 0], grid[:, 1] + slope * np.abs(grid[:, 0] - centre)], axis=1)
    return Mesh(grid, texture, 9, 8)


def wear_ruana(body: Body, garment: Garment, layers: Layers) -> None:
    """A square wool cloth open in front, both halves hanging over the arms."""
    cloth, trim = cloth_of(garment), trim_of(garment).plain()
    pieces = []
    for side in SIDES:
        sign, limb = SIGN[side], body.arms[side]
        n = body.build.neck + 0.07
        edge = _poncho_side(body, side, n)
        bottom = edge[-1] + np.array([0.12 * sign, 1.15])
        front_foot = body.at(sign * 0.16, 4.95)
        fall = through(edge[-1], between(edge[-1], bottom, 0.5) + np.array([0.08 * sign, 0.0]), bottom)
        hem = through(bottom, between(bottom, front_foot, 0.5) + np.array([0.0, 0.12]), front_foot)
        front = body.curve([(sign * 0.16, 4.95), (sign * 0.13, 3.2), (sign * 0.14, 2.0), (sign * n, 1.38)])
        half = Panel(
            [edge, fall, hem, front],
            "outer",
            cloth,
            mesh=hanging_mesh(body.at(0.0, 1.4), width=3.2),
            cast=0.7,
            falls=(1.3, 5.4),
        )
        for step in range(3):
            start, stop = (
                limb.axis(0.35 + 0.25 * step),
                between(hem[0], hem[-1], 0.15 + 0.25 * step) + np.array([0, -0.3]),
            )
            half.folds.append(
                Fold(through(start, between(start, stop, 0.5) + np.array([0.05 * sign, 0.0]), stop), 0.8, 1.2)
            )
        half.ribs = fringe(hem, 0.0, 2)
        shift = np.array([0.035 * sign, 0.0])
        pieces += [
            half,
            strip_along(front + shift, 0.07, "outer", trim, cast=0.0),
            strip_along(hem + np.array([0, -0.05]), 0.07, "outer", trim, cast=0.0),
        ]
    layers.add("over", pieces)


# --- pleated skirts -------------------------------------------------------------------------------------------------


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


# --- ensembles ------------------------------------------------------------------------------------------------------


def wear_dirndl(body: Body, garment: Garment, layers: Layers) -> None:
    """White blouse with puffed sleeves, laced bodice, full skirt, apron tied in a bow.

    On which side the bow is tied has a meaning, so neither side is always drawn.
    """
    cloth, apron = cloth_of(garment), trim_of(garment)
    blouse = Tunic(end=2.6, label="top", fit="slim", neckline="sweetheart", sleeve="puffed", sleeve_end=0.52)
    under = cut_tunic(body, garment, blouse, WHITE_CLOTH)
    skirt = cut_skirt(
        body, SkirtCut(material=cloth, label="dress", end=6.85, shape="full", top=2.98, seed=garment.seed)
    )
    dark = Material(shade_of(cloth.colour))
    bodice = cut_tunic(body, garment, Tunic(end=3.02, fit="slim", neckline="square", sleeve=None), dark, hem_ink=0.7)
    x = body.front
    for step in range(4):
        v = 2.2 + 0.19 * step
        for first, last in ((-0.11, 0.11), (0.11, -0.11)):
            bodice.panel.lines.append(Line(body.points([(x + first, v), (x + last, v + 0.14)]), 0.9))
    width, end = skirt.width, 6.5
    f, down = np.linspace(-0.55, 0.55, 13), np.linspace(3.05, end, 12)
    half = 0.55 * np.asarray(width(down))
    foot = body.at(f * float(width(end)), end + 0.24 * (1 - (f / 0.8) ** 2))
    top = body.at(f * float(width(3.05)), 3.02)
    piece = Panel([top, body.at(half, down), foot[::-1], body.at(-half, down)[::-1]], "dress", apron,
                  mesh=skirt.panel.mesh, part="trim", cast=0.5, falls=(2.9, 9.4))  # fmt: skip
    piece.folds += [
        vertical_fold(body, width, share, 3.6, end + 0.1, weight=0.7, depth=0.7)
        for share in (-0.42, -0.2, 0.05, 0.25, 0.45)
    ]
    band = belt(body, lambda w: np.asarray(bodice.width(np.minimum(w, 3.0))) + 0.015, 2.93, 3.10, "belt", apron.plain())
    side = 1 if garment.seed % 2 else -1
    layers.add(
        "torso", [*skirt.panels, under.panel, bodice.panel, piece, band, *_bow(body, side * 0.30, 3.02, apron.plain())]
    )
    wear_collar(body, under, layers)
    add_sleeves(body, under, blouse, layers)


def _bow(body: Body, u: float, v: float, material: Material) -> list[Panel]:
    ends = [
        strip(
            body, [(u - 0.01, v + 0.03), (u - 0.06, v + 0.48), (u - 0.04, v + 0.88)], 0.08, "belt", material, cast=0.3
        ),
        strip(
            body, [(u + 0.01, v + 0.03), (u + 0.08, v + 0.48), (u + 0.08, v + 0.78)], 0.08, "belt", material, cast=0.3
        ),
    ]
    loops = [
        Panel([body.closed_curve(loop)], "belt", material, part="trim", cast=0.3)
        for loop in ([(u, v), (u + s * 0.18, v - 0.10), (u + s * 0.20, v + 0.10), (u, v + 0.04)] for s in (-1, 1))
    ]
    return [*ends, *loops, disc(body, u, v + 0.02, 0.05, "belt", material)]


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


def wear_sarafan(body: Body, garment: Garment, layers: Layers) -> None:
    """White blouse with full sleeves; a trapeze dress on straps, a band down its middle and along the hem."""
    cloth, band = cloth_of(garment), trim_of(garment)
    blouse = Tunic(end=3.0, label="top", fit="regular", neckline="crew", sleeve="lantern", sleeve_end=1.88)
    under = cut_tunic(body, garment, blouse, WHITE_CLOTH)
    tunic = Tunic(end=8.3, fit="regular", neckline="square", sleeve=None, flare=0.20, cinch=-0.05)
    dress = cut_tunic(body, garment, tunic, cloth)
    for share in (-0.72, -0.4, 0.4, 0.72):
        dress.panel.folds.append(vertical_fold(body, dress.width, share, 3.2, 8.3))
    x, w = body.front, dress.neck.half_width
    layers.add(
        "torso",
        [
            under.panel,
            dress.panel,
            strip(body, [(x, 1.97), (x, 4.5), (x, 8.36)], 0.24, "dress", band),
            hem_border(body, dress.width, 8.3, 0.26, "dress", band),
            strip(body, [(-w + 0.02, 1.96), (x, 2.0), (w - 0.02, 1.96)], 0.10, "dress", band),
        ],
    )
    wear_collar(body, under, layers)
    add_sleeves(body, under, blouse, layers)


def wear_vyshyvanka(body: Body, garment: Garment, layers: Layers) -> None:
    """Straight shirt, stand collar with a slit, embroidered chest, upper sleeves and cuffs."""
    cloth, embroidery = cloth_of(garment), trim_of(garment)
    tunic = Tunic(end=4.15, label="top", fit="regular", neckline="stand", sleeve="lantern", sleeve_end=1.85)
    upper = cut_tunic(body, garment, tunic, cloth)
    x = body.front
    upper.panel.lines.append(Line(body.points([(x, 1.5), (x, 2.35)]), 0.9))
    bands = [
        strip(body, [(x + s * 0.15, 1.56), (x + s * 0.16, 2.1), (x + s * 0.16, 2.75)], 0.17, "top", embroidery)
        for s in (-1, 1)
    ]
    layers.add("torso", [upper.panel, *bands, hem_border(body, upper.width, 4.16, 0.12, "top", embroidery)])
    wear_collar(body, upper, layers, embroidery)
    cut = SleeveCut(type="lantern", end=1.85, material=cloth, cuff=embroidery.tinted(embroidery.colour))
    for side in SIDES:
        panels = sleeve_panels(body, upper, side, cut)
        limb = body.arms[side]
        t = np.linspace(0.42, 0.62, 4)
        width = 0.20 + 0.1 * (t - 0.4) + 0.4 * (body.arm_width(0.5) - 0.13)
        outer, inner = limb.outer(t, width), limb.inner(t, width)
        band = Panel(
            [outer, join(outer[-1], inner[-1]), inner[::-1], join(inner[0], outer[0])], "top", embroidery,
            mesh=hanging_mesh(outer[0]), shade=0.2, weight=0.6, clip=panels[0].outline,
        )  # fmt: skip
        layers.add_sleeve(side, [*panels, band])


def wear_traje_de_flamenca(body: Body, garment: Garment, layers: Layers) -> None:
    """Close to the thigh, ruffled tiers from there to the ground, ruffles at the elbow, fringed shawl."""
    cloth, trim = cloth_of(garment), trim_of(garment).plain()
    tunic = Tunic(end=3.0, fit="slim", neckline="u", sleeve="ruffle", sleeve_end=0.95)
    upper = cut_tunic(body, garment, tunic, cloth, hem_ink=0.0)
    cut = SkirtCut(
        material=cloth,
        label="dress",
        end=8.45,
        shape="mermaid",
        top=2.98,
        waist=float(upper.width(2.98)),
        folded=False,
        cast=0.0,
    )
    skirt = cut_skirt(body, cut)

    def width(v: object) -> object:
        at = np.asarray(v, dtype=np.float64)
        return np.asarray(skirt.width(np.minimum(at, 6.4))) + 0.26 * np.maximum(0.0, at - 5.4)

    tiers = [ruffle_band(body, cut, width, top, end, 11) for top, end in ((7.3, 8.5), (6.5, 7.62), (5.75, 6.82))]
    edges = [strip_along(tier.segments[2], 0.05, "dress", trim, weight=0.4, cast=0.0) for tier in tiers]
    ruffles = [panel for pair in zip(tiers, edges, strict=True) for panel in pair]
    layers.add("torso", [*skirt.panels, *ruffles, upper.panel])
    add_sleeves(body, upper, tunic, layers)
    s = body.build.shoulder
    outer = [(-s - 0.03, 1.62), (-0.62 * s, 2.2), (body.front, 2.72), (0.62 * s, 2.2), (s + 0.03, 1.62)]
    inner = [(0.55 * s, 1.42), (0.24, 1.75), (body.front, 2.06), (-0.24, 1.75), (-0.55 * s, 1.42)]
    shawl = cloth_piece(body, [outer, [outer[-1], inner[0]], inner, [inner[-1], outer[0]]], "scarf", trim, cast=0.5)
    threads = Panel(
        [shawl.segments[0], (shawl.segments[0] + np.array([0.0, 0.2]))[::-1]],
        "scarf",
        trim.inside(),
        ink=0.0,
        part="trim",
        shade=0.0,
    )
    threads.ribs = fringe(shawl.segments[0], 0.2, 40)
    wear_collar(body, upper, layers)
    layers.add("over", [threads, shawl])


def wear_traje_de_charro(body: Body, garment: Garment, layers: Layers) -> None:
    """Narrow trousers with silver buttons down the seams, shirt with a wide bow, short embroidered jacket worn open."""
    layers.pull_on_boots()
    cloth, trim = cloth_of(garment), trim_of(garment).plain()
    layers.add_bottoms(
        trouser_panels(body, TrouserCut(material=cloth, shape="straight", waistband=cloth, pockets=False))
    )
    for side in SIDES:
        limb = body.legs[side]
        t = np.linspace(0.25, 1.9, 12)
        seam = limb.outer(t, body.leg_outer(t) + 0.02)
        layers.add(
            "lower",
            [Panel([point + 0.035 * _RING], "trousers", SILVER, part="trim", weight=0.5, shade=0.0) for point in seam],
        )
    shirt = Tunic(end=3.4, label="top", fit="slim", neckline="shirt")
    under = cut_tunic(body, garment, shirt, WHITE_CLOTH, hem_ink=0.0)
    jacket = Tunic(end=3.32, label="outer", fit="slim", neckline="crew", sleeve_end=1.9)
    upper = cut_tunic(body, garment, jacket, cloth)
    edge = [(upper.neck.half_width, 1.36), (0.26, 1.8), (0.28, 2.4), (0.34, 3.30)]
    scroll = [
        strip(body, [(s * (u + 0.06), v) for u, v in edge], 0.08, "outer", trim, weight=0.4, cast=0.0) for s in (-1, 1)
    ]
    layers.add("torso", [under.panel, *open_front(body, upper, edge), *scroll])
    wear_collar(body, under, layers)
    add_sleeves(body, upper, jacket, layers, (0.08, trim))
    x, bow = body.front, trim if luminance(trim.colour) < 0.7 else Material((0.776, 0.184, 0.208))
    loops = [
        Panel([body.closed_curve(loop)], "scarf", bow, part="trim", cast=0.4)
        for loop in ([(x, 1.60), (x + s * 0.26, 1.50), (x + s * 0.28, 1.76), (x, 1.68)] for s in (-1, 1))
    ]
    tails = [
        strip(body, [(x, 1.66), (x + s * 0.10, 1.9), (x + s * 0.14, 2.15)], 0.10, "scarf", bow, cast=0.3)
        for s in (-1, 1)
    ]
    layers.add("over", [*tails, *loops, disc(body, x, 1.64, 0.055, "scarf", bow)])


_CIRCLE: Final = np.linspace(0, 2 * np.pi, 9, endpoint=False)
_RING: Final = np.stack([np.cos(_CIRCLE), np.sin(_CIRCLE)], axis=1)


def wear_barong_tagalog(body: Body, garment: Garment, layers: Layers) -> None:
    """Sheer shirt over a white undershirt, worn untucked, embroidered bands down both sides of the placket."""
    cloth, embroidery = cloth_of(garment), trim_of(garment)
    under = cut_tunic(
        body, garment, Tunic(end=4.15, label="top", fit="slim", neckline="crew", sleeve=None), WHITE_CLOTH
    )
    under.panel.folds.clear()
    tunic = Tunic(end=4.42, label="top", fit="regular", neckline="shirt", sleeve="shirt", sleeve_end=1.84)
    upper = cut_tunic(body, garment, tunic, cloth)
    x = body.front
    for du in (-0.05, 0.05):
        upper.panel.lines.append(Line(body.curve([(x + du, 1.55), (x + du, 2.4), (x + du, 3.3)]), 0.7))
    bands = [
        strip(body, [(s * 0.20, 1.72), (s * 0.21, 2.8), (s * 0.22, 4.0)], 0.17, "top", embroidery, weight=0.4)
        for s in (-1, 1)
    ]
    knots = row_of_discs(body, [(x, 1.7), (x, 2.5), (x, 3.2)], 5, 0.026, "top", cloth.inside())
    layers.add("torso", [under.panel, upper.panel, *bands, *knots])
    wear_collar(body, upper, layers)
    add_sleeves(body, upper, tunic, layers)


ENSEMBLES: Final[MappingProxyType[str, Wear]] = MappingProxyType(
    {
        "agbada": wear_agbada,
        "grand-boubou": wear_grand_boubou,
        "andean-poncho": wear_andean_poncho,
        "ruana": wear_ruana,
        "kilt": wear_kilt,
        "fustanella": wear_fustanella,
        "dirndl": wear_dirndl,
        "lederhosen": wear_lederhosen,
        "sarafan": wear_sarafan,
        "vyshyvanka": wear_vyshyvanka,
        "traje-de-flamenca": wear_traje_de_flamenca,
        "traje-de-charro": wear_traje_de_charro,
        "barong-tagalog": wear_barong_tagalog,
    }
)
"""Record id to the function that dresses a body."""
