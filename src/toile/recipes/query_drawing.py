"""`L_q2I` of UniFashion: how well a frozen denoiser draws a picture from what the Q-Former says of it."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

from toile.bundles import Bundle
from toile.diffusion.conditioning import Conditioning, Maps, TokenStream
from toile.diffusion.noising import noised, prediction_target
from toile.diffusion.sampler import alphas_cumprod
from toile.losses.denoising import denoising_loss

_HEIGHT, _WIDTH = 256, 192  # pixels: what the embedded denoiser has learned to draw
_ANY_TIMESTEP: Final = 0  # without prompt windows, what is seen is the same at all of them


class QueryDrawing:
    """A denoiser that stays as it is; only what it is told can make it better."""

    def __init__(self, bundle: Bundle) -> None:
        """Take autoencoder and denoiser from a bundle.

        Raises:
            CheckpointError: the bundle has none, or they are broken.
        """
        generator = bundle.generator
        self.autoencoder, self.unet = bundle.autoencoder, bundle.unet
        for network in (self.autoencoder, self.unet):
            network.requires_grad_(requires_grad=False)
        self.empty = generator.text_encoder.encode([""])
        self.schedule = generator.schedule
        self.alphas_cumprod = alphas_cumprod(generator.schedule)

    def loss(self, tokens: Tensor, targets: Tensor, generator: torch.Generator) -> Tensor:
        """`E || eps - eps_eta(x_t, f_zeta(q), t) ||^2` (UniFashion Eq. 7), of whatever the denoiser predicts.

        Args:
            tokens: `(B, num_queries, context_dim)`, `f_zeta(q)`.
            targets: `(B, 3, S, S)` in [-1, 1], pictures fitted into squares; their middle three quarters are drawn.
            generator: on the CPU.
        """
        device, count = tokens.device, len(tokens)
        self.autoencoder.to(device)
        self.unet.to(device)
        with torch.no_grad():
            x_0 = self.autoencoder.encode(_upright(targets))
        timesteps = torch.randint(self.schedule.num_timesteps, (count,), generator=generator)
        noise = torch.randn(x_0.shape, generator=generator).to(device)
        signal = self.alphas_cumprod[timesteps].to(device)
        target = prediction_target(x_0, noise, signal, self.schedule.prediction_type)
        x_t = noised(x_0, noise, signal)
        seen = self._conditioning(tokens).tokens_at(_ANY_TIMESTEP)
        prediction = self.unet(
            Maps().beside(x_t),
            timesteps.to(device),
            encoder_hidden_states=seen.tokens,
            encoder_attention_mask=seen.mask,
            return_dict=False,
        )[0]
        return denoising_loss(prediction.float(), target)

    def _conditioning(self, tokens: Tensor) -> Conditioning:
        def all_rows(values: Tensor) -> Tensor:
            return values.to(tokens.device).expand(len(tokens), *values.shape[1:])

        empty = TokenStream(tokens=all_rows(self.empty.tokens).to(tokens.dtype), mask=all_rows(self.empty.mask))
        queries = TokenStream(tokens=tokens, mask=torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device))
        return Conditioning(windows=(), empty=empty, queries=queries)


def _upright(squares: Tensor) -> Tensor:
    """The middle of squares, `(B, 3, 256, 192)`."""
    sized = F.interpolate(squares, (_HEIGHT, _HEIGHT), mode="bilinear", antialias=True)
    margin = (_HEIGHT - _WIDTH) // 2
    return sized[..., margin : margin + _WIDTH]
