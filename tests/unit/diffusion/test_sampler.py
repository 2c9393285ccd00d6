"""The sampler on a world whose score is known: data ~ N(mean, deviation²), one number a picture."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from toile.diffusion.conditioning import Conditioning, TokenStream
from toile.diffusion.sampler import (
    FEW_STEPS,
    SAMPLERS,
    Guidance,
    NoiseScheduleConfig,
    Region,
    alphas_cumprod,
    guided,
    initial_noise,
    sample,
    solver_of,
)

_SCHEDULE = NoiseScheduleConfig()
_EMPTY = TokenStream(tokens=torch.zeros(1, 1, 1), mask=torch.ones(1, 1, dtype=torch.bool))
_CONDITIONING = Conditioning(windows=(), empty=_EMPTY)


class _GaussianDenoiser:
    """The exact velocity for data ~ N(mean, deviation²)."""

    def __init__(self, mean: float, deviation: float) -> None:
        self.mean = mean
        self.deviation = deviation
        self.signal = alphas_cumprod(_SCHEDULE)

    def __call__(self, x_t: Tensor, timestep: int, conditioning: Conditioning) -> Tensor:
        a, b = self.signal[timestep].sqrt(), (1 - self.signal[timestep]).sqrt()
        variance = a**2 * self.deviation**2 + b**2
        x_0 = self.mean + a * self.deviation**2 / variance * (x_t - a * self.mean)
        noise = b / variance * (x_t - a * self.mean)
        return a * noise - b * x_0


def _noise(seed: int, shape: tuple[int, int, int]) -> Tensor:
    return initial_noise(torch.Generator().manual_seed(seed), shape)


def _samples(steps: int, noise: Tensor, *, own_noise: torch.Generator | None = None) -> Tensor:
    return sample(
        _GaussianDenoiser(2.0, 0.5),
        _CONDITIONING,
        noise,
        solver=solver_of("dpm" if own_noise is None else "dpm-sde", _SCHEDULE),
        steps=steps,
        guidance=Guidance(scale=1.0),
        generator=own_noise,
    )


@pytest.mark.parametrize("stochastic", [False, True])
def test_it_reaches_the_gaussian(stochastic: bool) -> None:
    own_noise = torch.Generator().manual_seed(9) if stochastic else None
    x_0 = _samples(50, _noise(0, (1, 100, 100)), own_noise=own_noise)
    assert x_0.mean().item() == pytest.approx(2.0, abs=0.03)
    assert x_0.std().item() == pytest.approx(0.5, abs=0.03)


def test_more_steps_come_closer_to_the_exact_map() -> None:
    noise = _noise(1, (1, 32, 32))
    exact = 2.0 + 0.5 * noise  # the probability-flow map between two Gaussians is linear
    errors = [(_samples(steps, noise) - exact).abs().mean().item() for steps in (10, 20, 40)]
    assert errors[0] > 1.5 * errors[1] > 1.5**2 * errors[2]


def test_the_last_timestep_is_pure_noise() -> None:
    assert alphas_cumprod(_SCHEDULE)[-1] < 1e-6
    assert alphas_cumprod(_SCHEDULE)[0] > 0.99


def test_guidance_is_counted_as_stable_diffusion_counts_it() -> None:
    calls: list[Conditioning] = []

    def denoiser(x_t: Tensor, timestep: int, conditioning: Conditioning) -> Tensor:
        calls.append(conditioning)
        return torch.full_like(x_t, 1.0 if len(calls) % 2 else 0.25)

    x_t = torch.zeros(1, 1, 1, 1)
    assert guided(denoiser, x_t, 5, _CONDITIONING, 3.0).item() == 0.25 + 3 * 0.75
    calls.clear()
    assert guided(denoiser, x_t, 5, _CONDITIONING, 1.0).item() == 1.0
    assert len(calls) == 1


def test_noise_belongs_to_the_seed_alone() -> None:
    assert torch.equal(_noise(7, (4, 3, 2)), _noise(7, (4, 3, 2)))
    assert not torch.equal(_noise(7, (4, 3, 2)), _noise(8, (4, 3, 2)))


def test_the_stochastic_solver_forgets_where_it_began_and_repeats_itself_by_its_generator() -> None:
    one, other = _noise(1, (1, 64, 64)), _noise(2, (1, 64, 64))
    drawn = [_samples(30, noise, own_noise=torch.Generator().manual_seed(3)) for noise in (one, one, other)]
    assert torch.equal(drawn[0], drawn[1])
    correlation = torch.corrcoef(torch.stack([drawn[0].flatten(), one.flatten()]))[0, 1]
    assert abs(correlation) < 0.3  # the probability flow's would be 1


def _region(begin: int, shape: tuple[int, int, int]) -> Region:
    cells = torch.zeros(1, 1, *shape[1:])
    cells[..., : shape[2] // 2] = 1
    return Region(x_0=torch.full((1, *shape), -3.0), cells=cells, begin=begin)


@pytest.mark.parametrize("stochastic", [False, True])
def test_a_region_is_drawn_and_the_rest_stays_exactly(stochastic: bool) -> None:
    shape = (1, 100, 100)
    own_noise = torch.Generator().manual_seed(9) if stochastic else None
    x_0 = sample(
        _GaussianDenoiser(2.0, 0.5),
        _CONDITIONING,
        _noise(0, shape),
        solver=solver_of("dpm-sde" if stochastic else "dpm", _SCHEDULE),
        steps=50,
        guidance=Guidance(scale=1.0),
        region=_region(999, shape),
        generator=own_noise,
    )
    assert (x_0[..., 50:] == -3.0).all()
    assert x_0[..., :50].mean().item() == pytest.approx(2.0, abs=0.05)
    assert x_0[..., :50].std().item() == pytest.approx(0.5, abs=0.05)


def test_the_later_it_begins_the_more_of_the_picture_stays() -> None:
    shape, steps, means = (1, 40, 40), [], []
    for begin in (999, 700, 400, 100):
        seen: list[int] = []
        x_0 = sample(
            _GaussianDenoiser(2.0, 0.5),
            _CONDITIONING,
            _noise(0, shape),
            solver=solver_of("dpm", _SCHEDULE),
            steps=20,
            guidance=Guidance(scale=1.0),
            region=_region(begin, shape),
            callback=lambda done, total, seen=seen: seen.append(total),
        )
        steps.append(len(seen))
        means.append(x_0[..., :20].mean().item())
    assert steps == sorted(steps, reverse=True)
    assert steps[0] == 20
    assert means == sorted(means, reverse=True)  # from the denoiser's 2 towards the picture's -3


def test_around_a_region_lies_the_picture_at_the_level_that_the_sample_has() -> None:
    seen: list[tuple[int, Tensor]] = []

    class _Watching(_GaussianDenoiser):
        def __call__(self, x_t: Tensor, timestep: int, conditioning: Conditioning) -> Tensor:
            seen.append((timestep, x_t.clone()))
            return super().__call__(x_t, timestep, conditioning)

    shape, noise = (1, 8, 8), _noise(3, (1, 8, 8))
    region = _region(800, shape)
    solver = solver_of("dpm", _SCHEDULE)
    sample(
        _Watching(2.0, 0.5), _CONDITIONING, noise, solver=solver, steps=10, guidance=Guidance(scale=1.0), region=region
    )
    assert seen[0][0] <= 800
    for timestep, x_t in seen:
        a = alphas_cumprod(_SCHEDULE)[timestep]
        expected = a.sqrt() * region.x_0 + (1 - a).sqrt() * noise
        torch.testing.assert_close(x_t[..., 4:], expected[..., 4:])


@pytest.mark.parametrize("sampler", [name for name in SAMPLERS if name != FEW_STEPS])
def test_every_sampler_reaches_the_gaussian(sampler: str) -> None:
    x_0 = sample(
        _GaussianDenoiser(2.0, 0.5),
        _CONDITIONING,
        _noise(0, (1, 100, 100)),
        solver=solver_of(sampler, _SCHEDULE),
        steps=50,
        guidance=Guidance(scale=1.0),
        generator=torch.Generator().manual_seed(1) if sampler == "dpm-sde" else None,
    )
    assert x_0.mean().item() == pytest.approx(2.0, abs=0.06)
    assert x_0.std().item() == pytest.approx(0.5, abs=0.06)


def test_an_unknown_sampler_lists_those_there_are() -> None:
    with pytest.raises(ValueError, match="there is no sampler 'euler'; choose one of dpm-sde, dpm, unipc, plms"):
        solver_of("euler", _SCHEDULE)


def test_outside_of_its_interval_guidance_asks_the_network_once() -> None:
    asked: list[int] = []

    class _Counting(_GaussianDenoiser):
        def __call__(self, x_t: Tensor, timestep: int, conditioning: Conditioning) -> Tensor:
            asked.append(timestep)
            return super().__call__(x_t, timestep, conditioning)

    sample(
        _Counting(2.0, 0.5),
        _CONDITIONING,
        _noise(0, (1, 4, 4)),
        solver=solver_of("dpm", _SCHEDULE),
        steps=10,
        guidance=Guidance(scale=3.0, t_high=800, t_low=300),
    )
    assert len(set(asked)) == 10
    assert {timestep: asked.count(timestep) for timestep in asked} == {t: 1 + (300 <= t <= 800) for t in asked}


def test_a_consistent_network_reaches_the_gaussian_in_four_steps() -> None:
    exact = _GaussianDenoiser(2.0, 0.5)

    def consistent(x_t: Tensor, timestep: int, conditioning: Conditioning) -> Tensor:
        """The velocity towards where the probability flow would end."""
        a, b = exact.signal[timestep].sqrt(), (1 - exact.signal[timestep]).sqrt()
        x_0 = 2.0 + 0.5 * (x_t - a * 2.0) / (a**2 * 0.5**2 + b**2).sqrt()
        return (a * x_t - x_0) / b

    x_0 = sample(
        consistent,
        _CONDITIONING,
        _noise(0, (1, 100, 100)),
        solver=solver_of(FEW_STEPS, _SCHEDULE),
        steps=4,
        guidance=Guidance(scale=1.0),
        generator=torch.Generator().manual_seed(1),
    )
    assert x_0.mean().item() == pytest.approx(2.0, abs=0.03)
    assert x_0.std().item() == pytest.approx(0.5, abs=0.03)
