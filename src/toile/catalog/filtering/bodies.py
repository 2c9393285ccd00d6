"""What a record itself says of the people on its picture. Nothing is guessed from pixels: no column, no verdict.

| column | what it is |
|---|---|
| `num_persons`, `persons` | how many people, a whole number |
| `poses` | a list of poses, one a person |
| `pose`, `keypoints` | one pose: COCO-18 (or OpenPose's), 54 numbers x, y, visibility; pixels of the record's picture |
| `person` | a mask as a picture file, 0 = no person |
| `labels`, `label_map` | a label map as a picture file, 0 = background |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np
from PIL import Image

_COUNTS: Final = ("num_persons", "persons")
_POSES: Final = ("pose", "keypoints")
_MASKS: Final = ("person", "labels", "label_map")
BODY_COLUMNS: Final = (*_COUNTS, "poses", *_POSES, *_MASKS)
_BODY_JOINTS: Final = slice(2, 14)
"""Of COCO-18: shoulders, elbows, wrists, hips, knees, ankles. The head may well be cut off in a shop's picture."""
_NUM_JOINTS: Final = 18
_MIN_VISIBILITY: Final = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """What is known of the people on a picture; None: the record doesn't say.

    Attributes:
        persons: how many.
        visible: share of the twelve body joints that are seen inside the picture.
        area: share of the picture that is a person.
        note: what the record says but in no form that is understood.
    """

    persons: int | None = None
    visible: float | None = None
    area: float | None = None
    note: str | None = None


def read_body(values: Mapping[str, Any], *, width: int, height: int) -> Body:
    """Read the columns of the module's table from a record's values; `width` and `height` of its picture, pixels."""
    notes: list[str] = []
    return Body(
        persons=_persons(values, notes),
        visible=_visible(values, width, height, notes),
        area=_area(values, notes),
        note="; ".join(notes) or None,
    )


def _persons(values: Mapping[str, Any], notes: list[str]) -> int | None:
    for name in _COUNTS:
        count = values.get(name)
        if isinstance(count, int | float) and not isinstance(count, bool):
            return int(count)
        if count is not None:
            notes.append(f"{name} is {str(count)[:40]!r}, expected a whole number")
    poses = values.get("poses")
    return len(poses) if isinstance(poses, list) else None


def _visible(values: Mapping[str, Any], width: int, height: int, notes: list[str]) -> float | None:
    for name in _POSES:
        value = values.get(name)
        if value is None:
            continue
        try:
            joints = np.asarray(value, np.float64).reshape(_NUM_JOINTS, 3)[_BODY_JOINTS]
        except (ValueError, TypeError):
            notes.append(f"{name} is no pose of {_NUM_JOINTS} joints with x, y, visibility")
            continue
        inside = (joints[:, 0] >= 0) & (joints[:, 0] < width) & (joints[:, 1] >= 0) & (joints[:, 1] < height)
        return float((inside & (joints[:, 2] >= _MIN_VISIBILITY)).mean())
    return None


def _area(values: Mapping[str, Any], notes: list[str]) -> float | None:
    for name in _MASKS:
        value = values.get(name)
        data = value.get("bytes") if isinstance(value, Mapping) else value
        if not isinstance(data, bytes):
            continue
        try:
            with Image.open(BytesIO(data), formats=("PNG",)) as image:
                return float((np.asarray(image) > 0).mean())
        except (OSError, ValueError, SyntaxError):
            notes.append(f"{name} is no PNG that can be read")
    return None
