import json
from pathlib import Path

import pytest

from toile.catalog.manifest import Rejected
from toile.retrieval.rejections import REJECTIONS_FILE, open_rejections


def reject(folder: Path, source: str, *ids: str) -> None:
    with open_rejections(folder, source) as log:
        for position, record_id in enumerate(ids):
            log.add(Rejected(position=position, id=record_id, reason="broken"))


def entries(folder: Path) -> list[tuple[str, str]]:
    lines = (folder / REJECTIONS_FILE).read_text().splitlines()
    return [(entry["source"], entry["id"]) for entry in map(json.loads, lines)]


def test_a_second_reading_replaces_the_first_of_its_source_only(tmp_path):
    reject(tmp_path, "one", "a", "b")
    reject(tmp_path, "two", "c")
    reject(tmp_path, "one", "b")
    assert entries(tmp_path) == [("one", "b"), ("two", "c")]


def test_a_reading_that_breaks_off_leaves_the_old_file(tmp_path):
    reject(tmp_path, "one", "a")
    with pytest.raises(KeyboardInterrupt), open_rejections(tmp_path, "one"):
        raise KeyboardInterrupt
    assert entries(tmp_path) == [("one", "a")]
