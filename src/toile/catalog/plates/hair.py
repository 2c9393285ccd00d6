"""Hair: fourteen styles, each a panel behind everything and a panel over the face."""

from __future__ import annotations

from toile.catalog.plates.body import Body
from toile.catalog.plates.panel import Panel


def hair_panels(body: Body, style: str, colour: str) -> tuple[list[Panel], list[Panel]]:
    """Back and front."""
    return [], []
