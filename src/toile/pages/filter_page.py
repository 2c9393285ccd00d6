"""What a filter kept and dropped, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from toile import __version__
from toile.catalog.filtering.rules import EXPLAINED, RULES, Verdict
from toile.catalog.images import decode_image
from toile.pages.rendering import picture_uri, render

if TYPE_CHECKING:
    from toile.tasks.filter import DomainReport, FilterReport, Sample

_NAMES: Final = {
    "readable": "Readable",
    "words": "Words",
    "size": "Size",
    "aspect": "Aspect",
    "persons": "Persons",
    "body": "Body in view",
    "area": "Person's share of the picture",
    "garment": "Named garments seen",
    "colour": "Named colours seen",
    "id": "Repeated ids",
    "hash": "Same pixels",
    "embedding": "Same embedding",
    "score": "Words fit the picture",
}
_SHOWN_VALUES: Final = {
    "size": ("side", "shorter side {:.0f} px"),
    "aspect": ("aspect", "aspect {:.2f}"),
    "persons": ("persons", "{:.0f} persons"),
    "body": ("body", "{:.0%} of the joints"),
    "area": ("area", "{:.0%} of the picture"),
    "hash": ("same_hash", "row {:.0f} stays"),
    "embedding": ("same_embedding", "row {:.0f} stays"),
    "id": ("same_id", "row {:.0f} came first"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FilterCard:
    """A record as the page shows it; `picture` is None where it can't be read."""

    picture: str | None
    text: str
    id: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One rule of the funnel.

    Attributes:
        before: records that came to it.
        after: that it leaves.
        dropped: by it, first.
        remark: where it is off, or could not judge.
    """

    name: str
    explained: str
    before: int
    after: int
    dropped: int
    remark: str
    cards: list[FilterCard]


def filter_page(report: FilterReport) -> str:
    """One self-contained HTML page: funnel, domains, samples of what each rule dropped."""
    score = report.settings.score
    return render(
        "filter.html.j2",
        source=report.source,
        rows=report.account.rows,
        kept=report.account.kept,
        steps=_steps(report),
        kept_cards=[_card(sample, None) for sample in report.samples.get("kept", [])],
        domain=report.settings.domain,
        domains=report.domains,
        remarks=_domain_remarks(report),
        method=score.method,
        scale=score.scale,
        soft=score.soft,
        min_rows=score.min_rows,
        facts={
            "records": f"{report.account.rows:,}",
            "kept": f"{report.account.kept:,}",
            "method": f"{score.method}{', soft' if score.soft else ''}",
            "score scale": score.scale,
            "seconds": f"{report.seconds:.1f}",
            "bundle": report.bundle,
        },
        version=__version__,
    )


def _steps(report: FilterReport) -> list[Step]:
    left = report.account.rows
    steps = []
    for name in RULES:
        dropped = report.account.dropped_by[name]
        steps.append(
            Step(
                name=_NAMES[name],
                explained=EXPLAINED[name],
                before=left,
                after=left - dropped,
                dropped=dropped,
                remark=_remark(name, report),
                cards=[_card(sample, name) for sample in report.samples.get(name, [])],
            )
        )
        left -= dropped
    return steps


def _remark(name: str, report: FilterReport) -> str:
    verdicts = report.account.verdicts[name]
    if verdicts[Verdict.OFF]:
        return "off"
    if name == "score" and report.settings.score.soft:
        return "soft: nothing is dropped for its score, kept.parquet has weights"
    unjudged = verdicts[Verdict.NOT_JUDGED] - report.account.verdicts["readable"][Verdict.DROPPED]
    if unjudged > 0 and name in ("persons", "body", "area"):
        count = "any record" if unjudged == sum(verdicts.values()) else f"{unjudged:,} records"
        how = "nothing was seen" if report.settings.rules.look else "no such column, and nobody looked"
        return f"not judged for {count}: {how}"
    return ""


def _card(sample: Sample, rule: str | None) -> FilterCard:
    told = sample.told
    return FilterCard(
        picture=None if sample.picture is None or told["width"] is None else picture_uri(decode_image(sample.picture)),
        text=told["text"] or "no words",
        id=told["id"] or f"row {told['row']}",
        why=_why(told, rule),
    )


def _why(told: dict[str, Any], rule: str | None) -> str:
    if rule == "readable":
        return str(told["note"])
    if rule in (None, "score"):
        parts = [f"cosine {told['score']:.2f}"] if told["score"] is not None else []
        parts += [f"z {told['z']:.1f}"] if told["z"] is not None else []
        parts += [f"threshold {told['tau']:.2f}"] if rule == "score" and told["tau"] is not None else []
        return ", ".join(parts)
    if rule in _SHOWN_VALUES:
        column, words = _SHOWN_VALUES[rule]
        return words.format(told[column])
    if rule == "garment":
        return f"not seen: {', '.join(told['unseen'])}"
    if rule == "colour":
        return f"in other colours: {', '.join(told['miscoloured'])}"
    return ""


def _domain_remarks(report: FilterReport) -> dict[str, str]:
    return {domain.name: "; ".join(_remarks(domain)) for domain in report.domains}


def _remarks(domain: DomainReport) -> list[str]:
    remarks = []
    if domain.calibration == "others":
        remarks.append("its words are all the same: calibrated with those of other domains")
    if domain.calibration == "pooled":
        remarks.append("too few rows to calibrate: the value of all domains together was used")
    elif domain.tau_origin is not None and domain.tau_origin.startswith("pooled"):
        remarks.append("too few rows for a threshold of its own: that of all domains together was used")
    if domain.tau_origin == "undecided":
        remarks.append("its pairs score hardly above mismatched ones: nothing was dropped for its score")
    if domain.tau_origin is not None and domain.tau_origin.endswith("lowered"):
        remarks.append("threshold lowered so that enough stay")
    return remarks
