"""`toile index`: pictures of any source into a searchable index, as often interrupted as it may be.

The source is read from its beginning each time and rows that the index holds already are passed over. Pictures are
encoded in batches that start at the same rows in every run, and a commit ends where a batch ends; so a run that goes on
after a kill encodes the very batches that an unbroken run would have.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.images import bound_side, decode_image
from toile.catalog.manifest import Rejected, Row
from toile.catalog.records import Record
from toile.catalog.sources import Source, open_source
from toile.errors import DataError
from toile.models.protocols import Embeddings
from toile.progress import Progress, no_progress
from toile.retrieval.rejections import REJECTIONS_FILE, RejectionLog, open_rejections
from toile.retrieval.storage import Header, MultimodalHeader, holds_multimodal
from toile.retrieval.writer import IndexWriter, open_writer
from toile.tasks.caption import write_texts
from toile.vision.colour import measure_colour

if TYPE_CHECKING:
    from toile.bundles import Bundle
    from toile.models.unifashion_encoder import UniFashionEncoder

_COMMIT_ROWS: Final = 1024
_COMMIT_BYTES: Final = 64 * 2**20
_DECODING_THREADS: Final = 4
_MIN_COLOUR_SHARE: Final = 0.15  # a colour with less of the garment is a button, a print or the light
_MEASURED: Final = "measured"
_WRITTEN: Final = "written"
_CAPTION_STYLE: Final = "title"  # the captioner knows titles of photos, copy only of drawings


@dataclass(kw_only=True, slots=True)
class IndexReport:
    """What one run did.

    Attributes:
        added: records that the index did not hold.
        updated: records put in the place of their older selves.
        unchanged: rows that the index held already.
        rejected: rows that can't be used; `rejected.jsonl` has the reasons.
        total: records in the index now.
        seconds: of the whole run.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    total: int = 0
    seconds: float = 0.0

    @property
    def pictures_per_s(self) -> float:
        """Pictures that were encoded a second."""
        return (self.added + self.updated) / self.seconds if self.seconds else 0.0


def index_catalog(
    source: str | Path,
    *,
    into: Path,
    bundle: Bundle,
    update: bool = False,
    multimodal: bool = False,
    captions: bool = False,
    batch_size: int = 64,
    progress: Progress = no_progress,
) -> IndexReport:
    """Index a source: rows whose id the index doesn't hold are added.

    Args:
        source: what `open_source` reads.
        into: folder of the index; made if it isn't there.
        bundle: its encoder embeds the pictures.
        update: rows whose id the index holds, but whose picture or manifest row has changed, are embedded again.
        multimodal: store what the multimodal encoder makes of pictures and captions, too: better answers to a picture
            with words. An index that holds it goes on doing so.
        captions: write captions for pictures that come without; a manifest's own are never replaced.
        batch_size: pictures that go through the encoder at once.
        progress: called with the rows read.

    Raises:
        DataError: the source can't be read, is empty, or none of its rows can be used.
        RetrievalIndexError: the index is written by another process, was made by another encoder or without
            `multimodal`, or the disk is full.
        CheckpointError: the bundle has no multimodal encoder, or no captioner.
        ValueError: `batch_size` < 1.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}, expected 1 or more")
    start = time.perf_counter()
    origin = open_source(source)
    rows = _not_empty(origin, source)
    seeing = _Seeing(bundle, multimodal=multimodal or holds_multimodal(into), captions=captions)
    with open_writer(into, seeing.header) as writer:
        writer.add_columns(origin.columns)
        with open_rejections(into, origin.location) as rejections:
            indexing = _Indexing(
                writer=writer, rejections=rejections, seeing=seeing, update=update, is_new=len(writer) == 0
            )
            with ThreadPoolExecutor(min(_DECODING_THREADS, os.cpu_count() or 1)) as threads:
                done = 0
                for batch in _batches(rows, batch_size):
                    indexing.take(batch, threads)
                    done += len(batch)
                    progress("indexing", done, origin.num_rows)
            indexing.commit()
        progress("finishing the index", 0, None)
        writer.finish()
        report = indexing.report
        report.total = len(writer)
    report.seconds = time.perf_counter() - start
    if report.total == 0:
        raise DataError(
            f"none of the {report.rejected} rows of {source} can be used, the first because: {indexing.first_reason}; "
            f"all reasons are in {into / REJECTIONS_FILE}"
        )
    return report


def delete_records(index_dir: Path, ids: Sequence[str]) -> int:
    """Take records out of an index by their ids; how many of them it held.

    Raises:
        RetrievalIndexError: there is no index, another process writes into it, or the disk is full.
    """
    with open_writer(index_dir) as writer:
        deleted = writer.delete(ids)
        writer.finish()
    return deleted


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """Records and all their vectors, row by row."""

    records: list[Record]
    embeddings: Embeddings
    multimodal: NDArray[np.float16] | None


class _Seeing:
    """The models that look at what is indexed."""

    def __init__(self, bundle: Bundle, *, multimodal: bool, captions: bool) -> None:
        self.encoder = bundle.encoder
        self.multimodal = bundle.unifashion_encoder if multimodal else None
        self.write = partial(write_texts, style=_CAPTION_STYLE, bundle=bundle) if captions else None

    @property
    def header(self) -> Header:
        """What an index of it says of itself."""
        extra = None
        if self.multimodal is not None:
            extra = MultimodalHeader(
                fingerprint=self.multimodal.fingerprint,
                rows=self.multimodal.num_queries + 1,
                dim=self.multimodal.dim,
            )
        return Header(fingerprint=self.encoder.fingerprint, dim=self.encoder.embedding_dim, multimodal=extra)

    def look(self, prepared: Sequence[tuple[Record, Image.Image]]) -> _Batch:
        """Embed, and caption what has no caption of its own."""
        records, images = [record for record, _ in prepared], [image for _, image in prepared]
        if self.write is not None:
            mute = [row for row, record in enumerate(records) if not has_own_caption(record)]
            for row, text in zip(mute, self.write([images[row] for row in mute]), strict=True):
                attributes = {**records[row].attributes, "caption": _WRITTEN}
                records[row] = replace(records[row], caption=text, attributes=attributes)
        return _Batch(
            records=records,
            embeddings=self.encoder.encode_images(images),
            multimodal=None if self.multimodal is None else self._multimodal(self.multimodal, records, images),
        )

    @staticmethod
    def _multimodal(
        encoder: UniFashionEncoder, records: Sequence[Record], images: Sequence[Image.Image]
    ) -> NDArray[np.float16]:
        """A row a query, then one of the caption, zeros where there is none."""
        captions = np.zeros((len(records), 1, encoder.dim), np.float32)
        told = [row for row, record in enumerate(records) if record.caption]
        captions[told, 0] = encoder.encode_texts([str(records[row].caption) for row in told])
        return np.concatenate([encoder.encode_images(images), captions], axis=1).astype(np.float16)


def has_own_caption(record: Record) -> bool:
    """Whether its caption came with it, and wasn't made by us."""
    return record.caption is not None and record.attributes.get("caption") not in (_MEASURED, _WRITTEN)


@dataclass(kw_only=True, slots=True)
class _Indexing:
    """One run at work: what it has counted, and what it has encoded but not committed."""

    writer: IndexWriter
    rejections: RejectionLog
    seeing: _Seeing
    update: bool
    is_new: bool
    report: IndexReport = field(default_factory=IndexReport)
    first_reason: str = ""
    _seen: set[str] = field(default_factory=set)  # the one thing that grows with the source: about 100 bytes a row
    _seen_batches: list[_Batch] = field(default_factory=list)

    def take(self, batch: Sequence[Row | Rejected], threads: ThreadPoolExecutor) -> None:
        """Reject, pass over or encode each row of one batch."""
        rows = [row for row in map(self._first_of_its_id, batch) if row is not None]
        known = {} if self.is_new else self.writer.digests([row.id for row in rows])
        if not self.update:
            self.report.unchanged += len(known)
            rows = [row for row in rows if row.id not in known]
        prepared = []
        for result in threads.map(lambda row: _prepare(row, known.get(row.id)), rows):
            match result:
                case Rejected():
                    self._reject(result)
                case None:
                    self.report.unchanged += 1
                case _:
                    prepared.append(result)
        if prepared:
            self._seen_batches.append(self.seeing.look(prepared))
        num_updated = sum(record.id in known for record, _ in prepared)
        self.report.updated += num_updated
        self.report.added += len(prepared) - num_updated
        records = [record for seen in self._seen_batches for record in seen.records]
        if len(records) >= _COMMIT_ROWS or sum(map(_stored_bytes, records)) >= _COMMIT_BYTES:
            self.commit()

    def commit(self) -> None:
        """Write what has been encoded."""
        seen, self._seen_batches = self._seen_batches, []
        if seen:
            multimodal = [batch.multimodal for batch in seen if batch.multimodal is not None]
            self.writer.commit(
                [record for batch in seen for record in batch.records],
                np.concatenate([batch.embeddings for batch in seen]),
                multimodal=np.concatenate(multimodal) if multimodal else None,
                replace=self.update,
            )

    def _first_of_its_id(self, row: Row | Rejected) -> Row | None:
        if isinstance(row, Row) and row.id in self._seen:
            row = Rejected(
                position=row.position, id=row.id, reason=f"the id {row.id!r} stands in an earlier row already"
            )
        if isinstance(row, Rejected):
            self._reject(row)
            return None
        self._seen.add(row.id)
        return row

    def _reject(self, row: Rejected) -> None:
        self.rejections.add(row)
        self.report.rejected += 1
        self.first_reason = self.first_reason or row.reason


def _prepare(row: Row, known_digest: str | None) -> tuple[Record, Image.Image] | Rejected | None:
    """The record of a row and its picture; None where the index holds the very same already."""
    try:
        data = row.read()
        digest = row.digest(data)
        if digest == known_digest:
            return None
        image = decode_image(data)
    except DataError as error:
        return Rejected(position=row.position, id=row.id, reason=str(error))
    return _describe(row, image, data, digest), bound_side(image)


def _describe(row: Row, image: Image.Image, data: bytes, digest: str) -> Record:
    """Fill in from the pixels what the source doesn't tell, and mark it as measured."""
    attributes = dict(row.attributes)
    colours, caption = row.colours, row.caption
    if not colours:
        shares = measure_colour(image)
        colours = tuple(colour.name for colour in shares if colour.share >= _MIN_COLOUR_SHARE) or (shares[0].name,)
        attributes["colours"] = _MEASURED
    if caption is None and row.category is not None:
        caption = f"a {colours[0]} {row.category}"
        attributes["caption"] = _MEASURED
    is_embedded = not isinstance(row.picture, Path)
    return Record(
        id=row.id,
        image=data if is_embedded else None,
        uri=None if is_embedded else str(row.picture),
        width=image.width,
        height=image.height,
        source=row.source,
        digest=digest,
        category=row.category,
        attributes=attributes,
        caption=caption,
        colours=colours,
        culture=row.culture,
        licence=row.licence,
        split_group=row.split_group,
        extra=row.extra,
    )


def _stored_bytes(record: Record) -> int:
    return len(record.image or b"")


def _not_empty(origin: Source, source: str | Path) -> Iterator[Row | Rejected]:
    """The rows of a source that has any.

    Raises:
        DataError: it has none.
    """
    rows = iter(origin)
    first = next(rows, None)
    if first is None:
        raise DataError(f"{source} is empty: expected at least one picture in it")
    return chain([first], rows)


def _batches(rows: Iterable[Row | Rejected], size: int) -> Iterator[list[Row | Rejected]]:
    """Neighbouring rows, cut at the same places in every run."""
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch
