"""Bytes of any picture file to one upright RGB picture, or the reason why not."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from toile.errors import DataError

MAX_PIXELS: Final = 89_478_485  # Pillow's own limit for decompression bombs: 256 MiB as RGB
ENCODER_SIDE_PX: Final = 1024  # no encoder looks at more; a batch of camera pictures would fill the memory
# Named, because Pillow would also try formats that start other programs (EPS starts Ghostscript).
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_BROKEN: Final = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, KeyError, IndexError)


def decode_image(data: bytes) -> Image.Image:
    """The picture as RGB: turned upright by its EXIF, first frame of an animation, transparency laid onto white.

    Raises:
        DataError: empty, not a picture, broken, or too large to be decoded safely.
    """
    if not data:
        raise DataError("the picture has 0 bytes")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            _refuse_bomb(*image.size)
            image.load()
            return _to_rgb(ImageOps.exif_transpose(image))
    except UnidentifiedImageError:
        raise DataError(f"not a picture: starts with {data[:8]!r}, expected one of {', '.join(_FORMATS)}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(f"decompression bomb refused: {error}") from error
    except _BROKEN as error:
        raise DataError(f"broken picture: {error}") from error


def read_image(path: Path) -> Image.Image:
    """The picture of a file, as `decode_image` gives it.

    Raises:
        DataError: the file can't be read, or its bytes can't be used.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} can't be read ({error.strerror}); give the path of a picture") from error
    try:
        return decode_image(data)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def bound_side(image: Image.Image, side_px: int = ENCODER_SIDE_PX) -> Image.Image:
    """The picture itself, or a smaller copy whose long side is `side_px`.

    Catalogue pictures and query pictures both go through here, so that a picture finds itself.
    """
    if max(image.size) <= side_px:
        return image
    small = image.copy()
    small.thumbnail((side_px, side_px), Image.Resampling.BOX)
    return small


def _refuse_bomb(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise DataError(f"decompression bomb refused: {width}x{height} pixels, at most {MAX_PIXELS} are decoded")


def _to_rgb(image: Image.Image) -> Image.Image:
    """Any Pillow mode to RGB, where plain `convert` would clip 16 bits or turn transparency black."""
    if image.mode.startswith("I"):  # 16-bit grey comes as I or I;16
        high_bytes = np.clip(np.asarray(image).astype(np.int64) // 256, 0, 255)
        return Image.fromarray(high_bytes.astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        raise DataError("pixels are 32-bit floats, whose white is not defined; save the picture with 8 or 16 bits")
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")
    return image.convert("RGB")
