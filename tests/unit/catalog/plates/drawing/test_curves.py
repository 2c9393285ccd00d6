"""Curves pass through their points, profiles never overshoot, and many lines at once give what one at a time does."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from toile.catalog.plates.drawing import curves
from toile.catalog.plates.drawing.strokes import Lines

CONTROLS = [(0.0, 0.0), (1.0, 0.4), (1.2, 2.0), (-0.5, 2.5)]


def test_a_spline_passes_through_its_points():
    line = curves.spline(CONTROLS, 6)
    assert len(line) == 3 * 6 + 1
    np.testing.assert_allclose(line[::6], CONTROLS, atol=1e-12)


def test_a_closed_spline_comes_back():
    line = curves.spline(CONTROLS, 6, closed=True)
    assert len(line) == 4 * 6
    np.testing.assert_allclose(line[::6], CONTROLS, atol=1e-12)


def test_two_points_make_a_straight_line():
    np.testing.assert_allclose(curves.spline([(0, 0), (2, 4)], 2), [(0, 0), (1, 2), (2, 4)])


def test_profiles_are_the_monotone_cubic():
    """Fritsch and Carlson's interpolant, as scipy has it."""
    knots, values = (0, 0.25, 0.6, 1, 1.2, 1.5, 1.9, 2.05), (0.155, 0.15, 0.128, 0.108, 0.118, 0.108, 0.070, 0.066)
    at = np.linspace(0, 2.05, 300)
    np.testing.assert_allclose(curves.Profile(knots, values)(at), PchipInterpolator(knots, values)(at), atol=1e-12)


def test_profiles_go_on_straight_beyond_their_ends():
    profile = curves.Profile((0, 1), (2.0, 4.0))
    assert profile(-1.0) == pytest.approx(0.0)
    assert profile(2.0) == pytest.approx(6.0)


def test_a_number_gives_a_number():
    assert isinstance(curves.Profile((0, 1, 3), (2.0, 4.0, 5.0))(0.5), float)


def test_a_ribbon_is_as_wide_as_asked():
    ribbon = curves.ribbon(curves.straight((0, 0), (4, 0), 5), 0.5)
    assert ribbon[:, 1].max() - ribbon[:, 1].min() == pytest.approx(0.5)
    assert abs(curves.signed_area(ribbon)) == pytest.approx(2.0)


def test_many_lines_at_once_are_each_line_alone():
    lines = [curves.spline(CONTROLS, 6), curves.spline([(3, 3), (4, 5), (6, 5)], 4)]
    packed = Lines.of(lines)
    np.testing.assert_allclose(packed.lengths(), [curves.length(line) for line in lines])
    np.testing.assert_allclose(packed.normals()[:19], curves.normals(lines[0]), atol=1e-6)
    dense = packed.resampled(0.2, 6)
    first = curves.resample(lines[0], int(dense.sizes[0]))
    np.testing.assert_allclose(dense.points[: dense.sizes[0]], first, atol=1e-9)


def test_runs_end_with_their_line():
    packed = Lines.of([curves.straight((0, 0), (9, 0), 10), curves.straight((0, 1), (4, 1), 5)])
    mask = np.array([0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 1], dtype=bool)
    runs, index, owner = packed.kept(mask, least=3)
    assert runs.sizes.tolist() == [3, 3]
    assert owner.tolist() == [0, 0]
    assert index.tolist() == [1, 2, 3, 7, 8, 9]


def test_a_loop_is_cut_where_it_crosses():
    line = np.array([(0, 0), (4, 0), (4, 3), (2, 3), (2, -2), (6, -2)], dtype=float)
    np.testing.assert_allclose(curves.untangled(line), [(0, 0), (2, 0), (2, -2), (6, -2)])
    plain = curves.spline(CONTROLS, 6)
    assert curves.untangled(plain) is plain
