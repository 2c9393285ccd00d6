"""Plates with words as the web has them: which are wrong is known, and some are."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from toile.catalog.plates.examples import PlateConfig
from toile.catalog.plates.pack import pack_plates
from toile.culture.knowledge import knowledge
from toile.culture.weak_words import misspelt, weak_words
from toile.errors import ConfigError, DataError
from toile.recipes.pictures import load_pictures
from toile.tasks.weaken import tradition_of, weaken

pytestmark = pytest.mark.usefixtures("drawing")


@pytest.fixture(scope="module")
def plates(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folders = []
    for number, name in enumerate(("kimono", "kilt", "hanbok")):
        folders.append(tmp_path_factory.mktemp(name))
        pack_plates(folders[-1], PlateConfig(seed=number, height=64, wishes={"culture": name}), count=6)
    return folders


def test_a_share_of_the_rows_has_another_picture_s_words(plates: list[Path], tmp_path: Path):
    report = weaken(plates, tmp_path, wrong_share=0.4, seed=1)
    rows = pq.read_table(report.path).to_pylist()
    assert len(rows) == report.rows == 18
    assert report.wrong == sum(not row["is_true"] for row in rows) == 7
    assert {row["garment"] for row in rows} == {"kimono", "kilt", "hanbok"}
    assert {row["culture"] for row in rows} == {knowledge()[key].culture.people for key in ("kimono", "kilt", "hanbok")}
    assert rows == pq.read_table(weaken(plates, tmp_path, wrong_share=0.4, seed=1).path).to_pylist()


def test_recipes_read_them_with_their_cultures(plates: list[Path], tmp_path: Path):
    weaken(plates, tmp_path / "w")
    people, garments = load_pictures([tmp_path / "w"], tmp_path / "cache", flat=False)
    assert len(garments) == 0
    assert set(people.cultures) <= {"Japanese", "Korean", "Scottish Gaelic"}
    assert all(people.cultures)


def test_folders_without_plates_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"has no streets\.parquet"):
        weaken([tmp_path], tmp_path / "out")
    with pytest.raises(ConfigError, match=r"wrong_share is 1\.5"):
        weaken([tmp_path], tmp_path / "out", wrong_share=1.5)


def test_the_tradition_is_read_from_the_wordings():
    assert tradition_of(["a b", "traditional Japanese clothing: an orange kimono and hakama"]) == "hakama"
    assert tradition_of(["a b", "traditional Japanese clothing: a red kimono"]) == "kimono"
    assert tradition_of(["red dress"]) is None


def test_words_vary_and_slips_are_single():
    said = {weak_words(knowledge()["kimono"], "red", Random(seed)) for seed in range(40)}
    assert len(said) > 20
    assert any("red" in words for words in said)
    assert all(abs(len(misspelt("kimono", Random(seed))) - 6) <= 1 for seed in range(20))
    assert misspelt("sari", Random(0)) == "sari"
