"""The upper panel: the piece between neckline, shoulders, armholes, sides and hem that most garments begin with."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from toile.catalog.plates.drawing.curves import Points, join
from toile.catalog.plates.drawing.panel import Fold, Material, Panel
from toile.catalog.plates.figure.body import HIP_JOINT, Body
from toile.catalog.plates.garments.hems import hem_line, hem_steps, joined_hem
from toile.catalog.plates.garments.measures import FITS, TorsoWidth
from toile.catalog.plates.garments.meshes import fanned_mesh, torso_mesh
from toile.catalog.plates.garments.necklines import Neckline, neckline, on_shoulder

UPPER_FALL = (1.3, 4.6)
"""Light falls from the shoulders to the hips; see `Panel.falls`."""

_HEM_FOLDS = {"leather": 2, "silk": 4, "denim": 2, "knit": 1, "sheer": 3, "cotton": 3, "lace": 3}


def fold_random(*key: object) -> np.random.Generator:
    """Random numbers for one set of folds: by garment seed, slot and kind, never from a shared stream."""
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


@dataclass(frozen=True, kw_only=True, slots=True)
class UpperCut:
    """What an upper panel is cut by.

    Attributes:
        material: its cloth.
        label: of `panel.LABELS`.
        end: v of the hem.
        fit: of `measures.FITS`.
        collar: shapes the neckline.
        depth: v of the neckline's lowest point; None as tabled.
        sleeved: whether there are sleeves; else the armhole is an edge and lies further in.
        underarm: v where the side begins; None by fit.
        dropped: how far the shoulder seam lies down the arm.
        hem: of `vocabulary.HEMS`.
        hem_ink: 0 where another panel continues.
        flare: widening per head unit below the waist.
        cinch: taken off the waist.
        tucked: drawn in at the waist.
        falls: gradient; see `Panel.falls`.
        seed: of its folds.
    """

    material: Material
    label: str
    end: float
    fit: str = "regular"
    collar: str = "round"
    depth: float | None = None
    sleeved: bool = True
    underarm: float | None = None
    dropped: float = 0.0
    hem: str = "flat"
    hem_ink: float = 1.0
    flare: float = 0.0
    cinch: float = 0.0
    tucked: bool = False
    falls: tuple[float, float] = UPPER_FALL
    seed: int = 0


@dataclass(eq=False, slots=True)
class Upper:
    """An upper panel with what sleeves and collars join onto.

    Attributes:
        cut: what it was cut by.
        panel: the panel.
        width: its half-width at v.
        neck: its neckline.
        tip: (u, v) of the shoulder's tip, on the image's right.
        underarm: (u, v) where armhole and side meet, on the image's right.
    """

    cut: UpperCut
    panel: Panel = field(init=False)
    width: TorsoWidth
    neck: Neckline
    tip: tuple[float, float]
    underarm: tuple[float, float]

    def armhole(self, body: Body, sign: int) -> Points:
        """The line from the shoulder's tip to the underarm."""
        (tip_u, tip_v), (side_u, side_v) = self.tip, self.underarm
        bend = tip_u - (0.10 if self.cut.sleeved else 0.07)
        return body.curve(
            [
                (sign * tip_u, tip_v),
                (sign * bend, 1.78),
                (sign * (side_u - 0.05), side_v - 0.07),
                (sign * side_u, side_v),
            ]
        )


def cut_upper(body: Body, cut: UpperCut) -> Upper:
    """The upper panel of a garment."""
    width = TorsoWidth(body, FITS[cut.fit], cut.flare, cut.cinch, tucked=cut.tucked)
    neck = neckline(body, cut.collar, cut.depth)
    upper = Upper(cut, width, neck, _shoulder_tip(body, cut, neck), _underarm(body, cut, width))
    segments, ink = _one_shouldered(body, upper) if neck.one_shouldered else _contour(body, upper)
    fanned = cut.flare > 0 or cut.end > 4.4
    mesh = (
        fanned_mesh(body, width, 1.2, cut.end + 0.35, width(3.2)) if fanned else torso_mesh(body, 1.2, cut.end + 0.35)
    )
    upper.panel = Panel(
        segments, cut.label, cut.material, mesh=mesh, ink=ink, falls=cut.falls, cast=0.35 if cut.end > 2.5 else 0.0
    )
    if not body.flat:
        upper.panel.folds += _folds(body, upper)
    return upper


def _shoulder_tip(body: Body, cut: UpperCut, neck: Neckline) -> tuple[float, float]:
    u = body.build.shoulder - 0.035 + cut.dropped if cut.sleeved else body.build.shoulder - 0.14
    if cut.collar == "halter":
        u = neck.half_width + 0.05
    return u, on_shoulder(body, u) + 0.35 * cut.dropped


def _underarm(body: Body, cut: UpperCut, width: TorsoWidth) -> tuple[float, float]:
    if not cut.sleeved:
        return body.half_width(2.0) + 0.015, 2.0
    v = cut.underarm or 2.08 + (0.14 if cut.fit in {"loose", "boxy"} else 0.0) + 0.3 * cut.dropped
    return width(v) + (0.02 if cut.underarm else 0.0), v


def _sides_and_hem(body: Body, upper: Upper, starts: tuple[float, float]) -> tuple[Points, Points, Points]:
    """Left side, right side (both downwards) and hem (left to right)."""
    cut, width = upper.cut, upper.width
    f = hem_steps(cut.hem)
    drop = hem_line(cut.hem)(f)
    left = np.linspace(starts[0], cut.end + drop[0], 16)
    right = np.linspace(starts[1], cut.end + drop[-1], 16)
    hem = body.at(f * width(cut.end + drop), cut.end + drop)
    left_side, right_side = body.at(-width(left), left), body.at(width(right), right)
    if cut.end < HIP_JOINT:
        return left_side, right_side, hem
    left_side, right_side = body.over_legs(left_side, -1), body.over_legs(right_side, 1)
    return left_side, right_side, joined_hem(hem, f, left_side, right_side)


def _contour(body: Body, upper: Upper) -> tuple[list[Points], tuple[float, ...]]:
    """Clockwise from the neckline's left end."""
    neck, (tip_u, tip_v), v = upper.neck, upper.tip, upper.underarm[1]
    left, right, hem = _sides_and_hem(body, upper, (v, v))
    middle = (neck.half_width + tip_u) / 2
    slope = [
        (neck.half_width, on_shoulder(body, neck.half_width)),
        (middle, on_shoulder(body, middle) - 0.005),
        (tip_u, tip_v),
    ]
    mirrored = [(-u, height) for u, height in slope][::-1]
    necks = [body.curve(line) for line in neck.lines]
    armhole_ink = 0.0 if upper.cut.sleeved else 1.0
    segments = [
        *necks,
        body.curve(slope, 4),
        upper.armhole(body, 1),
        right,
        hem[::-1],
        left[::-1],
        upper.armhole(body, -1)[::-1],
        body.curve(mirrored, 4),
    ]
    return segments, (*[1.0] * len(necks), 0.9, armhole_ink, 1.0, upper.cut.hem_ink, 1.0, armhole_ink, 0.9)


def _one_shouldered(body: Body, upper: Upper) -> tuple[list[Points], tuple[float, ...]]:
    """Under the arm on the image's left, over the shoulder on the right."""
    side, shoulder, w = upper.underarm[0], body.build.shoulder, upper.neck.half_width
    inner, outer = (w + 0.1, body.shoulder_line(w + 0.1) - 0.02), (shoulder - 0.1, body.shoulder_line(shoulder - 0.1))
    edge = body.curve([(-side, 2.0), (-0.35, 1.86), (0.02, 1.62), inner])
    hole = body.curve([outer, (shoulder - 0.16, 1.8), (side - 0.04, 1.96), (side, 2.02)])
    left, right, hem = _sides_and_hem(body, upper, (2.0, 2.02))
    segments = [edge, body.curve([inner, outer]), hole, right, hem[::-1], left[::-1]]
    return segments, (1.0, 1.0, 1.0, 1.0, upper.cut.hem_ink, 1.0)


def _folds(body: Body, upper: Upper) -> list[Fold]:
    """Bust drags, waist creases, a drag at the high hip, verticals from the hem: each where cloth is pulled."""
    cut, width = upper.cut, upper.width
    side, under = upper.underarm
    folds: list[Fold] = []

    def add(controls: Sequence[tuple[float, float]], weight: float, depth: float) -> None:
        folds.append(Fold(body.curve(controls), weight, depth))

    waist = width(3.0)
    for sign in (-1, 1):
        if cut.end > under + 0.4:
            drag = [(side - 0.02, under + 0.02), (0.72 * side, under + 0.16), (0.42 * side, under + 0.22)]
            add([(sign * u, v) for u, v in drag], 0.8, 0.9)
        if cut.fit in {"slim", "regular"} and cut.end > 3.1:
            add([(sign * waist, 2.95), (sign * waist * 0.65, 3.06), (sign * waist * 0.30, 3.04)], 0.8, 0.9)
            if cut.material.fabric not in {"knit", "leather"}:
                add([(sign * waist * 0.98, 3.14), (sign * waist * 0.7, 3.2), (sign * waist * 0.5, 3.17)], 0.6, 0.7)
    high = body.weight_side
    if cut.end > 3.3 and cut.fit != "slim" and cut.material.fabric not in {"knit", "leather", "denim"}:
        add([(high * width(3.35) * 0.95, 3.34), (high * width(3.2) * 0.6, 3.2), (high * 0.12, 3.02)], 0.6, 0.6)
    if cut.end > 3.5:
        folds += _hem_folds(body, upper)
    return folds


def _hem_folds(body: Body, upper: Upper) -> list[Fold]:
    cut = upper.cut
    random = fold_random("hem", cut.seed, cut.label)
    reach = upper.width(cut.end)
    folds = []
    for _ in range(_HEM_FOLDS[cut.material.fabric]):
        share, lean, rise = random.uniform(-0.8, 0.8), random.uniform(-0.03, 0.03), random.uniform(0, 0.3)
        u = share * reach
        top = cut.end - 0.5 - rise * (1 + max(0.0, cut.end - 4))
        line = body.curve([(u, cut.end), (0.95 * u + lean, cut.end - 0.25), (0.85 * u, top)])
        folds.append(Fold(line, 0.65, 0.9))
    return folds


def closed_band(upper_line: Points, lower_line: Points) -> list[Points]:
    """Segments of a band between two lines that run the same way."""
    return [
        upper_line,
        join(upper_line[-1], lower_line[-1]),
        lower_line[::-1],
        join(lower_line[0], upper_line[0]),
    ]
