"""The named colours of a garment, read from its pixels.

Each pixel takes the name of the nearest prototype in CIELAB (D65), a perceptual space; a name has
several prototypes because words such as *brown* or *blue* cover a wide region. Prototypes are our own readings of
the basic colour terms of Berlin & Kay (1969), with beige and navy added for fashion.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.taxonomy import COLOURS

# sRGB prototypes a name. Daylight amateur photos: "white" cloth is light grey there, "black" is dark grey. Drawings and
# renders have pure colours; Lab crowds the saturated blues and purples together, so they have prototypes of their own.
_PROTOTYPES: Final[dict[str, tuple[int, ...]]] = {
    "black": (0x101012, 0x26262A, 0x343236),
    "white": (0xFFFFFF, 0xEDEDED, 0xD6D7DA, 0xE2DED6, 0xC9CACD),
    "grey": (0x6A6B6E, 0x8C8D90, 0xAEAFB2, 0x505154),
    "beige": (0xD9C7A8, 0xC8B291, 0xE5D6BC, 0xB8A485, 0xB0A490),
    "brown": (0x6B4529, 0x4A3020, 0x8A5C38, 0xA0703F, 0x74604C, 0x5A4A44),
    "red": (0xC81E28, 0x8F1A22, 0xE03A3A, 0x6A141C),
    "orange": (0xE8781E, 0xF09A4A, 0xCC5A14),
    "yellow": (0xF2D72E, 0xE0C040, 0xF5E68A, 0xC8A020),
    "green": (0x2E7D3C, 0x1E4A2C, 0x6FA84F, 0x5C6B34, 0x8CCB9A, 0x9ED33A, 0xA6C63A, 0x1F7F78, 0x6C7058, 0x4C5240),
    "blue": (
        0x2F63B8,
        0x5B8CC8,
        0x9CC0E2,
        0x4A6A96,
        0x7890B0,
        0x2AA0CC,
        0x8496A8,
        0x5C6E82,
        0xA8B8C8,
        0x0000FF,
        0x2A35C8,
    ),
    "navy": (0x1A2240, 0x243056, 0x2C3448, 0x202430, 0x000080, 0x1C1C6A),
    "purple": (0x6B3A8A, 0x9B72B8, 0x4A2A58, 0xB8A0D4, 0x7A6676, 0x8A2BE2, 0x9400D3, 0x4B0082),
    "pink": (0xF0A8B8, 0xE0608C, 0xD8308A, 0xF4CFD2, 0xD09098, 0xB49498, 0xFF00FF),
}
# Photos vary far more in exposure than in hue, so lightness counts less than the two colour axes.
_AXIS_WEIGHTS: Final = np.array([0.6, 1.6, 1.6], dtype=np.float32)
_THUMBNAIL_PX: Final = 72
_CUT_PX: Final = 144
_GRABCUT_ROUNDS: Final = 2
_WHITE: Final = 250  # a shop picture's ground after compression
_LEAST_PX: Final = 4  # a banner's thumbnail may be one pixel high: nothing to tell a ground by
_MIN_GARMENT_SHARE: Final = 0.05  # below this the cut has failed: the garment is as pale as the wall behind it


@dataclass(frozen=True, kw_only=True, slots=True)
class ColourShare:
    """One named colour and the share of the garment's pixels it covers, in [0, 1]."""

    name: str
    share: float


@cache
def _prototype_table() -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """All prototypes in weighted Lab `(P, 3)` and the index of each one's name `(P,)`."""
    pairs = [(code, COLOURS.index(name)) for name, codes in _PROTOTYPES.items() for code in codes]
    rgb = np.array([[code >> 16, code >> 8 & 255, code & 255] for code, _ in pairs], dtype=np.uint8)
    return to_lab(rgb[None])[0] * _AXIS_WEIGHTS, np.array([index for _, index in pairs])


def to_lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """sRGB `(H, W, 3)` to CIELAB: L in [0, 100], a and b around [-110, 110]."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), dtype=np.float32)


def name_pixels(pixels: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The index into `COLOURS` of every pixel: sRGB `(N, 3)` to `(N,)`."""
    prototypes, names = _prototype_table()
    lab = to_lab(pixels[None])[0] * _AXIS_WEIGHTS
    # The nearest by squared distance; |lab|² is the same for all prototypes and falls away.
    nearest: NDArray[np.intp] = names[((prototypes**2).sum(1) - 2 * lab @ prototypes.T).argmin(1)]
    return nearest


def garment_mask(image: Image.Image) -> NDArray[np.bool_]:
    """The garment on its background, for photos that show one garment laid flat or hung.

    On a white ground, as in shop pictures, all that the ground does not reach from the edge; else GrabCut (Rother
    et al., 2004) from a frame of the picture's edge. Where it fails, the central half of the picture is taken.
    `(H, W)` of the picture given; a large one is cut on a small copy, for the time grows with the pixels.
    """
    small = image.convert("RGB")
    small.thumbnail((_CUT_PX, _CUT_PX), Image.Resampling.BOX)
    mask = _cut(np.asarray(small))
    return np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).resize(image.size, Image.Resampling.BILINEAR)) > 127


def _cut(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    height, width = rgb.shape[:2]
    if min(height, width) < _LEAST_PX:
        return np.ones((height, width), bool)
    mask = _on_white(rgb)
    if mask is None:
        mask = _cut_from_frame(rgb)
    if mask.mean() < _MIN_GARMENT_SHARE:
        mask[:] = False
        mask[height // 4 : -height // 4, width // 4 : -width // 4] = True
    return mask


def _on_white(rgb: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """What stands on a white ground; None where the picture's edge is not white all around."""
    white = np.pad((rgb >= _WHITE).all(axis=-1), 1, constant_values=True).astype(np.uint8)
    inner = white[1:-1, 1:-1]
    if not (inner[[0, -1]].all() and inner[:, [0, -1]].all()):
        return None
    cv2.floodFill(white, None, (0, 0), 2)
    standing: NDArray[np.bool_] = white[1:-1, 1:-1] != 2
    return standing


def _cut_from_frame(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    height, width = rgb.shape[:2]
    top, left = max(1, height // 20), max(1, width // 20)
    labels = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # GrabCut seeds its k-means from a global generator
    rectangle = (left, top, width - 2 * left, height - 2 * top)
    cv2.grabCut(
        np.ascontiguousarray(rgb[:, :, ::-1]), labels, rectangle, *models, _GRABCUT_ROUNDS, cv2.GC_INIT_WITH_RECT
    )
    mask: NDArray[np.bool_] = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))
    return mask


def measure_colour(image: Image.Image, mask: NDArray[np.bool_] | None = None) -> tuple[ColourShare, ...]:
    """The named colours of a garment, most first; shares sum to 1.

    Args:
        image: RGB picture.
        mask: `(H, W)` of the picture, True on the garment. None: the garment is found by `garment_mask`.

    Raises:
        ValueError: the mask has another size than the picture, or is empty.
    """
    thumbnail = image.convert("RGB")
    thumbnail.thumbnail((_THUMBNAIL_PX, _THUMBNAIL_PX), Image.Resampling.BOX)
    if mask is None:
        small = garment_mask(thumbnail)
    else:
        if mask.shape != (image.height, image.width):
            raise ValueError(f"mask has shape {mask.shape}, expected the picture's {(image.height, image.width)}")
        small = np.asarray(Image.fromarray(mask).resize(thumbnail.size, Image.Resampling.NEAREST))
        if not small.any():
            raise ValueError("mask is empty: there is no garment pixel to read a colour from")
    counts = np.bincount(name_pixels(np.asarray(thumbnail)[small]), minlength=len(COLOURS))
    shares = counts / counts.sum()
    return tuple(ColourShare(name=COLOURS[i], share=float(shares[i])) for i in np.argsort(-shares) if shares[i] > 0)
