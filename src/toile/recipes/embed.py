"""Train the embedded text-image encoder: `toile train recipes/embed.toml --data FOLDER`.

Pictures: flat garments (garments.parquet), garments and whole people cut out of street photos (streets.parquet).
Text: true captions only, of class and measured colour. One contrastive loss a part, against a bank of captions drawn
anew each step, and one over whole looks:

    loss = kind + w_colour * colour + w_look * look + w_gate * gates
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from toile.bundles import load_bundle
from toile.catalog.photos import (
    GarmentPhoto,
    iterate_garments,
    iterate_street_cutouts,
    iterate_street_garments,
    photo_files,
)
from toile.losses.contrastive import soft_target_contrastive_loss, symmetric_contrastive_loss
from toile.models.fashion_encoder import FashionEncoderConfig, FashionTower, Parts, fit_into_square
from toile.models.memory import channels_last
from toile.models.text_encoder import TextEncoder, load_text_encoder
from toile.progress import Progress
from toile.recipes.captions import EMBEDDED_CATEGORIES, colour_phrases, phrases_of, without_unseen_nouns
from toile.taxonomy import COLOURS
from toile.training.augment import AugmentConfig, augment
from toile.training.cache import cached_arrays
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop

_MAX_LOGIT_SCALE: Final = 50.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """A stretch of the run at one picture size: small pictures first are several times cheaper."""

    until: float
    """Share of all steps at which the phase ends."""
    image_size: int


@dataclass(frozen=True, kw_only=True)
class EmbedRecipe(Strict):
    """Everything that decides the encoder's weights besides the data."""

    loop: LoopConfig
    start_from: str = ""
    """Folder of a bundle whose encoder is trained further, as on pictures of one's own; empty: from scratch."""
    model: FashionEncoderConfig = field(default_factory=FashionEncoderConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    phases: tuple[Phase, ...] = (Phase(until=1.0, image_size=192),)
    batch_size: int = 80
    """Garments a step."""
    look_batch_size: int = 16
    """Whole people a step."""
    street_share: float = 0.25
    """Share of the garments that come from street photos."""
    balance: float = 0.5
    """Classes are drawn with probability proportional to size ** (1 - balance)."""
    mixup: float = 0.2
    """Beta(mixup, mixup) of mixup (Zhang et al. 2018); 0 is off."""
    label_smoothing: float = 0.05
    colour_loss: float = 0.5
    look_loss: float = 0.3
    gate_loss: float = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class _Garments:
    images: NDArray[np.uint8]  # (N, S, S, 3)
    kinds: NDArray[np.int64]  # (N,)
    colours: NDArray[np.float32]  # (N, C) shares
    weights: NDArray[np.float64]  # (N,) drawing probabilities


def _garment_arrays(photos: list[GarmentPhoto], size: int) -> dict[str, NDArray[np.generic]]:
    known = [photo for photo in photos if photo.category in EMBEDDED_CATEGORIES]
    colours = np.zeros((len(known), len(COLOURS)), dtype=np.float32)
    for row, photo in enumerate(known):
        for colour in photo.colours:
            colours[row, COLOURS.index(colour.name)] = colour.share
    return {
        "images": np.stack([fit_into_square(photo.image, size) for photo in known]),
        "kinds": np.array([EMBEDDED_CATEGORIES.index(photo.category) for photo in known]),
        "colours": colours,
    }


def _with_weights(arrays: dict[str, NDArray[np.generic]], balance: float) -> _Garments:
    kinds = arrays["kinds"].astype(np.int64)
    weights = 1.0 / np.bincount(kinds, minlength=len(EMBEDDED_CATEGORIES))[kinds] ** balance
    return _Garments(
        images=arrays["images"].astype(np.uint8, copy=False),
        kinds=kinds,
        colours=arrays["colours"].astype(np.float32),
        weights=weights / weights.sum(),
    )


def _look_arrays(streets: Path, size: int) -> dict[str, NDArray[np.generic]]:
    cutouts = [c for c in iterate_street_cutouts(streets, "train") if " " in c.caption]
    return {
        "images": np.stack([fit_into_square(cutout.image, size) for cutout in cutouts]),
        "captions": np.array([without_unseen_nouns(cutout.caption) for cutout in cutouts]),
    }


class CaptionBank:
    """Sentence embeddings of all training phrases, encoded once; draws a bank of captions for a step."""

    def __init__(self, text_encoder: TextEncoder) -> None:
        colours: tuple[str | None, ...] = (None, *COLOURS)
        # [category][colour] -> (P, D); colour 0 is "no colour named"
        self.kinds = [
            [text_encoder.encode(phrases_of(category, colour)).sentence for colour in colours]
            for category in EMBEDDED_CATEGORIES
        ]
        self.colours = [text_encoder.encode(phrases).sentence for phrases in colour_phrases().values()]
        self.mean = torch.cat([phrases for row in self.kinds for phrases in row]).mean(0)

    @staticmethod
    def _pick(phrases: Tensor, generator: torch.Generator) -> Tensor:
        return phrases[int(torch.randint(len(phrases), (), generator=generator))]

    def draw_kinds(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """One caption a category `(K, D)`, half of them with a colour, and whether they name one `(K,)`."""
        named = torch.rand(len(self.kinds), generator=generator) < 0.5
        colours = torch.randint(1, 1 + len(COLOURS), (len(self.kinds),), generator=generator) * named
        rows = [self._pick(row[int(colour)], generator) for row, colour in zip(self.kinds, colours, strict=True)]
        return torch.stack(rows), named.float()

    def draw_colours(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """One caption a colour `(C, D)`, half of them with a garment, and whether they name one `(C,)`."""
        named = torch.rand(len(self.colours), generator=generator) < 0.5
        kinds = torch.randint(len(self.kinds), (len(self.colours),), generator=generator)
        rows = [
            self._pick(self.kinds[int(kinds[i])][i + 1] if named[i] else phrases, generator)
            for i, phrases in enumerate(self.colours)
        ]
        return torch.stack(rows), named.float()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What one pass gives to the losses."""

    parts: Parts
    """Of all pictures."""
    looks: Tensor
    """Joint embeddings of the whole people among them, `(L, D)`."""
    kinds: Parts
    colours: Parts
    look_texts: Tensor
    """`(L, D)`"""
    logit_scales: Tensor
    """`(3,)`: kind, colour, look."""


class _Trainee(nn.Module):
    """The tower and what is only needed while it learns."""

    def __init__(self, config: FashionEncoderConfig, mean: Tensor) -> None:
        super().__init__()
        self.tower = FashionTower(config)
        self.tower.text_head.mean.copy_(mean)
        self.log_scales = nn.Parameter(torch.full((3,), 2.5))  # kind, colour, look

    def forward(self, images: Tensor, sentences: tuple[Tensor, Tensor, Tensor]) -> _Seen:
        """Pictures, garments first, and sentences of kinds, colours, looks: one pass, so that gradients are shared."""
        kinds, colours, looks = (self.tower.text_parts(rows) for rows in sentences)
        parts = self.tower.image_parts(images)
        return _Seen(
            parts=parts,
            looks=self.tower.join_image(parts)[-len(sentences[2]) :],
            kinds=kinds,
            colours=colours,
            look_texts=self.tower.join_text(looks),
            logit_scales=self.log_scales.exp().clamp(max=_MAX_LOGIT_SCALE),
        )


def _to_tensor(images: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1


class _EmbedLoss:
    """The loss of one step; see the module's docstring for the sum."""

    def __init__(
        self,
        recipe: EmbedRecipe,
        flat: _Garments,
        street: _Garments,
        looks: NDArray[np.uint8],
        look_sentences: Tensor,
        bank: CaptionBank,
    ) -> None:
        self.recipe = recipe
        self.flat = flat
        self.street = street
        self.looks = looks
        self.look_sentences = look_sentences
        self.bank = bank

    def _image_size(self, step: int) -> int:
        done = step / self.recipe.loop.steps
        return next(phase.image_size for phase in self.recipe.phases if done < phase.until)

    def _garments(self, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures `(B, 3, S, S)`, kind targets `(B, K)`, colour targets `(B, C)`."""
        draw = np.random.default_rng(int(torch.randint(2**62, (), generator=generator)))
        num_street = round(self.recipe.batch_size * self.recipe.street_share)
        images, kinds, colours = [], [], []
        for source, count in ((self.flat, self.recipe.batch_size - num_street), (self.street, num_street)):
            rows = draw.choice(len(source.kinds), count, p=source.weights)
            images.append(source.images[rows])
            kinds.append(source.kinds[rows])
            colours.append(source.colours[rows])
        order = draw.permutation(self.recipe.batch_size)
        one_hot = F.one_hot(torch.from_numpy(np.concatenate(kinds)[order]), len(EMBEDDED_CATEGORIES)).float()
        smooth = self.recipe.label_smoothing
        return (
            _to_tensor(np.concatenate(images)[order]),
            one_hot * (1 - smooth) + smooth / len(EMBEDDED_CATEGORIES),
            torch.from_numpy(np.concatenate(colours)[order]),
        )

    def _mixed(self, rows: tuple[Tensor, ...], generator: torch.Generator) -> tuple[Tensor, ...]:
        """Mixup of neighbours in the (already shuffled) batch."""
        if not self.recipe.mixup:
            return rows
        draw = np.random.default_rng(int(torch.randint(2**62, (), generator=generator)))
        share = float(draw.beta(self.recipe.mixup, self.recipe.mixup))
        return tuple(share * row + (1 - share) * row.roll(1, 0) for row in rows)

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        recipe, size, device = self.recipe, self._image_size(step), next(module.parameters()).device
        images, kinds, colours = self._garments(generator)
        images = augment(images, size, recipe.augment, generator)
        images, kinds, colours = self._mixed((images, kinds, colours), generator)
        look_rows = torch.randperm(len(self.looks), generator=generator)[: recipe.look_batch_size]
        looks = augment(_to_tensor(self.looks[look_rows.numpy()]), size, recipe.augment, generator)
        kind_sentences, colour_named = self.bank.draw_kinds(generator)
        colour_sentences, kind_named = self.bank.draw_colours(generator)

        seen: _Seen = module(
            torch.cat([images, looks]).to(device, memory_format=torch.channels_last),
            tuple(rows.to(device) for rows in (kind_sentences, colour_sentences, self.look_sentences[look_rows])),
        )
        count = len(images)
        kind_loss = soft_target_contrastive_loss(
            seen.parts.kind[:count].float(), seen.kinds.kind.float(), kinds.to(device), seen.logit_scales[0]
        )
        colour_loss = soft_target_contrastive_loss(
            seen.parts.colour[:count].float(), seen.colours.colour.float(), colours.to(device), seen.logit_scales[1]
        )
        look_loss = symmetric_contrastive_loss(seen.looks.float(), seen.look_texts.float(), seen.logit_scales[2])
        gates = torch.cat([seen.kinds.gates, seen.colours.gates]).float()
        gate_loss = (gates - _wanted_gates(colour_named, kind_named).to(device)).square().mean()
        return (
            kind_loss + recipe.colour_loss * colour_loss + recipe.look_loss * look_loss + recipe.gate_loss * gate_loss
        )


def _wanted_gates(colour_named: Tensor, kind_named: Tensor) -> Tensor:
    """`(K + C, 2)`: captions of kinds always name a kind, those of colours always a colour."""
    of_kinds = torch.stack([torch.ones_like(colour_named), colour_named], dim=1)
    of_colours = torch.stack([kind_named, torch.ones_like(kind_named)], dim=1)
    return torch.cat([of_kinds, of_colours])


def run(
    recipe: EmbedRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> FashionTower:
    """Train the encoder and return its moving average.

    Args:
        recipe: see `EmbedRecipe`.
        data: folders with garments.parquet and streets.parquet.
        out: folder of checkpoints and cached pictures.
        minutes: time budget; the run can be taken up again.
        progress: progress callback.
    """
    size = max(phase.image_size for phase in recipe.phases)
    garments, streets = photo_files(data, "garments.parquet"), photo_files(data, "streets.parquet")
    progress("preparing pictures", 0, 3)
    flat = cached_arrays(
        out, f"flat-{size}", garments, lambda file: _garment_arrays(list(iterate_garments(file, "train")), size)
    )
    progress("preparing pictures", 1, 3)
    street = cached_arrays(
        out, f"street-{size}", streets, lambda file: _garment_arrays(list(iterate_street_garments(file, "train")), size)
    )
    progress("preparing pictures", 2, 3)
    looks = cached_arrays(out, f"looks-{size}", streets, lambda file: _look_arrays(file, size))
    progress("preparing pictures", 3, 3)

    text_encoder = load_text_encoder()
    bank = CaptionBank(text_encoder)
    torch.manual_seed(recipe.loop.seed)
    trainee = channels_last(_Trainee(recipe.model, bank.mean))
    if recipe.start_from:
        trainee.tower.load_state_dict(load_bundle(Path(recipe.start_from)).tower.state_dict())
    loss = _EmbedLoss(
        recipe,
        _with_weights(flat, recipe.balance),
        _with_weights(street, recipe.balance),
        looks["images"].astype(np.uint8, copy=False),
        text_encoder.encode([str(caption) for caption in looks["captions"]]).sentence,
        bank,
    )
    average = train_loop(trainee, loss, recipe.loop, out=out, minutes=minutes, progress=progress)
    tower = average.tower
    if not isinstance(tower, FashionTower):
        raise TypeError(f"the loop returned {type(tower)}, expected a FashionTower")
    return tower
