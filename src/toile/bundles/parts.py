"""A bundle on disk: `bundle.json` and safetensors files, every file listed with its sha256.

A part is one model: its config and its weights in 16 bits, split into files under 15 MB so that a bundle can live in a
git repository. What a training recipe writes is a bundle of one part; `assemble` joins such bundles.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from pydantic import TypeAdapter, ValidationError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from toile.errors import CheckpointError

MANIFEST_NAME: Final = "bundle.json"
FORMAT_VERSION: Final = 1
MAX_FILE_BYTES: Final = 14_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One model of a bundle."""

    config: dict[str, Any]
    """The keyword arguments of the model's config."""
    files: dict[str, str]
    """File name to sha256."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What `bundle.json` holds."""

    name: str
    format: int
    parts: dict[str, Part]

    @property
    def hash(self) -> str:
        """sha256 of configs and weights: equal hashes, equal results."""
        canonical = json.dumps({name: asdict(part) for name, part in self.parts.items()}, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


GENERATOR: Final = "generator"
"""Folder of a bundle that holds a Stable Diffusion, which then draws in place of the embedded denoiser."""


def file_hash(path: Path) -> str:
    """sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a bundle folder.

    Raises:
        CheckpointError: no manifest, a broken one, or one of another format.
    """
    path = folder / MANIFEST_NAME
    try:
        manifest = TypeAdapter(Manifest).validate_json(path.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"{folder} holds no {MANIFEST_NAME}; give the folder of a toile bundle") from None
    except ValidationError as error:
        raise CheckpointError(f"{path} is not a bundle's manifest: {error}") from error
    if manifest.format != FORMAT_VERSION:
        raise CheckpointError(
            f"the bundle {folder} has format {manifest.format}, this toile reads {FORMAT_VERSION}; upgrade toile"
        )
    return manifest


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    beside = folder / f"{MANIFEST_NAME}.new"
    beside.write_text(json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n")
    beside.replace(folder / MANIFEST_NAME)


def _file_groups(tensors: dict[str, Tensor]) -> list[dict[str, Tensor]]:
    """Tensors in order, in groups that stay under the file limit."""
    groups: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, tensor in tensors.items():
        if groups[-1] and size + tensor.nbytes > MAX_FILE_BYTES:
            groups.append({})
            size = 0
        groups[-1][name] = tensor
        size += tensor.nbytes
    return groups


Weights = nn.Module | Mapping[str, Tensor]


def write_parts(folder: Path, parts: Mapping[str, tuple[Weights, dict[str, Any]]]) -> None:
    """Write models as a bundle in `folder`; floating-point weights are rounded to 16 bits.

    Args:
        folder: made if missing; what was a bundle there is none any more.
        parts: name to model, or its tensors by name, and what the bundle must know of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        name: Part(config=config, files=_write(folder, name, weights)) for name, (weights, config) in parts.items()
    }
    _write_manifest(folder, Manifest(name="+".join(written), format=FORMAT_VERSION, parts=written))


def _write(folder: Path, name: str, weights: Weights) -> dict[str, str]:
    """The weights of a part; its files with their hashes."""
    tensors = {
        key: (tensor.half() if tensor.is_floating_point() else tensor).detach().cpu().contiguous()
        for key, tensor in (weights.state_dict() if isinstance(weights, nn.Module) else weights).items()
    }
    groups = _file_groups(tensors)
    files = {}
    for index, group in enumerate(groups):
        suffix = f"-{index + 1}-of-{len(groups)}" if len(groups) > 1 else ""
        path = folder / f"{name}{suffix}.safetensors"
        save_file(group, path)
        files[path.name] = file_hash(path)
    return files


def broken_files(folder: Path, manifest: Manifest) -> dict[str, str]:
    """File name to what is wrong with it, for every file of the bundle that is missing or altered."""
    problems = {}
    for part in manifest.parts.values():
        for name, expected in part.files.items():
            path = folder / name
            if not path.is_file():
                problems[name] = "missing"
            elif file_hash(path) != expected:
                problems[name] = f"corrupted: sha256 {file_hash(path)[:12]}…, expected {expected[:12]}…"
    return problems


def read_tensors(folder: Path, manifest: Manifest, name: str) -> dict[str, Tensor]:
    """A part's weights in 32 bits, every file checked.

    Raises:
        CheckpointError: the bundle has no such part, or a file is missing or corrupted.
    """
    part = manifest.parts.get(name)
    if part is None:
        raise CheckpointError(
            f"the bundle '{manifest.name}' has no {name}, it holds {sorted(manifest.parts)}; use another bundle"
        )
    alone = Manifest(name=manifest.name, format=manifest.format, parts={name: part})
    for file, problem in broken_files(folder, alone).items():
        raise CheckpointError(f"{file} of the bundle '{manifest.name}' is {problem}; install the bundle again")
    tensors: dict[str, Tensor] = {}
    for file in part.files:
        tensors |= load_file(folder / file)
    return {key: tensor.float() if tensor.dtype == torch.float16 else tensor for key, tensor in tensors.items()}


def assemble(sources: Sequence[Path], into: Path, *, name: str) -> Manifest:
    """Join the parts of several bundles into one folder; parts that are already there under the same name are replaced.

    A Stable Diffusion folder in diffusers' layout among them becomes the bundle's generator, its U-Net widened.

    Raises:
        CheckpointError: a source is no bundle, or one of its files is broken.
    """
    into.mkdir(parents=True, exist_ok=True)
    parts = dict(read_manifest(into).parts) if (into / MANIFEST_NAME).is_file() else {}
    for source in sources:
        if (source / "model_index.json").is_file():
            from toile.models.stable_diffusion import read_stable_diffusion, write_stable_diffusion

            unet, *_ = read_stable_diffusion(source, torch.device("cpu"))
            shutil.rmtree(into / GENERATOR, ignore_errors=True)
            write_stable_diffusion(source, unet, into / GENERATOR)
            continue
        manifest = read_manifest(source)
        for file, problem in broken_files(source, manifest).items():
            raise CheckpointError(f"{file} of {source} is {problem}; train that part again")
        for part_name, part in manifest.parts.items():
            replaced = parts.pop(part_name, None)
            for file in replaced.files if replaced else {}:
                (into / file).unlink(missing_ok=True)
            for file in part.files:
                shutil.copyfile(source / file, into / file)
            parts[part_name] = part
    manifest = Manifest(name=name, format=FORMAT_VERSION, parts=dict(sorted(parts.items())))
    _write_manifest(into, manifest)
    return manifest


def average(sources: Sequence[Path], into: Path) -> None:
    """Write the mean of several bundles' weights, part by part, as a bundle.

    Networks that were trained from the same weights by different draws lie in one basin, and their mean is often better
    than each (Wortsman et al. 2022, Model soups).

    Args:
        sources: folders of bundles with the same parts.
        into: folder of the new bundle.

    Raises:
        CheckpointError: parts or their sizes differ, or a file is broken.
    """
    manifests = [read_manifest(source) for source in sources]
    first = manifests[0].parts
    parts: dict[str, tuple[Weights, dict[str, Any]]] = {}
    for name, part in first.items():
        if any(name not in other.parts or other.parts[name].config != part.config for other in manifests):
            raise CheckpointError(f"not all of these bundles have a part {name!r} of the same sizes: no mean of them")
        found = [read_tensors(source, known, name) for source, known in zip(sources, manifests, strict=True)]
        mean = {
            key: torch.stack([tensors[key] for tensors in found]).mean(0) if value.is_floating_point() else value
            for key, value in found[0].items()
        }
        parts[name] = (mean, part.config)
    extra = {name for other in manifests for name in other.parts} - set(first)
    if extra:
        raise CheckpointError(f"only some of these bundles have a part {min(extra)!r}: no mean of them")
    write_parts(into, parts)
