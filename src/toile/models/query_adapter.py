"""What the denoiser is told of what the Q-Former has seen: the task-specific adapter `f_zeta` of UniFashion.

The queries' states, brought to the width of the denoiser's context by one linear map, stand beside the words that
cross-attention reads (UniFashion section 3.1, Eq. 7): `Conditioning.queries`.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryAdapterConfig:
    """Sizes of the adapter."""

    query_dim: int = 384
    """Width of the Q-Former's states."""
    context_dim: int = 384
    """Width of what the denoiser's cross-attention reads."""


class QueryAdapter(nn.Module):
    """States of queries `(B, num_queries, query_dim)` to tokens `(B, num_queries, context_dim)`."""

    def __init__(self, config: QueryAdapterConfig) -> None:
        super().__init__()
        self.config = config
        self.norm = nn.LayerNorm(config.query_dim)
        self.project = nn.Linear(config.query_dim, config.context_dim)

    def forward(self, queries: Tensor) -> Tensor:
        """One token a query."""
        tokens: Tensor = self.project(self.norm(queries))
        return tokens
