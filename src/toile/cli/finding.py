"""Verbs that find: `index` and `search`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, cast

import typer

import toile
from toile.cli.app import BundleOption, JsonOption, app, watched


@app.command()
def index(
    into: Annotated[Path, typer.Option(help="Folder of the index; made if missing.")],
    source: Annotated[
        str | None,
        typer.Argument(
            help="Folder of pictures, CSV, JSONL or parquet manifest, imagefolder, or shards a-{000..9}.tar."
        ),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Also take in what has changed in known records.")] = False,
    multimodal: Annotated[
        bool,
        typer.Option("--multimodal", help="Store the multimodal encoder's vectors, too: for pictures with words."),
    ] = False,
    caption: Annotated[bool, typer.Option("--caption", help="Write captions where pictures come without.")] = False,
    delete: Annotated[list[str] | None, typer.Option(help="Take this id out of the index; may be repeated.")] = None,
    bundle: BundleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put pictures into an index, or take them out; running it twice adds nothing."""
    from toile.tasks.index import delete_records

    if (source is None) == (not delete):
        raise typer.BadParameter("give either a SOURCE to index or --delete ID, not both and not neither")
    if source is None:
        count = delete_records(into, delete or [])
        typer.echo(json.dumps({"deleted": count}) if as_json else f"{count} records deleted")
        return
    with watched(quiet=as_json) as progress:
        report = toile.load(bundle, into).index(
            source, update=update, multimodal=multimodal, captions=caption, progress=progress
        )
    if as_json:
        typer.echo(json.dumps({**asdict(report), "pictures_per_s": report.pictures_per_s}))
        return
    typer.echo(
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, {report.rejected} rejected; "
        f"{report.total} records in {into} ({report.seconds:.1f} s, {report.pictures_per_s:.0f} pictures/s)"
    )
    if report.rejected:
        typer.echo(f"reasons: {into / 'rejected.jsonl'}", err=True)


@app.command()
def search(
    index: Annotated[Path, typer.Option(help="Folder of the index.")],
    text: Annotated[str | None, typer.Argument(help="What to look for, in words.")] = None,
    image: Annotated[
        list[Path] | None,
        typer.Option(help="Picture to look for, or one that words change; may be repeated."),
    ] = None,
    without: Annotated[str | None, typer.Option(help="Words for what is not wanted: stripes.")] = None,
    k: Annotated[int, typer.Option("--k", "-k", help="How many hits.")] = 10,
    where: Annotated[str | None, typer.Option(help="SQL condition: category = 'dress' and kids = false.")] = None,
    text_weight: Annotated[
        float | None, typer.Option(help="Share of the words in [0, 1] beside a picture, for the first encoder; 0.5.")
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(help="first, or multimodal (for a picture with words, where the index has its vectors)."),
    ] = None,
    captions: Annotated[bool, typer.Option("--captions", help="Find words for a picture: compare captions.")] = False,
    caption_weight: Annotated[float, typer.Option(help="How much captions count beside pictures; multimodal.")] = 0.0,
    rerank: Annotated[
        int,
        typer.Option(
            help="Order so many best hits again by the matching head, which the embedded bundle has but poorly."
        ),
    ] = 0,
    hybrid: Annotated[bool, typer.Option("--hybrid", help="Fuse with full-text search over captions.")] = False,
    facet: Annotated[list[str] | None, typer.Option(help="Count this column's values; may be repeated.")] = None,
    sheet: Annotated[Path | None, typer.Option(help="Also write an HTML contact sheet of the hits.")] = None,
    bundle: BundleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the records nearest to words, to a picture, or to both."""
    if encoder not in (None, "first", "multimodal"):
        raise typer.BadParameter(f"{encoder!r} is none of first, multimodal", param_hint="--encoder")
    result = toile.load(bundle, index).search(
        text,
        image=image,
        without=without,
        text_weight=text_weight,
        encoder=cast(Any, encoder),
        hits="captions" if captions else "pictures",
        caption_weight=caption_weight,
        rerank=rerank,
        hybrid=hybrid,
        where=where,
        k=k,
        facets=facet or (),
    )
    if sheet is not None:
        from toile.pages import contact_sheet

        sheet.write_text(contact_sheet(result), encoding="utf-8")
        typer.echo(f"contact sheet: {sheet}", err=True)
    if as_json:
        typer.echo(result.to_json())
        return
    for hit in result.hits:
        typer.echo(f"{hit.score:.3f}\t{hit.id}\t{hit.category or '-'}\t{hit.caption or ''}")
    for column, counts in result.facets.items():
        typer.echo(f"{column}\t" + ", ".join(f"{value} {count}" for value, count in counts.items()))
