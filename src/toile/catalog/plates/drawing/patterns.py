"""Patterns: tiles of cloth that repeat. Every pattern is a small function that draws on one square tile."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from toile.catalog.plates.drawing.canvas import colour4, skia
from toile.catalog.plates.drawing.palette import Rgb, mix, rgb
from toile.catalog.plates.drawing.panel import Material

_TILE: Final = 96
"""A tile's side in the units in which patterns are drawn."""

_FINEST: Final = 192
_LACE: Final = 0.5

_T: Final = float(_TILE)
_BLACK: Final[Rgb] = rgb("1d1a18")
_LEAF: Final[Rgb] = rgb("4c7a4a")
_HEART: Final[Rgb] = rgb("ffd35a")


class Pattern(NamedTuple):
    """A pattern: the side of its tile in head units, and who draws it.

    Below 0.30 head units (8 pixels) a pattern turns to grey in a plate 256 pixels high.
    """

    size: float
    draw: Callable[[Any, Material], None]


def pattern_shader(material: Material, density: float) -> Any:
    """A shader that repeats the material's tile; its coordinates are head units on the cloth.

    Args:
        material: its cloth.
        density: pixels of the picture a head unit. A triangle mesh is sampled without mipmaps, so the tile itself is
            drawn about as fine as it will be seen; a finer one would come out jagged.
    """
    lace = material.fabric == "lace"
    size = (_LACE if lace else PATTERNS[material.pattern].size) * material.scale
    colours = (material.colour, material.second, material.third)
    return _shader(material.pattern, *colours, lace, size, _resolution(size, density))


@lru_cache(maxsize=512)
def _shader(pattern: str, colour: Rgb, second: Rgb, third: Rgb, lace: bool, size: float, pixels: int) -> Any:
    surface, canvas = _tile(pixels)
    canvas.clear(colour4(colour))
    PATTERNS[pattern].draw(canvas, Material(colour, pattern, second, third))
    if lace:
        _cut_lace(canvas)
    return _repeated(surface, size / pixels)


def texture_shader(fabric: str, density: float) -> Any:
    """A shader of a fabric's weave: translucent light and dark that lies over any colour and pattern."""
    return _texture(fabric, _resolution(TEXTURES[fabric].size, density))


def texture_strength(fabric: str, density: float) -> float:
    """0 where a weave is too fine to be seen (it would only shimmer), 1 where it is drawn in full."""
    pixels = TEXTURES[fabric].size * density
    return min(1.0, max(0.0, (pixels - 3.0) / 5.0))


@lru_cache(maxsize=16)
def _texture(fabric: str, pixels: int) -> Any:
    surface, canvas = _tile(pixels)
    canvas.clear(0)
    TEXTURES[fabric].draw(canvas, Material(_BLACK))
    return _repeated(surface, TEXTURES[fabric].size / pixels)


def _resolution(size: float, density: float) -> int:
    """Pixels of a tile's side: one and a half as many as it is seen with, in steps of four."""
    return int(min(_FINEST, max(4, 4 * math.ceil(1.5 * size * density / 4))))


def _tile(pixels: int) -> tuple[Any, Any]:
    """A surface and its canvas, on which a tile is `_TILE` wide whatever its pixels."""
    surface = skia.Surface(pixels, pixels)
    canvas = surface.getCanvas()
    canvas.scale(pixels / _TILE, pixels / _TILE)
    return surface, canvas


def _repeated(surface: Any, step: float) -> Any:
    repeat = skia.TileMode.kRepeat
    sampling = skia.SamplingOptions(skia.FilterMode.kLinear)
    return surface.makeImageSnapshot().makeShader(repeat, repeat, sampling, skia.Matrix().setScale(step, step))


def _fill(colour: Rgb, alpha: float = 1.0) -> Any:
    return skia.Paint(Color4f=colour4(colour, alpha), AntiAlias=True)


def _pen(colour: Rgb, width: float, alpha: float = 1.0) -> Any:
    paint = _fill(colour, alpha)
    paint.setStyle(skia.Paint.kStroke_Style)
    paint.setStrokeWidth(width)
    return paint


def _box(x: float, y: float, width: float, height: float) -> Any:
    """A rectangle in shares of the tile."""
    return skia.Rect.MakeXYWH(_T * x, _T * y, _T * width, _T * height)


def _plain(canvas: Any, material: Material) -> None:
    """Nothing on the ground."""


def _horizontal_stripes(canvas: Any, material: Material) -> None:
    canvas.drawRect(_box(0, 0, 1, 0.42), _fill(material.second))


def _vertical_stripes(canvas: Any, material: Material) -> None:
    canvas.drawRect(_box(0, 0, 0.36, 1), _fill(material.second))


def _check(canvas: Any, material: Material) -> None:
    for box in (_box(0, 0, 0.5, 1), _box(0, 0, 1, 0.5)):
        canvas.drawRect(box, _fill(material.second, 0.55))


def _plaid(canvas: Any, material: Material) -> None:
    for box in (_box(0, 0, 0.34, 1), _box(0, 0, 1, 0.34)):
        canvas.drawRect(box, _fill(material.second, 0.6))
    for box in (_box(0.62, 0, 0.08, 1), _box(0, 0.62, 1, 0.08)):
        canvas.drawRect(box, _fill(material.third, 0.9))


def _dots(canvas: Any, material: Material) -> None:
    for x in (0.25, 0.75):
        canvas.drawCircle(_T * x, _T * x, _T * 0.17, _fill(material.second))


def _floral(canvas: Any, material: Material) -> None:
    leaf = _fill(mix(_LEAF, material.third, 0.25))
    for x, y, radius, colour, turn in (
        (0.28, 0.27, 0.24, material.second, 0.2),
        (0.77, 0.74, 0.22, material.third, 0.9),
    ):
        for side in (-1, 1):
            canvas.save()
            canvas.translate(_T * (x + 0.2 * side), _T * (y + 0.115 * side))
            canvas.rotate(30)
            canvas.drawOval(skia.Rect.MakeLTRB(-_T * 0.13, -_T * 0.05, _T * 0.13, _T * 0.05), leaf)
            canvas.restore()
        for petal in range(5):
            angle = turn + petal * 2 * math.pi / 5
            reach = _T * radius * 0.62
            canvas.drawCircle(
                _T * x + reach * math.cos(angle), _T * y + reach * math.sin(angle), _T * radius * 0.46, _fill(colour)
            )
        canvas.drawCircle(_T * x, _T * y, _T * radius * 0.34, _fill(mix(material.third, _HEART, 0.6)))


def _paisley(canvas: Any, material: Material) -> None:
    drop = skia.Path()
    drop.moveTo(-18, 6)
    drop.cubicTo(-18, 28, 18, 28, 18, 4)
    drop.cubicTo(18, -14, 2, -16, 4, -34)
    drop.cubicTo(-16, -26, -18, -8, -18, 6)
    drop.close()
    for x, y, turn, inner, outer in (
        (0.28, 0.30, 20, material.second, material.third),
        (0.76, 0.78, 200, material.third, material.second),
    ):
        canvas.save()
        canvas.translate(_T * x, _T * y)
        canvas.rotate(turn)
        canvas.drawPath(drop, _fill(inner))
        canvas.drawPath(drop, _pen(outer, 3))
        canvas.drawCircle(0, 8, 7, _fill(material.colour))
        canvas.restore()
    for x, y in ((0.75, 0.2), (0.25, 0.8)):
        canvas.drawCircle(_T * x, _T * y, 5, _fill(material.third))


def _geometric(canvas: Any, material: Material) -> None:
    reach = _T * 0.24
    for centre, colour in ((0.25, material.second), (0.75, material.third)):
        x = _T * centre
        diamond = skia.Path()
        diamond.moveTo(x, x - reach)
        for corner in ((x + reach, x), (x, x + reach), (x - reach, x)):
            diamond.lineTo(*corner)
        diamond.close()
        canvas.drawPath(diamond, _fill(colour))


def _zigzag(canvas: Any, material: Material) -> None:
    path = skia.Path()
    path.moveTo(-0.25 * _T, 0.30 * _T)
    for x, y in ((0, 0.62), (0.25, 0.3), (0.5, 0.62), (0.75, 0.3), (1.0, 0.62), (1.25, 0.3)):
        path.lineTo(_T * x, _T * y)
    canvas.drawPath(path, _pen(material.second, _T * 0.2))


def _animal(canvas: Any, material: Material) -> None:
    spots = np.random.default_rng(9).uniform(-1, 1, (9, 3))
    radius = _T * 0.11
    for number, (dx, dy, turn) in enumerate(spots.tolist()):
        x, y = (number % 3 + 0.5 + 0.25 * dx) / 3 * _T, (number // 3 + 0.5 + 0.25 * dy) / 3 * _T
        box = skia.Rect.MakeLTRB(x - radius, y - radius, x + radius, y + radius)
        canvas.drawCircle(x, y, radius * 0.75, _fill(mix(material.colour, material.second, 0.35)))
        for start, sweep in ((180 * turn, 130), (180 * turn + 180, 90)):
            canvas.drawArc(box, start, sweep, False, _pen(material.second, _T * 0.06))


def _zebra(canvas: Any, material: Material) -> None:
    """Waved bands, equal in slope at both edges of the tile so that they run on."""
    for band, (width, wave) in enumerate(((0.10, 14), (0.13, 17), (0.08, 12), (0.12, 15))):
        y = _T * (band + 0.5) / 4
        path = skia.Path()
        path.moveTo(-_T, y)
        for start in (-_T, 0.0, _T):
            path.cubicTo(start + _T / 3, y - wave, start + 2 * _T / 3, y + wave, start + _T, y)
        canvas.drawPath(path, _pen(material.second, _T * width))


def _brocade(canvas: Any, material: Material) -> None:
    for x, y in ((0.5, 0.5), (0, 0), (1, 0), (0, 1), (1, 1)):
        for quarter in range(4):
            canvas.save()
            canvas.translate(_T * x, _T * y)
            canvas.rotate(quarter * 90)
            canvas.drawOval(skia.Rect.MakeLTRB(4, -8, 30, 8), _fill(material.second))
            canvas.restore()
        canvas.drawCircle(_T * x, _T * y, 9, _fill(material.third))


def _kente(canvas: Any, material: Material) -> None:
    colours = (material.second, material.third, _BLACK, material.colour)
    for row in range(4):
        for column in range(4):
            colour = colours[(column * 2 + row * 3 + (column // 2) * row) % 4]
            canvas.drawRect(_box(column / 4, row / 4, 0.25, 0.25), _fill(colour))
            if (column + row) % 2:
                canvas.drawRect(_box(column / 4, row / 4 + 0.1, 0.25, 0.05), _fill(material.second))
    canvas.drawRect(_box(0, 0, 4 / _T, 1), _fill(_BLACK))


def _cut_lace(canvas: Any) -> None:
    """Rosettes of holes, and the ground a little thinner: skin shows through lace."""
    hole = skia.Paint(Color=0, AntiAlias=True)
    hole.setBlendMode(skia.BlendMode.kClear)
    thin = skia.Paint(Color4f=skia.Color4f(1, 1, 1, 0.8))
    thin.setBlendMode(skia.BlendMode.kDstIn)
    canvas.drawPaint(thin)
    for x, y in ((0.25, 0.25), (0.75, 0.75)):
        for petal in range(6):
            angle = petal * math.pi / 3
            canvas.drawCircle(_T * (x + 0.15 * math.cos(angle)), _T * (y + 0.15 * math.sin(angle)), _T * 0.07, hole)
    for x, y in ((0.75, 0.25), (0.25, 0.75)):
        canvas.drawCircle(_T * x, _T * y, _T * 0.1, hole)


PATTERNS: Final = MappingProxyType(
    {
        "plain": Pattern(0.5, _plain),
        "horizontal-stripes": Pattern(0.36, _horizontal_stripes),
        "vertical-stripes": Pattern(0.30, _vertical_stripes),
        "check": Pattern(0.42, _check),
        "plaid": Pattern(0.62, _plaid),
        "dots": Pattern(0.44, _dots),
        "floral": Pattern(0.95, _floral),
        "paisley": Pattern(1.0, _paisley),
        "geometric": Pattern(0.60, _geometric),
        "zigzag": Pattern(0.55, _zigzag),
        "animal": Pattern(0.95, _animal),
        "zebra": Pattern(0.80, _zebra),
        "brocade": Pattern(0.60, _brocade),
        "kente": Pattern(0.75, _kente),
    }
)


def _stitches(canvas: Any, material: Material) -> None:
    """Knitted stitches: two columns of Vs, a light edge over a dark one."""
    for x in (0.0, 0.5):
        for y in (-0.5, 0.0, 0.5, 1.0):
            for shift, colour, alpha in ((0.10, material.colour, 0.20), (0.0, _PALE, 0.14)):
                stitch = skia.Path()
                stitch.moveTo(_T * (x + 0.02), _T * (y + shift))
                stitch.lineTo(_T * (x + 0.25), _T * (y + shift + 0.26))
                stitch.lineTo(_T * (x + 0.48), _T * (y + shift))
                canvas.drawPath(stitch, _pen(colour, _T * 0.09, alpha))


def _twill(canvas: Any, material: Material) -> None:
    """The diagonal of a twill: light threads between dark ones."""
    for start in (-0.5, 0.0, 0.5, 1.0):
        for shift, colour, alpha in ((0.0, _PALE, 0.16), (0.25, material.colour, 0.12)):
            x = _T * (start + shift)
            canvas.drawLine(x - 4, _T + 4, x + _T + 4, -4, _pen(colour, _T * 0.14, alpha))


_PALE: Final[Rgb] = (1.0, 1.0, 1.0)

TEXTURES: Final = MappingProxyType({"knit": Pattern(0.17, _stitches), "denim": Pattern(0.11, _twill)})
"""Fabric to its weave."""
