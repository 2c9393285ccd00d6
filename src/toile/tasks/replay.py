"""`replay`: a picture made again from the recipe inside it, and from the pictures that it was made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from PIL import Image

import toile
from toile.bundles import Bundle
from toile.errors import CheckpointError, DataError
from toile.models.memory import picture_hash
from toile.progress import Progress, no_progress
from toile.recipe import Recipe, png_bytes, read_recipe
from toile.tasks.design import Design, design
from toile.tasks.drawing import Settings
from toile.tasks.edit import Edit, edit
from toile.tasks.try_on import TryOn, try_on


def replay(
    path: Path, *, bundle: Bundle, parents: Sequence[Image.Image] = (), progress: Progress = no_progress
) -> bytes:
    """Make a picture again; the bytes are those of the original file if nothing has re-saved it.

    Args:
        path: a PNG that toile made.
        bundle: the bundle that made it.
        parents: the pictures that it was made of (what was edited, its mask, a sketch, garments), in any order.
        progress: watcher.

    Raises:
        DataError: no recipe in the file, a recipe that can't be replayed, or a parent is missing.
        CheckpointError: the recipe names another bundle or another version.
    """
    recipe = read_recipe(path)
    if recipe.verb not in _VERBS:
        raise DataError(f"{path.name} was made by '{recipe.verb}', only design, edit and try_on can be replayed")
    if recipe.bundle != bundle.hash:
        raise CheckpointError(
            f"{path.name} was drawn by the bundle {recipe.bundle[:12]}…, this one is {bundle.hash[:12]}…; "
            "give the bundle that drew it with --bundle"
        )
    if recipe.version != toile.__version__:
        raise CheckpointError(
            f"{path.name} was drawn by toile {recipe.version}, this is {toile.__version__}; "
            f"replay it with `pip install toile=={recipe.version}`"
        )
    arguments: dict[str, Any] = {**recipe.arguments, **_parents(recipe, parents, path.name)}
    arguments.pop("has_own_mask", None)
    try:
        settings = Settings(**{name.name: arguments.pop(name.name) for name in fields(Settings)})
        arguments |= {"bundle": bundle, "seed": recipe.seeds[0], "settings": settings, "progress": progress}
        made = _VERBS[recipe.verb](**arguments)
    except (TypeError, KeyError, IndexError) as error:
        raise DataError(f"the recipe in {path.name} is not one of a {recipe.verb}: {error}") from error
    # The recipe of an edit names the recipe of what was edited, too, which isn't given here.
    return png_bytes(made.image, replace(made.recipe, parents=recipe.parents))


def _one_design(**arguments: Any) -> Design:  # noqa: ANN401 - whatever the recipe holds
    return design(**arguments)[0]


_VERBS: Final[Mapping[str, Callable[..., Design | Edit | TryOn]]] = MappingProxyType(
    {"design": _one_design, "edit": edit, "try_on": try_on}
)


def _parents(recipe: Recipe, given: Sequence[Image.Image], name: str) -> dict[str, Any]:
    """Each picture that the recipe needs, by the argument that takes it."""
    by_hash = {picture_hash(image): image for image in given}
    match recipe.verb:
        case "design":
            roles = ["sketch"]
        case "try_on":
            roles = ["person", *(f"garment {number}" for number in range(1, len(recipe.parents)))]
        case _:
            roles = ["image", *(["mask"] if recipe.arguments.get("has_own_mask") else [])]
    found: dict[str, Any] = {}
    for role, wanted in zip(roles, recipe.parents, strict=False):
        if wanted not in by_hash:
            raise DataError(
                f"{name} was made of another picture, its {role} ({wanted[:12]}…), which is none of the {len(given)} "
                "that were given; give it with --parent FILE"
            )
        found[role] = by_hash[wanted]
    if recipe.verb == "try_on":
        return {"person": found.pop("person"), "garments": list(found.values())}
    return found
