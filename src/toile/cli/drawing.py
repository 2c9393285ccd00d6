"""Verbs that draw: `design`, `edit`, `try-on` and `replay`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

import toile
from toile.cli.app import (
    BundleOption,
    DeviceOption,
    GarmentsOption,
    IndexOption,
    JsonOption,
    RetrieveOption,
    app,
    parse_pairs,
    watched,
)
from toile.cli.settings import takes_settings
from toile.errors import DataError

if TYPE_CHECKING:
    from toile.tasks.drawing import Settings
    from toile.tasks.edit import Edit
    from toile.tasks.try_on import TryOn


@app.command()
@takes_settings
def design(
    *,
    prompt: Annotated[str, typer.Argument(help='What to draw, e.g. "black leather jacket, white dress, brown boots".')],
    concept: Annotated[
        list[str] | None, typer.Option(help="Style, occasion, effect or feeling, e.g. Party; may be repeated.")
    ] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option(help="Of the first garment: sleeve_length=long, collar=v, ...; may be repeated."),
    ] = None,
    order: Annotated[
        str, typer.Option(help="Which attribute is told first: area, semantic, reversed, or all five with commas.")
    ] = "area",
    schedule: Annotated[
        str,
        typer.Option(help="hierarchical: one after the other; flat: all at once; or five timesteps, 900,800,…"),
    ] = "hierarchical",
    pose: Annotated[
        str,
        typer.Option(
            help="straight, contrapposto, hand-on-hip, walking or akimbo; any = by the seed; none; or a picture."
        ),
    ] = "any",
    sketch: Annotated[Path | None, typer.Option(help="Dark lines on light paper to follow.")] = None,
    refine: Annotated[
        bool, typer.Option("--refine", help="Read the prompt as a brief and refine it first, as `toile refine` does.")
    ] = False,
    allow_restricted: Annotated[
        str | None, typer.Option(help="With --refine: why a restricted garment is to be shown.")
    ] = None,
    garments: GarmentsOption = None,
    retrieve: RetrieveOption = 0,
    index: IndexOption = None,
    n: Annotated[int, typer.Option("--n", "-n", help="How many pictures.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the first picture; the next has the next.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for the pictures; made if missing.")] = Path("designs"),
    settings: Settings,
    bundle: BundleOption = None,
    device: DeviceOption = "cpu",
    as_json: JsonOption = False,
) -> None:
    """Draw pictures from a brief; each PNG carries the recipe that makes it again."""
    from toile.tasks.design import save_designs

    studio = toile.load(bundle, index, device=device)
    with watched(quiet=as_json) as progress:
        designs = studio.design(
            prompt,
            concepts=concept or (),
            attributes=parse_pairs(attribute or (), "attribute", "sleeve_length=long"),
            order=order,
            schedule=schedule,
            pose=pose,
            sketch=sketch,
            garments=garments or (),
            retrieve=retrieve,
            refine=studio.refine(prompt, seed=seed, allow_restricted=allow_restricted) if refine else False,
            n=n,
            seed=seed,
            settings=settings,
            progress=progress,
        )
    paths = save_designs(designs, out)
    if as_json:
        made = [{"path": str(p), "recipe": asdict(d.recipe)} for p, d in zip(paths, designs, strict=True)]
        typer.echo(json.dumps({"designs": made, "notes": list(designs[0].notes)}))
        return
    for path in paths:
        typer.echo(str(path))
    for note in designs[0].notes:
        typer.echo(note, err=True)


@app.command()
@takes_settings
def edit(
    *,
    file: Annotated[Path, typer.Argument(help="Picture of a person; one that toile made brings its words along.")],
    to: Annotated[str, typer.Option("--to", help='What it shall become: puffed, "puff sleeves", "a stand collar".')],
    attribute: Annotated[
        str | None,
        typer.Option(help="length, sleeve_length, sleeve_type, collar, hem or sleeves; default: what --to speaks of."),
    ] = None,
    mask: Annotated[Path | None, typer.Option(help="White where it may change; default: where it shows.")] = None,
    start: Annotated[
        str, typer.Option(help="Where the edit begins: noise, substage, or released as the paper's code.")
    ] = "substage",
    garments: GarmentsOption = None,
    retrieve: RetrieveOption = 0,
    index: IndexOption = None,
    exclude_self: Annotated[
        bool, typer.Option("--exclude-self", help="Copies in the index of the picture itself don't count.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of the noise.")] = 0,
    out: Annotated[Path | None, typer.Option(help="The new PNG; default: NAME.edit-RECIPE.png beside it.")] = None,
    settings: Settings,
    bundle: BundleOption = None,
    device: DeviceOption = "cpu",
    as_json: JsonOption = False,
) -> None:
    """Change one thing about a garment, and no pixel outside of its region; edits can be edited again."""
    from toile.tasks.design import save_picture

    with watched(quiet=as_json) as progress:
        edited = toile.load(bundle, index, device=device).edit(
            file,
            to,
            attribute=attribute,
            mask=mask,
            start=cast(Any, start),
            garments=garments or (),
            retrieve=retrieve,
            exclude_self=exclude_self,
            seed=seed,
            settings=settings,
            progress=progress,
        )
    path = out or file.with_name(f"{file.stem}.edit-{edited.recipe.digest[:8]}.png")
    save_picture(edited.image, edited.recipe, path)
    before, after = edited.alignment
    said = f"alignment with {to!r}: {before:.3f} -> {after:.3f}"
    _print(edited, path, {"alignment": [before, after]}, said, as_json=as_json)


@app.command()
@takes_settings
def try_on(
    *,
    person: Annotated[Path, typer.Argument(help="Picture of one person, best from head to feet.")],
    garments: Annotated[
        list[Path], typer.Argument(help="One to three: a garment laid flat or hung, or somebody who wears it.")
    ],
    seed: Annotated[int, typer.Option(help="Of the noise.")] = 0,
    best_of: Annotated[int, typer.Option(help="Pictures, of which the one that shows the garments best is kept.")] = 1,
    shown_as: Annotated[
        str, typer.Option(help="How garments are shown to the denoiser: pixels beside the person, words, or both.")
    ] = "pixels",
    out: Annotated[Path | None, typer.Option(help="The new PNG; default: NAME.try-on-RECIPE.png beside it.")] = None,
    settings: Settings,
    bundle: BundleOption = None,
    device: DeviceOption = "cpu",
    as_json: JsonOption = False,
) -> None:
    """Dress a person in garments; face, hands, background and what else is worn stay as they are."""
    from toile.tasks.design import save_picture

    with watched(quiet=as_json) as progress:
        tried = toile.load(bundle, device=device).try_on(
            person,
            garments,
            seed=seed,
            best_of=best_of,
            shown_as=cast(Any, shown_as),
            settings=settings,
            progress=progress,
        )
    path = out or person.with_name(f"{person.stem}.try-on-{tried.recipe.digest[:8]}.png")
    save_picture(tried.image, tried.recipe, path)
    told = {"garments": list(tried.garments), "fidelity": tried.fidelity}
    said = f"taken for: {', '.join(tried.garments)}; fidelity {tried.fidelity:.3f}"
    _print(tried, path, told, said, as_json=as_json)


def _print(made: Edit | TryOn, path: Path, told: dict[str, Any], said: str, *, as_json: bool) -> None:
    """Where a region was drawn anew: one object, or the path on stdout and the rest, in words, on stderr."""
    if as_json:
        whole = {"path": str(path), "changed_outside": made.changed_outside, **told}
        typer.echo(json.dumps({**whole, "notes": list(made.notes), "recipe": asdict(made.recipe)}))
        return
    typer.echo(str(path))
    typer.echo(said, err=True)
    typer.echo(f"pixels changed outside of the region: {made.changed_outside}", err=True)
    for note in made.notes:
        typer.echo(note, err=True)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A PNG that toile made.")],
    parent: Annotated[
        list[Path] | None,
        typer.Option(help="A picture that it was made of: what was edited, a mask, a sketch; may be repeated."),
    ] = None,
    index: Annotated[Path | None, typer.Option(help="The index in which it found garments, if it did.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write it; default: NAME.replay.png beside it.")] = None,
    bundle: BundleOption = None,
    device: DeviceOption = "cpu",
) -> None:
    """Make a picture again from the recipe inside it, and say whether the bytes are the same."""
    made = toile.load(bundle, index, device=device).replay(file, parents=parent or ())
    target = file.with_suffix(".replay.png") if out is None else out
    target.write_bytes(made)
    typer.echo(str(target))
    if made != file.read_bytes():
        raise DataError(f"{target} differs from {file}: the picture was made on another device or has been re-saved")
    typer.echo(f"the same {len(made)} bytes as {file}", err=True)
