"""What the denoiser's recipe minimises in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from toile.bundles import Bundle
from toile.diffusion.noising import clean_prediction, noised, prediction_target, shifted
from toile.diffusion.sampler import NoiseScheduleConfig, alphas_cumprod
from toile.losses.combined import alignment_loss, gradient_balanced
from toile.losses.denoising import denoising_loss, min_snr_weights, region_weights
from toile.losses.reconstruction import reconstruction_loss
from toile.recipes.denoiser_batches import Batches
from toile.training.config import Strict

_FEW = 2  # rows below which there is nothing to tell a picture from


@dataclass(frozen=True, kw_only=True, slots=True)
class LossConfig(Strict):
    """What counts, and how much."""

    timestep_shift: float = 1.0
    """Above 1: noisy timesteps, where words decide, are drawn more often; see `diffusion.noising.shifted`."""
    snr_gamma: float = 0.0
    """Of min-SNR weights (Hang et al. 2023; 5 there); 0: every timestep counts alike."""
    outside_weight: float = 1.0
    """How much an error outside of the region that a row is to paint counts, see `losses.denoising.region_weights`."""
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
        batches: of rows.
        schedule: the forward process.
        judge: bundle whose encoder tells of alignment.
    """

    def __init__(self, config: LossConfig, batches: Batches, schedule: NoiseScheduleConfig, judge: Bundle) -> None:
        self.config, self.batches, self.schedule, self.judge = config, batches, schedule, judge
        self.alphas_cumprod = alphas_cumprod(schedule)

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        """Draw timesteps, then pictures and their words."""
        device = next(module.parameters()).device
        moments = shifted(torch.rand(self.batches.size_at(step), generator=generator), self.config.timestep_shift)
        timesteps = (moments * self.schedule.num_timesteps).long()
        batch = self.batches.draw(timesteps, step, generator, device)
        noise = torch.randn(batch.x_0.shape, generator=generator).to(device)
        signal = self.alphas_cumprod[timesteps].to(device)
        x_t = noised(batch.x_0, noise, signal)
        prediction = batch.predicted(module, x_t, timesteps)
        kind, weights = self.schedule.prediction_type, None
        if self.config.snr_gamma:
            weights = min_snr_weights(signal, self.config.snr_gamma, kind)
        target = prediction_target(batch.x_0, noise, signal, kind)
        mask = batch.maps.mask
        cells = None if mask is None else region_weights(mask, self.config.outside_weight)
        loss = denoising_loss(prediction, target, weights, cells)
        clear = [
            row
            for row, (timestep, text) in enumerate(zip(timesteps.tolist(), batch.texts, strict=True))
            if timestep < self.config.combined_below and text
        ]
        if not (self.config.alignment_share or self.config.reconstruction_share) or len(clear) < _FEW:
            return loss
        guess = self.batches.codec.decode(clean_prediction(x_t, prediction, signal, kind)[clear])
        terms = {}
        if self.config.alignment_share:
            aligned = self._alignment(guess, [batch.texts[row] for row in clear], signal[clear])
            terms["alignment"] = (aligned, self.config.alignment_share)
        if self.config.reconstruction_share:
            terms["reconstruction"] = (
                reconstruction_loss(guess, batch.images[clear]),
                self.config.reconstruction_share,
            )
        return gradient_balanced(loss, terms, prediction)

    def _alignment(self, images: Tensor, texts: Sequence[str], signal: Tensor) -> Tensor:
        tower = self.judge.tower.to(images.device)
        height, width = images.shape[-2:]
        # On white, as it was taught; in 32 bits: resizing has no shorter ones.
        square = F.pad(images.float(), ((height - width) // 2, (height - width + 1) // 2), value=1.0)
        square = F.interpolate(square, (tower.config.image_size,) * 2, mode="bilinear", antialias=True)
        with torch.no_grad():
            sentences = self.judge.text_encoder.encode(texts).sentence.to(images.device)
            wanted = tower.join_text(tower.text_parts(sentences))
        same = torch.tensor([[one == other for other in texts] for one in texts], device=images.device)
        return alignment_loss(tower.join_image(tower.image_parts(square)), wanted, signal, same)
