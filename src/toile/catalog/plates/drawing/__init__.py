"""Panels and how they are painted: curves, cloth, pattern, shade, ink, paper."""
