from __future__ import annotations

from pathlib import Path

import pytest

import toile
from toile.errors import ConfigError, DataError
from toile.session import Studio


@pytest.fixture(scope="module")
def studio() -> Studio:
    return toile.load()


def test_load_opens_the_bundle_inside_the_package(studio: Studio) -> None:
    assert studio.bundle.name
    assert len(studio.bundle.hash) == 64
    assert studio.index_dir is None


def test_verbs_that_need_an_index_say_how_to_name_one(studio: Studio) -> None:
    with pytest.raises(ConfigError, match=r"no index was named; say toile\.load\(index='DIR'\)"):
        studio.search("a red dress")


def test_query_picture_that_is_missing(studio: Studio, tmp_path: Path) -> None:
    asking = Studio(studio.bundle, tmp_path)
    with pytest.raises(
        DataError, match=r"coat\.jpg can't be read \(No such file or directory\); give the path of a picture"
    ):
        asking.search(image=tmp_path / "coat.jpg")


def test_query_picture_that_is_none(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "coat.jpg"
    path.write_bytes(b"words, not pixels")
    with pytest.raises(DataError, match=r"coat\.jpg: "):
        Studio(studio.bundle, tmp_path).search(image=str(path))
