"""The parquet files that training and evaluation read, as they are written: columns, pictures, label maps.

`garments.parquet` has a row a garment laid flat, `streets.parquet` a row a person, `captioned.parquet` a row a picture
with words, `changes.parquet` a row a pair that differs in one thing. `catalog.photos` and `catalog.pairs` read them;
`toile data pack` writes them from public data sets, `toile plates --packed` from drawings.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from PIL import Image

IMAGE_TYPE: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
"""Hugging Face's image struct."""
GARMENT_SCHEMA: Final = pa.schema(
    [("image_id", pa.string()), ("image", IMAGE_TYPE), ("label", pa.string()), ("kids", pa.bool_())]
)
STREET_SCHEMA: Final = pa.schema(
    [
        ("photo_id", pa.string()),
        ("image", IMAGE_TYPE),
        ("tags", pa.list_(pa.field("element", pa.string()))),
        ("labels", pa.binary()),
        ("pose", pa.list_(pa.field("element", pa.float32()))),
        ("person", pa.binary()),
    ]
)
CAPTIONS: Final = pa.field("captions", pa.list_(pa.field("element", pa.string())))
"""Column of files that have wordings of their own."""
STYLED: Final = pa.field("styles", pa.map_(pa.string(), pa.string()))
"""Column of files that have captions in the styles of `catalog.styles.STYLES`: style to caption."""
CAPTIONED_SCHEMA: Final = pa.schema(
    [
        ("picture_id", pa.string()),
        ("product", pa.string()),
        ("image", IMAGE_TYPE),
        ("category", pa.string()),
        CAPTIONS,
    ]
)
"""A picture with words of its own; pictures of one product share its name."""
CHANGE_SCHEMA: Final = pa.schema(
    [
        ("change_id", pa.string()),
        ("reference", IMAGE_TYPE),
        ("target", IMAGE_TYPE),
        ("sentences", pa.list_(pa.field("element", pa.string()))),
        CAPTIONS,
        ("category", pa.string()),
        ("attribute", pa.string()),
    ]
)
"""Two pictures, and what to say to get from the first to the second; wordings and category are the second's."""


def webp_image(image: Image.Image, name: str, *, quality: int) -> dict[str, Any]:
    """A picture in `IMAGE_TYPE`."""
    buffer = BytesIO()
    image.save(buffer, "WEBP", quality=quality)
    return {"bytes": buffer.getvalue(), "path": f"{name}.webp"}


def png_bytes(image: Image.Image) -> bytes:
    """A label map or a mask, without loss."""
    buffer = BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


@contextmanager
def whole_or_nothing(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place at the end, or goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
