"""What is behind the figure: paper, a wash of colour, the shadow on the ground."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from scipy.ndimage import gaussian_filter

from toile.catalog.plates.drawing.canvas import path_of, skia
from toile.catalog.plates.drawing.curves import Points, spline
from toile.catalog.plates.drawing.painting import paint_of
from toile.catalog.plates.drawing.palette import CLOTH_COLOURS, WHITE, Rgb, mix

PLATE_PAPER: Final[Rgb] = (0.968, 0.952, 0.918)
TABLE_PAPER: Final[Rgb] = (0.985, 0.983, 0.978)
_SHADOW: Final[Rgb] = (0.35, 0.32, 0.38)


@lru_cache(maxsize=8)
def _sheet(width: int, height: int, colour: Rgb) -> Any:
    """An image of paper: a fine grain and slow clouds."""
    random = np.random.default_rng(5)
    scale = height / 256
    grain = gaussian_filter(random.standard_normal((height, width)), 0.6 * scale)
    clouds = gaussian_filter(random.standard_normal((height, width)), 14 * scale)
    noise = 0.0055 * grain / grain.std() + 0.004 * clouds / clouds.std()
    pixels = np.clip(np.asarray(colour) + noise[:, :, None], 0, 1)
    rgba = np.dstack([(255 * pixels).round().astype(np.uint8), np.full((height, width), 255, np.uint8)])
    return skia.Image.fromarray(np.ascontiguousarray(rgba), skia.kRGBA_8888_ColorType)


def lay_paper(canvas: Any, width: int, height: int, colour: Rgb) -> None:
    """Covers the whole canvas (in pixels) with paper."""
    canvas.drawImage(_sheet(width, height, colour), 0, 0)


@lru_cache(maxsize=8)
def _grain(width: int, height: int) -> Any:
    """The paper's tooth as an image to multiply by: pale specks where paint did not settle, darker where it pooled."""
    random = np.random.default_rng(6)
    scale = height / 256
    fine = gaussian_filter(random.standard_normal((height, width)), 0.55 * scale)
    pools = gaussian_filter(random.standard_normal((height, width)), 3.5 * scale)
    grey = 0.984 + 0.011 * fine / fine.std() + 0.012 * pools / pools.std()
    pixels = (255 * np.clip(grey, 0, 1)).round().astype(np.uint8)
    opaque = np.full((height, width), 255, np.uint8)
    return skia.Image.fromarray(np.dstack([pixels, pixels, pixels, opaque]), skia.kRGBA_8888_ColorType)


def grain_paint(canvas: Any, width: int, height: int) -> None:
    """Lets the paper's tooth show through the figure drawn so far; the canvas is in pixels."""
    paint = skia.Paint()
    paint.setBlendMode(skia.BlendMode.kModulate)
    canvas.drawImage(_grain(width, height), 0, 0, skia.SamplingOptions(), paint)


def brush_wash(canvas: Any, colour: str, seed: int) -> None:
    """Three ragged vertical brush strokes behind the figure; strokes look meant where a blob looks like a mistake."""
    random = np.random.default_rng(zlib.crc32(repr(("wash", seed)).encode()))
    tint = mix(CLOTH_COLOURS[colour], WHITE, 0.35)
    for stroke in range(3):
        x = -1.15 + 1.05 * stroke + random.uniform(-0.12, 0.12)
        y = np.linspace(0.5 + random.uniform(-0.3, 0.5), 7.9 + random.uniform(-0.9, 0.5), 9)
        left = np.stack([x - 0.62 + 0.035 * random.standard_normal(9), y], axis=1)
        right = np.stack([x + 0.62 + 0.035 * random.standard_normal(9), y + random.uniform(-0.15, 0.15)], axis=1)
        shape = spline(np.concatenate([left, right[::-1]]), 5, closed=True)
        canvas.drawPath(path_of(shape), paint_of(tint, 0.20, mode=skia.BlendMode.kMultiply, blur=0.03))


def ground_shadow(canvas: Any, ankles: Sequence[Points]) -> None:
    """One soft lens to the right of the feet."""
    y = max(float(ankle[1]) for ankle in ankles) + 0.46
    low, high = sorted(float(ankle[0]) for ankle in ankles)
    middle = (low + high) / 2
    lens = [
        (low - 0.25, y - 0.02),
        (middle, y - 0.10),
        (high + 0.4, y - 0.12),
        (high + 1.25, y - 0.02),
        (high + 0.5, y + 0.06),
        (middle, y + 0.08),
    ]
    canvas.drawPath(path_of(spline(lens, 6, closed=True)), paint_of(_SHADOW, 0.28, blur=0.05))


def drop_shadow(canvas: Any, shapes: Sequence[Any]) -> None:
    """The soft shadow of a thing on a table."""
    canvas.save()
    canvas.translate(0.05, 0.09)
    for shape in shapes:
        canvas.drawPath(shape, paint_of((0.3, 0.28, 0.3), 0.10, blur=0.08))
    canvas.restore()
