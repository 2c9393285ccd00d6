"""What VITON-HD and Dress Code share: lists of pairs, phrases for garments, and many files about one picture."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.datasets.files import json_items, missing_picture, other_encoding, text_lines
from toile.catalog.datasets.label_maps import UnknownLabelError, read_label_map
from toile.catalog.datasets.reader import SPLIT_COLUMN, Reader
from toile.catalog.datasets.rows import DataRow, Fault, FaultKind, TryOnPair
from toile.catalog.manifest import Row
from toile.errors import DataError

NUM_PHRASES: Final = 3
"""Of a garment's caption; MGD leaves out garments that have fewer, and so does every figure in its papers."""
_CATEGORIES: Final = {"dresses": "dress"}  # `upper_body` and `lower_body` are no kind of garment


@dataclass(frozen=True, slots=True)
class MapFile:
    """A file that lies beside a picture.

    Attributes:
        name: what it holds, a key of `TryOnPair.maps`.
        places: where it may lie below the data set's folder, without its ending; the first that is there counts.
            `{folder}` is the part or section, `{person}` and `{garment}` are the stems of the two pictures, `{number}`
            is the person's number alone.
        endings: those that copies use.
        is_core: it belongs to every copy. Others are told missing only where their folder is there.
        splits: those that have it; none: all.
    """

    name: str
    places: tuple[str, ...]
    endings: tuple[str, ...]
    is_core: bool = False
    splits: tuple[str, ...] = ()


class TryOnReader(Reader):
    """Pairs of a person and a garment."""

    labels: ClassVar[tuple[str, ...]]
    """Names of the numbers in its label maps."""
    maps: ClassVar[tuple[MapFile, ...]]
    captions_files: ClassVar[tuple[str, ...]]
    columns = pa.schema([SPLIT_COLUMN, ("section", pa.string())])

    @abstractmethod
    def pose(self, pair: TryOnPair) -> NDArray[np.float32]:
        """COCO-18 `(18, 3)`: x, y in pixels of the person's picture, confidence.

        Raises:
            DataError: the pair has none, or it is broken.
        """

    def label_map(self, pair: TryOnPair) -> NDArray[np.uint8]:
        """The person's picture in numbers of `labels`, `(H, W)`.

        Raises:
            DataError: the pair has none, or it is broken.
        """
        return read_label_map(self.map_file(pair, "label_map"), self.labels)

    def map_file(self, pair: TryOnPair, name: str) -> Path:
        """Where a map of a pair lies.

        Raises:
            DataError: the pair has no such map.
        """
        if name not in pair.maps:
            raise DataError(f"{pair.id} has no {name}; it has {', '.join(pair.maps) or 'no maps'}")
        return pair.maps[name]

    def pictures(self, split: str) -> Iterator[Row | Fault]:
        """The garments of a split, each once."""
        seen = set[Path]()
        for pair in self.rows(split):
            if isinstance(pair, Fault):
                yield pair
            elif isinstance(pair, TryOnPair) and pair.garment not in seen:
                seen.add(pair.garment)
                yield Row(
                    position=0,
                    id=pair.garment.relative_to(self.root).as_posix(),
                    picture=pair.garment,
                    source=self.name,
                    category=_CATEGORIES.get(pair.section),
                    caption=pair.caption,
                    extra={"split": split, "section": pair.section},
                )

    def faults(self, split: str) -> Iterator[Fault]:
        """What is wrong with the phrases."""
        yield from self._phrases[1]

    def inspect(self, row: DataRow) -> Iterator[Fault]:
        """Pictures, label map and pose."""
        yield from super().inspect(row)
        if not isinstance(row, TryOnPair):
            return
        if "label_map" in row.maps:
            yield from self._inspect_label_map(row)
        if "pose" in row.maps:
            yield from self._inspect_pose(row)

    def _inspect_label_map(self, pair: TryOnPair) -> Iterator[Fault]:
        try:
            height, width = self.label_map(pair).shape
        except UnknownLabelError as error:
            yield Fault(kind=FaultKind.UNKNOWN_LABEL, subject="label_map", detail=str(error))
        except DataError as error:
            yield Fault(kind=FaultKind.BROKEN_MAP, subject="label_map", detail=str(error))
        else:
            if (size := picture_size(pair.person)) not in (None, (width, height)):
                detail = f"{pair.maps['label_map'].name} is {width}x{height}, the picture {size[0]}x{size[1]}"
                yield Fault(kind=FaultKind.BROKEN_MAP, subject="label_map", detail=detail)

    def _inspect_pose(self, pair: TryOnPair) -> Iterator[Fault]:
        try:
            is_seen = bool(self.pose(pair)[:, 2].any())
        except DataError as error:
            yield Fault(kind=FaultKind.BROKEN_MAP, subject="pose", detail=str(error))
        else:
            if not is_seen:
                detail = f"{pair.maps['pose'].name} shows nobody"
                yield Fault(kind=FaultKind.BROKEN_MAP, subject="pose", detail=detail)

    def pair(
        self, folder: Path, split: str, section: str, subject: str, names: tuple[Path, Path]
    ) -> Iterator[TryOnPair | Fault]:
        """The pair of two pictures, with its maps below `folder`, and a fault for each map that should be there."""
        person, garment = names
        for picture in names:
            if not self.listings.has(picture):
                yield missing_picture(subject, self.root, picture)
                return
        captions = self.captions(garment)
        if not captions and any(self._phrases[0]):
            yield Fault(kind=FaultKind.MISSING_CAPTION, subject=" / ".join(self.captions_files), detail=garment.name)
        maps = dict[str, Path]()
        for kind in self.maps:
            found = self._find(kind, folder.name, split, person.stem, garment.stem)
            if isinstance(found, Path):
                maps[kind.name] = found
            elif found is not None:
                yield found
        yield TryOnPair(
            id=f"{section}/{person.stem}+{garment.stem}",
            split=split,
            section=section,
            person=person,
            garment=garment,
            is_paired=is_same_item(person, garment),
            captions=captions,
            maps=maps,
        )

    def _find(self, kind: MapFile, folder: str, split: str, person: str, garment: str) -> Path | Fault | None:
        if kind.splits and split not in kind.splits:
            return None
        words = {"folder": folder, "person": person, "garment": garment, "number": person.partition("_")[0]}
        files = [self.root / f"{place.format(**words)}{end}" for place in kind.places for end in kind.endings]
        found = self.listings.first(*files)
        if found is not None or not (kind.is_core or any(self.listings.names(file.parent) for file in files)):
            return found
        # Of several folders, name the one that this copy has.
        expected = next((file for file in files if self.listings.names(file.parent)), files[0])
        detail = expected.relative_to(self.root).as_posix()
        return Fault(kind=FaultKind.MISSING_MAP, subject=kind.name, detail=detail)

    def captions(self, garment: Path) -> tuple[str, ...]:
        """The phrases for a garment; they are filed under the number that its file name starts with."""
        return self._phrases[0].get(item_id(garment), ())

    @cached_property
    def _phrases(self) -> tuple[Mapping[str, tuple[str, ...]], Sequence[Fault]]:
        phrases, faults = dict[str, tuple[str, ...]](), list[Fault]()
        for name in self.captions_files:
            if (self.root / name).is_file():
                faults += self._read_phrases(self.root / name, phrases)
        return phrases, faults

    def _read_phrases(self, path: Path, phrases: dict[str, tuple[str, ...]]) -> Iterator[Fault]:
        for item in json_items(path, dict):
            if isinstance(item, Fault):
                yield item
                continue
            key, texts = item
            is_list = isinstance(texts, list) and all(isinstance(text, str) for text in texts)
            if is_list and len(texts) >= NUM_PHRASES:
                phrases.setdefault(key, tuple(text.strip() for text in texts))
            else:
                detail = f"{key}: {texts!r}, expected {NUM_PHRASES} phrases"
                yield Fault(kind=FaultKind.ODD_CAPTION, subject=path.name, detail=detail)


def pair_names(path: Path, subject: str) -> Iterator[tuple[str, str] | Fault]:
    """`person.jpg garment.jpg` a line, with spaces or tabs between; the last line may end without a newline."""
    if not path.is_file():
        yield Fault(kind=FaultKind.MISSING_SPLIT, subject=subject, detail=f"{subject} does not exist")
        return
    for line in text_lines(path):
        names = line.text.split()
        if not line.is_utf8:
            yield other_encoding(subject, f"line {line.number}")
        if len(names) == 2:
            yield names[0], names[1]
        else:
            detail = f"line {line.number}: {line.text[:60]!r}, expected two picture names"
            yield Fault(kind=FaultKind.BROKEN_ROW, subject=subject, detail=detail)


def item_id(picture: Path) -> str:
    """`048392_1.jpg` and `048392_0.jpg` are garment and model 048392."""
    return picture.stem.partition("_")[0]


def is_same_item(person: Path, garment: Path) -> bool:
    """The person wears this garment: both data sets number a model as its garment."""
    return item_id(person) == item_id(garment)


def picture_size(path: Path) -> tuple[int, int] | None:
    """Width and height, without decoding; None where the picture is broken."""
    try:
        with Image.open(path) as image:
            return image.size
    except (OSError, SyntaxError, ValueError):
        return None
