"""`toile data weaken`: packed plates of traditional dress with words as the web has them, a share of them wrong.

So that what a filter drops, and what a model learns from weak labels, can be held against the truth.

    OUT/streets.parquet   the plates of traditions, `captions` and `caption` weak, with the columns `culture` (people),
                          `garment` (id of its record) and `is_true`
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from toile.catalog.claims import names_colour
from toile.catalog.packed import whole_or_nothing
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.culture.knowledge import knowledge
from toile.culture.weak_words import weak_words
from toile.errors import ConfigError, DataError

FILE: Final = "streets.parquet"


@dataclass(frozen=True, kw_only=True, slots=True)
class WeakReport:
    """What was written.

    Attributes:
        path: the file.
        rows: of it.
        wrong: those whose words are of another picture.
        cultures: rows of each.
    """

    path: Path
    rows: int
    wrong: int
    cultures: dict[str, int]


def weaken(sources: Sequence[Path], out: Path, *, wrong_share: float = 0.3, seed: int = 0) -> WeakReport:
    """Write the plates of traditions with weak words.

    Args:
        sources: folders of `toile plates --packed`.
        out: folder, made if missing; its streets.parquet is replaced.
        wrong_share: in [0, 1), of the rows whose words are another row's: half of the same culture, half of another.
        seed: of words and choice.

    Raises:
        ConfigError: the share is out of its range.
        DataError: a folder has no streets.parquet, or no plate of a tradition.
    """
    if not 0 <= wrong_share < 1:
        raise ConfigError(f"wrong_share is {wrong_share}, expected at least 0 and less than 1")
    dice = Random(seed)
    rows, schema = _traditional(sources)
    words = [weak_words(knowledge()[row["garment"]], _colour(row), dice) for row in rows]
    wrong = sorted(dice.sample(range(len(rows)), round(wrong_share * len(rows))))
    of_culture: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        of_culture[row["culture"]].append(place)
    for number, place in enumerate(wrong):
        own = rows[place]["culture"]
        others = (
            of_culture[own]
            if number % 2 == 0
            else [one for key, ones in of_culture.items() if key != own for one in ones]
        )
        different = [
            one
            for one in others
            if (rows[one]["garment"], _colour(rows[one])) != (rows[place]["garment"], _colour(rows[place]))
        ]
        if different:
            other = dice.choice(different)
            rows[place]["is_true"] = False
            words[place] = weak_words(knowledge()[rows[other]["garment"]], _colour(rows[other]), dice)
    for row, told in zip(rows, words, strict=True):
        row |= {"caption": told, "captions": [told], "styles": {}}
    out.mkdir(parents=True, exist_ok=True)
    with whole_or_nothing(out / FILE) as partial:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), partial, row_group_size=128)
    return WeakReport(
        path=out / FILE,
        rows=len(rows),
        wrong=sum(not row["is_true"] for row in rows),
        cultures={key: len(places) for key, places in sorted(of_culture.items())},
    )


def _traditional(sources: Sequence[Path]) -> tuple[list[dict[str, Any]], pa.Schema]:
    rows: list[dict[str, Any]] = []
    schema: pa.Schema | None = None
    for source in sources:
        file = source / FILE
        if not file.is_file():
            raise DataError(f"{source} has no {FILE}; give a folder of toile plates --packed")
        table = pq.read_table(file)
        schema = table.schema
        for row in table.to_pylist():
            garment = tradition_of(row.get("captions") or ())
            if garment is not None:
                culture = knowledge()[garment].culture.people
                rows.append(row | {"garment": garment, "culture": culture, "is_true": True})
    if not rows or schema is None:
        raise DataError("no plate shows traditional dress; draw more with toile plates --packed")
    added = [("culture", pa.string()), ("garment", pa.string()), ("is_true", pa.bool_()), ("caption", pa.string())]
    for name, kind in added:
        schema = schema.append(pa.field(name, kind))
    return rows, schema


def tradition_of(captions: Sequence[str]) -> str | None:
    """The tradition that a plate's wordings name, `traditional Japanese clothing: a red kimono`; None: none."""
    told = next((caption for caption in captions if caption.startswith("traditional ")), None)
    if told is None:
        return None
    people, _, garment = told.removeprefix("traditional ").partition(" clothing: ")
    own = {key: made for key, made in TRADITIONS.items() if made.people == people and key in knowledge()}
    named = [(len(name), key) for key, made in own.items() for name in made.names if name.lower() in garment.lower()]
    return max(named)[1] if named else None


def _colour(row: dict[str, Any]) -> str | None:
    """The garment's colour, the first word of the shortest wording of its name: `orange kimono and hakama`."""
    told = next((caption for caption in row["captions"] if caption.startswith("someone in ")), "")
    words = told.removeprefix("someone in ").split()
    return words[1] if len(words) > 2 and names_colour(words[1]) else None
