"""`design`: a picture drawn from a brief, from the idea to the details (HieraFashDiff, arXiv 2401.07450)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

import toile
from toile.bundles import Bundle
from toile.diffusion.conditioning import Maps
from toile.diffusion.sampler import StepCallback
from toile.diffusion.windows import schedule_of
from toile.errors import DataError, QueryError
from toile.models.autoencoder import PATCH_SIZE
from toile.models.memory import picture_hash
from toile.progress import Progress, no_progress
from toile.recipe import Recipe, png_bytes
from toile.tasks.brief import read_brief
from toile.tasks.drawing import Settings, check_seed, conditioning_of, draw, maps_size
from toile.tasks.garments import ReferenceGarment, as_recorded, hashes
from toile.vision.croquis import CROQUIS, CROQUIS_SIZE, croquis_of
from toile.vision.cutout import frame_around
from toile.vision.pose_maps import MIN_CONFIDENCE, pose_heat_maps

ANY_POSE: Final = "any"
NO_POSE: Final = "none"
Joints = Sequence[Sequence[float]]
"""COCO-18, 18 rows of x, y in pixels of the canvas and confidence."""
_NUM_JOINTS: Final = 18
_DARK: Final = 0.5  # mean of a picture below which it is no drawing on paper
_LEAST_JOINTS: Final = 6
KNOWLEDGE: Final = "kb:"
"""What the id of a record of the knowledge base begins with, among those that a recipe cites."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Design:
    """One drawn picture and how it was made."""

    image: Image.Image
    recipe: Recipe
    notes: tuple[str, ...] = ()
    """What a user should know."""


def design(
    prompt: str,
    *,
    bundle: Bundle,
    concepts: Sequence[str] = (),
    attributes: Mapping[str, str] | None = None,
    order: str = "area",
    schedule: str = "hierarchical",
    pose: str | Joints = ANY_POSE,
    sketch: Image.Image | None = None,
    garments: Sequence[ReferenceGarment] = (),
    refined: Mapping[str, Any] | None = None,
    n: int = 1,
    seed: int = 0,
    settings: Settings | None = None,
    progress: Progress = no_progress,
) -> list[Design]:
    """Draw `n` pictures of a brief; picture *i* has the seed `seed + i` and is the same alone or among others.

    Args:
        prompt: garments with their colours, from the head down: 'black jacket, white dress, brown boots'.
        bundle: with a generator.
        concepts: style, occasion, effect, feeling, in any words; told from the beginning, as the prompt is.
        attributes: of `taxonomy.ATTRIBUTES`, of the first garment of the prompt; told one after the other.
        order: of `catalog.briefs.ORDERS`, or all five attributes with commas between: which is told first.
        schedule: when attributes are told, see `diffusion.windows.schedule_of`.
        pose: of `vision.croquis.CROQUIS`; `any`: one of them by the picture's seed; `none`: the denoiser's own; or
            joints, such as `pose_of` finds in a picture.
        sketch: dark lines on light paper, of any size; seen in the first fifth of the steps.
        garments: whose pictures are drawn with, see `tasks.garments`.
        refined: the brief that the prompt was refined from, and by which records, see `refined_as_recorded`; it is
            recorded and changes nothing.
        n: number of pictures.
        seed: of the first picture.
        settings: steps, guidance, sampler.
        progress: watcher.

    Raises:
        QueryError: the prompt is empty or longer than the text tower's window, a word is unknown, or a number is out
            of range.
        DataError: the sketch shows no lines.
        CheckpointError: the bundle can't draw, or can't be told of garments.
    """
    settings = settings or Settings()
    if n < 1:
        raise QueryError(f"n is {n}, expected at least one picture")
    check_seed(seed, n)
    below = schedule_of(schedule)
    _check_pose(pose)
    brief = read_brief(prompt, concepts=concepts, attributes=attributes, order=order)
    canvas = bundle.generator.canvas
    lines = None if sketch is None else sketch_map(sketch, canvas).to(bundle.device)
    words = conditioning_of(brief.windows(below), bundle, settings, [one.shown(canvas) for one in garments])
    designs = []
    for index in range(n):
        heat = _pose_maps(pose, seed + index, canvas)
        maps = Maps(pose=None if heat is None else heat.to(bundle.device), sketch=lines)
        image = draw(
            replace(words, maps=maps),
            bundle=bundle,
            seed=seed + index,
            settings=settings,
            callback=_counting(progress, index, n),
        )
        recipe = Recipe(
            verb="design",
            arguments={
                "prompt": prompt,
                "concepts": list(concepts),
                "attributes": dict(attributes or {}),
                "order": order,
                "schedule": schedule,
                "pose": pose if isinstance(pose, str) else [list(joint) for joint in pose],
                "garments": as_recorded(garments),
                **({} if refined is None else {"refined": dict(refined)}),
                **asdict(settings),
            },
            seeds=[seed + index],
            bundle=bundle.hash,
            version=toile.__version__,
            parents=[*([] if sketch is None else [picture_hash(sketch)]), *hashes(garments)],
            cites=[
                *(one.id for one in garments if one.id is not None),
                *(f"{KNOWLEDGE}{key}" for key in (refined or {}).get("records", ())),
            ],
        )
        designs.append(Design(image=image, recipe=recipe))
    return designs


def pose_of(image: Image.Image, *, bundle: Bundle) -> Joints:
    """The pose of the person in a picture, moved so that the person fills the canvas.

    Raises:
        DataError: no person is seen.
        CheckpointError: the bundle reads no people.
    """
    (figure,) = bundle.figure_reader.read([image.convert("RGB")])
    seen = figure.pose[:, 2] >= MIN_CONFIDENCE
    if not figure.person.any() or seen.sum() < _LEAST_JOINTS:
        raise DataError(
            f"no person is seen in the picture of the pose ({int(seen.sum())} of {_NUM_JOINTS} joints); "
            "give one of a standing person, or name a pose"
        )
    height, width = bundle.generator.canvas
    frame = frame_around(figure.person, width=width, height=height)
    moved = figure.pose.astype(np.float32).copy()
    moved[:, :2] = frame.points(moved[:, :2])
    return [[round(float(value), 2) for value in joint] for joint in moved]


def sketch_map(sketch: Image.Image, canvas: tuple[int, int]) -> Tensor:
    """Lines as the denoiser sees them, `(1, 1, h, w)`, 1 = line; fitted into the canvas with paper around.

    Raises:
        DataError: it is dark, or has no lines.
    """
    paper = np.asarray(sketch.convert("L"), np.float32) / 255
    if paper.mean() < _DARK:
        raise DataError(
            f"the sketch is dark (mean {paper.mean():.2f} of 1), expected dark lines on light paper; invert it"
        )
    if paper.max() - paper.min() < 0.2:
        raise DataError("the sketch has no lines: it is one flat tone")
    height, width = canvas
    scale = min(height / paper.shape[0], width / paper.shape[1])
    size = max(1, round(paper.shape[1] * scale)), max(1, round(paper.shape[0] * scale))
    page = Image.new("L", (width, height), 255)
    fitted = sketch.convert("L").resize(size, Image.Resampling.BOX)
    page.paste(fitted, ((width - size[0]) // 2, (height - size[1]) // 2))
    lines = 1 - torch.from_numpy(np.asarray(page, np.float32)) / 255
    return F.max_pool2d(lines[None, None], PATCH_SIZE)


def save_designs(designs: Sequence[Design], out: Path) -> list[Path]:
    """Write each design as PNG with its recipe inside and as a sidecar; names tell seed and recipe.

    Raises:
        DataError: the folder can't be written to; what was written before stays.
    """
    paths = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for drawn in designs:
            path = out / f"design-{drawn.recipe.seeds[0]}-{drawn.recipe.digest[:8]}.png"
            save_picture(drawn.image, drawn.recipe, path)
            paths.append(path)
    except OSError as error:
        raise DataError(f"can't write designs into {out}: {error}; choose another folder with --out") from error
    return paths


def save_picture(image: Image.Image, recipe: Recipe, path: Path) -> None:
    """Write a PNG with its recipe inside and as a sidecar."""
    path.write_bytes(png_bytes(image, recipe))
    path.with_suffix(".json").write_text(json.dumps(json.loads(recipe.to_json()), indent=1) + "\n")


def _check_pose(pose: str | Joints) -> None:
    if isinstance(pose, str):
        if pose not in (ANY_POSE, NO_POSE, *CROQUIS):
            raise QueryError(f"pose is {pose!r}, expected {ANY_POSE}, {NO_POSE}, or one of {', '.join(CROQUIS)}")
    elif len(pose) != _NUM_JOINTS or any(len(joint) != 3 for joint in pose):
        raise QueryError(f"pose has {len(pose)} joints, expected {_NUM_JOINTS} of x, y and confidence")


def _pose_maps(pose: str | Joints, seed: int, canvas: tuple[int, int]) -> Tensor | None:
    """What the denoiser sees of the pose, `(1, 18, h, w)`."""
    if pose == NO_POSE:
        return None
    if isinstance(pose, str):
        joints, size = torch.from_numpy(croquis_of(seed) if pose == ANY_POSE else CROQUIS[pose]), CROQUIS_SIZE
    else:
        joints, size = torch.tensor([list(joint) for joint in pose]), canvas
    return pose_heat_maps(joints[None], image_size=size, map_size=maps_size(canvas))


def _counting(progress: Progress, index: int, n: int) -> StepCallback:
    """Steps of picture `index` as steps of all `n` pictures."""
    return lambda done, total: progress("drawing", index * total + done, n * total)
