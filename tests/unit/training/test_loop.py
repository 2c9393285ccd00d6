from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from toile.training.loop import LoopConfig, learning_rate_at, step_generator, train_loop

_CONFIG = LoopConfig(steps=6, learning_rate=0.1, warmup_steps=2, ema_decay=0.5)


def _loss(module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
    x = torch.randn(4, 3, generator=generator)
    return (module(x) - x.sum(1, keepdim=True)).square().mean()


def _module() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(3, 1)


def _train(out: Path, stop_at: int | None = None) -> nn.Module:
    def loss(module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        if step == stop_at:
            raise KeyboardInterrupt
        return _loss(module, step, generator)

    return train_loop(_module(), loss, LoopConfig(**_fields(), checkpoint_minutes=0.0), out=out)


def _fields() -> dict[str, float]:
    return {"steps": 6, "learning_rate": 0.1, "warmup_steps": 2, "ema_decay": 0.5}


def test_a_broken_run_ends_as_an_unbroken_one(tmp_path: Path) -> None:
    unbroken = _train(tmp_path / "unbroken").state_dict()
    with pytest.raises(KeyboardInterrupt):
        _train(tmp_path / "broken", stop_at=4)
    resumed = _train(tmp_path / "broken").state_dict()
    assert all(torch.equal(resumed[name], unbroken[name]) for name in unbroken)


def test_a_kill_between_the_renames_loses_nothing(tmp_path: Path) -> None:
    unbroken = _train(tmp_path / "unbroken").state_dict()
    with pytest.raises(KeyboardInterrupt):
        _train(tmp_path / "broken", stop_at=3)
    (tmp_path / "broken" / "checkpoint").rename(tmp_path / "broken" / "checkpoint.old")
    resumed = _train(tmp_path / "broken").state_dict()
    assert all(torch.equal(resumed[name], unbroken[name]) for name in unbroken)


def test_the_loss_falls_and_is_logged(tmp_path: Path) -> None:
    config = LoopConfig(steps=200, learning_rate=0.05, warmup_steps=5, ema_decay=0.9, weight_decay=0.0)
    trained = train_loop(_module(), _loss, config, out=tmp_path)
    losses = [json.loads(line)["loss"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert losses[-1] < 0.05 * losses[0]
    assert trained(torch.ones(1, 3)).item() == pytest.approx(3.0, abs=0.2)


def test_a_budget_of_no_minutes_trains_nothing(tmp_path: Path) -> None:
    trained = train_loop(_module(), _loss, _CONFIG, out=tmp_path, minutes=0.0)
    assert torch.equal(trained.state_dict()["weight"], _module().weight)


def test_frozen_parameters_stay(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(3, 3).requires_grad_(requires_grad=False), nn.Linear(3, 1))
    before = module[0].weight.clone()
    trained = train_loop(module, _loss, _CONFIG, out=tmp_path)
    assert torch.equal(trained.state_dict()["0.weight"], before)


def test_learning_rate_warms_up_and_falls_to_zero() -> None:
    factors = [learning_rate_at(step, _CONFIG) for step in range(7)]
    assert factors[:3] == [0.5, 1.0, 1.0]
    assert factors[4] == pytest.approx(0.5)
    assert factors[6] == 0


def test_steps_and_ranks_draw_different_numbers() -> None:
    draws = [torch.rand((), generator=step_generator(0, step, rank)).item() for step in range(3) for rank in range(3)]
    assert len(set(draws)) == 9


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"steps": 0}, "steps is 0"), ({"ema_decay": 1.0}, r"ema_decay is 1.0, expected .* \[0, 1\)")],
)
def test_impossible_settings_are_refused(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LoopConfig(**{**_fields(), **wrong})
