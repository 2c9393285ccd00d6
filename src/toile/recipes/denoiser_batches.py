"""Rows of the denoiser's data as its network sees them: latents, words and maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from toile.bundles import Generator
from toile.catalog.photos import LOOK_SIZE
from toile.diffusion.conditioning import Maps
from toile.diffusion.sampler import NoiseScheduleConfig
from toile.errors import QueryError
from toile.models.autoencoder import PATCH_SIZE, cells_of
from toile.models.protocols import LatentCodec, WordTower
from toile.models.text_encoder import TextStates
from toile.recipes.denoiser_data import DesignSource, Drawn
from toile.recipes.shown import Shown, ShownSource
from toile.recipes.worn import WornSource
from toile.vision.pose_maps import pose_heat_maps

_WIDTH, _HEIGHT = LOOK_SIZE


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Rows on the device."""

    images: Tensor
    """`(B, 3, H, W)` in [-1, 1]."""
    x_0: Tensor
    """`(B, C, h, w)`"""
    maps: Maps
    texts: list[str]
    words: TextStates
    shown: Shown | None = None
    tower: WordTower | None = None
    """What garments' pseudo-words are read by, where some are shown."""

    def predicted(self, network: nn.Module, x_t: Tensor, timesteps: Tensor, words: TextStates | None = None) -> Tensor:
        """What the network says, `(B, C, h, w)` in 32 bits; of other words where they are given.

        Args:
            network: a U-Net; where garments are shown, a `DenoiserWithGarments`.
            x_t: `(B, C, h, w)`.
            timesteps: `(B,)`.
            words: in place of the rows' own.
        """
        words = words or self.words
        sample = self.maps.beside(x_t).contiguous(memory_format=torch.channels_last)
        moments = timesteps.to(x_t.device)
        if self.shown is not None:
            told: Tensor = network(sample, moments, words, self.shown, self.tower)[0]
            return told.float()
        said: Tensor = network(
            sample,
            moments,
            encoder_hidden_states=words.tokens,
            encoder_attention_mask=words.mask,
            return_dict=False,
        )[0]
        return said.float()


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """What stays as it is around the network that is trained."""

    text_encoder: WordTower
    autoencoder: LatentCodec
    schedule: NoiseScheduleConfig
    canvas: tuple[int, int]
    """Height and width of what is drawn, pixels."""


class Batches:
    """Draws rows and encodes them.

    Args:
        source: of rows.
        frozen: words and autoencoder.
        batch_size: rows.
        full_width_every: see `DenoiserRecipe`.
        worn_every: see `DenoiserRecipe`.
        shown: of the garments that rows are told of; None: they are told of none.
    """

    def __init__(
        self,
        source: DesignSource,
        frozen: Frozen | Generator,
        *,
        batch_size: int,
        full_width_every: int,
        worn_every: int = 0,
        shown: ShownSource | None = None,
    ) -> None:
        self.source, self.batch_size, self.full_width_every = source, batch_size, full_width_every
        self.worn_every, self.worn = worn_every, WornSource(source) if worn_every else None
        self.shown = shown
        self.codec, self.words, self.canvas = frozen.autoencoder, frozen.text_encoder, frozen.canvas

    def is_worn(self, step: int) -> bool:
        """Whether the rows of a step are people beside a garment."""
        return self.worn_every > 0 and step % self.worn_every == self.worn_every - 1

    def size_at(self, step: int) -> int:
        """Rows of a step: a canvas of two pictures holds half as many."""
        return self.batch_size // 2 if self.is_worn(step) else self.batch_size

    @torch.no_grad()
    def draw(self, timesteps: Tensor, step: int, generator: torch.Generator, device: torch.device) -> Batch:
        """The rows of one step, told and shown what belongs to their timesteps `(B,)`."""
        margin = 0 if step % self.full_width_every == 0 else _WIDTH // 6
        source = self.worn if self.worn is not None and self.is_worn(step) else self.source
        drawn = self._sized(source.draw(timesteps, generator, margin=margin))
        images, cells = drawn.images.to(device), cells_of(drawn.masks).to(device)
        x_0 = self.codec.encode(images)
        maps = Maps(
            mask=cells,
            masked_latents=self.codec.encode_around(images, cells),
            pose=pose_heat_maps(drawn.poses, image_size=_size(drawn.images), map_size=_size(x_0)).to(device),
            sketch=F.max_pool2d(drawn.sketches, PATCH_SIZE).to(device),
        )
        if self.shown is None:
            words = self.encoded(drawn.texts, device)
            return Batch(images=images, x_0=x_0, maps=maps, texts=drawn.texts, words=words)
        shown, texts = self.shown.draw(drawn.rows, drawn.texts, generator)
        shown = replace(shown, tokens=shown.tokens.to(device), weights=shown.weights.to(device))
        words = self.encoded(texts, device)
        return Batch(images=images, x_0=x_0, maps=maps, texts=texts, words=words, shown=shown, tower=self.words)

    @torch.no_grad()
    def encoded(self, texts: Sequence[str], device: torch.device) -> TextStates:
        """States of texts; one that is longer than the tower's window loses its last items until it fits."""
        try:
            states = self.words.encode(texts)
        except QueryError:
            states = self.words.encode([_fitting(self.words, text) for text in texts])
        return TextStates(tokens=states.tokens.to(device), mask=states.mask.to(device))

    def _sized(self, drawn: Drawn) -> Drawn:
        """As large as the generator draws."""
        if self.canvas == (_HEIGHT, _WIDTH):
            return drawn
        height, width = self.canvas
        size = (height, round(drawn.images.shape[-1] * width / _WIDTH / PATCH_SIZE) * PATCH_SIZE)
        scale = torch.tensor([size[1] / drawn.images.shape[-1], height / _HEIGHT, 1.0])
        return Drawn(
            images=F.interpolate(drawn.images, size, mode="bicubic", antialias=True).clamp(-1, 1),
            texts=drawn.texts,
            poses=drawn.poses * scale,
            masks=F.interpolate(drawn.masks, size, mode="nearest"),
            sketches=F.interpolate(drawn.sketches, size, mode="bilinear"),
            rows=drawn.rows,
        )


def _fitting(tower: WordTower, text: str) -> str:
    while "," in text:
        try:
            tower.encode([text])
        except QueryError:
            text = text.rpartition(",")[0]
        else:
            return text
    return text


def _size(images: Tensor) -> tuple[int, int]:
    return images.shape[-2], images.shape[-1]
