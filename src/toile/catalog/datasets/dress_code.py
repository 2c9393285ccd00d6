"""Dress Code (Morelli et al. 2022) with the Multimodal annotations of MGD (Baldrati et al. 2023)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from toile.catalog.datasets.files import below, outside
from toile.catalog.datasets.label_maps import DRESS_CODE_LABELS
from toile.catalog.datasets.poses import read_coco_18
from toile.catalog.datasets.rows import Fault, TryOnPair
from toile.catalog.datasets.try_on import MapFile, TryOnReader, pair_names, picture_size
from toile.errors import DataError

SECTIONS: Final = ("dresses", "upper_body", "lower_body")
POSE_FRAME: Final = (384, 512)
"""Width and height that the key points refer to, although the pictures are 768x1024."""
_LISTS: Final = {
    "train": "train_pairs.txt",
    "test-paired": "test_pairs_paired.txt",
    "test-unpaired": "test_pairs_unpaired.txt",
}
# The sample and the README of MGD name the folder differently.
_STITCH_MAPS: Final = ("test_stitchmap/{person}", "test_stitch_map/{person}")


class DressCode(TryOnReader):
    """Pairs of all three sections. The lists in the section folders count; those beside them are copies."""

    name = "dress-code"
    layout = (
        "{dresses,upper_body,lower_body}/{images,keypoints,label_maps,...}, in each folder train_pairs.txt, "
        "test_pairs_paired.txt, test_pairs_unpaired.txt; captions in {fine,coarse}_captions.json"
    )
    markers = tuple(f"{section}/images" for section in SECTIONS)
    labels = DRESS_CODE_LABELS
    captions_files = ("fine_captions.json", "coarse_captions.json")
    maps = (
        MapFile("pose", ("{folder}/keypoints/{number}_2",), (".json",), is_core=True),
        MapFile("label_map", ("{folder}/label_maps/{number}_4",), (".png",), is_core=True),
        MapFile("skeleton", ("{folder}/skeletons/{number}_5",), (".jpg",)),
        MapFile("densepose", ("{folder}/dense/{number}_5",), (".png",)),
        MapFile("garment_mask", ("{folder}/masks/{garment}",), (".png",)),
        MapFile("garment_on_white", ("{folder}/cleaned_inshop_imgs/{garment}_cleaned",), (".jpg",)),
        MapFile("sketch", ("{folder}/im_sketch/{garment}",), (".png",), splits=("train", "test-paired")),
        MapFile("sketch", ("{folder}/im_sketch_unpaired/{person}_{garment}",), (".png",), splits=("test-unpaired",)),
        MapFile("stitch_map", _STITCH_MAPS, (".png",), splits=("test-paired", "test-unpaired")),
    )
    splits = tuple(_LISTS)

    def rows(self, split: str) -> Iterator[TryOnPair | Fault]:
        """The pairs of a split, section by section."""
        for section in SECTIONS:
            folder, subject = self.root / section, f"{section}/{_LISTS[split]}"
            for names in pair_names(self.root / subject, subject):
                if isinstance(names, Fault):
                    yield names
                    continue
                try:
                    pictures = (below(folder / "images", names[0]), below(folder / "images", names[1]))
                except DataError as error:
                    yield outside(subject, " ".join(names), error)
                    continue
                yield from self.pair(folder, split, section, subject, pictures)

    def pose(self, pair: TryOnPair) -> NDArray[np.float32]:
        """COCO-18 `(18, 3)`: x, y in pixels of the person's picture, confidence.

        Raises:
            DataError: the pair has none, or it is broken.
        """
        size = picture_size(pair.person) or POSE_FRAME
        return read_coco_18(self.map_file(pair, "pose"), frame=POSE_FRAME, size=size)
