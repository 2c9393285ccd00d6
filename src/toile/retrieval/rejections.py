"""`rejected.jsonl`: which rows of which source couldn't be used, and why."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

from toile.catalog.manifest import Rejected
from toile.retrieval.storage import saving

REJECTIONS_FILE: Final = "rejected.jsonl"


class RejectionLog:
    """Where one reading of a source notes its rejections, see `open_rejections`."""

    def __init__(self, directory: Path, source: str, file: TextIO) -> None:
        self._directory = directory
        self._source = source
        self._file = file

    def add(self, row: Rejected) -> None:
        """Note one row."""
        entry = {"source": self._source, "position": row.position, "id": row.id, "reason": row.reason}
        with saving(self._directory):
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")


@contextmanager
def open_rejections(directory: Path, source: str) -> Iterator[RejectionLog]:
    """Collect the rejections of one reading; when it ends well, they replace those of the same source's last reading.

    Lines of other sources stay. Until the end, the old file stands untouched.

    Raises:
        RetrievalIndexError: the disk is full, or can't be written for another reason.
    """
    path = directory / REJECTIONS_FILE
    draft = path.with_suffix(".tmp")
    with saving(directory):
        file = draft.open("w", encoding="utf-8")
    try:
        yield RejectionLog(directory, source, file)
        with saving(directory):
            file.writelines(_lines_of_others(path, source))
            file.flush()
            os.fsync(file.fileno())
            draft.replace(path)
    finally:
        with suppress(OSError):  # of a draft that is given up on a full disk; any other has been flushed
            file.close()


def _lines_of_others(path: Path, source: str) -> Iterator[str]:
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            yield from (line for line in lines if json.loads(line)["source"] != source)
