from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image
from typer.testing import CliRunner

from pictures import noise, write_noise
from toile.catalog.datasets.pack import Estimate, pack_dataset
from toile.catalog.packed import GARMENT_SCHEMA, STREET_SCHEMA
from toile.catalog.pairs import iterate_captioned, iterate_changes
from toile.catalog.photos import CO_PARSING_LABELS, iterate_garments, iterate_street_cutouts
from toile.catalog.split import split_of
from toile.cli import app
from toile.errors import ConfigError, DataError
from toile.recipes.unifashion_data import PairSource


def test_the_schemas_are_those_of_our_training_files(shared_data: Path) -> None:
    for name, schema in (("garments", GARMENT_SCHEMA), ("streets", STREET_SCHEMA)):
        assert pq.read_schema(shared_data / f"{name}.parquet").remove_metadata().equals(schema)


@pytest.fixture
def garments(tmp_path: Path) -> Path:
    folder = tmp_path / "clothing-dataset"
    write_noise(folder / "images" / "a.jpg", (96, 512))
    write_noise(folder / "images" / "b.jpg", (50, 40))
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera lay on its side
    (folder / "images").mkdir(exist_ok=True)
    noise((512, 96)).save(folder / "images" / "c.jpg", exif=turned)
    (folder / "images" / "d.jpg").write_bytes(b"half a picture")
    lines = "a,1,T-Shirt,False\nb,1,Not sure,True\nc,2,Shoes,False\nd,2,Hat,False\ne,2,Hat,False"
    (folder / "images.csv").write_text(f"image,sender_id,label,kids\n{lines}")
    return folder


def test_garments(garments: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "garments.parquet"
    report = pack_dataset("clothing-dataset", garments, out)
    assert (report.rows, report.left_out) == (3, 2)
    assert report.reasons[0].startswith("d: not a picture")
    assert report.reasons[1] == "missing picture in images.csv: images/e.jpg"
    rows = pq.read_table(out).to_pylist()
    assert [(row["image_id"], row["label"], row["kids"]) for row in rows] == [
        ("a", "T-Shirt", False),
        ("b", "Not sure", True),
        ("c", "Shoes", False),
    ]
    pictures = [Image.open(BytesIO(row["image"]["bytes"])) for row in rows]
    assert [picture.format for picture in pictures] == ["WEBP"] * 3
    # The long side comes to 384; a small picture keeps its size; c stands upright.
    assert [picture.size for picture in pictures] == [(72, 384), (50, 40), (72, 384)]
    assert rows[0]["image"]["path"] == "a.webp"
    assert [path.name for path in out.parent.iterdir()] == ["garments.parquet"]


def test_what_is_packed_can_be_trained_on(garments: Path, tmp_path: Path) -> None:
    pack_dataset("clothing-dataset", garments, tmp_path / "g.parquet")
    assert [(photo.id, photo.category) for photo in iterate_garments(tmp_path / "g.parquet", None)] == [
        ("a", "t-shirt"),
        ("c", "shoes"),
    ]


@pytest.fixture
def streets(tmp_path: Path) -> Path:
    from scipy.io import savemat

    folder = tmp_path / "clothing-co-parsing"
    for name in ("0001", "0002", "1005"):
        write_noise(folder / "photos" / f"{name}.jpg", (60, 840))
    for level in ("pixel-level", "image-level"):
        (folder / "annotations" / level).mkdir(parents=True)
    savemat(folder / "annotations" / "pixel-level" / "0001.mat", {"groundtruth": labels_of_a_dress()})
    savemat(folder / "annotations" / "pixel-level" / "0002.mat", {"groundtruth": np.zeros((10, 10), np.uint8)})
    savemat(folder / "annotations" / "image-level" / "1005.mat", {"tags": np.array([[41], [14]], np.uint8)})
    cells = np.empty((1, 59), object)
    cells[0, :] = [np.array([name]) for name in CO_PARSING_LABELS]
    savemat(folder / "label_list.mat", {"label_list": cells})
    return folder


def labels_of_a_dress() -> np.ndarray:
    labels = np.zeros((840, 60), np.uint8)
    labels[120:720, 15:45] = CO_PARSING_LABELS.index("dress")
    labels[61, 30] = CO_PARSING_LABELS.index("ring")  # one pixel that the smaller map has no place for
    return labels


def test_streets(streets: Path, tmp_path: Path) -> None:
    out = tmp_path / "streets.parquet"
    report = pack_dataset("clothing-co-parsing", streets, out)
    assert report.rows == 2
    assert report.reasons == ["0002: its label map is 10x10, the photo 60x840"]
    table = pq.read_table(out)
    assert table.schema.equals(STREET_SCHEMA)
    labelled, tagged = table.to_pylist()
    assert (labelled["photo_id"], labelled["tags"]) == ("0001", ["dress"])
    assert Image.open(BytesIO(labelled["image"]["bytes"])).size == (40, 560)
    labels = np.asarray(Image.open(BytesIO(labelled["labels"])))
    assert labels.shape == (560, 40)
    assert labels[80:480, 10:30].min() == labels.max() == 14  # two thirds of 120:720, 15:45, nothing mixed
    assert (tagged["tags"], tagged["labels"], tagged["pose"], tagged["person"]) == (["dress", "skin"], None, None, None)


def test_photos_reads_packed_streets_without_estimates(streets: Path, tmp_path: Path) -> None:
    pack_dataset("clothing-co-parsing", streets, tmp_path / "s.parquet")
    (cutout,) = iterate_street_cutouts(tmp_path / "s.parquet", None)  # the tagged one has neither labels nor mask
    assert cutout.id == "0001"
    assert cutout.caption.endswith("dress")
    assert not cutout.pose[:, 2].any()


def test_an_estimator_fills_pose_and_person(streets: Path, tmp_path: Path) -> None:
    def estimate(photo: Image.Image) -> Estimate:
        person = np.zeros((photo.height, photo.width), bool)
        person[10:20, 5:9] = True
        return Estimate(pose=np.full((18, 3), photo.height, np.float32), person=person)

    pack_dataset("clothing-co-parsing", streets, tmp_path / "s.parquet", estimator=estimate)
    row = pq.read_table(tmp_path / "s.parquet").to_pylist()[1]
    assert row["pose"] == [560.0] * 54
    person = Image.open(BytesIO(row["person"]))
    assert (person.mode, person.size) == ("1", (40, 560))
    assert np.asarray(person).sum() == 40


def test_nothing_half_written(garments: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "g.parquet"
    pack_dataset("clothing-dataset", garments, out)
    before = out.read_bytes()
    (garments / "images.csv").write_text("image,sender_id,label,kids\nz,1,Hat,False\n")
    with pytest.raises(DataError, match=r"can be packed: missing picture in images\.csv: images/z\.jpg"):
        pack_dataset("clothing-dataset", garments, out)
    (garments / "images.csv").write_text("image,sender_id,label,kids\n")
    with pytest.raises(DataError, match="can be packed: there are no rows"):
        pack_dataset("clothing-dataset", garments, out)
    assert out.read_bytes() == before
    assert [path.name for path in out.parent.iterdir()] == ["g.parquet"]


def test_another_list_of_labels_packs_nothing(streets: Path, tmp_path: Path) -> None:
    (streets / "label_list.mat").unlink()
    with pytest.raises(DataError, match=r"can be packed: broken file in label_list\.mat: label_list\.mat is no MATLAB"):
        pack_dataset("clothing-co-parsing", streets, tmp_path / "s.parquet")
    assert not (tmp_path / "s.parquet").exists()


@pytest.fixture
def layouts(tmp_path: Path) -> Path:
    """Fashion200K with two views of one product, and Fashion-IQ with a triplet whose picture is broken."""
    folder = tmp_path / "layouts"
    views = [f"women/dresses/casual/{number}/{number}_0.jpeg" for number in (1, 2, 3)]
    for place, name in enumerate(views):
        write_noise(folder / "200k" / name, (60, 40), seed=place)
    (folder / "200k" / "labels").mkdir()
    lines = "".join(f"{name}\t0.9\tdress number {place}\n" for place, name in enumerate(views))
    (folder / "200k" / "labels" / "dress_train_detect_all.txt").write_text(lines)
    names = ("B0084Y8XI0", "B0084Y8XI1", "B0084Y8XI2")
    for place, name in enumerate(names):
        write_noise(folder / "iq" / "images" / f"{name}.png", (60, 40), seed=place)
    (folder / "iq" / "images" / f"{names[2]}.png").write_bytes(b"half a picture")
    (folder / "iq" / "captions").mkdir()
    triplets = [
        {"candidate": names[0], "target": names[1], "captions": ["is shorter", "has long sleeves."]},
        {"candidate": names[0], "target": names[2], "captions": ["is red", "is longer"]},
    ]
    (folder / "iq" / "captions" / "cap.dress.train.json").write_text(json.dumps(triplets))
    return folder


def test_captioned_pictures_of_any_layout(layouts: Path, tmp_path: Path) -> None:
    out = tmp_path / "packed" / "captioned.parquet"
    assert pack_dataset("fashion200k", layouts / "200k", out).rows == 3
    pictures = list(iterate_captioned(out, None))
    assert [picture.captions for picture in pictures] == [(f"dress number {place}",) for place in range(3)]
    assert [(picture.product, picture.category) for picture in pictures] == [(str(n), "dress") for n in (1, 2, 3)]
    assert pictures[0].image.size == (60, 40)
    source = PairSource([out.parent], tmp_path / "cache", size=32, photo_share=0.2)
    trained = sum(split_of(str(number)) == "train" for number in (1, 2, 3))
    assert [len(rows) for rows in source.rows] == [trained, 0]


def test_triplets_become_changes(layouts: Path, tmp_path: Path) -> None:
    out = tmp_path / "packed" / "changes.parquet"
    report = pack_dataset("fashion-iq", layouts / "iq", out)
    assert (report.rows, report.left_out) == (1, 1)
    assert report.reasons[0].startswith("dress/train/1: ")
    (pair,) = iterate_changes(out, None)
    assert pair.sentences == ("Is shorter and has long sleeves", "is shorter", "has long sleeves.")
    assert pair.captions == ()
    assert pair.reference.size == pair.target.size == (60, 40)


def test_unknown_data_sets_are_not_packed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no data set is named 'fashion-tv'; expected one of fashiongen"):
        pack_dataset("fashion-tv", tmp_path, tmp_path / "d.parquet")


def test_packing_twice_gives_the_same_bytes(garments: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        pack_dataset("clothing-dataset", garments, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_command_line(garments: Path, tmp_path: Path) -> None:
    arguments = ["data", "pack", "clothing-dataset", str(garments), "--out", str(tmp_path / "g.parquet")]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["rows"] == 3
    result = CliRunner().invoke(app, arguments)
    assert result.stdout == f"3 rows in {tmp_path / 'g.parquet'}, 2 left out\n"
    assert "missing picture in images.csv: images/e.jpg" in result.stderr
