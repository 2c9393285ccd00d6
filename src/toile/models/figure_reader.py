"""From photos to parts and joints: fitting into the network's frame, reading, and back to the photo's own pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from toile.models.figure_net import FigureNet
from toile.taxonomy import MIRRORED_JOINTS

_BATCH_SIZE: Final = 8
_MAX_SIDE_PX: Final = 1024  # of the maps that are decided on; a larger photo gets its labels enlarged
_WINDOW: Final = 2  # cells to each side of a joint's best cell that its place is the mean of


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """What is seen of the person in one photo.

    Attributes:
        labels: `(H, W)`, index into `taxonomy.PARTS`.
        sureness: `(H, W)` in [0, 1], the probability of that label.
        pose: COCO-18 `(18, 3)`: x, y in the photo's pixels, and the probability that the joint is seen there.
    """

    labels: NDArray[np.uint8]
    sureness: NDArray[np.float16]
    pose: NDArray[np.float32]

    @property
    def person(self) -> NDArray[np.bool_]:
        """`(H, W)`, true on the person and what is worn."""
        return self.labels > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Frame:
    """Where a photo of `width` and `height` lies in the network's picture."""

    width: int
    height: int
    scale: float
    left: int
    top: int

    @property
    def box(self) -> tuple[int, int]:
        return max(1, round(self.width * self.scale)), max(1, round(self.height * self.scale))


class FigureReader:
    """The embedded network as a reader of photos.

    Attributes:
        net: the network.
        mirrored: read the mirror image, too, and average: twice the time, a little more exact.
    """

    def __init__(self, net: FigureNet, *, mirrored: bool = True) -> None:
        self.net = net
        self.mirrored = mirrored

    @torch.inference_mode()
    def read(self, images: Sequence[Image.Image]) -> list[Figure]:
        """What is seen in each RGB photo, of any size."""
        return [
            figure
            for start in range(0, len(images), _BATCH_SIZE)
            for figure in self._batch(images[start:][:_BATCH_SIZE])
        ]

    def _batch(self, images: Sequence[Image.Image]) -> Iterator[Figure]:
        height, width = self.net.config.image_size
        device = next(self.net.parameters()).device
        frames = [_frame(image, width=width, height=height) for image in images]
        pixels = torch.stack(
            [_fitted(image, frame, width, height) for image, frame in zip(images, frames, strict=True)]
        )
        parts, joints = self._probabilities(pixels.to(device, memory_format=torch.channels_last))
        for row, frame in enumerate(frames):
            labels, sureness = _decided(parts[row], frame)
            yield Figure(labels=labels, sureness=sureness, pose=_pose(joints[row], frame))

    def _probabilities(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Of parts `(B, C, H, W)`, and of joints `(B, 18, h, w)` without the chance that they aren't seen."""
        height, width = (side // 4 for side in pixels.shape[-2:])
        logits = self.net(pixels)
        parts, joints = logits.parts.softmax(1), logits.joints.softmax(2)[:, :, :-1].unflatten(2, (height, width))
        if self.mirrored:
            logits = self.net(pixels.flip(-1))
            other = logits.joints.softmax(2)[:, list(MIRRORED_JOINTS), :-1].unflatten(2, (height, width))
            parts = (parts + logits.parts.softmax(1).flip(-1)) / 2
            joints = (joints + other.flip(-1)) / 2
        parts = F.interpolate(parts, scale_factor=2, mode="bilinear", align_corners=False)
        return parts.float().cpu(), joints.float().cpu()


def _frame(image: Image.Image, *, width: int, height: int) -> _Frame:
    scale = min(width / image.width, height / image.height)
    return _Frame(
        width=image.width,
        height=image.height,
        scale=scale,
        left=round((width - image.width * scale) / 2),
        top=round((height - image.height * scale) / 2),
    )


def _fitted(image: Image.Image, frame: _Frame, width: int, height: int) -> Tensor:
    """The photo in the middle of white, `(3, H, W)` in [-1, 1]."""
    canvas = np.full((height, width, 3), 255, np.uint8)
    small = np.asarray(
        image.convert("RGB").resize(frame.box, Image.Resampling.BOX if frame.scale < 1 else Image.Resampling.BICUBIC)
    )
    canvas[frame.top : frame.top + frame.box[1], frame.left : frame.left + frame.box[0]] = small
    return torch.from_numpy(canvas).permute(2, 0, 1).float() / 127.5 - 1


def _decided(parts: Tensor, frame: _Frame) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    inner = parts[:, frame.top : frame.top + frame.box[1], frame.left : frame.left + frame.box[0]]
    shrink = min(1.0, _MAX_SIDE_PX / max(frame.width, frame.height))
    size = max(1, round(frame.height * shrink)), max(1, round(frame.width * shrink))
    best, labels = F.interpolate(inner[None], size=size, mode="bilinear", align_corners=False)[0].max(0)
    whole = (frame.width, frame.height)
    full = Image.fromarray(labels.numpy().astype(np.uint8)).resize(whole, Image.Resampling.NEAREST)
    sureness = Image.fromarray(best.numpy()).resize(whole, Image.Resampling.NEAREST)
    return np.asarray(full), np.asarray(sureness).astype(np.float16)


def _pose(joints: Tensor, frame: _Frame) -> NDArray[np.float32]:
    pose = np.zeros((len(joints), 3), np.float32)
    width = joints.shape[-1]
    for number, cells in enumerate(joints.numpy()):
        y, x = divmod(int(cells.argmax()), width)
        top, left = max(0, y - _WINDOW), max(0, x - _WINDOW)
        near = cells[top : y + _WINDOW + 1, left : x + _WINDOW + 1]
        mass = near.sum()
        rows, columns = np.mgrid[top : top + near.shape[0], left : left + near.shape[1]] + 0.5
        pose[number] = (
            ((columns * near).sum() / mass * 4 - frame.left) / frame.scale,
            ((rows * near).sum() / mass * 4 - frame.top) / frame.scale,
            mass,
        )
    return pose
