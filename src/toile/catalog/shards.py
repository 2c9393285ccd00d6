"""WebDataset: tar shards whose neighbouring members `KEY.jpg`, `KEY.json`, `KEY.txt`, `KEY.cls` make one sample.

Nothing is ever unpacked to disk, so a member's name is only ever an id.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

from toile.catalog.manifest import Rejected, Row, RowReader
from toile.catalog.text_manifest import parse_object
from toile.errors import DataError

_PICTURES: Final = frozenset({"jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "avif"})
_TEXTS: Final = {"txt": "caption", "cls": "label"}
_RANGE: Final = re.compile(r"\{(\d+)\.\.(\d+)\}")

Sample = tuple[str, dict[str, bytes]]
"""Key, and extension to content."""


def expand_braces(pattern: str) -> list[Path]:
    """`a-{000..9}.tar` to the ten shards `a-000.tar` ... `a-009.tar`; several ranges make all combinations.

    Raises:
        DataError: a shard does not exist.
    """
    names = _expand(pattern)
    for name in names:
        if not Path(name).is_file():
            raise DataError(f"the shard {name} does not exist (one of {len(names)} that {pattern} names)")
    if not names:
        raise DataError(f"{pattern} names no shard; write ranges upwards, as in a-{{000..9}}.tar")
    return [Path(name) for name in names]


def _expand(pattern: str) -> list[str]:
    found = _RANGE.search(pattern)
    if found is None:
        return [pattern]
    first, last = found.groups()
    width = max(len(first), len(last)) if first.startswith("0") else 0
    numbers = range(int(first), int(last) + 1)
    return [
        f"{pattern[: found.start()]}{number:0{width}d}{rest}"
        for number in numbers
        for rest in _expand(pattern[found.end() :])
    ]


def metadata_rows(shards: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """What the samples' JSON files say; pictures are passed over."""
    for shard in shards:
        for sample in _samples(shard, frozenset({"json"})):
            if not isinstance(sample, str) and isinstance(values := parse_object(sample[1]["json"]), dict):
                yield values


def read_shards(shards: Sequence[Path], reader: RowReader) -> Iterator[Row | Rejected]:
    """All samples of all shards; what follows the broken place of a shard is lost, and said to be."""
    samples = (sample for shard in shards for sample in _samples(shard, _PICTURES | set(_TEXTS) | {"json"}))
    for position, sample in enumerate(samples):
        if isinstance(sample, str):
            yield Rejected(position=position, id=None, reason=sample)
        else:
            yield _read_sample(*sample, position=position, reader=reader)


def _read_sample(key: str, files: dict[str, bytes], *, position: int, reader: RowReader) -> Row | Rejected:
    picture = next((files[extension] for extension in files if extension in _PICTURES), None)
    if picture is None:
        return Rejected(position=position, id=key, reason=f"the sample has no picture, only {', '.join(files)}")
    values = parse_object(files.get("json", b"{}"))
    if isinstance(values, str):
        return Rejected(position=position, id=key, reason=f"its .json is {values}")
    texts = {
        name: files[extension].decode(errors="replace").strip()
        for extension, name in _TEXTS.items()
        if extension in files
    }
    return reader.read({**values, **texts}, position=position, picture=picture, key=key)


def _samples(shard: Path, extensions: Collection[str]) -> Iterator[Sample | str]:
    """Neighbouring members of one key, only those with `extensions`; at last the reason, where the shard is broken."""
    key, files = "", dict[str, bytes]()
    try:
        with tarfile.open(shard) as tar:
            for member in tar:
                name, extension = _split_name(member.name)
                if not member.isfile() or extension not in extensions:
                    continue
                if name != key and files:
                    yield key, files
                    files = {}
                key = name
                files[extension] = _content(tar, member)
    except (tarfile.TarError, OSError, EOFError) as error:
        yield f"{shard.name} is broken after {key or 'its beginning'!r}: {error}"
    else:
        if files:
            yield key, files


def _split_name(name: str) -> tuple[str, str]:
    """`shoes/0001.seg.png` to (`shoes/0001`, `seg.png`): the extension starts at the file name's first dot."""
    path = PurePosixPath(name)
    stem, _, extension = path.name.partition(".")
    return (path.parent / stem).as_posix(), extension.lower()


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file is not None, "only regular files come here"
    content = file.read()
    if len(content) != member.size:
        raise tarfile.ReadError(f"{member.name} has {len(content)} of its {member.size} bytes")
    return content
