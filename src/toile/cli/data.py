"""Verbs that make and look after data."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

import toile
from toile.cli.app import BundleOption, JsonOption, app, data_app, parse_pairs, watched
from toile.errors import DataError


@app.command("filter")
def filter_pairs(
    source: Annotated[str | None, typer.Argument(help="Pictures with words, as index reads them.")] = None,
    out: Annotated[Path | None, typer.Option(help="New folder for kept rows, audit and report.")] = None,
    domain: Annotated[str | None, typer.Option(help="Column whose values get own thresholds: culture.")] = None,
    method: Annotated[
        str, typer.Option(help="none, global, quantile, mismatch, discovery or mixture; all but two adapt to a domain.")
    ] = "mixture",
    scale: Annotated[str, typer.Option(help="What scores are on: raw, percentile or calibrated.")] = "calibrated",
    tau: Annotated[float | None, typer.Option(help="Least score on that scale, for global and mismatch.")] = None,
    keep_share: Annotated[float, typer.Option(help="Share of a domain that quantile keeps.")] = 0.75,
    false_share: Annotated[float, typer.Option(help="Share of mismatches that discovery keeps at most.")] = 0.1,
    posterior: Annotated[float, typer.Option(help="Least probability of a match, for mixture.")] = 0.5,
    refine: Annotated[
        bool, typer.Option("--refine", help="Score by what the knowledge base makes of words that name its garments.")
    ] = False,
    soft: Annotated[bool, typer.Option("--soft", help="Weigh by the score instead of dropping.")] = False,
    min_side: Annotated[int, typer.Option(help="Shorter side in pixels; 0 = off.")] = 128,
    max_aspect: Annotated[float, typer.Option(help="Longer side over shorter; 0 = off.")] = 3.0,
    min_words: Annotated[int, typer.Option(help="Words of a caption.")] = 1,
    max_persons: Annotated[int, typer.Option(help="Where a record counts persons; 0 = off.")] = 1,
    min_body: Annotated[float, typer.Option(help="Share of joints seen, where a record has a pose; 0 = off.")] = 0.5,
    min_person: Annotated[float, typer.Option(help="Share of the picture, where a record has a mask; 0 = off.")] = 0.02,
    look: Annotated[
        bool, typer.Option("--look", help="Look at every picture: people, joints, garments and colours of the words.")
    ] = False,
    hash_bits: Annotated[int, typer.Option(help="Near-duplicates: differing bits of 64; -1 = off.")] = 4,
    min_cosine: Annotated[float, typer.Option(help="Near-duplicates: cosine of embeddings; 0 = off.")] = 0.999,
    undo: Annotated[Path | None, typer.Option(help="Bring dropped rows of this outcome back: all, or --id.")] = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help="With --undo: only this one; may be repeated.")] = None,
    bundle: BundleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep the pairs of picture and words that are worth learning from; say why of every one that goes."""
    from toile.catalog.filtering.settings import FilterSettings, RuleSettings, read_score_settings
    from toile.tasks.filter import KEPT_FILE, REPORT_FILE, restore

    if (undo is None) == (source is None) or (source is None) != (out is None) or (ids and undo is None):
        raise typer.BadParameter("give either a SOURCE and --out DIR, or --undo DIR and perhaps --id ID")
    if undo is not None:
        with watched(quiet=as_json) as progress:
            count = restore(undo, ids or (), progress=progress)
        typer.echo(json.dumps({"restored": count}) if as_json else f"{count} records restored in {undo / KEPT_FILE}")
        return
    assert source is not None and out is not None, "checked above"
    rules = RuleSettings(
        min_side_px=min_side or None,
        max_aspect=max_aspect or None,
        min_words=min_words,
        max_persons=max_persons or None,
        min_body=min_body or None,
        min_person_share=min_person or None,
        look=look,
        max_hash_bits=None if hash_bits < 0 else hash_bits,
        min_cosine=min_cosine or None,
    )
    score = read_score_settings(
        method,
        scale,
        tau=tau,
        keep_share=keep_share,
        false_share=false_share,
        posterior=posterior,
        soft=soft,
    )
    settings = FilterSettings(domain=domain, refine=refine, rules=rules, score=score)
    with watched(quiet=as_json) as progress:
        report = toile.load(bundle).filter(source, out, settings, progress=progress)
    if as_json:
        typer.echo(json.dumps(report.summary()))
        return
    typer.echo(f"{report.account.kept} of {report.account.rows} records kept in {out / KEPT_FILE}")
    for rule, count in report.account.dropped_by.most_common():
        typer.echo(f"{rule}\t{count} dropped")
    for found in report.domains:
        if found.calibration == "pooled":
            typer.echo(f"{found.name}: too few rows to calibrate, the pooled value was used", err=True)
    typer.echo(f"report: {out / REPORT_FILE}", err=True)


@data_app.command("weaken")
def weaken_data(
    plates: Annotated[list[Path], typer.Argument(help="Folders of toile plates --packed.")],
    out: Annotated[Path, typer.Option(help="Folder for streets.parquet; made if missing.")],
    wrong: Annotated[float, typer.Option(help="Share of rows that get another picture's words.")] = 0.3,
    seed: Annotated[int, typer.Option(help="Of words and choice.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Give plates of traditional dress words as the web has them, a share of them wrong, with the truth beside."""
    from toile.tasks.weaken import weaken

    report = weaken(plates, out, wrong_share=wrong, seed=seed)
    if as_json:
        typer.echo(json.dumps(asdict(report), default=str))
        return
    typer.echo(f"{report.path}: {report.rows} rows of {len(report.cultures)} cultures, {report.wrong} with wrong words")


@data_app.command("check")
def check_data(
    name: Annotated[str, typer.Argument(help="Which data set, see above.")],
    path: Annotated[Path, typer.Argument(help="Folder of the data set; a file or shard pattern where it is one.")],
    split: Annotated[list[str] | None, typer.Option(help="Must be there and have rows; may be repeated.")] = None,
    sample: Annotated[int, typer.Option(min=0, help="Rows of each split to open; more is slower.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Say what is missing or wrong in a data set, with counts; exit code 3 if it can't be used.

    Known: fashiongen, fashion-iq, fashion200k, viton-hd, dress-code, hierafashion, deepfashion-plus, webdataset,
    clothing-dataset, clothing-co-parsing. What can be used can be indexed, too: toile index dress-code:FOLDER
    """
    from toile.catalog.datasets import check_dataset

    with watched(quiet=as_json) as progress:
        check = check_dataset(name, path, splits=split or (), sample=sample, progress=progress)
    typer.echo(check.to_json() if as_json else check.for_people())
    if not check.is_usable:
        raise typer.Exit(DataError.exit_code)


@data_app.command("annotate")
def annotate_data(
    path: Annotated[Path, typer.Argument(help="Folder of Fashion-IQ.")],
    out: Annotated[Path, typer.Option(help="JSONL file; what it holds already is not asked for again.")],
    split: Annotated[str, typer.Option(help="Whose pictures: train, val or test.")] = "train",
    model: Annotated[str | None, typer.Option(help="Vision model at the endpoint; default: our captioner.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="OpenAI-compatible, up to /v1; else OPENAI_BASE_URL.")] = None,
    bundle: BundleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Caption Fashion-IQ's pictures; no sentence of the evaluation is shown to what writes."""
    from toile.catalog.datasets.fashion_iq import FashionIQ
    from toile.tasks.annotate import OwnCaptioner, annotate

    if model is None:
        from toile.bundles import load_bundle

        writer: Any = OwnCaptioner(load_bundle(bundle))
    else:
        from toile.models.chat import ChatModel

        writer = ChatModel(model, base_url=endpoint)
    with watched(quiet=as_json) as progress:
        report = annotate(FashionIQ.open(path), split, out=out, model=writer, progress=progress)
    if as_json:
        typer.echo(json.dumps(asdict(report)))
        return
    typer.echo(f"{report.written} captions written, {report.known} known, {report.failed} failed; {out}")
    typer.echo("words: " + ", ".join(report.menu), err=True)


@data_app.command("pack")
def pack_data(
    name: Annotated[str, typer.Argument(help="clothing-dataset, clothing-co-parsing, fashiongen, fashion-iq, ...")],
    path: Annotated[Path, typer.Argument(help="Its folder.")],
    out: Annotated[
        Path,
        typer.Option(
            help="The parquet file, by the name that recipes look for: garments, streets, changes (of fashion-iq) or "
            "captioned.parquet (of all others)."
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Write a public data set as the parquet file that recipes train on: its training split, where it has one.

    The columns pose and person of street photos stay empty (null): they are estimates, and toile ships no estimator.
    """
    from toile.catalog.datasets.pack import pack_dataset

    with watched(quiet=as_json) as progress:
        report = pack_dataset(name, path, out, progress=progress)
    if as_json:
        typer.echo(report.to_json())
        return
    typer.echo(f"{report.rows} rows in {report.path}, {report.left_out} left out")
    for reason in report.reasons:
        typer.echo(f"  {reason}", err=True)


@app.command()
def plates(
    out: Annotated[Path, typer.Option(help="Folder for the plates; it must be empty or not exist.")],
    n: Annotated[int, typer.Option("--n", "-n", help="How many plates.")] = 100,
    seed: Annotated[int, typer.Option(help="Another seed gives other plates for the same numbers.")] = 0,
    height: Annotated[int, typer.Option(help="Height in pixels; the width is three quarters of it.")] = 256,
    picture_format: Annotated[str, typer.Option("--format", help="png or webp (lossless).")] = "png",
    wishes: Annotated[
        list[str] | None,
        typer.Option("--with", help="What every look must have: category=dress, collar=stand, culture=kimono, ..."),
    ] = None,
    packed: Annotated[
        bool, typer.Option("--packed", help="Write the two parquet files that train and evaluate read instead.")
    ] = False,
    changes: Annotated[
        bool, typer.Option("--changes", help="Write pairs that differ in one thing, changes.parquet, instead.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Draw fashion plates with captions, label maps, poses, masks, sketches, flat garments and one-attribute pairs.

    The folder can be indexed: toile index OUT --into INDEX
    """
    from toile.tasks.plates import draw_plates

    if packed or changes:
        from toile.catalog.plates.examples import PlateConfig
        from toile.catalog.plates.pack import pack_changes, pack_plates

        config = PlateConfig(seed=seed, height=height, wishes=parse_pairs(wishes or (), "wish", "collar=stand"))
        with watched(quiet=as_json) as progress:
            files = list(pack_plates(out, config, count=n, progress=progress)) if packed else []
            files += [pack_changes(out, config, count=n, progress=progress)] if changes else []
        typer.echo(json.dumps({"plates": n, "files": [str(file) for file in files]}) if as_json else str(out))
        return
    with watched(quiet=as_json) as progress:
        report = draw_plates(
            out,
            n=n,
            seed=seed,
            height=height,
            picture_format=picture_format,
            wishes=parse_pairs(wishes or (), "wish", "collar=stand"),
            progress=progress,
        )
    if as_json:
        typer.echo(report.to_json())
        return
    typer.echo(
        f"{report.plates} plates ({report.traditional} traditional), {report.pictures} pictures in {report.folder}"
    )
    typer.echo(f"contact sheet: {report.folder / 'sheet.png'}", err=True)
