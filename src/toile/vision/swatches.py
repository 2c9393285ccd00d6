"""The few colours that a garment is made of, each with its name and its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.taxonomy import COLOURS
from toile.vision.colour import name_pixels, to_lab

_MAX_PIXELS: Final = 4096
_CLUSTERS: Final = 6
_SAME: Final = 14.0  # difference in Lab below which two clusters are one colour in two lights
_MIN_SHARE: Final = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Swatch:
    """One colour of a garment.

    Attributes:
        name: a word of `taxonomy.COLOURS`.
        hex: sRGB, as `#1a2240`.
        share: of the garment's pixels, in [0, 1].
    """

    name: str
    hex: str
    share: float


def palette(image: Image.Image, mask: NDArray[np.bool_], *, most: int = 4) -> tuple[Swatch, ...]:
    """The dominant colours under a mask, largest first.

    k-means in CIELAB, clusters that a shadow could explain joined: lightness counts half as much as hue there.

    Args:
        image: RGB picture.
        mask: `(H, W)` of the picture, true on the garment.
        most: how many colours at the most; those under a twentieth are left out.

    Raises:
        ValueError: the mask has another size than the picture, or is empty.
    """
    if mask.shape != (image.height, image.width):
        raise ValueError(f"mask has shape {mask.shape}, expected the picture's {(image.height, image.width)}")
    pixels = np.asarray(image.convert("RGB"))[mask]
    if not len(pixels):
        raise ValueError("mask is empty: there is no pixel to read a colour from")
    pixels = pixels[:: -(-len(pixels) // _MAX_PIXELS)]
    lab = to_lab(pixels[None])[0]
    groups = _joined(lab, _clustered(lab))
    sizes = [(len(rows), rows) for rows in groups]
    swatches = []
    for size, rows in sorted(sizes, key=lambda pair: -pair[0])[:most]:
        if size < _MIN_SHARE * len(pixels):
            break
        middle = np.median(pixels[rows], axis=0).round().astype(np.uint8)
        name = COLOURS[int(np.bincount(name_pixels(pixels[rows])).argmax())]
        swatches.append(Swatch(name=name, hex="#" + bytes(middle).hex(), share=size / len(pixels)))
    return tuple(swatches)


def _clustered(lab: NDArray[np.float32]) -> NDArray[np.int32]:
    count = min(_CLUSTERS, len(np.unique(lab, axis=0)))
    cv2.setRNGSeed(0)  # k-means++ draws from a global generator
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    _, labels, _ = cv2.kmeans(lab * _LIGHT, count, None, stop, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    found: NDArray[np.int32] = labels[:, 0]
    return found


_LIGHT: Final = np.array([0.5, 1.0, 1.0], np.float32)


def _joined(lab: NDArray[np.float32], labels: NDArray[np.int32]) -> list[NDArray[np.intp]]:
    """Rows of each colour; the two nearest clusters are joined as long as they look the same."""
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    while len(groups) > 1:
        centres = np.stack([(lab[rows] * _LIGHT).mean(0) for rows in groups])
        distances = np.linalg.norm(centres[:, None] - centres, axis=2) + np.eye(len(groups)) * 1e9
        one, other = divmod(int(distances.argmin()), len(groups))
        if distances[one, other] > _SAME:
            break
        joined = np.concatenate([groups[one], groups[other]])
        groups = [rows for index, rows in enumerate(groups) if index not in (one, other)] + [joined]
    return groups
