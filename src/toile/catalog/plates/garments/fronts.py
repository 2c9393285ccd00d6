"""Fronts: buttons and plackets, zips, open fronts, pockets, ribbed hems."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from toile.catalog.plates.drawing.curves import Points, join
from toile.catalog.plates.drawing.palette import Rgb, light_of, luminance, shade_of
from toile.catalog.plates.drawing.panel import Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.garments.hems import hem_line
from toile.catalog.plates.garments.necklines import on_shoulder
from toile.catalog.plates.garments.upper import Upper, closed_band

_CIRCLE = np.linspace(0, 2 * np.pi, 9, endpoint=False)
_ROUND = np.stack([np.cos(_CIRCLE), np.sin(_CIRCLE)], axis=1)


def button_colour(cloth: Rgb) -> Rgb:
    """Buttons stand out: light on dark cloth, dark on light."""
    return light_of(cloth) if luminance(cloth) < 0.4 else shade_of(cloth)


def buttons(body: Body, label: str, colour: Rgb, places: Sequence[tuple[float, float]], radius: float) -> list[Panel]:
    """Round buttons at (u, v)."""
    return [
        Panel([body.at(u, v) + radius * _ROUND], label, Material(colour), part="trim", weight=0.55, shade=0.0)
        for u, v in places
    ]


def side_over(body: Body) -> int:
    """Sign of the front that lies on top: women close right over left, men left over right, as the wearer sees it.

    Image-left is the wearer's right, so a woman's upper front is the image's left one.
    """
    return -1 if body.build.woman else 1


def placket(body: Body, upper: Upper, top: float, bottom: float, count: int = 6) -> list[Panel]:
    """A shirt's placket: two lines on the panel, and its buttons."""
    front, colour = body.front, upper.cut.material.colour
    for du in (-0.055, 0.055):
        line = body.curve([(front + du, top), (front + du, (top + bottom) / 2), (front + du, bottom)])
        upper.panel.lines.append(Line(line, 0.7))
    heights = np.linspace(top + 0.12, bottom - 0.15, count).tolist()
    return buttons(body, upper.cut.label, button_colour(colour), [(front, v) for v in heights], 0.032)


def closed_front(
    body: Body, upper: Upper, top: float, count: int, *, double: bool = False, swing: float = 0.0
) -> list[Panel]:
    """The edge of a buttoned jacket's upper front, and its buttons.

    Args:
        body: who wears it.
        upper: gets the edge's line.
        top: v where the fronts meet.
        count: rows of buttons.
        double: two columns, the edge off centre.
        swing: how far the edge curves away at the hem.
    """
    side, front, end = side_over(body), body.front, upper.cut.end
    # The upper front reaches beyond the middle, to the other side.
    edge = front - side * (0.16 if double else 0.03)
    line = [(front, top), (edge, top + 0.25), (edge, (top + end) / 2), (edge + side * swing, end + 0.05)]
    upper.panel.lines.append(Line(body.curve(line), 1.1))
    columns = (-0.17, 0.17) if double else (side * 0.035,)
    heights = (top + 0.16 + 0.36 * np.arange(count)).tolist()
    places = [(front + du, v) for v in heights for du in columns if v < end - 0.08]
    return buttons(body, upper.cut.label, button_colour(upper.cut.material.colour), places, 0.042)


def open_fronts(body: Body, upper: Upper, gap: float) -> list[Panel]:
    """Both fronts of an unfastened garment, in place of the closed panel.

    Args:
        body: who wears it.
        upper: the closed panel, whose folds are shared out.
        gap: how far apart they hang at the waist.
    """
    return [_open_front(body, upper, sign, gap) for sign in (-1, 1)]


def _open_front(body: Body, upper: Upper, sign: int, gap: float) -> Panel:
    cut, width = upper.cut, upper.width
    w, (tip_u, tip_v) = upper.neck.half_width, upper.tip
    front, depth = body.front, cut.depth or 2.5
    bottom = cut.end + 0.04
    edge = body.curve(
        [
            (sign * w, on_shoulder(body, w)),
            (sign * 0.98 * w, 1.55),
            (front + sign * 0.55 * gap, depth * 0.5 + 1.0),
            (front + sign * 0.8 * gap, min(3.0, 0.5 * (depth + bottom))),
            (front + sign * 1.1 * gap, bottom),
        ],
        7,
    )
    reach = float(width(cut.end))
    f = np.linspace((front + sign * 1.1 * gap) / reach, sign, 9)
    drop = hem_line("flat")(f)
    hem = body.at(f * reach, cut.end + drop)
    v = np.linspace(upper.underarm[1], cut.end + float(drop[-1]), 16)
    side = body.at(sign * width(v), v)
    slope = body.curve([(sign * tip_u, tip_v), (sign * w, on_shoulder(body, w))])
    armhole_ink = 0.0 if cut.sleeved else 1.0
    panel = Panel(
        [edge, join(edge[-1], hem), side[::-1], upper.armhole(body, sign)[::-1], slope],
        cut.label,
        cut.material,
        mesh=upper.panel.mesh,
        ink=(1.0, 1.0, 1.0, armhole_ink, 0.9),
        cast=0.7,
        falls=cut.falls,
    )
    middle = float(body.at(0.0, 3.0)[0])
    panel.folds = [fold for fold in upper.panel.folds if (float(fold.line[:, 0].mean()) - middle) * sign > 0.12]
    if cut.material.fabric == "knit":
        panel.lines.append(Line(edge[4:] + np.array([0.11 * sign, 0.0]), 0.6))
    return panel


def flap_pockets(body: Body, upper: Upper, v: float, inner: float) -> list[Panel]:
    """Two flaps at a height, starting so far from the middle."""
    w, flaps = float(upper.width(v)), []
    for sign in (-1, 1):
        corners = [(inner, v), (0.86 * w, v - 0.05), (0.87 * w, v + 0.12), (inner, v + 0.17)]
        outline = body.points([(sign * u, y) for u, y in corners])
        segments = [join(outline[k], outline[(k + 1) % 4]) for k in range(4)]
        flaps.append(_pocket(upper, segments))
    return flaps


def kangaroo_pocket(body: Body, upper: Upper) -> Panel:
    """The pocket of a hoodie, above the rib; flatter on a short one."""
    low = min(3.74, upper.cut.end - 0.24)
    high = max(low - 0.59, 2.72)
    middle = (0.54 * high) + (0.46 * low)
    corners = [(-0.34, high), (0.34, high), (0.52, middle), (0.50, low), (-0.50, low), (-0.52, middle)]
    outline = body.points(corners)
    return _pocket(upper, [join(outline[k], outline[(k + 1) % 6]) for k in range(6)])


def _pocket(upper: Upper, segments: list[Points]) -> Panel:
    return Panel(
        segments,
        upper.cut.label,
        upper.cut.material,
        part="trim",
        mesh=upper.panel.mesh,
        weight=0.7,
        shade=0.2,
        falls=upper.cut.falls,
    )


def breast_pocket(body: Body, upper: Upper) -> None:
    """A patch pocket on the wearer's left, the image's right."""
    outline = [(0.18, 2.28), (0.18, 2.55), (0.28, 2.60), (0.38, 2.55), (0.38, 2.28), (0.18, 2.28)]
    upper.panel.lines.append(Line(body.points(outline), 0.55))


def rib_hem(body: Body, upper: Upper) -> Panel:
    """A ribbed band that gathers the hem a little."""
    end, width = upper.cut.end, upper.width
    top = body.across(width(end - 0.18), end - 0.18, 17, 0.05)
    low = body.across(0.93 * width(end), end, 17, 0.055)
    panel = Panel(
        closed_band(top, low),
        upper.cut.label,
        upper.cut.material.plain(),
        part="trim",
        ink=(0.7, 1.0, 1.0, 1.0),
        shade=0.5,
        falls=upper.cut.falls,
    )
    panel.ribs = [Line(join(top[k], low[k]), 0.55) for k in range(1, 16)]
    return panel


def knit_ribs(body: Body, upper: Upper) -> None:
    """Nine faint vertical lines on a plain knit."""
    for u in np.linspace(-0.5, 0.5, 9).tolist():
        upper.panel.ribs.append(Line(body.curve([(u, 1.6), (u, 2.6), (u, upper.cut.end)]), 0.28))
