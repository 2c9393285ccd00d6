"""Templates to HTML, pictures to data URIs."""

from __future__ import annotations

import base64
import json
import shlex
from io import BytesIO
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from toile.recipe import Recipe

_SHOWN_PX: Final = 384  # twice the widest place a picture gets, for screens with two dots a pixel
_QUALITY: Final = 82


def render(template: str, **values: Any) -> str:  # noqa: ANN401 - templates take what they show
    """The named template of `pages/templates` with its values; text is escaped, an unknown name is an error."""
    environment = Environment(
        loader=PackageLoader("toile.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def picture_uri(image: Image.Image) -> str:
    """The picture, no longer than `_SHOWN_PX` a side, as a WebP data URI."""
    shown = image.convert("RGB")
    shown.thumbnail((_SHOWN_PX, _SHOWN_PX), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    shown.save(buffer, "WEBP", quality=_QUALITY)
    return data_uri(buffer.getvalue(), "image/webp")


def data_uri(data: bytes, mime: str) -> str:
    """Bytes inside the page."""
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def pretty_recipe(recipe: Recipe) -> str:
    """The recipe as people read JSON."""
    return json.dumps(json.loads(recipe.to_json()), indent=2, ensure_ascii=False)


def command(*words: str) -> str:
    """A command line that a shell takes as it stands."""
    return shlex.join(words)
