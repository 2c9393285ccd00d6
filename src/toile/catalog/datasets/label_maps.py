"""Label maps: pictures whose pixels are numbers of body parts and garments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.errors import DataError

DRESS_CODE_LABELS: Final = (
    "background",
    "hat",
    "hair",
    "sunglasses",
    "upper clothes",
    "skirt",
    "pants",
    "dress",
    "belt",
    "left shoe",
    "right shoe",
    "head",
    "left leg",
    "right leg",
    "left arm",
    "right arm",
    "bag",
    "scarf",
)
"""Of Dress Code; in its `lower_body` a skirt is labelled 6 too, so that 5 and 6 belong together there."""

VITON_HD_LABELS: Final = (
    "background",
    "hat",
    "hair",
    "glove",
    "sunglasses",
    "upper clothes",
    "dress",
    "coat",
    "socks",
    "pants",
    "neck",
    "scarf",
    "skirt",
    "face",
    "left arm",
    "right arm",
    "left leg",
    "right leg",
    "left shoe",
    "right shoe",
)
"""Of VITON-HD's `image-parse-v3`, the order of the LIP parser."""


def read_label_map(path: Path, labels: Sequence[str]) -> NDArray[np.uint8]:
    """The numbers of a palette or grey PNG, `(H, W)`.

    Raises:
        DataError: it can't be read, is a colour picture, or has numbers beyond `labels`.
    """
    try:
        with Image.open(path) as image:
            mode = image.mode
            numbers = np.asarray(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{path.name} can't be read as a picture: {error}") from error
    if mode not in ("P", "L", "1"):
        raise DataError(f"{path.name} is a picture of mode {mode}, expected label numbers (a palette or grey PNG)")
    check_labels(path.name, numbers, len(labels))
    return numbers.astype(np.uint8)


def check_labels(name: str, numbers: NDArray[np.integer], num_labels: int) -> None:
    """All numbers lie in 0 ... `num_labels` − 1.

    Raises:
        UnknownLabelError: some don't.
    """
    present = np.unique(numbers)
    if unknown := [int(number) for number in present if not 0 <= number < num_labels]:
        listed = ", ".join(map(str, unknown[:5])) + (" ..." if len(unknown) > 5 else "")
        raise UnknownLabelError(f"{name} has the unknown label ids {listed}; expected 0 to {num_labels - 1}")


class UnknownLabelError(DataError):
    """A label map has numbers that its data set gives no name to."""
