"""The benchmark `masks`: do edit masks cover the cloth that an edit concerns, and keep face and hands free?

The masks are made from what the bundle reads in the photo. What they should cover is taken from the files: the
annotators' label maps and the stored poses, by rules of its own, not by those that make the masks.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile import __version__
from toile.catalog.photos import PART_OF_LABEL, StreetPhoto
from toile.catalog.split import Split
from toile.errors import DataError
from toile.evaluation.people import read_people
from toile.evaluation.picture_sheet import picture_sheet
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_mean
from toile.models.figure_reader import Figure
from toile.progress import Progress
from toile.taxonomy import ATTRIBUTES, PARTS
from toile.vision.masks import Mask, edit_mask
from toile.vision.skeleton import Skeleton

if TYPE_CHECKING:
    from toile.bundles import Bundle

NUM_SHOWN: Final = 8
_MIN_SHARE: Final = 0.03  # of the person: less of a garment than this is not what an edit is about
_MIN_PIXELS: Final = 40
_CATEGORIES: Final = {
    "outerwear": "outerwear",
    "dress": "dress",
    "top": "blouse",
    "skirt": "skirt",
    "trousers": "trousers",
}


def evaluate_masks(bundle: Bundle, data: Sequence[Path], split: Split | None, progress: Progress) -> Report:
    """Coverage of the concerned cloth by attribute, and the share of face and hands under the masks.

    Raises:
        DataError: a file is missing, or has no label map in the split.
    """
    start = time.perf_counter()
    read = read_people(bundle, data, split, progress, labelled=True)
    covered, overlap, areas = defaultdict[str, list[float]](list), list[float](), list[float]()
    shown: list[tuple[Image.Image, str]] = []
    skipped = 0
    for photo, figure in read.rows:
        try:
            kept = _face_and_hands(photo)
        except DataError:
            skipped += 1
            continue
        for attribute in ATTRIBUTES:
            for part, category in _worn(photo, attribute):
                concerned = _concerned(photo, attribute, part)
                if concerned.sum() < _MIN_PIXELS:
                    continue
                mask = _mask(figure, attribute, category)
                covered[attribute].append(float((mask & concerned).sum() / concerned.sum()))
                areas.append(float(mask.mean()))
                if kept.sum() >= _MIN_PIXELS:
                    overlap.append(float((mask & kept).sum() / kept.sum()))
                if len(shown) < NUM_SHOWN * len(ATTRIBUTES) and part in ("dress", "top", "outerwear"):
                    shown.append((_over(photo.image, mask, concerned), f"{photo.id}: {attribute} of {part}"))
    if not overlap:
        raise DataError("no photo of the split has a garment whose masks could be scored; try --split all")
    figures = {f"coverage_{attribute}": float(np.mean(covered[attribute])) for attribute in ATTRIBUTES}
    return Report(
        benchmark="masks",
        figures={
            "coverage": float(np.mean([share for shares in covered.values() for share in shares])),
            **figures,
            "hands_face_overlap": float(np.mean(overlap)),
            "mask_share": float(np.mean(areas)),
            "photos_without_torso": float(skipped),
        },
        intervals={f"coverage_{name}": bootstrap_mean(np.array(shares)) for name, shares in covered.items()},
        n=len(read.rows),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            "coverage: share of the concerned pixels under the mask, mean over photos and garments; concerned are, by "
            "label map and stored pose: sleeves = the garment within 0.3 torso of an arm and outside of the trunk; "
            "collar = within 0.22 torso of the neck; hem = the lowest eighth of the garment; length = its lower half",
            "hands_face_overlap: share of labelled skin of face and hands (by the stored pose) that the masks cover",
            "a photo in which the bundle finds no torso counts as not covered at all",
            "mask_share: of the picture; a mask that covers everything would be no mask",
        ],
        sheets={"masks": picture_sheet(*zip(*shown, strict=True))} if shown else {},
    )


def _mask(figure: Figure, attribute: str, category: str) -> Mask:
    try:
        return edit_mask(figure.labels, figure.pose, attribute, category, sureness=figure.sureness)
    except DataError:
        return np.zeros(figure.labels.shape, bool)


def _worn(photo: StreetPhoto, attribute: str) -> list[tuple[str, str]]:
    """Part and category of each garment in the photo that has the attribute; of what covers the arms, the outermost."""
    parts = _parts(photo)
    person = (parts > 0).sum()
    worn = [part for part in _CATEGORIES if (parts == PARTS.index(part)).sum() >= _MIN_SHARE * person]
    if attribute not in ("length", "hem"):
        worn = [part for part in worn if part in ("outerwear", "dress", "top")][:1]
    return [(part, _CATEGORIES[part]) for part in worn]


def _parts(photo: StreetPhoto) -> NDArray[np.uint8]:
    if photo.labels is None:
        raise ValueError(f"{photo.id} has no label map")
    return PART_OF_LABEL[photo.labels]


def _concerned(photo: StreetPhoto, attribute: str, part: str) -> Mask:
    garment: Mask = _parts(photo) == PARTS.index(part)
    rows = np.flatnonzero(garment.any(1))
    top, height = rows[0], rows[-1] - rows[0] + 1
    y = np.arange(garment.shape[0])[:, None]
    if attribute == "length":
        garment &= y >= top + height / 2
        return garment
    if attribute == "hem":
        garment &= y >= top + height * 7 / 8
        return garment
    skeleton = Skeleton.of(photo.pose)
    if attribute == "collar":
        garment &= _near(garment.shape, [skeleton.points[1], skeleton.points[1]], 0.22 * skeleton.torso)
        return garment
    arms = [
        _near(garment.shape, skeleton.points[list(joints)], 0.3 * skeleton.torso) for joints in ((2, 3, 4), (5, 6, 7))
    ]
    trunk = np.zeros(garment.shape, np.uint8)
    cv2.fillConvexPoly(trunk, cv2.convexHull(skeleton.points[[2, 5, 11, 8]].round().astype(np.int32)), 1)
    garment &= (arms[0] | arms[1]) & (trunk == 0)
    return garment


def _near(size: Sequence[int], points: Sequence[NDArray[np.float64]] | NDArray[np.float64], radius: float) -> Mask:
    """All within a radius of a line."""
    canvas = np.ones((size[0], size[1]), np.uint8)
    cv2.polylines(canvas, [np.asarray(points).round().astype(np.int32)], isClosed=False, color=0)
    near: Mask = cv2.distanceTransform(canvas, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= radius
    return near


def _face_and_hands(photo: StreetPhoto) -> Mask:
    """Labelled skin round the nose and beyond the wrists."""
    skeleton = Skeleton.of(photo.pose)
    skin = _parts(photo) == PARTS.index("skin")
    nose, neck = skeleton.points[0], skeleton.points[1]
    y, x = np.mgrid[: skin.shape[0], : skin.shape[1]]
    chin = nose[1] + 0.5 * (neck[1] - nose[1])
    kept: Mask = skin & _near(skin.shape, [nose, nose], 0.35 * skeleton.torso) & (y <= chin)
    for elbow, wrist in ((3, 4), (6, 7)):
        end = skeleton.points[wrist]
        along = end - skeleton.points[elbow]
        beyond = (x - end[0]) * along[0] + (y - end[1]) * along[1] > 0
        kept |= skin & beyond & _near(skin.shape, [end, end], 0.35 * skeleton.torso)
    return kept


def _over(image: Image.Image, mask: Mask, concerned: Mask) -> Image.Image:
    """The mask in red, the concerned cloth that it misses in blue."""
    photo = np.asarray(image.convert("RGB")).astype(np.float32)
    for where, colour in ((mask, (230, 40, 40)), (concerned & ~mask, (30, 60, 240))):
        photo[where] = 0.5 * photo[where] + 0.5 * np.array(colour, np.float32)
    return Image.fromarray(photo.round().astype(np.uint8))
