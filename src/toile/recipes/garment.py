"""Train the embedded reader of garments: `toile train recipes/garment.toml --data FOLDER`.

Plates, drawn by the recipe itself, know every answer; where a garment is on them is read as on any picture, mistakes
and all. Photos know a few answers: what a garment is called, and what its name says of it (a longsleeve has long
sleeves, and no hood). They keep the network from learning what drawings alone look like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from toile.bundles import load_bundle
from toile.catalog.measured import hem_length, sleeve_length
from toile.catalog.photos import (
    CO_PARSING_LABELS,
    PART_OF_LABEL,
    StreetPhoto,
    iterate_garments,
    iterate_streets,
    photo_files,
)
from toile.catalog.plates.examples import PlateConfig, PlateExample, example
from toile.catalog.plates.plate import flat_lay
from toile.catalog.plates.worn import flat_answers, worn_parts
from toile.catalog.split import split_of
from toile.errors import ConfigError
from toile.losses.garment import answer_loss
from toile.models.figure_reader import Figure
from toile.models.garment_net import NUM_WINDOWS, QUESTIONS, GarmentNet, GarmentNetConfig
from toile.models.garment_reader import SeenGarment, as_input, windows_on
from toile.models.memory import channels_last
from toile.progress import Progress
from toile.recipes.start import load_start
from toile.taxonomy import CO_PARSING_CATEGORIES, GARMENT_PARTS, PARTS
from toile.training.augment import AugmentConfig, random_affine, uniform
from toile.training.cache import Arrays, cached, cached_arrays, joined
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop
from toile.training.sampling import sample_rows
from toile.vision.colour import garment_mask

_WORN, _FLAT, _PHOTO, _STREET = range(4)
_CHUNK: Final = 250  # plates a file
_MIN_SHARE: Final = 0.03  # of the person's pixels
_FLAT_EVERY: Final = 3  # every third plate's garment is laid flat, too

_MIN_OVERLAP: Final = 0.4  # intersection over union from which what is read as one part is one of the plate's
_NECKLINES: Final = ("round", "v", "square", "boat", "u")  # of what is pulled over the head and has no collar

# What the name of a photo's class says besides the category: the word, or which words it may be.
_SAID_BY_NAME: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "t-shirt": {"sleeve_length": ("short",), "sleeve_type": ("regular",), "collar": _NECKLINES},
        "longsleeve": {"sleeve_length": ("long",), "collar": (*_NECKLINES, "stand", "turtle")},
        "undershirt": {"sleeve_length": ("sleeveless",), "collar": (*_NECKLINES, "halter")},
        "polo": {"sleeve_length": ("short",), "collar": ("shirt",)},
        "shirt": {"collar": ("shirt",)},
        "hoodie": {"sleeve_length": ("long",), "collar": ("hood",)},
        "blazer": {"sleeve_length": ("long",), "collar": ("lapel",)},
    }
)


@dataclass(frozen=True, kw_only=True)
class GarmentRecipe(Strict):
    """Everything that decides the reader's weights besides the data."""

    loop: LoopConfig
    start_from: str = ""
    """Folder of a bundle whose reader of garments is trained further, or `embedded`."""
    trunk_from: str = "embedded"
    """Else: folder of the bundle whose encoder gives the trunk its first weights, or the embedded one; empty: none."""
    model: GarmentNetConfig = field(default_factory=GarmentNetConfig)
    augment: AugmentConfig = field(
        default_factory=lambda: AugmentConfig(scale=0.12, shift=0.03, rotation_degrees=6.0, brightness=0.3)
    )
    batch_size: int = 16
    num_plates: int = 8000
    plate_seed: int = 0
    plate_height: int = 512
    read_by: str = "embedded"
    """Folder of the bundle whose reader of people finds the garments on plates, or `embedded`; empty: the truth."""
    shares: tuple[float, float, float, float] = (0.66, 0.12, 0.1, 0.12)
    """Of each batch: worn on plates, flat on plates, photos of flat garments, street photos."""
    question_weights: dict[str, float] = field(default_factory=dict)
    """How much a question counts in the loss; 1 where none is given."""
    label_smoothing: float = 0.05
    contrast: float = 0.3
    tint: float = 0.25
    """Each colour channel is multiplied by a factor in [1 - tint, 1 + tint]: no question is about colour."""
    ground_share: float = 0.5
    """Share of the drawings whose white ground gets another colour."""


# --- pictures -------------------------------------------------------------------------------------------------------

Row = tuple[SeenGarment, Mapping[str, tuple[str, ...]], int]
"""A garment, which words the answers to what is known of it may be, and where it comes from."""
ReadPeople = Callable[[Sequence[Image.Image]], Sequence[Figure]]


def plate_rows(plate: PlateExample, read: ReadPeople | None = None) -> Iterator[Row]:
    """Every garment of a plate and, of some plates, the main one laid flat.

    Args:
        plate: drawn.
        read: finds the garments; what it doesn't find, and everything without one, is where it truly is.
    """
    image = Image.fromarray(plate.picture)
    figure = None if read is None else read([image])[0]
    for worn in worn_parts(plate):
        if worn.mask.any():
            seen = None if figure is None else _found(worn.mask, figure)
            mask, pose = (worn.mask, plate.keypoints) if figure is None or seen is None else (seen, figure.pose)
            yield SeenGarment(image=image, mask=mask, pose=pose), _certain(worn.answers), _WORN
    if plate.index % _FLAT_EVERY == 0:
        flat = flat_lay(plate.main)
        height = plate.config.height
        picture = Image.fromarray(flat.picture(height, background=plate.config.background))
        yield SeenGarment(image=picture, mask=flat.person_mask(height)), _certain(flat_answers(plate.main)), _FLAT


def _found(mask: NDArray[np.bool_], figure: Figure) -> NDArray[np.bool_] | None:
    """The part of a label map that a garment is seen as, whatever it is taken for; None where it is missed."""
    names, counts = np.unique(figure.labels[mask], return_counts=True)
    seen: NDArray[np.bool_] = figure.labels == names[counts.argmax()]
    overlap = (seen & mask).sum() / (seen | mask).sum()
    return seen if names[counts.argmax()] and overlap >= _MIN_OVERLAP else None


def _certain(answers: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {question: (word,) for question, word in answers.items()}


def street_rows(photo: StreetPhoto) -> Iterator[Row]:
    """The labelled garments of a street photo.

    The annotators' word for most of a part's pixels names it; how long it is, and its sleeves, is measured on pixels.
    """
    if photo.labels is None:
        return
    parts = PART_OF_LABEL[photo.labels]
    masks = {part: parts == PARTS.index(part) for part in GARMENT_PARTS}
    worn = [part for part, mask in masks.items() if mask.sum() >= _MIN_SHARE * photo.person.sum()]
    outermost = next((part for part in ("outerwear", "top", "dress") if part in worn), None)
    pose = photo.pose if photo.pose[:, 2].any() else None
    for part in worn:
        name = CO_PARSING_LABELS[int(np.bincount(photo.labels[masks[part]]).argmax())]
        category = CO_PARSING_CATEGORIES[name]
        known = {
            "category": category,
            "length": hem_length(masks[part], photo.pose, category),
            "sleeve_length": sleeve_length(parts, photo.pose) if part == outermost else None,
        }
        told = _certain({question: word for question, word in known.items() if word is not None})
        yield SeenGarment(image=photo.image, mask=masks[part], pose=pose), told, _STREET


def _photo_rows(path: Path) -> Iterator[Row]:
    for photo in iterate_garments(path, "train"):
        said = {"category": (photo.category,), **_SAID_BY_NAME.get(photo.category, {})}
        yield SeenGarment(image=photo.image, mask=garment_mask(photo.image)), said, _PHOTO


def _arrays(rows: Iterator[Row], size: int) -> Arrays:
    """Windows `(N, W, S, S, 4)`, answers `(N, questions)`: bit i for word i, 0 for nothing known, sources `(N,)`."""
    windows, answers, sources = [], [], []
    for garment, known, source in rows:
        windows.append(windows_on(garment, size))
        answers.append(
            [sum(1 << words.index(word) for word in known.get(name, ())) for name, words in QUESTIONS.items()]
        )
        sources.append(source)
    return {
        "windows": np.stack(windows),
        "answers": np.array(answers, np.int64),
        "sources": np.array(sources, np.int64),
    }


def _drawn(cache: Path, recipe: GarmentRecipe, progress: Progress) -> Arrays:
    """Garments of the plates that may be trained on, drawn once."""
    config = PlateConfig(seed=recipe.plate_seed, height=recipe.plate_height)
    size, chunks = recipe.model.window_size, []
    bundle = load_bundle(None if recipe.read_by == "embedded" else Path(recipe.read_by)) if recipe.read_by else None
    read, by = (bundle.figure_reader.read, bundle.hash[:8]) if bundle else (None, "truth")
    for start in range(0, recipe.num_plates, _CHUNK):
        numbers = [
            number
            for number in range(start, min(start + _CHUNK, recipe.num_plates))
            if split_of(f"plate-{config.seed}-{number}") == "train"
        ]
        name = f"garments-plates-{NUM_WINDOWS}x{size}-by-{by}-{config.seed}-{config.height}-{start}-{numbers[-1]}.npz"
        chunks.append(cached(cache / name, partial(_draw, numbers, config, size, read)))
        progress("drawing plates", start + _CHUNK, recipe.num_plates)
    return joined(chunks)


def _draw(numbers: Sequence[int], config: PlateConfig, size: int, read: ReadPeople | None) -> Arrays:
    return _arrays((row for number in numbers for row in plate_rows(example(number, config), read)), size)


def _streets(path: Path, size: int) -> Arrays:
    return _arrays((row for photo in iterate_streets(path, "train") for row in street_rows(photo)), size)


def _photos(path: Path, size: int) -> Arrays:
    return _arrays(_photo_rows(path), size)


# --- training -------------------------------------------------------------------------------------------------------


class _GarmentLoss:
    """The loss of one step: every question's, weighted."""

    def __init__(self, recipe: GarmentRecipe, arrays: Arrays) -> None:
        unknown = sorted(set(recipe.question_weights) - set(QUESTIONS))
        if unknown:
            raise ConfigError(f"question_weights names {', '.join(unknown)}; the questions are {', '.join(QUESTIONS)}")
        self.recipe = recipe
        self.windows, self.answers = arrays["windows"], arrays["answers"]
        rows = [np.flatnonzero(arrays["sources"] == source) for source in range(len(recipe.shares))]
        counts = [
            round(recipe.batch_size * share) if len(own) else 0 for own, share in zip(rows, recipe.shares, strict=True)
        ]
        counts[_WORN] += recipe.batch_size - sum(counts)
        self.sources = [(own, count) for own, count in zip(rows, counts, strict=True) if count]

    def _batch(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Windows `(B, W, 4, S, S)` as the network takes them, and answers `(B, number of questions)`."""
        rows = sample_rows(self.sources, generator)
        windows = as_input(torch.from_numpy(self.windows[rows]))
        answers = torch.from_numpy(self.answers[rows])
        return self._changed(windows, generator), answers

    def _changed(self, windows: Tensor, generator: torch.Generator) -> Tensor:
        recipe, (count, num_windows, _, size, _) = self.recipe, windows.shape
        theta, _ = random_affine(count, recipe.augment, generator)
        grid = F.affine_grid(theta, [count, 1, size, size], align_corners=False)
        # Windows beside each other in the channels: all of a garment are turned alike. White and no mask beyond.
        empty = torch.tensor([1.0, 1.0, 1.0, 0.0]).reshape(1, 4, 1, 1)
        turned = F.grid_sample((windows - empty).flatten(1, 2), grid, align_corners=False)
        windows = turned.unflatten(1, (num_windows, 4)) + empty
        rgb, mask = windows[:, :, :3], windows[:, :, 3:].clamp(0, 1)

        def factor(spread: float, channels: int = 1) -> Tensor:
            return uniform((count, 1, channels, 1, 1), 1 - spread, 1 + spread, generator)

        coloured = (rgb * factor(recipe.contrast) + 1) * factor(recipe.augment.brightness) * factor(recipe.tint, 3) - 1
        ground = (rgb > 0.98).all(2, keepdim=True) & (mask < 0.5)
        other = torch.rand((count, 1, 1, 1, 1), generator=generator) < recipe.ground_share
        paint = uniform((count, 1, 3, 1, 1), -1, 1, generator)
        coloured = torch.where(ground, torch.where(other, paint, 1.0), coloured)
        return torch.cat([coloured.clamp(-1, 1), _worn_down(mask, generator)], dim=2)

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        windows, answers = self._batch(generator)
        device = next(module.parameters()).device
        logits: dict[str, Tensor] = module(windows.to(device))
        answers = answers.to(device)
        losses = [
            answer_loss(logits[name].float(), allowed, label_smoothing=self.recipe.label_smoothing)
            for name, allowed in zip(QUESTIONS, answers.unbind(1), strict=True)
        ]
        weights = torch.tensor([self.recipe.question_weights.get(name, 1.0) for name in QUESTIONS], device=device)
        return (torch.stack(losses) * weights).sum() / weights.sum()


def _worn_down(mask: Tensor, generator: torch.Generator) -> Tensor:
    """Masks as a reader of people makes them: some too wide, some too narrow, some a box, `(B, W, 1, S, S)`."""
    kind = torch.rand((len(mask), 1, 1, 1, 1), generator=generator)
    flat = mask.flatten(0, 1)
    wide = F.max_pool2d(flat, 5, 1, 2).unflatten(0, mask.shape[:2])
    narrow = -F.max_pool2d(-flat, 5, 1, 2).unflatten(0, mask.shape[:2])
    return torch.where(kind < 0.2, wide, torch.where(kind < 0.4, narrow, torch.where(kind < 0.45, 1.0, mask)))


def run(
    recipe: GarmentRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> GarmentNet:
    """Train the reader of garments and return its moving average.

    Args:
        recipe: see `GarmentRecipe`.
        data: folders with streets.parquet and garments.parquet.
        out: folder of checkpoints and cached pictures.
        minutes: time budget; the run can be taken up again.
        progress: watcher.
    """
    cache, size = out.parent / "pictures", recipe.model.window_size
    windows = f"{NUM_WINDOWS}x{size}"
    streets, photos = (photo_files(data, name) for name in ("streets.parquet", "garments.parquet"))
    arrays = joined(
        [
            cached_arrays(cache, f"garments-streets-{windows}", streets, partial(_streets, size=size)),
            cached_arrays(cache, f"garments-photos-{windows}", photos, partial(_photos, size=size)),
            _drawn(cache, recipe, progress),
        ]
    )
    torch.manual_seed(recipe.loop.seed)
    net = channels_last(GarmentNet(recipe.model))
    load_start(
        recipe.start_from,
        recipe.trunk_from,
        whole=lambda bundle: net.load_state_dict(bundle.garment_reader.net.state_dict()),
        trunk=net.trunk,
    )
    average = train_loop(net, _GarmentLoss(recipe, arrays), recipe.loop, out=out, minutes=minutes, progress=progress)
    if not isinstance(average, GarmentNet):
        raise TypeError(f"the loop returned {type(average)}, expected a GarmentNet")
    return average
