from __future__ import annotations

import pytest
import torch

from toile.diffusion.conditioning import Conditioning, Maps, TokenStream, TokenWindow
from toile.errors import ConfigError


def _stream(value: float, length: int = 2) -> TokenStream:
    return TokenStream(tokens=torch.full((1, length, 4), value), mask=torch.ones(1, length, dtype=torch.bool))


def _conditioning(*windows: TokenWindow, **more: TokenStream) -> Conditioning:
    return Conditioning(windows=windows, empty=_stream(0), **more)


def test_the_open_window_speaks_and_elsewhere_nobody_does() -> None:
    conditioning = _conditioning(
        TokenWindow(t_high=999, t_low=700, stream=_stream(1)), TokenWindow(t_high=699, t_low=300, stream=_stream(2))
    )
    assert [conditioning.tokens_at(t).tokens.max().item() for t in (999, 700, 699, 300, 299)] == [1, 1, 2, 2, 0]


def test_streams_stand_one_after_the_other() -> None:
    conditioning = _conditioning(
        TokenWindow(t_high=9, t_low=0, stream=_stream(1)), garments=_stream(2, 3), queries=_stream(3, 1)
    )
    assert conditioning.tokens_at(5).tokens[0, :, 0].tolist() == [1, 1, 2, 2, 2, 3]
    assert conditioning.unconditional().tokens_at(5).tokens[0, :, 0].tolist() == [0, 0]


def test_overlapping_windows_are_refused() -> None:
    window = TokenWindow(t_high=9, t_low=0, stream=_stream(1))
    with pytest.raises(ConfigError, match="2 prompt windows are open at timestep 4"):
        _conditioning(window, window).tokens_at(4)


def test_time_runs_downwards() -> None:
    with pytest.raises(ValueError, match=r"t_low \(5\) must not exceed t_high \(4\)"):
        TokenWindow(t_high=4, t_low=5, stream=_stream(1))


def test_missing_maps_are_zeros_and_a_missing_mask_repaints_all() -> None:
    x_t = torch.randn(2, 4, 3, 5)
    spatial = Maps().beside(x_t)
    assert spatial.shape == (2, 28, 3, 5)
    assert (spatial[:, :4] == x_t).all()
    assert (spatial[:, 4] == 1).all()
    assert (spatial[:, 5:] == 0).all()


def test_maps_lie_in_the_order_of_the_architecture() -> None:
    one = torch.ones(1, 1, 3, 5)
    maps = Maps(
        mask=2 * one, masked_latents=3 * one.expand(1, 4, 3, 5), pose=4 * one.expand(1, 18, 3, 5), sketch=5 * one
    )
    spatial = maps.beside(torch.ones(1, 4, 3, 5))
    assert spatial[0, :, 0, 0].tolist() == [1] * 4 + [2] + [3] * 4 + [4] * 18 + [5]


def test_a_map_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a map has shape \(1, 1, 2, 2\)"):
        Maps(mask=torch.ones(1, 1, 2, 2)).beside(torch.ones(1, 4, 3, 5))


def test_pose_and_sketch_have_their_time() -> None:
    maps = Maps(pose=torch.ones(1, 18, 3, 5), sketch=torch.ones(1, 1, 3, 5))
    conditioning = Conditioning(windows=(), empty=_stream(0), maps=maps, pose_below=900)
    shown = {t: conditioning.maps_at(t) for t in (950, 900, 899, 800, 799)}
    assert [t for t, seen in shown.items() if seen.pose is not None] == [899, 800, 799]
    assert [t for t, seen in shown.items() if seen.sketch is not None] == [950, 900, 899, 800]
    assert conditioning.unconditional().maps_at(950).pose is None
