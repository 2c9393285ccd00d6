"""The options of every verb that draws: how it is drawn, whatever it is."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, get_type_hints

import typer


def _options(
    steps: Annotated[int | None, typer.Option(help="Denoising steps; default: 20, of lcm 4.")] = None,
    guidance_scale: Annotated[
        float | None, typer.Option(help="How hard to follow words; 1 = no guidance; default: 3.")
    ] = None,
    guidance_high: Annotated[
        int, typer.Option(help="Highest timestep of 999 to 0 at which words are followed so.")
    ] = 999,
    guidance_low: Annotated[int, typer.Option(help="Lowest such timestep.")] = 350,
    sampler: Annotated[
        str, typer.Option(help="dpm-sde; dpm, unipc, plms: without fresh noise; lcm: in four steps.")
    ] = "dpm-sde",
    pose_window: Annotated[str, typer.Option(help="When the pose is seen: always, below-950 or below-900.")] = "always",
) -> None:
    """Only its signature is used."""


def takes_settings(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that is given `settings` where the command line has an option for each of them."""
    options, own = inspect.signature(_options).parameters, inspect.signature(verb).parameters

    @wraps(verb)
    def read(**given: object) -> None:
        from toile.tasks.drawing import Settings

        chosen = {name: given.pop(name) for name in options}
        verb(settings=Settings.of(**chosen), **given)  # type: ignore[arg-type]

    # Importing the class of the settings would import torch.
    hints = get_type_hints(verb, localns={"Settings": object}, include_extras=True)
    hints |= get_type_hints(_options, include_extras=True)
    parameters = [one for name, one in own.items() if name != "settings"] + list(options.values())
    read.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name]) for one in parameters]
    )
    read.__annotations__ = {one.name: hints[one.name] for one in parameters}
    return read
