from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pictures import write_noise
from toile.catalog.datasets import READERS, Check, FaultKind, Finding, check_dataset
from toile.cli import app
from toile.errors import ConfigError, DataError

CATEGORIES = ("dress", "jacket", "pants", "skirt", "top")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Fashion200K with 20 pictures a split, of which the tests then break some."""
    for split in ("train", "test"):
        for category in CATEGORIES:
            names = [f"women/{category}/{split}{number}/{number}_0.jpeg" for number in range(4)]
            for name in names:
                write_noise(tmp_path / name)
            (tmp_path / "labels").mkdir(exist_ok=True)
            lines = "".join(f"{name}\t0.5\ta {category}\n" for name in names)
            (tmp_path / "labels" / f"{category}_{split}_detect_all.txt").write_text(lines)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["data", *(str(argument) for argument in arguments)])


def test_a_whole_copy(folder: Path) -> None:
    check = check_dataset("fashion200k", folder)
    assert check.is_usable
    assert check.rows == {"train": 20, "test": 20}
    assert check.findings == []
    assert check.opened == 40


def test_a_broken_copy_is_told_with_counts_and_examples(folder: Path) -> None:
    for number in range(4):
        (folder / "women" / "skirt" / f"train{number}" / f"{number}_0.jpeg").unlink()
    (folder / "women" / "top" / "train1" / "1_0.jpeg").write_bytes(b"half")
    (folder / "labels" / "pants_train_detect_all.txt").unlink()
    with (folder / "labels" / "dress_train_detect_all.txt").open("ab") as file:
        file.write(b"no tabs\nwomen/dress/train0/0_0.jpeg\t1\tcaf\xe9")
    check = check_dataset("fashion200k", folder)
    told = {(finding.split, finding.kind.value, finding.subject): finding for finding in check.findings}
    assert {key: finding.count for key, finding in told.items()} == {
        ("train", "broken row", "dress_train_detect_all.txt"): 1,
        ("train", "other encoding", "dress_train_detect_all.txt"): 1,
        ("train", "missing split", "pants_train_detect_all.txt"): 1,
        ("train", "missing picture", "skirt_train_detect_all.txt"): 4,
        ("train", "broken picture", "picture"): 1,
    }
    assert told["train", "missing picture", "skirt_train_detect_all.txt"].examples == [
        f"women/skirt/train{number}/{number}_0.jpeg" for number in range(3)
    ]
    assert (check.rows, check.lost) == ({"train": 13, "test": 20}, {"train": 5, "test": 0})


def test_only_a_sample_is_opened_and_the_same_each_time(folder: Path) -> None:
    """Each of 20 pictures is broken: as many are told as are opened."""
    for path in (folder / "women").rglob("*.jpeg"):
        path.write_bytes(b"half")
    check = check_dataset("fashion200k", folder, splits=("test",), sample=7)
    assert check.opened == 7
    assert [finding.count for finding in check.findings] == [7]
    assert check == check_dataset("fashion200k", folder, splits=("test",), sample=7)
    assert check != check_dataset("fashion200k", folder, splits=("test",), sample=7, seed=1)
    assert check_dataset("fashion200k", folder, sample=0).findings == []


def test_wanted_splits_must_have_rows(folder: Path) -> None:
    for category in CATEGORIES:
        (folder / "labels" / f"{category}_train_detect_all.txt").unlink()
    assert check_dataset("fashion200k", folder).is_usable
    assert not check_dataset("fashion200k", folder, splits=("train",)).is_usable
    assert not check_dataset("fashion200k", folder, splits=("train", "test")).is_usable


def test_a_split_that_the_layout_has_not(folder: Path) -> None:
    with pytest.raises(ConfigError, match="fashion200k has no split 'val'; expected one of train, test"):
        check_dataset("fashion200k", folder, splits=("val",))


def test_an_encoding_that_ends_a_manifest_ends_its_split(tmp_path: Path) -> None:
    write_noise(tmp_path / "images" / "a.jpg")
    (tmp_path / "images.csv").write_bytes(b"image,sender_id,label,kids\na,1,Hat,False\nb,1,Caf\xe9,False\n")
    check = check_dataset("clothing-dataset", tmp_path)
    assert [finding.kind.value for finding in check.findings] == ["broken file"]
    assert "is not UTF-8 text" in check.findings[0].examples[0]


def test_a_fault_in_many_places_stays_one_line() -> None:
    check = Check(dataset="d", path="p", rows={"all": 1}, lost={"all": 0})
    for number in range(9):
        finding = Finding(
            split="all", kind=FaultKind.BROKEN_FILE, subject=f"{number}.tar", count=2, examples=["a", "b"]
        )
        check.findings.append(finding)
    lines = [line for line in check.for_people().splitlines() if "broken file: 18" in line]
    assert lines == ["  all: broken file: 18 (0.tar 2, 1.tar 2, 2.tar 2, 3.tar 2, 4.tar 2, 5.tar 2, ...): a; b; a; ..."]


def test_progress_is_told(folder: Path) -> None:
    told = list[tuple[str, int, int | None]]()
    check_dataset("fashion200k", folder, splits=("test",), sample=2, progress=lambda *step: told.append(step))
    assert told == [("test: opening", 1, 2), ("test: opening", 2, 2)]


def test_command_line(folder: Path) -> None:
    result = run("check", "fashion200k", folder, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    told = json.loads(result.stdout)
    assert (told["usable"], told["rows"]) == (True, {"train": 20, "test": 20})
    (folder / "women" / "skirt" / "train0" / "0_0.jpeg").unlink()
    lines = run("check", "fashion200k", folder).stdout.splitlines()
    assert lines[0].endswith(": usable")
    assert lines[1] == "  train: 19 rows, 1 lost"
    assert lines[3] == ("  train: missing picture: 1 (skirt_train_detect_all.txt 1): women/skirt/train0/0_0.jpeg")


def test_command_line_on_a_copy_of_no_use(folder: Path) -> None:
    for path in (folder / "women").rglob("*.jpeg"):
        path.unlink()
    result = run("check", "fashion200k", folder, "--json")
    assert result.exit_code == DataError.exit_code
    told = json.loads(result.stdout)
    assert told["usable"] is False
    assert {(finding["kind"], finding["count"]) for finding in told["findings"]} == {("missing picture", 4)}
    shown = run("check", "fashion200k", folder).stdout
    assert "NOT USABLE" in shown
    assert "what to do about missing picture: get the pictures" in shown
    assert shown.splitlines()[-2] == "  no row at all in train, test"
    result = run("check", "fashion200k", folder / "women")
    assert result.exit_code == DataError.exit_code
    assert "is no fashion200k: expected labels/" in result.stderr


def test_every_kind_of_fault_comes_with_advice() -> None:
    check = Check(dataset="d", path="p", rows={"all": 1}, lost={"all": 0})
    check.findings = [Finding(split="all", kind=kind, subject="s", count=1) for kind in FaultKind]
    advice = [finding["advice"] for finding in json.loads(check.to_json())["findings"]]
    assert len(set(advice)) == len(FaultKind)
    assert all(f"what to do about {kind}: " in check.for_people() for kind in FaultKind)


def test_help_names_every_data_set() -> None:
    shown = " ".join(run("check", "--help").stdout.split())
    assert all(name in shown for name in READERS)
