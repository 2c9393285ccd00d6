"""Pieces that traditional garments are put together from: bands, borders, strips, knots, cloths that hang or wrap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from toile.catalog.plates.drawing.curves import Controls, Points, join, normals, resample, spline
from toile.catalog.plates.drawing.palette import rgb
from toile.catalog.plates.drawing.panel import Fold, Line, Material, Panel, material_of
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.poses import SIDES
from toile.catalog.plates.garments.collars import collar_panels
from toile.catalog.plates.garments.layers import Layers
from toile.catalog.plates.garments.meshes import Width, fanned_mesh, hanging_mesh
from toile.catalog.plates.garments.necklines import on_shoulder
from toile.catalog.plates.garments.sleeve_shapes import SleeveCut
from toile.catalog.plates.garments.sleeves import sleeve_panels
from toile.catalog.plates.garments.upper import Upper, UpperCut, closed_band, cut_upper
from toile.catalog.plates.looks.look import Garment

GOLD = Material(rgb("c9a04a"))
SILVER = Material(rgb("c6cad0"))
WHITE_CLOTH = Material(rgb("f4f1ea"))
BLACK_CLOTH = Material(rgb("26232a"))

_HEM_SAG = 0.055  # as `hems` draws a flat hem


def cloth_of(garment: Garment) -> Material:
    """The main cloth."""
    return material_of(garment.cloth)


def trim_of(garment: Garment, otherwise: Material = GOLD) -> Material:
    """The second cloth; `otherwise` where the garment has none."""
    return otherwise if garment.trim is None else material_of(garment.trim)


def strip(body: Body, controls: Controls, width: float, label: str, material: Material, **more: Any) -> Panel:
    """A band of one width along a smooth line through control points (u, v)."""
    return strip_along(body.curve(controls), width, label, material, **more)


def strip_along(line: Points, width: float, label: str, material: Material, **more: Any) -> Panel:
    """A band of one width along a line of the picture."""
    half = normals(line) * (width / 2)
    more.setdefault("part", "trim")
    more.setdefault("shade", 0.2)
    more.setdefault("weight", 0.7)
    more.setdefault("mesh", hanging_mesh(line[0]) if material.pattern != "plain" else None)
    return Panel(closed_band(line - half, line + half), label, material, **more)


def belt(body: Body, width: Width, top: float, bottom: float, label: str, material: Material, **more: Any) -> Panel:
    """A band round the body between two heights."""
    upper = body.across(float(width(top)), top, 13, sag=0.04)
    lower = body.across(float(width(bottom)), bottom, 13, sag=0.04)
    more.setdefault("part", "trim")
    more.setdefault("cast", 0.3)
    more.setdefault("mesh", fanned_mesh(body, width, top - 0.1, bottom + 0.2, float(width(top))))
    return Panel(closed_band(upper, lower), label, material, **more)


def hem_border(
    body: Body,
    width: Width,
    end: float,
    height: float,
    label: str,
    material: Material,
    **more: Any,
) -> Panel:
    """A border along a flat hem."""
    f = np.linspace(-1, 1, 17)
    drop = _HEM_SAG * (1 - f * f)
    lower = body.at(f * width(end + drop), end + drop)
    upper = body.at(f * width(end - height + drop), end - height + drop)
    more.setdefault("part", "trim")
    more.setdefault("shade", 0.5)
    mesh = fanned_mesh(body, width, end - height - 0.1, end + 0.2, float(width(end)))
    return Panel(closed_band(upper, lower), label, material, mesh=mesh, weight=0.7, **more)


def sleeve_border(sleeve: Panel, height: float, material: Material) -> Panel:
    """A border along the end of a sleeve made by `sleeve_panels`, whatever its shape."""
    outer, ending, inner = sleeve.segments[:3]
    start, stop = _back_from_end(outer, height), _back_from_end(inner[::-1], height)
    share = np.linspace(0, 1, len(ending))[:, None]
    upper = ending + (start - ending[0]) * (1 - share) + (stop - ending[-1]) * share
    mesh = hanging_mesh(ending[0]) if material.pattern != "plain" else None
    return Panel(closed_band(upper, ending), sleeve.label, material, part=sleeve.part, shade=0.4, weight=0.7, mesh=mesh)


def _back_from_end(line: Points, distance: float) -> Points:
    """The point on a line so far before its end."""
    steps = np.diff(line[::-1], axis=0)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
    back = line[::-1]
    return np.array([np.interp(distance, along, back[:, 0]), np.interp(distance, along, back[:, 1])])


def disc(body: Body, u: float, v: float, radius: float, label: str, material: Material) -> Panel:
    """A button or a knot."""
    angle = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius + body.at(u, v)
    return Panel([circle], label, material, part="trim", shade=0.0, weight=0.6)


def row_of_discs(
    body: Body, controls: Controls, count: int, radius: float, label: str, material: Material
) -> list[Panel]:
    """Knots at equal distances along a line, its ends included."""
    centres = resample(body.curve(controls), count)
    angle = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius
    return [Panel([circle + centre], label, material, part="trim", shade=0.0, weight=0.55) for centre in centres]


def through(*points: Points, per_span: int = 6) -> Points:
    """A smooth line through points of the picture."""
    return spline(np.stack(points), per_span)


def cloth_piece(
    body: Body,
    edges: Sequence[Controls],
    label: str,
    material: Material,
    **more: Any,
) -> Panel:
    """A loose cloth bounded by smooth edges given by control points (u, v), one after another."""
    segments = [body.curve(edge) for edge in edges]
    more.setdefault("cast", 0.5)
    more.setdefault("mesh", hanging_mesh(body.at(0.0, 1.4), width=3.2, bottom=9.0))
    return Panel(segments, label, material, **more)


def vertical_fold(
    body: Body, width: Width, share: float, top: float, bottom: float, *, weight: float = 0.8, depth: float = 0.9
) -> Fold:
    """A fold that runs down a garment at a share of its half-width."""
    v = np.linspace(bottom, top, 9)
    return Fold(body.at(share * np.asarray(width(v)), v), weight, depth)


def edge_line(body: Body, width: Width, share: float, top: float, bottom: float, weight: float = 1.1) -> Line:
    """A line down a garment at a share of its half-width: the edge of a wrapped cloth, a slit."""
    v = np.linspace(top, bottom, 10)
    return Line(body.at(share * np.asarray(width(v)), v), weight)


def mirrored_controls(controls: Controls) -> list[tuple[float, float]]:
    """The same line on the other side."""
    return [(-float(u), float(v)) for u, v in controls]


def polygon(points: Controls, label: str, material: Material, *, smooth: bool = True, **more: Any) -> Panel:
    """A closed shape given in the picture."""
    outline = spline(points, 5, closed=True) if smooth else np.asarray(points, dtype=np.float64)
    more.setdefault("part", "trim")
    return Panel([outline], label, material, **more)


def fringe(line: Points, length: float, count: int) -> list[Line]:
    """Threads that hang from a line."""
    ends = resample(line, count)
    return [Line(np.stack([end, end + np.array([0.0, length])]), 0.7) for end in ends]


def scarf_tail(body: Body, side: int, top: float, bottom: float, label: str, material: Material) -> Panel:
    """The end of a scarf that hangs behind the figure; it belongs in `Layers.behind`."""
    shoulder = body.build.shoulder
    outer = [
        (0.35, top),
        (shoulder + 0.16, top + 0.4),
        (shoulder + 0.30, (top + bottom) / 2),
        (shoulder + 0.34, bottom),
    ]
    inner = [(shoulder - 0.16, bottom + 0.08), (0.4, 3.0), (0.25, top + 0.15)]
    corner = [outer[-1], inner[0]]
    edges = [outer, corner, inner]
    return cloth_piece(body, [[(side * u, v) for u, v in edge] for edge in edges], label, material, cast=0.0)


def draped_folds(first: Points, last: Points, shares: Sequence[float], weight: float = 0.8) -> list[Fold]:
    """Folds between two edges of a cloth that run the same way."""
    a, b = resample(first, 12), resample(last, 12)
    return [Fold(a * (1 - share) + b * share, weight, 0.8) for share in shares]


# --- robes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Tunic:
    """A garment that begins as an upper panel: how it is cut where its construction fixes it.

    Attributes:
        end: v of the hem.
        label: of `panel.LABELS`.
        fit: of `measures.FITS`.
        neckline: of `necklines.neckline`.
        depth: v of the neckline's lowest point; None as tabled.
        sleeve: of `vocabulary.SLEEVE_TYPES`; None for none.
        sleeve_end: t along the arm.
        flare: widening per head unit below the waist.
        cinch: taken off the waist.
        bulk: added to the sleeves' ease.
        drop: length of a hanging sleeve.
        hem: of `vocabulary.HEMS`.
    """

    end: float
    label: str = "dress"
    fit: str = "loose"
    neckline: str = "stand"
    depth: float | None = None
    sleeve: str | None = "regular"
    sleeve_end: float = 1.93
    flare: float = 0.0
    cinch: float = 0.0
    bulk: float = 0.0
    drop: float = 0.95
    hem: str = "flat"


def cut_tunic(body: Body, garment: Garment, tunic: Tunic, material: Material, *, hem_ink: float = 1.0) -> Upper:
    """The upper panel of a tunic."""
    return cut_upper(
        body,
        UpperCut(
            material=material,
            label=tunic.label,
            end=tunic.end,
            fit=tunic.fit,
            collar=tunic.neckline,
            depth=tunic.depth,
            sleeved=tunic.sleeve is not None,
            hem=tunic.hem,
            hem_ink=hem_ink,
            flare=tunic.flare,
            cinch=tunic.cinch,
            falls=(1.3, max(4.6, tunic.end + 0.4)),
            seed=garment.seed,
        ),
    )


def add_sleeves(
    body: Body, upper: Upper, tunic: Tunic, layers: Layers, border: tuple[float, Material] | None = None
) -> None:
    """Both sleeves of a tunic, with a border of a height and a cloth at their ends."""
    if tunic.sleeve is None:
        return
    cut = SleeveCut(
        type=tunic.sleeve, end=tunic.sleeve_end, material=upper.cut.material, bulk=tunic.bulk, drop=tunic.drop
    )
    for side in SIDES:
        panels = sleeve_panels(body, upper, side, cut)
        if border is not None:
            panels.append(sleeve_border(panels[-1], *border))
        layers.add_sleeve(side, panels)


def open_front(body: Body, upper: Upper, edge: Controls, *, cast: float = 0.7) -> list[Panel]:
    """Both halves of a front that hangs open.

    Args:
        body: who wears it.
        upper: the closed front; its shoulders, armholes, sides and hem are kept.
        edge: control points (u, v) of the front edge on the image's right, from neck to hem; it may end below the
            sides.
        cast: how far the halves stand off what is below.
    """
    return [_front_half(body, upper, edge, sign, cast) for sign in (-1, 1)]


def _front_half(body: Body, upper: Upper, edge: Controls, sign: int, cast: float) -> Panel:
    cut, (tip_u, tip_v) = upper.cut, upper.tip
    start = (float(edge[0][0]), float(edge[0][1]))
    slope = body.curve([(sign * start[0], start[1]), (sign * tip_u, tip_v)], 4)
    v = np.linspace(upper.underarm[1], cut.end, 16)
    side = body.at(sign * np.asarray(upper.width(v)), v)
    u_out, u_in = float(upper.width(cut.end)), float(edge[-1][0])
    f = np.linspace(u_out, u_in, 7)
    sag = _HEM_SAG * (1 - (f / u_out) ** 2)
    hem = body.at(sign * f, np.interp(-f, (-u_out, -u_in), (cut.end, float(edge[-1][1]))) + sag)
    front = body.curve([(sign * u, v) for u, v in edge])[::-1]
    ink = (0.9, 0.0 if cut.sleeved else 1.0, 1.0, 1.0, 1.1)
    panel = Panel(
        [slope, upper.armhole(body, sign), side, hem, join(hem[-1], front)],
        cut.label,
        cut.material,
        mesh=upper.panel.mesh,
        ink=ink,
        cast=cast,
        falls=cut.falls,
    )
    for share in (0.72, 0.9):
        panel.folds.append(vertical_fold(body, upper.width, sign * share, cut.end - 1.6, cut.end, depth=0.8))
    return panel


def neck_lining(body: Body, upper: Upper) -> Panel:
    """The darker inside of the back of the neck, without a collar: what makes a neckline read as an opening."""
    (lining,) = collar_panels(body, upper, gap=1.0).back
    return lining


def wear_collar(body: Body, upper: Upper, layers: Layers, material: Material | None = None) -> None:
    """The collar that the upper panel's cut asks for, far side included."""
    collar = collar_panels(body, upper, material)
    layers.add("back", collar.back)
    layers.add("over", collar.front)


def narrower_neck(upper: Upper, by: float) -> Upper:
    """The same upper panel with a narrower neck, for a collar worn inside another."""
    neck = replace(upper.neck, half_width=upper.neck.half_width - by)
    inner = Upper(upper.cut, upper.width, neck, upper.tip, upper.underarm)
    inner.panel = upper.panel
    return inner


def crossed_collar(
    body: Body, upper: Upper, material: Material, *, meeting: float, end: float, width: float = 0.15
) -> list[Panel]:
    """A collar that crosses, the wearer's LEFT side outermost.

    Its upper band runs from the image's right shoulder down to the image's left.

    Args:
        body: who wears it.
        upper: the garment; its neckline gives the collar's ends at the neck.
        material: cloth of the collar.
        meeting: v at which the two bands cross.
        end: v at which the upper band goes under the belt.
        width: of the bands.
    """
    w, x = upper.neck.half_width - 0.02, body.front
    top = on_shoulder(body, w) - 0.02
    bend = 0.5 * (top + meeting)
    reach = 0.55 * (end - meeting) + 0.1
    # From the crossing on, the lower band is under the cloth of the wearer's left side.
    under = [(-w, top), (-0.62 * w, bend), (x + 0.02, meeting + 0.02)]
    over = [(w, top), (0.66 * w, bend), (x - 0.04, meeting), (x - reach - 0.04, end)]
    label = upper.cut.label
    return [
        strip(body, under, width * 0.9, label, material, cast=0.2, part="collar"),
        strip(body, over, width, label, material, cast=0.4, part="collar"),
    ]
