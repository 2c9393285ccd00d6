"""The drawing library: how paths are handed over, and what a bare machine is told."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from toile.catalog.plates.drawing.canvas import as_points, load_skia, path_of, skia
from toile.errors import ConfigError

TRIANGLE = np.array([(1.0, 1.0), (9.0, 2.0), (4.0, 8.0)])


def test_a_path_of_bytes_is_the_path_of_points():
    assert bytes(path_of(TRIANGLE).serialize()) == bytes(skia.Path.Polygon(as_points(TRIANGLE), True).serialize())


def test_an_open_path_and_several_polygons():
    assert bytes(path_of(TRIANGLE, closed=False).serialize()) == bytes(
        skia.Path.Polygon(as_points(TRIANGLE), False).serialize()
    )
    both = path_of(TRIANGLE, TRIANGLE + 20)
    assert both.contains(4, 3)
    assert both.contains(24, 23)
    assert not both.contains(14, 13)


def test_missing_system_libraries_are_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "skia", None)
    with pytest.raises(ConfigError, match=r"libEGL, libGL and fontconfig.*apt-get install libegl1"):
        load_skia()
