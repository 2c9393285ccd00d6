"""Figures of merit: pure functions of arrays, reduced in float64."""
