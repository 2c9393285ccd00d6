"""Between the two readings: repeated ids, near-duplicates, calibration, thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toile.catalog.filtering.calibration import Calibration, Means, Pairs, calibrate
from toile.catalog.filtering.disk import CHUNK_ROWS, chunks, disk_array
from toile.catalog.filtering.duplicates import (
    Bands,
    embedding_bands,
    hash_bands,
    mark_duplicates,
    near_embeddings,
    near_hashes,
    unless_related,
)
from toile.catalog.filtering.reading import Reading
from toile.catalog.filtering.rules import RULES
from toile.catalog.filtering.scales import Percentiles, score_domains
from toile.catalog.filtering.settings import FilterSettings, RuleSettings
from toile.catalog.filtering.thresholds import Threshold, find_thresholds
from toile.progress import Progress

SAMPLE_ROWS: Final = 4096
"""Rows of each domain that calibrate it; all of a smaller one."""
_ALL_SAMPLES: Final = 65_536
"""Rows of all domains' samples together: what bounds the memory of this step, at about 150 MB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What decides over every row.

    Attributes:
        same_id: earlier row with the same id `(N,)`, -1 for none; the next two likewise.
        same_hash: better row with nearly the same pixels.
        same_embedding: better row with nearly the same embedding.
        calibration: None where there were too few rows.
        percentiles: ranks of scores.
        thresholds: of every domain that has a scored row.
        counts: domain to rows that its threshold is for.
    """

    same_id: NDArray[np.int64]
    same_hash: NDArray[np.int64]
    same_embedding: NDArray[np.int64]
    calibration: Calibration | None
    percentiles: Percentiles
    thresholds: Mapping[str, Threshold]
    counts: Mapping[str, int]


def decide(reading: Reading, settings: FilterSettings, *, place: Path, progress: Progress) -> Decision:
    """Find duplicates among the rows that the record rules leave, then thresholds among what is left of those.

    Raises:
        ConfigError: too few rows for the method.
    """
    same = {name: disk_array(place / f"same_{name}", reading.num_rows, -1, np.int64) for name in _SAME}
    left = disk_array(place / "left", reading.num_rows, 0, np.bool_)
    for rows in chunks(reading.num_rows):
        left[rows] = reading.dropped[rows] != RULES.index("readable")
    for step, name in enumerate(_SAME):
        progress("looking for duplicates", step, len(_SAME))
        _mark(name, reading, settings.rules, left, same[name])
        for rows in chunks(reading.num_rows):
            left[rows] &= (same[name][rows] < 0) & (reading.dropped[rows] < 0)
    progress("looking for duplicates", len(_SAME), len(_SAME))
    for rows in chunks(reading.num_rows):
        left[rows] &= ~np.isnan(reading.scores[rows])
    percentiles = Percentiles()
    for rows in chunks(reading.num_rows):
        percentiles.add(reading.scores[rows][left[rows]])
    domains, means = sample_domains(reading, left)
    calibration = calibrate(domains, means, min_rows=settings.score.min_rows) if domains else None
    return Decision(
        same_id=same["id"],
        same_hash=same["hash"],
        same_embedding=same["embedding"],
        calibration=calibration,
        percentiles=percentiles,
        thresholds=find_thresholds(score_domains(domains, calibration, percentiles), settings.score),
        counts={name: pairs.total for name, pairs in domains.items()},
    )


_SAME: Final = ("id", "hash", "embedding")


def _mark(name: str, reading: Reading, rules: RuleSettings, left: NDArray[np.bool_], better: NDArray[np.int64]) -> None:
    match name:
        case "id":
            by_id = Bands(
                count=1, values=lambda rows, _: (reading.ids[rows] >> np.uint64(1)).astype(np.int64), num_rows=len(left)
            )
            mark_duplicates(
                by_id,
                lambda first, second: reading.ids[first][:, None] == reading.ids[second][None],
                eligible=left,
                scores=None,
                better=better,
            )
        case "hash" if rules.max_hash_bits is not None:
            near = unless_related(near_hashes(reading.hashes, reading.thumbnails, rules.max_hash_bits), reading.groups)
            bands = hash_bands(reading.hashes, rules.max_hash_bits)
            mark_duplicates(bands, near, eligible=left, scores=reading.scores, better=better)
        case "embedding" if rules.min_cosine is not None:
            near = unless_related(near_embeddings(reading.images, rules.min_cosine), reading.groups)
            mark_duplicates(embedding_bands(reading.bands), near, eligible=left, scores=reading.scores, better=better)


def sample_domains(reading: Reading, left: NDArray[np.bool_]) -> tuple[dict[str, Pairs], dict[str, Means]]:
    """Of each domain, up to `SAMPLE_ROWS` of its rows that are left, and the means of all of them."""
    size = min(SAMPLE_ROWS, _ALL_SAMPLES // max(len(reading.domains), 1))
    rows_of = {code: _Sample(size) for code in range(len(reading.domains))}
    dim = reading.images.shape[1]
    sums = np.zeros((2, len(reading.domains), dim))
    for rows in chunks(reading.num_rows):
        codes = np.where(left[rows], reading.domain[rows], -1)
        for code in np.unique(codes[codes >= 0]):
            found = np.nonzero(codes == code)[0]
            rows_of[int(code)].add(found + rows.start)
            sums[0, code] += reading.images[rows][found].sum(axis=0, dtype=np.float64)
            sums[1, code] += reading.texts[rows][found].sum(axis=0, dtype=np.float64)
    sampled = {code: sample for code, sample in rows_of.items() if sample.total}
    words = _words_of(reading.facts_path, [sample.rows for sample in sampled.values()])
    domains, means = {}, {}
    for code, sample in sampled.items():
        name = reading.domains[code]
        domains[name] = Pairs(
            images=np.array(reading.images[sample.rows]),
            texts=np.array(reading.texts[sample.rows]),
            words=[words[int(row)] for row in sample.rows],
            total=sample.total,
        )
        means[name] = Means(image=sums[0, code] / sample.total, text=sums[1, code] / sample.total)
    return domains, means


class _Sample:
    """Those rows of a stream whose scrambled numbers are the smallest: the same ones however they arrive."""

    def __init__(self, size: int) -> None:
        self.rows = np.empty(0, np.int64)
        self.total = 0
        self._size = size

    def add(self, rows: NDArray[np.int64]) -> None:
        self.total += len(rows)
        self.rows = np.concatenate([self.rows, rows])
        if len(self.rows) > self._size:
            order = np.argsort(scrambled(self.rows), kind="stable")[: self._size]
            self.rows = np.sort(self.rows[order])


def scrambled(rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A fixed pseudo-random number for each row number (the finaliser of SplitMix64)."""
    values = rows.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _words_of(facts_path: Path, rows: Sequence[NDArray[np.int64]]) -> dict[int, str]:
    """The texts of some rows."""
    words: dict[int, str] = {}
    wanted = np.sort(np.concatenate([np.empty(0, np.int64), *rows]))
    for start, texts in _text_chunks(facts_path):
        first, last = np.searchsorted(wanted, [start, start + len(texts)])
        words |= {int(row): str(texts[int(row) - start]) for row in wanted[first:last]}
    return words


def _text_chunks(facts_path: Path) -> Iterator[tuple[int, list[str | None]]]:
    with pq.ParquetFile(facts_path) as file:
        for group in range(file.num_row_groups):
            yield group * CHUNK_ROWS, file.read_row_group(group, columns=["text"])["text"].to_pylist()
