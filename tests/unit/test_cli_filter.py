import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from toile.cli import app
from toile.errors import ConfigError, DataError


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(autouse=True)
def _tiny_models(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOILE_BUNDLE", str(tiny_bundle))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for index, colour in enumerate(("red", "blue", "green", "black")):
        (folder / "dress").mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (150 + index, 200), colour).save(folder / "dress" / f"{colour}.png")
    Image.new("RGB", (60, 60), "red").save(folder / "dress" / "small.png")
    return folder


def test_filter_undo_and_index(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("filter", photos, "--out", out, "--method", "none", "--min-cosine", 0, "--json")
    assert result.stderr == ""
    report = json.loads(result.stdout)
    assert (report["rows"], report["kept"], report["dropped_by"]) == (5, 4, {"size": 1})
    assert json.loads((out / "filter.json").read_text())["kept"] == 4
    undone = run("filter", "--undo", out, "--id", "dress/small.png", "--json")
    assert json.loads(undone.stdout) == {"restored": 1}
    assert pq.read_metadata(out / "kept.parquet").num_rows == 5
    indexed = run("index", out / "kept.parquet", "--into", tmp_path / "index", "--json")
    assert json.loads(indexed.stdout)["added"] == 5


def test_what_people_read(photos: Path, tmp_path: Path) -> None:
    result = run("filter", photos, "--out", tmp_path / "out", "--method", "none", "--hash-bits", -1, "--min-cosine", 0)
    assert "4 of 5 records kept" in result.stdout
    assert "size\t1 dropped" in result.stdout
    assert "report.html" in result.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("photos",), ("--undo", "a", "--out", "b"), ("photos", "--out", "a", "--id", "b")]
)
def test_filter_wants_a_source_and_a_folder_or_an_undo(arguments: tuple[str, ...]) -> None:
    result = run("filter", *arguments)
    assert result.exit_code == 2
    assert "--undo" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("filter", "{photos}", "--out", "{tmp}/o", "--method", "magic"), ConfigError, "no method 'magic'"),
        (("filter", "{photos}", "--out", "{tmp}/o", "--scale", "logit"), ConfigError, "no score scale 'logit'"),
        (("filter", "{photos}", "--out", "{tmp}/o"), ConfigError, "too few to calibrate"),
        (("filter", "{tmp}/none", "--out", "{tmp}/o"), DataError, "does not exist"),
        (("filter", "--undo", "{tmp}"), DataError, "no folder that toile filter made"),
    ],
)
def test_what_a_user_can_mend(arguments, kind, message, photos: Path, tmp_path: Path) -> None:
    result = run(*(argument.format(photos=photos, tmp=tmp_path) for argument in arguments))
    assert result.exit_code == kind.exit_code
    assert message in result.stderr
    assert not (tmp_path / "o").exists()
