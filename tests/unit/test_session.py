from __future__ import annotations

from pathlib import Path

import pytest

import toile.bundles
from toile.errors import ConfigError, DataError
from toile.session import Studio


@pytest.fixture(scope="module")
def studio(tiny_bundle: Path) -> Studio:
    return toile.load(tiny_bundle)


def test_load_opens_the_bundle_inside_the_package() -> None:
    assert Path(toile.bundles.__file__).parent in toile.load().bundle.folder.parents


def test_load_opens_another_bundle(studio: Studio) -> None:
    assert studio.bundle.name == "tiny"
    assert len(studio.bundle.hash) == 64
    assert studio.index_dir is None


def test_verbs_that_need_an_index_say_how_to_name_one(studio: Studio) -> None:
    with pytest.raises(ConfigError, match=r"no index was named; .* --index DIR, or toile\.load\(index='DIR'\)"):
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
