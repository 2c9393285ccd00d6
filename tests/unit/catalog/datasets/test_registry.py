from __future__ import annotations

from pathlib import Path

import pytest

from toile.catalog.datasets import READERS, open_dataset
from toile.catalog.sources import open_source
from toile.errors import ConfigError, DataError


def test_unknown_names_list_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no data set is named 'deep-fashion'; expected one of fashiongen, "):
        open_dataset("deep-fashion", tmp_path)
    with pytest.raises(ConfigError, match="no data set is named 'dresses'"):
        open_source(f"dresses:{tmp_path}")


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("DressCode", "dress-code"),
        ("FashionIQ", "fashion-iq"),
        ("Fashion_200k", "fashion200k"),
        ("VITON-HD", "viton-hd"),
    ],
)
def test_spellings(spelling: str, name: str, tmp_path: Path) -> None:
    for source in (lambda: open_dataset(spelling, tmp_path), lambda: open_source(f"{spelling}:{tmp_path}")):
        with pytest.raises(DataError, match=f"is no {name}: expected"):
            source()


def test_other_names(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no webdataset"):
        open_dataset("LAION", tmp_path)
    with pytest.raises(DataError, match="is no deepfashion-plus"):
        open_dataset("DeepFashion+", tmp_path)


@pytest.mark.parametrize("name", READERS)
def test_every_layout_says_what_it_expects(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"does not exist; expected the folder of {name}: "):
        open_dataset(name, tmp_path / "nowhere")
    with pytest.raises(DataError, match=f"is no {name}: expected "):
        open_dataset(name, tmp_path)
    (tmp_path / "set.zip").touch()
    with pytest.raises(DataError, match=r"set\.zip is a (\.zip )?file; expected"):
        open_dataset(name, tmp_path / "set.zip")


def test_the_page_on_data_sets_has_them_all() -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "data-sets.md").read_text(encoding="utf-8")
    for name, reader in READERS.items():
        (line,) = (line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        if isinstance(reader.splits, tuple):
            assert f"| {', '.join(reader.splits)} |" in line
