"""Robes and coats of one cut from the shoulder, told apart by how they close.

Image-left is the wearer's RIGHT.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from toile.catalog.plates.drawing.panel import Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.garments.layers import Layers
from toile.catalog.plates.garments.measures import SLEEVE_ENDS
from toile.catalog.plates.garments.modern import Wear
from toile.catalog.plates.garments.trousers import TrouserCut, trouser_panels
from toile.catalog.plates.garments.upper import Upper
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
    cloth_piece,
    cut_tunic,
    disc,
    hem_border,
    neck_lining,
    open_front,
    row_of_discs,
    strip,
    trim_of,
    vertical_fold,
    wear_collar,
)

_FRONT_V: Final = 1.50
"""v of the middle of a stand collar's foot."""


def _side_closure(body: Body, upper: Upper, material: Material, layers: Layers, width: float, knots: Material) -> None:
    """From the foot of the stand collar to under the wearer's right arm: to the image's left."""
    x = body.front
    under = -float(upper.width(2.1)) + 0.04
    path = [(x, _FRONT_V + 0.02), (x - 0.10, 1.72), (0.6 * under, 1.86), (under, 2.12)]
    layers.add("over", [strip(body, path, width, upper.cut.label, material, cast=0.1)])
    places = ((x - 0.01, _FRONT_V + 0.03), (x - 0.12, 1.75), (0.62 * under, 1.88), (0.92 * under, 2.08))
    layers.add("over", [disc(body, u, v, 0.042, upper.cut.label, knots) for u, v in places])


def wear_qipao(body: Body, garment: Garment, layers: Layers) -> None:
    """Close-fitting, stand collar, knotted buttons to under the right arm, side slits."""
    end = {"knee": 6.2, "mid": 7.1, "long": 8.4}[garment.length or "mid"]
    sleeve = garment.sleeve_length or "short"
    tunic = Tunic(
        end=end,
        fit="slim",
        sleeve=None if sleeve == "sleeveless" else "regular",
        sleeve_end=SLEEVE_ENDS.get(sleeve, 0.52),
    )
    cloth, trim = cloth_of(garment), trim_of(garment)
    upper = cut_tunic(body, garment, tunic, cloth)
    slit = max(4.9, end - 1.7)
    for side in (-1, 1):
        v = np.linspace(slit, end, 10)
        inward = 0.03 + 0.10 * (v - slit) / (end - slit)
        upper.panel.lines.append(Line(body.at(side * (np.asarray(upper.width(v)) - inward), v), 1.5))
    layers.add("torso", [upper.panel, hem_border(body, upper.width, end, 0.05, "dress", trim.plain())])
    add_sleeves(body, upper, tunic, layers, (0.05, trim.plain()))
    wear_collar(body, upper, layers, cloth)
    _side_closure(body, upper, trim.plain(), layers, 0.04, trim.plain())


def wear_deel(body: Body, garment: Garment, layers: Layers) -> None:
    """Loose, stand collar, wide border along closure, hem and cuffs; a long sash."""
    tunic = Tunic(end=7.15, fit="loose", flare=0.06)
    cloth, trim = cloth_of(garment), trim_of(garment).plain()
    upper = cut_tunic(body, garment, tunic, cloth)
    edge = [(-0.90 * float(upper.width(v)), v) for v in (3.2, 4.2, 5.6, 7.12)]
    layers.add(
        "torso",
        [
            upper.panel,
            strip(body, edge, 0.10, "dress", trim, cast=0.1),
            hem_border(body, upper.width, 7.15, 0.15, "dress", trim),
            _sash(body, upper, trim, 2.80, 3.22),
        ],
    )
    add_sleeves(body, upper, tunic, layers, (0.26, trim))
    wear_collar(body, upper, layers, trim)
    _side_closure(body, upper, trim, layers, 0.10, SILVER)


def _sash(body: Body, upper: Upper, material: Material, top: float, bottom: float) -> Panel:
    def width(v: float) -> float:
        return float(upper.width(v)) * 0.97

    sash = belt(body, np.vectorize(width), top, bottom, "belt", material, cast=0.5)
    for share in (0.3, 0.65):
        v = top + (bottom - top) * share
        sash.lines.append(Line(body.across(width(v), v, 9, sag=0.05 - 0.03 * share), 0.6))
    return sash


def wear_ao_dai(body: Body, garment: Garment, layers: Layers) -> None:
    """Wide trousers; a close tunic, below the waist a panel in front that leaves the sides open."""
    cloth, trim = cloth_of(garment), trim_of(garment, WHITE_CLOTH)
    layers.add_bottoms(
        trouser_panels(body, TrouserCut(material=trim, shape="wide", end=2.02, top=3.1, fly=False, pockets=False))
    )
    tunic = Tunic(end=3.45, fit="slim", sleeve="raglan", sleeve_end=1.95)
    upper = cut_tunic(body, garment, tunic, cloth, hem_ink=0.0)
    v = np.linspace(3.2, 7.45, 16)
    hip = float(upper.width(3.95))
    half = np.interp(v, [3.2, 3.95, 7.45], [float(upper.width(3.2)), 0.92 * hip, 0.84 * hip])
    sway = 0.12 * np.clip((v - 4) / 3.4, 0, 1) ** 2 * -body.weight_side
    f = np.linspace(-1, 1, 11)
    hem = body.at(f * half[-1] + sway[-1], 7.45 + 0.05 * (1 - f * f))
    front = Panel(
        [body.at(f * half[0], 3.2), body.at(half + sway, v), hem[::-1], body.at(-half + sway, v)[::-1]],
        "dress",
        cloth,
        mesh=upper.panel.mesh and cut_tunic(body, garment, replace(tunic, end=7.3), cloth).panel.mesh,
        ink=(0.0, 1.0, 1.0, 1.0),
        cast=0.5,
        falls=(1.3, 7.6),
    )
    for share in (-0.55, 0.1, 0.6):
        front.folds.append(vertical_fold(body, lambda w: np.interp(w, v, half), share, 5.3, 7.45))
    layers.add("torso", [front, upper.panel])
    add_sleeves(body, upper, tunic, layers)
    wear_collar(body, upper, layers, cloth)
    _side_closure(body, upper, cloth.inside(), layers, 0.025, cloth.inside())


def wear_kandura(body: Body, garment: Garment, layers: Layers) -> None:
    """Straight to the ankle, narrow stand collar, a buttoned placket to the chest."""
    tunic = Tunic(end=8.45, fit="loose", flare=0.05, cinch=-0.02)
    cloth = cloth_of(garment)
    upper = cut_tunic(body, garment, tunic, cloth)
    for share in (-0.5, 0.3, 0.7):
        upper.panel.folds.append(vertical_fold(body, upper.width, share, 5.6, 8.45))
    x = body.front
    layers.add(
        "torso",
        [
            upper.panel,
            strip(body, [(x, 1.53), (x, 2.2), (x, 2.75)], 0.13, "dress", cloth, cast=0.05),
            *row_of_discs(body, [(x, 1.66), (x, 2.15), (x, 2.62)], 4, 0.025, "dress", cloth.inside()),
        ],
    )
    add_sleeves(body, upper, tunic, layers)
    wear_collar(body, upper, layers, cloth)


def wear_djellaba(body: Body, garment: Garment, layers: Layers) -> None:
    """Pointed hood, long wide sleeves, braid and small knots down the front."""
    tunic = Tunic(end=8.35, fit="loose", neckline="v", depth=1.85, sleeve="flare", flare=0.05, cinch=-0.02)
    cloth, trim = cloth_of(garment), trim_of(garment).plain()
    upper = cut_tunic(body, garment, tunic, cloth)
    for share in (-0.62, 0.4, 0.75):
        upper.panel.folds.append(vertical_fold(body, upper.width, share, 5.0, 8.3))
    x, w = body.front, upper.neck.half_width
    hood = [(-0.30, 1.62), (-0.56, 1.36), (-0.50, 1.02), (-0.22, 0.80), (0.08, 0.62), (0.34, 0.86), (0.54, 1.08),
            (0.56, 1.38), (0.30, 1.62)]  # fmt: skip
    back = cloth_piece(body, [hood, [hood[-1], (0.0, 1.75), hood[0]]], "outer", cloth, cast=0.0, part="collar")
    back.label = "dress"
    rolls = [
        strip(body, [(s * (w + 0.30), 1.30), (s * (w + 0.16), 1.50), (s * 0.14, 1.72), (x, 1.88)], 0.15, "dress", cloth,
              cast=0.3, part="collar", shade=0.7)
        for s in (-1, 1)
    ]  # fmt: skip
    knots = row_of_discs(body, [(x, 1.95), (x, 2.6), (x, 3.3)], 7, 0.022, "dress", trim)
    layers.add("back", [back])
    layers.add("torso", [upper.panel, strip(body, [(x, 1.9), (x, 5.0), (x, 8.35)], 0.05, "dress", trim), *knots])
    add_sleeves(body, upper, tunic, layers, (0.07, trim))
    layers.add("over", rolls)


def wear_sherwani(body: Body, garment: Garment, layers: Layers) -> None:
    """Knee-length coat, stand collar, buttons to the waist; narrow trousers."""
    layers.add_bottoms(
        trouser_panels(
            body, TrouserCut(material=trim_of(garment, WHITE_CLOTH), shape="skinny", top=3.1, fly=False, pockets=False)
        )
    )
    tunic = Tunic(end=6.25, label="outer", fit="regular", flare=0.05)
    cloth = cloth_of(garment)
    upper = cut_tunic(body, garment, tunic, cloth)
    x = body.front
    upper.panel.lines.append(Line(body.curve([(x + 0.05, 1.55), (x + 0.06, 3.4), (x + 0.12, 6.28)]), 1.1))
    pocket = Line(body.curve([(0.20, 2.42), (0.40, 2.38)]), 0.9)
    upper.panel.lines.append(pocket)
    layers.add("torso", [upper.panel, *row_of_discs(body, [(x, 1.68), (x, 2.4), (x, 3.35)], 7, 0.032, "outer", GOLD)])
    add_sleeves(body, upper, tunic, layers)
    wear_collar(body, upper, layers, cloth)


def wear_chokha(body: Body, garment: Garment, layers: Layers) -> None:
    """Open-necked coat over a shirt with a stand collar, cartridge loops, belt, flared skirt, wide sleeves."""
    shirt = trim_of(garment, WHITE_CLOTH).plain()
    layers.add_bottoms(
        trouser_panels(body, TrouserCut(material=BLACK_CLOTH, shape="tapered", top=3.1, fly=False, pockets=False))
    )
    under = cut_tunic(body, garment, Tunic(end=3.4, label="top", fit="slim"), shirt, hem_ink=0.0)
    under.panel.folds.clear()
    tunic = Tunic(
        end=6.75, label="outer", fit="regular", neckline="v", depth=2.45, sleeve="flare", flare=0.13, cinch=0.03
    )
    cloth = cloth_of(garment)
    upper = cut_tunic(body, garment, tunic, cloth)
    x = body.front
    upper.panel.lines.append(Line(body.curve([(x, 2.45), (x - 0.02, 4.4), (x - 0.10, 6.75)]), 1.2))
    for share in (-0.75, -0.45, 0.4, 0.72):
        upper.panel.folds.append(vertical_fold(body, upper.width, share, 3.4, 6.75))
    loops = [panel for side in (-1, 1) for panel in _cartridges(body, upper, side)]
    waist = belt(body, np.vectorize(lambda v: float(upper.width(v)) * 0.99), 2.98, 3.11, "belt", BLACK_CLOTH)
    layers.add("torso", [under.panel, upper.panel, *loops, waist])
    add_sleeves(body, under, replace(tunic, sleeve="regular", label="top"), layers)
    add_sleeves(body, upper, tunic, layers)
    wear_collar(body, under, layers, shirt)


def _cartridges(body: Body, upper: Upper, side: int) -> list[Panel]:
    """A slanted row of loops on the chest."""
    label, dark = upper.cut.label, upper.cut.material.inside()
    row = []
    for step in range(6):
        u, v = side * (0.17 + 0.062 * step), 2.36 - 0.022 * step
        box = [(u - 0.022, v), (u + 0.022, v), (u + 0.022, v + 0.20), (u - 0.022, v + 0.20)]
        row.append(Panel([body.points(box)], label, dark if step % 2 else SILVER, part="trim", weight=0.5, shade=0.0))
    return row


def wear_abaya(body: Body, garment: Garment, layers: Layers) -> None:
    """Open over a dress, borders down both edges and at the wide sleeves."""
    trim = trim_of(garment)
    under = cut_tunic(
        body, garment, Tunic(end=8.4, fit="regular", neckline="crew", flare=0.04), cloth_of(garment).inside().plain()
    )
    layers.add("back", [neck_lining(body, under)])
    layers.add("torso", [under.panel])
    add_sleeves(body, under, Tunic(end=8.4), layers)
    tunic = Tunic(end=8.5, label="outer", fit="boxy", neckline="crew", sleeve="flare", sleeve_end=1.85, flare=0.07)
    upper = cut_tunic(body, garment, tunic, cloth_of(garment))
    edge = [(upper.neck.half_width, 1.36), (0.13, 1.9), (0.12, 4.5), (0.26, 8.5)]
    layers.add("torso", open_front(body, upper, edge))
    layers.add(
        "torso",
        [strip(body, [(s * (u + 0.05), v) for u, v in edge], 0.10, "outer", trim) for s in (-1, 1)],
    )
    add_sleeves(body, upper, tunic, layers, (0.12, trim))


def wear_chapan(body: Body, garment: Garment, layers: Layers) -> None:
    """A loose straight coat, worn open, a narrow band along all edges."""
    trim = trim_of(garment).plain()
    tunic = Tunic(end=7.1, label="outer", fit="boxy", neckline="crew", flare=0.05, bulk=0.03)
    upper = cut_tunic(body, garment, tunic, cloth_of(garment))
    edge = [(upper.neck.half_width, 1.36), (0.20, 1.9), (0.24, 4.0), (0.34, 7.1)]
    layers.add("torso", open_front(body, upper, edge))
    layers.add("torso", [strip(body, [(s * (u + 0.03), v) for u, v in edge], 0.07, "outer", trim) for s in (-1, 1)])
    add_sleeves(body, upper, tunic, layers, (0.08, trim))


def wear_takchita(body: Body, garment: Garment, layers: Layers) -> None:
    """Dress and overdress open below the belt, braid and knots down the front, wide sleeves, broad belt."""
    cloth, trim = cloth_of(garment), trim_of(garment)
    under = cut_tunic(
        body, garment, Tunic(end=8.42, fit="regular", neckline="v", depth=1.95, flare=0.10), trim.tinted(trim.colour)
    )
    tunic = Tunic(
        end=8.42, fit="regular", neckline="v", depth=1.95, sleeve="flare", sleeve_end=1.9, flare=0.13, cinch=0.04
    )
    upper = cut_tunic(body, garment, tunic, cloth)
    x, w = body.front, upper.neck.half_width
    top = cut_tunic(body, garment, replace(tunic, end=3.1), cloth, hem_ink=0.0)
    edge = [(0.03, 2.9), (0.08, 4.5), (0.42, 8.42)]
    halves = [_below_waist(body, upper, edge, side) for side in (-1, 1)]
    braid = [
        strip(body, [(s * (w + 0.02), 1.37), (s * 0.15, 1.72), (x, 2.0)], 0.10, "dress", trim, cast=0.1)
        for s in (-1, 1)
    ]
    braid.append(strip(body, [(x, 1.98), (x, 2.5), (x, 2.95)], 0.10, "dress", trim))
    borders = [strip(body, [(s * (u + 0.05), v) for u, v in edge], 0.10, "dress", trim) for s in (-1, 1)]
    knots = row_of_discs(body, [(x, 2.0), (x, 2.4), (x, 2.85)], 6, 0.022, "dress", GOLD)
    girdle = belt(body, np.vectorize(lambda v: float(upper.width(v)) + 0.01), 2.86, 3.12, "belt", trim, cast=0.5)
    layers.add("back", [neck_lining(body, upper)])
    layers.add("torso", [under.panel, *halves, *borders, top.panel, girdle, disc(body, x, 3.0, 0.11, "belt", GOLD)])
    add_sleeves(body, upper, tunic, layers, (0.10, trim))
    layers.add("over", [*braid, *knots])


def _below_waist(body: Body, upper: Upper, edge: list[tuple[float, float]], side: int) -> Panel:
    """Half of a skirt that is open in front."""
    end = upper.cut.end
    v = np.linspace(2.95, end, 14)
    outer = body.at(side * np.asarray(upper.width(v)), v)
    u = np.linspace(float(upper.width(end)), edge[-1][0], 7)
    hem = body.at(side * u, end + 0.055 * (1 - (u / u[0]) ** 2))
    front = body.curve([(side * a, b) for a, b in edge])[::-1]
    panel = Panel(
        [outer, hem, front], upper.cut.label, upper.cut.material, mesh=upper.panel.mesh, cast=0.5, falls=upper.cut.falls
    )
    for share in (0.5, 0.75):
        panel.folds.append(vertical_fold(body, upper.width, side * share, 4.0, end))
    return panel


def wear_habesha_kemis(body: Body, garment: Garment, layers: Layers) -> None:
    """White, a woven band from neck to hem, at hem and cuffs; a thin shawl with the same band at its ends."""
    cloth, band = cloth_of(garment), trim_of(garment)
    tunic = Tunic(end=8.35, fit="regular", neckline="v", depth=1.9, flare=0.12)
    upper = cut_tunic(body, garment, tunic, cloth)
    for share in (-0.7, -0.35, 0.35, 0.7):
        upper.panel.folds.append(vertical_fold(body, upper.width, share, 4.2, 8.3))
    x, w = body.front, upper.neck.half_width
    layers.add("back", [neck_lining(body, upper)])
    layers.add(
        "torso",
        [
            upper.panel,
            strip(body, [(x, 1.9), (x, 4.5), (x, 8.36)], 0.22, "dress", band),
            hem_border(body, upper.width, 8.35, 0.24, "dress", band),
        ],
    )
    add_sleeves(body, upper, tunic, layers, (0.14, band))
    neck = [
        strip(body, [(s * (w + 0.01), 1.38), (s * 0.14, 1.68), (x, 1.94)], 0.07, "dress", band.plain()) for s in (-1, 1)
    ]
    shawl = _netela(body, band)
    layers.add("over", [*neck, *shawl])


def _netela(body: Body, band: Material) -> list[Panel]:
    """A thin white shawl over both shoulders, its ends hanging in front."""
    thin = Material(WHITE_CLOTH.colour, fabric="cotton")
    shoulder = body.build.shoulder
    panels = []
    for side in (-1, 1):
        outer = [
            (side * 0.30, 1.36),
            (side * (shoulder - 0.02), 1.47),
            (side * (shoulder + 0.04), 2.4),
            (side * 0.52, 4.6),
        ]
        inner = [(side * 0.26, 4.6), (side * 0.34, 2.6), (side * 0.20, 1.5), (side * 0.17, 1.34)]
        piece = cloth_piece(body, [outer, [outer[-1], inner[0]], inner, [inner[-1], outer[0]]], "scarf", thin)
        piece.folds.append(
            vertical_fold(body, lambda v: np.full(np.shape(v), 0.42), side, 1.9, 4.4, weight=0.7, depth=0.7)
        )
        panels += [piece, strip(body, [(side * 0.25, 4.48), (side * 0.53, 4.48)], 0.16, "scarf", band)]
    return panels


ROBES: Final[MappingProxyType[str, Wear]] = MappingProxyType(
    {
        "qipao": wear_qipao,
        "deel": wear_deel,
        "ao-dai": wear_ao_dai,
        "kandura": wear_kandura,
        "djellaba": wear_djellaba,
        "sherwani": wear_sherwani,
        "chokha": wear_chokha,
        "abaya": wear_abaya,
        "chapan": wear_chapan,
        "takchita": wear_takchita,
        "habesha-kemis": wear_habesha_kemis,
    }
)
"""Record id to the function that dresses a body."""
