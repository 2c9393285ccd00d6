"""Verbs that train and measure."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from toile.cli.app import BundleOption, JsonOption, Split, app, watched
from toile.progress import rich_progress


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="TOML recipe: a file, or a shipped one such as recipes/embed.toml.")],
    data: Annotated[list[Path], typer.Option(help="Folder with training data; may be repeated.")],
    out: Annotated[Path | None, typer.Option(help="Folder for checkpoints; default: runs/NAME.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Stop after this long; the same command goes on from there.")
    ] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="Override: a.b=1; may be repeated.")] = None,
) -> None:
    """Train a part of a bundle by a recipe; prints the folder of the result."""
    from toile.recipes import train as run_recipe

    with rich_progress() as progress:
        result = run_recipe(recipe, data=data, out=out, minutes=minutes, overrides=settings or (), progress=progress)
    typer.echo(str(result))


@app.command()
def ablate(
    ablation: Annotated[Path, typer.Argument(help="TOML file of arms, or a shipped one such as unifashion.")],
    data: Annotated[list[Path], typer.Option(help="Folder with training data; may be repeated.")],
    out: Annotated[Path | None, typer.Option(help="Folder for runs and results; default: runs/NAME.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Train the arms of an ablation with every seed and measure them; run again, it goes on where it was broken off."""
    from toile.ablation import ablate as run_ablation

    with watched(quiet=as_json) as progress:
        report = run_ablation(ablation, data=data, out=out, progress=progress)
    typer.echo(report.to_json() if as_json else report.table, nl=False)


@app.command()
def tune(
    source: Annotated[str, typer.Argument(help="Your catalogue, as index reads it; captions, or categories.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the new bundle; made if missing.")] = Path(
        "tuned"
    ),
    steps: Annotated[int, typer.Option(min=1, help="Training steps of 32 pictures.")] = 300,
    minutes: Annotated[
        float | None, typer.Option(help="Stop training after this long; the same command goes on from there.")
    ] = None,
    bundle: BundleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Teach the multimodal encoder your own catalogue; measured before and after on products that it never saw."""
    from toile.bundles import load_bundle
    from toile.recipes.tune import tune as run_tuning

    with watched(quiet=as_json) as progress:
        report = run_tuning(
            source, out=out, bundle=load_bundle(bundle), steps=steps, minutes=minutes, progress=progress
        )
    if as_json:
        typer.echo(json.dumps(asdict(report)))
        return
    for name, value in report.before.items():
        typer.echo(f"{name}\t{value:.3f} -> {report.after[name]:.3f}")
    typer.echo(f"gain of map\t[{report.gain[0]:+.3f}, {report.gain[1]:+.3f}]")
    typer.echo(
        f"trained on {report.trained_on} records; measured by {report.queries} texts on {report.held_out} records of "
        "other products",
        err=True,
    )
    typer.echo(report.bundle)


@app.command()
def bundle(
    parts: Annotated[
        list[Path],
        typer.Argument(
            help="Bundle folders, as train prints them; `embedded`; or a Stable Diffusion folder, which then draws."
        ),
    ],
    into: Annotated[Path, typer.Option(help="Folder of the bundle; made if missing. Parts of the same name go.")],
    name: Annotated[str, typer.Option(help="What the bundle calls itself.")] = "own",
    mean: Annotated[
        bool, typer.Option("--mean", help="Average bundles of the same parts, as of several seeds.")
    ] = False,
) -> None:
    """Join trained parts into one bundle, for --bundle; prints its hash."""
    from toile.bundles import assemble, average, load_bundle

    folders = [load_bundle().folder if part == Path("embedded") else part for part in parts]
    if mean:
        average(folders, into)
    else:
        assemble(folders, into, name=name)
    typer.echo(load_bundle(into).hash)


@app.command()
def evaluate(
    name: Annotated[
        str,
        typer.Argument(
            help="Benchmark: search, design, edit, tryon, rag, speed, plates, filter, parse, pose, masks, describe, "
            "retrieval, composed, caption, fashion-iq or culture."
        ),
    ],
    data: Annotated[list[Path] | None, typer.Option(help="Parquet file with pictures; may be repeated.")] = None,
    split: Annotated[Split, typer.Option(help="Rows to score; all = a file nothing was trained on.")] = Split.TEST,
    out: Annotated[Path | None, typer.Option(help="Folder for the report and its sheets.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="How much is measured: triplets=500; may be repeated.")
    ] = None,
    bundle: BundleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the product; figures with 95 % bootstrap intervals."""
    from toile.bundles import load_bundle
    from toile.evaluation import evaluate as run_benchmark
    from toile.training.config import read_settings

    sizes = read_settings(settings or ())
    with watched(quiet=as_json) as progress:
        report = run_benchmark(
            name, bundle=load_bundle(bundle), data=data or (), split=split.value, sizes=sizes, progress=progress
        )
    if out is not None:
        for path in report.save(out):
            typer.echo(str(path), err=True)
    if as_json:
        typer.echo(report.to_json())
        return
    for figure, value in report.figures.items():
        low_high = report.intervals.get(figure)
        typer.echo(f"{figure}\t{value:.4f}" + (f"\t[{low_high[0]:.4f}, {low_high[1]:.4f}]" if low_high else ""))
