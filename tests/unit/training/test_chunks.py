from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from toile.training.chunks import in_chunks


class _Encoder(nn.Module):
    """Remembers how many rows it was given at a time."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(6, 16), nn.GELU(), nn.LayerNorm(16), nn.Dropout(0.5), nn.Linear(16, 4))
        self.seen: list[int] = []

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        self.seen.append(len(x))
        return x * 2, self.layers(x)


def _gradients(rows: int, *, dropout: bool) -> tuple[Tensor, list[Tensor], list[int]]:
    encoder = _Encoder().train(dropout)
    images, words = torch.randn(10, 6, generator=torch.Generator().manual_seed(1)), torch.eye(10, 4)
    torch.manual_seed(2)
    _, embedded = in_chunks(encoder, rows, images)
    loss = torch.nn.functional.cross_entropy(embedded @ words.T, torch.arange(10))
    loss.backward()
    return loss.detach(), [parameter.grad for parameter in encoder.parameters()], encoder.seen


@pytest.mark.parametrize("rows", [1, 4, 10])
def test_gradients_are_those_of_the_whole_batch(rows: int):
    loss, gradients, _ = _gradients(0, dropout=False)
    again, chunked, _ = _gradients(rows, dropout=False)
    assert torch.allclose(again, loss)
    assert all(torch.allclose(one, other, atol=1e-6) for one, other in zip(chunked, gradients, strict=True))


def test_each_chunk_is_encoded_twice_and_alone():
    assert _gradients(4, dropout=False)[2] == [4, 4, 2, 2, 4, 4]
    assert _gradients(0, dropout=False)[2] == [10]


def test_the_second_pass_draws_what_the_first_drew():
    """Else dropout would give gradients of another network than the one whose loss was taken."""
    torch.manual_seed(3)
    layer = nn.Dropout(0.5)
    x = torch.ones(8, 50, requires_grad=True)
    (out,) = in_chunks(lambda part: (layer(part),), 4, x)
    out.sum().backward()
    assert torch.equal(x.grad, out.detach())
