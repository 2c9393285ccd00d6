from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from torch import nn

from toile.bundles import assemble, average, broken_files, load_bundle, read_manifest, write_parts
from toile.bundles import parts as parts_module
from toile.bundles.parts import read_tensors
from toile.errors import CheckpointError, ConfigError


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A copy that a test may break."""
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def test_weights_come_back_at_half_precision(tmp_path: Path) -> None:
    module = nn.Linear(3, 2)
    write_parts(tmp_path, {"line": (module, {"size": 3})})
    manifest = read_manifest(tmp_path)
    assert manifest.parts["line"].config == {"size": 3}
    assert torch.equal(read_tensors(tmp_path, manifest, "line")["weight"], module.weight.detach().half().float())


def test_large_parts_are_split_into_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_module, "MAX_FILE_BYTES", 35)
    write_parts(tmp_path, {"line": (nn.Linear(4, 4), {})})
    manifest = read_manifest(tmp_path)
    assert sorted(manifest.parts["line"].files) == ["line-1-of-2.safetensors", "line-2-of-2.safetensors"]
    assert set(read_tensors(tmp_path, manifest, "line")) == {"weight", "bias"}


def test_a_missing_file_is_named(bundle: Path) -> None:
    (bundle / "encoder.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"encoder\.safetensors of the bundle 'tiny' is missing; install"):
        _ = load_bundle(bundle).encoder


def test_a_corrupted_file_is_named_with_both_hashes(bundle: Path) -> None:
    path = bundle / "autoencoder.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"autoencoder\.safetensors .* is corrupted: sha256 .*, expected"):
        _ = load_bundle(bundle).autoencoder
    assert list(broken_files(bundle, read_manifest(bundle))) == ["autoencoder.safetensors"]


def test_a_part_that_is_not_there_is_named(tiny_bundle: Path, tmp_path: Path) -> None:
    write_parts(tmp_path, {"autoencoder": (nn.Linear(1, 1), {})})
    with pytest.raises(CheckpointError, match=r"has no denoiser, it holds \['autoencoder'\]"):
        _ = load_bundle(tmp_path).generator


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "holds no bundle.json"),
        ("{}", "is not a bundle's manifest"),
        (json.dumps({"name": "x", "format": 99, "parts": {}}), "has format 99, this toile reads 1; upgrade"),
    ],
)
def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "bundle.json").write_text(content)
    with pytest.raises(CheckpointError, match=message):
        load_bundle(tmp_path)


def test_a_missing_folder_and_a_missing_device_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is not a folder"):
        load_bundle(tmp_path / "nowhere")
    if not torch.cuda.is_available():
        with pytest.raises(ConfigError, match="torch sees no CUDA device"):
            load_bundle(device="cuda")


def test_assembling_replaces_parts_of_the_same_name(tmp_path: Path) -> None:
    for folder, size in (("a", 1), ("b", 2)):
        write_parts(tmp_path / folder, {"line": (nn.Linear(size, size), {"size": size})})
    first = assemble([tmp_path / "a"], tmp_path / "whole", name="whole")
    second = assemble([tmp_path / "b"], tmp_path / "whole", name="whole")
    assert second.parts["line"].config == {"size": 2}
    assert first.hash != second.hash
    assert not broken_files(tmp_path / "whole", second)


def test_the_embedded_bundle_is_whole_and_small_enough() -> None:
    bundle = load_bundle()
    assert not broken_files(bundle.folder, bundle.manifest)
    sizes = [path.stat().st_size for path in bundle.folder.glob("*.safetensors")]
    assert max(sizes) < 15e6
    assert sum(sizes) < 64e6
    assert set(bundle.manifest.parts) == {
        "autoencoder",
        "captioner",
        "denoiser",
        "encoder",
        "figure",
        "garment",
        "inversion",
        "unifashion",
    }


def test_bundles_of_the_same_sizes_have_a_mean(tmp_path: Path) -> None:
    for name, value in (("a", 1.0), ("b", 3.0)):
        write_parts(
            tmp_path / name, {"part": ({"weight": torch.full((2, 3), value), "n": torch.tensor(7)}, {"size": 3})}
        )
    average([tmp_path / "a", tmp_path / "b"], tmp_path / "mean")
    found = read_tensors(tmp_path / "mean", read_manifest(tmp_path / "mean"), "part")
    assert torch.equal(found["weight"], torch.full((2, 3), 2.0))
    assert found["n"] == 7
    write_parts(tmp_path / "c", {"part": ({"weight": torch.zeros(2, 4)}, {"size": 4})})
    with pytest.raises(CheckpointError, match="not all of these bundles have a part 'part' of the same sizes"):
        average([tmp_path / "a", tmp_path / "c"], tmp_path / "none")
    write_parts(tmp_path / "d", {"part": ({"weight": torch.zeros(2, 3)}, {"size": 3}), "more": ({}, {})})
    with pytest.raises(CheckpointError, match="only some of these bundles have a part 'more'"):
        average([tmp_path / "a", tmp_path / "d"], tmp_path / "none")
