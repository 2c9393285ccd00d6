"""Garment pictures as a benchmark needs them: streamed from parquet, embedded, their colours measured, then let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.images import decode_image
from toile.catalog.split import Split, split_of
from toile.errors import DataError
from toile.progress import Progress
from toile.taxonomy import CATEGORIES, CLOTHING_DATASET_CATEGORIES, COLOURS
from toile.vision.colour import measure_colour, to_lab

DEFAULT_DATA: Final = Path("../shared/data")
"""Where a checkout finds the photo sets that its README names, beside it."""

CLASS_TEXTS: Final = {
    "t-shirt": "t-shirt",
    "longsleeve": "longsleeve",
    "trousers": "pants",
    "shoes": "shoes",
    "shirt": "shirt",
    "dress": "dress",
    "outerwear": "outwear",
    "shorts": "shorts",
    "hat": "hat",
    "skirt": "skirt",
}
"""The ten largest clothing classes of the clothing data set: our category, and the words of its label."""

Embed = Callable[[Sequence[Image.Image]], NDArray[np.float32]]
"""`N` pictures to what an encoder makes of them."""

_BATCH_SIZE: Final = 64
_HISTOGRAM_PX: Final = 48
_HISTOGRAM_BINS: Final = (6, 6, 6)
_LAB_RANGE: Final = ((0.0, 100.0), (-90.0, 90.0), (-90.0, 90.0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Gallery:
    """`N` pictures of the ten classes."""

    classes: NDArray[np.int64]
    """`(N,)`, index into `CLASS_TEXTS`."""
    embeddings: NDArray[np.float32]
    """`(N, D)`, or `(N, queries, D)` of the multimodal encoder."""
    colours: NDArray[np.float64]
    """`(N, 13)`, measured share of each of `COLOURS` on the garment."""
    histograms: NDArray[np.float64]
    """`(N, 216)`, roots of a Lab histogram of the whole picture: a dot product is a Bhattacharyya coefficient."""

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def main_colours(self) -> NDArray[np.intp]:
        """`(N,)`, index into `COLOURS` of the colour with most pixels."""
        indices: NDArray[np.intp] = self.colours.argmax(axis=1)
        return indices


def data_files(data: Sequence[Path], default: str) -> list[Path]:
    """The files to read: those given, else the named one of `DEFAULT_DATA`.

    Raises:
        DataError: a file does not exist.
    """
    files = list(data) or [DEFAULT_DATA / default]
    for file in files:
        if not file.is_file():
            raise DataError(f"{file} does not exist; give the benchmark's pictures with --data FILE.parquet")
    return files


def files_named(data: Sequence[Path], word: str) -> list[Path]:
    """The files whose name has a word."""
    return [path for path in data if word in path.name]


def load_gallery(files: Sequence[Path], split: Split | None, embed: Embed, progress: Progress) -> Gallery:
    """Embed and measure the rows of a split (None: all) that show one of the ten classes.

    Raises:
        DataError: a column is missing, a picture is broken, or no row is left.
    """
    parts = list(_measured_batches(files, split, embed, progress))
    if not parts:
        names = ", ".join(file.name for file in files)
        raise DataError(f"no row of {names} in split {split or 'all'} shows one of the ten classes; try --split all")
    classes, embeddings, colours, histograms = zip(*parts, strict=True)
    return Gallery(
        classes=np.concatenate(classes),
        embeddings=np.concatenate(embeddings),
        colours=np.concatenate(colours),
        histograms=np.concatenate(histograms),
    )


def colour_histogram(image: Image.Image) -> NDArray[np.float64]:
    """Square root of the share of pixels in each of 6³ Lab bins, `(216,)`; its squares sum to 1."""
    thumbnail = image.resize((_HISTOGRAM_PX, _HISTOGRAM_PX), Image.Resampling.BOX)
    pixels = to_lab(np.asarray(thumbnail)).reshape(-1, 3)
    ends = np.array(_LAB_RANGE)
    counts, _ = np.histogramdd(np.clip(pixels, ends[:, 0], ends[:, 1]), bins=_HISTOGRAM_BINS, range=_LAB_RANGE)
    shares: NDArray[np.float64] = np.sqrt(counts.ravel() / len(pixels))
    return shares


def _measured_batches(
    files: Sequence[Path], split: Split | None, embed: Embed, progress: Progress
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]]:
    done = 0
    for batch in _batches(_labelled_pictures(files, split)):
        images = [image for _, image in batch]
        yield (
            np.array([index for index, _ in batch]),
            embed(images),
            np.stack([_colour_shares(image) for image in images]),
            np.stack([colour_histogram(image) for image in images]),
        )
        done += len(batch)
        progress("looking at pictures", done, None)


def _colour_shares(image: Image.Image) -> NDArray[np.float64]:
    shares = np.zeros(len(COLOURS))
    for colour in measure_colour(image):
        shares[COLOURS.index(colour.name)] = colour.share
    return shares


def _batches(pictures: Iterator[tuple[int, Image.Image]]) -> Iterator[list[tuple[int, Image.Image]]]:
    batch: list[tuple[int, Image.Image]] = []
    for picture in pictures:
        batch.append(picture)
        if len(batch) == _BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch


def _labelled_pictures(files: Sequence[Path], split: Split | None) -> Iterator[tuple[int, Image.Image]]:
    """Class index and picture of each row that counts."""
    indices = {category: index for index, category in enumerate(CLASS_TEXTS)}
    for path in files:
        file = pq.ParquetFile(path)
        missing = {"image_id", "image", "label"} - set(file.schema_arrow.names)
        if missing:
            raise DataError(f"{path.name} lacks the columns {sorted(missing)}; it has {file.schema_arrow.names}")
        for batch in file.iter_batches(batch_size=_BATCH_SIZE, columns=["image_id", "image", "label"]):
            for row in batch.to_pylist():
                index = indices.get(_category(row["label"]) or "")
                if index is None or (split is not None and split_of(row["image_id"]) != split):
                    continue
                try:
                    yield index, decode_image(row["image"]["bytes"] or b"")
                except DataError as error:
                    raise DataError(f"{path.name}, row {row['image_id']!r}: {error}") from error


def _category(label: str | None) -> str | None:
    """The category that a label of the data set, or one of our own words, stands for."""
    if label in CATEGORIES:
        return label
    return CLOTHING_DATASET_CATEGORIES.get(label or "")
