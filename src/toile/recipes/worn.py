"""Try-on as the denoiser learns it: a person of whom one garment is hidden, and beside it that garment, laid flat.

The garment is shown as pixels on a canvas that is wider by one picture (CatVTON, Chong et al. 2024): nothing of the
network changes, and its self-attention finds the cloth. Drawings have their garment laid flat; of a photo the garment's
own pixels are taken, and hung and lit otherwise, so that they can't be copied as they lie.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from toile.catalog.measured import hem_length
from toile.errors import DataError
from toile.recipes.denoiser_data import DesignSource, Drawn, any_caption, chances, ink, random_views, without_margins
from toile.taxonomy import GARMENT_PARTS, PARTS
from toile.training.augment import uniform
from toile.training.sampling import sample_rows
from toile.vision.cutout import cut_out, frame_around
from toile.vision.masks import Mask, try_on_mask

_LEAST_PIXELS: Final = 1500  # of a photo's garment that is worth showing, of 49,152
_CATEGORIES: Final = MappingProxyType({"coat": "outerwear", "pant": "trousers"})  # of the grammar's, where it differs
_BENDS: Final = (6, 4)  # places of the smooth field that a garment is bent by


class WornSource:
    """Draws batches of people beside a garment that they wear.

    Args:
        source: of people, flat garments and words.
    """

    def __init__(self, source: DesignSource) -> None:
        self.source = source
        flat = {name: row for row, name in enumerate(source.garments.ids)}
        self.flat_of = {int(row): flat[name] for row in source.drawn if (name := source.people.ids[row]) in flat}
        self.parts_of = {int(row): parts for row in source.photos if (parts := worn_parts(source.people.parts[row]))}

    def draw(self, timesteps: Tensor, generator: torch.Generator, *, margin: int = 0) -> Drawn:
        """A row for each timestep, on a canvas that is wider by one picture.

        Args:
            timesteps: `(B,)`.
            generator: on the CPU.
            margin: pixels that are cut off on the left and on the right of people.

        Raises:
            DataError: nobody's garment is known.
        """
        mix, people, count = self.source.mix, self.source.people, len(timesteps)
        known = [(np.array(list(rows), np.intp), rows) for rows in (self.parts_of, self.flat_of) if rows]
        if not known:
            raise DataError("no picture has a garment of its own beside it, and no photo is labelled")
        photos = round(count * mix.photo_share) if len(known) > 1 else count
        numbers = (photos, count - photos)
        rows = sample_rows([(rows, n) for (rows, _), n in zip(known, numbers, strict=False) if n], generator)
        shown = [self._garment(int(row), generator) for row in rows]
        silent = chances(count, mix.text_dropout, generator)
        planes = torch.cat([ink(people.images[rows]), _planes([mask for _, mask in shown])], dim=1)
        moved, poses = random_views(planes, torch.from_numpy(people.poses[rows]), generator)
        moved, poses = without_margins(moved, poses, margin)
        posed = ~chances(count, mix.pose_dropout, generator) & (timesteps < mix.pose_below)
        beside = rehung(ink(np.stack([garment for garment, _ in shown])), generator)
        wide = beside.shape[-1]
        return Drawn(
            images=1 - 2 * torch.cat([moved[:, :3], beside], dim=-1),
            texts=[
                "" if quiet else self._text(int(row), generator)
                for row, quiet in zip(rows, silent.tolist(), strict=True)
            ],
            poses=poses * posed[:, None, None],
            masks=F.pad((moved[:, 3:] > 0.5).float(), (0, wide)),
            sketches=F.pad(torch.zeros_like(moved[:, 3:]), (0, wide)),
            rows=[int(row) for row in rows],
        )

    def _garment(self, row: int, generator: torch.Generator) -> tuple[NDArray[np.uint8], Mask]:
        """The garment on white, `(H, W, 3)`, and what of the person is hidden for it."""
        source, people = self.source, self.source.people
        parts, pose = people.parts[row], people.poses[row]
        if row in self.flat_of:
            brief = source.briefs[row]
            noun = str(brief.category).lower()
            category, length = _CATEGORIES.get(noun, noun), brief.attributes.get("length")
            garment = source.garments.images[self.flat_of[row]]
        else:
            found = self.parts_of[row]
            category = found[int(torch.randint(len(found), (), generator=generator))]
            own = parts == PARTS.index(category)
            garment, length = cut_from(people.images[row], parts, category), hem_length(own, pose, category)
        try:
            return garment, try_on_mask(parts, pose, category, length=length)
        except DataError:  # not labelled as what it is, or no torso is seen: the whole person
            return garment, parts > 0

    def _text(self, row: int, generator: torch.Generator) -> str:
        """As `edit` tells it, or names and colours alone; of photos any wording."""
        brief = self.source.briefs.get(row)
        if brief is None:
            return any_caption(self.source.people.captions[row], generator)
        names_only = bool(torch.rand((), generator=generator) < 0.5)
        return brief.words if names_only else replace(brief, concepts=()).text()


def rehung(garments: Tensor, generator: torch.Generator) -> Tensor:
    """Garments turned by up to 12 degrees, stretched and bent a little, and lit otherwise.

    Args:
        garments: `(B, 3, H, W)`, 0 white.
        generator: on the CPU.
    """
    count, _, height, width = garments.shape
    angle = uniform((count,), -0.2, 0.2, generator)
    stretch = uniform((count, 2), 0.95, 1.15, generator)  # above 1 it is shown smaller
    theta = torch.zeros(count, 2, 3)
    aspect = height / width
    theta[:, 0, 0], theta[:, 0, 1] = angle.cos() * stretch[:, 0], -angle.sin() * aspect * stretch[:, 0]
    theta[:, 1, 0], theta[:, 1, 1] = angle.sin() / aspect * stretch[:, 1], angle.cos() * stretch[:, 1]
    grid = F.affine_grid(theta, list(garments.shape), align_corners=False)
    bends = uniform((count, 2, *_BENDS), -0.03, 0.03, generator)
    grid = grid + F.interpolate(bends, (height, width), mode="bicubic").permute(0, 2, 3, 1)
    hung = F.grid_sample(garments, grid, padding_mode="zeros", align_corners=False)
    light = uniform((count, 1, 1, 1), 0.85, 1.15, generator)
    # Only what isn't paper is lit: white stays white.
    return torch.where(hung > 0, (1 - (1 - hung) * light).clamp(0, 1), hung)


def worn_parts(parts: NDArray[np.uint8]) -> list[str]:
    """Those of a photo that are large enough to be shown."""
    sizes = np.bincount(parts.ravel(), minlength=len(PARTS))
    return [part for part in GARMENT_PARTS if sizes[PARTS.index(part)] >= _LEAST_PIXELS]


def cut_from(picture: NDArray[np.uint8], parts: NDArray[np.uint8], part: str) -> NDArray[np.uint8]:
    """The pixels of one part on white, filling the picture, `(H, W, 3)`."""
    mask = parts == PARTS.index(part)
    frame = frame_around(mask, width=mask.shape[1], height=mask.shape[0], margin=0.06)
    return np.asarray(cut_out(Image.fromarray(picture), mask, frame))


def _planes(masks: list[Mask]) -> Tensor:
    return torch.from_numpy(np.stack(masks))[:, None].float()
