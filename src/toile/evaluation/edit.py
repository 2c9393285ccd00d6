"""The benchmark `edit`: is what was asked for there, is all else still there, and is every other pixel as it was?

Plates of the split, each with one of A1 to A5 changed by an edit whose answer is known: the same plate, drawn with that
attribute. `look` reads the picture before and after; what it says of the true answer is the most to be asked for. And
chains of edits on street photos, each of the picture that the one before has left.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from toile import __version__
from toile.catalog.photos import iterate_streets
from toile.catalog.plates.examples import PlateConfig, PlateExample, examples
from toile.catalog.plates.looks.rules import main_garment
from toile.catalog.split import Split
from toile.diffusion.windows import Start
from toile.errors import DataError
from toile.evaluation.answers import told_answers, true_answers
from toile.evaluation.gallery import data_files
from toile.evaluation.picture_sheet import picture_sheet
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_mean
from toile.metrics.pictures import mean_difference, peak_signal_to_noise, structural_similarity
from toile.progress import Progress
from toile.tasks.edit import Edit, edit, edit_region
from toile.tasks.look import Look, look
from toile.taxonomy import ATTRIBUTES
from toile.training.config import Strict
from toile.vision.masks import Mask, bounds, grow

if TYPE_CHECKING:
    from toile.bundles import Bundle

_SHOWN: Final = 12
_NOSE, _NECK = 0, 1  # of COCO-18
_CHAIN: Final = ("sleeve_length", "collar", "length")
_COMMON: Final = MappingProxyType(
    {"sleeve_length": ("long", "short"), "collar": ("v", "round"), "length": ("knee", "long")}
)
_ASKED: Final = (*ATTRIBUTES, "colour", "category")


@dataclass(frozen=True, kw_only=True, slots=True)
class EditSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    edits: int = 100
    plate_seed: int = 0
    plate_height: int = 512
    start: Start = "substage"
    """See `tasks.edit`."""
    grow: float = 0.0
    """How far the region is grown before it is drawn anew, as a share of the picture's height; negative: shrunk."""
    shift: float = 0.0
    """How far it is moved to the right, as a share of the width."""
    chains: int = 10
    """Street photos, each edited up to three times."""


def evaluate_edit(
    bundle: Bundle, data: Sequence[Path], split: Split | None, progress: Progress, *, sizes: EditSizes | None = None
) -> Report:
    """Edits of plates; see the module's docstring and the report's notes.

    Args:
        bundle: that draws and reads.
        data: files of street photos; empty: streets.parquet beside the checkout.
        split: the numbers of the plates and the rows of the photos; None: all.
        progress: watcher.
        sizes: how much.

    Raises:
        DataError: no edit could be made, or a file is missing.
        CheckpointError: the bundle can't draw, or can't read people.
    """
    start = time.perf_counter()
    sizes = sizes or EditSizes()
    files = data_files(data, "streets.parquet") if sizes.chains else []
    samples: dict[str, list[float]] = {}
    sheet: list[tuple[Image.Image, str]] = []
    outside = refused = 0
    config = PlateConfig(seed=sizes.plate_seed, height=sizes.plate_height)
    for done, plate in enumerate(islice(_changed(config, split), sizes.edits), start=1):
        progress("editing", done, sizes.edits)
        image, asked = Image.fromarray(plate.picture), plate.change
        seen, truth = look(image, bundle=bundle), Image.fromarray(plate.changed.picture)
        before = told_answers(seen)
        try:
            edited = _edited(image, asked.attribute, asked.after, bundle, sizes, plate.index)
        except DataError:
            refused += 1
            continue
        after, best = (told_answers(look(picture, bundle=bundle)) for picture in (edited.image, truth))
        outside += edited.changed_outside
        for name, told in (("", after), ("reference_", best)):
            right = float(told.get(asked.attribute) == asked.after)
            samples.setdefault(f"{name}attribute_changed", []).append(right)
            if not name:
                samples.setdefault(f"changed_{asked.attribute}", []).append(right)
            kept = _kept(plate, before, told)
            if kept:
                samples.setdefault(f"{name}others_kept", []).append(float(np.mean(kept)))
        for name, value in {
            "alignment_before": edited.alignment[0],
            "alignment_after": edited.alignment[1],
            "likeness_before": _likeness(image, truth, edited.mask, bundle),
            "likeness_after": _likeness(edited.image, truth, edited.mask, bundle),
            "ssim": structural_similarity(edited.image, truth),
            "psnr": peak_signal_to_noise(edited.image, truth),
            "head_difference": mean_difference(edited.image, image, _head(seen)),
        }.items():
            samples.setdefault(name, []).append(value)
        if len(sheet) < 2 * _SHOWN:
            wanted = f"{asked.attribute} {asked.before} -> {asked.after}"
            sheet += [(image, wanted), (edited.image, f"told: {after.get(asked.attribute, 'nothing')}")]
    if not samples:
        raise DataError("none of the edits could be made: no person is seen in any of the plates")
    sheets = {"edits": picture_sheet(*zip(*sheet, strict=True))}
    if files:
        chains = _chains(files, split, sizes.chains, bundle, progress)
        outside += chains.outside
        samples["chain_changed"] = chains.changed
        sheets["chains"] = picture_sheet(*zip(*chains.shown, strict=True))
    return Report(
        benchmark="edit",
        figures={name: float(np.mean(values)) for name, values in samples.items()}
        | {"changed_outside": float(outside), "refused": float(refused)},
        intervals={name: bootstrap_mean(np.array(values)) for name, values in samples.items()},
        n=len(samples["attribute_changed"]),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            f"plates of the split, {sizes.plate_height} pixels high; of each main garment one attribute changed, to a "
            "value that it can have; region and words from what is seen, nothing from the plate's own truth",
            "attribute_changed: `look` tells the new value of the edited picture; others_kept: of what it told before "
            "and the change leaves as it was (A1 to A5, colour, category), the share that it still tells",
            "reference: the same of the plate drawn with that attribute: the readers' own limit",
            "changed_outside: pixels outside of the region that differ, over all pictures; refused: pictures in which "
            "no region was found",
            "alignment: cosine of the region with the words (masked CLIP-T), likeness: of the region with that of the "
            "plate drawn with that attribute (masked CLIP-I), before and after, by the bundle's first encoder; ssim, "
            "psnr (dB): of the whole picture with that plate",
            "head_difference: mean change of the pixels above the middle of nose and neck, of 255",
            f"start {sizes.start}; region grown by {sizes.grow:g} of the height, moved by {sizes.shift:g} of the width",
            f"chain_changed: {sizes.chains} street photos, sleeves, then collar, then length of the main garment where "
            "it has them, each to another value than is told; the share that is told as asked, right after its edit",
        ],
        sheets=sheets,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chains:
    changed: list[float]
    outside: int
    shown: list[tuple[Image.Image, str]]
    """Four a photo: as it was, and after each edit."""


def _chains(files: Sequence[Path], split: Split | None, count: int, bundle: Bundle, progress: Progress) -> _Chains:
    changed: list[float] = []
    shown: list[tuple[Image.Image, str]] = []
    outside = 0
    photos = (photo for file in files for photo in iterate_streets(file, split))
    for done, photo in enumerate(islice(photos, count), start=1):
        progress("editing photos", done, count)
        image, parent = photo.image, None
        shown.append((image, "as it was"))
        for number, attribute in enumerate(_CHAIN):
            told = told_answers(look(image, bundle=bundle))
            wanted = _another(attribute, told.get(attribute), number)
            try:
                edited = edit(image, wanted, bundle=bundle, attribute=attribute, seed=done, parent=parent)
            except DataError as error:
                shown.append((image, f"{attribute} {wanted}: {error}"))
                continue
            image, parent, outside = edited.image, edited.recipe, outside + edited.changed_outside
            after = told_answers(look(image, bundle=bundle)).get(attribute, "nothing")
            changed.append(float(after == wanted))
            shown.append((image, f"{attribute} {wanted}; told: {after}"))
    return _Chains(changed=changed or [0.0], outside=outside, shown=shown)


def _edited(image: Image.Image, attribute: str, to: str, bundle: Bundle, sizes: EditSizes, seed: int) -> Edit:
    """The edit that is measured; its region as it is seen, or grown and moved as the sizes say."""
    mask = None
    if sizes.grow or sizes.shift:
        region = grow(edit_region(image, to, bundle=bundle, attribute=attribute), round(sizes.grow * image.height))
        moved = np.roll(region, round(sizes.shift * image.width), axis=1)
        if not moved.any():
            raise DataError("nothing is left of the region")
        mask = Image.fromarray(moved.astype(np.uint8) * 255)
    return edit(image, to, bundle=bundle, attribute=attribute, mask=mask, start=sizes.start, seed=seed)


def _likeness(image: Image.Image, truth: Image.Image, mask: Mask, bundle: Bundle) -> float:
    """Cosine of what two pictures show in the box around a region, by the bundle's first encoder."""
    one, other = bundle.encoder.encode_images([picture.crop(bounds(mask)) for picture in (image, truth)])
    return float(one @ other)


def _head(seen: Look) -> Mask:
    """Pixels of the person above the middle of nose and neck."""
    nose, neck = seen.figure.pose[[_NOSE, _NECK], 1]
    rows = np.arange(seen.size[0])[:, None]
    head: Mask = seen.figure.person & (rows < (nose + neck) / 2)
    return head


def _another(attribute: str, told: str | None, number: int) -> str:
    """A common value that isn't the one that is told."""
    return next(value for value in _COMMON[attribute][number % 2 :] + _COMMON[attribute] if value != told)


def _changed(config: PlateConfig, split: Split | None) -> Iterator[PlateExample]:
    """Plates whose change is one of A1 to A5 of the main garment."""
    for plate in examples(config, split):
        main = plate.look.garments.index(main_garment(plate.look))
        if plate.change.attribute in ATTRIBUTES and plate.change.slot == main:
            yield plate


def _kept(plate: PlateExample, before: dict[str, str], after: dict[str, str]) -> list[bool]:
    """Of what was told before and should stay, what is told again."""
    truth, changed = true_answers(plate), true_answers(plate.changed)
    same = [name for name in _ASKED if name != plate.change.attribute and truth.get(name) == changed.get(name)]
    return [after.get(name) == before[name] for name in same if name in before]
