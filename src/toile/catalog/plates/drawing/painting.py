"""Painting one panel: flat cloth, pattern, shade, folds, then the ink of its contour."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from toile.catalog.plates.drawing.canvas import as_points, colour4, path_of, skia
from toile.catalog.plates.drawing.fabrics import DARK_SHEEN, FABRIC_LOOKS, FabricLook
from toile.catalog.plates.drawing.outlines import PanelPaths
from toile.catalog.plates.drawing.palette import INK, SKIN_INK, WHITE, Rgb, luminance, mix, shade_of
from toile.catalog.plates.drawing.panel import PIXEL, Mark, Mesh, Panel
from toile.catalog.plates.drawing.patterns import TEXTURES, pattern_shader, texture_shader, texture_strength

_MULTIPLY: Final = skia.BlendMode.kMultiply
_SCREEN: Final = skia.BlendMode.kScreen
_ATOP: Final = skia.BlendMode.kSrcATop
_SHADOW: Final[Rgb] = (0.16, 0.10, 0.16)
_SHADOW_MOVE: Final = (0.05, 0.09)
_DIM: Final = 0.25
"""Cloth darker than this is shaded harder and gets lighter lines."""


_PALE: Final = 0.78
_PALE_LOOKS: Final = {
    name: replace(look, dark=mix(look.dark, (0.80, 0.76, 0.74), 0.55)) for name, look in FABRIC_LOOKS.items()
}


def paint_of(colour: Rgb, alpha: float = 1.0, *, mode: object = None, blur: float = 0.0, stroke: float = 0.0) -> Any:
    """The library's paint: fill, or a stroke of that width; blur and width in the canvas's units."""
    paint = skia.Paint(Color4f=colour4(colour, alpha), AntiAlias=True)
    if mode is not None:
        paint.setBlendMode(mode)
    if blur:
        paint.setMaskFilter(_blur(blur))
    if stroke:
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(stroke)
        paint.setStrokeCap(skia.Paint.kRound_Cap)
    return paint


@lru_cache(maxsize=64)
def _blur(radius: float) -> Any:
    return skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, radius)


def paint_panel(canvas: Any, panel: Panel, paths: PanelPaths) -> None:
    """Draws the panel on a canvas scaled to head units."""
    canvas.save()
    if paths.clip is not None:
        canvas.clipPath(paths.clip, skia.ClipOp.kIntersect, True)
    if panel.cast:
        canvas.save()
        canvas.translate(_SHADOW_MOVE[0] * panel.cast, _SHADOW_MOVE[1] * panel.cast)
        canvas.drawPath(paths.shape, paint_of(_SHADOW, 0.30 * min(1.0, panel.cast), mode=_ATOP, blur=0.03))
        canvas.restore()
    canvas.save()
    canvas.clipPath(paths.shape, skia.ClipOp.kIntersect, True)
    _paint_inside(canvas, panel, paths)
    canvas.restore()
    if paths.contour is not None:
        canvas.drawPath(paths.contour, paint_of(contour_ink(panel)))
    for mark in panel.marks:
        _paint_mark(canvas, mark, paths)
    canvas.restore()


def paint_footprint(canvas: Any, panel: Panel, paths: PanelPaths) -> None:
    """Covers all that drawing the panel touches, its shadow included."""
    solid = paint_of(_SHADOW)
    canvas.save()
    if paths.clip is not None:
        canvas.clipPath(paths.clip, skia.ClipOp.kIntersect, True)
    if panel.cast:
        canvas.save()
        canvas.translate(_SHADOW_MOVE[0] * panel.cast, _SHADOW_MOVE[1] * panel.cast)
        canvas.drawPath(paths.shape, paint_of(_SHADOW, blur=0.03))
        canvas.restore()
    canvas.drawPath(paths.shape, solid)
    if paths.contour is not None:
        canvas.drawPath(paths.contour, solid)
    canvas.restore()


def _paint_mark(canvas: Any, mark: Mark, paths: PanelPaths) -> None:
    mode = _MULTIPLY if mark.mode == "multiply" else _ATOP
    if mark.inside:
        canvas.save()
        canvas.clipPath(paths.shape, skia.ClipOp.kIntersect, True)
    canvas.drawPath(path_of(*mark.polygons), paint_of(mark.colour, mark.alpha, mode=mode, blur=mark.blur))
    if mark.inside:
        canvas.restore()


def _look(panel: Panel) -> FabricLook:
    """The fabric's numbers; pale cloth gets a warmer and lighter shade, or white would turn violet."""
    look = FABRIC_LOOKS[panel.material.fabric]
    if luminance(panel.material.colour) < _PALE or panel.material.fabric in {"skin", "leather"}:
        return look
    return _PALE_LOOKS[panel.material.fabric]


def _paint_inside(canvas: Any, panel: Panel, paths: PanelPaths) -> None:
    look = _look(panel)
    _paint_cloth(canvas, panel, paths, look)
    _paint_form(canvas, panel, paths, look)
    if panel.falls is not None:
        canvas.drawPath(paths.shape, _falling_shade(*panel.falls, look.opacity))
    _paint_folds(canvas, panel, paths, look)
    _paint_lines(canvas, panel, paths)


def _paint_cloth(canvas: Any, panel: Panel, paths: PanelPaths, look: FabricLook) -> None:
    material = panel.material
    lace = material.fabric == "lace" and panel.mesh is not None
    if not lace:
        canvas.drawPath(paths.shape, paint_of(material.colour, look.opacity))
    printed, textured = lace or material.pattern != "plain", material.fabric in TEXTURES
    if panel.mesh is None or not (printed or textured):
        return
    vertices, density = _vertices(panel.mesh), canvas.getTotalMatrix().getScaleX()
    if printed:
        paint = skia.Paint(Shader=pattern_shader(material, density), AntiAlias=True)
        paint.setAlphaf(look.opacity)
        canvas.drawVertices(vertices, paint)
    if textured and (strength := texture_strength(material.fabric, density)):
        paint = skia.Paint(Shader=texture_shader(material.fabric, density), AntiAlias=True)
        paint.setAlphaf(strength)
        canvas.drawVertices(vertices, paint)


def _vertices(mesh: Mesh) -> Any:
    return skia.Vertices(
        skia.Vertices.kTriangles_VertexMode,
        as_points(mesh.positions),
        as_points(mesh.texture),
        None,
        _triangles(mesh.columns, mesh.rows),
    )


@lru_cache(maxsize=64)
def _triangles(columns: int, rows: int) -> list[int]:
    """Corners of the two triangles of every cell of a grid."""
    corners: list[int] = []
    for row in range(rows - 1):
        for column in range(columns - 1):
            a = row * columns + column
            corners += [a, a + 1, a + columns, a + 1, a + columns + 1, a + columns]
    return corners


def _paint_form(canvas: Any, panel: Panel, paths: PanelPaths, look: FabricLook) -> None:
    """A faint wide and a crisp narrow shade: gouache, where one blurred shade would be vinyl."""
    bright = luminance(panel.material.colour)
    strength = (0.62 if bright > _DIM else 0.8) * panel.shade * look.opacity**0.5
    if paths.wide_shade is not None:
        canvas.drawPath(
            paths.wide_shade, paint_of(look.dark, 0.34 * strength, mode=_MULTIPLY, blur=1.6 * look.shade_blur)
        )
    if paths.crisp_shade is not None:
        canvas.drawPath(
            paths.crisp_shade, paint_of(look.dark, 0.60 * strength, mode=_MULTIPLY, blur=0.42 * look.shade_blur)
        )
    if paths.rim is not None:
        rim = look.rim if bright > 0.2 else 0.65 * look.rim
        canvas.drawPath(paths.rim, paint_of((1.0, 0.97, 0.9), rim * min(1.0, panel.shade), mode=_SCREEN, blur=0.04))


@lru_cache(maxsize=64)
def _falling_shade(top: float, bottom: float, opacity: float) -> Any:
    """Light at the top of a garment, shade towards its foot; anchored at the body, so that no collar moves it."""
    shader = skia.GradientShader.MakeLinear(
        [skia.Point(-0.5, top), skia.Point(0.35, bottom)],
        [skia.Color(255, 253, 248), skia.Color(255, 255, 255), skia.Color(226, 219, 228)],
        [0.0, 0.35, 1.0],
    )
    paint = skia.Paint(Shader=shader, AntiAlias=True)
    paint.setBlendMode(_MULTIPLY)
    paint.setAlphaf(opacity)
    return paint


def _paint_folds(canvas: Any, panel: Panel, paths: PanelPaths, look: FabricLook) -> None:
    if paths.fold_shade is not None:
        canvas.drawPath(paths.fold_shade, paint_of(look.dark, look.fold, mode=_MULTIPLY, blur=look.fold_blur))
    if paths.fold_sheen is not None:
        sheen = look.sheen or DARK_SHEEN
        canvas.drawPath(paths.fold_sheen, paint_of((1.0, 0.98, 0.95), sheen, mode=_SCREEN, blur=look.fold_blur))
    if paths.glints is not None:
        strength = 0.14 + 0.26 * min(1.0, luminance(panel.material.colour))
        canvas.drawPath(paths.glints, paint_of(WHITE, strength, mode=_SCREEN, blur=0.02))


def _paint_lines(canvas: Any, panel: Panel, paths: PanelPaths) -> None:
    ink = line_ink(panel)
    if paths.ribs is not None:
        canvas.drawPath(paths.ribs, paint_of(ink, 0.42, stroke=panel.ribs[0].weight * PIXEL))
    if paths.creases is not None:
        canvas.drawPath(paths.creases, paint_of(ink, 0.8))
    if paths.seams is not None:
        canvas.drawPath(paths.seams, paint_of(ink, 0.9))
    for dash in panel.dashes:
        paint = paint_of(dash.colour, 0.95, stroke=dash.weight * PIXEL)
        paint.setPathEffect(skia.DashPathEffect.Make([0.075, 0.055], 0))
        canvas.drawPath(path_of(dash.line, closed=False), paint)


def line_ink(panel: Panel) -> Rgb:
    """Ink of the lines inside a panel: lighter than the cloth where that is dark, or they would drown."""
    material = panel.material
    if material.fabric in {"sheer", "lace"}:
        return mix(INK, material.colour, 0.3)
    if luminance(material.colour) > 0.22:
        return mix(INK, material.colour, 0.12)
    return mix(material.colour, WHITE, 0.42)


def contour_ink(panel: Panel) -> Rgb:
    """Ink of a contour: warm on skin, tinted by the cloth elsewhere."""
    colour = panel.material.colour
    if panel.material.fabric == "skin":
        return mix(shade_of(colour), SKIN_INK, 0.55)
    return mix(INK, shade_of(shade_of(colour)), 0.42)
