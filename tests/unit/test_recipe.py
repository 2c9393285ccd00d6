from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from toile.errors import DataError
from toile.recipe import Recipe, png_bytes, read_recipe

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def a_recipe() -> Recipe:
    return Recipe(
        verb="design",
        arguments={"prompt": "robe à la française, £", "steps": 20},
        bundle="0123456789abcdef",
        version="0.1.0",
        seeds=[7],
    )


@given(
    arguments=st.dictionaries(st.text(max_size=8), JSON_VALUES, max_size=4), seeds=st.lists(st.integers(0), max_size=3)
)
def test_json_and_back_is_the_same_recipe(arguments: dict[str, object], seeds: list[int]) -> None:
    recipe = Recipe(verb="search", arguments=arguments, bundle="b", version="1", seeds=seeds)
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_digest_is_that_of_the_sorted_json() -> None:
    one = Recipe(verb="v", arguments={"a": 1, "b": 2}, bundle="b", version="1")
    other = Recipe(verb="v", arguments={"b": 2, "a": 1}, bundle="b", version="1")
    assert one.digest == other.digest
    assert list(json.loads(one.to_json())) == sorted(
        ["verb", "arguments", "bundle", "version", "seeds", "parents", "cites"]
    )


def test_line_for_people_names_prompt_seed_and_bundle() -> None:
    assert (
        a_recipe().for_people()
        == "robe à la française, £\nSeed: 7, steps: 20, Bundle: 0123456789ab, toile 0.1.0 design"
    )


def test_png_carries_its_recipe_and_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    image = Image.new("RGB", (5, 4), "navy")
    path = tmp_path / "a.png"
    path.write_bytes(png_bytes(image, a_recipe()))
    assert read_recipe(path) == a_recipe()
    assert png_bytes(image, a_recipe()) == path.read_bytes()
    with Image.open(path) as opened:
        assert opened.info["parameters"] == a_recipe().for_people()
        assert opened.tobytes() == image.tobytes()


def test_recipe_of_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.png does not exist; give a PNG that toile made"):
        read_recipe(tmp_path / "nowhere.png")


def test_recipe_of_a_file_that_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"a\.png is not a picture .*give a PNG that toile made"):
        read_recipe(path)


def test_recipe_of_somebody_elses_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (2, 2)).save(path)
    with pytest.raises(DataError, match=r"a\.png carries no toile recipe; give a PNG that toile made"):
        read_recipe(path)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"verb": "design"}', '{"verb": "v", "wrong": 1}', "null", "3"])
def test_text_that_is_no_recipe(text: str) -> None:
    with pytest.raises(DataError, match="this is not a toile recipe"):
        Recipe.from_json(text)
