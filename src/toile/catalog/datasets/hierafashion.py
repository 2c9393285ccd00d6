"""HieraFashion (Xie et al., AAAI 2025): full figures on white, their skeletons, captions in ten steps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pyarrow as pa

from toile.catalog.datasets.files import below, json_objects, outside
from toile.catalog.datasets.hierafashion_words import NUM_CONCEPTS, SLOTS, caption_items, odd_items
from toile.catalog.datasets.reader import SPLIT_COLUMN, Reader
from toile.catalog.datasets.rows import DesignExample, Fault, FaultKind
from toile.catalog.manifest import Row
from toile.errors import DataError

_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_CATEGORIES: Final = {
    "dress": "dress",
    "blouse": "blouse",
    "sweater": "sweater",
    "coat": "outerwear",
    "jumpsuit": "jumpsuit",
    "pant": "trousers",
    "skirt": "skirt",
}


class HieraFashion(Reader):
    """Pictures, poses, captions. Copies name their inner folders differently, so files are found by their names."""

    name = "hierafashion"
    layout = "train.json, test.json ({pose, gt, caption} each), train_images/, test_images/, train_pose/"
    markers = ("train.json", "test.json", "train_pose.json")
    columns = pa.schema([SPLIT_COLUMN, ("style", pa.string()), ("occasion", pa.string())])
    splits = ("train", "test")

    def rows(self, split: str) -> Iterator[DesignExample | Fault]:
        """One row a picture, in the order of the JSON file."""
        path = self.root / f"{split}.json"
        with_pose = self.root / f"{split}_pose.json"  # where only that one came along, it has the same fields
        if not path.is_file() and with_pose.is_file():
            path = with_pose
        for found in json_objects(path, missing=FaultKind.MISSING_SPLIT):
            if isinstance(found, Fault):
                yield found
            else:
                yield from self._example(*found, path.name, split)

    def pictures(self, split: str) -> Iterator[Row | Fault]:
        """The pictures with their captions; attributes that the caption names."""
        for number, example in enumerate(self.rows(split)):
            if isinstance(example, DesignExample):
                named = dict(zip((slot.name for slot in SLOTS), (*example.concepts, *example.attributes), strict=False))
                yield Row(
                    position=number,
                    id=example.id,
                    picture=example.picture,
                    source=self.name,
                    category=_CATEGORIES.get(named.get("category", "").lower()),
                    caption=example.caption,
                    attributes={name: named[name] for name in _ATTRIBUTES if name in named},
                    extra={"split": split, "style": named.get("style"), "occasion": named.get("occasion")},
                )
            else:
                yield example

    def _example(
        self, number: int, values: dict[str, Any], subject: str, split: str
    ) -> Iterator[DesignExample | Fault]:
        where = f"entry {number}"
        texts = {key: values.get(key) for key in ("gt", "caption", "pose")}
        if not isinstance(texts["gt"], str) or not isinstance(texts["caption"], str):
            detail = f"{where}: has {', '.join(values) or 'nothing'}; expected gt, caption and pose"
            yield Fault(kind=FaultKind.BROKEN_ROW, subject=subject, detail=detail)
            return
        try:
            picture = self._resolve(texts["gt"], split, is_pose=False)
            pose = self._resolve(texts["pose"], split, is_pose=True) if texts["pose"] else None
        except DataError as error:
            yield outside(subject, where, error)
            return
        if picture is None:
            yield Fault(kind=FaultKind.MISSING_PICTURE, subject=subject, detail=f"{where}: {texts['gt']}")
            return
        if pose is None and (texts["pose"] or split == "train"):
            detail = f"{where}: {texts['pose'] or 'names no pose'}"
            yield Fault(kind=FaultKind.MISSING_MAP, subject="pose", detail=detail)
        items = caption_items(texts["caption"])
        if odd := odd_items(items):
            yield Fault(kind=FaultKind.ODD_CAPTION, subject=subject, detail=f"{where}: {'; '.join(odd)}")
        yield DesignExample(
            id=picture.relative_to(self.root).as_posix(),
            split=split,
            picture=picture,
            pose=pose,
            caption=texts["caption"].strip(),
            concepts=items[:NUM_CONCEPTS],
            attributes=items[NUM_CONCEPTS:],
        )

    def _resolve(self, name: str, split: str, *, is_pose: bool) -> Path | None:
        """The file as it is named; else the one of that name in any folder of the split."""
        path = below(self.root, name)
        if self.listings.has(path):
            return path
        return self._by_name.get((split, is_pose, PurePosixPath(name.replace("\\", "/")).name))

    @cached_property
    def _by_name(self) -> dict[tuple[str, bool, str], Path]:
        """Split, whether it is a pose, and file name, to the file, in whatever folder of the split it lies."""
        found = dict[tuple[str, bool, str], Path]()
        for split in self.splits:
            for folder in sorted(self.root.glob(f"{split}*")):
                for path in sorted(folder.rglob("*")):
                    if path.suffix.lower() in _PICTURES:
                        is_pose = "pose" in path.relative_to(self.root).parent.as_posix()
                        found.setdefault((split, is_pose, path.name), path)
        return found


_ATTRIBUTES: Final = tuple(slot.name for slot in SLOTS[NUM_CONCEPTS:])
