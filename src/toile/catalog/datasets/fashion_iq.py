"""Fashion-IQ (Wu et al. 2021): pairs of shop photos and two sentences on how the second differs from the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa

from toile.catalog.datasets.files import json_objects, other_encoding, read_json
from toile.catalog.datasets.reader import SPLIT_COLUMN, Reader
from toile.catalog.datasets.rows import Fault, FaultKind, Triplet
from toile.catalog.manifest import Row
from toile.errors import DataError

CATEGORIES: Final = ("dress", "shirt", "toptee")
_TAXONOMY: Final = {"dress": "dress", "shirt": "shirt", "toptee": "top"}
# Copies differ in where the pictures lie and in their kind: .jpg as downloaded, .png as CLIP4Cir re-saved them.
_FOLDERS: Final = ("images", "resized_images", "resized_image", "image_data", "image")
_ENDINGS: Final = (".png", ".jpg", ".jpeg")


class FashionIQ(Reader):
    """Triplets of the three categories; as pictures, the galleries that `image_splits` lists."""

    name = "fashion-iq"
    layout = "captions/cap.{dress,shirt,toptee}.{train,val,test}.json, image_splits/split.*.json, images/ASIN.{png,jpg}"
    markers = ("captions/cap.*.json", "image_splits/split.*.json")
    columns = pa.schema([SPLIT_COLUMN, ("label", pa.string())])
    splits = ("train", "val", "test")

    def rows(self, split: str) -> Iterator[Triplet | Fault]:
        """All triplets of a split, category by category; the test split has no targets."""
        for category in CATEGORIES:
            path = self.root / "captions" / f"cap.{category}.{split}.json"
            for found in json_objects(path, missing=FaultKind.MISSING_SPLIT):
                yield found if isinstance(found, Fault) else self._triplet(*found, category, split)

    def pictures(self, split: str) -> Iterator[Row | Fault]:
        """The pictures that `image_splits` lists for a split; one that two categories list comes once."""
        seen = set[str]()
        for category in CATEGORIES:
            listed = self._listed(category, split)
            if isinstance(listed, Fault):
                yield listed
                continue
            for asin in listed:
                if asin in seen:
                    continue
                seen.add(asin)
                yield self._picture_row(asin, category, split)

    def faults(self, split: str) -> Iterator[Fault]:
        """Galleries that are missing, and listed pictures that no shop shows any more."""
        for category in CATEGORIES:
            listed = self._listed(category, split)
            if isinstance(listed, Fault):
                yield listed
                continue
            _, is_utf8 = read_json(self._list_file(category, split))
            if not is_utf8:
                yield other_encoding(self._list_file(category, split).name, "the list")
            for asin in listed:
                if asin not in self._files:
                    subject = self._list_file(category, split).name
                    yield Fault(kind=FaultKind.MISSING_PICTURE, subject=subject, detail=f"no picture of {asin}")

    def gallery(self, category: str, split: str, protocol: Literal["original", "val"] = "original") -> list[str]:
        """ASINs that a query of this category is ranked against.

        Args:
            category: one of `CATEGORIES`.
            split: one of `splits`.
            protocol: `original` = all that `image_splits` lists; `val` = only the references and targets of the split's
                triplets, a smaller gallery that gives some points more. The reference stays in both.

        Raises:
            DataError: the list or the captions are missing or broken.
        """
        if protocol == "original":
            listed = self._listed(category, split)
            if isinstance(listed, Fault):
                raise DataError(listed.detail)
            return listed
        path = self.root / "captions" / f"cap.{category}.{split}.json"
        named = list[str]()
        for found in json_objects(path, missing=FaultKind.MISSING_SPLIT):
            if isinstance(found, Fault):
                raise DataError(found.detail)
            named += [found[1][key] for key in ("candidate", "target") if isinstance(found[1].get(key), str)]
        return list(dict.fromkeys(named))

    def files_of(self, asins: Sequence[str]) -> list[Path]:
        """The picture files of those that are there, in their order."""
        return [self._files[asin] for asin in asins if asin in self._files]

    @cached_property
    def _files(self) -> dict[str, Path]:
        """ASIN to picture, over all folders where copies keep them (one a category, too)."""
        folders = [self.root / name for name in _FOLDERS]
        folders += [folder / category for folder in folders for category in CATEGORIES]
        found = dict[str, Path]()
        for folder in folders:
            for name in sorted(self.listings.names(folder)):  # where both are there, .png comes after .jpg and stays
                path = folder / name
                if path.suffix.lower() in _ENDINGS:
                    found[path.stem] = path
        return found

    def _list_file(self, category: str, split: str) -> Path:
        return self.root / "image_splits" / f"split.{category}.{split}.json"

    def _listed(self, category: str, split: str) -> list[str] | Fault:
        path = self._list_file(category, split)
        if not path.is_file():
            return Fault(kind=FaultKind.MISSING_FILE, subject=path.name, detail=f"{path.name} does not exist")
        try:
            values, _ = read_json(path)
        except DataError as error:
            return Fault(kind=FaultKind.BROKEN_FILE, subject=path.name, detail=str(error))
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            return Fault(kind=FaultKind.BROKEN_FILE, subject=path.name, detail=f"{path.name} is no list of ASINs")
        return values

    def _triplet(self, number: int, values: dict[str, Any], category: str, split: str) -> Triplet | Fault:
        subject, where = f"cap.{category}.{split}.json", f"entry {number}"
        captions = values.get("captions")
        if not isinstance(captions, list) or not any(isinstance(text, str) and text.strip() for text in captions):
            detail = f"{where}: captions are {captions!r}, expected a list of sentences"
            return Fault(kind=FaultKind.BROKEN_ROW, subject=subject, detail=detail)
        if not isinstance(values.get("candidate"), str) or not isinstance(values.get("target", ""), str):
            detail = f"{where}: has {', '.join(values) or 'nothing'}; expected candidate, target, captions"
            return Fault(kind=FaultKind.BROKEN_ROW, subject=subject, detail=detail)
        if "target" not in values and split != "test":
            return Fault(kind=FaultKind.BROKEN_ROW, subject=subject, detail=f"{where}: has no target")
        for asin in (values["candidate"], values.get("target")):
            if asin is not None and asin not in self._files:
                detail = f"{where}: no picture of {asin}"
                return Fault(kind=FaultKind.MISSING_PICTURE, subject=subject, detail=detail)
        target = values.get("target")
        return Triplet(
            id=f"{category}/{split}/{number}",
            split=split,
            category=category,
            reference=self._files[values["candidate"]],
            target=None if target is None else self._files[target],
            captions=tuple(text.strip() for text in captions if isinstance(text, str) and text.strip()),
        )

    def _picture_row(self, asin: str, category: str, split: str) -> Row | Fault:
        if asin not in self._files:
            subject = self._list_file(category, split).name
            return Fault(kind=FaultKind.MISSING_PICTURE, subject=subject, detail=f"no picture of {asin}")
        return Row(
            position=0,
            id=asin,
            picture=self._files[asin],
            source=self.name,
            category=_TAXONOMY[category],
            extra={"split": split, "label": category},
        )
