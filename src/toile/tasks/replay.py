"""`replay`: a picture made again from the recipe inside it."""

from __future__ import annotations

from pathlib import Path

import toile
from toile.bundles import Bundle
from toile.errors import CheckpointError, DataError
from toile.progress import Progress, no_progress
from toile.recipe import png_bytes, read_recipe
from toile.tasks.design import design


def replay(path: Path, *, bundle: Bundle, progress: Progress = no_progress) -> bytes:
    """Make a picture again; the bytes are those of the original file if nothing has re-saved it.

    Args:
        path: a PNG that toile made.
        bundle: the bundle that made it.
        progress: watcher.

    Raises:
        DataError: no recipe in the file, or a recipe that can't be replayed.
        CheckpointError: the recipe names another bundle or another version.
    """
    recipe = read_recipe(path)
    if recipe.verb != "design":
        raise DataError(f"{path.name} was made by '{recipe.verb}', only designs can be replayed")
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
    try:
        again = design(bundle=bundle, seed=recipe.seeds[0], n=1, progress=progress, **recipe.arguments)[0]
    except (TypeError, IndexError) as error:
        raise DataError(f"the recipe in {path.name} is not one of a design: {error}") from error
    return png_bytes(again.image, again.recipe)
