"""Transformers checkpoints as a reader of people: a Segformer for the parts, a VitPose for the joints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from toile.errors import CheckpointError
from toile.models.figure_reader import Figure
from toile.models.part_labels import decided
from toile.taxonomy import CO_PARSING_PARTS, JOINTS, PARTS

# Names of ATR and LIP, which public clothes parsers are trained on, that are neither parts nor names of co-parsing.
_PARTS_OF_NAMES: Final = MappingProxyType(
    {part: part for part in PARTS}
    | dict(CO_PARSING_PARTS)
    | dict.fromkeys(("face", "left-leg", "right-leg", "left-arm", "right-arm", "torso-skin", "neck"), "skin")
    | dict.fromkeys(("left-shoe", "right-shoe"), "shoes")
    | {"upper-clothes": "top", "jumpsuits": "dress", "glove": "accessory"}
)
# COCO-17: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles, the left one first; the neck is made.
_OF_COCO: Final = MappingProxyType(
    {"nose": 0, "l-eye": 1, "r-eye": 2, "l-ear": 3, "r-ear": 4}
    | {f"{side}-{joint}": 5 + 2 * row + (side == "r")
       for row, joint in enumerate(("shoulder", "elbow", "wrist", "hip", "knee", "ankle")) for side in "lr"}
)  # fmt: skip


class HubFigureReader:
    """Segformer (Xie et al. 2021) and VitPose (Xu et al. 2022) with their own preprocessing; one person a photo."""

    def __init__(self, parser: Path, pose: Path, device: torch.device) -> None:
        from transformers import (
            SegformerForSemanticSegmentation,
            SegformerImageProcessorPil,
            VitPoseForPoseEstimation,
            VitPoseImageProcessorPil,
        )

        for folder in (parser, pose):
            if not sorted(folder.glob("*.safetensors")):
                raise CheckpointError(
                    f"{folder} holds no safetensors weights; save the checkpoint with save_pretrained"
                )
        # By class name: without torchvision the automatic choice would be a class that can't be made.
        self.parser: Any = SegformerForSemanticSegmentation.from_pretrained(parser, local_files_only=True)
        self.parser_processor: Any = SegformerImageProcessorPil.from_pretrained(parser, local_files_only=True)
        self.pose: Any = VitPoseForPoseEstimation.from_pretrained(pose, local_files_only=True)
        self.pose_processor: Any = VitPoseImageProcessorPil.from_pretrained(pose, local_files_only=True)
        for model in (self.parser, self.pose):
            model.eval().to(device)
        self.device = device
        self.parts = _part_table(self.parser.config.id2label, parser)
        if self.pose.config.num_labels != len(_OF_COCO):
            raise CheckpointError(
                f"{pose} finds {self.pose.config.num_labels} joints, expected the {len(_OF_COCO)} of COCO"
            )

    @torch.inference_mode()
    def read(self, images: Sequence[Image.Image]) -> list[Figure]:
        """What is seen in each RGB photo, of any size."""
        return [self._read(image.convert("RGB")) for image in images]

    def _read(self, image: Image.Image) -> Figure:
        inputs = self.parser_processor(images=image, return_tensors="pt").to(self.device)
        shares = self.parser(**inputs).logits.float().softmax(1).cpu()
        # Several of the checkpoint's classes are one part of ours: their probabilities add up.
        joined = torch.zeros(1, len(PARTS), *shares.shape[-2:]).index_add_(1, self.parts, shares)
        labels, sureness = decided(joined[0].cpu(), image)
        return Figure(labels=labels, sureness=sureness, pose=self._joints(image, labels > 0))

    def _joints(self, image: Image.Image, person: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Of the person whose box the parser's mask gives; the whole photo where it found nobody."""
        rows, columns = np.flatnonzero(person.any(1)), np.flatnonzero(person.any(0))
        box = [0.0, 0.0, float(image.width), float(image.height)]
        if rows.size:
            box = [float(v) for v in (columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1)]
        inputs = self.pose_processor(image, boxes=[[box]], return_tensors="pt").to(self.device)
        ((found,),) = self.pose_processor.post_process_pose_estimation(self.pose(**inputs), boxes=[[box]])
        points = torch.cat([found["keypoints"], found["scores"].reshape(-1, 1)], dim=1).float().cpu().numpy()
        pose = np.zeros((len(JOINTS), 3), np.float32)
        for number, name in enumerate(JOINTS):
            if name != "neck":
                pose[number] = points[_OF_COCO[name]]
        shoulders = pose[[JOINTS.index("r-shoulder"), JOINTS.index("l-shoulder")]]
        pose[JOINTS.index("neck")] = (*shoulders[:, :2].mean(0), shoulders[:, 2].min())
        return pose


def _part_table(names: dict[int, str], folder: Path) -> Tensor:
    """Class number to part number.

    Raises:
        CheckpointError: a class is none that we know.
    """
    words = {number: name.lower().replace("_", "-").replace(" ", "-") for number, name in names.items()}
    unknown = sorted({word for word in words.values() if word not in _PARTS_OF_NAMES})
    if unknown:
        raise CheckpointError(
            f"{folder} parses into {', '.join(unknown)}, of which toile knows no part; set id2label in its config.json "
            f"to names such as {', '.join(PARTS)}"
        )
    return torch.tensor([PARTS.index(_PARTS_OF_NAMES[words[number]]) for number in sorted(words)])
