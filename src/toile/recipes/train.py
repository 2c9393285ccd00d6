"""`toile train`: find the recipe, check it, run it, write what it trained as a bundle of its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from accelerate import PartialState
from torch import nn

from toile.bundles import write_parts
from toile.errors import ConfigError, DataError
from toile.progress import Progress, no_progress
from toile.training.config import build_config, read_toml, write_resolved


def shipped_recipes() -> dict[str, Path]:
    """Name to file of the recipes inside the package."""
    return {path.stem: path for path in sorted(Path(__file__).parent.glob("*.toml"))}


def _find(path: Path) -> Path:
    """The file itself, or the shipped recipe of that name.

    Raises:
        ConfigError: neither is there.
    """
    if path.is_file():
        return path
    shipped = shipped_recipes().get(path.stem)
    if shipped is None:
        raise ConfigError(f"there is no recipe {path}; give a file, or one of {', '.join(shipped_recipes())}")
    return shipped


def train(
    path: Path,
    *,
    data: Sequence[Path],
    out: Path | None = None,
    minutes: float | None = None,
    overrides: Sequence[str] = (),
    progress: Progress = no_progress,
) -> Path:
    """Run a recipe, or go on with it where `out` holds its checkpoint.

    Args:
        path: a TOML recipe, or the name of a shipped one.
        data: folders of training data.
        out: folder of checkpoints and results; `runs/NAME` by default.
        minutes: stop after so long; the same command goes on from there.
        overrides: `a.b=value` in TOML, recorded in the resolved recipe.
        progress: watcher.

    Returns:
        A bundle folder with the trained parts.

    Raises:
        ConfigError: no such recipe, or a value in it is wrong.
        DataError: the data isn't there.
    """
    recipe_path = _find(path)
    for folder in data:
        if not folder.is_dir():
            raise DataError(
                f"{folder} is not a folder; give the folder that holds garments.parquet and streets.parquet"
            )
    values = read_toml(recipe_path, overrides)
    kind = values.pop("kind", None)
    out = out or Path("runs") / recipe_path.stem
    job = _job(kind, recipe_path.name)
    recipe = build_config(job.schema, values, name=recipe_path.name)
    out.mkdir(parents=True, exist_ok=True)
    write_resolved(recipe, out / "recipe.json")
    module = job.run(recipe, data=data, out=out, minutes=minutes, progress=progress)
    if PartialState().is_main_process:  # of several, all of which have the same average
        job.write(out / "bundle", module, recipe)
    return out / "bundle"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Job:
    """A kind of recipe: its schema, its run, and how what it trains becomes a bundle."""

    schema: type[Any]
    run: Callable[..., nn.Module]
    write: Callable[[Path, Any, Any], None]
    """`(folder, what was trained, recipe)`."""


def _only(part: str) -> Callable[[Path, nn.Module, Any], None]:
    """All that was trained is one part; its sizes are the recipe's."""
    return lambda folder, module, recipe: write_parts(folder, {part: (module, asdict(recipe.model))})


def _job(kind: object, name: str) -> _Job:
    """The job of a recipe's `kind`; only its own module is imported.

    Raises:
        ConfigError: there is no such kind.
    """
    match kind:
        case "embed":
            from toile.recipes import embed

            return _Job(schema=embed.EmbedRecipe, run=embed.run, write=_only("encoder"))
        case "autoencoder":
            from toile.recipes import autoencoder

            return _Job(schema=autoencoder.AutoencoderRecipe, run=autoencoder.run, write=_only("autoencoder"))
        case "denoiser":
            from toile.recipes import denoiser

            return _Job(schema=denoiser.DenoiserRecipe, run=denoiser.run, write=denoiser.write)
        case "few_steps":
            from toile.recipes import few_steps

            return _Job(schema=few_steps.FewStepsRecipe, run=few_steps.run, write=few_steps.write)
        case "figure":
            from toile.recipes import figure

            return _Job(schema=figure.FigureRecipe, run=figure.run, write=_only("figure"))
        case "garment":
            from toile.recipes import garment

            return _Job(schema=garment.GarmentRecipe, run=garment.run, write=_only("garment"))
        case "unifashion":
            from toile.recipes import unifashion

            return _Job(schema=unifashion.UniFashionRecipe, run=unifashion.run, write=unifashion.write)
        case "captioner":
            from toile.recipes import captioner

            return _Job(schema=captioner.CaptionerRecipe, run=captioner.run, write=_only("captioner"))
        case _:
            raise ConfigError(
                f"{name}: kind is {kind!r}, expected 'embed', 'autoencoder', 'denoiser', 'few_steps', "
                "'figure', 'garment', 'unifashion' or 'captioner'"
            )
