"""`toile plates`: fashion plates with every answer, as a folder that `toile index` reads."""

from __future__ import annotations

import colorsys
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from toile.catalog.plates import LABELS
from toile.catalog.plates.examples import PlateConfig, PlateExample, example
from toile.errors import ConfigError, DataError
from toile.progress import Progress, no_progress
from toile.taxonomy import JOINTS

FORMATS: Final = ("png", "webp")
METADATA: Final = "metadata.jsonl"
SHEET: Final = "sheet.png"
TRUTHS_SHEET: Final = "truths.png"
_SHEET_PLATES: Final = 100
_SHEET_COLUMNS: Final = 10
_TRUTH_ROWS: Final = 8
_LICENCE: Final = "Apache-2.0"
_JOINT_PX: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatesReport:
    """What was drawn.

    Attributes:
        folder: where it lies.
        plates: how many.
        pictures: rows of the metadata: each plate, its flat garment, its clothes elsewhere, its changed look.
        traditional: how many plates show a traditional garment.
    """

    folder: Path
    plates: int
    pictures: int
    traditional: int

    def to_json(self) -> str:
        """One JSON object."""
        return json.dumps({**asdict(self), "folder": str(self.folder)})


def draw_plates(
    out: Path,
    *,
    n: int,
    seed: int = 0,
    height: int = 256,
    picture_format: str = "png",
    wishes: Mapping[str, str] | None = None,
    progress: Progress = no_progress,
) -> PlatesReport:
    """Draw the plates 0 to n - 1 of a seed, with all truths, into a new folder.

    Args:
        out: the folder; it must not hold anything yet, and appears when all is drawn.
        n: how many plates.
        seed: another seed, other plates.
        height: of the pictures in pixels.
        picture_format: of `FORMATS`.
        wishes: what every look must have; see `sampling.WISHES`.
        progress: progress callback.

    Raises:
        ConfigError: a number or a wish is wrong, or wishes don't go together.
        DataError: the folder already holds something.
    """
    if n < 1:
        raise ConfigError(f"{n} plates were asked for; ask for at least 1")
    if picture_format not in FORMATS:
        raise ConfigError(f"there is no picture format {picture_format!r}; choose one of {', '.join(FORMATS)}")
    config = PlateConfig(seed=seed, height=height, background="paper", wishes=dict(wishes or {}))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out} already holds something; give a folder that is empty or does not exist")
    example(0, config)  # wishes that don't go together leave no trace
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        report = _draw_all(partial, out, n, config, picture_format, progress)
        if out.exists():
            out.rmdir()
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return report


def _draw_all(
    folder: Path, out: Path, n: int, config: PlateConfig, picture_format: str, progress: Progress
) -> PlatesReport:
    sheet: list[npt.NDArray[np.uint8]] = []
    truths: list[npt.NDArray[np.uint8]] = []
    rows = traditional = 0
    with (folder / METADATA).open("w", encoding="utf-8") as metadata:
        for index in range(n):
            plate = example(index, config)
            for row in _write(folder, plate, picture_format):
                metadata.write(json.dumps(row, ensure_ascii=False) + "\n")
                rows += 1
            traditional += plate.look.culture is not None
            if index < _SHEET_PLATES:
                sheet.append(plate.picture)
            if index < _TRUTH_ROWS:
                truths.append(_truths(plate))
            progress("drawing plates", index + 1, n)
    (folder / "labels.json").write_text(json.dumps(list(LABELS)), encoding="utf-8")
    Image.fromarray(_grid(sheet, _SHEET_COLUMNS)).save(folder / SHEET)
    Image.fromarray(np.concatenate(truths)).save(folder / TRUTHS_SHEET)
    return PlatesReport(folder=out, plates=n, pictures=rows, traditional=traditional)


# --- one plate ------------------------------------------------------------------------------------------------------


def _write(folder: Path, plate: PlateExample, picture_format: str) -> list[dict[str, Any]]:
    """All files of a plate; the rows of the metadata that name them."""
    name = f"{plate.index:06d}"
    pictures = {
        "look": plate.picture,
        "flat": plate.flat,
        "elsewhere": plate.elsewhere.picture,
        "changed": plate.changed.picture,
    }
    for kind, picture in pictures.items():
        _save(folder / kind / f"{name}.{picture_format}", picture)
    _save(folder / "labels" / f"{name}.png", plate.label_map)
    _save(folder / "person" / f"{name}.png", plate.person_mask.astype(np.uint8) * 255)
    _save(folder / "sketch" / f"{name}.png", plate.sketch)
    _save(folder / "change_mask" / f"{name}.png", plate.change_mask.astype(np.uint8) * 255)
    poses = {"names": list(JOINTS), "look": plate.keypoints, "elsewhere": plate.elsewhere.keypoints}
    path = folder / "keypoints" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(poses, default=lambda array: array.round(2).tolist()), encoding="utf-8")
    return _rows(plate, name, picture_format)


def _rows(plate: PlateExample, name: str, picture_format: str) -> list[dict[str, Any]]:
    shared = {"licence": _LICENCE, "culture": plate.look.culture, "people": plate.people, "split_group": name}
    truths = {part: f"{part}/{name}.png" for part in ("labels", "person", "sketch", "change_mask")}
    change = plate.change

    def row(kind: str, words: PlateExample, captions: tuple[str, ...], colours: tuple[str, ...]) -> dict[str, Any]:
        return {
            "file_name": f"{kind}/{name}.{picture_format}",
            "id": f"{kind}-{name}",
            "kind": kind,
            "caption": captions[0],
            "captions": list(captions),
            "category": plate.category if kind == "flat" else "look",
            "attributes": [f"{key}={value}" for key, value in words.attributes.items()],
            "colours": list(colours),
            **shared,
        }

    look = row("look", plate, plate.captions, plate.colours)
    look |= {"hierarchical": plate.hierarchical, "keypoints": f"keypoints/{name}.json", **truths}
    flat = row("flat", plate, plate.garment_captions, plate.garment_colours)
    elsewhere = row("elsewhere", plate.elsewhere, plate.elsewhere.captions, plate.colours)
    changed = row("changed", plate.changed, plate.changed.captions, plate.changed.colours)
    changed |= {"reference": f"look-{name}", "changed_attribute": change.attribute, "sentences": list(change.sentences)}
    return [look, flat, elsewhere | {"reference": f"look-{name}"}, changed]


def _save(path: Path, pixels: npt.NDArray[np.uint8]) -> None:
    path.parent.mkdir(exist_ok=True)
    options: dict[str, Any] = {"lossless": True} if path.suffix == ".webp" else {}
    Image.fromarray(pixels).save(path, **options)


# --- sheets ---------------------------------------------------------------------------------------------------------


def _grid(pictures: list[npt.NDArray[np.uint8]], columns: int) -> npt.NDArray[np.uint8]:
    """Pictures of one size in rows; the last row is filled with white."""
    columns = min(columns, len(pictures))
    missing = -len(pictures) % columns
    padded = pictures + [np.full_like(pictures[0], 255)] * missing
    rows = [np.concatenate(padded[start : start + columns], axis=1) for start in range(0, len(padded), columns)]
    return np.concatenate(rows)


def _truths(plate: PlateExample) -> npt.NDArray[np.uint8]:
    """Picture, labels, pose, sketch, flat garment, the clothes elsewhere, one attribute changed: side by side."""
    parts = (
        plate.picture,
        _label_colours()[plate.label_map],
        _with_joints(plate.picture, plate.keypoints),
        _grey(plate.sketch),
        plate.flat,
        plate.elsewhere.picture,
        plate.changed.picture,
    )
    return np.concatenate(parts, axis=1)


def _label_colours() -> npt.NDArray[np.uint8]:
    """(labels, 3): black for the background, then hues a golden angle apart, which keeps neighbours unlike."""
    hues = [colorsys.hsv_to_rgb(0.618 * index % 1, 0.55, 0.9) for index in range(len(LABELS))]
    table = (255 * np.array(hues)).astype(np.uint8)
    table[0] = 0
    return table


def _grey(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.repeat(pixels[:, :, None], 3, axis=2)


def _with_joints(picture: npt.NDArray[np.uint8], pose: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """The picture, paler, with a square on every joint: red where it is seen, blue where it is hidden."""
    shown = (picture // 2 + 127).astype(np.uint8)
    for x, y, seen in pose:
        if seen > 0:
            top, left = max(0, int(y) - _JOINT_PX // 2), max(0, int(x) - _JOINT_PX // 2)
            shown[top : top + _JOINT_PX, left : left + _JOINT_PX] = (200, 30, 40) if seen == 1 else (40, 60, 200)
    return shown
