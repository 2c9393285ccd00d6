"""Decoded training pictures, kept beside the checkpoints so that a resumed run starts at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.generic]]


def _fingerprint(source: Path) -> str:
    """Changes when the file is replaced; reading 100 MB to hash it would cost more than it protects."""
    stat = source.stat()
    return hashlib.sha256(f"{source.name}:{stat.st_size}:{stat.st_mtime_ns}".encode()).hexdigest()[:12]


def cached_arrays(folder: Path, name: str, sources: Sequence[Path], make: Callable[[Path], Arrays]) -> Arrays:
    """The rows that `make` reads from each source file, one after another; read once, as long as a file stays the same.

    Args:
        folder: where decoded rows are kept.
        name: of this reading: another name, other rows.
        sources: files, at least one.
        make: reads a file into arrays with a row a picture.
    """
    return joined([cached(folder / f"{name}-{_fingerprint(source)}.npz", partial(make, source)) for source in sources])


def joined(parts: Sequence[Arrays]) -> Arrays:
    """The rows of several readings, one after another.

    Args:
        parts: emptied as they are copied: pictures that fill half of the memory could not be joined otherwise.
    """
    whole: Arrays = {}
    for key in list(parts[0]):
        count, shape = sum(len(part[key]) for part in parts), parts[0][key].shape[1:]
        rows = np.empty((count, *shape), np.result_type(*(part[key].dtype for part in parts)))
        start = 0
        for part in parts:
            own = part.pop(key)
            rows[start : start + len(own)] = own
            start += len(own)
        whole[key] = rows
    return whole


def cached(path: Path, make: Callable[[], Arrays]) -> Arrays:
    """What `make` gives, from the file where it has been made before."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Each process its own: of several that read at once, one would move away the other's.
        beside = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(beside, allow_pickle=False, **make())
        beside.replace(path)
    with np.load(path) as arrays:
        return {key: arrays[key] for key in arrays.files}
