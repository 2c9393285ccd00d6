from pathlib import Path

import pytest

from toile.catalog.pairs import iterate_changes
from toile.catalog.photos import iterate_garments, iterate_street_garments, iterate_streets, load_street_cutouts
from toile.catalog.plates.examples import PlateConfig, example
from toile.catalog.plates.pack import pack_changes, pack_plates
from toile.catalog.split import split_of
from toile.errors import ConfigError, DataError


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plates")
    pack_plates(folder, PlateConfig(), count=6, start=3)
    return folder


def test_looks_are_read_as_street_photos_are(packed: Path) -> None:
    cutouts = load_street_cutouts(packed / "streets.parquet", None)
    assert [cutout.id for cutout in cutouts] == [f"plate-0-{number}" for number in range(3, 9)]
    plate = example(3, PlateConfig())
    assert cutouts[0].caption == plate.captions[0]
    assert f"{plate.captions[0]}, fashion plate" in cutouts[0].captions
    assert cutouts[0].image.size == (192, 256)
    nose = cutouts[0].pose[0]
    assert 0 < nose[1] < 60


def test_labels_name_the_garments_that_are_worn(packed: Path) -> None:
    plate = example(3, PlateConfig())
    categories = {
        garment.category
        for garment in iterate_street_garments(packed / "streets.parquet", None)
        if garment.id.startswith("plate-0-3-")
    }
    assert plate.category in categories


def test_maps_are_as_large_as_the_picture(tmp_path: Path) -> None:
    pack_plates(tmp_path, PlateConfig(height=128), count=1)
    (street,) = iterate_streets(tmp_path / "streets.parquet", None)
    assert street.labels is not None
    assert street.labels.shape == street.person.shape == (128, 96) == street.image.size[::-1]


def test_flats_are_read_as_garment_photos_are(packed: Path) -> None:
    flats = list(iterate_garments(packed / "garments.parquet", None))
    assert {flat.id for flat in flats} <= {f"plate-0-{number}" for number in range(3, 9)}
    first = flats[0]
    plate = example(int(first.id.rsplit("-", 1)[1]), PlateConfig())
    assert first.captions[0] == plate.garment_captions[0]
    assert first.colours[0].share > 0.2


def test_changes_are_two_pictures_and_what_to_say(tmp_path: Path) -> None:
    pack_changes(tmp_path, PlateConfig(height=128), count=2, start=5)
    pairs = list(iterate_changes(tmp_path / "changes.parquet", None))
    assert [pair.id for pair in pairs] == ["plate-0-5", "plate-0-6"]
    plate = example(5, PlateConfig(height=128))
    assert pairs[0].sentences == plate.change.sentences
    assert pairs[0].captions[0] == plate.changed.captions[0]
    assert pairs[0].reference.size == pairs[0].target.size == (96, 128)
    assert pairs[0].attribute == plate.change.attribute
    assert pairs[0].styles == plate.changed.styles
    expected = {f"plate-0-{n}" for n in (5, 6) if split_of(f"plate-0-{n}") == "train"}
    assert {pair.id for pair in iterate_changes(tmp_path / "changes.parquet", "train")} == expected


def test_other_files_are_no_changes(packed: Path) -> None:
    with pytest.raises(DataError, match="draws one"):
        next(iterate_changes(packed / "changes.parquet", None))
    with pytest.raises(DataError, match=r"streets.parquet lacks the columns \['attribute'"):
        next(iterate_changes(packed / "streets.parquet", None))


def test_no_plates_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="count is 0, expected the number of plates: 1 or more"):
        pack_plates(tmp_path / "none", PlateConfig(), count=0)
    assert not (tmp_path / "none").exists()
