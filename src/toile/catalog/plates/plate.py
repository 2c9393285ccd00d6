"""A plate: one dressed figure as panels, and everything that is read off them exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from toile.catalog.plates.drawing.canvas import skia
from toile.catalog.plates.drawing.outlines import PanelPaths, panel_paths
from toile.catalog.plates.drawing.painting import paint_footprint, paint_panel
from toile.catalog.plates.drawing.panel import LABELS, PARTS, Panel
from toile.catalog.plates.drawing.paper import (
    PLATE_PAPER,
    TABLE_PAPER,
    brush_wash,
    drop_shadow,
    grain_paint,
    ground_shadow,
    lay_paper,
)
from toile.catalog.plates.drawing.sketching import number_panels, sketch_panel
from toile.catalog.plates.dressing import body_of, dressed_panels, laid_flat
from toile.catalog.plates.figure.body import Body
from toile.catalog.plates.figure.keypoints import joints, visibility
from toile.catalog.plates.figure.poses import SIDES
from toile.catalog.plates.looks.look import Garment, Look

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Background = Literal["paper", "white"]

NOWHERE: Final = -5
"""Slot of a pixel that shows only paper."""

_HEAD: Final = 25.2 / 256  # picture heights a head unit: 25.2 pixels at 256
_GROUND: Final = 0.965  # soles stand at this share of the height
_WIDTH: Final = 0.75
_FLAT_WIDTH, _FLAT_HEIGHT, _FLAT_CLOSEST = 0.88, 0.86, 1.9
_EYE_HEIGHT: Final = 256  # visibility of joints is judged at this size


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the figure lies: pixels = (point + offset) * scale * height.

    Attributes:
        scale: picture heights a head unit.
        x: offset in head units.
        y: offset in head units.
    """

    scale: float
    x: float
    y: float

    def pixels(self, points: npt.NDArray[np.float64], height: int) -> npt.NDArray[np.float64]:
        """(N, 2) points in head units as pixels of a picture of that height."""
        result: npt.NDArray[np.float64] = (points + np.array([self.x, self.y])) * (self.scale * height)
        return result


@dataclass(frozen=True, slots=True)
class SlotMap:
    """What every pixel belongs to.

    Attributes:
        slot: (H, W) int8: index of the look's garment, or `FIGURE`, `SHOES`, `BAG`, `HAT`, `NOWHERE`.
        part: (H, W) index of `PARTS`; 0 where there is no garment.
    """

    slot: npt.NDArray[np.int8]
    part: Pixels

    def garment(self, slot: int, part: str | None = None) -> Mask:
        """Where that garment, or that part of it, is seen."""
        mask: Mask = self.slot == slot
        return mask if part is None else mask & (self.part == PARTS.index(part))


class Plate:
    """A drawn look; made by `build_plate` or `flat_lay`.

    Attributes:
        look: what is drawn; None for a garment laid flat.
        body: the figure under it.
        panels: from back to front.
        frame: where it lies in the picture. Handed to the plate of a changed look it keeps all else in place.
    """

    def __init__(self, look: Look | None, body: Body, panels: Sequence[Panel], frame: Frame) -> None:
        self.look, self.body, self.panels, self.frame = look, body, tuple(panels), frame

    def picture(self, height: int = 256, *, background: Background = "paper") -> Pixels:
        """The picture.

        Args:
            height: in pixels; the width is 3/4 of it.
            background: `paper` with wash and shadows, or pure `white`, which training wants.

        Returns:
            (H, W, 3) sRGB.
        """
        width = _width(height)
        figure = self._surface(height)
        for panel, paths in zip(self.panels, self._paths, strict=True):
            paint_panel(figure.getCanvas(), panel, paths)
        if background == "paper":
            figure.getCanvas().resetMatrix()
            grain_paint(figure.getCanvas(), width, height)
        sheet = skia.Surface(width, height)
        canvas = sheet.getCanvas()
        if background == "white":
            canvas.clear(skia.ColorWHITE)
        else:
            lay_paper(canvas, width, height, PLATE_PAPER if self.look else TABLE_PAPER)
            canvas.save()
            self._enter(canvas, height)
            self._set_the_scene(canvas)
            canvas.restore()
        canvas.drawImage(figure.makeImageSnapshot(), 0, 0)
        return _rgb(sheet)

    def label_map(self, height: int = 256) -> Pixels:
        """(H, W) indices of `LABELS`, drawn from the same panels without antialiasing."""
        return self._numbers(height)[0]

    def slot_map(self, height: int = 256) -> SlotMap:
        """Which garment and which part of it every pixel shows."""
        _, slot, part = self._numbers(height)
        return SlotMap(_slots(slot), part)

    def person_mask(self, height: int = 256) -> Mask:
        """(H, W) True where there is a person or what it wears and carries."""
        return self.label_map(height) > 0

    def footprint(self, slot: int, height: int = 256) -> Mask:
        """(H, W) True wherever drawing the garment of that slot touches the picture: cloth, ink, shadow, seen or not.

        Two plates of one frame whose looks differ in this garment alone are equal outside both footprints.
        """
        surface = self._surface(height)
        for panel, paths in zip(self.panels, self._paths, strict=True):
            if panel.slot == slot or panel.bare:
                paint_footprint(surface.getCanvas(), panel, paths)
        touched: Mask = surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, 3] > 0
        return touched

    def keypoints(self, height: int = 256) -> npt.NDArray[np.float32]:
        """(18, 3) COCO-18 joints: x and y in pixels, and `keypoints.VISIBLE`, `HIDDEN` or `OUTSIDE`.

        R is the wearer's right, on the image's left.
        """
        points = joints(self.body)
        labels, slot, part = self._numbers(_EYE_HEIGHT)
        seen = visibility(self.body, self.frame.pixels(points, _EYE_HEIGHT), labels, _slots(slot), part)
        return np.column_stack([self.frame.pixels(points, height), seen]).astype(np.float32)

    def sketch(self, height: int = 256) -> Pixels:
        """(H, W) grey: black lines on white, hidden lines removed."""
        surface = self._surface(height)
        surface.getCanvas().clear(skia.ColorWHITE)
        for panel, paths in zip(self.panels, self._paths, strict=True):
            sketch_panel(surface.getCanvas(), panel, paths)
        return np.ascontiguousarray(surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, 0])

    @cached_property
    def _paths(self) -> list[PanelPaths]:
        return panel_paths(self.panels)

    @cached_property
    def _number_cache(self) -> dict[int, tuple[Pixels, Pixels, Pixels]]:
        return {}

    def _numbers(self, height: int) -> tuple[Pixels, Pixels, Pixels]:
        """Label, slot - NOWHERE and part of every pixel, in one drawing."""
        cache = self._number_cache
        if height not in cache:
            surface = self._surface(height)
            number_panels(surface.getCanvas(), self._paths, [_numbers_of(panel) for panel in self.panels])
            pixels = _rgb(surface)
            label, slot, part = (np.ascontiguousarray(pixels[:, :, channel]) for channel in range(3))
            cache[height] = (label, slot, part)
        return cache[height]

    def _surface(self, height: int) -> Any:
        """A transparent surface whose canvas is in head units."""
        surface = skia.Surface(_width(height), height)
        surface.getCanvas().clear(0)
        self._enter(surface.getCanvas(), height)
        return surface

    def _enter(self, canvas: Any, height: int) -> None:
        scale = self.frame.scale * height
        canvas.scale(scale, scale)
        canvas.translate(self.frame.x, self.frame.y)

    def _set_the_scene(self, canvas: Any) -> None:
        if self.look is None:
            drop_shadow(canvas, [paths.shape for paths in self._paths])
            return
        if self.look.wash:
            brush_wash(canvas, self.look.wash, self.look.seed)
        ground_shadow(canvas, [leg.joints[2] for leg in self.body.legs.values()])


def build_plate(look: Look, *, frame: Frame | None = None) -> Plate:
    """The plate of a look.

    Args:
        look: what to draw; `rules.check_look` says whether it goes together.
        frame: where to draw it; None centres it, with the soles on the ground line.

    Raises:
        ConfigError: a category that can't be drawn.
    """
    body = body_of(look.figure)
    panels = dressed_panels(body, look)
    return Plate(look, body, panels, frame or _standing_frame(body, panels))


def flat_lay(garment: Garment) -> Plate:
    """The garment alone, laid flat: a shop's picture.

    Raises:
        ConfigError: a category that can't be drawn.
    """
    body, panels = laid_flat(garment)
    return Plate(None, body, panels, _fitted_frame(panels))


def _width(height: int) -> int:
    return round(height * _WIDTH)


def _rgb(surface: Any) -> Pixels:
    return np.ascontiguousarray(surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3])


def _slots(numbers: Pixels) -> npt.NDArray[np.int8]:
    return (numbers.astype(np.int16) + NOWHERE).astype(np.int8)


def _numbers_of(panel: Panel) -> tuple[int, int, int]:
    return LABELS.index(panel.label), panel.slot - NOWHERE, PARTS.index(panel.part)


def _standing_frame(body: Body, panels: Sequence[Panel]) -> Frame:
    """Soles on the ground line; sideways between the middle of the box and that of the body, or wide skirts push."""
    x = np.concatenate([panel.outline[:, 0] for panel in panels])
    ground = max(float(body.legs[side].joints[2][1]) for side in SIDES) + 0.5
    middle = 0.35 * (0.7 * float(x.min() + x.max()) + 0.3 * body.pose.pelvis)
    return Frame(_HEAD, _WIDTH / 2 / _HEAD - middle, _GROUND / _HEAD - ground)


def _fitted_frame(panels: Sequence[Panel]) -> Frame:
    """The garment in the middle, as large as fits, but no closer than twice a worn one."""
    points = np.concatenate([panel.outline for panel in panels])
    low, high = points.min(axis=0), points.max(axis=0)
    size = high - low
    scale = min(_FLAT_HEIGHT / size[1], _FLAT_WIDTH * _WIDTH / size[0], _FLAT_CLOSEST * _HEAD)
    middle = (low + high) / 2
    return Frame(float(scale), float(_WIDTH / 2 / scale - middle[0]), float(0.5 / scale - middle[1]))
