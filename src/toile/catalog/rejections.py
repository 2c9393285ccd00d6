"""`rejected.jsonl`: which rows of which source couldn't be used, and why."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from toile.catalog.manifest import Rejected

REJECTIONS_FILE: Final = "rejected.jsonl"


class RejectionLog:
    """Collects the rejections of one reading of a source; when it ends well, they replace those of the reading before.

    Lines of other sources stay. Until the end, the old file stands untouched.
    """

    def __init__(self, directory: Path, source: str) -> None:
        self._path = directory / REJECTIONS_FILE
        self._draft = self._path.with_suffix(".tmp")
        self._source = source

    def __enter__(self) -> Self:
        self._file = self._draft.open("w", encoding="utf-8")
        if self._path.exists():
            with self._path.open(encoding="utf-8") as lines:
                self._file.writelines(line for line in lines if json.loads(line)["source"] != self._source)
        return self

    def add(self, row: Rejected) -> None:
        """Note one row."""
        entry = {"source": self._source, "position": row.position, "id": row.id, "reason": row.reason}
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
        if kind is None:
            self._draft.replace(self._path)
