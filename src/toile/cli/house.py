"""Verbs about the whole house: `demo` and `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from toile.cli.app import BundleOption, JsonOption, app
from toile.progress import rich_progress


@app.command()
def demo(
    photos: Annotated[Path | None, typer.Option(help="Own pictures, as index reads them; default: the sample.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the page; made if missing.")] = Path("demo-out"),
    bundle: BundleOption = None,
) -> None:
    """Run the main job end to end; prints the path of one self-contained HTML page."""
    from toile.bundles import load_bundle
    from toile.demo import run_demo

    with rich_progress() as progress:
        page = run_demo(photos, out, load_bundle(bundle), progress)
    typer.echo(str(page))


@app.command()
def doctor(bundle: BundleOption = None, as_json: JsonOption = False) -> None:
    """Say what is installed, which bundle and which device; exit code 1 if something is broken."""
    from toile.doctor import examine

    diagnosis = examine(bundle)
    typer.echo(diagnosis.to_json() if as_json else diagnosis.for_people())
    if diagnosis.problems:
        raise typer.Exit(1)
