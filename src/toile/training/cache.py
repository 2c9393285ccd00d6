"""Decoded training pictures, kept beside the checkpoints so that a resumed run starts at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.generic]]


def _fingerprint(sources: Sequence[Path]) -> str:
    """Changes when a source file is replaced; reading 100 MB to hash it would cost more than it protects."""
    digest = hashlib.sha256()
    for source in sources:
        if source.exists():
            stat = source.stat()
            digest.update(f"{source.name}:{stat.st_size}:{stat.st_mtime_ns}".encode())
    return digest.hexdigest()[:12]


def cached_arrays(folder: Path, name: str, sources: Sequence[Path], make: Callable[[], Arrays]) -> Arrays:
    """`make()`, or what it gave the last time for the same source files."""
    path = folder / f"{name}-{_fingerprint(sources)}.npz"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".tmp.npz")
        np.savez(beside, allow_pickle=False, **make())
        beside.replace(path)
    with np.load(path) as arrays:
        return {key: arrays[key] for key in arrays.files}
