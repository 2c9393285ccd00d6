"""A region of a photo drawn anew, and laid back into it: what edits and try-ons have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn import functional as F

from toile.bundles import Bundle
from toile.catalog.briefs import PromptWindow
from toile.diffusion.conditioning import Maps
from toile.diffusion.sampler import Region
from toile.diffusion.windows import NUM_TIMESTEPS
from toile.errors import DataError
from toile.models.autoencoder import cells_of
from toile.models.garment_words import ShownGarment
from toile.progress import Progress
from toile.tasks.drawing import Settings, conditioning_of, draw, from_image, maps_size
from toile.tasks.look import Look
from toile.taxonomy import PARTS
from toile.vision.cutout import cut_out, frame_around
from toile.vision.masks import Mask, feather
from toile.vision.paste import paste_back
from toile.vision.pose_maps import pose_heat_maps
from toile.vision.recolour import recoloured

_SURELY: Final = 8  # of 255: how far from black or white a mask's pixels may be
_FULL: Final = 0.98


@dataclass(frozen=True, kw_only=True, slots=True)
class Cloth:
    """Of what is drawn, the parts that are made of a cloth whose colours are known."""

    parts: tuple[str, ...]
    """Of `taxonomy.PARTS`."""
    pixels: NDArray[np.uint8]
    """`(N, 3)`, sRGB."""


def read_mask(mask: Image.Image, size: tuple[int, int]) -> Mask:
    """A mask by hand, `(H, W)`.

    Raises:
        DataError: it has another size, is grey, empty or full.
    """
    if mask.size != size:
        raise DataError(
            f"the mask is {mask.width}x{mask.height} pixels, the picture {size[0]}x{size[1]}; make them equal"
        )
    values = np.asarray(mask.convert("L"))
    if ((values > _SURELY) & (values < 255 - _SURELY)).any():
        raise DataError("the mask is grey in places; give black where all stays and white where it may change")
    white: Mask = values > 127
    if not white.any():
        raise DataError("the mask is empty: nothing may change; paint white where it may")
    if white.mean() > _FULL:
        raise DataError("the mask covers everything: nothing stays; to draw a whole picture use `toile design`")
    return white


def repaint(
    photo: Image.Image,
    mask: Mask,
    *,
    seen: Look,
    windows: Sequence[PromptWindow],
    bundle: Bundle,
    seed: int,
    settings: Settings,
    progress: Progress,
    begin: int = NUM_TIMESTEPS - 1,
    shown: Sequence[Image.Image] = (),
    garments: Sequence[ShownGarment] = (),
    cloths: Sequence[Cloth] = (),
) -> Image.Image:
    """The photo with a region drawn anew; every pixel outside of it is the photo's own.

    Args:
        photo: RGB.
        mask: `(H, W)`, what is drawn anew.
        seen: in the photo.
        windows: what is told when.
        bundle: that draws, and reads people.
        seed: of the noise.
        settings: how.
        progress: watcher.
        begin: timestep at which the region begins; see `diffusion.windows.edit_start`.
        shown: pictures of the canvas's size that are laid beside the person for the denoiser to look at.
        garments: that are told of beside the words.
        cloths: what is known of the colours of what is drawn.
    """
    height, width = canvas = bundle.generator.canvas
    is_person = seen.shows == "person"
    person = seen.figure.person if is_person else np.ones((photo.height, photo.width), bool)
    frame = frame_around(person | mask, width=width, height=height)
    pictures = [from_image(picture) for picture in (cut_out(photo, person, frame), *shown)]
    sheet = torch.cat(pictures, dim=-1).to(bundle.device)
    beside = sheet.shape[-1] - width
    framed = torch.from_numpy(np.asarray(frame.crop(Image.fromarray(mask), Image.Resampling.NEAREST), np.float32))
    cells = cells_of(F.pad(framed[None, None], (0, beside))).to(bundle.device)
    autoencoder = bundle.generator.autoencoder
    with torch.inference_mode():
        x_0, around = autoencoder.encode(sheet), autoencoder.encode_around(sheet, cells)
    pose = None
    if is_person:
        joints = seen.figure.pose.astype(np.float32).copy()
        joints[:, :2] = frame.points(joints[:, :2])
        size = height, width + beside
        pose = pose_heat_maps(torch.from_numpy(joints)[None], image_size=size, map_size=maps_size(size))
        pose = pose.to(bundle.device)
    conditioning = replace(
        conditioning_of(windows, bundle, settings, garments), maps=Maps(mask=cells, masked_latents=around, pose=pose)
    )
    drawn = draw(
        conditioning,
        bundle=bundle,
        seed=seed,
        settings=settings,
        region=Region(x_0=x_0, cells=cells, begin=begin),
        callback=lambda done, total: progress("drawing", done, total),
    ).crop((0, 0, width, height))
    after = np.ones(canvas, np.float32)
    if is_person:
        # What was drawn on white is read again: where nobody stands now, the photo's background belongs.
        (figure,) = bundle.figure_reader.read([drawn])
        after = feather(figure.person, 1.0)
        inside = framed.numpy() > 0
        for cloth in cloths:
            worn = np.isin(figure.labels, [PARTS.index(part) for part in cloth.parts])
            drawn = recoloured(drawn, inside & worn, cloth.pixels)
    return paste_back(photo, drawn, mask=mask, frame=frame, person_before=person, person_after=after)
