from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from toile.catalog.photos import CO_PARSING_LABELS, StreetPhoto
from toile.recipes.figure import _crops, _inside, _near, allowed_parts, moved_joints
from toile.taxonomy import PARTS
from toile.training.augment import AugmentConfig, random_affine


def _photo(*, labels: np.ndarray | None, tags: list[str]) -> StreetPhoto:
    person = np.zeros((4, 3), bool)
    person[1:] = True
    return StreetPhoto(
        id="x",
        image=Image.new("RGB", (3, 4)),
        labels=labels,
        person=person,
        tags=tags,
        pose=np.zeros((18, 3), np.float32),
        captions=(),
    )


def _names(bits: int) -> set[str]:
    return {part for number, part in enumerate(PARTS) if bits >> number & 1}


def test_a_label_map_allows_one_part_a_pixel():
    labels = np.zeros((4, 3), np.uint8)
    labels[2, 1], labels[3, 1] = CO_PARSING_LABELS.index("jeans"), CO_PARSING_LABELS.index("sunglasses")
    allowed = allowed_parts(_photo(labels=labels, tags=[]))
    assert _names(allowed[0, 0]) == {"background"}
    assert _names(allowed[2, 1]) == {"trousers"}
    assert _names(allowed[3, 1]) == {"glasses"}


def test_tags_narrow_the_garments_of_a_person_and_nothing_else():
    allowed = allowed_parts(_photo(labels=None, tags=["jeans", "t-shirt", "hair"]))
    assert _names(allowed[0, 0]) == {"background"}
    assert _names(allowed[2, 1]) == set(PARTS) - {"background", "outerwear", "dress", "skirt"}


def test_without_garments_among_the_tags_a_person_may_wear_anything():
    assert _names(allowed_parts(_photo(labels=None, tags=["hair"]))[2, 1]) == set(PARTS) - {"background"}


@pytest.mark.parametrize("seed", range(4))
def test_joints_move_with_the_pixels(seed):
    """A white pixel where the joint is: it is still white where the moved joint says."""
    height, width = 96, 64
    generator = torch.Generator().manual_seed(seed)
    theta, mirrored = random_affine(8, AugmentConfig(), generator, aspect=height / width)
    images = torch.zeros(8, 1, height, width)
    images[:, :, 46:51, 30:35] = 1.0
    joints = torch.zeros(8, 18, 3)
    joints[:, 4] = torch.tensor([(32.5 / width) * 2 - 1, (48.5 / height) * 2 - 1, 0.9])
    grid = torch.nn.functional.affine_grid(theta, [8, 1, height, width], align_corners=False)
    warped = torch.nn.functional.grid_sample(images, grid, align_corners=False)
    moved = moved_joints(joints, theta, mirrored, (height, width))
    for row in range(8):
        joint = moved[row, 7 if mirrored[row] else 4]  # the right wrist of the mirror image is the left one
        assert joint[2] == 1
        assert warped[row, 0, int(joint[1]), int(joint[0])] > 0.9


def test_joints_outside_are_not_to_be_seen_and_unknown_ones_stay_unknown():
    still = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    joints = torch.zeros(1, 18, 3)
    joints[0, :4] = torch.tensor([[0.0, 0.0, 0.9], [1.2, 0.0, 0.9], [0.0, 0.0, 0.1], [0.0, 0.0, -1.0]])
    seen = moved_joints(joints, still, torch.tensor([False]), (96, 64))[0, :4, 2]
    assert seen.tolist() == [1, 0, 0, -1]


def test_a_turn_keeps_right_angles_in_tall_pictures():
    config = AugmentConfig(scale=0.0, shift=0.0, flip=False, rotation_degrees=30.0)
    theta, _ = random_affine(5, config, torch.Generator().manual_seed(0), aspect=1.5)
    to_pixels = torch.diag(torch.tensor([1.0, 1.5]))  # half the width and height, up to a common factor
    turns = to_pixels @ theta[:, :, :2] @ to_pixels.inverse()
    assert turns @ turns.transpose(1, 2) == pytest.approx(torch.eye(2).expand(5, 2, 2), abs=1e-5)


def test_a_share_of_the_pictures_shows_a_part_only():
    whole = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).expand(200, 2, 3)
    nearer, boxes = _crops(whole, 0.4, torch.Generator().manual_seed(0))
    untouched = (boxes == torch.tensor([-1.0, 1.0, -1.0, 1.0])).all(1)
    assert 0.5 < untouched.float().mean() < 0.75
    assert (nearer[:, 0, 0] < 1).float().mean() > 0.3
    corners = torch.tensor([[-1.0, -1.0, 1.0], [1.0, 1.0, 1.0]])
    seen = torch.einsum("bij,kj->bki", nearer, corners)
    assert seen.abs().max() < 1.2  # never far beyond the photo
    assert _inside(torch.tensor([[-1.0, 0.0, -1.0, 1.0]]), (4, 4))[0].tolist() == [[True, True, False, False]] * 4


def test_a_near_view_shows_the_persons_box_with_a_margin():
    whole = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).expand(50, 2, 3)
    boxes = torch.tensor([[-0.2, 0.4, -0.5, 0.7]]).expand(50, 4)
    near = _near(whole, boxes, 1.0, torch.Generator().manual_seed(0))
    corners = torch.einsum("bij,kj->bki", near, torch.tensor([[-1.0, -1.0, 1.0], [1.0, 1.0, 1.0]]))
    assert (corners[:, 0, 1] <= -0.5).all()
    assert (corners[:, 1, 1] >= 0.7).all()
    assert corners.mean(1) == pytest.approx(torch.tensor([[0.1, 0.1]]).expand(50, 2), abs=1e-5)
    assert (near[:, 0, 0] <= 0.6 * 1.25 + 1e-5).all()
    assert torch.equal(_near(whole, boxes, 0.0, torch.Generator().manual_seed(0)), whole)
