"""Hats and headwraps, in the head's frame."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

import numpy as np

from toile.catalog.plates.drawing.curves import Controls, Points, spline
from toile.catalog.plates.drawing.palette import CLOTH_COLOURS
from toile.catalog.plates.drawing.panel import HAT, Fold, Line, Material, Panel
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.looks.look import Hat

Table = list[tuple[float, float]]


def hat_panels(body: Body, hat: Hat) -> list[Panel]:
    """A hat of a kind of `vocabulary.HATS`."""
    fabric = {"beanie": "knit", "gele": "silk"}.get(hat.kind, "cotton")
    panels = _HATS[hat.kind](_Head(body, Material(CLOTH_COLOURS[hat.colour], fabric=fabric)))
    for panel in panels:
        panel.slot = HAT
    return panels


class _Head:
    """Draws in a head's frame."""

    def __init__(self, body: Body, material: Material) -> None:
        self._body, self.material = body, material

    def curve(self, table: Controls) -> Points:
        return spline(self._body.head(table), 6)

    def closed(self, table: Controls) -> Points:
        return spline(self._body.head(table), 6, closed=True)

    def piece(self, *segments: Points, cast: float = 0.0, shade: float = 1.0, dark: bool = False) -> Panel:
        material = self.material.inside(2) if dark else self.material
        return Panel(list(segments), "hat", material, cast=cast, shade=shade)

    def folds(self, panel: Panel, tables: list[Table], depth: float = 0.8) -> Panel:
        panel.folds = [Fold(self.curve(table), 0.8, depth) for table in tables]
        return panel


def _brim(head: _Head) -> list[Panel]:
    brim: Table = [(-0.82, -0.72), (-0.4, -0.84), (0, -0.88), (0.4, -0.84), (0.82, -0.72), (0.4, -0.64), (0, -0.60)]
    crown: Table = [
        (-0.42, -0.78),
        (-0.40, -1.12),
        (-0.2, -1.26),
        (0, -1.22),
        (0.2, -1.26),
        (0.40, -1.12),
        (0.42, -0.78),
    ]
    return [
        head.piece(head.closed([*brim, (-0.4, -0.64)]), cast=0.7),
        head.piece(head.curve(crown), head.curve([(0.42, -0.78), (0, -0.72), (-0.42, -0.78)])),
        head.piece(
            head.curve([(-0.425, -0.90), (0, -0.84), (0.425, -0.90)]),
            head.curve([(0.43, -0.78), (0, -0.72), (-0.43, -0.78)]),
            shade=0.0,
            dark=True,
        ),
    ]


def _beanie(head: _Head) -> list[Panel]:
    crown: Table = [(-0.43, -0.70), (-0.42, -1.0), (-0.2, -1.24), (0, -1.28), (0.2, -1.24), (0.42, -1.0), (0.43, -0.70)]
    cap = head.piece(head.curve(crown), head.curve([(0.43, -0.70), (0, -0.66), (-0.43, -0.70)]))
    cap.ribs = [
        Line(head.curve([(x, -0.85), (0.9 * x, -1.05), (0.55 * x, -1.24)]), 0.4) for x in (-0.3, -0.15, 0, 0.15, 0.3)
    ]
    rim = head.piece(
        head.curve([(-0.45, -0.86), (0, -0.82), (0.45, -0.86)]),
        head.curve([(0.45, -0.86), (0.45, -0.66)]),
        head.curve([(0.45, -0.66), (0, -0.60), (-0.45, -0.66)]),
        head.curve([(-0.45, -0.66), (-0.45, -0.86)]),
    )
    rim.ribs = [Line(head.curve([(x, -0.85), (x, -0.62)]), 0.6) for x in np.linspace(-0.38, 0.38, 9).tolist()]
    return [cap, rim]


def _beret(head: _Head) -> list[Panel]:
    table: Table = [
        (-0.42, -0.74),
        (-0.58, -0.92),
        (-0.35, -1.2),
        (0.1, -1.24),
        (0.42, -1.08),
        (0.44, -0.84),
        (0.1, -0.80),
    ]
    beret = head.piece(head.closed([*table, (-0.2, -0.74)]), cast=0.4)
    return [head.folds(beret, [[(-0.3, -0.82), (-0.2, -1.0), (0.1, -1.08)]])]


def _cap(head: _Head, *, soft: bool) -> list[Panel]:
    """A brimless cap: stiff, or soft and folded to one side."""
    top: Table = [(-0.40, -0.78), (-0.41, -1.10), (-0.2 if soft else -0.34, -1.28), (0.2, -1.30 if soft else -1.28)]
    top += [(0.52 if soft else 0.41, -1.10), (0.41, -0.78)]
    cap = head.piece(head.curve(top), head.curve([(0.41, -0.78), (0, -0.74), (-0.41, -0.78)]))
    if soft:
        return [head.folds(cap, [[(0.0, -1.24), (0.3, -1.05), (0.40, -0.85)]])]
    cap.lines = [Line(head.curve([(-0.40, -0.88), (0, -0.84), (0.40, -0.88)]), 0.6)]
    return [cap]


def _turban(head: _Head) -> list[Panel]:
    top: Table = [
        (-0.42, -0.70),
        (-0.52, -0.95),
        (-0.35, -1.25),
        (0, -1.34),
        (0.35, -1.25),
        (0.52, -0.95),
        (0.42, -0.70),
    ]
    brow: Table = [(0.42, -0.70), (0.2, -0.82), (0, -0.92), (-0.2, -0.82), (-0.42, -0.70)]
    wraps: list[Table] = [
        [(-0.45, -0.78), (-0.1, -1.0), (0.3, -1.2)],
        [(0.45, -0.78), (0.1, -1.0), (-0.3, -1.2)],
        [(-0.5, -0.92), (-0.1, -1.15), (0.15, -1.3)],
        [(0.5, -0.92), (0.2, -1.12)],
    ]
    return [head.folds(head.piece(head.curve(top), head.curve(brow)), wraps)]


def _gele(head: _Head) -> list[Panel]:
    table: Table = [
        (-0.40, -0.70), (-0.70, -0.95), (-0.72, -1.25), (-0.4, -1.45), (0, -1.40), (0.35, -1.52), (0.78, -1.30),
        (0.66, -0.95), (0.40, -0.70), (0.2, -0.80), (0, -0.84), (-0.2, -0.80),
    ]  # fmt: skip
    pleats: list[Table] = [
        [(-0.38, -0.78), (-0.5, -1.1), (-0.45, -1.4)],
        [(-0.2, -0.84), (-0.2, -1.1), (-0.1, -1.38)],
        [(0.1, -0.86), (0.2, -1.1), (0.38, -1.48)],
        [(0.3, -0.80), (0.5, -1.05), (0.7, -1.3)],
    ]
    return [head.folds(head.piece(head.closed(table)), pleats, 1.0)]


def _conical(head: _Head) -> list[Panel]:
    slope: Table = [(-0.85, -0.70), (-0.4, -1.05), (0, -1.36), (0.4, -1.05), (0.85, -0.70)]
    hat = head.piece(head.curve(slope), head.curve([(0.85, -0.70), (0, -0.60), (-0.85, -0.70)]), cast=0.8)
    hat.ribs = [
        Line(head.curve([(-0.85 * k, -1.36 + 0.66 * k), (0, -1.36 + 0.76 * k), (0.85 * k, -1.36 + 0.66 * k)]), 0.45)
        for k in (0.35, 0.55, 0.75, 0.9)
    ]
    return [hat]


def _fur(head: _Head) -> list[Panel]:
    table: Table = [
        (-0.46, -0.64), (-0.50, -0.95), (-0.3, -1.05), (-0.1, -1.38), (0.1, -1.38), (0.3, -1.05), (0.50, -0.95),
        (0.46, -0.64), (0, -0.66),
    ]  # fmt: skip
    hat = head.piece(head.closed(table))
    hat.lines = [Line(head.curve([(-0.48, -0.92), (0, -0.98), (0.48, -0.92)]), 0.9)]
    x = np.linspace(-0.42, 0.42, 9).tolist()
    hat.lines += [Line(head.curve([(u, -0.86), (u + 0.03, -0.78), (u, -0.70)]), 0.5) for u in x]
    return [hat]


_HATS: Final[MappingProxyType[str, Callable[[_Head], list[Panel]]]] = MappingProxyType(
    {
        "brim": _brim,
        "beanie": _beanie,
        "beret": _beret,
        "fila": lambda head: _cap(head, soft=True),
        "kufi": lambda head: _cap(head, soft=False),
        "turban": _turban,
        "gele": _gele,
        "conical": _conical,
        "fur": _fur,
    }
)
