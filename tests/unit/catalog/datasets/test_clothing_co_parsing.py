from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from pictures import write_noise
from toile.catalog.datasets import Fault, FaultKind
from toile.catalog.datasets.clothing_co_parsing import ClothingCoParsing
from toile.catalog.manifest import Row
from toile.catalog.photos import CO_PARSING_LABELS
from toile.errors import DataError

DRESS, HAIR, SKIN = (CO_PARSING_LABELS.index(name) for name in ("dress", "hair", "skin"))


def write_repository(
    folder: Path, *, size: tuple[int, int] = (6, 8), names: tuple[str, ...] = CO_PARSING_LABELS
) -> Path:
    """Photo 0001 labelled pixel by pixel, 1005 only tagged, as the repository's own MATLAB scripts read them."""
    for name in ("0001", "1005"):
        write_noise(folder / "photos" / f"{name}.jpg", (6, 8))
    write_mat(folder, "pixel-level", "0001", {"groundtruth": ground_truth((6, 8))})
    write_mat(folder, "image-level", "1005", {"tags": np.array([[HAIR], [DRESS], [0]], np.uint8)})
    cells = np.empty((1, len(names)), object)
    cells[0, :] = [np.array([name]) for name in names]
    savemat(folder / "label_list.mat", {"label_list": cells})
    return folder


def ground_truth(size: tuple[int, int]) -> np.ndarray:
    """Upper half hair, lower half dress, the left column background."""
    labels = np.full(size[::-1], HAIR, np.uint8)
    labels[size[1] // 2 :] = DRESS
    labels[:, 0] = 0
    return labels


def write_mat(folder: Path, level: str, name: str, values: dict[str, object]) -> None:
    (folder / "annotations" / level).mkdir(parents=True, exist_ok=True)
    savemat(folder / "annotations" / level / f"{name}.mat", values)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_repository(tmp_path)


def test_rows(folder: Path) -> None:
    rows = list(ClothingCoParsing.open(folder).rows("all"))
    assert [row.id for row in rows if isinstance(row, Row)] == ["0001", "1005"]
    assert all(row.extra["tags"] == ["dress", "hair"] for row in rows if isinstance(row, Row))
    assert all((row.category, row.caption) == ("look", "dress") for row in rows if isinstance(row, Row))


def test_label_maps(folder: Path) -> None:
    reader = ClothingCoParsing.open(folder)
    labels = reader.label_map("0001")
    assert labels is not None
    assert (labels == ground_truth((6, 8))).all()
    assert reader.label_map("1005") is None
    with pytest.raises(DataError, match="no annotation of 0777"):
        reader.tags("0777")


def test_broken_annotations(folder: Path) -> None:
    write_mat(folder, "pixel-level", "0001", {"groundtruth": np.full((8, 6), 59)})
    (folder / "annotations" / "image-level" / "1005.mat").write_bytes(b"no MATLAB file")
    write_noise(folder / "photos" / "2000.jpg")
    write_mat(folder, "image-level", "2001", {"tags": np.array([[1]])})
    reader = ClothingCoParsing.open(folder)
    unknown, broken, bare = reader.rows("all")
    assert isinstance(unknown, Fault)
    assert unknown.subject == "annotations (unknown label ids)"
    assert unknown.detail == "0001.mat has the unknown label ids 59; expected 0 to 58"
    assert isinstance(broken, Fault) and "1005.mat is no MATLAB file with 'tags'" in broken.detail
    assert isinstance(bare, Fault) and bare.detail == "2000.jpg: no annotation of 2000"
    assert [fault.detail for fault in reader.faults("all")] == ["2001.jpg"]


def test_a_variable_of_another_name_and_shape(folder: Path) -> None:
    reader = ClothingCoParsing.open(folder)
    write_mat(folder, "pixel-level", "0001", {"labels": np.zeros((8, 6))})
    with pytest.raises(DataError, match=r"0001\.mat is no MATLAB file with 'groundtruth'"):
        reader.label_map("0001")
    write_mat(folder, "pixel-level", "0001", {"groundtruth": np.zeros((8, 6, 3))})
    with pytest.raises(DataError, match=r"groundtruth is float64 of shape \(8, 6, 3\), expected \(H, W\)"):
        reader.label_map("0001")


def test_inspection(folder: Path) -> None:
    reader = ClothingCoParsing.open(folder)
    row = next(reader.rows("all"))
    assert isinstance(row, Row)
    assert list(reader.inspect(row)) == []
    (folder / "photos" / "0001.jpg").write_bytes(b"")
    write_mat(folder, "pixel-level", "0001", {"groundtruth": np.full((8, 6), 99)})
    assert [fault.kind for fault in reader.inspect(row)] == [FaultKind.BROKEN_PICTURE, FaultKind.UNKNOWN_LABEL]


def test_another_list_of_labels(tmp_path: Path) -> None:
    write_repository(tmp_path, names=CO_PARSING_LABELS[:-1])
    (fault,) = ClothingCoParsing.open(tmp_path).rows("all")
    assert isinstance(fault, Fault)
    assert fault.detail == "58 names, expected the 59 of 2014; not in both: ['wedges']"


def test_no_annotations(tmp_path: Path) -> None:
    write_repository(tmp_path)
    for level in ("pixel-level", "image-level"):
        for path in (tmp_path / "annotations" / level).iterdir():
            path.unlink()
    assert [fault.subject for fault in ClothingCoParsing.open(tmp_path).faults("all")] == [
        "annotations/pixel-level",
        "annotations/image-level",
    ]
