"""Verbs that look at one picture: `look` and `caption`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import toile
from toile.cli.app import BundleOption, JsonOption, app


@app.command()
def look(
    file: Annotated[Path, typer.Argument(help="Picture of a person, or of one garment.")],
    out: Annotated[Path | None, typer.Option(help="Overlay picture; default: NAME.look.png beside it.")] = None,
    masks: Annotated[
        Path | None, typer.Option(help="Folder for the masks of edits and try-ons; white is repainted.")
    ] = None,
    bundle: BundleOption = None,
) -> None:
    """Say what is seen in a photo, as JSON, and draw it over the photo: parts, joints, colours, cut, caption."""
    from toile.catalog.images import read_image

    picture = read_image(file)
    seen = toile.load(bundle).look(picture)
    target = file.with_suffix(".look.png") if out is None else out
    seen.drawn_over(picture).save(target)
    typer.echo(seen.to_json())
    typer.echo(str(target), err=True)
    if masks is not None:
        written, reasons = seen.save_masks(masks)
        for name, reason in reasons.items():
            typer.echo(f"no mask {name}: {reason}", err=True)
        typer.echo(f"{len(written)} masks in {masks}", err=True)


@app.command()
def caption(
    file: Annotated[Path, typer.Argument(help="Picture of a person, or of one garment.")],
    style: Annotated[str, typer.Option(help="title, copy, attributes or hierarchical.")] = "title",
    bundle: BundleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what is in a picture; what the readers of people and garments don't see is told on stderr."""
    written = toile.load(bundle).caption(file, style=style)
    if as_json:
        typer.echo(written.to_json())
        return
    typer.echo(written.text)
    for claim in written.claims:
        if claim.verdict == "unsupported":
            typer.echo(
                f"not seen: {claim.claim} {claim.value}" + (f" (seen: {claim.seen})" if claim.seen else ""), err=True
            )
