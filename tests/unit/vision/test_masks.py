from __future__ import annotations

import re

import numpy as np
import pytest

from people import SIZE, dressed, standing
from toile.errors import ConfigError, DataError
from toile.taxonomy import PARTS
from toile.vision.masks import (
    ATTRIBUTES,
    agnostic_mask,
    body_part_mask,
    box_of,
    edit_mask,
    feather,
    garment_mask,
    grow,
    kept,
    region_of,
    try_on_mask,
    worn_as,
)


@pytest.mark.parametrize("form", ["box", "limb"])
@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_every_region_lies_where_the_attribute_shows(attribute, form):
    mask = body_part_mask(standing(), attribute, "dress", size=SIZE, form=form)
    inside = {"length": (100, 240), "hem": (100, 240), "collar": (100, 62)}.get(attribute, (68, 100))
    outside = (100, 20) if attribute != "collar" else (100, 200)
    assert mask[inside[1], inside[0]]
    assert not mask[outside[1], outside[0]]
    assert mask.shape == SIZE


def test_a_top_ends_at_the_hips_and_a_dress_below_the_knees():
    top = body_part_mask(standing(), "length", "sweater", size=SIZE)
    dress = body_part_mask(standing(), "length", "dress", size=SIZE)
    assert not top[230].any()
    assert dress[275, 100]  # room for a longer hem


def test_boxes_are_the_papers_in_torso_lengths():
    unit = 80 / 245
    mask = body_part_mask(standing(), "collar", "blouse", size=SIZE, form="box")
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert rows[0] == pytest.approx(58 - 40 * unit, abs=1)
    assert columns[0] == pytest.approx(100 - 60 * unit, abs=1)
    assert columns[-1] == pytest.approx(100 + 60 * unit, abs=1)


def test_a_mask_follows_the_size_of_the_figure():
    small = standing()
    small[:, :2] /= 2
    large = body_part_mask(standing(), "sleeve_length", "shirt", size=SIZE)
    half = body_part_mask(small, "sleeve_length", "shirt", size=(150, 100))
    assert half.mean() == pytest.approx(large.mean(), rel=0.1)


def test_a_back_view_has_the_same_regions():
    back = standing()
    back[[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]] = back[[5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10]]
    for attribute in ATTRIBUTES:
        for form in ("box", "limb"):
            mask = body_part_mask(standing(), attribute, "dress", size=SIZE, form=form)
            assert (body_part_mask(back, attribute, "dress", size=SIZE, form=form) == mask).all()


@pytest.mark.parametrize("missing", [(4,), (3, 4), (7, 6), (10, 13), (9, 10, 12, 13), (2,), (8, 11), (0, 1)])
def test_missing_joints_are_estimated(missing):
    pose = standing()
    pose[list(missing)] = 0
    for attribute in ATTRIBUTES:
        mask = body_part_mask(pose, attribute, "dress", size=SIZE)
        whole = body_part_mask(standing(), attribute, "dress", size=SIZE)
        assert (mask & whole).sum() > 0.6 * whole.sum()


def test_without_a_torso_there_is_no_region():
    pose = standing()
    pose[[2, 5, 8, 11], 2] = 0
    with pytest.raises(DataError, match=r"no torso is seen \(seen: head, legs\); give a picture with shoulders"):
        body_part_mask(pose, "hem", "dress", size=SIZE)


def test_attributes_that_a_garment_does_not_have_are_refused():
    with pytest.raises(ConfigError, match="category skirt has no sleeve length; its attributes are length, hem"):
        body_part_mask(standing(), "sleeve_length", "skirt", size=SIZE)
    with pytest.raises(ConfigError, match="category bag has no hem; it has none that can be edited"):
        body_part_mask(standing(), "hem", "bag", size=SIZE)
    with pytest.raises(ConfigError, match="there is no attribute 'cuff'; choose one of length, sleeve_length"):
        body_part_mask(standing(), "cuff", "dress", size=SIZE)


def test_edits_keep_head_hands_and_shoes():
    labels, pose = dressed(), standing()
    for attribute in ATTRIBUTES:
        mask = edit_mask(labels, pose, attribute, "t-shirt")
        assert not mask[labels == PARTS.index("hair")].any()
        assert not mask[145:165, 58:72].any()
        assert not mask[labels == PARTS.index("shoes")].any()
    sleeves = edit_mask(labels, pose, "sleeve_type", "t-shirt")
    assert sleeves[65:135, 60:76].mean() > 0.95
    assert edit_mask(labels, pose, "collar", "t-shirt")[56, 100]  # the neck below the chin


def test_kept_is_head_hands_and_things():
    mask = kept(dressed(), standing())
    assert mask[30, 100]
    assert mask[155, 65]
    assert not mask[100, 100]


def test_a_garment_that_is_not_there_is_named_with_what_is():
    with pytest.raises(DataError, match="no skirt is seen in this picture; seen: skin, hair, top, trousers, shoes"):
        garment_mask(dressed(), "skirt")
    with pytest.raises(ConfigError, match="there is no part 'sock'"):
        garment_mask(dressed(), "sock")
    assert garment_mask(dressed(), "trousers").sum() == (dressed() == PARTS.index("trousers")).sum()


@pytest.mark.parametrize("bounding_box", [False, True])
def test_a_try_on_repaints_the_garment_and_keeps_the_rest(bounding_box):
    labels, pose = dressed(), standing()
    mask = agnostic_mask(labels, pose, "upper", bounding_box=bounding_box)
    assert mask[labels == PARTS.index("top")].mean() > 0.97
    assert not mask[labels == PARTS.index("trousers")].any()
    assert not mask[145:165, 58:72].any()
    lower = agnostic_mask(labels, pose, "lower", bounding_box=bounding_box)
    assert lower[labels == PARTS.index("trousers")].mean() > 0.97
    assert not lower[labels == PARTS.index("top")].any()


def test_a_try_on_needs_a_garment():
    labels = dressed()
    labels[np.isin(labels, [PARTS.index("top"), PARTS.index("trousers")])] = 0
    with pytest.raises(DataError, match=re.escape("no garment to replace (upper: top, outerwear); seen: skin, hair")):
        agnostic_mask(labels, standing(), "upper")


def test_grow_feather_and_box():
    mask = np.zeros((21, 21), bool)
    mask[10, 10] = True
    assert grow(mask, 1).sum() == 5
    assert (grow(grow(mask, 3), -3) == mask).all()
    soft = feather(mask, 4.0)
    assert soft[10, 10] == 1
    assert soft[10, 12] == pytest.approx(0.5)
    assert soft[10, 14] == 0
    mask[4, 6] = True
    assert box_of(mask).sum() == 7 * 5
    assert not box_of(np.zeros((3, 3), bool)).any()


@pytest.mark.parametrize(
    ("category", "region"),
    [("shirt", "upper"), ("outerwear", "upper"), ("dress", "dress"), ("jumpsuit", "dress"), ("shorts", "lower")],
)
def test_garments_have_a_region(category, region):
    assert region_of(category) == region


def test_shoes_have_no_region():
    with pytest.raises(ConfigError, match="category shoes can't be tried on; choose one of blazer"):
        region_of("shoes")


def test_a_try_on_has_room_for_what_comes():
    labels, pose = dressed(), standing()
    top, coat, skirt = (
        try_on_mask(labels, pose, category, length=length)
        for category, length in (("top", None), ("outerwear", "long"), ("skirt", "short"))
    )
    short_coat = try_on_mask(labels, pose, "outerwear", length="short")
    assert top[155, 100]  # below the hem of what is worn
    assert not top[230].any()
    assert coat[230, 100]
    assert not short_coat[230].any()
    assert skirt[230, 100]
    assert not skirt[labels == PARTS.index("top")].any()
    face = (labels == PARTS.index("skin")) & (np.arange(SIZE[0]) < 45)[:, None]
    for mask in (top, coat, skirt):
        assert not (mask & face).any()
        assert not (mask & (labels == PARTS.index("shoes"))).any()


def test_a_garment_may_be_read_as_another_unless_that_is_worn():
    assert set(worn_as("dress")) == {"dress", "outerwear", "top", "skirt"}
    assert set(worn_as("dress", ["outerwear", "dress"])) == {"dress", "top", "skirt"}
    assert worn_as("shorts", ["trousers"]) == ("trousers",)
