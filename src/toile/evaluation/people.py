"""The benchmarks `parse` and `pose`: parts against label maps, joints against the files' own estimates."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile import __version__
from toile.catalog.photos import PART_OF_LABEL, StreetPhoto, iterate_streets
from toile.catalog.split import Split
from toile.errors import DataError
from toile.evaluation.gallery import data_files
from toile.evaluation.picture_sheet import picture_sheet
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_interval
from toile.metrics.people import confusion, correct_keypoints, intersection_over_union
from toile.models.figure_reader import Figure
from toile.progress import Progress
from toile.taxonomy import PARTS
from toile.vision.overlay import overlay

if TYPE_CHECKING:
    from toile.bundles import Bundle

NUM_SHOWN: Final = 32
JOINTS: Final = ("head", "neck", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_JOINT_NUMBERS: Final = ((0, 14, 15, 16, 17), (1,), (2, 5), (3, 6), (4, 7), (8, 11), (9, 12), (10, 13))


def evaluate_parse(bundle: Bundle, data: Sequence[Path], split: Split | None, progress: Progress) -> Report:
    """Intersection over union of every part, over all pixels of the photos that have a label map.

    Raises:
        DataError: a file is missing, or has no label map in the split.
    """
    start = time.perf_counter()
    read = read_people(bundle, data, split, progress, labelled=True)
    truths = [PART_OF_LABEL[photo.labels] for photo, _ in read.rows if photo.labels is not None]
    figures = [figure for _, figure in read.rows]
    counts = np.stack(
        [confusion(truth, figure.labels, len(PARTS)) for truth, figure in zip(truths, figures, strict=True)]
    )
    person = np.array([_overlap(truth > 0, figure.person) for truth, figure in zip(truths, figures, strict=True)])

    def mean_iou(rows: NDArray[np.intp]) -> float:
        return float(np.nanmean(intersection_over_union(counts[rows].sum(0))))

    everything = np.arange(len(counts))
    by_part = intersection_over_union(counts.sum(0))
    worst = np.argsort([-np.trace(count) / count.sum() for count in counts])[::-1]
    return Report(
        benchmark="parse",
        figures={
            "miou": mean_iou(everything),
            "person_iou": float(person.mean()),
            "pixel_accuracy": float(np.trace(counts.sum(0)) / counts.sum()),
            **{f"iou_{part}": float(iou) for part, iou in zip(PARTS, by_part, strict=True) if np.isfinite(iou)},
            "ms_per_photo": read.milliseconds,
        },
        intervals={
            "miou": bootstrap_interval(mean_iou, len(counts)),
            "person_iou": bootstrap_interval(lambda rows: float(person[rows].mean()), len(person)),
        },
        n=len(counts),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            "miou: mean over the parts that are there, each over all pixels of all photos; labels of 59 names joined "
            f"into {len(PARTS)} parts; the annotators' own disagreement is in it",
            "person_iou: everything but background, mean over photos",
            "sheets: the first photos, and the worst by pixel accuracy",
        ],
        sheets={"parse": _sheet(read.rows[:NUM_SHOWN]), "parse-worst": _sheet([read.rows[i] for i in worst[:8]])},
    )


def evaluate_pose(bundle: Bundle, data: Sequence[Path], split: Split | None, progress: Progress) -> Report:
    """Share of joints that lie within a fifth of the torso's length of the files' own estimates.

    Raises:
        DataError: a file is missing, or has no pose in the split.
    """
    start = time.perf_counter()
    read = read_people(bundle, data, split, progress, labelled=False)
    correct = np.stack([correct_keypoints(photo.pose, figure.pose) for photo, figure in read.rows])

    def pck(rows: NDArray[np.intp]) -> float:
        return float(np.nanmean(correct[rows]))

    everything = np.arange(len(correct))
    return Report(
        benchmark="pose",
        figures={
            "pck_at_02": pck(everything),
            **{
                f"pck_at_02_{name}": float(np.nanmean(correct[:, numbers]))
                for name, numbers in zip(JOINTS, _JOINT_NUMBERS, strict=True)
            },
            "ms_per_photo": read.milliseconds,
        },
        intervals={"pck_at_02": bootstrap_interval(pck, len(correct))},
        n=len(correct),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            "pck_at_02: joints within 0.2 of the torso (middle of the shoulders to middle of the hips); the stored "
            "poses are another estimator's, not the truth; all joints count, however unsure ours are",
        ],
        sheets={"pose": _sheet(read.rows[:NUM_SHOWN])},
    )


class PeopleRead:
    """Photos with what is seen in them, and the seconds that took."""

    def __init__(self) -> None:
        self.rows: list[tuple[StreetPhoto, Figure]] = []
        self.seconds = 0.0

    @property
    def milliseconds(self) -> float:
        """Of one photo."""
        return 1000 * self.seconds / len(self.rows)


def read_people(
    bundle: Bundle, data: Sequence[Path], split: Split | None, progress: Progress, *, labelled: bool
) -> PeopleRead:
    """Photos of the split with a label map, or with a pose, and what the bundle sees in them.

    Raises:
        DataError: a file is missing, or the split has no such photo.
    """
    reader, read = bundle.figure_reader, PeopleRead()
    for file in data_files(data, "streets.parquet"):
        for photo in iterate_streets(file, split):
            if photo.labels is None if labelled else not photo.pose[:, 2].any():
                continue
            start = time.perf_counter()
            (figure,) = reader.read([photo.image])
            read.seconds += time.perf_counter() - start
            read.rows.append((photo, figure))
            progress("reading photos", len(read.rows), None)
    if not read.rows:
        what = "label map" if labelled else "pose"
        raise DataError(f"no photo of the split has a {what}; try --split all, or a file that has some")
    return read


def _overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def _sheet(rows: Sequence[tuple[StreetPhoto, Figure]]) -> Image.Image:
    pictures = [overlay(photo.image, figure.labels, figure.pose) for photo, figure in rows]
    return picture_sheet(pictures, [photo.id for photo, _ in rows])
