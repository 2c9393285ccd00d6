"""`toile plates`: a folder that the index reads, or none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from toile.catalog.manifest import Row
from toile.catalog.sources import open_source
from toile.cli import app
from toile.cli.app import parse_pairs
from toile.errors import ConfigError, DataError
from toile.tasks.plates import draw_plates


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plates") / "drawn"
    report = draw_plates(out, n=3, seed=2, height=96)
    assert (report.plates, report.pictures) == (3, 12)
    return out


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB") if image.mode != "L" else image)


def test_the_folder_can_be_indexed(folder):
    rows = list(open_source(folder))
    assert all(isinstance(row, Row) for row in rows)
    assert [row.id for row in rows[:4]] == ["look-000000", "flat-000000", "elsewhere-000000", "changed-000000"]
    look, flat, elsewhere, changed = rows[:4]
    assert look.category == elsewhere.category == changed.category == "look"
    assert flat.category not in (None, "look")
    assert look.attributes["pattern"]
    assert changed.extra["reference"] == "look-000000"
    assert changed.extra["sentences"]
    assert {row.split_group for row in rows[:4]} == {"000000"}
    for row in rows:
        assert len(row.read()) > 500


def test_every_truth_is_there(folder):
    row = json.loads((folder / "metadata.jsonl").read_text().splitlines()[0])
    for part in ("labels", "person", "sketch", "change_mask"):
        assert pixels(folder / row[part]).shape == (96, 72)
    pose = json.loads((folder / row["keypoints"]).read_text())
    assert np.array(pose["look"]).shape == (18, 3) and len(pose["names"]) == 18
    labels = json.loads((folder / "labels.json").read_text())
    assert pixels(folder / row["labels"]).max() < len(labels)
    assert len(row["hierarchical"].split(", ")) >= 6
    assert pixels(folder / "sheet.png").shape == (96, 3 * 72, 3)
    assert pixels(folder / "truths.png").shape == (3 * 96, 7 * 72, 3)


def test_a_pair_on_disk_differs_only_inside_its_mask(folder):
    name = "000001.png"
    look, changed = (pixels(folder / kind / name) for kind in ("look", "changed"))
    mask = pixels(folder / "change_mask" / name) > 0
    assert (look != changed).any()
    assert (look == changed)[~mask].all()


def test_the_same_seed_draws_the_same_bytes(folder, tmp_path):
    draw_plates(tmp_path / "again", n=1, seed=2, height=96)
    again = tmp_path / "again" / "look" / "000000.png"
    assert again.read_bytes() == (folder / "look" / "000000.png").read_bytes()


def test_webp_is_lossless(tmp_path, folder):
    draw_plates(tmp_path / "webp", n=1, seed=2, height=96, picture_format="webp")
    webp = pixels(tmp_path / "webp" / "look" / "000000.webp")
    assert (webp == pixels(folder / "look" / "000000.png")).all()


def test_a_folder_that_holds_something_is_left_alone(folder):
    with pytest.raises(DataError, match="already holds something; give a folder that is empty or does not exist"):
        draw_plates(folder, n=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "0 plates were asked for; ask for at least 1"),
        ({"n": 1, "picture_format": "gif"}, "no picture format 'gif'; choose one of png, webp"),
        ({"n": 1, "height": 50}, "in steps of 4, but 50 was asked for"),
        ({"n": 1, "wishes": {"collar": "halter", "sleeve_length": "long"}}, "halter collar leaves no shoulder"),
    ],
)
def test_what_cannot_be_drawn_leaves_nothing(tmp_path, arguments, message):
    with pytest.raises(ConfigError, match=message):
        draw_plates(tmp_path / "out", **arguments)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_drawing_leaves_nothing(tmp_path):
    def stop(stage: str, done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_plates(tmp_path / "out", n=2, height=32, progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("pairs", "message"),
    [(["collar"], "'collar' is no wish; write NAME=VALUE"), (["hem=flat", "hem=slit"], "hem is asked for twice")],
)
def test_wishes_that_cannot_be_read(pairs, message):
    with pytest.raises(ConfigError, match=message):
        parse_pairs(pairs, "wish", "collar=stand")


def test_the_verb(tmp_path):
    words = ["plates", "--n", "1", "--height", "32", "--with", "culture=kimono", "--out", str(tmp_path / "a"), "--json"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"folder": str(tmp_path / "a"), "plates": 1, "pictures": 4, "traditional": 1}


def test_the_verb_refuses_what_does_not_go_together(tmp_path):
    words = [
        "plates",
        "--with",
        "category=dress",
        "--with",
        "hem=slit",
        "--with",
        "cut=full",
        "--out",
        str(tmp_path / "a"),
    ]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == ConfigError.exit_code
    assert "a slit hem doesn't go with the cut full" in result.stderr
