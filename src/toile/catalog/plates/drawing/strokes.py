"""Everything that is drawn along a line, for all panels of a plate at once.

A plate has some four hundred lines of ten to forty points. Handling each on its own spends the time in calls on tiny
arrays; here the points of all lines lie in one array, with the number where each line begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toile.catalog.plates.drawing.canvas import path_of_bytes, polygon_verbs
from toile.catalog.plates.drawing.curves import Points, Values

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lines:
    """Many lines in one array.

    Attributes:
        points: (N, 2), the lines' points one line after another.
        sizes: (K,) points of each line.
    """

    points: Points
    sizes: Counts

    @classmethod
    def of(cls, lines: Sequence[Points]) -> Lines:
        """The lines of a list."""
        if not lines:
            return cls(np.zeros((0, 2)), np.zeros(0, dtype=np.int64))
        return cls(np.concatenate(lines), np.array([len(line) for line in lines], dtype=np.int64))

    @property
    def starts(self) -> Counts:
        """(K,) index of each line's first point."""
        return np.cumsum(self.sizes) - self.sizes

    def owner(self) -> Counts:
        """(N,) which line a point belongs to."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def place(self) -> Counts:
        """(N,) a point's number within its line."""
        return np.arange(len(self.points)) - np.repeat(self.starts, self.sizes)

    def share(self) -> Values:
        """(N,) how far along its line a point is, 0 to 1, by count."""
        result: Values = self.place() / np.maximum(np.repeat(self.sizes, self.sizes) - 1, 1)
        return result

    def lengths(self) -> Values:
        """(K,) arc lengths."""
        return np.add.reduceat(self._steps(), self.starts) if len(self.sizes) else np.zeros(0)

    def _steps(self) -> Values:
        """(N,) distance to the next point of the same line, 0 at a line's end."""
        step = np.zeros(len(self.points))
        delta = np.diff(self.points, axis=0)
        step[:-1] = np.hypot(delta[:, 0], delta[:, 1])
        step[self.starts + self.sizes - 1] = 0.0
        return step

    def resampled(self, spacing: float, least: int) -> Lines:
        """The same lines with points at equal distances of about `spacing`, at least `least` a line."""
        steps = self._steps()
        lengths = np.add.reduceat(steps, self.starts)
        sizes = np.maximum(least, (lengths / spacing).astype(np.int64))
        # One running distance for all lines, with a gap between them, lets one interpolation serve all.
        steps[self.starts + self.sizes - 1] = 1.0
        along = np.concatenate([[0.0], np.cumsum(steps[:-1])])
        begin = along[self.starts]
        shape = Lines(np.zeros((int(sizes.sum()), 2)), sizes)
        at = np.repeat(begin, sizes) + shape.share() * np.repeat(lengths, sizes)
        points = np.stack([np.interp(at, along, self.points[:, 0]), np.interp(at, along, self.points[:, 1])], axis=1)
        return Lines(points, sizes)

    def normals(self) -> Points:
        """(N, 2) unit normals, as `curves.normals` gives them for one line."""
        index = np.arange(len(self.points))
        first = np.repeat(self.starts, self.sizes)
        last = first + np.repeat(self.sizes, self.sizes) - 1
        tangent = self.points[np.minimum(index + 1, last)] - self.points[np.maximum(index - 1, first)]
        tangent /= (np.hypot(tangent[:, 0], tangent[:, 1]) + 1e-9)[:, None]
        return np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)

    def moved(self, offset: Points) -> Lines:
        """The lines with every point moved."""
        return Lines(self.points + offset, self.sizes)

    def kept(self, mask: npt.NDArray[np.bool_], least: int) -> tuple[Lines, Counts, Counts]:
        """The runs of points where the mask holds, those with at least `least` points.

        Returns:
            lines: the runs.
            index: (M,) which point of these lines each kept point is.
            owner: (R,) which line each run comes from.
        """
        owner = self.owner()
        breaks = np.ones(len(mask), dtype=bool)
        breaks[1:] = (owner[1:] != owner[:-1]) | (mask[1:] != mask[:-1])
        begin = np.flatnonzero(breaks)
        sizes = np.diff(np.append(begin, len(mask)))
        good = mask[begin] & (sizes >= least)
        index = np.flatnonzero(np.repeat(good, sizes))
        return Lines(self.points[index], sizes[good]), index, owner[begin[good]]

    def ribbons(self, normal: Points, widths: Values) -> Ribbons:
        """Polygons of the lines stroked with a width at every point."""
        half = normal * (widths / 2)[:, None]
        first = np.repeat(self.starts, self.sizes)
        place = np.arange(len(self.points)) - first
        polygons = np.empty((2 * len(self.points), 2), dtype="<f4")
        polygons[2 * first + place] = self.points + half
        polygons[2 * first + 2 * np.repeat(self.sizes, self.sizes) - 1 - place] = self.points - half
        return Ribbons(polygons, 2 * self.sizes)


class Ribbons:
    """Polygons of many strokes, which `path` turns into paths by the range."""

    __slots__ = ("_begin", "_points", "_sizes")

    def __init__(self, points: npt.NDArray[np.float32], sizes: Counts) -> None:
        self._points, self._sizes = points, sizes
        self._begin = np.concatenate([[0], np.cumsum(sizes)])

    def path(self, start: int, stop: int) -> Any:
        """One path of the polygons start to stop; None for none."""
        if stop <= start:
            return None
        points = self._points[self._begin[start] : self._begin[stop]]
        return path_of_bytes(points.tobytes(), polygon_verbs(self._sizes[start:stop]), len(points))


def taper(share: Values, rise: float, least: float) -> Values:
    """Width of a stroke along its length: 1 in the middle, `least` at both ends, rising over `rise` of the length."""
    edge = np.clip(np.minimum(share, 1 - share) / rise, 0.0, 1.0)
    result: Values = least + (1 - least) * np.sqrt(edge)
    return result
