"""What the denoiser's recipe minimises in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from toile.bundles import Bundle, Generator
from toile.catalog.photos import LOOK_SIZE
from toile.diffusion.conditioning import Maps
from toile.diffusion.noising import clean_prediction, noised, prediction_target, shifted
from toile.diffusion.sampler import alphas_cumprod
from toile.errors import QueryError
from toile.losses.combined import alignment_loss, gradient_balanced
from toile.losses.denoising import denoising_loss, min_snr_weights
from toile.losses.reconstruction import reconstruction_loss
from toile.models.autoencoder import PATCH_SIZE, cells_of
from toile.models.protocols import WordTower
from toile.models.text_encoder import TextStates
from toile.recipes.denoiser_data import DesignSource, Drawn
from toile.training.config import Strict
from toile.vision.pose_maps import pose_heat_maps

_WIDTH, _HEIGHT = LOOK_SIZE
_FEW = 2  # rows below which there is nothing to tell a picture from


@dataclass(frozen=True, kw_only=True, slots=True)
class LossConfig(Strict):
    """What counts, and how much."""

    timestep_shift: float = 1.0
    """Above 1: noisy timesteps, where words decide, are drawn more often; see `diffusion.noising.shifted`."""
    snr_gamma: float = 0.0
    """Of min-SNR weights (Hang et al. 2023; 5 there); 0: every timestep counts alike."""
    alignment_share: float = 0.0
    """Of Cross-Cultural's alignment with the words, by the bundle's encoder: its gradient as a share of denoising's."""
    reconstruction_share: float = 0.0
    """Of its reconstruction in pixels, alike."""
    combined_below: int = 400
    """The timestep below which the two count: above it the predicted picture is a blur."""


class DenoiserLoss:
    """The loss of one step, for `train_loop`.

    Args:
        config: see `LossConfig`.
        batch_size: rows a step.
        full_width_every: see `DenoiserRecipe`.
        source: of rows.
        generator: its networks but the denoiser stay as they are.
        judge: bundle whose encoder tells of alignment.
    """

    def __init__(
        self,
        config: LossConfig,
        *,
        batch_size: int,
        full_width_every: int,
        source: DesignSource,
        generator: Generator,
        judge: Bundle,
    ) -> None:
        self.config, self.batch_size, self.full_width_every = config, batch_size, full_width_every
        self.source, self.judge = source, judge
        self.codec, self.words = generator.autoencoder, generator.text_encoder
        self.canvas, self.schedule = generator.canvas, generator.schedule
        self.alphas_cumprod = alphas_cumprod(generator.schedule)

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        """Draw timesteps, then pictures and their words."""
        device = next(module.parameters()).device
        moments = shifted(torch.rand(self.batch_size, generator=generator), self.config.timestep_shift)
        timesteps = (moments * self.schedule.num_timesteps).long()
        margin = 0 if step % self.full_width_every == 0 else _WIDTH // 6
        drawn = self._sized(self.source.draw(timesteps, generator, margin=margin))
        images, cells = drawn.images.to(device), cells_of(drawn.masks).to(device)
        with torch.no_grad():
            x_0, masked_latents = self.codec.encode(images), self.codec.encode_around(images, cells)
            words = _encoded(self.words, drawn.texts)
        noise = torch.randn(x_0.shape, generator=generator).to(device)
        signal = self.alphas_cumprod[timesteps].to(device)
        x_t = noised(x_0, noise, signal)
        maps = Maps(
            mask=cells,
            masked_latents=masked_latents,
            pose=pose_heat_maps(drawn.poses, image_size=_size(drawn.images), map_size=_size(x_0)).to(device),
            sketch=F.max_pool2d(drawn.sketches, PATCH_SIZE).to(device),
        )
        prediction = module(
            maps.beside(x_t).contiguous(memory_format=torch.channels_last),
            timesteps.to(device),
            encoder_hidden_states=words.tokens.to(device),
            encoder_attention_mask=words.mask.to(device),
            return_dict=False,
        )[0].float()
        kind, weights = self.schedule.prediction_type, None
        if self.config.snr_gamma:
            weights = min_snr_weights(signal, self.config.snr_gamma, kind)
        loss = denoising_loss(prediction, prediction_target(x_0, noise, signal, kind), weights)
        clear = [
            row
            for row, (timestep, text) in enumerate(zip(timesteps.tolist(), drawn.texts, strict=True))
            if timestep < self.config.combined_below and text
        ]
        if not (self.config.alignment_share or self.config.reconstruction_share) or len(clear) < _FEW:
            return loss
        guess = self.codec.decode(clean_prediction(x_t, prediction, signal, kind)[clear])
        terms = {}
        if self.config.alignment_share:
            aligned = self._alignment(guess, [drawn.texts[row] for row in clear], signal[clear])
            terms["alignment"] = (aligned, self.config.alignment_share)
        if self.config.reconstruction_share:
            terms["reconstruction"] = (reconstruction_loss(guess, images[clear]), self.config.reconstruction_share)
        return gradient_balanced(loss, terms, prediction)

    def _alignment(self, images: Tensor, texts: Sequence[str], signal: Tensor) -> Tensor:
        tower = self.judge.tower.to(images.device)
        height, width = images.shape[-2:]
        square = F.pad(images, ((height - width) // 2, (height - width + 1) // 2), value=1.0)  # white, as it was taught
        square = F.interpolate(square, (tower.config.image_size,) * 2, mode="bilinear", antialias=True)
        with torch.no_grad():
            sentences = self.judge.text_encoder.encode(texts).sentence.to(images.device)
            wanted = tower.join_text(tower.text_parts(sentences))
        same = torch.tensor([[one == other for other in texts] for one in texts], device=images.device)
        return alignment_loss(tower.join_image(tower.image_parts(square)), wanted, signal, same)

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
        )


def _encoded(tower: WordTower, texts: Sequence[str]) -> TextStates:
    """States of texts; one that is longer than the tower's window loses its last items until it fits."""
    try:
        return tower.encode(texts)
    except QueryError:
        return tower.encode([_fitting(tower, text) for text in texts])


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
