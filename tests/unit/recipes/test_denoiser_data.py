"""What a row of the denoiser's batch is told, shown and asked to paint."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from people import dressed, standing
from toile.recipes.denoiser_data import DesignSource, TaskMix, random_mask, random_views, without_margins
from toile.recipes.pictures import Pictures
from toile.taxonomy import PARTS

CAPTION = "Dress, Elegant, Party, Long Dress, Short Sleeve, Regular Sleeve, V-Neck, Flat Hem"
NEVER = {
    "garment_share": 0.0, "brief_share": 1.0, "concept_share": 1.0, "style_share": 0.0, "text_dropout": 0.0,
    "pose_dropout": 0.0, "sketch_share": 0.0, "mask_share": 0.0,
}  # fmt: skip


def _pictures(count: int, hierarchical: str, words: str) -> Pictures:
    images = np.full((count, 256, 192, 3), 255, np.uint8)
    images[:, 100:150, 20:90] = (200, 0, 0)
    pose = np.zeros((18, 3), np.float32)
    pose[[2, 5]] = (30, 90, 1), (60, 90, 1)
    sketches = np.full((count, 256, 192), 255, np.uint8)
    sketches[:, 100, 20:90] = 0
    return Pictures(
        ids=[f"{words}-{row}" for row in range(count)],
        images=images,
        captions=[(f"a {words}", f"another {words}", words)] * count,
        hierarchical=[hierarchical] * count,
        poses=np.stack([pose] * count),
        parts=np.zeros((count, 256, 192), np.uint8),
        sketches=sketches,
    )


def _draw(timesteps: list[int], **mix: object):
    source = DesignSource(_pictures(3, CAPTION, "red dress"), _pictures(2, "", "red top"), TaskMix(**{**NEVER, **mix}))
    return source.draw(torch.tensor(timesteps), torch.Generator().manual_seed(0))


def test_attributes_are_told_by_the_timestep():
    told = _draw([950, 850, 750, 650, 600, 100]).texts
    words = "red dress, Elegant, Party"
    items = ["Long Dress", "Short Sleeve", "Regular Sleeve", "V-Neck", "Flat Hem"]
    assert told == [", ".join([words, *items[:count]]) for count in range(6)]


def test_schedule_and_order_are_data():
    assert _draw([950], schedule="flat").texts == [f"red dress, {CAPTION.removeprefix('Dress, ')}"]
    assert _draw([850], order="reversed").texts == ["red dress, Elegant, Party, Flat Hem"]
    assert set(_draw([950] * 30, brief_share=0.0).texts) == {"a red dress", "another red dress", "red dress"}


def test_some_briefs_are_told_flat():
    everything = f"red dress, {CAPTION.removeprefix('Dress, ')}"
    told = _draw([950] * 40, flat_share=0.5).texts
    assert set(told) == {everything, "red dress, Elegant, Party"}


def test_where_a_region_is_hidden_it_is_told_as_an_edit():
    cut = "Long Dress, Short Sleeve, Regular Sleeve, V-Neck, Flat Hem"
    assert set(_draw([950, 100] * 4, mask_share=1.0).texts) == {f"red dress, {cut}"}


def test_streams_are_withheld_as_the_mix_says():
    drawn = _draw([999, 899, 100], pose_below=900)
    assert [bool(pose.any()) for pose in drawn.poses] == [False, True, True]
    drawn = _draw([850, 700], sketch_share=1.0)
    assert [bool(lines.any()) for lines in drawn.sketches] == [True, False]  # a sketch is for the first fifth
    drawn = _draw([500] * 4, text_dropout=1.0, pose_dropout=1.0)
    assert drawn.texts == [""] * 4
    assert not drawn.poses.any()


def test_masks_hide_a_part_or_nothing_is_kept():
    assert (_draw([500] * 3).masks == 1).all()
    hidden = _draw([500] * 8, mask_share=1.0, garment_share=0.25).masks
    assert ((hidden == 0) | (hidden == 1)).all()
    assert (hidden.mean((1, 2, 3)) < 0.9).all()


def test_garments_and_photos_have_their_share():
    people = _pictures(3, "", "photo dress")
    drawn = _pictures(3, CAPTION, "red dress")
    both = Pictures(
        **{
            name: np.concatenate([getattr(people, name), getattr(drawn, name)])
            if isinstance(getattr(people, name), np.ndarray)
            else [*getattr(people, name), *getattr(drawn, name)]
            for name in ("ids", "images", "captions", "hierarchical", "poses", "parts", "sketches")
        }
    )
    mix = TaskMix(**{**NEVER, "garment_share": 0.25, "photo_share": 0.5})
    batch = DesignSource(both, _pictures(2, "", "red top"), mix).draw(torch.full((8,), 500), torch.Generator())
    said = [text.split()[-1] if "top" in text else "photo" if "photo" in text else "drawn" for text in batch.texts]
    assert said == ["photo"] * 3 + ["drawn"] * 3 + ["top"] * 2


def test_a_mirrored_view_swaps_left_and_right_and_white_comes_in():
    planes = torch.zeros(200, 1, 8, 6)
    planes[:, :, 4, 1] = 1
    pose = torch.zeros(200, 18, 3)
    pose[:, 2] = torch.tensor([1.5, 4.5, 1.0])  # the right shoulder lies on the dot
    moved, poses = random_views(planes, pose, torch.Generator().manual_seed(0))
    mirrored = poses[:, 5, 2] == 1
    assert 60 < mirrored.sum() < 140
    assert poses[~mirrored, 2, 2].min() == 1
    for row in range(20):
        joint = poses[row, 5 if mirrored[row] else 2]
        rows, columns = torch.nonzero(moved[row, 0] > 0.3, as_tuple=True)
        assert abs(columns.float().mean() + 0.5 - joint[0]) < 1
        assert abs(rows.float().mean() + 0.5 - joint[1]) < 1


@pytest.mark.parametrize("known", [True, False])
def test_regions_are_those_of_edits_where_a_body_is_known(known: bool):
    parts = dressed() if known else np.zeros((300, 200), np.uint8)
    generator = torch.Generator().manual_seed(1)
    shares = [random_mask(parts, standing().astype(np.float32), generator).mean() for _ in range(40)]
    assert len({round(float(share), 4) for share in shares}) > 5
    assert min(shares) > 0
    assert max(shares) < 0.7


def test_without_a_body_it_is_a_box():
    mask = random_mask(np.zeros((256, 192), np.uint8), np.zeros((18, 3), np.float32), torch.Generator())
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert mask.sum() == len(rows) * len(columns)


def test_heads_are_never_hidden_by_an_edit():
    parts = dressed()
    generator = torch.Generator().manual_seed(2)
    hair = parts == PARTS.index("hair")
    masks = [random_mask(parts, standing().astype(np.float32), generator) for _ in range(40)]
    boxes = [mask for mask in masks if mask.sum() == mask.any(1).sum() * mask.any(0).sum()]
    assert len(boxes) < 12
    assert all(not (mask & hair).any() for mask in masks if not any(mask is box for box in boxes))


def test_margins_are_cut_off_and_joints_move_along():
    planes = torch.arange(12.0).reshape(1, 1, 1, 12)
    pose = torch.zeros(1, 18, 3)
    pose[0, 0] = torch.tensor([5.0, 0.0, 1.0])
    middle, moved = without_margins(planes, pose, 2)
    assert middle.flatten().tolist() == list(range(2, 10))
    assert moved[0, 0].tolist() == [3.0, 0.0, 1.0]
    assert (moved[0, 1:] == 0).all()  # a joint that isn't known stays unknown
    drawn = DesignSource(_pictures(3, CAPTION, "red dress"), _pictures(2, "", "red top"), TaskMix(**NEVER)).draw(
        torch.tensor([500, 500]), torch.Generator().manual_seed(0), margin=32
    )
    assert drawn.images.shape == (2, 3, 256, 128)
    assert drawn.masks.shape == drawn.sketches.shape == (2, 1, 256, 128)
