"""clothing-co-parsing (Yang, Luo, Lin, CVPR 2014, Apache-2.0): street photos, some labelled pixel by pixel.

The repository bearpaw/clothing-co-parsing as it is cloned: `photos/0001.jpg`, `annotations/pixel-level/0001.mat` (a
matrix `groundtruth`, one label a pixel) or `annotations/image-level/1005.mat` (a column `tags`), both counted from 0,
and `label_list.mat`, the 59 names.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from toile.catalog.datasets.label_maps import UnknownLabelError, check_labels
from toile.catalog.datasets.reader import SPLIT_COLUMN, Reader
from toile.catalog.datasets.rows import DataRow, Fault, FaultKind
from toile.catalog.manifest import Row
from toile.catalog.photos import CO_PARSING_LABELS
from toile.errors import DataError
from toile.taxonomy import CO_PARSING_CATEGORIES

# What scipy raises for files that are not MATLAB's, cut off, or damaged.
_BROKEN: Final = (OSError, ValueError, TypeError, KeyError, IndexError, NotImplementedError, MatReadError)


class ClothingCoParsing(Reader):
    """One row a photo; `label_map` gives its labels, `names` its tags."""

    name = "clothing-co-parsing"
    layout = "photos/*.jpg, annotations/pixel-level/*.mat, annotations/image-level/*.mat, label_list.mat"
    markers = ("photos", "label_list.mat")
    columns = pa.schema([SPLIT_COLUMN, ("tags", pa.list_(pa.string()))])
    splits = ("all",)

    def rows(self, split: str) -> Iterator[Row | Fault]:
        """Photo by photo, in the order of their numbers; those that nobody has annotated are broken rows."""
        faults = list(self._check_label_list())
        yield from faults
        if faults:
            return
        for number, name in enumerate(sorted(self.listings.names(self.root / "photos"))):
            photo = self.root / "photos" / name
            if photo.suffix.lower() in (".jpg", ".jpeg"):
                yield self._row(photo, split, number)

    def faults(self, split: str) -> Iterator[Fault]:
        """Annotations of photos that are not there."""
        photos = {Path(name).stem for name in self.listings.names(self.root / "photos")}
        for level in ("pixel-level", "image-level"):
            names = self.listings.names(self.root / "annotations" / level)
            if not names:
                yield Fault(kind=FaultKind.MISSING_FILE, subject=f"annotations/{level}", detail="no annotation at all")
            for name in sorted(names):
                if name.endswith(".mat") and Path(name).stem not in photos:
                    yield Fault(kind=FaultKind.MISSING_FILE, subject="photos", detail=f"{Path(name).stem}.jpg")

    def inspect(self, row: DataRow) -> Iterator[Fault]:
        """The photo and its label map."""
        yield from super().inspect(row)
        try:
            self.label_map(row.id)
        except UnknownLabelError as error:
            yield Fault(kind=FaultKind.UNKNOWN_LABEL, subject="pixel-level", detail=str(error))
        except DataError as error:
            yield Fault(kind=FaultKind.BROKEN_MAP, subject="pixel-level", detail=str(error))

    def label_map(self, photo_id: str) -> NDArray[np.uint8] | None:
        """One label a pixel, `(H, W)`, numbers of `photos.CO_PARSING_LABELS`; None where only tags are known.

        Raises:
            DataError: the file is broken, or has numbers beyond the 59 names.
        """
        path = self._annotation("pixel-level", photo_id)
        if not self.listings.has(path):
            return None
        matrix = _load(path, "groundtruth")
        if matrix.ndim != 2 or matrix.dtype.kind not in "iuf":
            raise DataError(f"{path.name}: groundtruth is {matrix.dtype} of shape {matrix.shape}, expected (H, W)")
        check_labels(path.name, matrix, len(CO_PARSING_LABELS))
        return matrix.astype(np.uint8)

    def tags(self, photo_id: str) -> list[str]:
        """The names that a photo is tagged with, in the order of their numbers, without `null`.

        Raises:
            DataError: there is no annotation of the photo, or it is broken.
        """
        labels = self.label_map(photo_id)
        if labels is None:
            path = self._annotation("image-level", photo_id)
            if not self.listings.has(path):
                raise DataError(f"no annotation of {photo_id}")
            labels = _load(path, "tags").ravel()
            check_labels(path.name, labels, len(CO_PARSING_LABELS))
        return tag_names(labels)

    def _annotation(self, level: str, photo_id: str) -> Path:
        return self.root / "annotations" / level / f"{photo_id}.mat"

    def _row(self, photo: Path, split: str, number: int) -> Row | Fault:
        try:
            tags = self.tags(photo.stem)
        except UnknownLabelError as error:
            return Fault(kind=FaultKind.BROKEN_ROW, subject="annotations (unknown label ids)", detail=str(error))
        except DataError as error:
            return Fault(kind=FaultKind.BROKEN_ROW, subject="annotations", detail=f"{photo.name}: {error}")
        return Row(
            position=number,
            id=photo.stem,
            picture=photo,
            source=self.name,
            category="look",
            caption=", ".join(tag for tag in tags if tag in CO_PARSING_CATEGORIES) or None,
            licence="Apache-2.0",
            extra={"split": split, "tags": tags},
        )

    def _check_label_list(self) -> Iterator[Fault]:
        try:
            names = self._label_list
        except DataError as error:
            yield Fault(kind=FaultKind.BROKEN_FILE, subject="label_list.mat", detail=str(error))
            return
        if names != CO_PARSING_LABELS:
            strange = sorted(set(names) ^ set(CO_PARSING_LABELS)) or ["the same names in another order"]
            detail = f"{len(names)} names, expected the {len(CO_PARSING_LABELS)} of 2014; not in both: {strange[:5]}"
            yield Fault(kind=FaultKind.BROKEN_FILE, subject="label_list.mat", detail=detail)

    @cached_property
    def _label_list(self) -> tuple[str, ...]:
        """A cell array: every name stands in an array of its own."""
        cells = _load(self.root / "label_list.mat", "label_list").ravel()
        return tuple(str(np.asarray(cell).ravel()[0]) for cell in cells)


def tag_names(labels: NDArray[Any]) -> list[str]:
    """Names of the labels that are there, in the order of their numbers, without `null`."""
    return [CO_PARSING_LABELS[int(label)] for label in np.unique(labels) if label > 0]


def _load(path: Path, variable: str) -> NDArray[Any]:
    try:
        matrix: NDArray[Any] = loadmat(path)[variable]
    except _BROKEN as error:
        raise DataError(f"{path.name} is no MATLAB file with {variable!r}: {error}") from error
    return matrix
