"""A plate: one dressed figure as panels, and everything that is read off them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from toile.catalog.plates.body import BUILDS, Body
from toile.catalog.plates.canvas import skia
from toile.catalog.plates.hair import hair_panels
from toile.catalog.plates.head import Face, expression_of, head_panels
from toile.catalog.plates.layers import Layers
from toile.catalog.plates.looks import Look
from toile.catalog.plates.modern import MODERN
from toile.catalog.plates.outlines import PanelPaths, panel_paths
from toile.catalog.plates.painting import paint_panel
from toile.catalog.plates.palette import HAIR_COLOURS, INK, mix, shade_of
from toile.catalog.plates.panel import LABELS, Mark, Panel
from toile.catalog.plates.paper import PLATE_PAPER, brush_wash, ground_shadow, lay_paper
from toile.catalog.plates.poses import POSES, SIDES, jittered, mirrored
from toile.catalog.plates.skin import (
    arm_panel,
    chin_shadow,
    foot_panel,
    hand_panels,
    leg_panel,
    skin_material,
    torso_panel,
)

Pixels = npt.NDArray[np.uint8]

_HEAD_PIXELS: Final = 25.2 / 256
_GROUND: Final = 0.965


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the figure lies in the picture: pixels = (point + offset) * scale * height.

    Attributes:
        scale: picture heights a head unit.
        x: offset in head units.
        y: offset in head units.
    """

    scale: float
    x: float
    y: float


class Plate:
    """A drawn look.

    Attributes:
        look: what is drawn.
        body: the figure under it.
        panels: from back to front.
        frame: where the figure lies in the picture.
    """

    def __init__(self, look: Look, body: Body, panels: list[Panel], frame: Frame) -> None:
        self.look, self.body, self.panels, self.frame = look, body, panels, frame

    @cached_property
    def _paths(self) -> list[PanelPaths]:
        return panel_paths(self.panels)

    def picture(self, height: int = 256, *, background: str = "paper") -> Pixels:
        """The picture: (H, 3/4 H, 3)."""
        width = height * 3 // 4
        figure = skia.Surface(width, height)
        canvas = figure.getCanvas()
        canvas.clear(0)
        self._enter(canvas, height)
        for panel, paths in zip(self.panels, self._paths, strict=True):
            paint_panel(canvas, panel, paths)
        sheet = skia.Surface(width, height)
        canvas = sheet.getCanvas()
        if background == "paper":
            lay_paper(canvas, width, height, PLATE_PAPER)
            canvas.save()
            self._enter(canvas, height)
            if self.look.wash:
                brush_wash(canvas, self.look.wash, self.look.seed)
            ground_shadow(canvas, self.body)
            canvas.restore()
        else:
            canvas.clear(skia.ColorWHITE)
        canvas.drawImage(figure.makeImageSnapshot(), 0, 0)
        return np.ascontiguousarray(sheet.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3])

    def label_map(self, height: int = 256) -> Pixels:
        """(H, 3/4 H) indices of `LABELS`."""
        surface = skia.Surface(height * 3 // 4, height)
        canvas = surface.getCanvas()
        canvas.clear(0)
        self._enter(canvas, height)
        for panel, paths in zip(self.panels, self._paths, strict=True):
            index = LABELS.index(panel.label)
            canvas.drawPath(paths.shape, skia.Paint(Color=skia.Color(index, index, index), AntiAlias=False))
        return np.ascontiguousarray(surface.toarray()[:, :, 0])

    def _enter(self, canvas: Any, height: int) -> None:  # noqa: ANN401
        scale = self.frame.scale * height
        canvas.scale(scale, scale)
        canvas.translate(self.frame.x, self.frame.y)


def build_plate(look: Look, *, frame: Frame | None = None) -> Plate:
    """The geometry of a look."""
    body = body_of(look)
    skin = skin_material(look.figure.skin)
    layers = Layers()
    back_hair, front_hair = hair_panels(body, look.figure.hair, look.figure.hair_colour)
    layers.back += back_hair
    for slot, garment in enumerate(look.garments):
        layers.slot = slot
        MODERN[garment.category](body, garment, layers)
    panels = [*layers.behind, *layers.back]
    panels += [leg_panel(body, side, skin) for side in body.leg_order()]
    panels += [foot_panel(body, side, skin) for side in body.leg_order()]
    torso = torso_panel(body, skin)
    shade = mix(shade_of(skin.colour), skin.colour, 0.25)
    torso.marks.append(Mark([chin_shadow(body)], (shade[0], shade[1] * 0.92, shade[2] * 0.92), 0.8, 0.02))
    panels += [torso, *layers.lower, *layers.torso]
    for side in SIDES:
        sleeves = layers.sleeves[side]
        panels += [arm_panel(body, side, skin, sleeved=bool(sleeves)), *hand_panels(body, side, skin), *sleeves]
    panels += layers.over
    hair_colour = HAIR_COLOURS.get(look.figure.hair_colour, HAIR_COLOURS["dark-brown"])
    face = Face(skin, mix(hair_colour, INK, 0.45), expression_of(look.figure.pose_seed), look.figure.pose_seed or 0)
    panels += [*head_panels(body, face), *front_hair, *layers.front, *layers.top]
    return Plate(look, body, panels, frame or frame_of(body, panels))


def body_of(look: Look) -> Body:
    """The figure of a look, undressed."""
    figure = look.figure
    pose = POSES[figure.pose]
    if figure.mirrored:
        pose = mirrored(pose)
    if figure.pose_seed is not None:
        pose = jittered(pose, figure.pose_seed)
    return Body(BUILDS[figure.build], pose)


def frame_of(body: Body, panels: list[Panel]) -> Frame:
    """Soles on the ground line; sideways between the middle of the box and that of the body."""
    x = np.concatenate([panel.outline[:, 0] for panel in panels])
    ground = max(float(body.legs[side].joints[2][1]) for side in SIDES) + 0.5
    middle = 0.35 * (0.7 * (x.min() + x.max()) + 0.3 * body.pose.pelvis)
    return Frame(_HEAD_PIXELS, 0.375 / _HEAD_PIXELS - float(middle), _GROUND / _HEAD_PIXELS - ground)
