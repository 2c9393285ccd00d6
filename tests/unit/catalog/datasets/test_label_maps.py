from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pictures import write_labels, write_noise
from toile.catalog.datasets.label_maps import (
    DRESS_CODE_LABELS,
    VITON_HD_LABELS,
    UnknownLabelError,
    read_label_map,
)
from toile.errors import DataError


def test_palettes_are_numbers_not_colours(tmp_path: Path) -> None:
    labels = np.arange(18, dtype=np.uint8).reshape(3, 6)
    assert (read_label_map(write_labels(tmp_path / "1.png", labels), DRESS_CODE_LABELS) == labels).all()


def test_unknown_numbers_are_named(tmp_path: Path) -> None:
    path = write_labels(tmp_path / "1_4.png", np.array([[0, 17], [18, 200]]))
    with pytest.raises(UnknownLabelError, match=r"1_4\.png has the unknown label ids 18, 200; expected 0 to 17"):
        read_label_map(path, DRESS_CODE_LABELS)
    assert len(VITON_HD_LABELS) == 20


def test_a_colour_picture_is_no_label_map(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="mode RGB, expected label numbers"):
        read_label_map(write_noise(tmp_path / "1.png"), DRESS_CODE_LABELS)


def test_a_broken_picture(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"PNG?")
    with pytest.raises(DataError, match=r"1\.png can't be read as a picture"):
        read_label_map(tmp_path / "1.png", DRESS_CODE_LABELS)
