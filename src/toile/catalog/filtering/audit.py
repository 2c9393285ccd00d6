"""The audit: one row for every row of the source, with every rule's value and verdict, and what became of it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toile.catalog.filtering.calibration import Pairs
from toile.catalog.filtering.deciding import Decision, scrambled
from toile.catalog.filtering.disk import CHUNK_ROWS
from toile.catalog.filtering.reading import Reading
from toile.catalog.filtering.rules import RULES, Facts, Verdict, first_dropped, judge
from toile.catalog.filtering.scales import Scores, score_pairs
from toile.catalog.filtering.settings import FilterSettings
from toile.catalog.filtering.thresholds import Threshold, soft_weights

NUM_SAMPLES: Final = 6
"""Records of each rule that the report shows."""

AUDIT_SCHEMA: Final = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("id", pa.string()),
        pa.field("kept", pa.bool_(), nullable=False),
        pa.field("dropped_by", pa.string()),
        pa.field("restored", pa.bool_(), nullable=False),
        pa.field("weight", pa.float64()),
        pa.field("domain", pa.string()),
        pa.field("text", pa.string()),
        pa.field("text_origin", pa.string()),
        pa.field("score", pa.float64()),
        pa.field("percentile", pa.float64()),
        pa.field("z", pa.float64()),
        pa.field("p_value", pa.float64()),
        pa.field("calibration", pa.string()),
        pa.field("tau", pa.float64()),
        pa.field("tau_origin", pa.string()),
        pa.field("num_words", pa.int32()),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        pa.field("side", pa.int32()),
        pa.field("aspect", pa.float64()),
        pa.field("persons", pa.int32()),
        pa.field("body", pa.float64()),
        pa.field("area", pa.float64()),
        pa.field("claims", pa.list_(pa.string())),
        pa.field("unseen", pa.list_(pa.string())),
        pa.field("miscoloured", pa.list_(pa.string())),
        pa.field("perceptual_hash", pa.string()),
        pa.field("same_id", pa.int64()),
        pa.field("same_hash", pa.int64()),
        pa.field("same_embedding", pa.int64()),
        pa.field("cosine_to_same", pa.float64()),
        *(pa.field(f"verdict_{name}", pa.string(), nullable=False) for name in RULES),
        pa.field("note", pa.string()),
        pa.field("digest", pa.string()),
    ]
)
"""`tau` is on the run's scale; `same_...` are rows of the audit that stay in this one's place; `weight` is null where
the record is dropped."""


@dataclass(kw_only=True, slots=True)
class Account:
    """What the audit counts on its way.

    Attributes:
        rows: of the source.
        kept: of them.
        dropped_by: rule to rows.
        verdicts: rule to verdict to rows.
        domains: domain to (rows, rows that came to the score, rows kept).
        samples: rule to a few of the rows that it dropped, and `kept` to a few that stay.
    """

    rows: int = 0
    kept: int = 0
    dropped_by: Counter[str] = field(default_factory=Counter)
    verdicts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in RULES})
    domains: dict[str, list[int]] = field(default_factory=dict)
    samples: dict[str, list[int]] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any], verdicts: Mapping[str, Verdict]) -> None:
        """Count one row of the audit."""
        self.rows += 1
        self.kept += row["kept"]
        for name, verdict in verdicts.items():
            self.verdicts[name][verdict.value] += 1
        reason = row["dropped_by"]
        if reason is not None:
            self.dropped_by[reason] += 1
        if row["domain"]:
            counts = self.domains.setdefault(row["domain"], [0, 0, 0])
            counts[0] += 1
            counts[1] += reason in (None, "score")
            counts[2] += row["kept"]
        shown = self.samples.setdefault(reason or "kept", [])
        shown.append(row["row"])
        if len(shown) > 64 * NUM_SAMPLES:
            self._thin(shown)

    def finish(self) -> None:
        """Choose the samples: the same rows whatever came between them."""
        for shown in self.samples.values():
            self._thin(shown)
            shown.sort()

    @staticmethod
    def _thin(shown: list[int]) -> None:
        keys = scrambled(np.array(shown, np.int64)).tolist()
        shown[:] = [row for _, row in heapq.nsmallest(NUM_SAMPLES, zip(keys, shown, strict=True))]


def write_audit(reading: Reading, decision: Decision, settings: FilterSettings, path: Path) -> Account:
    """Write the audit of all rows; what it counts."""
    account = Account()
    with pq.ParquetWriter(path, AUDIT_SCHEMA) as writer:
        for number, facts in enumerate(reading.facts()):
            start = number * CHUNK_ROWS
            rows = _chunk(reading, decision, settings, facts, slice(start, start + len(facts)), account)
            writer.write_table(pa.Table.from_pylist(rows, schema=AUDIT_SCHEMA))
    account.finish()
    return account


def read_audit(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of an audit, one at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(CHUNK_ROWS):
            yield from batch.to_pylist()


def _chunk(
    reading: Reading,
    decision: Decision,
    settings: FilterSettings,
    facts: list[Facts],
    rows: slice,
    account: Account,
) -> list[dict[str, Any]]:
    scored = _scores(reading, decision, settings, rows)
    made = []
    for offset, fact in enumerate(facts):
        row = rows.start + offset
        same = {name: int(getattr(decision, name)[row]) for name in ("same_id", "same_hash", "same_embedding")}
        verdicts = judge(fact, settings.rules) | _verdicts_of_same(fact, same, settings)
        score = scored.get(offset)
        verdicts["score"] = Verdict.NOT_JUDGED if score is None else score.verdict
        entry = _entry(row, fact, same, verdicts, score)
        entry["perceptual_hash"] = None if fact.width is None else f"{int(reading.hashes[row]):016x}"
        if same["same_embedding"] >= 0:
            better = reading.images[same["same_embedding"]].astype(np.float64)
            entry["cosine_to_same"] = float(reading.images[row].astype(np.float64) @ better)
        account.add(entry, verdicts)
        made.append(entry)
    return made


def _verdicts_of_same(fact: Facts, same: Mapping[str, int], settings: FilterSettings) -> dict[str, Verdict]:
    is_off = {
        "id": False,
        "hash": settings.rules.max_hash_bits is None,
        "embedding": settings.rules.min_cosine is None,
    }
    verdicts = {}
    for name, off in is_off.items():
        if off:
            verdicts[name] = Verdict.OFF
        elif fact.broken is not None:
            verdicts[name] = Verdict.NOT_JUDGED
        else:
            verdicts[name] = Verdict.DROPPED if same[f"same_{name}"] >= 0 else Verdict.PASSED
    return verdicts


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scored:
    """The score of one row on every scale, and what it means."""

    values: dict[str, Any]
    verdict: Verdict
    weight: float


def _scores(reading: Reading, decision: Decision, settings: FilterSettings, rows: slice) -> dict[int, _Scored]:
    """Offset in the chunk to score, for the rows that have one and whose domain has a threshold."""
    found: dict[int, _Scored] = {}
    is_scored = ~np.isnan(reading.scores[rows])
    for code in np.unique(reading.domain[rows][is_scored]):
        name = reading.domains[int(code)]
        threshold = decision.thresholds.get(name)
        if threshold is None:
            continue
        offsets = np.nonzero(is_scored & (reading.domain[rows] == code))[0]
        pairs = Pairs(
            images=np.array(reading.images[rows][offsets]),
            texts=np.array(reading.texts[rows][offsets]),
            words=[""] * len(offsets),
            total=decision.counts[name],
        )
        scores = score_pairs(name, pairs, decision.calibration, decision.percentiles)
        found |= _judged(offsets, scores, threshold, settings)
    return found


def _judged(
    offsets: NDArray[np.intp], scores: Scores, threshold: Threshold, settings: FilterSettings
) -> dict[int, _Scored]:
    if not threshold.decides:
        kept, weights = np.ones(len(scores), bool), np.ones(len(scores))
    else:
        values = scores.on(settings.score.scale)
        soft = settings.score.soft
        kept = np.ones(len(scores), bool) if soft else values >= threshold.value
        weights = soft_weights(values, threshold, settings.score.scale) if soft else np.ones(len(scores))
    calibration = None if scores.calibrated is None else scores.origin
    idle = Verdict.OFF if settings.score.method == "none" else Verdict.NOT_JUDGED
    return {
        int(offset): _Scored(
            values={
                "score": float(scores.raw[index]),
                "percentile": float(scores.percentile[index]),
                "z": None if scores.calibrated is None else float(scores.calibrated[index]),
                "p_value": None if scores.p_values is None else float(scores.p_values[index]),
                "calibration": calibration,
                "tau": threshold.value if threshold.decides else None,
                "tau_origin": threshold.origin + (", lowered" if threshold.lowered else ""),
            },
            verdict=idle if not threshold.decides else Verdict.PASSED if kept[index] else Verdict.DROPPED,
            weight=float(weights[index]),
        )
        for index, offset in enumerate(offsets)
    }


def _entry(
    row: int, fact: Facts, same: Mapping[str, int], verdicts: dict[str, Verdict], score: _Scored | None
) -> dict[str, Any]:
    reason = first_dropped(verdicts)
    return {
        "row": row,
        "id": fact.id,
        "kept": reason is None,
        "dropped_by": reason,
        "restored": False,
        "weight": (1.0 if score is None else score.weight) if reason is None else None,
        "domain": fact.domain or None,
        **{name: getattr(fact, name) for name in ("text", "text_origin", "num_words", "width", "height", "digest")},
        **({} if score is None else score.values),
        "side": fact.side,
        "aspect": fact.aspect,
        "persons": fact.body.persons,
        "body": fact.body.visible,
        "area": fact.body.area,
        **{name: fact.sight and getattr(fact.sight, name) for name in ("claims", "unseen", "miscoloured")},
        **{name: better if better >= 0 else None for name, better in same.items()},
        **{f"verdict_{name}": verdict.value for name, verdict in verdicts.items()},
        "note": fact.broken or fact.body.note,
    }
