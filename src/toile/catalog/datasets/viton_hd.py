"""VITON-HD (Choi et al. 2021): women's tops and the models that wear them, as StableVITON and MGD lay it out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from toile.catalog.datasets.files import below, outside
from toile.catalog.datasets.label_maps import VITON_HD_LABELS
from toile.catalog.datasets.poses import read_body_25
from toile.catalog.datasets.rows import Fault, TryOnPair
from toile.catalog.datasets.try_on import MapFile, TryOnReader, pair_names, picture_size
from toile.errors import DataError

POSE_FRAME = (768, 1024)
"""Width and height that the key points refer to, whatever size a copy's pictures have been brought to."""
# The first release named both folders differently.
_LABEL_MAPS = ("{folder}/image-parse-v3/{person}", "{folder}/image-parse/{person}")
_POSES = ("{folder}/openpose_json/{person}_keypoints", "{folder}/openpose-json/{person}_keypoints")


class VitonHD(TryOnReader):
    """`test_pairs.txt` gives each person another's garment; the paired test puts on her own, for reconstruction."""

    name = "viton-hd"
    layout = "train_pairs.txt, test_pairs.txt and {train,test}/{image,cloth,cloth-mask,image-parse-v3,...}"
    markers = ("*_pairs.txt", "*/cloth")
    labels = VITON_HD_LABELS
    captions_files = ("captions.json",)
    maps = (
        MapFile("garment_mask", ("{folder}/cloth-mask/{garment}",), (".jpg", ".png"), is_core=True),
        MapFile("agnostic", ("{folder}/agnostic-v3.2/{person}",), (".jpg", ".png"), is_core=True),
        MapFile("agnostic_mask", ("{folder}/agnostic-mask/{person}_mask",), (".png",), is_core=True),
        MapFile("densepose", ("{folder}/image-densepose/{person}",), (".jpg", ".png"), is_core=True),
        MapFile("label_map", _LABEL_MAPS, (".png",), is_core=True),
        MapFile("pose", _POSES, (".json",), is_core=True),
        MapFile("warped_mask", ("{folder}/gt_cloth_warped_mask/{person}",), (".jpg", ".png"), splits=("train",)),
        MapFile("sketch", ("{folder}/im_sketch/{person}",), (".png",), splits=("train", "test-paired")),
        MapFile("sketch", ("{folder}/im_sketch_unpaired/{person}_{garment}",), (".png",), splits=("test-unpaired",)),
    )
    splits = ("train", "test-paired", "test-unpaired")

    def rows(self, split: str) -> Iterator[TryOnPair | Fault]:
        """The pairs of a split, in the order of its list."""
        part = split.partition("-")[0]
        folder, subject = self.root / part, f"{part}_pairs.txt"
        for names in pair_names(self.root / subject, subject):
            if isinstance(names, Fault):
                yield names
                continue
            person, garment = names if split == "test-unpaired" else (names[0], names[0])
            try:
                pictures = (below(folder / "image", person), below(folder / "cloth", garment))
            except DataError as error:
                yield outside(subject, " ".join(names), error)
                continue
            yield from self.pair(folder, split, "upper_body", subject, pictures)

    def pose(self, pair: TryOnPair) -> NDArray[np.float32]:
        """COCO-18 `(18, 3)`: x, y in pixels of the person's picture, confidence.

        Raises:
            DataError: the pair has none, or it is broken.
        """
        size = picture_size(pair.person) or POSE_FRAME
        return read_body_25(self.map_file(pair, "pose"), frame=POSE_FRAME, size=size)
