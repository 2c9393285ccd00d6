from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image

from toile.catalog.plates.examples import PlateConfig, PlateExample, example
from toile.catalog.plates.worn import worn_parts
from toile.models.figure_reader import Figure
from toile.recipes.garment import plate_rows
from toile.taxonomy import PARTS
from toile.vision.masks import grow

PLATE = example(1, PlateConfig(height=256))


def _read(plate: PlateExample, *, taken_for: str | None, lost: bool = False) -> Any:
    """A reader of people who sees every garment a little too large, and takes it for another part, or misses it."""

    def read(images: Sequence[Image.Image]) -> list[Figure]:
        labels = np.zeros((plate.config.height, plate.config.height * 3 // 4), np.uint8)
        for worn in worn_parts(plate):
            if not lost:
                labels[grow(worn.mask, 1)] = PARTS.index(taken_for or worn.part)
        pose = np.full((18, 3), 7.0, np.float32)
        return [Figure(labels=labels, sureness=np.ones(labels.shape, np.float16), pose=pose)] * len(images)

    return read


def test_garments_are_where_they_are_read_with_the_joints_that_are_read():
    true, read = list(plate_rows(PLATE)), list(plate_rows(PLATE, _read(PLATE, taken_for=None)))
    assert [answers for _, answers, _ in read] == [answers for _, answers, _ in true]
    garment, own = read[0][0], true[0][0]
    assert garment.mask.sum() > own.mask.sum()
    assert garment.pose is not None
    assert (garment.pose == 7).all()


def test_what_is_taken_for_another_part_keeps_its_own_answers():
    (worn, *others) = worn_parts(PLATE)
    garment, answers, _ = next(iter(plate_rows(PLATE, _read(PLATE, taken_for="accessory"))))
    assert answers == {question: (word,) for question, word in worn.answers.items()}
    if not others:
        assert garment.mask.sum() > worn.mask.sum()


def test_what_is_missed_is_where_it_truly_is():
    for (read, _, _), (true, _, _) in zip(
        plate_rows(PLATE, _read(PLATE, taken_for=None, lost=True)), plate_rows(PLATE), strict=True
    ):
        assert (read.mask == true.mask).all()
        assert read.pose == pytest.approx(true.pose) if read.pose is not None else true.pose is None
