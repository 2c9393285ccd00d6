"""Pictures for tests: noise from a seed, since no photo may lie in this repository."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def noise(size: tuple[int, int] = (6, 8), seed: int = 0) -> Image.Image:
    """An RGB picture of random pixels; `size` is width and height."""
    width, height = size
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def write_noise(path: Path, size: tuple[int, int] = (6, 8), seed: int = 0) -> Path:
    """Such a picture in a file, in the format that the name says; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise(size, seed).save(path)
    return path


def write_labels(path: Path, labels: np.ndarray) -> Path:
    """A palette PNG of label numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(labels.astype(np.uint8)).convert("P")  # from grey each number stays what it is
    image.putpalette([value for number in range(256) for value in (number, 255 - number, 90)])
    image.save(path)
    return path
