"""Fashion200K (Han et al. 2017): shop photos with short descriptions, one text file a category and split."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import pyarrow as pa

from toile.catalog.datasets.files import Line, below, missing_picture, other_encoding, outside, text_lines
from toile.catalog.datasets.reader import SPLIT_COLUMN, Reader
from toile.catalog.datasets.rows import Fault, FaultKind
from toile.catalog.manifest import Row
from toile.errors import DataError

_CATEGORIES: Final = {"dress": "dress", "jacket": "outerwear", "pants": "trousers", "skirt": "skirt", "top": "top"}
# The names begin with `women/`; some copies keep that folder in one of these.
_FOLDERS: Final = ("", "images", "pictures")


class Fashion200K(Reader):
    """One row a photo; the photos of one product lie in one folder and share `split_group`."""

    name = "fashion200k"
    layout = "labels/{dress,jacket,pants,skirt,top}_{train,test}_detect_all.txt and the pictures they name, women/..."
    markers = ("labels/*_detect_all.txt",)
    columns = pa.schema([SPLIT_COLUMN, ("label", pa.string()), ("detection_score", pa.float64())])
    splits = ("train", "test")

    def rows(self, split: str) -> Iterator[Row | Fault]:
        """Category by category; `detection_score` is how sure the makers' detector was of the crop."""
        for label in _CATEGORIES:
            path = self.root / "labels" / f"{label}_{split}_detect_all.txt"
            if not path.is_file():
                yield Fault(kind=FaultKind.MISSING_SPLIT, subject=path.name, detail=f"{path.name} does not exist")
                continue
            for line in text_lines(path):
                if not line.is_utf8:
                    yield other_encoding(path.name, f"line {line.number}")
                yield self._row(line, path, label, split)

    def _row(self, line: Line, path: Path, label: str, split: str) -> Row | Fault:
        where, cells = f"line {line.number}", line.text.split("\t")
        if len(cells) != 3 or not _is_number(cells[1]):
            detail = f"{where}: {line.text[:60]!r}, expected picture, score and description between tabs"
            return Fault(kind=FaultKind.BROKEN_ROW, subject=path.name, detail=detail)
        name, score, caption = (cell.strip() for cell in cells)
        try:
            places = [below(self.root / folder, name) for folder in _FOLDERS]
        except DataError as error:
            return outside(path.name, where, error)
        picture = self.listings.first(*places)
        if picture is None:
            return missing_picture(path.name, self.root, places[0])
        return Row(
            position=line.number - 1,
            id=name,
            picture=picture,
            source=self.name,
            category=_CATEGORIES[label],
            caption=caption or None,
            split_group=PurePosixPath(name).parent.name,
            extra={"split": split, "label": label, "detection_score": float(score)},
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
