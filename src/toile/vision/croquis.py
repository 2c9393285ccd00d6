"""Standing poses to draw on, as designers draw on a croquis.

They are the poses of the fashion plates' slim figure (`catalog.plates`), read off at 256×192 pixels.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

CROQUIS_SIZE: Final = (256, 192)
"""Height and width that the joints refer to, pixels."""

# COCO-18: nose, neck, right arm, left arm, right leg, left leg, eyes, ears; right is the wearer's.
# fmt: off
_JOINTS: Final = {
    "straight": (
        (96, 30), (96, 51), (82, 52), (73, 87), (72, 118), (110, 52), (119, 87), (120, 118), (88, 115),
        (85, 175), (84, 234), (104, 115), (107, 175), (108, 234), (92, 27), (100, 27), (87, 28), (105, 28),
    ),
    "contrapposto": (
        (97, 32), (96, 53), (82, 56), (71, 90), (74, 120), (111, 52), (123, 86), (124, 116), (82, 116),
        (85, 175), (92, 234), (97, 118), (110, 177), (116, 234), (92, 29), (100, 28), (86, 31), (104, 29),
    ),
    "hand-on-hip": (
        (99, 31), (100, 51), (86, 55), (61, 78), (85, 95), (114, 51), (122, 86), (125, 116), (86, 114),
        (89, 174), (95, 233), (101, 117), (115, 175), (120, 234), (96, 27), (104, 28), (92, 28), (110, 30),
    ),
    "walking": (
        (96, 30), (95, 50), (81, 50), (69, 84), (64, 114), (109, 53), (119, 87), (128, 117), (89, 116),
        (97, 175), (96, 234), (105, 114), (103, 173), (114, 222), (93, 26), (100, 27), (87, 27), (105, 28),
    ),
    "akimbo": (
        (96, 31), (96, 51), (82, 53), (60, 79), (84, 97), (110, 53), (132, 79), (108, 97), (88, 116),
        (81, 175), (77, 234), (104, 116), (111, 175), (115, 234), (92, 27), (100, 27), (87, 29), (105, 29),
    ),
}
# fmt: on
CROQUIS: Final = MappingProxyType(
    {
        name: np.concatenate([np.array(joints), np.ones((18, 1))], axis=1).astype(np.float32)
        for name, joints in _JOINTS.items()
    }
)
"""Name to COCO-18 `(18, 3)`: x, y in pixels of `CROQUIS_SIZE`, confidence 1."""


def croquis_of(seed: int) -> NDArray[np.float32]:
    """The pose that a seed stands for: all in turn."""
    return list(CROQUIS.values())[seed % len(CROQUIS)]
