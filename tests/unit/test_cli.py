from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

import people
import toile
from toile.cli import app
from toile.errors import CheckpointError, ConfigError, DataError, QueryError, RetrievalIndexError

VERBS = (
    "index",
    "search",
    "design",
    "edit",
    "try-on",
    "look",
    "replay",
    "plates",
    "filter",
    "data",
    "culture",
    "refine",
    "train",
    "tune",
    "ablate",
    "bundle",
    "evaluate",
    "demo",
    "doctor",
)


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(scope="module", autouse=True)
def _tiny_models(tiny_bundle: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOILE_BUNDLE", str(tiny_bundle))
        yield


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for colour in ("red", "blue", "green", "black"):
        Image.new("RGB", (96, 96), colour).save(folder / f"{colour}.png")
    (folder / "broken.png").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def wardrobe(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index") / "wardrobe"
    assert run("index", photos, "--into", folder, "--json").exit_code == 0
    return folder


def test_version() -> None:
    assert run("--version").stdout.strip() == toile.__version__


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    result = run(verb, "--help")
    assert result.exit_code == 0
    assert f"toile {verb}" in result.stdout or f"{verb} [OPTIONS]" in result.stdout


def test_look_prints_one_object_and_writes_overlay_and_masks(tmp_path: Path) -> None:
    people.photo().save(tmp_path / "photo.png")
    result = run("look", tmp_path / "photo.png", "--masks", tmp_path / "masks")
    assert json.loads(result.stdout)["size"] == list(people.SIZE)
    with Image.open(tmp_path / "photo.look.png") as overlay:
        assert overlay.size == people.SIZE[::-1]
    assert result.stderr.endswith(f"masks in {tmp_path / 'masks'}\n")


def test_wrong_option_is_two() -> None:
    result = run("search", "a dress", "--nearest", "3")
    assert result.exit_code == 2
    assert "--nearest" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("photos", "--delete", "a")])
def test_index_wants_a_source_or_ids(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = run("index", *arguments, "--into", tmp_path)
    assert result.exit_code == 2
    assert "SOURCE" in result.stderr


def test_index_prints_one_object_and_nothing_else(photos: Path, tmp_path: Path) -> None:
    result = run("index", photos, "--into", tmp_path / "i", "--json")
    assert result.stderr == ""
    report = json.loads(result.stdout)
    assert (report["added"], report["rejected"], report["total"]) == (4, 1, 4)


def test_index_again_adds_nothing_and_says_where_the_reasons_are(wardrobe: Path, photos: Path) -> None:
    result = run("index", photos, "--into", wardrobe)
    assert result.exit_code == 0
    assert "0 added, 0 updated, 4 unchanged, 1 rejected; 4 records" in result.stdout
    assert "rejected.jsonl" in result.stderr


def test_delete_by_id(photos: Path, tmp_path: Path) -> None:
    run("index", photos, "--into", tmp_path / "i", "--json")
    ids = [hit["id"] for hit in json.loads(run("search", "red", "--index", tmp_path / "i", "--json").stdout)["hits"]]
    result = run("index", "--into", tmp_path / "i", "--delete", ids[0], "--delete", ids[1], "--json")
    assert json.loads(result.stdout) == {"deleted": 2}
    left = json.loads(run("search", "red", "--index", tmp_path / "i", "--json").stdout)["hits"]
    assert sorted(hit["id"] for hit in left) == sorted(ids[2:])


def test_search_prints_hits_as_json_and_as_lines(wardrobe: Path, photos: Path) -> None:
    asked = ("search", "red", "--image", photos / "red.png", "--text-weight", 0, "--index", wardrobe, "--k", 2)
    as_json = run(*asked, "--json")
    assert as_json.stderr == ""
    hits = json.loads(as_json.stdout)["hits"]
    assert len(hits) == 2
    assert "red" in hits[0]["id"]
    lines = run(*asked).stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == [hit["id"] for hit in hits]


def test_search_writes_a_contact_sheet(wardrobe: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "hits.html"
    result = run("search", "red", "--index", wardrobe, "--sheet", sheet)
    assert str(sheet) in result.stderr
    assert "<html" in sheet.read_text(encoding="utf-8")


def test_search_counts_facets(wardrobe: Path) -> None:
    result = run("search", "red", "--index", wardrobe, "--facet", "source", "--json")
    assert result.exit_code == 0
    assert sum(json.loads(result.stdout)["facets"]["source"].values()) == 4


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("search", "", "--index", "{index}"), QueryError, "empty"),
        (("search", "red", "--index", "{index}", "--k", "0"), QueryError, "k"),
        (("search", "red", "--index", "{index}", "--where", "sleeves = 1"), QueryError, "sleeves"),
        (("search", "red", "--index", "{index}", "--image", "{tmp}/no.png"), DataError, "no.png"),
        (("search", "red", "--index", "{tmp}/none"), RetrievalIndexError, "none"),
        (("search", "red", "--index", "{index}", "--bundle", "{tmp}/none"), CheckpointError, "none"),
        (("index", "{tmp}", "--into", "{tmp}/i"), DataError, ""),
        (("design", " ", "--out", "{tmp}"), QueryError, "empty"),
        (("design", "a dress", "--n", "0", "--out", "{tmp}"), QueryError, "n is 0"),
        (("design", "a dress", "--attribute", "collar", "--out", "{tmp}"), ConfigError, "'collar' is no attribute"),
        (("design", "a dress", "--attribute", "collar=vv", "--out", "{tmp}"), QueryError, "collar can't be 'vv'"),
        (("replay", "{tmp}/no.png"), DataError, "no.png does not exist"),
        (("train", "recipes/weave.toml", "--data", "{tmp}"), ConfigError, "weave"),
        (("evaluate", "elegance"), ConfigError, "elegance"),
    ],
)
def test_what_a_user_can_mend_is_one_message_and_a_code(
    arguments: tuple[str, ...], kind: type[toile.errors.ToileError], message: str, wardrobe: Path, tmp_path: Path
) -> None:
    result = run(*(argument.format(index=wardrobe, tmp=tmp_path) for argument in arguments))
    assert result.exit_code == kind.exit_code
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("toile: ") or "toile: " in result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_design_and_replay_give_the_same_bytes(tmp_path: Path) -> None:
    result = run("design", "white dress", "--n", 2, "--seed", 7, "--steps", 2, "--out", tmp_path / "d", "--json")
    assert result.stderr == ""
    designs = json.loads(result.stdout)["designs"]
    assert [design["recipe"]["seeds"] for design in designs] == [[7], [8]]
    replayed = run("replay", designs[1]["path"])
    assert replayed.exit_code == 0
    assert "the same" in replayed.stderr
    assert Path(replayed.stdout.strip()).read_bytes() == Path(designs[1]["path"]).read_bytes()


def test_a_design_is_edited_by_a_mask_and_the_edit_replayed(tmp_path: Path) -> None:
    run("design", "white dress", "--attribute", "collar=v", "--steps", 2, "--out", tmp_path / "d")
    (design,) = (tmp_path / "d").glob("*.png")
    mask = Image.new("L", (192, 256), 0)
    mask.paste(255, (60, 80, 130, 150))
    mask.save(tmp_path / "mask.png")
    edited = run("edit", design, "--to", "a pocket", "--mask", tmp_path / "mask.png", "--steps", 2, "--json")
    assert edited.exit_code == 0, edited.stderr
    told = json.loads(edited.stdout)
    assert told["changed_outside"] == 0
    assert told["recipe"]["arguments"]["brief"]["attributes"] == {"collar": "v"}
    assert len(told["recipe"]["parents"]) == 3  # the design, the mask, the design's recipe
    alone = run("replay", told["path"])
    assert alone.exit_code == DataError.exit_code
    assert "give it with --parent FILE" in alone.stderr
    again = run("replay", told["path"], "--parent", design, "--parent", tmp_path / "mask.png")
    assert again.exit_code == 0, again.stderr


def test_replay_of_a_changed_picture_says_so(tmp_path: Path) -> None:
    run("design", "white dress", "--steps", 1, "--out", tmp_path, "--json")
    (path,) = tmp_path.glob("*.png")
    path.write_bytes(path.read_bytes() + b"\0")
    result = run("replay", path, "--out", tmp_path / "again.png")
    assert result.exit_code == DataError.exit_code
    assert "differs from" in result.stderr


def test_doctor_knows_a_whole_bundle() -> None:
    result = run("doctor", "--json")
    assert result.exit_code == 0, result.stdout
    diagnosis = json.loads(result.stdout)
    assert diagnosis["packages"]["torch"].startswith("2.")
    assert diagnosis["problems"] == []
    assert run("doctor").stdout.rstrip().endswith("all is well")


def test_doctor_finds_the_file_that_is_corrupted_and_the_one_that_is_gone(tiny_bundle: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(tiny_bundle, bundle)
    with (bundle / "encoder.safetensors").open("r+b") as weights:
        weights.write(b"\0\0")
    (bundle / "denoiser.safetensors").unlink()
    result = run("doctor", "--bundle", bundle, "--json")
    assert result.exit_code == 1
    diagnosis = json.loads(result.stdout)
    assert diagnosis["bundle"]["files"]["encoder.safetensors"].startswith("corrupted: sha256")
    assert diagnosis["bundle"]["files"]["denoiser.safetensors"] == "missing"
    assert diagnosis["bundle"]["files"]["autoencoder.safetensors"] == "right"
    assert len(diagnosis["problems"]) == 2
    assert "PROBLEM: denoiser.safetensors of the bundle is missing" in run("doctor", "--bundle", bundle).stdout


def test_doctor_opens_a_hub_checkpoint_to_know_whether_it_is_whole(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "clip"}')
    result = run("doctor", "--bundle", tmp_path, "--json")
    assert result.exit_code == 1
    assert "the bundle can't be opened" in json.loads(result.stdout)["problems"][0]


def test_doctor_without_a_bundle(tmp_path: Path) -> None:
    result = run("doctor", "--bundle", tmp_path / "none", "--json")
    assert result.exit_code == 1
    assert "none" in json.loads(result.stdout)["problems"][0]


def test_import_and_help_are_quick() -> None:
    """The limit is that of `import_s`; the best of three, since other processes may be at work."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import toile"], check=True)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) <= 0.3


def test_bundle_joins_trained_parts(tiny_bundle: Path, tmp_path: Path) -> None:
    parts = [tiny_bundle.parent / name for name in ("encoder", "autoencoder", "denoiser")]
    result = run("bundle", *parts, "--into", tmp_path / "mine", "--name", "mine")
    assert result.exit_code == 0
    assert result.stdout.strip() == toile.load(tmp_path / "mine").bundle.hash
    assert run("bundle", tmp_path / "nowhere", "--into", tmp_path / "other").exit_code == CheckpointError.exit_code


@pytest.mark.usefixtures("drawing")
def test_plates_are_packed_for_training(tmp_path: Path) -> None:
    result = run("plates", "--n", 2, "--packed", "--out", tmp_path, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["plates"] == 2
    assert [Path(file).name for file in told["files"]] == ["streets.parquet", "garments.parquet"]
    assert all(Path(file).is_file() for file in told["files"])


def test_refine_prints_slots_with_their_sources_and_what_to_know() -> None:
    result = run("refine", "Korean bride in pink", "--lock", "material=silk")
    assert result.exit_code == 0
    assert "pink hanbok, Korean" in result.stdout
    assert re.search(r"colour\s+pink\s+· you", result.stdout)
    assert re.search(r"garment\s+hanbok\s+· kb:hanbok", result.stdout)


def test_refine_as_json_is_one_object() -> None:
    result = run("refine", "war bonnet", "--json")
    assert json.loads(result.stdout)["declined"] == ["war-bonnet"]


def test_refine_step_by_step_and_again_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = iter(["set colour=green", "fly", f"save {tmp_path / 's.json'}", "quit"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    result = run("refine", "hanbok", "-i")
    assert "+ colour: green" in result.stdout
    assert "there is no step 'fly'" in result.stderr
    again = run("refine", "--session", tmp_path / "s.json")
    assert "green hanbok" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("refine",), 2, "give either a BRIEF or --session FILE"),
        (("refine", "🙂"), 4, "holds no word"),
        (("refine", "kilt", "--culture", "Zamundan"), 4, "no record is of the culture"),
        (("refine", "kilt", "--lock", "colour"), 2, "is no lock; write NAME=VALUE"),
        (("refine", "--session", "nowhere.json"), 3, "can't be read"),
        (("design", "war bonnet", "--refine"), 4, "It is not drawn here"),
    ],
)
def test_what_can_t_be_refined_says_why(arguments: tuple[str, ...], code: int, message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, message in result.stderr) == (code, True), result.stderr


def test_plates_are_weakened(tmp_path: Path, drawing: None) -> None:
    plates = tmp_path / "plates"
    run("plates", "--n", 8, "--height", 64, "--with", "culture=kimono", "--packed", "--out", plates)
    result = run("data", "weaken", plates, "--out", tmp_path / "w", "--wrong", 0.5)
    assert "8 rows of 1 cultures" in result.stdout
