"""What is installed here, and whether it can work: the first thing to read when something does not."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

import toile
from toile.errors import ToileError

_TEXT_TOWER: Final = "the text tower's model.safetensors"


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleHealth:
    """A bundle that could be opened.

    Attributes:
        name: of the bundle.
        hash: that recipes name.
        parts: its models.
        files: each file's name to `right`, or to what is wrong with it.
    """

    name: str
    hash: str
    parts: list[str]
    files: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """The state of an installation.

    Attributes:
        version: of toile.
        python: version and machine.
        packages: each dependency's installed version; None if it is missing.
        device: the best that torch sees here; None if torch is broken.
        threads: that torch computes with.
        bundle: None if it can't be opened.
        problems: what is broken and what to do; empty if all is well.
    """

    version: str
    python: str
    packages: dict[str, str | None]
    device: str | None
    threads: int | None
    bundle: BundleHealth | None
    problems: list[str]

    def to_json(self) -> str:
        """All of it as one JSON object."""
        return json.dumps(asdict(self), indent=1)

    def for_people(self) -> str:
        """All of it as lines, the verdict last."""
        lines = [f"toile {self.version}", self.python, f"device {self.device}, {self.threads} threads"]
        lines += [f"  {name} {version or 'MISSING'}" for name, version in self.packages.items()]
        if self.bundle is not None:
            lines.append(f"bundle {self.bundle.name} {self.bundle.hash[:12]}: {', '.join(self.bundle.parts)}")
            lines += [f"  {file}: {state}" for file, state in self.bundle.files.items()]
        lines += [f"PROBLEM: {problem}" for problem in self.problems] or ["all is well"]
        return "\n".join(lines)


def examine(bundle: Path | None = None) -> Diagnosis:
    """Look at packages, device and bundle; nothing is repaired and nothing raised for what is broken.

    Args:
        bundle: folder of a bundle; None is the one inside the package.
    """
    requirements = list(_requirements())
    problems = [*_package_problems(requirements), *_drawing_problems()]
    device, threads = _device(problems)
    return Diagnosis(
        version=toile.__version__,
        python=f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        packages={requirement.name: _installed(requirement.name) for requirement in requirements},
        device=device,
        threads=threads,
        bundle=None if device is None else _bundle(bundle, problems),
        problems=problems,
    )


def _drawing_problems() -> Iterator[str]:
    """Drawing needs libraries of the system that pip can't bring."""
    try:
        from toile.catalog.plates.drawing import canvas  # noqa: F401
    except ToileError as error:
        yield f"toile plates can't draw: {error}"


def _requirements() -> Iterator[Requirement]:
    for line in metadata.requires("toile") or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _package_problems(requirements: list[Requirement]) -> Iterator[str]:
    for requirement in requirements:
        version = _installed(requirement.name)
        if version is None:
            yield f"{requirement.name} is not installed; run make setup, or pip install '{requirement}'"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"{requirement.name} {version} is installed, expected {requirement.specifier}; run make setup"
    if util.find_spec("torchvision") is not None:
        yield "torchvision is installed, and next to a CPU torch its import fails; run pip uninstall torchvision"


def _device(problems: list[str]) -> tuple[str | None, int | None]:
    try:
        import torch
    except (ImportError, OSError) as error:
        problems.append(f"torch can't be imported ({error}); run make setup")
        return None, None
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu", torch.get_num_threads()


def _bundle(path: Path | None, problems: list[str]) -> BundleHealth | None:
    from toile.bundles import HubBundle, broken_files, load_bundle

    try:
        opened = load_bundle(path)
        if isinstance(opened, HubBundle):  # a hub checkpoint lists no hashes: opening it is the only test
            return BundleHealth(name=opened.name, hash=opened.hash, parts=["encoder"], files={})
    except (ToileError, OSError) as error:
        problems.append(f"the bundle can't be opened: {error}")
        return None
    broken = broken_files(opened.folder, opened.manifest) | _broken_text_tower()
    problems.extend(f"{file} of the bundle is {state}; install it again" for file, state in broken.items())
    listed = [file for part in opened.manifest.parts.values() for file in part.files]
    return BundleHealth(
        name=opened.name,
        hash=opened.hash,
        parts=[*opened.manifest.parts, "text tower"],
        files={file: broken.get(file, "right") for file in [*listed, _TEXT_TOWER]},
    )


def _broken_text_tower() -> dict[str, str]:
    from toile.models.text_encoder import load_text_encoder

    try:
        load_text_encoder()
    except (ToileError, OSError) as error:
        return {_TEXT_TOWER: str(error)}
    return {}
