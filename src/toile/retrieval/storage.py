"""An index on disk: one LanceDB table of records with their embeddings, and what is derived from it.

    DIR/records.lance   the records; each commit to it is atomic, so whatever kills a writer leaves the last commit
    DIR/facts.arrow, DIR/vectors-*.f32, DIR/multimodal-*.f16  derived, see `snapshot`
    DIR/rejected.jsonl  rows that couldn't be used
    DIR/writer.lock     held by the one process that writes; the system lets go of it when the process dies

The encoder's fingerprint stands in the table's own schema, so no moment exists at which one is there without the other.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from toile.catalog.records import RECORD_SCHEMA
from toile.errors import RetrievalIndexError

if TYPE_CHECKING:
    from lancedb.table import Table

TABLE_NAME: Final = "records"
EMBEDDING: Final = "embedding"
MULTIMODAL: Final = "multimodal"
LOCK_FILE: Final = "writer.lock"
_FORMAT: Final = "2"
_FORMAT_KEY: Final = b"toile.format"
_FINGERPRINT_KEY: Final = b"toile.encoder"
_DIM_KEY: Final = b"toile.dim"
_MULTIMODAL_KEY: Final = b"toile.multimodal"


@dataclass(frozen=True, kw_only=True, slots=True)
class MultimodalHeader:
    """Whose vectors a record has besides its embedding.

    Attributes:
        fingerprint: of the multimodal encoder.
        rows: vectors a record: one a query, then one of its caption, which is zero where it has none.
        dim: their width.
    """

    fingerprint: str
    rows: int
    dim: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """What an index says of itself: whose embeddings it holds, and how wide they are."""

    fingerprint: str
    dim: int
    multimodal: MultimodalHeader | None = None

    @classmethod
    def of_metadata(cls, metadata: Mapping[bytes, bytes]) -> Header:
        """The header in an Arrow schema's metadata."""
        multimodal = json.loads(metadata.get(_MULTIMODAL_KEY, b"null"))
        return cls(
            fingerprint=metadata[_FINGERPRINT_KEY].decode(),
            dim=int(metadata[_DIM_KEY]),
            multimodal=None if multimodal is None else MultimodalHeader(**multimodal),
        )

    def to_metadata(self) -> dict[bytes, bytes]:
        """For an Arrow schema."""
        own = {_FORMAT_KEY: _FORMAT, _FINGERPRINT_KEY: self.fingerprint, _DIM_KEY: str(self.dim)}
        if self.multimodal is not None:
            own[_MULTIMODAL_KEY] = json.dumps(asdict(self.multimodal))
        return {key: value.encode() for key, value in own.items()}

    def check_encoder(self, fingerprint: str, directory: Path) -> None:
        """Refuse an encoder whose embeddings lie in another space.

        Raises:
            RetrievalIndexError: the index was made by another encoder.
        """
        if fingerprint != self.fingerprint:
            raise RetrievalIndexError(
                f"the index {directory} was made by another encoder ({self.fingerprint[:12]}) than this bundle's "
                f"({fingerprint[:12]}): load that bundle, or index again with `toile index SOURCE --into NEW_FOLDER`"
            )


def open_table(directory: Path) -> Table:
    """The table of an existing index, at its latest version.

    Raises:
        RetrievalIndexError: there is no index, or it has another format.
    """
    if not (directory / f"{TABLE_NAME}.lance").is_dir():
        raise RetrievalIndexError(f"{directory} is not an index; make one with `toile index SOURCE --into {directory}`")
    import lancedb  # longer than a whole query: only what reads or writes the table waits for it

    try:
        table = lancedb.connect(directory).open_table(TABLE_NAME)
    except (ValueError, RuntimeError, OSError) as error:
        message = (
            f"the index {directory} can't be opened ({error}); if making it was interrupted, index its source again"
        )
        raise RetrievalIndexError(message) from error
    found = (table.schema.metadata or {}).get(_FORMAT_KEY, b"none").decode()
    if found != _FORMAT:
        raise RetrievalIndexError(
            f"the index {directory} has format {found}, expected {_FORMAT}: index its source again into a new folder"
        )
    return table


def create_table(directory: Path, header: Header) -> Table:
    """A table without rows. Creating it is one commit: there is an index, or there is none."""
    import lancedb

    vectors = [pa.field(EMBEDDING, pa.list_(pa.float32(), header.dim), nullable=False)]
    if (extra := header.multimodal) is not None:
        vectors.append(pa.field(MULTIMODAL, pa.list_(pa.float16(), extra.rows * extra.dim), nullable=False))
    schema = pa.schema([*RECORD_SCHEMA, *vectors], metadata=header.to_metadata())
    return lancedb.connect(directory).create_table(TABLE_NAME, schema=schema)


def has_table(directory: Path) -> bool:
    """Whether the table was ever committed; a kill in the middle of creating it leaves one without a first version."""
    return any((directory / f"{TABLE_NAME}.lance" / "_versions").glob("*.manifest"))


def holds_multimodal(directory: Path) -> bool:
    """Whether there is an index whose records have the multimodal encoder's vectors."""
    return has_table(directory) and read_header(open_table(directory)).multimodal is not None


def read_header(table: Table) -> Header:
    """Whose embeddings the table holds."""
    return Header.of_metadata(table.schema.metadata)


@contextmanager
def writer_lock(directory: Path) -> Iterator[None]:
    """Be the only process that writes into this index.

    Raises:
        RetrievalIndexError: another process writes into it now.
    """
    with (directory / LOCK_FILE).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise RetrievalIndexError(
                f"another process ({owner}) is writing into the index {directory}; wait until it has finished"
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield


@contextmanager
def saving(directory: Path) -> Iterator[None]:
    """Say what a failed write means for the index: the last commit stands.

    Raises:
        RetrievalIndexError: the disk is full, or can't be written for another reason.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise RetrievalIndexError(
            f"writing into the index {directory} failed ({error}); what it held before still opens. "
            "If the disk is full, free some space; then run the same command again to go on"
        ) from error
