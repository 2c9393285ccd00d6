from __future__ import annotations

import json
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from pictures import noise
from toile.catalog.datasets import Fault, FaultKind
from toile.catalog.datasets.webdataset import WebDataset
from toile.catalog.manifest import Row
from toile.catalog.sources import open_source
from toile.errors import DataError


def write_shard(
    path: Path, num_samples: int, *, caption: bytes = b"a red dress, pleated", picture: bool = True
) -> None:
    """As img2dataset writes them: 00000.tar with 000000000.jpg, .json, .txt."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as tar:
        for number in range(num_samples):
            key = f"{path.stem}{number:04d}"
            told = {"url": "https://example.org/1.jpg", "key": key, "status": "success", "similarity": 0.31}
            buffer = BytesIO()
            noise(seed=number).save(buffer, "JPEG")
            members = {"jpg": buffer.getvalue(), "json": json.dumps(told).encode(), "txt": caption}
            for ending, content in members.items():
                if ending != "jpg" or picture:
                    member = tarfile.TarInfo(f"{key}.{ending}")
                    member.size = len(content)
                    tar.addfile(member, BytesIO(content))
    path.with_name(f"{path.stem}_stats.json").write_text(json.dumps({"count": 9, "successes": num_samples}))


def found_in(reader: WebDataset, split: str) -> tuple[list[Row], list[Fault]]:
    found = list(reader.rows(split))
    return [row for row in found if isinstance(row, Row)], [row for row in found if isinstance(row, Fault)]


def test_shards_of_a_folder(tmp_path: Path) -> None:
    write_shard(tmp_path / "00000.tar", 2)
    write_shard(tmp_path / "00001.tar", 1)
    reader = WebDataset.open(tmp_path)
    assert reader.splits == ("all",)
    rows, faults = found_in(reader, "all")
    assert [row.id for row in rows] == ["000000000", "000000001", "000010000"]
    assert rows[0].caption == "a red dress, pleated"
    assert rows[0].extra["similarity"] == 0.31
    assert set(rows[0].extra) == set(reader.columns.names)
    assert faults == []
    assert list(reader.faults("all")) == []


def test_a_folder_a_split_and_ids_that_stay_apart(tmp_path: Path) -> None:
    write_shard(tmp_path / "train" / "00000.tar", 1)
    write_shard(tmp_path / "val" / "00000.tar", 1)
    reader = WebDataset.open(tmp_path)
    assert reader.splits == ("train", "val")
    assert [row.id for row in open_source(f"webdataset:{tmp_path}") if isinstance(row, Row)] == [
        "train/000000000",
        "val/000000000",
    ]


def test_a_pattern(tmp_path: Path) -> None:
    write_shard(tmp_path / "00000.tar", 1)
    write_shard(tmp_path / "00001.tar", 1)
    rows, _ = found_in(WebDataset.open(tmp_path / "{00000..00001}.tar"), "all")
    assert len(rows) == 2
    with pytest.raises(DataError, match=r"00002\.tar does not exist"):
        WebDataset.open(tmp_path / "{00000..00002}.tar")


def test_missing_shards_are_named(tmp_path: Path) -> None:
    for number in (0, 3):
        write_shard(tmp_path / f"{number:05d}.tar", 1)
    assert [fault.detail for fault in WebDataset.open(tmp_path).faults("all")] == ["00001.tar", "00002.tar"]


def test_a_shard_cut_off(tmp_path: Path) -> None:
    write_shard(tmp_path / "00000.tar", 3)
    whole = (tmp_path / "00000.tar").read_bytes()
    (tmp_path / "00000.tar").write_bytes(whole[: 512 * 6 + 100])
    rows, faults = found_in(WebDataset.open(tmp_path), "all")
    assert len(rows) < 3
    assert [fault.kind for fault in faults] == [FaultKind.BROKEN_FILE] * 2
    assert "00000.tar is broken after" in faults[0].detail
    assert faults[1].detail == f"00000.tar has {len(rows)} samples with pictures, 00000_stats.json tells of 3"


def test_samples_without_picture_and_texts_in_other_encodings(tmp_path: Path) -> None:
    write_shard(tmp_path / "00000.tar", 1, picture=False)
    write_shard(tmp_path / "00001.tar", 1, caption=b"caf\xe9 print")
    _, faults = found_in(WebDataset.open(tmp_path), "all")
    assert [(fault.kind, fault.subject) for fault in faults] == [
        (FaultKind.MISSING_PICTURE, "00000.tar"),
        (FaultKind.BROKEN_FILE, "00000.tar"),  # it tells of one picture
        (FaultKind.OTHER_ENCODING, "00001.tar"),
    ]


def test_no_shards(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is no webdataset: expected 00000\.tar"):
        WebDataset.open(tmp_path)
