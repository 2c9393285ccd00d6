"""Everything a denoiser may look at while it denoises: the one `Conditioning` that every generation task fills.

Tokens come as windows over the timestep: HieraFashDiff's concepts early and attributes late are two windows; a plain
prompt is one. Maps are laid beside the noisy latents.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from toile.diffusion.windows import NUM_TIMESTEPS, SKETCH_LOWEST
from toile.errors import ConfigError

NUM_POSE_MAPS = 18
"""One heat map a COCO-18 joint."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenStream:
    """Tokens that cross-attention sees."""

    tokens: Tensor
    """`(B, L, D)`"""
    mask: Tensor
    """`(B, L)`, True where there is a token; or weights in [0, 1]: a token of weight 1/2 is heard as if every other
    stood there twice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenWindow:
    """A prompt and the stretch of timesteps `t_high >= t >= t_low` during which it is seen."""

    t_high: int
    t_low: int
    stream: TokenStream

    def __post_init__(self) -> None:
        if self.t_low > self.t_high:
            raise ValueError(f"t_low ({self.t_low}) must not exceed t_high ({self.t_high}): time runs downwards")


@dataclass(frozen=True, kw_only=True, slots=True)
class Maps:
    """Spatial inputs at the latents' size; None is a map of zeros (a mask of None repaints everything)."""

    mask: Tensor | None = None
    """`(B, 1, h, w)`, 1 = repaint."""
    masked_latents: Tensor | None = None
    """`(B, C, h, w)`, the picture's latents with the masked part taken out."""
    pose: Tensor | None = None
    """`(B, 18, h, w)` heat maps in [0, 1]."""
    sketch: Tensor | None = None
    """`(B, 1, h, w)`, 1 = line."""

    def beside(self, x_t: Tensor) -> Tensor:
        """The denoiser's spatial input: noisy latents C, mask 1, masked latents C, pose 18, sketch 1."""
        batch, channels, height, width = x_t.shape

        def filled(given: Tensor | None, num_channels: int, value: float = 0.0) -> Tensor:
            if given is None:
                return x_t.new_full((batch, num_channels, height, width), value)
            expected = (num_channels, height, width)
            if tuple(given.shape[1:]) != expected:
                raise ValueError(f"a map has shape {tuple(given.shape)}, expected (B, C, h, w) = (B, {expected})")
            return given.to(x_t).expand(batch, -1, -1, -1)

        return torch.cat(
            [
                x_t,
                filled(self.mask, 1, 1.0),
                filled(self.masked_latents, channels),
                filled(self.pose, NUM_POSE_MAPS),
                filled(self.sketch, 1),
            ],
            dim=1,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditioning:
    """Token windows over time, tokens of garments and of queries, and maps."""

    windows: tuple[TokenWindow, ...]
    empty: TokenStream
    """The empty prompt: what is seen where no window is open, and in the unconditional half of guidance."""
    garments: TokenStream | None = None
    queries: TokenStream | None = None
    maps: Maps = field(default_factory=Maps)
    pose_below: int = NUM_TIMESTEPS
    """The timestep below which the pose is seen: M(t), see `windows.POSE_WINDOWS`."""
    sketch_lowest: int = SKETCH_LOWEST
    """The lowest timestep at which the sketch is seen."""

    def maps_at(self, timestep: int) -> Maps:
        """The maps that are seen at a timestep."""
        return replace(
            self.maps,
            pose=self.maps.pose if timestep < self.pose_below else None,
            sketch=self.maps.sketch if timestep >= self.sketch_lowest else None,
        )

    def tokens_at(self, timestep: int) -> TokenStream:
        """All streams present at a timestep, one after the other along L.

        Raises:
            ConfigError: two windows are open at once.
        """
        open_windows = [window.stream for window in self.windows if window.t_low <= timestep <= window.t_high]
        if len(open_windows) > 1:
            raise ConfigError(
                f"{len(open_windows)} prompt windows are open at timestep {timestep}, expected at most one"
            )
        words = open_windows[0] if open_windows else self.empty
        streams = [stream for stream in (words, self.garments, self.queries) if stream is not None]
        return TokenStream(
            tokens=torch.cat([stream.tokens for stream in streams], dim=1),
            mask=torch.cat([stream.mask for stream in streams], dim=1),
        )

    def unconditional(self) -> Conditioning:
        """The same maps without any words, garments or queries, for classifier-free guidance."""
        return replace(self, windows=(), garments=None, queries=None)
