"""Panels: what a plate is made of. A panel is one closed piece with a cloth and the lines that are drawn on it.

A plate is an ordered list of panels. The picture, the label map, the slot map, the sketch and the flat lay are all read
off this one list, which is why they agree to the pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from toile.catalog.plates.drawing.curves import Points, signed_area, spline
from toile.catalog.plates.drawing.palette import CLOTH_COLOURS, Rgb, shade_of
from toile.catalog.plates.looks.look import Cloth

LABELS: Final = (
    "background",
    "skin",
    "hair",
    "face",
    "top",
    "outer",
    "dress",
    "skirt",
    "trousers",
    "jumpsuit",
    "shoes",
    "bag",
    "hat",
    "headwear",
    "belt",
    "scarf",
)
"""Label maps hold the index of one of these."""

PARTS: Final = ("body", "sleeve-left", "sleeve-right", "collar", "inside", "trim")
"""Parts of a garment in a slot map. Left and right are the image's: image-left is the wearer's right."""

FIGURE, SHOES, BAG, HAT = -1, -2, -3, -4
"""Slots of what is no garment; a garment's slot is its index in the look."""

PIXEL: Final = 1 / 26
"""Line widths are given in pixels of a plate 256 pixels high, and are this many head units."""


@dataclass(frozen=True, slots=True)
class Material:
    """A cloth, a skin or a hair as colours.

    Attributes:
        colour: the ground.
        pattern: of `vocabulary.PATTERNS`.
        second: colour of the pattern.
        third: second colour of the pattern.
        fabric: of `vocabulary.FABRICS`, or `skin`, `hair`.
        scale: size of the pattern, 1 as tabled.
    """

    colour: Rgb
    pattern: str = "plain"
    second: Rgb = (0.0, 0.0, 0.0)
    third: Rgb = (0.0, 0.0, 0.0)
    fabric: str = "cotton"
    scale: float = 1.0

    def plain(self) -> Material:
        """The same cloth without its pattern."""
        return Material(self.colour, fabric=self.fabric)

    def inside(self, times: int = 1) -> Material:
        """What is seen of the cloth's inside, in shadow: behind a neck (1), under a hem (2)."""
        colour = self.colour
        for _ in range(times):
            colour = shade_of(colour)
        return Material(colour, fabric=self.fabric)

    def tinted(self, colour: Rgb) -> Material:
        """The same fabric, plain, in another colour."""
        return Material(colour, fabric=self.fabric)


def material_of(cloth: Cloth, *, fabric: str | None = None) -> Material:
    """The drawing's form of a cloth; a fabric given here overrules (jeans are denim)."""
    second, third = cloth.second or cloth.colour, cloth.third or cloth.second or cloth.colour
    return Material(
        CLOTH_COLOURS[cloth.colour],
        cloth.pattern,
        CLOTH_COLOURS[second],
        CLOTH_COLOURS[third],
        fabric or cloth.fabric,
    )


class Fold(NamedTuple):
    """A fold: a line pointed at both ends and a soft shade beside it, on the side away from the light.

    Attributes:
        line: (N, 2), dense.
        weight: of the line, in pixels.
        depth: width of the shade, 1 = 0.2 head units.
    """

    line: Points
    weight: float = 0.8
    depth: float = 1.0


class Line(NamedTuple):
    """A seam, a fly, an edge: a line of ink inside a panel. `weight` in pixels."""

    line: Points
    weight: float = 0.7


class Dash(NamedTuple):
    """A row of stitches in a colour. `weight` in pixels."""

    line: Points
    weight: float
    colour: Rgb


class Mesh(NamedTuple):
    """Where a pattern lies: a grid of points in the picture and on the cloth, both in head units.

    Attributes:
        positions: (rows * columns, 2) in the picture.
        texture: (rows * columns, 2) on the cloth.
        columns: points a row.
        rows: rows.
    """

    positions: Points
    texture: Points
    columns: int
    rows: int


class Mark(NamedTuple):
    """A flat shape on top of a panel: an eye, a lip, a shadow under a cheek.

    Attributes:
        polygons: its shapes.
        colour: its colour.
        alpha: its opacity.
        blur: softness, in head units.
        mode: `over`, or `multiply`.
        drawn: whether a sketch shows it too, in black.
        inside: whether it ends at the panel's edge.
    """

    polygons: list[Points]
    colour: Rgb
    alpha: float = 1.0
    blur: float = 0.0
    mode: str = "over"
    drawn: bool = False
    inside: bool = False


@dataclass(eq=False, slots=True)
class Panel:
    """One closed piece.

    Attributes:
        segments: smooth lines that follow one another round the piece; corners lie only between them, because the
            contour is inked segment by segment, pointed at both ends.
        label: of `LABELS`.
        material: what it is made of.
        part: of `PARTS`.
        mesh: where its pattern lies; without one it is drawn plain.
        ink: weight of the contour a segment, 0 where another panel continues; one number holds for all.
        weight: of the whole contour.
        cast: how far it stands off what is below it, and so how much shadow it casts; 0 for none.
        shade: strength of the shading of its form.
        falls: the gradient from light to shade down the garment: y of its start and its end. None for none.
        folds: folds, seeded by garment and slot, never by a shared stream.
        lines: seams and edges.
        ribs: thin faint lines: knit, gathers of a rib.
        dashes: topstitching.
        glints: soft highlights: line and width in head units.
        marks: flat shapes on top of all that.
        patches: further polygons that belong to the piece, united with the contour (the armpit of a hanging sleeve).
        clip: only what lies inside this polygon is drawn, ink included; None for all.
        bare: skin that is drawn only where no sleeve lies over it.
        figure: skin that shows through a garment and belongs to the figure, whoever adds it.
        slot: what it belongs to: an index of the look's garments, or `FIGURE`, `SHOES`, `BAG`, `HAT`.
    """

    segments: list[Points]
    label: str
    material: Material
    part: str = "body"
    mesh: Mesh | None = None
    ink: float | tuple[float, ...] = 1.0
    weight: float = 1.0
    cast: float = 0.0
    shade: float = 1.0
    falls: tuple[float, float] | None = None
    folds: list[Fold] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    ribs: list[Line] = field(default_factory=list)
    dashes: list[Dash] = field(default_factory=list)
    glints: list[tuple[Points, float]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    patches: list[Points] = field(default_factory=list)
    clip: Points | None = None
    bare: bool = False
    figure: bool = False
    slot: int = FIGURE
    outline: Points = field(init=False)
    turns: float = field(init=False)

    def __post_init__(self) -> None:
        self.outline = self.segments[0] if len(self.segments) == 1 else np.concatenate(self.segments)
        self.turns = 1.0 if signed_area(self.outline) > 0 else -1.0

    @property
    def weights(self) -> tuple[float, ...]:
        """Ink weight of every segment."""
        return self.ink if isinstance(self.ink, tuple) else (self.ink,) * len(self.segments)

    def polygons(self) -> list[Points]:
        """The contour and the patches, all running the same way round, so that nonzero winding unites them.

        Patches count twice: a loop of the contour that runs the other way can't cancel them.
        """
        patches = [patch if signed_area(patch) * self.turns > 0 else patch[::-1] for patch in self.patches]
        return [self.outline, *patches, *patches]

    def crease(self, controls: Points, weight: float = 0.8, depth: float = 1.0) -> None:
        """Adds a fold through control points given in the picture."""
        self.folds.append(Fold(spline(controls), weight, depth))
