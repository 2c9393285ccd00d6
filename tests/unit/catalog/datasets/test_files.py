from __future__ import annotations

from pathlib import Path

import pytest

from toile.catalog.datasets.files import Listings, below, text_lines
from toile.errors import DataError


def test_lines_of_any_ending_and_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\n \ncaf\xe9\nlast")
    lines = list(text_lines(tmp_path / "a.txt"))
    assert [(line.number, line.text, line.is_utf8) for line in lines] == [
        (1, "one", True),
        (3, "café", False),
        (4, "last", True),
    ]


def test_a_file_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="can't be read"):
        list(text_lines(tmp_path))


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/a.jpg", "x/../../a.jpg", "..\\a.jpg"])
def test_names_that_climb_out(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"points outside of {tmp_path.name}"):
        below(tmp_path, name)


@pytest.mark.parametrize("name", ["", "  ", "a\0.jpg"])
def test_names_of_nothing(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="names no file"):
        below(tmp_path, name)


def test_linked_folders_stay_usable(tmp_path: Path) -> None:
    """Who keeps the pictures on another disk links the folder; that is no manifest pointing outside."""
    real = tmp_path / "disk"
    real.mkdir()
    (real / "a.jpg").touch()
    root = tmp_path / "set"
    root.mkdir()
    (root / "images").symlink_to(real)
    assert Listings().has(below(root, "images/a.jpg"))


def test_listings(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    listings = Listings()
    assert listings.names(tmp_path / "none") == frozenset()
    assert listings.first(tmp_path / "a.jpg", tmp_path / "a.png") == tmp_path / "a.png"
    assert listings.first(tmp_path / "a.jpg") is None
