"""Where sleeves fold: at the elbow, out of gathered seams, between wound bands."""

from __future__ import annotations

import numpy as np

from toile.catalog.plates.drawing.curves import Points, between, bow, join, spline
from toile.catalog.plates.drawing.panel import Fold, Panel
from toile.catalog.plates.garments.sleeve_shapes import WINDING, WOUND_FROM, Place, Shape


def add_folds(place: Place, shape: Shape, sleeve: Panel) -> None:
    """Adds the folds of a sleeve's type and length; a garment on a table has only those of its seams."""
    if shape.gathers:
        sleeve.folds += _gathers(place, shape)
    if place.body.flat:
        return
    if place.end > 1.25:
        sleeve.folds += _elbow(place, shape)
    elif not shape.gathers:
        limb, end = place.limb, place.end
        start, stop = limb.inner(0.35, 0.1), limb.inner(0.95 * end, 0.3 * float(shape.inner(end)))
        sleeve.folds.append(Fold(spline(join(start, between(start, stop, 0.5), stop)), 0.6, 0.7))


def _bent(start: Points, stop: Points, weight: float, depth: float) -> Fold:
    return Fold(bow(start, stop, (0.0, 0.03)), weight, depth)


def _elbow(place: Place, shape: Shape) -> list[Fold]:
    """Three creases that fan out from the inside of the elbow, two at the wrist of a long sleeve."""
    limb = place.limb
    inside = limb.inner(np.array([0.88, 1.0, 1.12]), shape.inner(np.array([0.88, 1.0, 1.12]))).mean(axis=0)
    folds = [
        _bent(inside + 0.3 * (limb.axis(t) - limb.axis(1.0)), limb.outer(t, reach * float(shape.outer(t))), 0.8, 0.6)
        for t, reach in ((0.78, 0.30), (1.01, 0.10), (1.25, 0.35))
    ]
    if place.end > 1.7 and not shape.gathers:
        folds += [
            _bent(limb.outer(t, float(shape.outer(t))), limb.inner(t - 0.04, 0.2 * float(shape.inner(t))), 0.6, 0.45)
            for t in (1.62, 1.78)
        ]
    return folds


def _gathers(place: Place, shape: Shape) -> list[Fold]:
    """Short folds out of the cuff's seam, and out of a raised head."""
    limb, end, folds = place.limb, place.end, []
    half = float(shape.outer(0.97 * end))
    for share in np.linspace(-0.75, 0.75, shape.gathers):
        start = limb.inner(0.99 * end, share * half)
        stop = limb.inner(0.72 * end, share * 0.9 * float(shape.outer(0.7 * end)))
        folds.append(Fold(spline(join(start, between(start, stop, 0.5), stop)), 0.7, 0.5))
        if shape.head:
            start = place.shoulder + (place.underarm - place.shoulder) * (0.3 + 0.27 * share)
            stop = limb.inner(0.28 * end if end < 1.1 else 0.25, 0.25 * share)
            folds.append(Fold(spline(join(start, between(start, stop, 0.5), stop)), 0.6, 0.5))
    return folds


def wrapping(place: Place, shape: Shape) -> list[Fold]:
    """Oblique bands."""
    limb = place.limb
    return [
        _bent(limb.outer(t, float(shape.outer(t))), limb.inner(t + 0.14, float(shape.inner(t))), 1.2, 0.9)
        for t in np.arange(WOUND_FROM, place.end - 0.08, WINDING).tolist()
    ]
