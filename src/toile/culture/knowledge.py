"""The knowledge base: all records, by id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import TypeAdapter

from toile.culture.record import Record

_RECORDS = TypeAdapter(list[Record])


@cache
def knowledge() -> Mapping[str, Record]:
    """All records, in the order of their files: one for each region of the world."""
    records: dict[str, Record] = {}
    folder = files(__package__) / "knowledge"
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".json"):
            for record in _RECORDS.validate_python(json.loads(file.read_text(encoding="utf-8")), strict=False):
                records[record.id] = record
    return MappingProxyType(records)
