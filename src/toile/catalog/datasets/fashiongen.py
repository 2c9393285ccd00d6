"""FashionGen (Rostamzadeh et al. 2018): two HDF5 files, one photo a row, several photos a product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import h5py
import pyarrow as pa
from PIL import Image

from toile.catalog.datasets.reader import SPLIT_COLUMN, Reader
from toile.catalog.datasets.rows import Fault, FaultKind
from toile.catalog.manifest import Row

_ROWS_AT_ONCE: Final = 256
_CAPTIONS: Final = ("input_description", "input_concat_description")
_NEEDED: Final = ("input_image", "input_productID")
# Column of a row to the HDF5 set that holds it. Dumps differ in which they carry: `input_name` is often missing.
_WORDS: Final = {
    "label": "input_category",
    "subcategory": "input_subcategory",
    "brand": "input_brand",
    "name": "input_name",
    "composition": "input_composition",
    "department": "input_department",
    "gender": "input_gender",
    "season": "input_season",
    "pose": "input_pose",
}
_CATEGORIES: Final = {
    "TOPS": "top",
    "SHIRTS": "shirt",
    "SWEATERS": "sweater",
    "JACKETS & COATS": "outerwear",
    "SUITS & BLAZERS": "blazer",
    "DRESSES": "dress",
    "JUMPSUITS": "jumpsuit",
    "SKIRTS": "skirt",
    "PANTS": "trousers",
    "JEANS": "trousers",
    "SHORTS": "shorts",
    "SNEAKERS": "shoes",
    "BOOTS": "shoes",
    "SANDALS": "shoes",
    "HEELS": "shoes",
    "FLATS": "shoes",
    "LACE UPS": "shoes",
    "LOAFERS": "shoes",
    "MONKSTRAPS": "shoes",
    "ESPADRILLES": "shoes",
    "BOAT SHOES & MOCCASINS": "shoes",
    "HATS": "hat",
    "BACKPACKS": "bag",
    "TOTE BAGS": "bag",
    "SHOULDER BAGS": "bag",
    "TRAVEL BAGS": "bag",
    "CLUTCHES & POUCHES": "bag",
    "DUFFLE & TOP HANDLE BAGS": "bag",
    "MESSENGER BAGS & SATCHELS": "bag",
    "SCARVES": "accessory",
    "GLOVES": "accessory",
    "BELTS & SUSPENDERS": "accessory",
    "JEWELRY": "accessory",
    "EYEWEAR": "accessory",
    "SOCKS": "accessory",
    "TIES": "accessory",
}


@dataclass(frozen=True, slots=True)
class _StoredPicture:
    """A picture inside of an HDF5 file, made into a PNG when somebody asks; small enough to be sent to a worker."""

    file: Path
    index: int

    def __call__(self) -> bytes:
        with h5py.File(self.file) as file:
            pixels = file["input_image"][self.index]
        buffer = BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()


class FashionGen(Reader):
    """Photos with a shop's descriptions; the photos of one product share `split_group`."""

    name = "fashiongen"
    layout = "fashiongen_256_256_train.h5 and fashiongen_256_256_validation.h5"
    markers = ("*.h5", "*.hdf5")
    columns = pa.schema([SPLIT_COLUMN, *((name, pa.string()) for name in _WORDS), ("price_usd", pa.float64())])
    splits = ("train", "validation")

    def rows(self, split: str) -> Iterator[Row | Fault]:
        """One row a photo, in the order of the file."""
        path = self._files.get(split)
        if path is None:
            detail = f"no file named *{split}.h5"
            yield Fault(kind=FaultKind.MISSING_SPLIT, subject=split, detail=detail)
            return
        try:
            with h5py.File(path) as file:
                faults = list(_structure(file, path.name))
                yield from faults
                if not any(fault.kind is FaultKind.BROKEN_FILE for fault in faults):
                    yield from self._read(file, path, split)
        except OSError as error:
            yield Fault(kind=FaultKind.BROKEN_FILE, subject=path.name, detail=f"not a whole HDF5 file: {error}")

    @cached_property
    def _files(self) -> dict[str, Path]:
        names = sorted(name for name in self.listings.names(self.root) if name.endswith((".h5", ".hdf5")))
        return {split: self.root / name for split in self.splits for name in names if split in name}

    def _read(self, file: h5py.File, path: Path, split: str) -> Iterator[Row | Fault]:
        caption = next(name for name in _CAPTIONS if name in file)
        sets = [caption, "input_productID", "input_msrpUSD", *_WORDS.values()]
        for start in range(0, len(file["input_image"]), _ROWS_AT_ONCE):
            chunk = {name: file[name][start : start + _ROWS_AT_ONCE].ravel() for name in sets if name in file}
            for offset in range(len(chunk[caption])):
                values = {name: _word(cells[offset]) for name, cells in chunk.items()}
                row = self._row(values, values[caption], path, split, start + offset)
                if row.caption is None:
                    yield Fault(kind=FaultKind.MISSING_CAPTION, subject=path.name, detail=f"row {start + offset}")
                yield row

    def _row(self, values: Mapping[str, Any], caption: str, path: Path, split: str, index: int) -> Row:
        words = {column: values.get(name) or None for column, name in _WORDS.items()}
        label = words["label"] or ""
        return Row(
            position=index,
            id=f"{split}/{index}",
            picture=_StoredPicture(path, index),
            source=self.name,
            category=_CATEGORIES.get(label.upper()),
            caption=caption.strip() or None,
            split_group=str(values["input_productID"]),
            extra={"split": split, **words, "price_usd": values.get("input_msrpUSD")},
        )


def _word(cell: Any) -> Any:  # noqa: ANN401 - a cell of any HDF5 set
    """Texts are Latin-1 in all known dumps, where UTF-8 would fail; numbers become Python's own."""
    return cell.decode("latin-1") if isinstance(cell, bytes) else cell.item() if hasattr(cell, "item") else cell


def _structure(file: h5py.File, name: str) -> Iterator[Fault]:
    """What the file lacks; a broken file yields no rows."""
    missing = [needed for needed in _NEEDED if needed not in file]
    if not any(caption in file for caption in _CAPTIONS):
        missing.append(" or ".join(_CAPTIONS))
    if missing:
        detail = f"has no {', '.join(missing)}; it has {', '.join(sorted(file)) or 'nothing'}"
        yield Fault(kind=FaultKind.BROKEN_FILE, subject=name, detail=detail)
        return
    length = len(file["input_image"])
    for other in sorted(set(file) - {"input_image"}):
        if len(file[other]) != length:
            detail = f"{other} has {len(file[other])} rows, input_image has {length}"
            yield Fault(kind=FaultKind.BROKEN_FILE, subject=name, detail=detail)
    shape, kind = file["input_image"].shape, file["input_image"].dtype
    if len(shape) != 4 or shape[3] != 3 or kind != "uint8":
        detail = f"input_image is {shape} of {kind}, expected (rows, height, width, 3) of uint8"
        yield Fault(kind=FaultKind.BROKEN_FILE, subject=name, detail=detail)
