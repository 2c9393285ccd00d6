from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from toile.bundles import Bundle, load_bundle
from toile.errors import CheckpointError, DataError, QueryError
from toile.recipe import read_recipe
from toile.tasks.design import design, save_designs
from toile.tasks.replay import replay


@pytest.fixture(scope="module")
def bundle(tiny_bundle: Path) -> Bundle:
    return load_bundle(tiny_bundle)


def test_a_batch_is_its_pictures_made_alone(bundle: Bundle) -> None:
    together = design("a red dress", bundle=bundle, n=4, seed=7, steps=2)
    alone = [design("a red dress", bundle=bundle, n=1, seed=7 + i, steps=2)[0] for i in range(4)]
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(np.asarray(one.image), np.asarray(other.image))
        assert one.recipe == other.recipe
    assert not np.array_equal(np.asarray(together[0].image), np.asarray(together[1].image))


def test_a_design_is_256_by_192_and_carries_its_recipe(bundle: Bundle, tmp_path: Path) -> None:
    (path,) = save_designs(design("a red dress", bundle=bundle, seed=3, steps=1), tmp_path)
    with Image.open(path) as image:
        assert image.size == (192, 256)
        assert "Seed: 3" in image.info["parameters"]
    recipe = read_recipe(path)
    assert recipe.arguments == {
        "prompt": "a red dress",
        "steps": 1,
        "guidance_scale": 3.0,
        "pose": "any",
        "sampler": "dpm-sde",
    }
    assert recipe.bundle == bundle.hash
    assert json.loads(path.with_suffix(".json").read_text()) == json.loads(recipe.to_json())


def test_replay_gives_the_same_bytes(bundle: Bundle, tmp_path: Path) -> None:
    for path in save_designs(design("a red dress", bundle=bundle, n=2, seed=5, steps=2), tmp_path):
        assert replay(path, bundle=bundle) == path.read_bytes()


def test_the_words_change_the_picture(bundle: Bundle) -> None:
    one, other = (design(text, bundle=bundle, steps=2)[0].image for text in ("a red dress", "black boots"))
    assert not np.array_equal(np.asarray(one), np.asarray(other))


def test_the_pose_is_the_seeds_or_the_one_asked_for(bundle: Bundle) -> None:
    def drawn(pose: str) -> bytes:
        return design("a red dress", bundle=bundle, seed=1, steps=1, pose=pose)[0].image.tobytes()

    assert drawn("any") == drawn("contrapposto")  # the second of the poses, and seed 1
    assert len({drawn(pose) for pose in ("contrapposto", "akimbo", "none")}) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prompt": "  "}, "the prompt is empty; say what to draw"),
        ({"prompt": "dress " * 200}, "has 202 word pieces, the text tower's window holds 128"),
        ({"n": 0}, "n is 0, expected at least one picture"),
        ({"seed": -1}, "seed is -1, expected a whole number"),
        ({"steps": 0}, "steps is 0, expected 1 to 1000"),
        ({"guidance_scale": -2.0}, "guidance_scale is -2.0, expected 0 to 30"),
        ({"sampler": "euler"}, "sampler is 'euler', expected one of dpm-sde, dpm"),
        ({"pose": "lying"}, "pose is 'lying', expected any, none, or one of straight, contrapposto"),
    ],
)
def test_bad_arguments_are_refused(bundle: Bundle, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        design(**{"prompt": "a red dress", "bundle": bundle, "steps": 1, **arguments})


def test_a_picture_of_another_bundle_or_version_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    import dataclasses

    from toile.recipe import png_bytes

    drawn = design("a red dress", bundle=bundle, steps=1)[0]
    for changes, message in (
        ({"bundle": "0" * 64}, "was drawn by the bundle 000000000000…"),
        ({"version": "0.0.0"}, "was drawn by toile 0.0.0, this is"),
    ):
        path = tmp_path / "other.png"
        path.write_bytes(png_bytes(drawn.image, dataclasses.replace(drawn.recipe, **changes)))
        with pytest.raises(CheckpointError, match=message):
            replay(path, bundle=bundle)


def test_a_recipe_of_another_verb_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    import dataclasses

    from toile.recipe import png_bytes

    drawn = design("a red dress", bundle=bundle, steps=1)[0]
    path = tmp_path / "searched.png"
    path.write_bytes(png_bytes(drawn.image, dataclasses.replace(drawn.recipe, verb="search")))
    with pytest.raises(DataError, match="was made by 'search', only designs can be replayed"):
        replay(path, bundle=bundle)


def test_a_folder_that_is_a_file_loses_nothing(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(DataError, match="can't write designs into"):
        save_designs(design("a red dress", bundle=bundle, steps=1), tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"
