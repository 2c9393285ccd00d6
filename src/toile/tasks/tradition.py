"""What an edit leaves of a traditional garment: which of its record's statements still hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from toile.catalog.claims import cut_claims_of
from toile.culture.knowledge import knowledge
from toile.culture.lookup import all_names
from toile.culture.record import Record
from toile.culture.verify import Verifier
from toile.recipe import Recipe
from toile.tasks.design import KNOWLEDGE


def records_of(parent: Recipe | None, words: str) -> list[Record]:
    """The records that a picture was made from, or whose garments its words name.

    Args:
        parent: the picture's recipe.
        words: of what is worn.
    """
    cited = [] if parent is None else [one.removeprefix(KNOWLEDGE) for one in parent.cites if one.startswith(KNOWLEDGE)]
    ids = cited or [named.id for named in all_names().named_in(words) if named.score == 1]
    return [knowledge()[key] for key in dict.fromkeys(ids) if key in knowledge()]


def lost(
    records: Sequence[Record], to: str, before: Mapping[str, str], after: Mapping[str, str], *, new_garment: str | None
) -> list[str]:
    """What an edit takes from garments, in sentences.

    Args:
        records: of the garments.
        to: what was asked for.
        before: attribute to value as they were seen.
        after: as they are seen now.
        new_garment: what came in place of what was worn; None: it is the same garment still.
    """
    told = []
    for record, why, _ in Verifier(records).contradictions(to):
        told.append(f"that is at odds with {record.names.canonical}: {why}")
    asked = cut_claims_of(to)
    for record in records:
        name = record.names.canonical
        if new_garment is not None and new_garment.lower() not in name.lower():
            told.append(f"where a {new_garment} is drawn, it is no {name} ({record.culture.people}) any more")
            continue
        own = {} if record.drawn_as is None else record.drawn_as.attributes
        for attribute, value in own.items():
            now = asked.get(attribute, after.get(attribute))
            if now not in (None, value) and (attribute in asked or before.get(attribute) == value):
                what = attribute.replace("_", " ")
                told.append(f"{name} has {what} {value}, and this picture shows {now}")
    return told
