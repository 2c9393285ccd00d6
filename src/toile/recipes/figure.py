"""Train the embedded reader of people: `toile train recipes/figure.toml --data FOLDER`.

Label maps where there are some; elsewhere the person mask and the tags say which parts a pixel may be. Poses are the
files' own estimates. Plates, where given, bring exact labels and joints of clothes that the street photos lack; flat
garments teach what is no person: no joint is to be seen, and a pixel is the garment or the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from toile.bundles import Bundle
from toile.catalog.photos import PART_OF_LABEL, StreetPhoto, iterate_garments, iterate_streets, photo_files
from toile.losses.figure import joint_loss, member_of, partial_label_loss, soft_jaccard_loss
from toile.models.figure_net import FigureNet, FigureNetConfig
from toile.models.fit import Fit
from toile.models.image_encoder import ImageEncoderConfig
from toile.models.memory import channels_last
from toile.progress import Progress
from toile.recipes.part_balance import balance_parts
from toile.recipes.start import load_start
from toile.taxonomy import CO_PARSING_PARTS, GARMENT_PARTS, MIRRORED_JOINTS, PART_OF_CATEGORY, PARTS
from toile.training.augment import AugmentConfig, random_affine, uniform
from toile.training.cache import Arrays, cached_arrays, joined
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop
from toile.training.sampling import sample_rows
from toile.vision.pose_maps import MIN_CONFIDENCE

_LABELLED, _TAGGED, _DRAWN, _FLAT = range(4)
_MAX_GARMENTS: Final = 1000
_STORED: Final = (560, 280)  # height and width of decoded pictures: the network's shape, room for a near view


@dataclass(frozen=True, kw_only=True)
class FigureRecipe(Strict):
    """Everything that decides the reader's weights besides the data."""

    loop: LoopConfig
    start_from: str = ""
    """Folder of a bundle whose reader of people is trained further, or `embedded`. Layers that it lacks start anew."""
    trunk_from: str = "embedded"
    """Else: folder of the bundle whose encoder gives the trunk its first weights, or the embedded one; empty: none."""
    model: FigureNetConfig = field(default_factory=lambda: FigureNetConfig(image=ImageEncoderConfig(dropout=0.0)))
    augment: AugmentConfig = field(
        default_factory=lambda: AugmentConfig(scale=0.3, shift=0.08, rotation_degrees=12.0, brightness=0.3)
    )
    batch_size: int = 16
    labelled_share: float = 0.6
    """Share of each batch that has label maps, of photos; the rest are photos without and, where given, plates."""
    plate_share: float = 0.2
    """Share of each batch that is drawn, where there are files with captions of their own."""
    garment_share: float = 0.1
    """Share of each batch that is garments laid flat."""
    studio_share: float = 0.15
    """Share of the pictures whose ground is replaced by one flat colour."""
    near_share: float = 0.75
    """Share of the pictures that show the person's box, as the reader's second look does; the rest show the photo."""
    crop_share: float = 0.3
    """Share of the pictures that show only a part of that, nearer, on white: half bodies, and pictures of any
    shape. Without, white edges alone would say that a picture is a garment laid flat."""
    contrast: float = 0.3
    saturation: float = 0.5
    tint: float = 0.12
    """Each colour channel is multiplied by a factor in [1 - tint, 1 + tint]: other lamps."""
    jaccard_loss: float = 1.0
    joint_loss: float = 0.15


def allowed_parts(photo: StreetPhoto) -> NDArray[np.uint16]:
    """Which parts each pixel may be: `(H, W)`, bit c for part c.

    Without a label map the ground is the ground, and a pixel of the person is anything but a garment that no tag names.
    Tags are incomplete, and that matters least for garments: annotators forget a watch, not a coat.
    """
    if photo.labels is not None:
        return (1 << PART_OF_LABEL[photo.labels].astype(np.int64)).astype(np.uint16)
    tagged = {CO_PARSING_PARTS[tag] for tag in photo.tags if tag in CO_PARSING_PARTS} & set(GARMENT_PARTS)
    possible = (set(PARTS) - {"background"}) - (set(GARMENT_PARTS) - tagged if tagged else set())
    person = sum(1 << PARTS.index(part) for part in possible)
    allowed: NDArray[np.uint16] = np.where(photo.person, person, 1).astype(np.uint16)
    return allowed


def _people(path: Path) -> Arrays:
    """Rows of people.

    Returns:
        `images` (N, H, W, 3), `allowed` parts (N, H, W), `joints` (N, 18, 3): x, y in [-1, 1] and a confidence that is
        negative where nothing is known, `boxes` (N, 4) round the person in [-1, 1], and `kinds` (N,).
    """
    images, allowed, joints, boxes, kinds = [], [], [], [], []
    for photo in iterate_streets(path, "train"):
        fit = Fit.of(photo.image, _STORED)
        rows, columns = fit.inner
        parts = np.ones(_STORED, np.uint16)
        sides = (columns.stop - columns.start, rows.stop - rows.start)
        parts[rows, columns] = cv2.resize(allowed_parts(photo), sides, interpolation=cv2.INTER_NEAREST)
        pose = photo.pose.copy()
        pose[:, :2] = _relative(fit.points(pose[:, :2]))
        pose[:, 2] = pose[:, 2] if photo.pose[:, 2].any() else -1
        images.append(fit.picture(photo.image))
        allowed.append(parts)
        joints.append(pose)
        boxes.append(_box(fit, photo.person))
        kinds.append(_DRAWN if photo.captions else _TAGGED if photo.labels is None else _LABELLED)
    return {
        "images": np.stack(images),
        "allowed": np.stack(allowed),
        "joints": np.stack(joints),
        "boxes": np.stack(boxes),
        "kinds": np.array(kinds, np.int64),
    }


def _relative(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pixels of a stored picture to [-1, 1], `(..., 2)`."""
    return np.asarray(points / (_STORED[1], _STORED[0]) * 2 - 1, np.float32)


def _box(fit: Fit, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Left, right, top, bottom of what a photo's mask shows, in [-1, 1] of the stored picture."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    corners = np.array([[columns[0], rows[0]], [columns[-1] + 1, rows[-1] + 1]], np.float32)
    return _relative(fit.points(corners)).T.ravel()


def _flat_garments(path: Path) -> Arrays:
    images, allowed, boxes = [], [], []
    for photo in islice(iterate_garments(path, "train"), _MAX_GARMENTS):
        fit = Fit.of(photo.image, _STORED)
        part = PART_OF_CATEGORY[photo.category]
        images.append(fit.picture(photo.image))
        allowed.append(1 | 1 << PARTS.index(part))
        boxes.append(_box(fit, np.ones((photo.image.height, photo.image.width), bool)))
    return {
        "images": np.stack(images),
        "allowed": np.broadcast_to(np.array(allowed, np.uint16)[:, None, None], (len(images), *_STORED)),
        "joints": np.zeros((len(images), 18, 3), np.float32),
        "boxes": np.stack(boxes),
        "kinds": np.full(len(images), _FLAT, np.int64),
    }


def moved_joints(joints: Tensor, theta: Tensor, mirrored: Tensor, image_size: tuple[int, int]) -> Tensor:
    """Joints where the warped pictures show them, as `losses.figure.joint_loss` takes them.

    Args:
        joints: `(B, 18, 3)`: x, y in [-1, 1] of the old pictures, confidence; negative: nothing is known.
        theta: `(B, 2, 3)`, new places to old ones.
        mirrored: `(B,)`; left and right joints change places there.
        image_size: height and width of the new pictures.
    """
    points = torch.linalg.solve(theta[:, :, :2], (joints[:, :, :2] - theta[:, None, :, 2]).transpose(1, 2))
    x, y = ((points.transpose(1, 2) + 1) / 2 * torch.tensor([image_size[1], image_size[0]])).unbind(-1)
    inside = (x >= 0) & (x < image_size[1]) & (y >= 0) & (y < image_size[0])
    seen = torch.where(joints[:, :, 2] < 0, -1.0, ((joints[:, :, 2] >= MIN_CONFIDENCE) & inside).float())
    moved = torch.stack([x, y, seen], dim=-1)
    return torch.where(mirrored[:, None, None], moved[:, list(MIRRORED_JOINTS)], moved)


def _recoloured(images: Tensor, recipe: FigureRecipe, generator: torch.Generator) -> Tensor:
    """Other light, contrast and saturation, `(B, 3, H, W)` in [-1, 1]."""

    def factor(spread: float, channels: int = 1) -> Tensor:
        return uniform((len(images), channels, 1, 1), 1 - spread, 1 + spread, generator)

    grey = images.mean(1, keepdim=True)
    images = grey + (images - grey) * factor(recipe.saturation)
    images = images * factor(recipe.contrast)
    return ((images + 1) * factor(recipe.augment.brightness) * factor(recipe.tint, 3) - 1).clamp(-1, 1)


def _near(theta: Tensor, boxes: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """A share of the maps into the person's box with a margin, `(B, 2, 3)`; the others stay in the photo.

    Args:
        theta: `(B, 2, 3)`, new places to old ones.
        boxes: `(B, 4)`: left, right, top, bottom in [-1, 1] of the old places.
        share: of the pictures.
        generator: on the CPU.
    """
    near = torch.rand(len(theta), generator=generator) < share
    sides = (boxes[:, 1::2] - boxes[:, ::2]) / 2  # (B, 2): half the width, half the height
    half = sides.amax(1) * uniform((len(theta),), 1.0, 1.25, generator)
    half = torch.where(near, half, 1.0)[:, None]
    middle = torch.where(near[:, None], (boxes[:, ::2] + boxes[:, 1::2]) / 2, 0.0)
    return torch.cat([theta[:, :, :2] * half[:, :, None], (theta[:, :, 2] * half + middle)[:, :, None]], dim=2)


def _crops(theta: Tensor, share: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A share of the maps nearer to a random place of the photo, and what each picture shows of it.

    Returns:
        `(B, 2, 3)`, and `(B, 4)`: left, right, top, bottom in [-1, 1]; beyond is white.
    """
    count = len(theta)
    cropped = torch.rand(count, generator=generator) < share
    zoom = torch.where(cropped, uniform((count,), 0.9, 2.2, generator), 1.0)
    place = uniform((count, 2), -1, 1, generator) * (1 - 1 / zoom)[:, None].clamp(min=0)
    nearer = theta.clone()
    nearer[:, :, :2] /= zoom[:, None, None]
    nearer[:, :, 2] += place
    half = torch.where(cropped[:, None], uniform((count, 2), 0.4, 1.4, generator).clamp(max=1), 1.0)
    middle = uniform((count, 2), -1, 1, generator) * (1 - half)
    return nearer, torch.stack([middle - half, middle + half], dim=2).flatten(1)


def _inside(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """`(B, H, W)`, true within each box."""
    y, x = torch.linspace(-1, 1, size[0])[:, None], torch.linspace(-1, 1, size[1])
    left, right, top, bottom = boxes[:, :, None, None].unbind(1)
    return (x >= left) & (x <= right) & (y >= top) & (y <= bottom)


class _FigureLoss:
    """The loss of one step."""

    def __init__(self, recipe: FigureRecipe, arrays: Arrays) -> None:
        self.recipe, self.arrays, kinds = recipe, arrays, arrays["kinds"]
        sources = [np.flatnonzero(kinds == kind) for kind in (_LABELLED, _TAGGED, _DRAWN, _FLAT)]
        num_drawn, num_flat = (
            round(recipe.batch_size * share) if len(source) else 0
            for source, share in zip(sources[2:], (recipe.plate_share, recipe.garment_share), strict=True)
        )
        num_photos = recipe.batch_size - num_drawn - num_flat
        num_tagged = round(num_photos * (1 - recipe.labelled_share)) if len(sources[1]) else 0
        counts = num_photos - num_tagged, num_tagged, num_drawn, num_flat
        self.sources = [(source, count) for source, count in zip(sources, counts, strict=True) if count]
        labels = arrays["allowed"][sources[0][::4], ::4, ::4]
        shares = np.array([(labels == 1 << part).mean() for part in range(len(PARTS))])
        # Square roots: the ground must not drown a pair of glasses, nor glasses the rest.
        weights = 1 / np.sqrt(shares + 1e-3)
        self.weights = torch.from_numpy(weights / weights.mean()).float()

    def _batch(self, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures `(B, 3, h, w)`, allowed parts `(B, h / 2, w / 2)`, joints `(B, 18, 3)`."""
        recipe, size = self.recipe, self.recipe.model.image_size
        rows = sample_rows(self.sources, generator)
        images, allowed, joints, boxes = (
            torch.from_numpy(self.arrays[name][rows]) for name in ("images", "allowed", "joints", "boxes")
        )
        pixels = images.permute(0, 3, 1, 2).float() / 127.5 - 1
        theta, mirrored = random_affine(len(pixels), recipe.augment, generator, aspect=size[0] / size[1])
        theta, shown = _crops(theta, recipe.crop_share, generator)
        theta = _near(theta, boxes, recipe.near_share, generator)
        grid = F.affine_grid(theta, [len(pixels), 3, *size], align_corners=False)
        # Moved by one, so that the zeros outside of the old picture become white, and ground.
        seen = F.grid_sample(pixels - 1, grid, align_corners=False) + 1
        parts = F.grid_sample(allowed[:, None].float() - 1, grid, mode="nearest", align_corners=False) + 1
        studio = torch.rand((len(pixels), 1, 1, 1), generator=generator) < recipe.studio_share
        seen = torch.where((parts == 1) & studio, uniform((len(pixels), 3, 1, 1), -1, 1, generator), seen)
        moved = moved_joints(joints, theta, mirrored, size)
        inside = _inside(shown, size)[:, None]
        seen = torch.where(inside, _recoloured(seen, recipe, generator), 1.0)
        parts = torch.where(inside, parts, 1.0)
        x, y = moved[:, :, 0] / size[1] * 2 - 1, moved[:, :, 1] / size[0] * 2 - 1
        hidden = (x < shown[:, :1]) | (x > shown[:, 1:2]) | (y < shown[:, 2:3]) | (y > shown[:, 3:])
        moved[:, :, 2] = torch.where(hidden, moved[:, :, 2].clamp(max=0), moved[:, :, 2])
        return seen, parts[:, 0, 1::2, 1::2].round().int(), moved

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        recipe, device = self.recipe, next(module.parameters()).device
        images, allowed, joints = self._batch(generator)
        logits = module(images.to(device, memory_format=torch.channels_last))
        parts, member = logits.parts.float(), member_of(allowed.to(device), len(PARTS))
        return (
            partial_label_loss(parts, member, self.weights.to(device))
            + recipe.jaccard_loss * soft_jaccard_loss(parts, member)
            + recipe.joint_loss
            * joint_loss(logits.joints.float(), joints.to(device), image_size=recipe.model.image_size)
        )


def run(
    recipe: FigureRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> FigureNet:
    """Train the reader of people and return its moving average.

    Args:
        recipe: see `FigureRecipe`.
        data: folders with streets.parquet and garments.parquet.
        out: folder of checkpoints and cached pictures.
        minutes: time budget; the run can be taken up again.
        progress: watcher.
    """
    progress("preparing pictures", 0, 1)
    cache = out.parent / "pictures"
    arrays = joined(
        [
            cached_arrays(cache, "figures-people-train", photo_files(data, "streets.parquet"), _people),
            cached_arrays(cache, "figures-flat-train", photo_files(data, "garments.parquet"), _flat_garments),
        ]
    )
    progress("preparing pictures", 1, 1)
    torch.manual_seed(recipe.loop.seed)
    net = channels_last(FigureNet(recipe.model))
    load_start(recipe.start_from, recipe.trunk_from, whole=partial(_fill_whole, net), trunk=net.trunk)
    loss = _FigureLoss(recipe, arrays)
    average = train_loop(net, loss, recipe.loop, out=out, minutes=minutes, progress=progress)
    if not isinstance(average, FigureNet):
        raise TypeError(f"the loop returned {type(average)}, expected a FigureNet")
    held_back = [
        photo
        for path in photo_files(data, "streets.parquet")
        for photo in iterate_streets(path, "validation")
        if photo.labels is not None and not photo.captions
    ]
    if held_back:
        progress("balancing parts", 0, 1)
        balance_parts(average, held_back)
        progress("balancing parts", 1, 1)
    return average


def _fill_whole(net: FigureNet, bundle: Bundle) -> None:
    """All of another reader's weights; it may be one without attention, which then starts anew."""
    missing, unexpected = net.load_state_dict(bundle.figure_net.state_dict(), strict=False)
    if unexpected or any(not name.startswith("attention.") for name in missing):
        raise RuntimeError(f"missing {missing}, unexpected {unexpected}")
