"""WebDataset shards as LAION and img2dataset write them: `00000.tar` ..., a `_stats.json` and a parquet beside each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import pyarrow as pa

from toile.catalog.datasets.files import read_json
from toile.catalog.datasets.reader import Reader
from toile.catalog.datasets.rows import Fault, FaultKind
from toile.catalog.manifest import Rejected, Row, RowReader, infer_columns, kept_columns
from toile.catalog.shards import expand_braces, metadata_rows, read_shards
from toile.errors import DataError

WHOLE: Final = "all"
"""The one split of shards that lie in one folder."""


class WebDataset(Reader):
    """Samples `KEY.jpg`, `KEY.txt`, `KEY.json`; nothing is unpacked to disk.

    Shards lie in a folder, or in one folder a split, or are named by a pattern `.../{00000..00041}.tar`.
    """

    name = "webdataset"
    layout = "00000.tar, 00001.tar ... in a folder or in one folder a split, or a pattern such as {00000..00041}.tar"
    markers = ("*.tar", "*/*.tar")

    @classmethod
    def open(cls, path: Path) -> Self:
        """A reader for a folder, a shard or a pattern.

        Raises:
            DataError: there are no shards.
        """
        if path.suffix == ".tar":
            expand_braces(str(path))
            return cls(path)
        return super().open(path)

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the folders with shards; `all` where they lie in the folder itself."""
        return tuple(self._shards)

    @property
    def columns(self) -> pa.Schema:
        """The columns that the samples' JSON files add."""
        return self._columns

    @cached_property
    def _columns(self) -> pa.Schema:
        types = infer_columns(metadata_rows([shard for shards in self._shards.values() for shard in shards]))
        return kept_columns({**types, "split": pa.string()})

    @cached_property
    def _shards(self) -> dict[str, list[Path]]:
        if self.root.suffix == ".tar":
            return {WHOLE: expand_braces(str(self.root))}
        if here := sorted(self.root.glob("*.tar")):
            return {WHOLE: here}
        folders = sorted(folder for folder in self.root.iterdir() if folder.is_dir())
        return {folder.name: shards for folder in folders if (shards := sorted(folder.glob("*.tar")))}

    def rows(self, split: str) -> Iterator[Row | Fault]:
        """All samples, shard by shard; the rest of a broken shard is lost."""
        for shard in self._shards.get(split, []):
            reader = RowReader(source=self.name, root=shard.parent, folder=shard.parent, columns=self.columns)
            count = 0
            for row in read_shards([shard], reader):
                if isinstance(row, Rejected):
                    yield _fault(row, shard)
                    continue
                count += 1
                if row.caption is None:
                    yield Fault(kind=FaultKind.MISSING_CAPTION, subject=shard.name, detail=row.id)
                elif "\N{REPLACEMENT CHARACTER}" in row.caption:
                    detail = f"the .txt of {row.id} is not UTF-8"
                    yield Fault(kind=FaultKind.OTHER_ENCODING, subject=shard.name, detail=detail)
                # Keys start again in every folder.
                known_as = row.id if split == WHOLE else f"{split}/{row.id}"
                yield replace(row, id=known_as, extra={**row.extra, "split": split})
            yield from _less_than_told(shard, count)

    def faults(self, split: str) -> Iterator[Fault]:
        """Shards that the numbers of the others leave out."""
        shards = self._shards.get(split, [])
        numbers = sorted(int(shard.stem) for shard in shards if shard.stem.isdigit())
        if numbers:
            width = len(next(shard.stem for shard in shards if shard.stem.isdigit()))
            for number in sorted(set(range(numbers[-1])) - set(numbers)):
                yield Fault(kind=FaultKind.MISSING_FILE, subject="shards", detail=f"{number:0{width}d}.tar")


def _fault(row: Rejected, shard: Path) -> Fault:
    kind = FaultKind.MISSING_PICTURE if "no picture" in row.reason else FaultKind.BROKEN_ROW
    if "is broken after" in row.reason:
        kind = FaultKind.BROKEN_FILE
    return Fault(kind=kind, subject=shard.name, detail=f"{row.id}: {row.reason}" if row.id else row.reason)


def _less_than_told(shard: Path, count: int) -> Iterator[Fault]:
    """img2dataset counts what it wrote: a shard with fewer samples was cut off at a clean place."""
    path = shard.with_name(f"{shard.stem}_stats.json")
    if not path.is_file():
        return
    try:
        stats: Any = read_json(path)[0]
    except DataError as error:
        yield Fault(kind=FaultKind.BROKEN_FILE, subject=path.name, detail=str(error))
        return
    told = stats.get("successes") if isinstance(stats, dict) else None
    if isinstance(told, int) and told != count:
        detail = f"{shard.name} has {count} samples with pictures, {path.name} tells of {told}"
        yield Fault(kind=FaultKind.BROKEN_FILE, subject=shard.name, detail=detail)
