"""Arrays that are written row by row and lie on disk: what a pass learns of a source without holding it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

CHUNK_ROWS: Final = 8192


class DiskArray:
    """`(N, width)` numbers in one file, or `(N,)` without a width; first appended to, then read as a whole."""

    def __init__(self, path: Path, dtype: DTypeLike, width: int | None = None) -> None:
        self._path = path
        self._dtype = np.dtype(dtype)
        self._width = width
        self._file = path.open("wb")
        self._num_rows = 0

    def append(self, rows: NDArray[Any]) -> None:
        """Add some rows."""
        self._file.write(np.ascontiguousarray(rows, self._dtype).tobytes())
        self._num_rows += len(rows)

    def close(self) -> None:
        """Append no more."""
        self._file.close()

    def finish(self) -> NDArray[Any]:
        """All rows, mapped from disk and writable; nothing can be appended any more."""
        self.close()
        shape = (self._num_rows,) if self._width is None else (self._num_rows, self._width)
        if not self._num_rows:  # an empty file can't be mapped
            return np.empty(shape, self._dtype)
        return np.memmap(self._path, self._dtype, "r+", shape=shape)


def disk_array(path: Path, num_rows: int, fill: float, dtype: DTypeLike) -> NDArray[Any]:
    """A new array of one value, mapped from disk."""
    array = DiskArray(path, dtype)
    for rows in chunks(num_rows):
        array.append(np.full(rows.stop - rows.start, fill, dtype))
    return array.finish()


def chunks(num_rows: int) -> Iterator[slice]:
    """Neighbouring rows, `CHUNK_ROWS` at a time."""
    for start in range(0, num_rows, CHUNK_ROWS):
        yield slice(start, min(start + CHUNK_ROWS, num_rows))
