from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from toile.bundles import Bundle, load_bundle
from toile.errors import CheckpointError, DataError, QueryError
from toile.recipe import read_recipe
from toile.tasks.design import design, save_designs
from toile.tasks.drawing import Settings
from toile.tasks.replay import replay
from toile.vision.croquis import CROQUIS


@pytest.fixture(scope="module")
def bundle(tiny_bundle: Path) -> Bundle:
    return load_bundle(tiny_bundle)


def test_a_batch_is_its_pictures_made_alone(bundle: Bundle) -> None:
    together = design("a red dress", bundle=bundle, n=4, seed=7, settings=Settings(steps=2))
    alone = [design("a red dress", bundle=bundle, n=1, seed=7 + i, settings=Settings(steps=2))[0] for i in range(4)]
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(np.asarray(one.image), np.asarray(other.image))
        assert one.recipe == other.recipe
    assert not np.array_equal(np.asarray(together[0].image), np.asarray(together[1].image))


def test_a_design_is_256_by_192_and_carries_its_recipe(bundle: Bundle, tmp_path: Path) -> None:
    (path,) = save_designs(design("a red dress", bundle=bundle, seed=3, settings=Settings(steps=1)), tmp_path)
    with Image.open(path) as image:
        assert image.size == (192, 256)
        assert "Seed: 3" in image.info["parameters"]
    recipe = read_recipe(path)
    assert recipe.arguments == {
        "prompt": "a red dress",
        "concepts": [],
        "attributes": {},
        "garments": [],
        "order": "area",
        "schedule": "hierarchical",
        "pose": "any",
        "steps": 1,
        "guidance_scale": 3.0,
        "guidance_high": 999,
        "guidance_low": 350,
        "sampler": "dpm-sde",
        "pose_window": "always",
    }
    assert recipe.bundle == bundle.hash
    assert json.loads(path.with_suffix(".json").read_text()) == json.loads(recipe.to_json())


def test_replay_gives_the_same_bytes(bundle: Bundle, tmp_path: Path) -> None:
    for path in save_designs(design("a red dress", bundle=bundle, n=2, seed=5, settings=Settings(steps=2)), tmp_path):
        assert replay(path, bundle=bundle) == path.read_bytes()


def test_the_words_change_the_picture(bundle: Bundle) -> None:
    one, other = (
        design(text, bundle=bundle, settings=Settings(steps=2))[0].image for text in ("a red dress", "black boots")
    )
    assert not np.array_equal(np.asarray(one), np.asarray(other))


def test_the_pose_is_the_seeds_or_the_one_asked_for(bundle: Bundle) -> None:
    def drawn(pose: str) -> bytes:
        return design("a red dress", bundle=bundle, seed=1, pose=pose, settings=Settings(steps=1))[0].image.tobytes()

    assert drawn("any") == drawn("contrapposto")  # the second of the poses, and seed 1
    assert len({drawn(pose) for pose in ("contrapposto", "akimbo", "none")}) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prompt": "  "}, "the prompt is empty; say what to draw"),
        ({"prompt": "dress " * 200}, "has 202 word pieces, the text tower's window holds 128"),
        ({"n": 0}, "n is 0, expected at least one picture"),
        ({"seed": -1}, "seed is -1, expected a whole number"),
        ({"order": "size"}, "order is 'size', expected one of area, semantic, reversed, or all of length, sleeve"),
        ({"schedule": "late"}, "schedule is 'late', expected one of hierarchical, flat"),
        ({"attributes": {"collar": "vee"}}, "collar can't be 'vee'; choose one of round, v, square"),
        ({"attributes": {"colar": "v"}}, "there is no attribute 'colar'; did you mean collar?"),
        ({"attributes": {"sleeve_type": "pufed"}}, "sleeve_type can't be 'pufed'; did you mean puffed?"),
        ({"prompt": "something red", "attributes": {"collar": "v"}}, "collar of what?"),
        ({"prompt": "blue jeans", "attributes": {"collar": "v"}}, "nothing in 'blue jeans' has a collar"),
        ({"pose": [[0.0, 0.0, 1.0]]}, "pose has 1 joints, expected 18"),
        ({"pose": "lying"}, "pose is 'lying', expected any, none, or one of straight, contrapposto"),
    ],
)
def test_bad_arguments_are_refused(bundle: Bundle, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        design(**{"prompt": "a red dress", "bundle": bundle, "settings": Settings(steps=1), **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": 0}, "steps is 0, expected 1 to 1000"),
        ({"guidance_scale": -2.0}, "guidance_scale is -2.0, expected 0 to 30"),
        ({"sampler": "euler"}, "sampler is 'euler', expected one of dpm-sde, dpm, unipc, plms"),
        ({"guidance_low": 500, "guidance_high": 400}, "guidance is asked for from 400 down to 500, expected timesteps"),
        ({"pose_window": "never"}, "pose_window is 'never', expected one of always, below-950, below-900"),
    ],
)
def test_impossible_settings_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        Settings(**arguments)


def test_attributes_are_told_one_after_the_other(bundle: Bundle) -> None:
    def drawn(**brief: object) -> bytes:
        return design("a red dress", bundle=bundle, settings=Settings(steps=4), **brief)[0].image.tobytes()

    plain = drawn()
    late, at_once = (drawn(attributes={"hem": "slit"}, schedule=name) for name in ("hierarchical", "flat"))
    assert len({plain, late, at_once}) == 3
    assert drawn(attributes={}, schedule="flat") == plain  # nothing to tell later
    assert drawn(concepts=["Party"]) != plain


def test_a_sketch_is_followed_at_first_and_named_as_a_parent(bundle: Bundle, tmp_path: Path) -> None:
    lines = Image.new("L", (300, 200), 255)
    ImageDraw.Draw(lines).rectangle((90, 40, 210, 160), outline=0, width=6)
    (drawn,) = design("a red dress", bundle=bundle, sketch=lines, settings=Settings(steps=8))
    plain = design("a red dress", bundle=bundle, settings=Settings(steps=8))[0]
    assert not np.array_equal(np.asarray(drawn.image), np.asarray(plain.image))
    assert len(drawn.recipe.parents) == 1
    (path,) = save_designs([drawn], tmp_path)
    assert replay(path, bundle=bundle, parents=[plain.image, lines]) == path.read_bytes()
    with pytest.raises(DataError, match=r"made of another picture, its sketch .* give it with --parent FILE"):
        replay(path, bundle=bundle, parents=[plain.image])


@pytest.mark.parametrize(("tone", "message"), [(20, "the sketch is dark"), (250, "the sketch has no lines")])
def test_what_is_no_sketch_is_refused(bundle: Bundle, tone: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        design("a red dress", bundle=bundle, sketch=Image.new("L", (64, 64), tone))


def test_a_pose_of_joints_is_part_of_the_recipe(bundle: Bundle, tmp_path: Path) -> None:
    joints = [[float(value) for value in joint] for joint in CROQUIS["akimbo"]]
    settings = Settings(steps=1)
    (path,) = save_designs(design("a red dress", bundle=bundle, pose=joints, settings=settings), tmp_path)
    named = design("a red dress", bundle=bundle, pose="akimbo", settings=settings)[0]
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(image), np.asarray(named.image))
    assert replay(path, bundle=bundle) == path.read_bytes()


def test_a_picture_of_another_bundle_or_version_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    import dataclasses

    from toile.recipe import png_bytes

    drawn = design("a red dress", bundle=bundle, settings=Settings(steps=1))[0]
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

    drawn = design("a red dress", bundle=bundle, settings=Settings(steps=1))[0]
    path = tmp_path / "searched.png"
    path.write_bytes(png_bytes(drawn.image, dataclasses.replace(drawn.recipe, verb="search")))
    with pytest.raises(DataError, match="was made by 'search', only design, edit and try_on can be replayed"):
        replay(path, bundle=bundle)


def test_a_folder_that_is_a_file_loses_nothing(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(DataError, match="can't write designs into"):
        save_designs(design("a red dress", bundle=bundle, settings=Settings(steps=1)), tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"
