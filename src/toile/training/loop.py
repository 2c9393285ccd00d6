"""The one training loop: a loss, an optimiser, a moving average, checkpoints that resume exactly.

Randomness belongs to the step: step `s` of rank `r` draws its batch and its augmentation from a generator seeded with
`(seed, s, r)`. A resumed run therefore sees what an unbroken run would have seen, and no loader state is stored.
"""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from toile.progress import Progress, no_progress

_LOG_EVERY: Final = 20
LossFunction = Callable[[nn.Module, int, torch.Generator], Tensor]
"""`(module, step, generator) -> loss`; draws its own batch from the generator."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoopConfig:
    """How long and how fast to train."""

    steps: int
    learning_rate: float
    """Peak, after warm-up; falls to zero along a cosine."""
    warmup_steps: int = 200
    weight_decay: float = 0.02
    gradient_clip: float = 1.0
    """Largest global gradient norm."""
    ema_decay: float = 0.999
    precision: Literal["no", "bf16"] = "no"
    """Of matrix products; bf16 is several times faster on a GPU, and slower on a CPU without its instructions."""
    compiled: bool = False
    """Let torch compile the network, which takes a minute or two and a C++ compiler: steps of the small networks here
    take two thirds of the time on a CPU. Sums come out in another order, so switch it within a run only if a different
    last digit doesn't matter."""
    checkpoint_minutes: float = 4.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError(f"steps is {self.steps}, expected at least 1")
        if not 0 <= self.ema_decay < 1:
            raise ValueError(f"ema_decay is {self.ema_decay}, expected a number in [0, 1)")


@dataclass(slots=True)
class _Position:
    """How far the run has come; registered with Accelerate so that it is stored with the weights."""

    step: int = 0

    def state_dict(self) -> dict[str, Any]:
        return {"step": self.step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.step = state["step"]


def step_generator(seed: int, step: int, rank: int = 0) -> torch.Generator:
    """The generator of one step of one process, on the CPU."""
    return torch.Generator().manual_seed((seed * 1_000_003 + step) * 1_009 + rank)


def learning_rate_at(step: int, config: LoopConfig) -> float:
    """Linear warm-up, then half a cosine down to zero; a factor of the peak."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _save_checkpoint(accelerator: Accelerator, folder: Path) -> None:
    """Write beside, then swap: a kill at any moment leaves the old or the new checkpoint whole."""
    beside, old = folder.with_suffix(".new"), folder.with_suffix(".old")
    if accelerator.is_main_process:
        shutil.rmtree(beside, ignore_errors=True)
    accelerator.wait_for_everyone()
    accelerator.save_state(str(beside))
    accelerator.wait_for_everyone()  # each process adds its own random state
    if accelerator.is_main_process:
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.replace(old)
        beside.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
    accelerator.wait_for_everyone()


def _checkpoint_to_resume(folder: Path) -> Path | None:
    """The newest whole checkpoint; a kill between the two renames leaves only `.old`."""
    return next((path for path in (folder, folder.with_suffix(".old")) if path.is_dir()), None)


def _any_process(accelerator: Accelerator, wish: bool) -> bool:
    """Whether some process wishes it: clocks differ, and processes that part wait for each other for ever."""
    if accelerator.num_processes == 1:
        return wish
    wishes = accelerator.reduce(torch.tensor(float(wish), device=accelerator.device))
    return bool(cast(Tensor, wishes) > 0)


def train_loop(
    module: nn.Module,
    loss_function: LossFunction,
    config: LoopConfig,
    *,
    out: Path,
    minutes: float | None = None,
    progress: Progress = no_progress,
) -> nn.Module:
    """Train `module`, resuming from `out/checkpoint` if there is one; return its exponential moving average.

    Args:
        module: what is trained; parameters with `requires_grad` false stay as they are.
        loss_function: the loss of one step.
        config: of the loop.
        out: folder of checkpoints.
        minutes: stop (and checkpoint) after this long even if steps are left; None: train all steps.
        progress: called as `(stage, done, total)`.
    """
    out.mkdir(parents=True, exist_ok=True)
    accelerator = Accelerator(mixed_precision=config.precision)
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=config.learning_rate, weight_decay=config.weight_decay, betas=(0.9, 0.99))
    lr_schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: learning_rate_at(step, config))
    average = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(config.ema_decay), use_buffers=True)
    position = _Position()
    module, optimizer = accelerator.prepare(module, optimizer)
    average.to(accelerator.device)
    accelerator.register_for_checkpointing(position, average, lr_schedule)
    checkpoint = out / "checkpoint"
    resumed = _checkpoint_to_resume(checkpoint)
    if resumed is not None:
        accelerator.load_state(str(resumed))

    started = saved = time.monotonic()
    module.train()
    run = cast(nn.Module, torch.compile(module)) if config.compiled else module
    while position.step < config.steps:
        if minutes is not None and _any_process(accelerator, time.monotonic() - started >= 60 * minutes):
            break
        generator = step_generator(config.seed, position.step, accelerator.process_index)
        with accelerator.autocast():
            loss = loss_function(run, position.step, generator)
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(trained, config.gradient_clip)
        optimizer.step()
        lr_schedule.step()
        optimizer.zero_grad(set_to_none=True)
        average.update_parameters(accelerator.unwrap_model(module))
        position.step += 1
        if position.step % _LOG_EVERY == 0 and accelerator.is_main_process:
            progress("training steps", position.step, config.steps)
            line = {
                "step": position.step,
                "loss": round(loss.item(), 5),
                "seconds": round(time.monotonic() - started, 1),
            }
            with (out / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
        if _any_process(accelerator, time.monotonic() - saved > 60 * config.checkpoint_minutes):
            _save_checkpoint(accelerator, checkpoint)
            saved = time.monotonic()
    _save_checkpoint(accelerator, checkpoint)
    averaged: nn.Module = average.module
    return averaged.eval()
