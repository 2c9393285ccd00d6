"""`toile data check`: what of a data set can be used, and exactly what is missing or wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from toile.catalog.datasets.reader import Reader
from toile.catalog.datasets.registry import open_dataset
from toile.catalog.datasets.rows import DataRow, Fault, FaultKind
from toile.errors import ConfigError, DataError
from toile.progress import Progress, no_progress

_Found = TypeVar("_Found", bound=DataRow | Fault)
_NUM_EXAMPLES: Final = 3
_NUM_PLACES: Final = 6
_TOLD_EVERY: Final = 100
_ADVICE: Final = MappingProxyType(
    {
        FaultKind.MISSING_SPLIT: "get the file, or ask with --split for the splits that you need",
        FaultKind.MISSING_FILE: "get the file; rows that don't need it can be used",
        FaultKind.MISSING_PICTURE: "get the pictures; until then these rows are left out",
        FaultKind.MISSING_MAP: "get the files for tasks that need this map; the rows come without it",
        FaultKind.MISSING_CAPTION: "these rows come without words: no good for search by text",
        FaultKind.MISSING_CULTURE: "name the culture in the manifest; it is never guessed",
        FaultKind.BROKEN_FILE: "get the file again; what stands behind the broken place is lost",
        FaultKind.BROKEN_ROW: "mend the lines; until then they are left out",
        FaultKind.BROKEN_PICTURE: "get the pictures again; they are found out only when opened, here in a sample",
        FaultKind.BROKEN_MAP: "get the files again; reading them in a task will fail",
        FaultKind.ODD_CAPTION: "look at the captions; they are used as far as they go",
        FaultKind.UNKNOWN_LABEL: "is it this data set's label map? reading it in a task will fail",
        FaultKind.OTHER_ENCODING: "nothing, if the examples read well as Latin-1; else save the file as UTF-8",
        FaultKind.OUTSIDE: "move the pictures into the folder, and name them from there; these rows are left out",
    }
)


@dataclass(kw_only=True, slots=True)
class Finding:
    """All faults of one kind in one place.

    Attributes:
        subject: the file, folder or map.
        count: how many there are.
        examples: the first of them.
    """

    split: str
    kind: FaultKind
    subject: str
    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Check:
    """What was found.

    Attributes:
        rows: rows of each split that can be used.
        lost: rows of each split that can't.
        opened: rows whose files have been opened, not only looked for.
        wanted: the splits that must have rows for the data set to be usable; none: any one.
    """

    dataset: str
    path: str
    rows: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    opened: int = 0
    wanted: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_usable(self) -> bool:
        """Every wanted split has rows; where none is wanted by name, any split has."""
        return all(self.rows.values()) if self.wanted else any(self.rows.values())

    def to_json(self) -> str:
        """One JSON object."""
        findings = [{**asdict(finding), "advice": _ADVICE[finding.kind]} for finding in self.findings]
        return json.dumps({**asdict(self), "findings": findings, "usable": self.is_usable}, indent=2)

    def for_people(self) -> str:
        """A line a split, a line a split and kind of fault with where it is and the first examples, and what to do."""
        lines = [f"{self.dataset} in {self.path}: {'usable' if self.is_usable else 'NOT USABLE'}"]
        for split, count in self.rows.items():
            lost = f", {self.lost[split]:,} lost" if self.lost[split] else ""
            lines.append(f"  {split}: {count:,} rows{lost}")
        kinds = dict.fromkeys(finding.kind for finding in self.findings)
        lines += [self._line(split, kind) for split in self.rows for kind in kinds if self._of(split, kind)]
        lines += [f"  what to do about {kind}: {_ADVICE[kind]}" for kind in kinds]
        if empty := [split for split, count in self.rows.items() if not count and (self.wanted or not self.is_usable)]:
            lines.append(f"  no row at all in {', '.join(empty)}")
        lines.append(f"  {self.opened:,} rows were opened, of the others only the files' names were looked up")
        return "\n".join(lines)

    def _of(self, split: str, kind: FaultKind) -> list[Finding]:
        return [finding for finding in self.findings if (finding.split, finding.kind) == (split, kind)]

    def _line(self, split: str, kind: FaultKind) -> str:
        found = self._of(split, kind)
        total = sum(finding.count for finding in found)
        places = ", ".join(f"{finding.subject} {finding.count:,}" for finding in found[:_NUM_PLACES])
        places += ", ..." if len(found) > _NUM_PLACES else ""
        examples = [example for finding in found for example in finding.examples][:_NUM_EXAMPLES]
        more = "; ..." if total > len(examples) else ""
        return f"  {split}: {kind}: {total:,} ({places}): {'; '.join(examples)}{more}"


def check_dataset(
    name: str,
    path: str | Path,
    *,
    splits: Collection[str] = (),
    sample: int = 100,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Check:
    """Walk through a data set and count what is there and what is not.

    Args:
        name: of the data set.
        path: its folder.
        splits: those that are wanted; none: all that the layout knows, of which one is enough.
        sample: how many rows of each split are opened (pictures decoded, label maps and poses read); they are drawn at
            random, by `seed`.
        seed: of the draw.
        progress: told how many rows have been walked through.

    Raises:
        ConfigError: no such data set, or no such split of it.
        DataError: nothing of the layout is there.
    """
    reader = open_dataset(name, path)
    if unknown := sorted(set(splits) - set(reader.splits)):
        raise ConfigError(f"{reader.name} has no split {unknown[0]!r}; expected one of {', '.join(reader.splits)}")
    check = Check(dataset=reader.name, path=str(path), wanted=tuple(splits))
    for split in splits or reader.splits:
        _check_split(check, reader, split, sample=sample, seed=seed, progress=progress)
    return check


def _check_split(check: Check, reader: Reader, split: str, *, sample: int, seed: int, progress: Progress) -> None:
    findings = dict[tuple[FaultKind, str], Finding]()
    drawn = _Sample(size=sample, seed=seed)
    check.rows[split] = check.lost[split] = 0
    for fault in _guarded(reader.faults(split), split):
        _add(findings, split, fault)
    for found in _guarded(reader.rows(split), split):
        if isinstance(found, Fault):
            _add(findings, split, found)
            check.lost[split] += found.loses_row
        else:
            drawn.offer(found)
            check.rows[split] += 1
            if check.rows[split] % _TOLD_EVERY == 0:
                progress(split, check.rows[split], None)
    for number, row in enumerate(drawn.rows, start=1):
        for fault in _guarded(reader.inspect(row), split):
            _add(findings, split, fault)
        progress(f"{split}: opening", number, len(drawn.rows))
    check.opened += len(drawn.rows)
    check.findings += findings.values()


def _guarded(found: Iterator[_Found], split: str) -> Iterator[_Found | Fault]:
    """A file that can't be read on ends its split; what came before it counts."""
    try:
        yield from found
    except DataError as error:
        yield Fault(kind=FaultKind.BROKEN_FILE, subject=split, detail=str(error))


def _add(findings: dict[tuple[FaultKind, str], Finding], split: str, fault: Fault) -> None:
    key = (fault.kind, fault.subject)
    finding = findings.setdefault(key, Finding(split=split, kind=fault.kind, subject=fault.subject))
    finding.count += 1
    if len(finding.examples) < _NUM_EXAMPLES:
        finding.examples.append(fault.detail)


class _Sample:
    """A fair draw from a stream whose length nobody knows (reservoir sampling: Vitter 1985, algorithm R)."""

    def __init__(self, *, size: int, seed: int) -> None:
        self.rows: list[DataRow] = []
        self._size = size
        self._seen = 0
        self._random = random.Random(seed)

    def offer(self, row: DataRow) -> None:
        self._seen += 1
        if len(self.rows) < self._size:
            self.rows.append(row)
        elif (place := self._random.randrange(self._seen)) < self._size:
            self.rows[place] = row
