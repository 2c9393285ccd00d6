"""From panels to paths: contours with thick and thin, shade along the edges, folds. In head units, once for a plate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from toile.catalog.plates.drawing.canvas import path_of
from toile.catalog.plates.drawing.curves import Points, Values, ribbon, signed_area
from toile.catalog.plates.drawing.fabrics import FABRIC_LOOKS
from toile.catalog.plates.drawing.palette import luminance
from toile.catalog.plates.drawing.panel import PIXEL, Panel
from toile.catalog.plates.drawing.strokes import Lines, Ribbons, taper

TO_LIGHT: Final = np.array([-0.62, -0.78])
"""Direction towards the light: upper left of the picture."""

_CONTOUR_SPACING = 0.07
_SHADE_SPACING = 0.09
_SHORTEST_LINE = 0.02
_PALE = 0.70


@dataclass(eq=False, slots=True)
class PanelPaths:
    """What there is to draw of one panel; None where there is nothing of a kind."""

    shape: Any
    clip: Any = None
    wide_shade: Any = None
    crisp_shade: Any = None
    rim: Any = None
    fold_shade: Any = None
    fold_sheen: Any = None
    creases: Any = None
    seams: Any = None
    contour: Any = None
    ribs: Any = None
    glints: Any = None


def panel_paths(panels: Sequence[Panel]) -> list[PanelPaths]:
    """The paths of every panel."""
    result = [PanelPaths(path_of(*panel.polygons())) for panel in panels]
    for panel, paths in zip(panels, result, strict=True):
        if panel.clip is not None:
            paths.clip = path_of(panel.clip)
        if panel.ribs:
            paths.ribs = path_of(*(rib.line for rib in panel.ribs), closed=False)
        if panel.glints:
            paths.glints = path_of(*(ribbon(line, _pointed(len(line)) * width) for line, width in panel.glints))
    _add_contours(panels, result)
    _add_shades(panels, result)
    _add_folds(panels, result)
    _add_seams(panels, result)
    return result


def _pointed(count: int) -> Values:
    return taper(np.linspace(0, 1, count), 0.5, 0.1)


def _share_out(result: list[PanelPaths], kind: str, ribbons: Ribbons, owners: Sequence[int]) -> None:
    """Gives every panel the path of its own ribbons; `owners` (the panel of each ribbon) must not decrease."""
    bounds = np.searchsorted(np.asarray(owners), np.arange(len(result) + 1))
    for number, paths in enumerate(result):
        setattr(paths, kind, ribbons.path(int(bounds[number]), int(bounds[number + 1])))


def _add_contours(panels: Sequence[Panel], result: list[PanelPaths]) -> None:
    """Contours: thin on the lit side, fat in the shade, pointed at the ends of every segment."""
    lines: list[Points] = []
    owners: list[int] = []
    weights: list[float] = []
    turns: list[float] = []
    lost: list[float] = []
    for number, panel in enumerate(panels):
        for segment, weight in zip(panel.segments, panel.weights, strict=True):
            if weight and len(segment) > 1:
                lines.append(segment)
                owners.append(number)
                weights.append(weight * panel.weight)
                turns.append(panel.turns)
                lost.append(-0.62 if luminance(panel.material.colour) < _PALE else -0.36)
    packed = Lines.of(lines)
    good = packed.lengths() > _SHORTEST_LINE
    if not good.all():
        kept = np.flatnonzero(good)
        packed = Lines.of([lines[k] for k in kept])
        owners, weights = [owners[k] for k in kept], [weights[k] for k in kept]
        turns, lost = [turns[k] for k in kept], [lost[k] for k in kept]
    if not owners:
        return
    dense = packed.resampled(_CONTOUR_SPACING, 6)
    normal = dense.normals()
    outward = normal * np.repeat(turns, dense.sizes)[:, None]
    away = -(outward @ TO_LIGHT)
    # On the lit side the line is all but lost where the cloth alone stands out against the paper.
    thick_and_thin = 0.56 + 0.66 * np.maximum(away, np.repeat(lost, dense.sizes))
    # A hand's pressure is never even: two slow waves along the line, set by where in the picture it is.
    wave = np.sin(dense.points @ np.array([2.3, 3.7])) + np.sin(dense.points @ np.array([-5.1, 2.9]) + 1.0)
    width = 1.08 * PIXEL * np.repeat(weights, dense.sizes) * thick_and_thin * (1 + 0.10 * wave)
    width = width * taper(dense.share(), 0.14, 0.32)
    wobble = 0.0035 * np.sin(dense.points @ np.array([3.1, -4.3]) + 0.7) * np.sin(np.pi * dense.share())
    ribbons = dense.moved(normal * wobble[:, None]).ribbons(normal, width)
    _share_out(result, "contour", ribbons, owners)


def _add_shades(panels: Sequence[Panel], result: list[PanelPaths]) -> None:
    """Shade along the side away from the light, in two widths, and light along the other side."""
    shaded = [number for number, panel in enumerate(panels) if panel.shade > 0]
    if not shaded:
        return
    closed = [np.concatenate([panels[k].outline, panels[k].outline[:1]]) for k in shaded]
    dense = Lines.of(closed).resampled(_SHADE_SPACING, 24)
    normal = dense.normals()
    turns = np.array([panels[k].turns for k in shaded])
    away = -((normal * np.repeat(turns, dense.sizes)[:, None]) @ TO_LIGHT)
    size = np.array([np.sqrt(abs(signed_area(panels[k].outline))) for k in shaded])
    scale = np.clip(size / 1.5, 0.25, 1.0)
    looks = [FABRIC_LOOKS[panels[k].material.fabric] for k in shaded]
    dark = np.repeat(scale * [look.shade_width for look in looks], dense.sizes)
    light = np.repeat(scale * [look.rim_width for look in looks], dense.sizes)
    owners = np.asarray(shaded)
    for kind, base, side in (
        ("wide_shade", 1.55 * dark, away),
        ("crisp_shade", 0.8 * dark, away),
        ("rim", light, -away),
    ):
        width = 2 * base * np.clip(side - 0.05, 0.0, 1.0)
        runs, index, line = dense.kept(width > 0.01, 4)
        _share_out(result, kind, runs.ribbons(normal[index], width[index]), owners[line].tolist())


def _add_folds(panels: Sequence[Panel], result: list[PanelPaths]) -> None:
    """Folds: a pointed line, a wedge of shade on the side away from the light, a highlight on the other."""
    folds = [(number, fold) for number, panel in enumerate(panels) for fold in panel.folds]
    if not folds:
        return
    owners = [number for number, _ in folds]
    lines = Lines.of([fold.line for _, fold in folds])
    normal, share = lines.normals(), lines.share()
    ink = 0.85 * PIXEL * np.repeat([fold.weight for _, fold in folds], lines.sizes) * taper(share, 0.5, 0.05)
    _share_out(result, "creases", lines.ribbons(normal, ink), owners)
    depth = np.repeat([fold.depth for _, fold in folds], lines.sizes)
    wedge = 0.20 * depth * np.sin(np.pi * np.clip(share * 0.92 + 0.08, 0, 1)) ** 0.8
    toward_shade = np.sign(np.add.reduceat(-(normal @ TO_LIGHT), lines.starts))
    side = normal * np.repeat(np.where(toward_shade == 0, 1.0, toward_shade), lines.sizes)[:, None]
    shade = lines.moved(side * (wedge / 2)[:, None])
    _share_out(result, "fold_shade", shade.ribbons(normal, wedge), owners)
    sheen = lines.moved(side * (-0.30 * wedge)[:, None])
    _share_out(result, "fold_sheen", sheen.ribbons(normal, 0.5 * wedge), owners)
    for panel, paths in zip(panels, result, strict=True):
        bright = FABRIC_LOOKS[panel.material.fabric].sheen or luminance(panel.material.colour) < 0.18
        if not bright:
            paths.fold_sheen = None


def _add_seams(panels: Sequence[Panel], result: list[PanelPaths]) -> None:
    """Seams and edges: lines of even width."""
    seams = [(number, line) for number, panel in enumerate(panels) for line in panel.lines]
    if not seams:
        return
    lines = Lines.of([line.line for _, line in seams])
    width = PIXEL * np.repeat([line.weight for _, line in seams], lines.sizes) * taper(lines.share(), 0.15, 0.5)
    _share_out(result, "seams", lines.ribbons(lines.normals(), width), [number for number, _ in seams])
