"""From photos to parts and joints: fitting into the network's frame, reading, and back to the photo's own pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from toile.models.figure_net import FigureNet
from toile.models.fit import Fit
from toile.models.memory import Remembered, picture_hash
from toile.models.part_labels import decided
from toile.taxonomy import MIRRORED_JOINTS

_BATCH_SIZE: Final = 8
_MARGIN: Final = 0.06  # of the person's longer side, around the box that is looked at from near
_PIECE_SHARE: Final = 0.1  # of the largest piece; smaller ones are specks of the glance
_MIN_PERSON_SHARE: Final = 0.002  # of the picture
_REMEMBERED: Final = 8  # photos
_WINDOW: Final = 2  # cells to each side of a joint's best cell that its place is the mean of


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """What is seen of the person in one photo.

    Attributes:
        labels: `(H, W)`, index into `taxonomy.PARTS`.
        sureness: `(H, W)` in [0, 1], the probability of that label; 1 beyond the box that was looked at from near.
        pose: COCO-18 `(18, 3)`: x, y in the photo's pixels, and the probability that the joint is seen there.
    """

    labels: NDArray[np.uint8]
    sureness: NDArray[np.float16]
    pose: NDArray[np.float32]

    @property
    def person(self) -> NDArray[np.bool_]:
        """`(H, W)`, true on the person and what is worn."""
        return self.labels > 0

    def scaled(self, size: tuple[int, int]) -> Figure:
        """The same figure in a copy of the photo of another height and width."""
        if size == self.labels.shape:
            return self
        height, width = size
        pose = self.pose.copy()
        pose[:, :2] *= (width / self.labels.shape[1], height / self.labels.shape[0])
        return Figure(
            labels=cv2.resize(self.labels, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.uint8),
            sureness=cv2.resize(
                self.sureness.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST
            ).astype(np.float16),
            pose=pose,
        )


class FigureReader:
    """The embedded network as a reader of photos: it glances at the whole, then looks at the person from near.

    Attributes:
        net: the network.
        mirrored: read the mirror image, too, and average: half as much time again, a little more exact.
    """

    def __init__(self, net: FigureNet, *, mirrored: bool = True) -> None:
        self.net = net
        self.mirrored = mirrored
        self._read: Remembered[Figure] = Remembered(_REMEMBERED)

    @torch.inference_mode()
    def read(self, images: Sequence[Image.Image]) -> list[Figure]:
        """What is seen in each RGB photo, of any size; a single one that was read before is remembered."""
        if len(images) == 1:
            return [self._read.get(picture_hash(images[0]), lambda: next(self._batch(images)))]
        return [
            figure
            for start in range(0, len(images), _BATCH_SIZE)
            for figure in self._batch(images[start:][:_BATCH_SIZE])
        ]

    def _batch(self, images: Sequence[Image.Image]) -> Iterator[Figure]:
        fits, parts, joints = self.look_closely(images)
        for row, (fit, image) in enumerate(zip(fits, images, strict=True)):
            rows, columns = fit.inner
            left, top, right, bottom = fit.box
            labels = np.zeros((image.height, image.width), np.uint8)
            sureness = np.ones(labels.shape, np.float16)
            here = slice(top, bottom), slice(left, right)
            labels[here], sureness[here] = decided(parts[row][:, rows, columns], image.crop(fit.box))
            yield Figure(labels=labels, sureness=sureness, pose=_pose(joints[row], fit))

    @torch.inference_mode()
    def look_closely(self, images: Sequence[Image.Image]) -> tuple[list[Fit], Tensor, Tensor]:
        """What the network says at its second look, before any decision.

        Returns:
            Where the person's box of each photo lies, probabilities of the parts `(B, C, H, W)`, and of where the
            joints are seen `(B, 18, H / 4, W / 4)`.
        """
        size = self.net.config.image_size
        glances = [Fit.of(image, size) for image in images]
        parts, _ = self._probabilities(self._pixels(images, glances), mirrored=False)
        fits = [
            Fit(box=person_box(shares.argmax(0).numpy() > 0, fit), size=size)
            for shares, fit in zip(parts, glances, strict=True)
        ]
        return fits, *self._probabilities(self._pixels(images, fits), mirrored=self.mirrored)

    def _pixels(self, images: Sequence[Image.Image], fits: Sequence[Fit]) -> Tensor:
        """Fitted pictures `(B, 3, H, W)` in [-1, 1] on the network's device."""
        pictures = np.stack([fit.picture(image) for fit, image in zip(fits, images, strict=True)])
        pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
        return pixels.to(next(self.net.parameters()).device, memory_format=torch.channels_last)

    def _probabilities(self, pixels: Tensor, *, mirrored: bool) -> tuple[Tensor, Tensor]:
        """Of parts `(B, C, H, W)`, and of joints `(B, 18, h, w)` without the chance that they aren't seen."""
        height, width = (side // 4 for side in pixels.shape[-2:])
        logits = self.net(pixels)
        parts, joints = logits.parts.softmax(1), logits.joints.softmax(2)[:, :, :-1].unflatten(2, (height, width))
        if mirrored:
            logits = self.net(pixels.flip(-1))
            other = logits.joints.softmax(2)[:, list(MIRRORED_JOINTS), :-1].unflatten(2, (height, width))
            parts = (parts + logits.parts.softmax(1).flip(-1)) / 2
            joints = (joints + other.flip(-1)) / 2
        parts = F.interpolate(parts, scale_factor=2, mode="bilinear", align_corners=False)
        return parts.float().cpu(), joints.float().cpu()


def person_box(person: NDArray[np.bool_], fit: Fit) -> tuple[int, int, int, int]:
    """The box of the photo in which to look again: round the pieces that matter, a margin around them.

    Args:
        person: `(H, W)` of the fitted picture, true where the glance saw a person.
        fit: of the glance.

    Returns:
        Left, top, right, bottom in the photo's pixels; the whole box of the glance where next to nothing is seen.
    """
    seen = np.zeros(person.shape, np.uint8)
    seen[fit.inner] = person[fit.inner]
    _, _, stats, _ = cv2.connectedComponentsWithStats(seen)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if not areas.size or areas.max() < _MIN_PERSON_SHARE * seen.size:
        return fit.box
    large = stats[1:][areas >= _PIECE_SHARE * areas.max()]
    corners = large[:, :2].min(0), (large[:, :2] + large[:, 2:4]).max(0)
    margin = _MARGIN * max(corners[1] - corners[0])
    first = fit.points_back((corners[0] - margin).astype(np.float32))
    last = fit.points_back((corners[1] + margin).astype(np.float32))
    left, top, right, bottom = fit.box
    box = np.array([*np.maximum(first, (left, top)), *np.minimum(last, (right, bottom))])
    x1, y1, x2, y2 = (int(side) for side in box.round())
    return x1, y1, max(x1 + 1, x2), max(y1 + 1, y2)


def _pose(joints: Tensor, fit: Fit) -> NDArray[np.float32]:
    """The mean place within a window round each joint's best cell, and the probability of the window."""
    pose = np.zeros((len(joints), 3), np.float32)
    width = joints.shape[-1]
    for number, cells in enumerate(joints.numpy()):
        y, x = divmod(int(cells.argmax()), width)
        top, left = max(0, y - _WINDOW), max(0, x - _WINDOW)
        near = cells[top : y + _WINDOW + 1, left : x + _WINDOW + 1]
        mass = near.sum()
        rows, columns = np.mgrid[top : top + near.shape[0], left : left + near.shape[1]] + 0.5
        pose[number] = (columns * near).sum() / mass * 4, (rows * near).sum() / mass * 4, mass
    pose[:, :2] = fit.points_back(pose[:, :2])
    return pose
