"""CSV and JSONL manifests, line by line; a bad line is told apart from a bad file."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

from toile.errors import DataError

_INTEGER: Final = re.compile(r"-?(0|[1-9]\d{0,17})")  # 007 is a word, not seven
_NUMBER: Final = re.compile(r"-?\d+\.\d*([eE][+-]?\d+)?")
_TRUTHS: Final = {"true": True, "false": False}

Line = dict[str, Any] | str
"""The named values of one line, or the reason why it can't be read."""


def read_lines(path: Path, *, typed: Collection[str] | None = None) -> Iterator[Line]:
    """The rows of a manifest.

    Args:
        path: a `.jsonl`, else it is read as CSV.
        typed: the CSV columns whose cells are numbers or truths where they look like it; None: all of them.

    Raises:
        DataError: not UTF-8, or a CSV whose header is missing or names a column twice.
    """
    try:
        yield from _read_jsonl(path) if path.suffix.lower() == ".jsonl" else _read_csv(path, typed)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text ({error}); save it as UTF-8") from error


def _read_jsonl(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8-sig") as lines:
        for line in lines:
            if line.strip():
                yield parse_object(line)


def parse_object(text: str | bytes) -> Line:
    """A JSON object, or the reason why it is none."""
    try:
        values = json.loads(text)
    except ValueError as error:
        return f"not JSON: {error}"
    return values if isinstance(values, dict) else f"a JSON {type(values).__name__}, expected an object"


def _read_csv(path: Path, typed: Collection[str] | None) -> Iterator[Line]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        header = next(reader, None)
        if not header:
            raise DataError(f"{path} is empty; expected a line of column names, then one line a picture")
        if doubled := [name for name in header if header.count(name) > 1]:
            raise DataError(f"{path} has two columns named {doubled[0]!r}; rename one")
        for cells in _readable(reader):
            if isinstance(cells, list) and len(cells) == len(header):
                yield {
                    name: _cell(text, typed is None or name in typed) for name, text in zip(header, cells, strict=True)
                }
            elif cells:
                yield cells if isinstance(cells, str) else f"the line has {len(cells)} cells, expected {len(header)}"


def _readable(reader: Iterator[list[str]]) -> Iterator[list[str] | str]:
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"not CSV: {error}"


def _cell(text: str, is_typed: bool) -> object:
    if text == "":
        return None
    if not is_typed:
        return text
    if text.lower() in _TRUTHS:
        return _TRUTHS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
