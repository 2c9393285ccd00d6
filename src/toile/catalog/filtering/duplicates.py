"""Near-duplicates without comparing all with all, and without holding the source in memory.

Each record has a few bands, short pieces of a signature; records that share a band are compared exactly.

- Perceptual hash: 64 bits in `b + 1` bands. Two hashes that differ in at most `b` bits agree in some band entirely, so
  none is missed. The hash sees no colour, and drawings in one pose all have nearly one hash: an 8×8 thumbnail must
  agree as well.
- Embeddings: 16 bands of 16 signs of random projections (Charikar, 2002). Cosine 0.99 shares a band with probability
  0.9999, 0.95 with 0.96.

Of near-duplicates the one with the best score stays, of equals the earliest. Records of one split group are relatives
that the manifest itself knows of, such as drawings that differ in one attribute: never duplicates of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.filtering.disk import chunks
from toile.models.protocols import Embeddings

THUMBNAIL_BYTES: Final = 8 * 8 * 3
NUM_BANDS: Final = 16
_HASH_BITS: Final = 64
_MAX_THUMBNAIL_DIFFERENCE: Final = 10
"""Of any of its 192 values, 0-255. Measured: the same picture saved again, smaller, as a poor JPEG, differs by at most
8; drawings of two garments by 12 or more."""
_ROWS_AT_ONCE: Final = 1_000_000
_BLOCK: Final = 2048

Near = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]
"""Rows `(A,)` and rows `(B,)` to whether each pair is near, `(A, B)`."""


def perceptual_hash(image: Image.Image) -> np.uint64:
    """64 bits of the picture's coarse light and dark (pHash)."""
    bits = imagehash.phash(image).hash.ravel()
    return np.uint64(int.from_bytes(np.packbits(bits).tobytes(), "big"))


def thumbnail(image: Image.Image) -> NDArray[np.uint8]:
    """The picture's coarse colours, `(192,)`."""
    return np.asarray(image.convert("RGB").resize((8, 8), Image.Resampling.BOX), np.uint8).reshape(-1)


def sign_bands(embeddings: Embeddings, seed: int = 0) -> NDArray[np.uint16]:
    """Signs of random projections of `(N, D)`, `(N, NUM_BANDS)`."""
    directions = np.random.default_rng(seed).standard_normal((embeddings.shape[1], NUM_BANDS * 16))
    signs = (embeddings @ directions) > 0
    packed = np.packbits(signs, axis=1).reshape(len(embeddings), NUM_BANDS, 2).astype(np.uint16)
    return (packed[..., 0] << 8 | packed[..., 1]).astype(np.uint16)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bands:
    """Signatures on disk, one band at a time.

    Attributes:
        count: how many bands.
        values: rows and number of a band to its values, integers `(n,)`.
        num_rows: of the source.
    """

    count: int
    values: Callable[[slice, int], NDArray[np.int64]]
    num_rows: int


def hash_bands(hashes: NDArray[np.uint64], max_bits: int) -> Bands:
    """The bands of perceptual hashes that may differ in `max_bits`."""
    edges = np.linspace(0, _HASH_BITS, max_bits + 2).astype(int)

    def values(rows: slice, band: int) -> NDArray[np.int64]:
        width = int(edges[band + 1] - edges[band])
        mask = (1 << min(width, 63)) - 1  # the sign bit of a single band of 64 is let go: such rows are compared anyway
        return ((hashes[rows] >> np.uint64(edges[band])) & np.uint64(mask)).astype(np.int64)

    return Bands(count=max_bits + 1, values=values, num_rows=len(hashes))


def embedding_bands(bands: NDArray[np.uint16]) -> Bands:
    """The bands that `sign_bands` made."""
    return Bands(
        count=bands.shape[1], values=lambda rows, band: bands[rows, band].astype(np.int64), num_rows=len(bands)
    )


def near_hashes(hashes: NDArray[np.uint64], thumbnails: NDArray[np.uint8], max_bits: int) -> Near:
    """At most so many bits differ, and the thumbnails agree."""

    def near(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
        close: NDArray[np.bool_] = _bit_count(hashes[first][:, None] ^ hashes[second][None]) <= max_bits
        rows, columns = np.nonzero(close)
        for start in range(0, len(rows), _BLOCK):  # pixels are looked at only where bits agree
            part = slice(start, start + _BLOCK)
            ours = thumbnails[first[rows[part]]].astype(np.int16)
            difference = np.abs(ours - thumbnails[second[columns[part]]]).max(axis=1)
            close[rows[part], columns[part]] = difference <= _MAX_THUMBNAIL_DIFFERENCE
        return close

    return near


def near_embeddings(embeddings: Embeddings, min_cosine: float) -> Near:
    """At least this cosine."""

    def near(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
        # Rounding must not tell a picture from its own copy.
        close: NDArray[np.bool_] = embeddings[first] @ embeddings[second].T >= min_cosine - 1e-6
        return close

    return near


def unless_related(near: Near, groups: NDArray[np.uint64]) -> Near:
    """Near, but not in one split group."""
    return lambda first, second: near(first, second) & (groups[first][:, None] != groups[second][None])


def mark_duplicates(
    bands: Bands,
    near: Near,
    *,
    eligible: NDArray[np.bool_],
    scores: NDArray[np.floating] | None,
    better: NDArray[np.int64],
) -> None:
    """Write into `better` `(N,)`, for each near-duplicate, the row that stays in its place; -1 is left elsewhere.

    Args:
        bands: the signatures.
        near: the exact comparison.
        eligible: rows that take part, `(N,)`.
        scores: the better the higher; None: the earlier the better.
        better: on disk.
    """
    for band in range(bands.count):
        for group in _groups(bands, band, eligible):
            ranked = group if scores is None else group[np.lexsort((group, -scores[group]))]
            _mark_group(ranked, near, better, scores)


def _mark_group(
    ranked: NDArray[np.int64], near: Near, better: NDArray[np.int64], scores: NDArray[np.floating] | None
) -> None:
    """`ranked`: rows that share a band, the best first."""
    for start in range(0, len(ranked), _BLOCK):
        block = ranked[start : start + _BLOCK]
        for other in range(0, start + 1, _BLOCK):
            before = ranked[other : other + _BLOCK]
            close = near(block, before)
            if other == start:
                close &= np.tri(len(block), k=-1, dtype=bool)
            for index in np.nonzero(close.any(axis=1))[0]:
                row, winner = int(block[index]), int(before[close[index].argmax()])
                if better[row] < 0 or _rank(winner, scores) < _rank(int(better[row]), scores):
                    better[row] = winner


def _rank(row: int, scores: NDArray[np.floating] | None) -> tuple[float, int]:
    return (0.0 if scores is None else -float(scores[row]), row)


def _groups(bands: Bands, band: int, eligible: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """Rows that share a value of the band; of sources beyond `_ROWS_AT_ONCE`, a part of the values at a time."""
    num_parts = -(-bands.num_rows // _ROWS_AT_ONCE)
    for part in range(num_parts):
        found = [_part_of(bands, band, rows, eligible, part, num_parts) for rows in chunks(bands.num_rows)]
        values, numbers = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.argsort(values, kind="stable")
        values, numbers = values[order], numbers[order]
        edges = np.nonzero(np.diff(values))[0] + 1
        starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(values)]])
        for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
            yield numbers[start:end]


def _part_of(
    bands: Bands, band: int, rows: slice, eligible: NDArray[np.bool_], part: int, num_parts: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    values = bands.values(rows, band)
    wanted = eligible[rows].astype(bool) & (values % num_parts == part)
    return values[wanted], np.arange(rows.start, rows.stop)[wanted]


def _bit_count(values: NDArray[np.uint64]) -> NDArray[np.uint8]:
    return np.bitwise_count(values)
