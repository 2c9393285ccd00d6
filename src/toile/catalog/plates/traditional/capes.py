"""Gowns and capes that lie on the shoulders and fall over the arms.

Image-left is the wearer's RIGHT.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from toile.catalog.plates.drawing.curves import Points, between, join, resample
from toile.catalog.plates.drawing.palette import shade_of
from toile.catalog.plates.drawing.panel import Fold, Line, Material, Mesh, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIDES, SIGN, Side
from toile.catalog.plates.garments.layers import Layers
from toile.catalog.plates.garments.meshes import hanging_mesh
from toile.catalog.plates.garments.modern import Wear
from toile.catalog.plates.garments.skirts import SkirtCut, cut_skirt
from toile.catalog.plates.garments.trousers import TrouserCut, trouser_panels
from toile.catalog.plates.looks.look import Garment
from toile.catalog.plates.traditional.parts import (
    Tunic,
    add_sleeves,
    cloth_of,
    cloth_piece,
    cut_tunic,
    fringe,
    strip,
    strip_along,
    through,
    trim_of,
    wear_collar,
)


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
    elbow = limb.axis(0.95) + limb.outward(0.95) * 0.24
    # The cloth is held up at the wrist and hangs inside of it, so that the hand comes out.
    wrist = limb.axis(cape.reach) + limb.outward(cape.reach) * 0.16
    corner = wrist + np.array([-0.20 * sign, cape.drop])
    hem = np.array([sign * cape.hem + 0.6 * body.pose.pelvis, cape.end])
    edge = through(shoulder, between(shoulder, elbow, 0.6) + np.array([0.02 * sign, -0.10]), elbow, wrist)
    hanging = through(wrist, between(wrist, corner, 0.35) + np.array([-0.12 * sign, 0.0]), corner)
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
    cape = _Cape(reach=1.86, drop=1.5, hem=1.45, end=7.65)
    gown = _cape_panel(body, cape, "outer", cloth)
    pocket = [(0.42, 2.6), (0.64, 2.6), (0.64, 3.1), (0.42, 3.1), (0.42, 2.6)]
    gown.lines.append(Line(body.points(pocket), 0.8))
    layers.add("over", [gown, *_embroidered_bib(body, cape, "outer", embroidery, 3.15)])


def wear_grand_boubou(body: Body, garment: Garment, layers: Layers) -> None:
    """A robe to the ground, open below the arms, over a wrapped skirt; wide embroidered neckline."""
    cloth, embroidery = cloth_of(garment), trim_of(garment)
    skirt = cut_skirt(body, SkirtCut(material=cloth, label="skirt", end=8.5, shape="tube", top=3.1))
    layers.add_bottoms(skirt.panels)
    cape = _Cape(reach=1.86, drop=1.7, hem=1.32, end=8.55, neck=0.20, depth=2.0)
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


CAPES: Final[MappingProxyType[str, Wear]] = MappingProxyType(
    {
        "agbada": wear_agbada,
        "grand-boubou": wear_grand_boubou,
        "andean-poncho": wear_andean_poncho,
        "ruana": wear_ruana,
    }
)
"""Record id to the function that dresses a body."""
