"""The first reading of a source: facts, embeddings and fingerprints of every row, left on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.filtering.bodies import BODY_COLUMNS, Body, read_body
from toile.catalog.filtering.disk import CHUNK_ROWS, DiskArray
from toile.catalog.filtering.duplicates import (
    NUM_BANDS,
    THUMBNAIL_BYTES,
    perceptual_hash,
    sign_bands,
    thumbnail,
)
from toile.catalog.filtering.originals import original_rows
from toile.catalog.filtering.rules import RULES, Facts, first_dropped, judge
from toile.catalog.filtering.settings import FilterSettings
from toile.catalog.filtering.sight import Eyes, Sight, check_claims
from toile.catalog.images import bound_side, decode_image
from toile.catalog.manifest import Rejected, Row
from toile.catalog.sources import Source
from toile.errors import ConfigError, DataError, QueryError
from toile.models.protocols import Embeddings, Encoder
from toile.progress import Progress

ONE_DOMAIN: Final = "all"
NO_DOMAIN: Final = "(none)"
Rewording = Callable[[str], str | None]
_DOMAIN_FIELDS: Final = ("category", "culture", "licence", "source", "split_group")
_MAX_DOMAINS: Final = 1000
_DECODING_THREADS: Final = 4
_FACTS: Final = pa.schema(
    [
        ("id", pa.string()),
        ("domain", pa.string()),
        ("text", pa.string()),
        ("text_origin", pa.string()),
        ("num_words", pa.int32()),
        ("group", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("persons", pa.int32()),
        ("visible", pa.float64()),
        ("area", pa.float64()),
        ("note", pa.string()),
        *((name, pa.list_(pa.string())) for name in ("claims", "unseen", "coloured", "miscoloured")),
        ("digest", pa.string()),
        ("broken", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What the first reading left on disk; row `i` of each array is row `i` of the source.

    Attributes:
        num_rows: of the source.
        domains: their names; `domain` holds indices into them.
        facts_path: the facts as parquet, in groups of `CHUNK_ROWS`.
        images: `(N, D)`, zeros where there is no picture.
        texts: `(N, D)`, zeros where there are no words.
        scores: raw cosines `(N,)`, NaN where picture or words are missing.
        hashes: perceptual hashes `(N,)`.
        thumbnails: `(N, 192)`.
        bands: of the image embeddings, `(N, 16)`.
        ids: 64-bit digests of the ids, `(N,)`.
        groups: the same of the split groups; a row without one is a group of its own.
        domain: `(N,)`.
        dropped: `(N,)`, position in `RULES` of the record rule that drops the row, else -1.
    """

    num_rows: int
    domains: list[str]
    facts_path: Path
    images: Embeddings
    texts: Embeddings
    scores: NDArray[np.float64]
    hashes: NDArray[np.uint64]
    thumbnails: NDArray[np.uint8]
    bands: NDArray[np.uint16]
    ids: NDArray[np.uint64]
    groups: NDArray[np.uint64]
    domain: NDArray[np.int32]
    dropped: NDArray[np.int8]

    def facts(self) -> Iterator[list[Facts]]:
        """All facts, `CHUNK_ROWS` at a time."""
        with pq.ParquetFile(self.facts_path) as file:
            for group in range(file.num_row_groups):
                yield [_from_row(row) for row in file.read_row_group(group).to_pylist()]


def check_domain(source: Source, domain: str | None) -> None:
    """Refuse a domain that the source has no column for.

    Raises:
        ConfigError: no such column, or one whose values are lists.
    """
    if domain is None or domain in _DOMAIN_FIELDS or domain.startswith("attributes."):
        return
    columns = {column.name: column.type for column in source.columns}
    if domain not in columns:
        known = ", ".join([*_DOMAIN_FIELDS, *columns, "attributes.NAME"])
        raise ConfigError(f"{source.name} has no column {domain!r} to take domains from; choose one of {known}")
    if pa.types.is_list(columns[domain]):
        raise ConfigError(f"the column {domain!r} holds lists; a domain is one value, such as a culture or a category")


def read_source(
    source: Source,
    *,
    place: Path,
    encoder: Encoder,
    settings: FilterSettings,
    batch_size: int,
    progress: Progress,
    eyes: Eyes | None = None,
    reworded: Rewording | None = None,
) -> Reading:
    """Read every row once; what is learnt goes to files in `place`.

    Args:
        source: what is read.
        place: folder of the files.
        encoder: scores the pairs.
        settings: of the run.
        batch_size: pictures that go through the encoder at once.
        progress: watcher.
        eyes: look at every picture; None: nobody looks.
        reworded: other words for a row's, by which it is scored; it returns None where it has none.

    Raises:
        DataError: the source has no row.
        ConfigError: the domain column has more values than domains can be told apart.
    """
    check_domain(source, settings.domain)
    rows = zip(source, original_rows(source, BODY_COLUMNS), strict=False)
    notes = _Notes(place=place, dim=encoder.embedding_dim)
    with closing(notes), ThreadPoolExecutor(_DECODING_THREADS) as threads:
        for batch in _batches(rows, batch_size):
            looked = list(threads.map(lambda pair: _look(pair[0], pair[1], settings.domain, reworded), batch))
            if eyes is not None:
                looked = [_with_sight(item, eyes) for item in looked]
            notes.add(*_embed(looked, encoder), settings)
            progress("reading", notes.num_rows, source.num_rows)
        if not notes.num_rows:
            raise DataError(f"{source.location} is empty: expected at least one picture in it")
        return notes.finish()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Looked:
    facts: Facts
    image: Image.Image | None = None
    hash: np.uint64 = field(default_factory=lambda: np.uint64(0))
    thumbnail: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(THUMBNAIL_BYTES, np.uint8))


def _look(
    row: Row | Rejected,
    original: Any,  # noqa: ANN401 - a manifest's values
    domain: str | None,
    reworded: Rewording | None,
) -> _Looked:
    if isinstance(row, Rejected):
        return _Looked(facts=Facts(id=row.id, broken=row.reason))
    named = _domain_of(row, domain)
    try:
        data = row.read()
        image = decode_image(data)
    except DataError as error:
        return _Looked(facts=Facts(id=row.id, domain=named, broken=str(error)))
    text, origin = _words(row)
    other = reworded(text) if reworded is not None and text else None
    if other is not None:
        text, origin = other, f"{origin}, refined"
    facts = Facts(
        id=row.id,
        domain=named,
        text=text,
        text_origin=origin,
        num_words=len((text or "").split()),
        group=row.split_group,
        width=image.width,
        height=image.height,
        body=read_body({**row.extra, **original}, width=image.width, height=image.height),
        digest=row.digest(data),
    )
    small = bound_side(image)
    return _Looked(facts=facts, image=small, hash=perceptual_hash(small), thumbnail=thumbnail(small))


def _with_sight(looked: _Looked, eyes: Eyes) -> _Looked:
    """What is seen besides; what the record itself says of its people stands."""
    facts = looked.facts
    seen = None if looked.image is None else eyes(looked.image)
    if seen is None:
        return looked
    body = replace(
        facts.body,
        persons=seen.persons if facts.body.persons is None else facts.body.persons,
        visible=seen.visible if facts.body.visible is None else facts.body.visible,
        area=seen.area if facts.body.area is None else facts.body.area,
    )
    sight = None if facts.text is None else check_claims(facts.text, seen)
    return replace(looked, facts=replace(facts, body=body, sight=sight))


def _words(row: Row) -> tuple[str | None, str | None]:
    """What the source claims of the picture: its caption, else its tags, its category, its maker's label.

    Measured words, which the index writes itself, would fit any picture and prove nothing.
    """
    if row.caption is not None and row.caption.strip():
        return row.caption, "caption"
    tags = row.extra.get("tags")
    if isinstance(tags, list) and any(tags):
        return ", ".join(tag for tag in tags if tag), "tags"
    for name, value in (("category", row.category), ("label", row.extra.get("label"))):
        if isinstance(value, str) and value.strip():
            return f"a {value}", name
    return None, None


def _domain_of(row: Row, domain: str | None) -> str:
    if domain is None:
        return ONE_DOMAIN
    if domain in _DOMAIN_FIELDS:
        value = getattr(row, domain)
    elif domain.startswith("attributes."):
        value = row.attributes.get(domain.removeprefix("attributes."))
    else:
        value = row.extra.get(domain)
    return NO_DOMAIN if value is None else str(value)


def _embed(looked: Sequence[_Looked], encoder: Encoder) -> tuple[list[_Looked], Embeddings, Embeddings]:
    """The batch with its embeddings; rows whose words the encoder refuses are broken."""
    images = np.zeros((len(looked), encoder.embedding_dim), np.float32)
    texts = np.zeros_like(images)
    with_image = [index for index, item in enumerate(looked) if item.image is not None]
    with_text = [index for index in with_image if looked[index].facts.text is not None]
    if with_image:
        images[with_image] = encoder.encode_images([item.image for item in looked if item.image is not None])
    told = list(looked)
    try:
        if with_text:
            texts[with_text] = encoder.encode_texts([str(looked[index].facts.text) for index in with_text])
    except QueryError:  # it names no row: ask for each alone
        for index in with_text:
            try:
                texts[index] = encoder.encode_texts([str(looked[index].facts.text)])[0]
            except QueryError as error:
                told[index] = replace(told[index], facts=replace(told[index].facts, broken=f"its words: {error}"))
    return told, images, texts


class _Notes:
    """The files of one reading, being written."""

    def __init__(self, *, place: Path, dim: int) -> None:
        self.num_rows = 0
        self._facts_path = place / "facts.parquet"
        self._facts = pq.ParquetWriter(self._facts_path, _FACTS)
        self._waiting: list[dict[str, Any]] = []
        self._domains: dict[str, int] = {}
        self._arrays = {
            name: DiskArray(place / name, dtype, width)
            for name, dtype, width in (
                ("images", np.float32, dim),
                ("texts", np.float32, dim),
                ("scores", np.float64, None),
                ("hashes", np.uint64, None),
                ("thumbnails", np.uint8, THUMBNAIL_BYTES),
                ("bands", np.uint16, NUM_BANDS),
                ("ids", np.uint64, None),
                ("groups", np.uint64, None),
                ("domain", np.int32, None),
                ("dropped", np.int8, None),
            )
        }

    def add(self, looked: Sequence[_Looked], images: Embeddings, texts: Embeddings, settings: FilterSettings) -> None:
        """Note one batch."""
        facts = [item.facts for item in looked]
        is_scored = [item.broken is None and item.text is not None for item in facts]
        scores = np.where(is_scored, np.einsum("nd,nd->n", images, texts, dtype=np.float64), np.nan)
        dropped = [first_dropped(judge(item, settings.rules)) for item in facts]
        columns: dict[str, Any] = {
            "images": images,
            "texts": texts,
            "scores": scores,
            "hashes": np.array([item.hash for item in looked], np.uint64),
            "thumbnails": np.stack([item.thumbnail for item in looked]),
            "bands": sign_bands(images),
            "ids": _digests([item.id for item in facts], self.num_rows),
            "groups": _digests([item.group for item in facts], self.num_rows),
            "domain": np.array([self._domain(item.domain) for item in facts]),
            "dropped": np.array([-1 if name is None else RULES.index(name) for name in dropped]),
        }
        for name, rows in columns.items():
            self._arrays[name].append(rows)
        self.num_rows += len(looked)
        self._waiting += [_to_row(item) for item in facts]
        while len(self._waiting) >= CHUNK_ROWS:
            self._write(CHUNK_ROWS)

    def close(self) -> None:
        """Let go of the files, whatever is in them."""
        self._facts.close()
        for array in self._arrays.values():
            array.close()

    def finish(self) -> Reading:
        """What has been noted."""
        if self._waiting:
            self._write(len(self._waiting))
        self._facts.close()
        arrays = {name: array.finish() for name, array in self._arrays.items()}
        return Reading(num_rows=self.num_rows, domains=list(self._domains), facts_path=self._facts_path, **arrays)

    def _write(self, count: int) -> None:
        self._facts.write_table(pa.Table.from_pylist(self._waiting[:count], schema=_FACTS), row_group_size=count)
        del self._waiting[:count]

    def _domain(self, name: str) -> int:
        code = self._domains.setdefault(name, len(self._domains))
        if code >= _MAX_DOMAINS:
            raise ConfigError(
                f"the domain column has more than {_MAX_DOMAINS} values, the last was {name[:40]!r}; a domain is what "
                "many records share, such as a culture or a category"
            )
        return code


def _digests(names: Sequence[str | None], first_row: int) -> NDArray[np.uint64]:
    """Equal for equal names only; a row without a name is like no other."""
    keys = [f"row {first_row + i}" if name is None else f"name {name}" for i, name in enumerate(names)]
    digests = [int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") for key in keys]
    return np.array(digests, np.uint64)


def _to_row(facts: Facts) -> dict[str, Any]:
    body = facts.body
    names = [name for name in _FACTS.names if hasattr(facts, name)]
    told = {name: getattr(facts, name) for name in names}
    told |= {} if facts.sight is None else asdict(facts.sight)
    return {**told, "persons": body.persons, "visible": body.visible, "area": body.area, "note": body.note}


def _from_row(row: dict[str, Any]) -> Facts:
    body = Body(**{name: row.pop(name) for name in ("persons", "visible", "area", "note")})
    claims = {name: row.pop(name) for name in ("claims", "unseen", "coloured", "miscoloured")}
    sight = None
    if claims["claims"] is not None:
        sight = Sight(**{name: tuple(value) for name, value in claims.items()})
    return Facts(body=body, sight=sight, **row)


def _batches(rows: Iterable[tuple[Row | Rejected, Any]], size: int) -> Iterator[list[tuple[Row | Rejected, Any]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch
