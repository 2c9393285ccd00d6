"""Are briefs refined truly? Stored briefs with gold, for every tier, and an eager language model to be caught.

What the model made up is known without asking the verifier, see `evaluation.stand_in`; a refinement that lets a piece
of it pass counts as a hallucination whatever its own labels say.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from toile import __version__
from toile.catalog.split import Split
from toile.culture.chat import ChatEndpoint
from toile.culture.knowledge import knowledge
from toile.culture.refining import Refined, refine
from toile.culture.search import stems
from toile.culture.slots import Wishes
from toile.culture.verify import Verifier
from toile.culture.writing import refine_with
from toile.diffusion.sampler import STOCHASTIC
from toile.evaluation.culture_pictures import of_pictures
from toile.evaluation.report import Report
from toile.evaluation.stand_in import inventions, stand_in
from toile.metrics.bootstrap import bootstrap_mean
from toile.progress import Progress
from toile.tasks.drawing import Settings
from toile.tasks.refine import refiner
from toile.training.config import Strict

if TYPE_CHECKING:
    from toile.bundles import Bundle

_NAMED: Final = ("named", "misspelt", "native")
_DESCRIBED: Final = ("description",)
_CULTURAL: Final = ("unsupported", "contradicted")
_NOTES: Final = (
    "briefs: written by people who had the list of garments and not the records; half of them are for tuning, by the "
    "rule in `brief_split`, and only the other half is scored",
    "tier 0: names and words; tier 1: sentences of the text tower for briefs that name nothing; tier 2: the eager "
    "stand-in behind an endpoint, policy strict",
    "hit_at_1: the first candidate is one of the gold; for fusions all of the gold are chosen",
    "hallucination: cultural claims of a prompt that are unsupported or contradicted, by the verifier, over all its "
    "cultural claims; invented_survived: phrases of the stand-in still in the prompt, by its script",
    "intent_retention: share of the words that a brief must keep which are in the prompt, short form",
    "slot_f1: garment, colour, material and occasion of the user, against the gold",
    "*_p50_ms, *_p95_ms: one brief at a time, after the records were loaded",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CultureSizes(Strict):
    """How much is measured."""

    briefs: bool = True
    """Of the stored briefs, all of the split."""
    pictures: int = 0
    """Briefs that are drawn; 0: none."""
    refined: bool = True
    """Whether those are refined first."""
    sampler: str = STOCHASTIC
    steps: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GoldBrief:
    """A brief and what is right about it.

    Attributes:
        stratum: what kind of brief it is.
        brief: as it is typed.
        garments: ids, any of which may come first; empty: none may be chosen.
        all: whether all of them must be chosen.
        keep: words that a refinement must keep.
        slots: field to what the user says of it.
        unknown: whether it asks for something that isn't there.
        restricted: ids of restricted garments that it asks for.
    """

    id: str
    stratum: str
    brief: str
    garments: tuple[str, ...] = ()
    all: bool = False
    keep: tuple[str, ...] = ()
    slots: Mapping[str, Sequence[str]]
    unknown: bool = False
    restricted: tuple[str, ...] = ()


@cache
def gold_briefs() -> tuple[GoldBrief, ...]:
    """All stored briefs."""
    folder = files(__package__) / "culture_briefs"
    rows = [
        row
        for file in sorted(folder.iterdir(), key=lambda one: one.name)
        for row in json.loads(file.read_text("utf-8"))
    ]
    return tuple(_gold(row) for row in rows)


def _gold(row: dict[str, Any]) -> GoldBrief:
    lists = {name: tuple(row.get(name, ())) for name in ("garments", "keep", "restricted")}
    return GoldBrief(**{**row, **lists, "slots": row.get("slots", {})})


def brief_split(gold: GoldBrief) -> Split:
    """Tuning (`validation`) or `test`: every third brief is for tuning, and those that were written for it."""
    if gold.id.startswith("tuning"):
        return "validation"
    return "validation" if int(sha1(gold.id.encode()).hexdigest(), 16) % 3 == 0 else "test"


def evaluate_culture(
    bundle: Bundle, split: Split | None, progress: Progress, *, sizes: CultureSizes | None = None
) -> Report:
    """The culture benchmark; see the module's docstring and the report's notes."""
    start = time.perf_counter()
    sizes = sizes or CultureSizes()
    figures: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    sheets: dict[str, Image.Image] = {}
    briefs = [gold for gold in gold_briefs() if split is None or brief_split(gold) == split] if sizes.briefs else []
    if briefs:
        figures, intervals = _of_briefs(briefs, progress)
    if sizes.pictures:
        settings = Settings.of(sizes.sampler, steps=sizes.steps, guidance_scale=None)
        told = of_pictures(
            bundle, split, count=sizes.pictures, refined=sizes.refined, settings=settings, progress=progress
        )
        figures |= told.figures
        intervals |= told.intervals
        sheets |= told.sheets
    return Report(
        benchmark="culture",
        figures=figures,
        intervals=intervals,
        n=len(briefs) or sizes.pictures,
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=list(_NOTES),
        sheets=sheets,
    )


def _of_briefs(
    briefs: Sequence[GoldBrief], progress: Progress
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    first = refiner()
    first("a knitted hat with ear flaps", Wishes())  # loads the tower
    with stand_in() as base_url:
        model = ChatEndpoint(model="eager", base_url=base_url, pause=0.0)
        tiers: dict[str, Callable[[str], Refined]] = {
            "tier0": refine,
            "tier1": lambda brief: first(brief, Wishes()),
            "tier2": lambda brief: refine_with(model, brief),
        }
        samples: dict[str, list[float]] = {}
        for done, gold in enumerate(briefs):
            progress("refining briefs", done, len(briefs))
            for tier, refining in tiers.items():
                began = time.perf_counter()
                refined = refining(gold.brief)
                samples.setdefault(f"{tier}_ms", []).append((time.perf_counter() - began) * 1000)
                for name, value in _judged(gold, refined).items():
                    samples.setdefault(f"{tier}_{name}", []).append(value)
    figures = {name: float(np.mean(values)) for name, values in samples.items() if not name.endswith("_ms")}
    intervals = {name: bootstrap_mean(np.array(samples[name])) for name in figures}
    for tier in tiers:
        figures[f"{tier}_p50_ms"] = float(np.median(samples[f"{tier}_ms"]))
        figures[f"{tier}_p95_ms"] = float(np.quantile(samples[f"{tier}_ms"], 0.95))
    for name, source in _HEADLINES.items():
        figures[name], intervals[name] = figures[source], intervals[source]
    # The worst tier's: none may say what no record stands for.
    worst = [figures[f"{tier}_{name}"] for tier in tiers for name in ("hallucination", "invented_survived")]
    figures["strict_hallucination_rate"] = max(worst)
    figures["intent_retention"] = min(figures[f"{tier}_intent_retention"] for tier in tiers)
    return figures, intervals


_HEADLINES: Final = {
    "named_hit_at_1": "tier0_named_hit_at_1",
    "description_hit_at_1": "tier1_description_hit_at_1",
    "trap_refusal_rate": "tier1_trap_refusal",
    "restricted_note_recall": "tier1_restricted_note_recall",
}


def _judged(gold: GoldBrief, refined: Refined) -> dict[str, float]:
    """What one refinement is worth, by stratum."""
    told: dict[str, float] = {}
    hit = _hit(gold, refined)
    if gold.garments:
        group = "named" if gold.stratum in _NAMED else gold.stratum
        told[f"{gold.stratum}_hit"] = told[f"{group}_hit_at_1"] = float(hit)
        places = [place for place, key in enumerate(refined.candidates, start=1) if key in gold.garments]
        told["mrr"] = 1 / places[0] if places else 0.0
    if gold.stratum == "trap":
        told["trap_refusal"] = float(not refined.records and bool(refined.unknown or refined.warnings))
    elif gold.stratum == "generic":
        told["generic_left_alone"] = float(not refined.records)
    for key in gold.restricted:
        said = " ".join([*refined.warnings, *refined.notices])
        told["restricted_note_recall"] = float((knowledge()[key].sensitivity.guidance or "") in said)
        told["restricted_declined"] = float(key in refined.declined)
    shown = refined.prompt_short.lower()
    if gold.keep and not gold.restricted and not gold.unknown:
        told["intent_retention"] = float(np.mean([word.lower() in shown for word in gold.keep]))
    if gold.slots and not gold.restricted and not gold.unknown:
        told["slot_f1"] = _slot_f1(gold, refined)
    told |= _truth(refined)
    return told


def _hit(gold: GoldBrief, refined: Refined) -> bool:
    first = (*refined.declined, *refined.records, *refined.candidates)
    if gold.all:
        return set(gold.garments) <= {*refined.records, *refined.declined}
    return bool(first) and first[0] in gold.garments


def _truth(refined: Refined) -> dict[str, float]:
    """Claims of the prompt, by a verifier of its own, and what the stand-in made up and is still there."""
    if not refined.prompt:
        return {}
    records = [knowledge()[key] for key in refined.records]
    said = [refined.brief, *(slot.value for slot in refined.slots if slot.source == "user")]
    claims = Verifier(records, " ".join(said)).claims(refined.prompt)
    cultural = [claim for claim in claims if claim.label in ("supported", *_CULTURAL)]
    told: dict[str, float] = {}
    if cultural:
        told["hallucination"] = sum(claim.label in _CULTURAL for claim in cultural) / len(cultural)
        told["contradiction"] = sum(claim.label == "contradicted" for claim in cultural) / len(cultural)
        told["cited_or_draft"] = float(
            np.mean([bool(claim.why) for claim in cultural if claim.label == "supported"] or [True])
        )
    words = set(stems(refined.prompt)) - set(stems(refined.brief))
    lies = [lie for record in records[:1] for lie in inventions(record, refined.brief)]
    survived = [lie for lie in lies if stems(lie) and lie.lower() in refined.prompt.lower() and set(stems(lie)) & words]
    if lies:
        told["invented_survived"] = len(survived) / len(lies)
    return told


def _slot_f1(gold: GoldBrief, refined: Refined) -> float:
    fields = ("colour", "material", "occasion")
    wanted = {(name, stem) for name in fields for value in gold.slots.get(name, ()) for stem in stems(value)}
    found = {
        (slot.field, stem)
        for slot in refined.slots
        if slot.source == "user" and slot.field in fields
        for stem in stems(slot.value)
    }
    if not wanted and not found:
        return 1.0
    return 2 * len(wanted & found) / (len(wanted) + len(found))
