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
from toile.retrieval.index import Index
from toile.tasks.design import KNOWLEDGE, Design, design
from toile.tasks.drawing import Settings
from toile.tasks.edit import Edit, edit
from toile.tasks.garments import as_given
from toile.tasks.try_on import TryOn, try_on


def replay(
    path: Path,
    *,
    bundle: Bundle,
    parents: Sequence[Image.Image] = (),
    index_dir: Path | None = None,
    progress: Progress = no_progress,
) -> bytes:
    """Make a picture again; the bytes are those of the original file if nothing has re-saved it.

    Args:
        path: a PNG that toile made.
        bundle: the bundle that made it.
        parents: the pictures that it was made of (what was edited, its mask, a sketch, garments), in any order.
        index_dir: of the index whose records it names; None: their pictures are among the parents.
        progress: watcher.

    Raises:
        RetrievalIndexError: there is no such index.
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
    arguments: dict[str, Any] = {
        **recipe.arguments,
        **_parents(recipe, [*parents, *_cited(recipe, index_dir)], path.name, bundle),
    }
    arguments.pop("has_own_mask", None)
    try:
        settings = Settings(**{name.name: arguments.pop(name.name) for name in fields(Settings)})
        arguments |= {"bundle": bundle, "seed": recipe.seeds[0], "settings": settings, "progress": progress}
        made = _VERBS[recipe.verb](**arguments)
    except (TypeError, KeyError, IndexError) as error:
        raise DataError(f"the recipe in {path.name} is not one of a {recipe.verb}: {error}") from error
    # An edit names the recipe of what was edited, too, and the records that it brought along; it isn't given here.
    return png_bytes(made.image, replace(made.recipe, parents=recipe.parents, cites=recipe.cites))


def _one_design(**arguments: Any) -> Design:  # noqa: ANN401 - whatever the recipe holds
    return design(**arguments)[0]


_VERBS: Final[Mapping[str, Callable[..., Design | Edit | TryOn]]] = MappingProxyType(
    {"design": _one_design, "edit": edit, "try_on": try_on}
)


def _parents(recipe: Recipe, given: Sequence[Image.Image], name: str, bundle: Bundle) -> dict[str, Any]:
    """Each picture that the recipe needs, by the argument that takes it."""
    by_hash = {picture_hash(image): image for image in given}
    recorded = recipe.arguments.get("garments", [])
    match recipe.verb:
        case "design":
            roles = ["sketch"] if len(recipe.parents) > len(recorded) else []
            roles += _numbered(len(recorded))
        case "try_on":
            roles = ["person", *_numbered(len(recipe.parents) - 1)]
        case _:
            roles = ["image", *(["mask"] if recipe.arguments.get("has_own_mask") else []), *_numbered(len(recorded))]
    found: dict[str, Any] = {}
    for role, wanted in zip(roles, recipe.parents, strict=False):
        if wanted not in by_hash:
            raise DataError(
                f"{name} was made of another picture, its {role} ({wanted[:12]}…), which is none of the {len(given)} "
                "that were given; give it with --parent FILE, or the index that it was found in with --index DIR"
            )
        found[role] = by_hash[wanted]
    pictures = [found.pop(role) for role in roles if role in _numbered(len(roles))]
    if recipe.verb == "try_on":
        return {**found, "garments": pictures}
    return {**found, "garments": as_given(recorded, pictures, bundle)}


def _numbered(count: int) -> list[str]:
    return [f"garment {number}" for number in range(1, count + 1)]


def _cited(recipe: Recipe, index_dir: Path | None) -> list[Image.Image]:
    """The pictures of the records that a recipe names."""
    found_in_index = [cited for cited in recipe.cites if not cited.startswith(KNOWLEDGE)]
    if index_dir is None or not found_in_index:
        return []
    return [record.picture() for record in Index.open(index_dir).with_ids(found_in_index)]
