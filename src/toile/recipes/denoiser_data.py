"""What the denoiser learns from: pictures, what is told of them at a timestep, and which part of them is hidden.

Timesteps are drawn first, then the words of each (HieraFashDiff, C(t)): a row whose picture has a caption in the
grammar is told its attributes one after the other; all other words are the same at every timestep. Where a region is
hidden, it is told as `edit` tells it: garments, colours, and all attributes at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from toile.catalog.briefs import ORDERS, Brief
from toile.diffusion.windows import FLAT, SKETCH_LOWEST, schedule_of
from toile.errors import ConfigError, DataError
from toile.recipes.pictures import Pictures
from toile.tasks.refine import refined_caption
from toile.taxonomy import GARMENT_PARTS, MIRRORED_JOINTS, PARTS
from toile.training.augment import uniform
from toile.training.config import Strict
from toile.training.sampling import sample_rows
from toile.vision.masks import REGIONS, Mask, agnostic_mask, attributes_of, body_part_mask, edit_mask

T = TypeVar("T")

_STYLES: Final = ("street photo", "fashion plate")
_LEAST_PIXELS: Final = 150  # of a garment that is worth a mask, of 49,152
_NAMES_ONLY: Final = 2  # place of the wording that names garments and colours, among those of a plate
_ANY_BODY: Final = ("dress", "outerwear", "trousers", "top")  # whose regions are hidden where nothing is labelled


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskMix(Strict):
    """How often a row of a batch is which task: shares in [0, 1], each drawn on its own."""

    garment_share: float = 0.1
    """Flat garments; the rest is people."""
    photo_share: float = 0.25
    """Of the people, photos; the rest is drawn."""
    brief_share: float = 0.5
    """Of the rows with a caption in the grammar, those told it attribute by attribute."""
    concept_share: float = 0.5
    """How often each concept of a brief is told."""
    schedule: str = "hierarchical"
    """When the attributes of a brief are told, see `diffusion.windows.schedule_of`."""
    flat_share: float = 0.0
    """Of these, those that are told all attributes at every timestep, whatever the schedule."""
    order: Literal["area", "semantic", "reversed"] = "area"
    """In which order, see `catalog.briefs.ORDERS`."""
    style_share: float = 0.3
    """How often words say whether it is a photo or a drawing."""
    text_dropout: float = 0.1
    """Rows that see the empty prompt, for guidance."""
    pose_dropout: float = 0.15
    pose_below: int = 1000
    """The timestep below which a pose is shown, M(t)."""
    sketch_share: float = 0.15
    """Rows that see a sketch, while it is time for it."""
    mask_share: float = 0.4
    """Rows of which all is shown but a region that is to be painted."""
    culture_power: float = 1.0
    """A culture of n rows is drawn in proportion to n to this power: 1 as the rows are, 0.5 halfway to all alike."""
    refined_share: float = 0.0
    """Rows with a culture whose captions are refined by the records: named as it is called, and how it is cut. The
    others keep what users type, so that the model obeys that, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """One batch."""

    images: Tensor
    """`(B, 3, H, W)` in [-1, 1]."""
    texts: list[str]
    poses: Tensor
    """COCO-18 `(B, 18, 3)` in pixels; zeros where none is shown."""
    masks: Tensor
    """`(B, 1, H, W)`, 1 = to be painted; all ones where everything is."""
    sketches: Tensor
    """`(B, 1, H, W)`, 1 = line; zeros where none is shown."""
    rows: list[int]
    """Of the people; -1: a flat garment."""


class DesignSource:
    """Draws batches from people and flat garments."""

    def __init__(self, people: Pictures, garments: Pictures, mix: TaskMix) -> None:
        self.mix = mix
        self.people, self.garments = people, garments
        drawn = np.array([caption != "" for caption in people.hierarchical])
        self.drawn, self.photos = np.flatnonzero(drawn), np.flatnonzero(~drawn)
        order = ORDERS[mix.order]
        self.briefs = {
            int(row): Brief.of_caption(names_of(people.captions[row]), people.hierarchical[row], order)
            for row in self.drawn
        }
        self.schedule = schedule_of(mix.schedule)
        self.refined = refined_captions(people) if mix.refined_share else {}

    def draw(self, timesteps: Tensor, generator: torch.Generator, *, margin: int = 0) -> Drawn:
        """A row for each timestep.

        Args:
            timesteps: `(B,)`.
            generator: on the CPU.
            margin: pixels that are cut off on the left and on the right.
        """
        mix, count = self.mix, len(timesteps)
        num_garments = round(count * mix.garment_share) if len(self.garments) else 0
        num_people = count - num_garments
        mixed = len(self.drawn) and len(self.photos)
        num_photos = round(num_people * mix.photo_share) if mixed else num_people * bool(len(self.photos))
        sources = [(self.photos, num_photos), (self.drawn, num_people - num_photos)]
        tags = self.people.cultures if mix.culture_power != 1 else None
        people = sample_rows([(rows, number) for rows, number in sources if number], generator, tags, mix.culture_power)
        flat = torch.randint(max(1, len(self.garments)), (num_garments,), generator=generator).numpy()
        hidden = chances(count, mix.mask_share, generator)
        told = [
            self._text(int(row), int(timesteps[place]), generator, hidden=bool(hidden[place]))
            for place, row in enumerate(people)
        ]
        told += [any_caption(self.garments.captions[row], generator) for row in flat]
        masks = [
            self._mask(self.people, row, generator) if hides else None
            for row, hides in zip(people, hidden.tolist(), strict=False)
        ]
        masks += [_box(generator) if hides else None for hides in hidden[len(people) :].tolist()]
        images, sketches, poses = (
            np.concatenate([getattr(self.people, name)[people], getattr(self.garments, name)[flat]])
            for name in ("images", "sketches", "poses")
        )
        sketched = chances(count, mix.sketch_share, generator) & (timesteps >= SKETCH_LOWEST)
        posed = ~chances(count, mix.pose_dropout, generator) & (timesteps < mix.pose_below)
        silent = chances(count, mix.text_dropout, generator)
        planes = torch.cat([ink(images), _planes(masks), _lines(sketches)], dim=1)
        moved, moved_poses = random_views(planes, torch.from_numpy(poses), generator)
        moved, moved_poses = without_margins(moved, moved_poses, margin)
        whole = torch.tensor([mask is None for mask in masks])[:, None, None, None]
        return Drawn(
            images=1 - 2 * moved[:, :3],
            texts=["" if quiet else text for text, quiet in zip(told, silent.tolist(), strict=True)],
            poses=moved_poses * posed[:, None, None],
            masks=torch.where(whole, 1.0, (moved[:, 3:4] > 0.5).float()),
            sketches=moved[:, 4:] * sketched[:, None, None, None],
            rows=[*(int(row) for row in people), *[-1] * num_garments],
        )

    def _text(self, row: int, timestep: int, generator: torch.Generator, *, hidden: bool) -> str:
        mix, brief = self.mix, self.briefs.get(row)
        if row in self.refined and _chance(mix.refined_share, generator):
            return self.refined[row]
        if brief is None or not _chance(mix.brief_share, generator):
            return any_caption(self.people.captions[row], generator)
        if hidden:
            return replace(brief, concepts=()).text()
        concepts = tuple(item for item in brief.concepts if _chance(mix.concept_share, generator))
        schedule = FLAT if _chance(mix.flat_share, generator) else self.schedule
        told = replace(brief, concepts=concepts).text_at(timestep, schedule)
        return f"{told}, {_STYLES[1]}" if _chance(mix.style_share, generator) else told

    @staticmethod
    def _mask(people: Pictures, row: int, generator: torch.Generator) -> Mask:
        return random_mask(people.parts[row], people.poses[row], generator)


def random_mask(parts: NDArray[np.uint8], pose: NDArray[np.floating], generator: torch.Generator) -> Mask:
    """A region such as an edit or a try-on repaints, or a box where there is none to be found.

    Args:
        parts: `(H, W)`, index into `taxonomy.PARTS`; all background where nothing is known.
        pose: COCO-18 `(18, 3)`.
        generator: on the CPU.
    """
    seen = [part for part in GARMENT_PARTS if (parts == PARTS.index(part)).sum() >= _LEAST_PIXELS]
    kind = torch.rand((), generator=generator)
    try:
        if seen and kind < 0.25:
            return agnostic_mask(parts, pose, _pick(REGIONS, generator))
        if kind < 0.9:
            category = _pick(seen or _ANY_BODY, generator)
            attribute = _pick(attributes_of(category), generator)
            if seen:
                return edit_mask(parts, pose, attribute, category)
            return body_part_mask(pose, attribute, category, size=(parts.shape[0], parts.shape[1]))
    except (DataError, ConfigError):  # no torso is seen, no such garment is worn: any region will do
        pass
    return _box(generator, parts.shape)


def refined_captions(people: Pictures) -> dict[int, str]:
    """By row, the captions of those with a culture as the records word them."""
    told = {row: refined_caption(people.captions[row][0]) for row, culture in enumerate(people.cultures) if culture}
    return {row: caption for row, caption in told.items() if caption}


def random_views(planes: Tensor, poses: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mirror half of the rows, scale by 0.88 to 1.04 and move by up to 6 % of the width; zeros come in at the edge.

    Args:
        planes: `(B, C, H, W)`.
        poses: COCO-18 `(B, 18, 3)` in pixels. Left and right joints change places in mirrored rows.
        generator: on the CPU.
    """
    count, _, height, width = planes.shape
    mirror = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    zoom = uniform((count,), 0.88, 1.04, generator)
    shift = torch.stack([uniform((count,), -0.12, 0.12, generator), uniform((count,), -0.04, 0.04, generator)], dim=1)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1], theta[:, :, 2] = mirror / zoom, 1 / zoom, shift
    grid = F.affine_grid(theta, list(planes.shape), align_corners=False)
    moved = F.grid_sample(planes, grid, padding_mode="zeros", align_corners=False)

    size = torch.tensor([width, height])
    unit = poses[:, :, :2] / size * 2 - 1
    back = (unit - shift[:, None]) * torch.stack([mirror * zoom, zoom], dim=1)[:, None]
    points = torch.cat([(back + 1) / 2 * size, poses[:, :, 2:]], dim=-1)
    return moved, torch.where((mirror < 0)[:, None, None], points[:, list(MIRRORED_JOINTS)], points)


def without_margins(planes: Tensor, poses: Tensor, margin: int) -> tuple[Tensor, Tensor]:
    """The middle of pictures `(B, C, H, W)` with their joints, a margin cut off on either side.

    Joints that are cut off lie outside of what is left, at negative or too large x.
    """
    width = planes.shape[-1]
    return planes[..., margin : width - margin], poses - poses.new_tensor([margin, 0, 0]) * (poses[:, :, 2:] > 0)


# --- small draws ----------------------------------------------------------------------------------------------------


def names_of(captions: Sequence[str]) -> str:
    """Of a picture's wordings the one that names garments and colours, where there is one."""
    return captions[min(_NAMES_ONLY, len(captions) - 1)]


def any_caption(captions: Sequence[str], generator: torch.Generator) -> str:
    """The fullest as often as all others together."""
    if len(captions) == 1 or _chance(0.5, generator):
        return captions[0]
    return captions[1 + int(torch.randint(len(captions) - 1, (), generator=generator))]


def _chance(share: float, generator: torch.Generator) -> bool:
    return bool(torch.rand((), generator=generator) < share)


def chances(count: int, share: float, generator: torch.Generator) -> Tensor:
    """`(count,)`, which rows something with this share happens to."""
    return torch.rand(count, generator=generator) < share


def _pick(options: Sequence[T], generator: torch.Generator) -> T:
    return options[int(torch.randint(len(options), (), generator=generator))]


def _box(generator: torch.Generator, shape: Sequence[int] = (256, 192)) -> Mask:
    """A box of a fifth to two thirds of each side."""
    mask = np.zeros((shape[0], shape[1]), bool)
    sides = [round(float(share) * side) for share, side in zip(uniform((2,), 0.2, 0.66, generator), shape, strict=True)]
    top, left = (
        int(torch.randint(side - own, (), generator=generator)) for side, own in zip(shape, sides, strict=True)
    )
    mask[top : top + sides[0], left : left + sides[1]] = True
    return mask


def ink(images: NDArray[np.generic]) -> Tensor:
    """`(B, H, W, 3)` bytes to `(B, 3, H, W)`, 0 white, 1 black: what is moved leaves white behind."""
    return 1 - torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255


def _planes(masks: Sequence[Mask | None]) -> Tensor:
    """`(B, 1, H, W)`; zeros for None."""
    return torch.from_numpy(np.stack([np.zeros((256, 192), bool) if mask is None else mask for mask in masks]))[
        :, None
    ].float()


def _lines(sketches: NDArray[np.generic]) -> Tensor:
    return 1 - torch.from_numpy(sketches)[:, None].float() / 255
