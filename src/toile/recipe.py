"""A recipe: everything needed to make a result again, carried inside the result.

PNG files get two text chunks: `parameters`, a line for people in the form that other tools show, and `toile`,
the recipe as JSON. The same JSON lies beside the picture as a sidecar.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from toile.errors import DataError


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """How one result was made.

    Attributes:
        verb: the task, e.g. `design` or `search`.
        arguments: the task's typed arguments, JSON values only, no paths of this machine.
        seeds: one a picture.
        bundle: hash of the model bundle.
        version: of the package.
        parents: sha256 of input pictures and of the recipes that made them.
        cites: ids of index or knowledge-base records that were used.
    """

    verb: str
    arguments: dict[str, Any]
    bundle: str
    version: str
    seeds: list[int] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    cites: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, so that equal recipes are equal bytes."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Read a recipe.

        Raises:
            DataError: not a toile recipe.
        """
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise DataError(f"this is not a toile recipe ({error}): {text[:80]!r}") from error

    @property
    def digest(self) -> str:
        """sha256 of the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def for_people(self) -> str:
        """One readable line, in the order that picture tools show under `parameters`."""
        prompt = str(self.arguments.get("prompt", self.arguments.get("text", "")))
        told = ((k, v) for k, v in self.arguments.items() if k not in {"prompt", "text", "refined"})
        # Read back from JSON, a mapping has another order.
        rest = ", ".join(f"{k}: {dict(sorted(v.items())) if isinstance(v, dict) else v}" for k, v in told)
        seed = f"Seed: {self.seeds[0]}, " if self.seeds else ""
        return f"{prompt}\n{seed}{rest}, Bundle: {self.bundle[:12]}, toile {self.version} {self.verb}"


def png_bytes(image: Image.Image, recipe: Recipe) -> bytes:
    """The picture as PNG with its recipe inside; equal pictures and recipes give equal bytes."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("parameters", recipe.for_people())
    info.add_itxt("toile", recipe.to_json())
    buffer = BytesIO()
    image.save(buffer, format="PNG", pnginfo=info, compress_level=6)
    return buffer.getvalue()


def read_recipe(path: Path) -> Recipe:
    """The recipe inside a PNG.

    Raises:
        DataError: no such file, not a picture, or no recipe in it.
    """
    try:
        with Image.open(path) as image:
            text = image.info.get("toile")
    except FileNotFoundError:
        raise DataError(f"{path} does not exist; give a PNG that toile made") from None
    except OSError as error:
        raise DataError(f"{path} is not a picture ({error}); give a PNG that toile made") from error
    if not isinstance(text, str):
        raise DataError(f"{path} carries no toile recipe; give a PNG that toile made and nothing has re-saved since")
    return Recipe.from_json(text)


def recipe_in(path: Path) -> Recipe | None:
    """The recipe inside a picture; None where it has none, as a photo.

    Raises:
        DataError: what is inside is no recipe.
    """
    with Image.open(path) as image:
        text = image.info.get("toile")
    return Recipe.from_json(text) if isinstance(text, str) else None
