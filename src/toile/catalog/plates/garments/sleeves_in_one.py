"""Sleeves cut in one with the body: dolman and kimono."""

from __future__ import annotations

import numpy as np

from toile.catalog.plates.drawing.curves import between, bow, join, spline
from toile.catalog.plates.drawing.panel import Fold, Panel
from toile.catalog.plates.garments.meshes import hanging_mesh, limb_mesh
from toile.catalog.plates.garments.sleeve_shapes import Place


def dolman(place: Place) -> list[Panel]:
    """Cut in one with the body: the underarm lies at the waist."""
    limb, end, under = place.limb, place.end, place.underarm
    t = np.linspace(0.2, end, 12)
    outer = join(place.shoulder, limb.outer(t, place.base(t)))
    inner = spline(
        join(
            limb.inner(end, float(place.arm(end)) + 0.05),
            limb.inner(max(0.9, 0.72 * end), float(place.base(1.2)) + 0.06),
            between(limb.inner(0.75, 0.45), under, 0.5),
            under,
        )
    )
    closing = bow(under, place.shoulder, (-0.25 * place.sign, 0.1))
    mesh = limb_mesh(limb, lambda t: np.full(np.shape(t), 0.6), lambda t: np.full(np.shape(t), 0.8), 0.0, end + 0.2)
    ink = (1.0, 1.0, 1.0, 0.0)
    panel = place.panel([outer, join(outer[-1], inner[0]), inner, closing], mesh=mesh, ink=ink, cast=0.4)
    sign, wrist, tip = place.sign, inner[0], place.shoulder
    drags = (
        (0.20, between(under, tip, 0.5) + np.array([0.12 * sign, 0.12]), np.array([0.06 * sign, 0.18])),
        (0.05, between(under, tip, 0.4) + np.array([0.0, 0.10]), np.array([-0.10 * sign, 0.30])),
    )
    for share, bend, reach in drags:
        panel.folds.append(Fold(spline(join(between(under, wrist, share), bend, tip + reach)), 0.85, 1.1))
    return [panel]


def kimono(place: Place) -> list[Panel]:
    """A straight arm edge, an opening at the wrist, then a bag that hangs by gravity and turns back to the underarm."""
    limb, end, under, sign = place.limb, place.end, place.underarm, place.sign
    t = np.linspace(0.15 + 0.42 * limb.spread, end, 12)
    width = float(place.base(end))
    upper_edge = join(place.shoulder, limb.outer(t, place.base(t)))
    wrist, palm = upper_edge[-1], limb.inner(end, width)
    level = abs(float(place.along[0]))  # 1 with a horizontal arm
    hang = np.array([0.0, place.cut.drop])
    outer_corner = wrist + 0.05 * place.along + hang * (0.45 + 0.55 * level)
    inner_corner = palm + hang * (0.55 + 0.45 * level) + np.array([-0.38 * sign * (1 - level), 0.06])
    if place.body.flat:
        outer_corner = wrist + np.array([0.0, place.cut.drop + 0.15])
        inner_corner = limb.axis(0.62) + np.array([0.0, place.cut.drop + 0.30])
    bottom = bow(outer_corner, inner_corner, (0.0, 0.02), 6)
    back = bow(inner_corner, under, (0.02 * sign, -0.02), 6)
    panel = place.panel(
        [upper_edge, join(wrist, outer_corner), bottom, back, place.armhole],
        mesh=hanging_mesh(place.shoulder),
        ink=(1.0, 1.0, 1.0, 1.0, 0.7),
        cast=0.5,
    )
    inward = -limb.outward(end)
    hanging = (
        (0.75, between(limb.axis(1.2), inner_corner, 0.5), between(inner_corner, outer_corner, 0.1)),
        (1.10, between(limb.axis(1.5), outer_corner, 0.5) + 0.1 * inward, between(inner_corner, outer_corner, 0.5)),
    )
    for start, bend, stop in hanging:
        panel.folds.append(Fold(spline(join(limb.axis(start) + 0.05 * inward, bend, stop)), 0.8, 1.1))
    return [panel]
