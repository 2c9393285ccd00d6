"""The command line: every verb reads its arguments, calls one function, and prints what came back.

stdout carries data only; logs and progress go to stderr. An error that the user can mend is one message on stderr and
its own exit code (`toile.errors`); 2 is also what wrong options give. Nothing heavy is imported before a verb runs.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperGroup

import toile
from toile.errors import DataError, ToileError
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
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and show no progress.")]


class Split(StrEnum):
    """Which rows an evaluation scores; the rule is in `toile.catalog.split`."""

    TEST = "test"
    VALIDATION = "validation"
    TRAIN = "train"
    ALL = "all"


@contextmanager
def _watched(*, quiet: bool) -> Iterator[Progress]:
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
    with _watched(quiet=as_json) as progress:
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
    rerank: Annotated[int, typer.Option(help="Order so many best hits again by the matching head; multimodal.")] = 0,
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


@app.command()
def design(
    prompt: Annotated[str, typer.Argument(help='What to draw, e.g. "black leather jacket, white dress, brown boots".')],
    n: Annotated[int, typer.Option("--n", "-n", help="How many pictures.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the first picture; the next has the next.")] = 0,
    steps: Annotated[int, typer.Option(help="Denoising steps.")] = 20,
    guidance_scale: Annotated[float, typer.Option(help="How hard to follow the words; 1 = no guidance.")] = 3.0,
    pose: Annotated[
        str, typer.Option(help="straight, contrapposto, hand-on-hip, walking or akimbo; any = by the seed; none.")
    ] = "any",
    sampler: Annotated[str, typer.Option(help="dpm-sde, or dpm: no fresh noise on the way.")] = "dpm-sde",
    out: Annotated[Path, typer.Option(help="Folder for the pictures; made if missing.")] = Path("designs"),
    bundle: BundleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw pictures from words; each PNG carries the recipe that makes it again."""
    from toile.tasks.design import save_designs

    with _watched(quiet=as_json) as progress:
        designs = toile.load(bundle).design(
            prompt,
            n=n,
            seed=seed,
            steps=steps,
            guidance_scale=guidance_scale,
            pose=pose,
            sampler=sampler,
            progress=progress,
        )
    paths = save_designs(designs, out)
    if as_json:
        made = [{"path": str(p), "recipe": asdict(d.recipe)} for p, d in zip(paths, designs, strict=True)]
        typer.echo(json.dumps({"designs": made}))
        return
    for path in paths:
        typer.echo(str(path))


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


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A PNG that toile made.")],
    out: Annotated[Path | None, typer.Option(help="Where to write it; default: NAME.replay.png beside it.")] = None,
    bundle: BundleOption = None,
) -> None:
    """Make a picture again from the recipe inside it, and say whether the bytes are the same."""
    made = toile.load(bundle).replay(file)
    target = file.with_suffix(".replay.png") if out is None else out
    target.write_bytes(made)
    typer.echo(str(target))
    if made != file.read_bytes():
        raise DataError(f"{target} differs from {file}: the picture was made on another device or has been re-saved")
    typer.echo(f"the same {len(made)} bytes as {file}", err=True)


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

    with _watched(quiet=as_json) as progress:
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

    with _watched(quiet=as_json) as progress:
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
    parts: Annotated[list[Path], typer.Argument(help="Bundle folders, such as those that train prints.")],
    into: Annotated[Path, typer.Option(help="Folder of the bundle; made if missing. Parts of the same name go.")],
    name: Annotated[str, typer.Option(help="What the bundle calls itself.")] = "own",
) -> None:
    """Join trained parts into one bundle, for --bundle; prints its hash."""
    from toile.bundles import assemble

    typer.echo(assemble(parts, into, name=name).hash)


@app.command()
def evaluate(
    name: Annotated[
        str,
        typer.Argument(
            help="Benchmark: search, design, speed, plates, filter, parse, pose, masks, describe, retrieval, composed, "
            "caption or fashion-iq."
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
    with _watched(quiet=as_json) as progress:
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
        with _watched(quiet=as_json) as progress:
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
    settings = FilterSettings(domain=domain, rules=rules, score=score)
    with _watched(quiet=as_json) as progress:
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

    with _watched(quiet=as_json) as progress:
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
    with _watched(quiet=as_json) as progress:
        report = annotate(FashionIQ.open(path), split, out=out, model=writer, progress=progress)
    if as_json:
        typer.echo(json.dumps(asdict(report)))
        return
    typer.echo(f"{report.written} captions written, {report.known} known, {report.failed} failed; {out}")
    typer.echo("words: " + ", ".join(report.menu), err=True)


@data_app.command("pack")
def pack_data(
    name: Annotated[str, typer.Argument(help="clothing-dataset or clothing-co-parsing.")],
    path: Annotated[Path, typer.Argument(help="The cloned repository.")],
    out: Annotated[Path, typer.Option(help="The parquet file; one that is there is replaced.")],
    as_json: JsonOption = False,
) -> None:
    """Write an openly licensed photo set as the parquet file that recipes train on.

    The columns pose and person of street photos stay empty (null): they are estimates, and toile ships no estimator.
    """
    from toile.catalog.datasets.pack import pack_dataset

    with _watched(quiet=as_json) as progress:
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
    from toile.tasks.plates import draw_plates, parse_wishes

    if packed or changes:
        from toile.catalog.plates.examples import PlateConfig
        from toile.catalog.plates.pack import pack_changes, pack_plates

        config = PlateConfig(seed=seed, height=height, wishes=parse_wishes(wishes or ()))
        with _watched(quiet=as_json) as progress:
            files = list(pack_plates(out, config, count=n, progress=progress)) if packed else []
            files += [pack_changes(out, config, count=n, progress=progress)] if changes else []
        typer.echo(json.dumps({"plates": n, "files": [str(file) for file in files]}) if as_json else str(out))
        return
    with _watched(quiet=as_json) as progress:
        report = draw_plates(
            out,
            n=n,
            seed=seed,
            height=height,
            picture_format=picture_format,
            wishes=parse_wishes(wishes or ()),
            progress=progress,
        )
    if as_json:
        typer.echo(report.to_json())
        return
    typer.echo(
        f"{report.plates} plates ({report.traditional} traditional), {report.pictures} pictures in {report.folder}"
    )
    typer.echo(f"contact sheet: {report.folder / 'sheet.png'}", err=True)
