"""`toile train`: find the recipe, check it, run it, write what it trained as a bundle of one part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import nn

from toile.bundles import write_part
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
    data: Path,
    out: Path | None = None,
    minutes: float | None = None,
    overrides: Sequence[str] = (),
    progress: Progress = no_progress,
) -> Path:
    """Run a recipe, or go on with it where `out` holds its checkpoint.

    Args:
        path: a TOML recipe, or the name of a shipped one.
        data: folder of training data.
        out: folder of checkpoints and results; `runs/NAME` by default.
        minutes: stop after so long; the same command goes on from there.
        overrides: `a.b=value` in TOML, recorded in the resolved recipe.
        progress: watcher.

    Returns:
        A bundle folder with the trained part.

    Raises:
        ConfigError: no such recipe, or a value in it is wrong.
        DataError: the data isn't there.
    """
    recipe_path = _find(path)
    if not data.is_dir():
        raise DataError(f"{data} is not a folder; give the folder that holds garments.parquet and streets.parquet")
    values = read_toml(recipe_path, overrides)
    kind = values.pop("kind", None)
    out = out or Path("runs") / recipe_path.stem
    run = {"embed": _embed, "autoencoder": _autoencoder, "denoiser": _denoiser}.get(kind)
    if run is None:
        raise ConfigError(f"{recipe_path.name}: kind is {kind!r}, expected 'embed', 'autoencoder' or 'denoiser'")
    out.mkdir(parents=True, exist_ok=True)
    name, module, config = run(values, recipe_path.name, data, out, minutes, progress)
    write_part(out / "bundle", name, module, config)
    return out / "bundle"


_Trained = tuple[str, nn.Module, dict[str, Any]]


def _embed(
    values: dict[str, Any], name: str, data: Path, out: Path, minutes: float | None, progress: Progress
) -> _Trained:
    from toile.recipes import embed

    recipe = build_config(embed.EmbedRecipe, values, name=name)
    write_resolved(recipe, out / "recipe.json")
    tower = embed.run(recipe, data=data, out=out, minutes=minutes, progress=progress)
    return "encoder", tower, asdict(recipe.model)


def _autoencoder(
    values: dict[str, Any], name: str, data: Path, out: Path, minutes: float | None, progress: Progress
) -> _Trained:
    from toile.recipes import autoencoder

    recipe = build_config(autoencoder.AutoencoderRecipe, values, name=name)
    write_resolved(recipe, out / "recipe.json")
    model = autoencoder.run(recipe, data=data, out=out, minutes=minutes, progress=progress)
    return "autoencoder", model, asdict(recipe.model)


def _denoiser(
    values: dict[str, Any], name: str, data: Path, out: Path, minutes: float | None, progress: Progress
) -> _Trained:
    from toile.recipes import denoiser

    recipe = build_config(denoiser.DenoiserRecipe, values, name=name)
    write_resolved(recipe, out / "recipe.json")
    unet = denoiser.run(recipe, data=data, out=out, minutes=minutes, progress=progress)
    return "denoiser", unet, {"model": asdict(recipe.model), "schedule": asdict(recipe.schedule)}
