from __future__ import annotations

from pathlib import Path

import pytest

from toile.errors import ConfigError
from toile.recipes import shipped_recipes
from toile.recipes.autoencoder import AutoencoderRecipe
from toile.recipes.captioner import CaptionerRecipe
from toile.recipes.denoiser import DenoiserRecipe
from toile.recipes.embed import EmbedRecipe
from toile.recipes.few_steps import FewStepsRecipe
from toile.recipes.figure import FigureRecipe
from toile.recipes.garment import GarmentRecipe
from toile.recipes.unifashion import UniFashionRecipe
from toile.training.config import build_config, read_settings, read_toml

_SCHEMAS = {
    "embed": EmbedRecipe,
    "autoencoder": AutoencoderRecipe,
    "denoiser": DenoiserRecipe,
    "denoiser_combined": DenoiserRecipe,
    "denoiser_garments": DenoiserRecipe,
    "few_steps": FewStepsRecipe,
    "figure": FigureRecipe,
    "garment": GarmentRecipe,
    "unifashion_phase1": UniFashionRecipe,
    "unifashion_phase2": UniFashionRecipe,
    "captioner": CaptionerRecipe,
}


@pytest.mark.parametrize("name", sorted(_SCHEMAS))
def test_shipped_recipes_are_valid(name: str) -> None:
    values = read_toml(shipped_recipes()[name])
    kind = values.pop("kind")
    assert name == kind or name.startswith(f"{kind}_")
    assert build_config(_SCHEMAS[name], values, name=name).loop.steps > 0


def test_every_shipped_recipe_has_a_schema() -> None:
    assert set(shipped_recipes()) == set(_SCHEMAS)


def test_an_unknown_key_is_named_with_its_place() -> None:
    values = {"loop": {"steps": 1, "learning_rate": 1e-3}, "batchsize": 3}
    with pytest.raises(ConfigError, match=r"x.toml is not valid: .*batchsize"):
        build_config(AutoencoderRecipe, values, name="x.toml")


def test_an_impossible_value_is_named() -> None:
    values = {"loop": {"steps": 0, "learning_rate": 1e-3}}
    with pytest.raises(ConfigError, match=r"loop: .*steps is 0, expected at least 1"):
        build_config(AutoencoderRecipe, values, name="x.toml")


def test_overrides_reach_nested_keys(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("[loop]\nsteps = 1\n")
    values = read_toml(path, ["loop.steps=5", "model.latent_channels=4"])
    assert values == {"loop": {"steps": 5}, "model": {"latent_channels": 4}}


def test_settings_alone_are_nested_too() -> None:
    assert read_settings(["triplets=5", "model.dim=3"]) == {"triplets": 5, "model": {"dim": 3}}


@pytest.mark.parametrize("override", ["loop.steps", "loop.steps=", "loop.steps=five"])
def test_an_override_that_is_no_toml_is_refused(tmp_path: Path, override: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text("")
    with pytest.raises(ConfigError, match=r"--set .*expected key=value"):
        read_toml(path, [override])


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("steps = ")
    with pytest.raises(ConfigError, match=r"x.toml can't be read as a recipe"):
        read_toml(path)
