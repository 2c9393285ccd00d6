"""The sample that comes with the package, so that every verb has something to work on at once."""

from __future__ import annotations

from pathlib import Path


def sample_path() -> Path:
    """The bundled parquet file of drawn garments and looks; `sample/README.md` beside it names its columns."""
    return Path(__file__).with_name("sample") / "sample.parquet"
