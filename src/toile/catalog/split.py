"""Which rows train, validate and test: one rule for every data set, decided by the id alone."""

from __future__ import annotations

import hashlib
from typing import Final, Literal

Split = Literal["train", "validation", "test"]
SPLITS: Final = ("train", "validation", "test")


def split_of(record_id: str) -> Split:
    """`sha1(id) % 10`: 0 is test, 1 is validation, the rest train."""
    match int(hashlib.sha1(record_id.encode(), usedforsecurity=False).hexdigest(), 16) % 10:
        case 0:
            return "test"
        case 1:
            return "validation"
        case _:
            return "train"
