"""Many small pictures with their captions on one."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_COLUMNS: Final = 8
_CELL: Final = (192, 256)
_GAP_PX: Final = 8
_FONT_PX: Final = 12
_LINES: Final = 4
_LINE_CHARACTERS: Final = 30


def picture_sheet(images: Sequence[Image.Image], captions: Sequence[str]) -> Image.Image:
    """Pictures of any size in rows of eight, each above its caption.

    Raises:
        ValueError: nothing to show, or not one caption a picture.
    """
    if not images or len(images) != len(captions):
        raise ValueError(f"got {len(images)} pictures and {len(captions)} captions, expected as many and at least one")
    width, height = _CELL
    step_x, step_y = width + _GAP_PX, height + _LINES * (_FONT_PX + 3) + 2 * _GAP_PX
    rows = -(-len(images) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * step_x + _GAP_PX, rows * step_y + _GAP_PX), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(_FONT_PX)
    for index, (image, caption) in enumerate(zip(images, captions, strict=True)):
        row, column = divmod(index, _COLUMNS)
        x, y = _GAP_PX + column * step_x, _GAP_PX + row * step_y
        shown = image.convert("RGB")
        shown.thumbnail(_CELL, Image.Resampling.LANCZOS)
        sheet.paste(shown, (x + (width - shown.width) // 2, y + (height - shown.height) // 2))
        lines = textwrap.wrap(caption, _LINE_CHARACTERS, max_lines=_LINES, placeholder=" …")
        draw.text((x, y + height + 4), "\n".join(lines), fill="black", font=font)
    return sheet
