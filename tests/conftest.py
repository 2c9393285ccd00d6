"""Fixtures that every kind of test shares."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real photos beside the checkout; no copy of them is ever kept in the repository."""
    if not (SHARED_DATA / "garments.parquet").is_file():
        pytest.skip("needs the real photos in ../shared/data, which this machine does not have")
    return SHARED_DATA
