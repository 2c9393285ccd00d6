"""Tiny random Segformer and VitPose checkpoints in the layouts that `save_pretrained` writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from people import photo
from toile.bundles import load_bundle
from toile.errors import CheckpointError
from toile.models.hub_figure_reader import HubFigureReader
from toile.taxonomy import PARTS

ATR = (
    "Background", "Hat", "Hair", "Sunglasses", "Upper-clothes", "Skirt", "Pants", "Dress", "Belt", "Left-shoe",
    "Right-shoe", "Face", "Left-leg", "Right-leg", "Left-arm", "Right-arm", "Bag", "Scarf",
)  # fmt: skip


@pytest.fixture
def people(tmp_path: Path) -> Path:
    from transformers import (
        SegformerConfig,
        SegformerForSemanticSegmentation,
        SegformerImageProcessorPil,
        VitPoseBackboneConfig,
        VitPoseConfig,
        VitPoseForPoseEstimation,
        VitPoseImageProcessorPil,
    )

    torch.manual_seed(0)
    folder = tmp_path / "bundle" / "people"
    segformer = SegformerConfig(
        hidden_sizes=[8, 8, 8, 8],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 1, 1, 1],
        decoder_hidden_size=8,
        id2label=dict(enumerate(ATR)),
        label2id={name: number for number, name in enumerate(ATR)},
    )
    SegformerForSemanticSegmentation(segformer).save_pretrained(folder / "parser")
    SegformerImageProcessorPil(size={"height": 64, "width": 64}).save_pretrained(folder / "parser")
    backbone = VitPoseBackboneConfig(
        image_size=[64, 48], patch_size=[16, 16], hidden_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    VitPoseForPoseEstimation(VitPoseConfig(backbone_config=backbone, num_labels=17)).save_pretrained(folder / "pose")
    VitPoseImageProcessorPil(size={"height": 64, "width": 48}).save_pretrained(folder / "pose")
    return folder


def test_a_photo_is_read_at_its_own_size(people: Path) -> None:
    image = photo()
    (figure,) = HubFigureReader(people / "parser", people / "pose", torch.device("cpu")).read([image])
    assert figure.labels.shape == figure.sureness.shape == (image.height, image.width)
    assert figure.labels.max() < len(PARTS)
    assert figure.pose.shape == (18, 3)
    shoulders = figure.pose[[2, 5]]
    assert figure.pose[1, :2] == pytest.approx(shoulders[:, :2].mean(0))
    assert figure.pose[1, 2] == shoulders[:, 2].min()


def test_classes_of_one_part_add_up(people: Path) -> None:
    reader = HubFigureReader(people / "parser", people / "pose", torch.device("cpu"))
    names = [PARTS[number] for number in reader.parts]
    assert names[4] == "top"
    assert names[9] == names[10] == "shoes"
    assert names[11:16] == ["skin"] * 5
    assert names[17] == "accessory"


def test_joints_change_their_order_from_coco_17_to_18(people: Path) -> None:
    reader = HubFigureReader(people / "parser", people / "pose", torch.device("cpu"))
    points = torch.stack([torch.arange(17.0), torch.zeros(17)], dim=1)
    reader.pose_processor = _Fixed(points)
    pose = reader._joints(photo(), np.zeros((300, 200), bool))
    # nose, (neck), r-shoulder .. r-wrist, l-shoulder .. l-wrist, r-hip .. r-ankle, l-hip .. l-ankle, eyes, ears
    assert pose[:, 0].tolist() == [0, 5.5, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3]


class _Fixed:
    """Stands in for the processor: these points, whatever the network says."""

    def __init__(self, points: torch.Tensor) -> None:
        self.points = points

    def __call__(self, image, boxes, return_tensors):
        from transformers import BatchFeature

        return BatchFeature({"pixel_values": torch.zeros(1, 3, 64, 48)})

    def post_process_pose_estimation(self, outputs, boxes):
        return [[{"keypoints": self.points, "scores": torch.ones(17)}]]


def test_a_bundle_reads_people_with_the_checkpoints_in_its_folder(people: Path, tiny_bundle: Path) -> None:
    for file in tiny_bundle.iterdir():
        (people.parent / file.name).write_bytes(file.read_bytes())
    assert isinstance(load_bundle(people.parent).figure_reader, HubFigureReader)


def test_unknown_classes_and_missing_weights_are_named(people: Path) -> None:
    config = people / "parser" / "config.json"
    values = json.loads(config.read_text())
    values["id2label"]["3"] = "Tail"
    config.write_text(json.dumps(values))
    with pytest.raises(CheckpointError, match="parses into tail, of which toile knows no part; set id2label"):
        HubFigureReader(people / "parser", people / "pose", torch.device("cpu"))
    with pytest.raises(CheckpointError, match="nothing holds no safetensors weights"):
        HubFigureReader(people / "nothing", people / "pose", torch.device("cpu"))
