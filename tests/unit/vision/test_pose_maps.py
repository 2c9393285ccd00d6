from __future__ import annotations

import torch

from toile.vision.pose_maps import pose_heat_maps


def test_each_joint_peaks_in_its_own_cell_and_unknown_joints_stay_dark() -> None:
    poses = torch.zeros(1, 18, 3)
    poses[0, 0] = torch.tensor([20.0, 36.0, 1.0])  # cell (4, 2) of 8-pixel cells
    poses[0, 1] = torch.tensor([20.0, 36.0, 0.1])  # too unsure
    maps = pose_heat_maps(poses, image_size=(64, 48), map_size=(8, 6))
    assert maps.shape == (1, 18, 8, 6)
    assert maps[0, 0].argmax() == 4 * 6 + 2
    assert maps[0, 0].max() == 1
    assert maps[0, 1:].max() == 0
