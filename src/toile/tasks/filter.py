"""`toile filter`: keep of any source the pairs of picture and words that are worth learning from.

Two readings. The first learns of every row what can be known of it alone and leaves that on disk; between the two,
duplicates and thresholds are found; the second writes the rows that stay. Memory doesn't grow with the source.

    DIR/kept.parquet    the rows that stay, pictures inside; `toile index` and the training recipes read it
    DIR/audit.parquet   every row of the source with every rule's value and verdict
    DIR/report.html     the funnel, with samples of what each rule dropped
    DIR/filter.json     settings, source, encoder, thresholds

The folder appears at once and whole: a run that is killed leaves none. The source is never touched, so nothing is ever
lost; `restore` brings rows back from it.
"""

from __future__ import annotations

import fcntl
import json
import math
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from toile import __version__
from toile.catalog.filtering.audit import AUDIT_SCHEMA, Account, read_audit, write_audit
from toile.catalog.filtering.deciding import Decision, decide
from toile.catalog.filtering.kept import manifest_schema, write_kept
from toile.catalog.filtering.reading import check_domain, read_source
from toile.catalog.filtering.settings import FilterSettings
from toile.catalog.filtering.sight import Seen
from toile.catalog.sources import Source, open_source
from toile.errors import ConfigError, DataError
from toile.progress import Progress, no_progress
from toile.tasks.look import look
from toile.tasks.refine import refined_caption
from toile.vision.pose_maps import MIN_CONFIDENCE

if TYPE_CHECKING:
    from toile.bundles import Bundle

KEPT_FILE: Final = "kept.parquet"
AUDIT_FILE: Final = "audit.parquet"
REPORT_FILE: Final = "report.html"
RUN_FILE: Final = "filter.json"
_ROWS: Final = 8192
_BODY_JOINTS: Final = slice(2, 14)  # of COCO-18: shoulders to ankles
_MIN_COLOUR_SHARE: Final = 0.2  # of a garment's pixels, for its words to name it
_MIN_ITEM_SHARE: Final = 0.015  # of the person's pixels; hats and shoes have about this


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A record that the report shows.

    Attributes:
        picture: the file's bytes; None where it can't be read.
        told: its row of the audit.
    """

    picture: bytes | None
    told: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class DomainReport:
    """One domain in numbers.

    Attributes:
        name: value of the domain column.
        rows: in the source.
        scored: of them, those that came to the score.
        kept: of them.
        ratio: its share of what is kept over its share of the source; 1 = the filter doesn't favour it.
        tau: its threshold on the run's scale; None where none was needed.
        tau_origin: whose rows the threshold was found on.
        calibration: whose words its pictures were wrongly paired with: its `own`, those of `others` because its own are
            all the same, or `pooled`, its rows being too few; None without a calibration.
        centre: median of its mismatches, a centred cosine.
        spread: of its mismatches.
        easy: median z of its pictures with other domains' words.
        matches: estimated share of matches among the scored.
    """

    name: str
    rows: int
    scored: int
    kept: int
    ratio: float
    tau: float | None
    tau_origin: str | None
    calibration: str | None
    centre: float | None
    spread: float | None
    easy: float | None
    matches: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FilterReport:
    """What one run did.

    Attributes:
        source: its name.
        settings: of the run.
        account: the counts.
        domains: most rows first.
        samples: rule, or `kept`, to a few records.
        bundle: name and hash of the model bundle.
        seconds: of the whole run but for writing the report.
    """

    source: str
    settings: FilterSettings
    account: Account
    domains: list[DomainReport]
    samples: dict[str, list[Sample]]
    bundle: str
    seconds: float

    def summary(self) -> dict[str, Any]:
        """The counts and the domains, as JSON values."""
        return {
            "source": self.source,
            "rows": self.account.rows,
            "kept": self.account.kept,
            "dropped_by": dict(self.account.dropped_by),
            "not_judged": {name: counts["not judged"] for name, counts in self.account.verdicts.items()},
            "domains": [asdict(domain) for domain in self.domains],
            "settings": asdict(self.settings),
            "bundle": self.bundle,
            "version": __version__,
            "seconds": self.seconds,
        }


def filter_source(
    source: str | Path,
    *,
    out: Path,
    bundle: Bundle,
    page: Callable[[FilterReport], str],
    settings: FilterSettings | None = None,
    batch_size: int = 64,
    progress: Progress = no_progress,
) -> FilterReport:
    """Filter a source into a new folder.

    Args:
        source: what `open_source` reads.
        out: the folder; it must not exist yet, or be empty.
        bundle: its encoder scores the pairs.
        page: makes the report's HTML.
        settings: rules, score and domains; None: the defaults.
        batch_size: pictures that go through the encoder at once.
        progress: watcher.

    Raises:
        DataError: the source can't be read, is empty or changes meanwhile; the folder is taken or can't be written.
        ConfigError: the settings don't fit the source: no such domain column, too few rows to calibrate.
    """
    start = time.perf_counter()
    settings = settings or FilterSettings()
    origin = open_source(source)
    check_domain(origin, settings.domain)
    manifest_schema(origin)  # raises before any work
    _check_out(out, origin)
    with _workplace(out) as place:
        working, result = place / "working", place / "result"
        reading = read_source(
            origin,
            place=working,
            encoder=bundle.encoder,
            settings=settings,
            batch_size=batch_size,
            progress=progress,
            eyes=partial(_see, bundle=bundle) if settings.rules.look else None,
            reworded=refined_caption if settings.refine else None,
        )
        decision = decide(reading, settings, place=working, progress=progress)
        account = write_audit(reading, decision, settings, result / AUDIT_FILE)
        samples = _write_kept(origin, result, account, progress)
        report = FilterReport(
            source=origin.name,
            settings=settings,
            account=account,
            domains=_domain_reports(account, decision),
            samples=samples,
            bundle=f"{bundle.name} {bundle.hash[:12]}",
            seconds=time.perf_counter() - start,
        )
        (result / REPORT_FILE).write_text(page(report), encoding="utf-8")
        run = {**report.summary(), "location": origin.location, "encoder": bundle.encoder.fingerprint}
        (result / RUN_FILE).write_text(json.dumps(run, indent=2, ensure_ascii=False), encoding="utf-8")
        result.rename(out)
    return report


def _see(image: Image.Image, bundle: Bundle) -> Seen | None:
    """What `look` sees, as the filter's rules ask for it; None for a picture in which nothing can be seen."""
    try:
        seen = look(image, bundle=bundle)
    except DataError:
        return None
    is_person = seen.shows == "person"
    return Seen(
        persons=seen.num_people,
        visible=float((seen.figure.pose[_BODY_JOINTS, 2] >= MIN_CONFIDENCE).mean()) if is_person else None,
        area=float(seen.figure.person.mean()) if is_person else None,
        colours={
            item.name: tuple(colour.name for colour in item.colours if colour.share >= _MIN_COLOUR_SHARE)
            for item in seen.items
            if item.share >= _MIN_ITEM_SHARE
        },
    )


def restore(directory: Path, ids: Sequence[str] = (), *, progress: Progress = no_progress) -> int:
    """Take a filter's decisions back: the rows of some ids, or all of them, join the kept ones in the source's order.

    The audit still says what dropped them, and `restored` that they are back. Run again after a kill, it ends the same.

    Args:
        directory: a folder that `filter_source` made.
        ids: of the rows; none: every row that can be read.
        progress: watcher.

    Returns:
        How many rows came back.

    Raises:
        DataError: no such folder, unknown id, a row that could not be read, or a source that is gone or has changed.
    """
    run = _read_run(directory)
    try:
        origin = open_source(run["location"])
    except DataError as error:
        raise DataError(f"rows come back from the source that {directory} was filtered from, but {error}") from error
    audit = directory / AUDIT_FILE
    _check_ids(audit, ids)
    drafts = {name: directory / f".{name}.partial" for name in (AUDIT_FILE, KEPT_FILE)}
    try:
        restored = _rewrite_audit(audit, drafts[AUDIT_FILE], set(ids))
        watched = _watched(read_audit(drafts[AUDIT_FILE]), run["rows"], progress, {})
        write_kept(origin, watched, drafts[KEPT_FILE], set())
        # Kept first: after a kill between the two the audit doesn't know of the rows yet, and a second run brings both
        # to the same end.
        for name in (KEPT_FILE, AUDIT_FILE):
            drafts[name].replace(directory / name)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return restored


def _check_out(out: Path, origin: Source) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out} is there already; filter into a new folder, or bring rows back with --undo {out}")
    location = Path(origin.location)
    if location.is_dir() and out.resolve().is_relative_to(location):
        raise ConfigError(f"{out} lies in the source {origin.location}, which would then hold its own outcome")


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """A hidden folder beside `out` with `working` and `result` in it; gone in the end, whatever that is.

    What a killed run left is cleared by the next.

    Raises:
        DataError: another process filters into the same folder, or the disk is full.
    """
    place = out.absolute().parent / f".{out.name}.partial"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with (place / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DataError(f"another process is filtering into {out}; wait until it has finished") from None
            try:
                for name in ("working", "result"):
                    shutil.rmtree(place / name, ignore_errors=True)
                    (place / name).mkdir()
                yield place
            finally:
                shutil.rmtree(place, ignore_errors=True)
    except OSError as error:
        raise DataError(
            f"filtering into {out} failed ({error}); nothing was left there. Mend it and run again"
        ) from error


def _write_kept(origin: Source, result: Path, account: Account, progress: Progress) -> dict[str, list[Sample]]:
    told: dict[int, dict[str, Any]] = {row: {} for rows in account.samples.values() for row in rows}
    watched = _watched(read_audit(result / AUDIT_FILE), account.rows, progress, told)
    pictures = write_kept(origin, watched, result / KEPT_FILE, set(told))
    return {
        reason: [Sample(picture=pictures.get(row), told=told[row]) for row in rows]
        for reason, rows in account.samples.items()
    }


def _watched(
    audit: Iterator[dict[str, Any]], total: int, progress: Progress, wanted: dict[int, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The audit as it goes by; rows that `wanted` names are put there."""
    for done, row in enumerate(audit, start=1):
        if row["row"] in wanted:
            wanted[row["row"]] = row
        yield row
        if done % _ROWS == 0 or done == total:
            progress("writing", done, total)


def _domain_reports(account: Account, decision: Decision) -> list[DomainReport]:
    reports = []
    for name, (rows, scored, kept) in sorted(account.domains.items(), key=lambda item: (-item[1][0], item[0])):
        threshold = decision.thresholds.get(name)
        null = None if decision.calibration is None else decision.calibration.nulls.get(name)
        easy = {} if decision.calibration is None else decision.calibration.easy
        reports.append(
            DomainReport(
                name=name,
                rows=rows,
                scored=scored,
                kept=kept,
                ratio=(kept / account.kept) / (rows / account.rows) if account.kept else 0.0,
                tau=None if threshold is None or not math.isfinite(threshold.value) else threshold.value,
                tau_origin=None if threshold is None else threshold.origin + (", lowered" if threshold.lowered else ""),
                calibration=None if null is None else null.origin,
                centre=None if null is None else null.centre,
                spread=None if null is None else null.spread,
                easy=easy.get(name),
                matches=None if threshold is None else threshold.share,
            )
        )
    return reports


def _read_run(directory: Path) -> dict[str, Any]:
    try:
        run = json.loads((directory / RUN_FILE).read_text(encoding="utf-8"))
        return {"location": str(run["location"]), "rows": int(run["rows"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{directory} is no folder that toile filter made ({error}); give the --out of a run"
        ) from error


def _check_ids(audit: Path, ids: Sequence[str]) -> None:
    wanted = set(ids)
    unreadable = set()
    for row in read_audit(audit) if wanted else ():
        if row["id"] in wanted:
            wanted.discard(row["id"])
            if row["digest"] is None:
                unreadable.add(f"{row['id']} ({row['note']})")
    if wanted:
        raise DataError(f"the source has no record {', '.join(sorted(wanted)[:5])}; the audit lists all ids")
    if unreadable:
        raise DataError(f"these could not be read and can't come back: {'; '.join(sorted(unreadable)[:5])}")


def _rewrite_audit(audit: Path, draft: Path, ids: set[str]) -> int:
    """Mark the rows of the ids, or all, as restored; how many there were."""
    restored = 0
    with pq.ParquetFile(audit) as file, pq.ParquetWriter(draft, AUDIT_SCHEMA) as writer:
        for batch in file.iter_batches(_ROWS):
            rows = batch.to_pylist()
            for row in rows:
                if not row["kept"] and row["digest"] is not None and (not ids or row["id"] in ids):
                    row |= {"kept": True, "restored": True, "weight": 1.0}
                    restored += 1
            writer.write_table(pa.Table.from_pylist(rows, schema=AUDIT_SCHEMA))
    return restored
