"""Curves: dense polylines through control points, and monotone profiles. All of it is plain geometry in head units."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Points: TypeAlias = npt.NDArray[np.float64]
"""(N, 2) points, x to the right and y down, in head units."""

Values: TypeAlias = npt.NDArray[np.float64]
"""(N,) numbers."""

Controls: TypeAlias = Sequence[Sequence[float]] | Points
"""A few control points, as a table or an array."""


def spline(controls: Controls, per_span: int = 6, *, closed: bool = False) -> Points:
    """A smooth line through control points (Catmull-Rom, tangents no longer than the span, which stops overshoot).

    Args:
        controls: (N, 2) with N >= 2; two points give a straight line.
        per_span: samples a span.
        closed: whether the last point is joined to the first.

    Returns:
        (M, 2): M = per_span * spans + 1, without the last point where closed.
    """
    points = np.asarray(controls, dtype=np.float64)
    if len(points) < 3:
        return straight(points[0], points[-1], per_span + 1)
    if closed:
        padded = np.concatenate([points[-1:], points, points[:2]])
    else:
        padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    spans = padded[2:-1] - padded[1:-2]
    chord = np.hypot(spans[:, 0], spans[:, 1])
    tangents = padded[2:] - padded[:-2]
    size = np.hypot(tangents[:, 0], tangents[:, 1]) + 1e-9
    leave = tangents[:-1] * np.minimum(1.0, chord / size[:-1])[:, None]
    arrive = tangents[1:] * np.minimum(1.0, chord / size[1:])[:, None]
    geometry = np.concatenate([padded[1:-2], leave, padded[2:-1], arrive]).reshape(4, -1)  # (4, 2 * spans)
    dense = (_hermite(per_span) @ geometry).reshape(per_span, -1, 2).transpose(1, 0, 2).reshape(-1, 2)
    return dense if closed else np.concatenate([dense, points[-1:]])


@lru_cache(maxsize=32)
def _hermite(samples: int) -> npt.NDArray[np.float64]:
    """(samples, 4) weights of start, leaving tangent, end and arriving tangent."""
    t = np.linspace(0.0, 1.0, samples, endpoint=False)
    return np.stack([2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t, -2 * t**3 + 3 * t**2, t**3 - t**2], axis=1)


def straight(start: Points | Sequence[float], end: Points | Sequence[float], count: int = 2) -> Points:
    """(count, 2) points from one to the other."""
    t = np.linspace(0.0, 1.0, count)[:, None]
    return np.asarray(start, dtype=np.float64) * (1 - t) + np.asarray(end, dtype=np.float64) * t


def bow(start: Points, end: Points, depth: Points | Sequence[float], per_span: int = 5) -> Points:
    """A line from one point to another whose middle is moved by the vector `depth`."""
    return spline(np.stack([start, (start + end) / 2 + np.asarray(depth), end]), per_span)


def join(*lines: Points) -> Points:
    """Lines and points one after another as one polyline; single points may be (2,)."""
    return np.concatenate([np.atleast_2d(line) for line in lines])


def resample(line: Points, count: int) -> Points:
    """`count` points at equal distances along the line."""
    steps = np.diff(line, axis=0)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
    at = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])], axis=1)


def length(line: Points) -> float:
    """Arc length in head units."""
    steps = np.diff(line, axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def normals(line: Points) -> Points:
    """Unit normals: outward for a line that runs clockwise on the screen, to the right for one that runs down."""
    tangent = np.gradient(line, axis=0)
    tangent /= np.hypot(tangent[:, 0], tangent[:, 1])[:, None] + 1e-9
    return np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)


def ribbon(line: Points, widths: Values | float) -> Points:
    """The polygon of a stroke with a width at every point."""
    half = normals(line) * (np.broadcast_to(widths, len(line)) / 2)[:, None]
    return np.concatenate([line + half, (line - half)[::-1]])


def untangled(line: Points) -> Points:
    """The line without its loops: where it crosses itself it goes on from the crossing.

    The inner edge of a bent arm makes a loop at the elbow, for it lies further from the axis than the bend is round.
    """
    start, step = line[:-1], np.diff(line, axis=0)
    gap = start[None] - start[:, None]  # (i, j) from segment i's start to segment j's
    cross = step[:, None, 0] * step[None, :, 1] - step[:, None, 1] * step[None, :, 0]
    cross = np.where(cross == 0, np.inf, cross)
    along = (gap[..., 0] * step[None, :, 1] - gap[..., 1] * step[None, :, 0]) / cross
    other = (gap[..., 0] * step[:, None, 1] - gap[..., 1] * step[:, None, 0]) / cross
    index = np.arange(len(step))
    meets = (along > 0) & (along < 1) & (other > 0) & (other < 1) & (index[None] > index[:, None] + 1)
    if not meets.any():
        return line
    first, last = np.argwhere(meets)[0]
    crossing = start[first] + along[first, last] * step[first]
    return join(line[: first + 1], crossing, untangled(line[last + 1 :]))


def signed_area(polygon: Points) -> float:
    """Positive for a polygon that runs clockwise on the screen."""
    x, y = polygon[:, 0], polygon[:, 1]
    inside = np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])
    return 0.5 * float(inside + x[-1] * y[0] - x[0] * y[-1])


def unit(vector: Points) -> Points:
    """The vector at length one."""
    result: Points = vector / (float(np.hypot(vector[0], vector[1])) + 1e-9)
    return result


def between(start: Points, end: Points, share: float) -> Points:
    """The point so far along the way."""
    return start * (1 - share) + end * share


def smoothstep(x: Values | float) -> Values:
    """0 below 0, 1 above 1, and 3x² - 2x³ between."""
    clipped = np.clip(x, 0.0, 1.0)
    result: Values = clipped * clipped * (3 - 2 * clipped)
    return result


def angle_vector(degrees: float) -> Points:
    """Unit vector of a limb's direction: 0 points down, positive to the image's right."""
    radians = np.radians(degrees)
    return np.array([np.sin(radians), np.cos(radians)])


def as_complex(points: Points) -> npt.NDArray[np.complex128]:
    """(..., 2) points as complex numbers x + iy, in which an interpolation or a rotation is one operation."""
    result: npt.NDArray[np.complex128] = np.ascontiguousarray(points).view(np.complex128)[..., 0]
    return result


def from_complex(numbers: Any) -> Points:
    """Complex numbers as (..., 2) points."""
    array = np.asarray(numbers, dtype=np.complex128)
    result: Points = np.ascontiguousarray(array).view(np.float64).reshape(*array.shape, 2)
    return result


class Profile:
    """A monotone cubic through a few knots (Fritsch & Carlson 1980), straight beyond both ends.

    Profiles are widths along a body or a limb: they never overshoot, so a sleeve can't turn inside out.
    """

    __slots__ = ("_coefficients", "_knots")

    def __init__(self, knots: Sequence[float] | Values, values: Sequence[float] | Values) -> None:
        x, y = np.asarray(knots, dtype=np.float64), np.asarray(values, dtype=np.float64)
        step = np.diff(x)
        secant = np.diff(y) / step
        slope = _monotone_slopes(step, secant)
        c2 = (3 * secant - 2 * slope[:-1] - slope[1:]) / step
        c3 = (slope[:-1] + slope[1:] - 2 * secant) / step**2
        # An extra straight piece on either side.
        self._knots = x
        self._coefficients = np.concatenate(
            [
                [[y[0], slope[0], 0.0, 0.0]],
                np.stack([y[:-1], slope[:-1], c2, c3], axis=1),
                [[y[-1], slope[-1], 0.0, 0.0]],
            ]
        )

    def __call__(self, at: Values | float) -> Any:
        """Its values: an array for an array, a number for a number."""
        x = np.asarray(at, dtype=np.float64)
        piece = np.searchsorted(self._knots, x)
        c = self._coefficients[piece]
        d = x - self._knots[np.maximum(piece - 1, 0)]
        value = c[..., 0] + d * (c[..., 1] + d * (c[..., 2] + d * c[..., 3]))
        return value if x.ndim else float(value)


def _monotone_slopes(step: Values, secant: Values) -> Values:
    """Slopes at the knots: weighted harmonic means inside, the shape-preserving three-point formula at the ends."""
    slope = np.zeros(len(secant) + 1)
    if len(secant) == 1:
        return np.full(2, secant[0])
    before, after = secant[:-1], secant[1:]
    w1, w2 = 2 * step[1:] + step[:-1], step[1:] + 2 * step[:-1]
    same = before * after > 0
    denominator = np.where(same, w1 / np.where(before == 0, 1, before) + w2 / np.where(after == 0, 1, after), 1.0)
    slope[1:-1] = np.where(same, (w1 + w2) / denominator, 0.0)
    slope[0] = _end_slope(step[0], step[1], secant[0], secant[1])
    slope[-1] = _end_slope(step[-1], step[-2], secant[-1], secant[-2])
    return slope


def _end_slope(h0: float, h1: float, d0: float, d1: float) -> float:
    slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0:
        return 0.0
    return 3 * d0 if d0 * d1 <= 0 and abs(slope) > 3 * abs(d0) else slope
