"""The drawing library, imported here and nowhere else, so that a bare machine gets an advice instead of a traceback."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from toile.catalog.plates.drawing.curves import Points
from toile.errors import ConfigError

_ADVICE = (
    "the drawing library skia can't be loaded ({error}); it is installed with toile but needs the system's "
    "libEGL, libGL and fontconfig: install them, on Debian with `apt-get install libegl1 libgl1 libfontconfig1`"
)


def load_skia() -> Any:
    """The module `skia`.

    Raises:
        ConfigError: its system libraries are missing.
    """
    try:
        import skia  # type: ignore[import-not-found]
    except ImportError as error:
        raise ConfigError(_ADVICE.format(error=error)) from error
    return skia


skia: Any = load_skia()

# Skia's own serialised form of a path, which it reads a hundred times faster than it takes points from Python:
# version and fill type, then the counts of points, conics and verbs, the points, the verbs, padding to four bytes.
_PATH_VERSION = 5
_MOVE, _LINE, _CLOSE = 0, 1, 5


def path_of_bytes(points: bytes, verbs: bytes, count: int) -> Any:
    """A path from `count` float32 points and its verbs."""
    head = struct.pack("<4i", _PATH_VERSION, count, 0, len(verbs))
    path = skia.Path()
    read = path.readFromMemory(head + points + verbs + bytes(-len(verbs) % 4))
    if not read:
        raise AssertionError("skia's serialised paths have changed their form; canvas.py must follow")
    return path


def path_of(*polygons: Points, closed: bool = True) -> Any:
    """A path of polygons, or of open lines, with nonzero winding.

    Args:
        polygons: each (N, 2), N >= 2.
        closed: whether each ends where it began.
    """
    tail = bytes([_CLOSE]) if closed else b""
    verbs = b"".join(bytes([_MOVE]) + bytes([_LINE]) * (len(polygon) - 1) + tail for polygon in polygons)
    points = np.concatenate(polygons).astype("<f4") if len(polygons) > 1 else polygons[0].astype("<f4")
    return path_of_bytes(points.tobytes(), verbs, len(points))


def polygon_verbs(sizes: np.ndarray[Any, np.dtype[np.int64]]) -> bytes:
    """Verbs of closed polygons with so many points each."""
    return b"".join(bytes([_MOVE]) + bytes([_LINE]) * (int(size) - 1) + bytes([_CLOSE]) for size in sizes)


def as_points(array: Points) -> list[Any]:
    """The (N, 2) array as the library's own points, for the few calls that take no path."""
    return [skia.Point(x, y) for x, y in array.tolist()]


def colour4(rgb: tuple[float, float, float], alpha: float = 1.0) -> Any:
    """The library's colour of an sRGB triple in [0, 1]."""
    return skia.Color4f(*(min(1.0, max(0.0, channel)) for channel in rgb), alpha)
