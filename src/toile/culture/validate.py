"""`python -m toile.culture.validate [FILE …]`: every record valid, and what there is, counted."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from toile.catalog.claims import claims_of
from toile.culture.record import Record, resolves

_MOST_OF_A_COUNTRY: Final = 0.06
_TOO_FEW: Final = 20  # records below which shares of countries say nothing


def problems(rows: Sequence[dict[str, Any]], known: set[str]) -> Iterator[str]:
    """What is wrong with records.

    Args:
        rows: as their files hold them.
        known: ids of all records that there are.
    """
    seen: Counter[str] = Counter(str(row.get("id")) for row in rows)
    yield from (f"{name}: the id is there {count} times" for name, count in seen.items() if count > 1)
    for row in rows:
        name = row.get("id", "without id")
        try:
            record = Record.model_validate(row)
        except ValidationError as error:
            for one in error.errors():
                yield f"{name}: {'/'.join(str(step) for step in one['loc'])}: {one['msg']}"
            continue
        yield from (f"{name}: {problem}" for problem in _of_record(record, row, known))


def _of_record(record: Record, row: dict[str, Any], known: set[str]) -> Iterator[str]:
    for source in record.sources:
        for pointer in source.supports:
            if not pointer.startswith("/") or not resolves(row, pointer):
                yield f"the source {source.title!r} supports {pointer!r}, which isn't there"
    others = [("confusable_with", one.id) for one in record.confusable_with]
    others += [("sensitivity.alternatives", one) for one in record.sensitivity.alternatives]
    others += [("variant_of", record.variant_of)] if record.variant_of else []
    for field, other in others:
        if other not in known:
            yield f"{field} names {other!r}, of which there is no record"
        if other == record.id:
            yield f"{field} names the record itself"
    if record.sensitivity.level != "open" and not (record.sensitivity.guidance and record.sensitivity.reasons):
        yield "care is asked for, but neither guidance nor reasons say why"
    if record.sensitivity.level == "restricted" and not record.sensitivity.alternatives:
        yield "it is restricted, and no open alternative is offered"
    if record.drawn_as is not None and not claims_of(record.drawn_as.words):
        yield f"drawn_as says {record.drawn_as.words!r}, which names no garment that can be drawn"


def main(arguments: Sequence[str]) -> int:
    """Check the files that are given, or all of the package; print problems, or what there is."""
    folder = files(__package__) / "knowledge"
    every = [Path(str(item)) for item in sorted(folder.iterdir(), key=lambda item: item.name)]
    wanted = [Path(argument).resolve() for argument in arguments]
    shipped = [path.resolve() for path in every if path.suffix == ".json"]
    rows = {path: json.loads(path.read_text(encoding="utf-8")) for path in dict.fromkeys([*shipped, *wanted])}
    known = {str(row.get("id")) for found in rows.values() for row in found}
    chosen = [row for path in wanted or shipped for row in rows[path]]
    found = list(problems(chosen, known))
    for problem in found:
        sys.stdout.write(problem + "\n")
    if found:
        return 1
    records = [Record.model_validate(row) for row in chosen]
    for title, counts in (
        ("continent", Counter(record.culture.continent for record in records)),
        ("sensitivity", Counter(record.sensitivity.level for record in records)),
        ("country", Counter(record.culture.countries[0] for record in records)),
        ("culture", Counter(record.culture.people for record in records)),
    ):
        told = ", ".join(f"{name} {count}" for name, count in counts.most_common(12))
        sys.stdout.write(f"{title}: {len(counts)} ({told}{', …' if len(counts) > 12 else ''})\n")
        if title == "country" and len(records) >= _TOO_FEW:
            country, most = counts.most_common(1)[0]
            if most > _MOST_OF_A_COUNTRY * len(records):
                sys.stdout.write(f"{country} has {most} of {len(records)} records, more than 6 %\n")
                return 0 if wanted else 1
    stated = [record.is_sourced(pointer) for record in records for pointer, _ in record.statements()]
    sys.stdout.write(f"{len(records)} records, {len(stated)} statements, {sum(stated)} with a source\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
