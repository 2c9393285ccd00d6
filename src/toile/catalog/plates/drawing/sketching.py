"""Sketches and maps: the same panels in the same order, drawn as lines or as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from toile.catalog.plates.drawing.canvas import path_of, skia
from toile.catalog.plates.drawing.outlines import PanelPaths
from toile.catalog.plates.drawing.painting import paint_of
from toile.catalog.plates.drawing.palette import WHITE, Rgb
from toile.catalog.plates.drawing.panel import PIXEL, Panel

_BLACK: Rgb = (0.0, 0.0, 0.0)


def sketch_panel(canvas: Any, panel: Panel, paths: PanelPaths) -> None:
    """A white shape with black lines: what lies behind is hidden by what is drawn after it."""
    canvas.save()
    if paths.clip is not None:
        canvas.clipPath(paths.clip, skia.ClipOp.kIntersect, True)
    canvas.drawPath(paths.shape, paint_of(WHITE))
    canvas.save()
    canvas.clipPath(paths.shape, skia.ClipOp.kIntersect, True)
    for path in (paths.creases, paths.seams):
        if path is not None:
            canvas.drawPath(path, paint_of(_BLACK))
    if paths.ribs is not None:
        canvas.drawPath(paths.ribs, paint_of(_BLACK, 0.6, stroke=panel.ribs[0].weight * PIXEL))
    canvas.restore()
    if paths.contour is not None:
        canvas.drawPath(paths.contour, paint_of(_BLACK))
    for mark in panel.marks:
        if mark.drawn:
            canvas.drawPath(path_of(*mark.polygons), paint_of(_BLACK))
    canvas.restore()


def number_panels(
    canvas: Any,
    paths: Sequence[PanelPaths],
    numbers: Sequence[tuple[int, int, int]],
) -> None:
    """Fills every panel with three numbers of 0..255, without antialiasing: a pixel has one owner."""
    for each, (red, green, blue) in zip(paths, numbers, strict=True):
        paint = skia.Paint(Color=skia.Color(red, green, blue), AntiAlias=False)
        if each.clip is None:
            canvas.drawPath(each.shape, paint)
            continue
        canvas.save()
        canvas.clipPath(each.clip, skia.ClipOp.kIntersect, False)
        canvas.drawPath(each.shape, paint)
        canvas.restore()
