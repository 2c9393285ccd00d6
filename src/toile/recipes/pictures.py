"""Training pictures of the generator: people and flat garments on white, 256×192, with captions and poses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.photos import LOOK_SIZE, clear_colour, iterate_garments, iterate_street_cutouts, photo_files
from toile.catalog.split import Split
from toile.training.cache import Arrays, cached_arrays
from toile.vision.cutout import FLAT_MARGIN, cut_out, flat_mask, frame_around
from toile.vision.sketch import sketch

_MAX_GARMENTS: Final = 6000  # rows of a file that are looked at: memory
_NOTHING: Final = np.zeros(LOOK_SIZE[::-1], np.uint8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pictures:
    """Pictures of one kind, decoded."""

    ids: list[str]
    """Of the rows; a person and the garment laid flat that it wears have the same."""
    images: NDArray[np.uint8]
    """`(N, 256, 192, 3)`."""
    captions: list[tuple[str, ...]]
    """True wordings of each, the fullest first."""
    hierarchical: list[str]
    """Of each the caption in HieraFashDiff's grammar; empty where there is none."""
    poses: NDArray[np.float32]
    """COCO-18 `(N, 18, 3)` in the picture's pixels; zeros for garments without a body."""
    parts: NDArray[np.uint8]
    """`(N, 256, 192)`, index into `taxonomy.PARTS`; all background where nothing is known."""
    sketches: NDArray[np.uint8]
    """`(N, 256, 192)`, 0 line, 255 paper."""

    cultures: list[str] = field(default_factory=list)
    """Whose clothes each shows, where that is said; empty strings, or an empty list, where it isn't."""

    def __len__(self) -> int:
        return len(self.captions)

    def of(self, rows: Sequence[int]) -> Pictures:
        """Some of them."""
        places = np.array(rows, dtype=np.intp)
        return Pictures(
            ids=[self.ids[row] for row in rows],
            images=self.images[places],
            captions=[self.captions[row] for row in rows],
            hierarchical=[self.hierarchical[row] for row in rows],
            poses=self.poses[places],
            parts=self.parts[places],
            sketches=self.sketches[places],
            cultures=[self.cultures[row] for row in rows] if self.cultures else [],
        )


def _of_photo(caption: str) -> tuple[str, ...]:
    """The caption alone, and with words that tell photos from drawings, so that a prompt can ask for either."""
    return caption, f"{caption}, street photo"


def _kept(captions: Sequence[tuple[str, ...]]) -> NDArray[np.str_]:
    """As an array keeps them: the wordings of each picture on lines of one string."""
    return np.array(["\n".join(wordings) for wordings in captions])


def _people(streets: Path, split: Split) -> Arrays:
    cutouts = list(iterate_street_cutouts(streets, split))
    return {
        "ids": np.array([cutout.id for cutout in cutouts]),
        "images": np.stack([np.asarray(cutout.image) for cutout in cutouts]),
        "captions": _kept([cutout.captions or _of_photo(cutout.caption) for cutout in cutouts]),
        "hierarchical": np.array([cutout.hierarchical for cutout in cutouts]),
        "poses": np.stack([cutout.pose for cutout in cutouts]),
        "parts": np.stack([_NOTHING if cutout.parts is None else cutout.parts for cutout in cutouts]),
        "sketches": np.stack([np.asarray(sketch(cutout.image)) for cutout in cutouts]),
        "cultures": np.array([cutout.culture for cutout in cutouts]),
    }


def _garments(garments: Path, split: Split) -> Arrays:
    """Flat garments cut out by GrabCut; where the cut takes nearly all or nothing the row is passed over."""
    width, height = LOOK_SIZE
    ids, images, captions = [], [], []
    for photo in islice(iterate_garments(garments, split), _MAX_GARMENTS):
        colour = clear_colour(photo.colours)
        if colour is None:
            continue
        mask = flat_mask(photo.image)
        if mask is None:
            continue
        frame = frame_around(mask, width=width, height=height, margin=FLAT_MARGIN)
        ids.append(photo.id)
        images.append(np.asarray(cut_out(photo.image, mask, frame)))
        captions.append(photo.captions or (f"a {colour} {photo.noun} laid flat",))
    return {
        "ids": np.array(ids),
        "images": np.stack(images),
        "captions": _kept(captions),
        "hierarchical": np.array([""] * len(images)),
        "poses": np.zeros((len(images), 18, 3), dtype=np.float32),
        "parts": np.stack([_NOTHING] * len(images)),
        "sketches": np.stack([np.asarray(sketch(Image.fromarray(image))) for image in images]),
    }


def load_pictures(
    data: Sequence[Path], cache: Path, split: Split = "train", *, flat: bool = True
) -> tuple[Pictures, Pictures]:
    """People, and flat garments.

    Args:
        data: folders with garments.parquet and streets.parquet.
        cache: folder where decoded pictures are kept.
        split: which rows.
        flat: whether flat garments are wanted; else there are none of them.

    Raises:
        DataError: no folder holds one of the files.
    """
    streets = photo_files(data, "streets.parquet")
    people = _pictures(cached_arrays(cache, f"tagged-people-{split}", streets, lambda file: _people(file, split)))
    if not flat:
        return people, people.of([])
    garments = photo_files(data, "garments.parquet")
    return (
        people,
        _pictures(cached_arrays(cache, f"named-garments-{split}", garments, lambda file: _garments(file, split))),
    )


def _pictures(arrays: Arrays) -> Pictures:
    return Pictures(
        ids=[str(name) for name in arrays["ids"]],
        images=arrays["images"].astype(np.uint8, copy=False),
        captions=[tuple(str(wordings).split("\n")) for wordings in arrays["captions"]],
        hierarchical=[str(caption) for caption in arrays["hierarchical"]],
        poses=arrays["poses"].astype(np.float32, copy=False),
        parts=arrays["parts"].astype(np.uint8, copy=False),
        sketches=arrays["sketches"].astype(np.uint8, copy=False),
        cultures=[str(culture) for culture in arrays.get("cultures", ())],
    )
