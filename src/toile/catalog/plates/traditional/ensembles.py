"""Ensembles of several pieces: blouse and bodice, apron and shawl, shirt and jacket.

Image-left is the wearer's RIGHT.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from toile.catalog.plates.drawing.curves import join
from toile.catalog.plates.drawing.palette import luminance, shade_of
from toile.catalog.plates.drawing.panel import Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIDES
from toile.catalog.plates.garments.layers import Layers
from toile.catalog.plates.garments.meshes import hanging_mesh
from toile.catalog.plates.garments.modern import Wear
from toile.catalog.plates.garments.skirts import SkirtCut, cut_skirt, ruffle_band
from toile.catalog.plates.garments.sleeve_shapes import SleeveCut
from toile.catalog.plates.garments.sleeves import sleeve_panels
from toile.catalog.plates.garments.trousers import TrouserCut, trouser_panels
from toile.catalog.plates.looks.look import Garment
from toile.catalog.plates.traditional.parts import (
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
    trim_of,
    vertical_fold,
    wear_collar,
)


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
        "dirndl": wear_dirndl,
        "sarafan": wear_sarafan,
        "vyshyvanka": wear_vyshyvanka,
        "traje-de-flamenca": wear_traje_de_flamenca,
        "traje-de-charro": wear_traje_de_charro,
        "barong-tagalog": wear_barong_tagalog,
    }
)
"""Record id to the function that dresses a body."""
