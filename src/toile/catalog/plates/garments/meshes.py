"""Where a pattern lies on a garment: grids of points in the picture with their places on the cloth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from toile.catalog.plates.drawing.curves import Points, Values
from toile.catalog.plates.drawing.panel import Mesh
from toile.catalog.plates.figure.body import Body, Limb

Width = Callable[[Any], Any]
"""Half-width as a function of v or t."""

_SPAN = 1.35


def torso_mesh(body: Body, top: float, bottom: float, rows: int = 14) -> Mesh:
    """A cloth laid on the torso unstretched: stripes keep their width, and follow spine and tilt."""
    return _grid(body, np.linspace(top, bottom, rows), np.full(rows, _SPAN), _SPAN)


def fanned_mesh(body: Body, width: Width, top: float, bottom: float, reference: float, rows: int = 14) -> Mesh:
    """A cloth as wide as the garment everywhere: vertical stripes fan out with a flare.

    Args:
        body: who wears it.
        width: half-width of the garment at v.
        top: v of the first row.
        bottom: v of the last row.
        reference: half-width at which the pattern has its tabled size.
        rows: rows of the grid.
    """
    v = np.linspace(top, bottom, rows)
    return _grid(body, v, (np.asarray(width(v)) + 0.02) * 1.04, reference)


def _grid(body: Body, v: Values, half_widths: Values, reference: float) -> Mesh:
    f = np.linspace(-1, 1, 9)
    u = (half_widths[:, None] * f).ravel()
    rows = np.repeat(v, 9)
    texture = np.stack([np.tile(f * reference, len(v)), rows], axis=1)
    return Mesh(body.at(u, rows), texture, 9, len(v))


def limb_mesh(limb: Limb, outer: Width, inner: Width, start: float, end: float, rows: int = 14) -> Mesh:
    """A cloth wrapped along a limb: hoops follow the sleeve."""
    t = np.repeat(np.linspace(start, end, rows), 5)
    f = np.tile(np.linspace(1.06, -1.06, 5), rows)
    width = np.where(f > 0, f * np.asarray(outer(t)), f * np.asarray(inner(t)))
    texture = np.stack([-width, limb.arc(t)], axis=1)
    return Mesh(limb.outer(t, width), texture, 5, rows)


def hanging_mesh(anchor: Points, width: float = 2.6, top: float = -1.0, bottom: float = 4.6) -> Mesh:
    """A cloth that hangs straight down from a point, for pieces that no limb carries: kimono sleeves, capes."""
    x = np.linspace(-width, width, 5)
    y = np.linspace(top, bottom, 12)
    texture = np.stack([np.tile(x, 12), np.repeat(y, 5)], axis=1)
    return Mesh(texture + anchor, texture, 5, 12)
