"""The command line: every verb reads its arguments, calls one function, and prints what came back.

stdout carries data only; logs and progress go to stderr. An error that the user can mend is one message on stderr and
its own exit code (`toile.errors`); 2 is also what wrong options give. Nothing heavy is imported before a verb runs.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import toile
from toile.errors import ConfigError, ToileError
from toile.progress import Progress, no_progress, rich_progress


class _Verbs(TyperGroup):
    """Turns the product's errors into a message and an exit code, in one place for all verbs."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own signature
        try:
            return super().invoke(ctx)
        except ToileError as error:
            typer.echo(f"toile: {error}", err=True)
            raise typer.Exit(error.exit_code) from error


app = typer.Typer(
    cls=_Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Find, describe and design garments.",
)

data_app = typer.Typer(no_args_is_help=True, help="Look after public data sets in their own layouts.")
app.add_typer(data_app, name="data")

BundleOption = Annotated[
    Path | None,
    typer.Option("--bundle", envvar="TOILE_BUNDLE", help="Model bundle; default: the one inside the package."),
]
DeviceOption = Annotated[
    str, typer.Option(help="Where models run: cpu, cuda, …; or openvino: the CPU, the denoiser faster.")
]
GarmentsOption = Annotated[
    list[Path] | None,
    typer.Option(help="Picture of a garment to draw with; may be repeated."),
]
RetrieveOption = Annotated[
    int, typer.Option(help="For each garment that words name, draw with so many that they find in --index; 0 to 10.")
]
IndexOption = Annotated[Path | None, typer.Option(help="Folder of the index that --retrieve looks in.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and show no progress.")]


class Split(StrEnum):
    """Which rows an evaluation scores; the rule is in `toile.catalog.split`."""

    TEST = "test"
    VALIDATION = "validation"
    TRAIN = "train"
    ALL = "all"


@contextmanager
def watched(*, quiet: bool) -> Iterator[Progress]:
    """A progress bar on stderr, or none."""
    if quiet:
        yield no_progress
    else:
        with rich_progress() as progress:
            yield progress


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(toile.__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Find, describe and design garments."""
    # Importing torch and lancedb makes a million objects and no garbage: looking for it costs half a second a command.
    gc.set_threshold(50_000, 20, 20)


def parse_pairs(pairs: Iterable[str], what: str, example: str) -> dict[str, str]:
    """`["collar=stand"]` as a mapping.

    Args:
        pairs: as they were typed.
        what: one of them is, for the message.
        example: of a right one.

    Raises:
        ConfigError: one is no `name=value`, or a name comes twice.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise ConfigError(f"{pair!r} is no {what}; write NAME=VALUE, such as {example}")
        if name in found:
            raise ConfigError(f"{name} is asked for twice, as {found[name]} and {value}; keep one")
        found[name] = value
    return found
