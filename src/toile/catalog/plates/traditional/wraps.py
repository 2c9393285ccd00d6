"""Wrapped and layered dress: uncut cloths, skirts hung from the chest, tunics over skirts and trousers.

Image-left is the wearer's RIGHT.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from toile.catalog.plates.drawing.curves import Points, join
from toile.catalog.plates.drawing.panel import Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.garments.layers import Layers
from toile.catalog.plates.garments.meshes import Width, fanned_mesh, hanging_mesh
from toile.catalog.plates.garments.modern import Wear
from toile.catalog.plates.garments.skirts import Skirt, SkirtCut, cut_skirt
from toile.catalog.plates.garments.trousers import TrouserCut, trouser_panels
from toile.catalog.plates.garments.upper import Upper
from toile.catalog.plates.looks.look import Garment
from toile.catalog.plates.traditional.parts import (
    GOLD,
    Tunic,
    add_sleeves,
    belt,
    cloth_of,
    cloth_piece,
    cut_tunic,
    draped_folds,
    edge_line,
    hem_border,
    open_front,
    scarf_tail,
    strip,
    strip_along,
    trim_of,
    vertical_fold,
    wear_collar,
)

_CHOLI: Final = Tunic(end=2.58, label="top", fit="slim", neckline="round", sleeve_end=0.52)


def _skirt(
    body: Body,
    material: Material,
    shape: str,
    top: float,
    end: float,
    label: str = "skirt",
    **more: Any,
) -> Skirt:
    return cut_skirt(body, SkirtCut(material=material, label=label, end=end, shape=shape, top=top, **more))


def wear_sari(body: Body, garment: Garment, layers: Layers) -> None:
    """Choli; the cloth pleated in front of the waist; its end over the wearer's left shoulder, hanging down behind."""
    cloth, border = cloth_of(garment), trim_of(garment)
    skirt = _skirt(body, cloth, "tube", 3.22, 8.45, "dress", folded=False)
    x = body.front
    for step in range(6):
        u = -0.16 + 0.075 * step
        skirt.panel.crease(body.points([(x + 0.6 * u, 3.3), (x + 0.9 * u, 5.6), (x + 1.8 * u, 8.45)]), 0.8, 0.7)
    for step in range(3):
        v = 3.7 + 0.5 * step
        line = [(-0.97 * float(skirt.width(v)), v), (-0.35, 4.1 + 0.7 * step), (-0.1, 4.4 + 0.9 * step)]
        skirt.panel.crease(body.points(line), 0.7, 0.8)
    choli = cut_tunic(body, garment, _CHOLI, border.plain())
    layers.add("torso", [*skirt.panels, hem_border(body, skirt.width, 8.48, 0.24, "dress", border), choli.panel])
    wear_collar(body, choli, layers)
    add_sleeves(body, choli, _CHOLI, layers)
    shoulder = body.build.shoulder
    tail = scarf_tail(body, 1, 1.42, 5.9, "dress", cloth)
    end = strip(body, [(shoulder - 0.16, 5.84), (shoulder + 0.34, 5.76)], 0.30, "dress", border, cast=0.0)
    layers.add("behind", [tail, end])
    hip, low = float(body.half_width(3.3)) + 0.03, float(body.half_width(3.6)) + 0.02
    upper_edge = body.curve([(-hip, 3.20), (-0.30, 2.78), (0.02, 2.2), (0.24, 1.40)])
    lower_edge = body.curve([(shoulder - 0.06, 1.47), (0.50, 2.1), (0.38, 2.8), (0.50, 3.35), (-low, 3.66)])
    pallu = _cloth(body, upper_edge, lower_edge, "dress", cloth)
    pallu.folds += draped_folds(upper_edge, lower_edge[::-1], (0.25, 0.5, 0.75))
    layers.add("over", [pallu, strip_along(upper_edge + 0.03, 0.13, "dress", border, cast=0.0)])


def _cloth(body: Body, upper_edge: Points, lower_edge: Points, label: str, material: Material) -> Panel:
    """A cloth between two edges, the second of which runs back."""
    ends = join(upper_edge[-1], lower_edge[0]), join(lower_edge[-1], upper_edge[0])
    mesh = hanging_mesh(body.at(0.0, 1.4), width=3.2, bottom=9.0)
    return Panel([upper_edge, ends[0], lower_edge, ends[1]], label, material, mesh=mesh, cast=0.6)


def wear_lehenga_choli(body: Body, garment: Garment, layers: Layers) -> None:
    """Short blouse, long flared skirt with a wide border, a thin scarf from hip to shoulder."""
    cloth, trim = cloth_of(garment), trim_of(garment)
    tunic = replace(_CHOLI, neckline="u")
    skirt = _skirt(body, cloth, "flared", 3.12, 8.42, seed=garment.seed)
    choli = cut_tunic(body, garment, tunic, trim.plain())
    waist = belt(body, skirt.width, 3.10, 3.26, "skirt", trim.plain(), cast=0.1)
    reach = float(skirt.width(8.42))
    border = _sagging_border(body, skirt.width, 8.42, 0.42, 0.055 + 0.042 * reach, "skirt", trim)
    layers.add("torso", [*skirt.panels, border, waist, choli.panel])
    wear_collar(body, choli, layers)
    add_sleeves(body, choli, tunic, layers)
    thin = Material(trim.colour, fabric="sheer")
    shoulder = body.build.shoulder
    layers.add("behind", [scarf_tail(body, 1, 1.42, 6.3, "scarf", thin)])
    upper_edge = body.curve([(-0.60, 3.28), (-0.35, 2.7), (0.05, 2.1), (0.26, 1.40)])
    lower_edge = body.curve([(shoulder - 0.06, 1.47), (0.48, 2.2), (0.1, 3.0), (-0.45, 3.60)])
    scarf = _cloth(body, upper_edge, lower_edge, "scarf", thin)
    scarf.folds += draped_folds(upper_edge, lower_edge[::-1], (0.35, 0.7))
    layers.add("over", [scarf])


def _sagging_border(
    body: Body, width: Width, end: float, height: float, sag: float, label: str, material: Material
) -> Panel:
    """A border along the hem of a wide skirt, whose hem hangs lower in the middle."""
    f = np.linspace(-1, 1, 21)
    drop = sag * (1 - f * f)
    lower, upper = end + drop, end - height + drop
    segments = [body.at(f * np.asarray(width(upper)), upper), body.at(f * np.asarray(width(lower)), lower)[::-1]]
    segments = [segments[0], join(segments[0][-1], segments[1][0]), segments[1], join(segments[1][-1], segments[0][0])]
    mesh = fanned_mesh(body, width, end - height - 0.1, end + 0.5, float(width(end)) * 0.8)
    return Panel(segments, label, material, part="trim", mesh=mesh, shade=0.5, weight=0.7)


def wear_salwar_kameez(body: Body, garment: Garment, layers: Layers) -> None:
    """Loose trousers gathered at the ankle, a tunic with side slits, a scarf with both ends behind."""
    cloth, trim = cloth_of(garment), trim_of(garment)
    layers.add_bottoms(
        trouser_panels(body, TrouserCut(material=trim, shape="harem", top=3.2, fly=False, pockets=False))
    )
    tunic = Tunic(end=6.15, fit="regular", neckline="round", sleeve_end=1.45, flare=0.05)
    upper = cut_tunic(body, garment, tunic, cloth)
    for side in (-1, 1):
        upper.panel.lines.append(_slit(body, upper, side, 4.6))
    layers.add("torso", [upper.panel, hem_border(body, upper.width, 6.17, 0.15, "dress", trim.plain())])
    wear_collar(body, upper, layers)
    add_sleeves(body, upper, tunic, layers, (0.10, trim.plain()))
    s = body.build.shoulder
    outer = [(-0.72 * s, 1.42), (-0.34, 2.0), (0.0, 2.24), (0.34, 2.0), (0.72 * s, 1.42)]
    inner = [(0.35 * s, 1.36), (0.2, 1.72), (0.0, 1.86), (-0.2, 1.72), (-0.35 * s, 1.36)]
    loop = cloth_piece(body, [outer, [outer[-1], inner[0]], inner, [inner[-1], outer[0]]], "scarf", trim.plain())
    loop.folds += draped_folds(loop.segments[0], loop.segments[2][::-1], (0.33, 0.66))
    layers.add("behind", [scarf_tail(body, side, 1.4, 5.2, "scarf", trim.plain()) for side in (-1, 1)])
    layers.add("over", [loop])


def _slit(body: Body, upper: Upper, side: int, top: float) -> Line:
    v = np.linspace(top, upper.cut.end, 10)
    inward = 0.03 + 0.09 * (v - top) / (upper.cut.end - top)
    return Line(body.at(side * (np.asarray(upper.width(v)) - inward), v), 1.5)


def wear_kebaya(body: Body, garment: Garment, layers: Layers) -> None:
    """Narrow wrapped skirt, bodice, and over it a fitted blouse that ends in two points in front."""
    cloth, batik = cloth_of(garment), trim_of(garment)
    skirt = _skirt(body, batik, "tube", 3.05, 8.3, folded=False)
    for share in (-0.30, -0.20, -0.10):
        skirt.panel.lines.append(edge_line(body, skirt.width, share, 3.2, 8.32, 0.9))
    layers.add_bottoms(skirt.panels)
    under = Tunic(end=3.3, label="top", fit="slim", neckline="sweetheart", sleeve=None)
    layers.add("torso", [cut_tunic(body, garment, under, batik.plain()).panel])
    tunic = Tunic(end=4.15, label="outer", fit="slim", neckline="v", depth=2.4, sleeve_end=1.9)
    upper = cut_tunic(body, garment, tunic, cloth)
    edge = [(upper.neck.half_width, 1.36), (0.16, 1.95), (0.035, 2.6), (0.03, 3.15), (0.12, 4.62)]
    halves = open_front(body, upper, edge)
    trim = cloth.tinted(cloth.inside().colour)
    borders = [strip(body, [(s * (u + 0.03), v) for u, v in edge], 0.07, "outer", trim, cast=0.1) for s in (-1, 1)]
    layers.add("torso", [*halves, *borders])
    pins = [
        Panel([body.at(0.0, v) + 0.03 * _CIRCLE], "outer", GOLD, part="trim", weight=0.5) for v in (2.62, 2.86, 3.1)
    ]
    layers.add("torso", pins)
    add_sleeves(body, upper, tunic, layers, (0.06, trim))


_ANGLES: Final = np.linspace(0, 2 * np.pi, 9, endpoint=False)
_CIRCLE: Final = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)


def wear_baju_kurung(body: Body, garment: Garment, layers: Layers) -> None:
    """Long skirt pleated at one side; loose tunic to the knee, round neck with a short slit, straight sleeves."""
    cloth, under = cloth_of(garment), trim_of(garment)
    skirt = _skirt(body, under, "straight", 3.1, 8.4, seed=garment.seed)
    for share in (0.45, 0.6, 0.75, 0.9):
        skirt.panel.folds.append(vertical_fold(body, skirt.width, share, 6.0, 8.4))
    layers.add_bottoms(skirt.panels)
    tunic = Tunic(end=6.0, fit="loose", neckline="round", depth=1.58, flare=0.05, bulk=0.02)
    upper = cut_tunic(body, garment, tunic, cloth)
    x = body.front
    upper.panel.lines.append(Line(body.points([(x, 1.58), (x, 1.95)]), 1.0))
    layers.add("torso", [upper.panel])
    wear_collar(body, upper, layers)
    add_sleeves(body, upper, tunic, layers)


def wear_iro_and_buba(body: Body, garment: Garment, layers: Layers) -> None:
    """Wrapped skirt to the ankle, loose blouse with wide sleeves, a folded cloth over the wearer's left shoulder."""
    cloth, trim = cloth_of(garment), trim_of(garment)
    skirt = _skirt(body, cloth, "tube", 3.1, 8.35, folded=False)
    skirt.panel.lines.append(edge_line(body, skirt.width, -0.42, 3.2, 8.38, 1.2))
    skirt.panel.folds += [vertical_fold(body, skirt.width, share, 4.2, 8.3) for share in (0.3, 0.65)]
    layers.add_bottoms(skirt.panels)
    tunic = Tunic(end=3.95, label="top", fit="boxy", neckline="round", sleeve="flare", sleeve_end=1.2)
    upper = cut_tunic(body, garment, tunic, cloth)
    layers.add("torso", [upper.panel])
    wear_collar(body, upper, layers)
    add_sleeves(body, upper, tunic, layers)
    s = body.build.shoulder
    outer = [(0.62 * s, 1.40), (s - 0.01, 1.50), (s + 0.02, 2.4), (s - 0.06, 4.1)]
    inner = [(s - 0.36, 4.1), (s - 0.32, 2.6), (0.40 * s, 1.62), (0.38 * s, 1.38)]
    fold = cloth_piece(body, [outer, [outer[-1], inner[0]], inner, [inner[-1], outer[0]]], "scarf", trim, cast=0.7)
    fold.folds += draped_folds(fold.segments[0], fold.segments[2][::-1], (0.35, 0.65))
    layers.add("over", [fold])


def wear_kente(body: Body, garment: Garment, layers: Layers) -> None:
    """One cloth round the body to the ankle, its end over the wearer's left shoulder, the right arm bare."""
    cloth = cloth_of(garment)
    skirt = _skirt(body, cloth, "straight", 3.0, 8.0, "dress", folded=False)
    chest, s = float(body.half_width(2.0)), body.build.shoulder
    hip = float(body.half_width(3.95))

    def width(v: object) -> object:
        at = np.asarray(v, dtype=np.float64)
        above = np.interp(at, (1.98, 2.4, 3.0, 3.95, 4.3), (chest + 0.05, body.half_width(2.3) + 0.08,
                          body.half_width(3.0) + 0.16, hip + 0.10, hip + 0.11))  # fmt: skip
        return np.where(at < 4.3, above, np.maximum(np.asarray(skirt.width(at)) + 0.04, hip + 0.11))

    v = np.linspace(2.0, 8.0, 24)
    f = np.linspace(1, -1, 15)
    reach = np.asarray(width(v), dtype=np.float64)
    edge = body.curve([(-float(reach[0]), 2.06), (-0.10, 2.0), (0.22, 1.62), (0.34, 1.38)])
    top = body.curve([(0.34, 1.38), (s - 0.05, 1.46)])
    right, left = body.at(reach[1:], v[1:]), body.at(-reach, v)[::-1]
    hem = body.at(f * reach[-1], 8.0 + 0.06 * (1 - f * f))
    mesh = fanned_mesh(body, width, 1.2, 8.4, 0.75, 20)
    wrap = Panel([edge, top, join(top[-1], right), hem, left], "dress", cloth, mesh=mesh, cast=0.5, falls=(1.3, 8.4))
    for step in range(4):
        line = [(-0.95 * float(np.interp(2.7 + 0.7 * step, v, reach)), 2.7 + 0.7 * step), (0.0, 2.3 + 0.6 * step),
                (0.45, 1.7 + 0.35 * step)]  # fmt: skip
        wrap.crease(body.points(line), 1.0, 1.3)
    wrap.lines.append(Line(body.curve([(0.30, 3.0), (0.34, 5.0), (0.42, 8.0)]), 1.2))
    layers.add("torso", [wrap])
    thrown = cloth_piece(
        body,
        [
            [(0.34, 1.37), (0.85 * s, 1.40), (s + 0.05, 1.56)],
            [(s + 0.05, 1.56), (s + 0.40, 2.2), (s + 0.55, 3.2), (s + 0.42, 4.3)],
            [(s + 0.42, 4.3), (s - 0.05, 4.45), (0.30, 4.2)],
            [(0.30, 4.2), (0.45, 3.0), (0.22, 2.0), (0.34, 1.37)],
        ],
        "dress", cloth, cast=0.7,
    )  # fmt: skip
    for step in range(3):
        thrown.crease(
            body.points([(0.42 + 0.12 * step, 1.45), (0.5 + 0.18 * step, 2.8), (0.45 + 0.22 * step, 4.3)]), 0.9, 1.2
        )
    layers.add("over", [thrown])


def wear_huipil(body: Body, garment: Garment, layers: Layers) -> None:
    """Wrapped striped skirt and sash; a straight blouse with a square neck in a woven yoke."""
    cloth, corte = cloth_of(garment), trim_of(garment)
    bright = corte.second if corte.pattern != "plain" else GOLD.colour
    woven = Material((0.776, 0.184, 0.208), "geometric", (0.95, 0.82, 0.29), (0.18, 0.49, 0.31), scale=0.7)
    skirt = _skirt(body, corte, "straight", 3.1, 7.75, seed=garment.seed)
    sash = belt(body, skirt.width, 3.08, 3.34, "belt", Material(bright), cast=0.3)
    layers.add_bottoms([*skirt.panels, sash])
    tunic = Tunic(end=4.45, label="top", fit="boxy", neckline="square", sleeve_end=0.82, bulk=0.12)
    upper = cut_tunic(body, garment, tunic, cloth)
    y = 1.36
    w = upper.neck.half_width
    outline = [(-w - 0.05, y), (-0.66, 1.52), (-0.64, 2.78), (0.64, 2.78), (0.66, 1.52), (w + 0.05, y)]
    neck = [(w - 0.03, 1.92), (-w + 0.03, 1.92)]
    points = body.points([*outline, *neck])
    yoke = Panel(
        [points], "top", woven, part="trim", mesh=upper.panel.mesh, weight=0.7, shade=0.3, clip=upper.panel.outline
    )
    layers.add("torso", [upper.panel, yoke, hem_border(body, upper.width, 4.47, 0.22, "top", woven)])
    wear_collar(body, upper, layers)
    add_sleeves(body, upper, tunic, layers, (0.12, woven))


WRAPS: Final[MappingProxyType[str, Wear]] = MappingProxyType(
    {
        "sari": wear_sari,
        "lehenga-choli": wear_lehenga_choli,
        "salwar-kameez": wear_salwar_kameez,
        "kebaya": wear_kebaya,
        "baju-kurung": wear_baju_kurung,
        "iro-and-buba": wear_iro_and_buba,
        "kente": wear_kente,
        "huipil": wear_huipil,
    }
)
"""Record id to the function that dresses a body."""
