"""What `look` says of a figure whose parts and joints are known, and of photos that make it unsure."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import toile
from people import SIZE, dressed, photo, standing
from toile.bundles import load_bundle
from toile.errors import DataError
from toile.models.figure_reader import Figure
from toile.tasks import look as task
from toile.tasks.look import look
from toile.taxonomy import PART_OF_CATEGORY, PARTS


class _Reader:
    def __init__(self, labels: np.ndarray, pose: np.ndarray) -> None:
        self.figure = Figure(
            labels=labels, sureness=np.full(labels.shape, 0.75, np.float16), pose=pose.astype(np.float32)
        )

    def read(self, images):
        return [self.figure]


@pytest.fixture
def seen(tiny_bundle, monkeypatch):
    """`look` at a photo in which the reader sees these parts and joints."""

    def see(labels=None, pose=None, image=None):
        bundle = load_bundle(tiny_bundle)
        reader = _Reader(dressed() if labels is None else labels, standing() if pose is None else pose)
        monkeypatch.setitem(bundle.__dict__, "figure_reader", reader)
        return look(photo() if image is None else image, bundle=bundle)

    return see


def test_a_person_is_told_part_by_part(seen):
    result = seen()
    assert result.shows == "person"
    assert result.notes == ()
    items = {item.name: item for item in result.items}
    assert list(items)[:2] == ["top", "trousers"]  # largest first
    assert items["top"].colours[0].name == "red"
    assert items["trousers"].colours[0].name == "navy"
    assert items["skin"].colours == ()
    assert items["top"].confidence == 0.75
    assert sum(item.share for item in result.items) == pytest.approx(1, abs=0.02)


def test_it_is_json_with_named_joints_and_without_pixels(seen):
    values = json.loads(seen().to_json())
    assert values["joints"]["r-wrist"] == [64.0, 140.0, 1.0]
    assert values["size"] == list(SIZE)
    assert values["num_people"] == 1
    assert set(values) == {
        "shows", "num_people", "size", "caption", "caption_confidence", "items", "joints", "notes",
    }  # fmt: skip
    top = next(item for item in values["items"] if item["name"] == "top")
    assert set(top) == {"name", "confidence", "share", "colours", "category", "pattern", "attributes"}
    assert PART_OF_CATEGORY[top["category"]["word"]] == "top"


def test_the_overlay_has_the_photos_size_and_changes_the_person_only(seen):
    picture = seen().drawn_over(photo())
    assert picture.size == photo().size
    changed = (np.asarray(picture) != np.asarray(photo())).any(2)
    assert changed[100, 100]
    assert not changed[5].any()


def _without(*joints: int) -> np.ndarray:
    pose = standing()
    pose[list(joints), 2] = 0.0
    return pose


def _two_people() -> np.ndarray:
    labels = dressed()
    left = labels[:, 60:140].copy()
    labels[:] = 0
    labels[:, 5:85], labels[:, 115:195] = left, left
    return labels


def _down_to_the_edge() -> np.ndarray:
    labels = dressed()
    labels[250:, 78:122] = PARTS.index("trousers")
    return labels


@pytest.mark.parametrize(
    ("labels", "pose", "note"),
    [
        (_two_people(), None, "more than one person is seen"),
        (None, _without(8, 9, 10, 11, 12, 13), "the body is cut above the hips"),
        (_down_to_the_edge(), _without(10, 13), "the picture ends above the feet"),
        (None, _without(0, 14, 15), "no face is seen: a back view"),
        (np.where(dressed() == PARTS.index("skin"), dressed(), 0).astype(np.uint8), None, "no garment is seen"),
    ],
)
def test_what_makes_it_unsure_is_said(seen, labels, pose, note):
    assert any(text.startswith(note) for text in seen(labels, pose).notes)


def test_feet_under_a_long_hem_are_no_cut_picture(seen):
    assert seen(None, _without(10, 13)).notes == ()


def test_a_grey_photo_has_no_colours(seen):
    result = seen(image=photo().convert("L"))
    assert result.notes == ("the photo is grey: no colours are given",)
    assert all(item.colours == () for item in result.items)


def test_a_garment_without_a_person_is_one_item(seen):
    result = seen(pose=np.zeros((18, 3)))
    assert result.shows == "garment"
    (item,) = result.items
    assert item.cut is not None
    assert item.name == PART_OF_CATEGORY[item.cut.category.word]
    assert item.colours
    assert result.notes[0] == "no body is seen: taken for one garment laid flat or hung"


def test_a_doubtful_garment_is_said_to_be_doubtful(seen, monkeypatch):
    monkeypatch.setattr(task, "_SURE_CATEGORY", 1.01)
    assert seen(pose=np.zeros((18, 3))).notes[1].startswith("it is not clear what this is")


def test_every_attribute_of_a_garment_has_its_mask_and_what_has_none_its_reason(seen):
    masks, reasons = seen().masks()
    assert {"top-sleeve_length", "top-collar", "trousers-hem", "agnostic-upper", "agnostic-lower"} <= set(masks)
    assert all(mask.shape == SIZE and mask.any() for mask in masks.values())
    labels = np.where(dressed() == PARTS.index("trousers"), 0, dressed()).astype(np.uint8)
    _, reasons = seen(labels).masks()
    assert reasons["agnostic-lower"].startswith("no garment to replace")


def test_a_garment_alone_has_no_masks_of_a_body(seen):
    assert seen(pose=np.zeros((18, 3))).masks() == ({}, {})


def test_what_the_photo_cuts_off_is_not_told(seen):
    trousers = next(
        item
        for item in seen(dressed()[:200], standing(), photo().crop((0, 0, 200, 200))).items
        if item.name == "trousers"
    )
    assert trousers.cut is not None
    assert not {"length", "hem"} & set(trousers.cut.attributes)
    top = next(item for item in seen(pose=_without(0, 14, 15)).items if item.name == "top")
    assert top.cut is not None
    assert "collar" not in top.cut.attributes


def test_tiny_pictures_are_refused_and_small_ones_noted(seen):
    with pytest.raises(DataError, match="the picture is 31x64 pixels; give one of at least 32 on its short side"):
        seen(image=Image.new("RGB", (31, 64)))
    labels = dressed()[::3, ::3]
    pose = standing() / (3, 3, 1)
    small = photo().resize((labels.shape[1], labels.shape[0]))
    assert seen(labels, pose, small).notes[0] == "only 67x100 pixels: small things can't be seen"


def test_a_path_that_is_no_picture_is_named(tiny_bundle, tmp_path: Path):
    (tmp_path / "x.jpg").write_text("hello")
    with pytest.raises(DataError, match=r"x.jpg: not a picture"):
        toile.load(tiny_bundle).look(tmp_path / "x.jpg")


def test_a_huge_photo_is_looked_at(tiny_bundle):
    result = toile.load(tiny_bundle).look(photo().resize((5000, 4000), Image.Resampling.NEAREST))
    assert result.figure.labels.shape == (4000, 5000)


def test_an_empty_picture_is_refused(tiny_bundle):
    with pytest.raises(DataError, match="the picture is one flat colour: nothing is seen in it"):
        toile.load(tiny_bundle).look(Image.new("RGB", (400, 600), "white"))
