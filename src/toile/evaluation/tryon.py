"""The benchmark `tryon`: does the person wear that garment, and is all else as it was?

Plates of the split, of each one garment exchanged for another plate's; the answer is known: the same body in the same
pose, drawn in that garment. Then two garments at once, against one after the other. And street photos with garments of
photos.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile import __version__
from toile.catalog.photos import iterate_garments, iterate_streets
from toile.catalog.plates.examples import PlateConfig, PlateExample, examples, shows_everything
from toile.catalog.plates.looks.look import Garment, Look
from toile.catalog.plates.looks.rules import construction_of, problems
from toile.catalog.plates.plate import Plate, build_plate, flat_lay
from toile.catalog.split import Split
from toile.errors import DataError, QueryError
from toile.evaluation.gallery import data_files, files_named
from toile.evaluation.picture_sheet import picture_sheet
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_mean
from toile.metrics.pictures import mean_difference, peak_signal_to_noise, structural_similarity
from toile.progress import Progress
from toile.tasks.try_on import ShownAs, TryOn, try_on
from toile.training.config import Strict
from toile.vision.colour import to_lab
from toile.vision.masks import bounds

if TYPE_CHECKING:
    from toile.bundles import Bundle

_SHOWN: Final = 10
_DONORS: Final = 12  # plates that are looked through for a garment that goes
_NOSE, _NECK = 0, 1  # of COCO-18


@dataclass(frozen=True, kw_only=True, slots=True)
class TryOnSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    tries: int = 80
    several: int = 20
    """Of two garments, at once and one after the other."""
    photos: int = 10
    """Street photos, each with a garment of another file."""
    shown_as: ShownAs = "pixels"
    """See `tasks.try_on`."""
    plate_seed: int = 0
    plate_height: int = 512


@dataclass(frozen=True, kw_only=True, slots=True)
class _Exchange:
    """A plate, and what it becomes."""

    plate: PlateExample
    truth: Plate
    slots: tuple[int, ...]
    """The garments that are exchanged."""
    garments: tuple[Garment, ...]
    """That take their place."""

    @property
    def person(self) -> Image.Image:
        return Image.fromarray(self.plate.picture)

    @property
    def flats(self) -> list[Image.Image]:
        height = self.plate.config.height
        return [Image.fromarray(flat_lay(one).picture(height, background="white")) for one in self.garments]

    @property
    def answer(self) -> Image.Image:
        return Image.fromarray(self.truth.picture(self.plate.config.height, background="white"))

    @property
    def worn(self) -> NDArray[np.bool_]:
        """`(H, W)`, where the answer shows the new garments."""
        slots: NDArray[np.bool_] = np.isin(self.truth.slot_map(self.plate.config.height).slot, self.slots)
        return slots


def evaluate_try_on(
    bundle: Bundle, data: Sequence[Path], split: Split | None, progress: Progress, *, sizes: TryOnSizes | None = None
) -> Report:
    """Try-ons of plates and photos; see the module's docstring and the report's notes.

    Args:
        bundle: that draws and reads.
        data: files of street photos and of garments, `streets` and `garments` in their names; of a kind that is not
            given, the file beside the checkout.
        split: the numbers of the plates and the rows of the photos; None: all.
        progress: watcher.
        sizes: how much.

    Raises:
        DataError: nothing could be tried on, or a file is missing.
        CheckpointError: the bundle can't draw, or can't read people.
    """
    start = time.perf_counter()
    sizes = sizes or TryOnSizes()
    streets = data_files(files_named(data, "streets"), "streets.parquet") if sizes.photos else []
    flats = data_files(files_named(data, "garments"), "garments.parquet") if sizes.photos else []
    config = PlateConfig(seed=sizes.plate_seed, height=sizes.plate_height)
    samples: dict[str, list[float]] = {}
    sheet: list[tuple[Image.Image, str]] = []
    outside = refused = 0
    for done, exchange in enumerate(islice(_exchanges(config, split, 1), sizes.tries), start=1):
        progress("trying on", done, sizes.tries)
        try:
            tried = try_on(
                exchange.person, exchange.flats, bundle=bundle, seed=exchange.plate.index, shown_as=sizes.shown_as
            )
        except (DataError, QueryError):
            refused += 1
            continue
        outside += tried.changed_outside
        for name, value in _measured(exchange, tried, bundle).items():
            samples.setdefault(name, []).append(value)
        role = construction_of(exchange.garments[0].category).role
        samples.setdefault(f"ssim_{role}", []).append(samples["ssim"][-1])
        if len(sheet) < 4 * _SHOWN:
            sheet += [
                (exchange.person, "person"),
                (exchange.flats[0], f"taken for: {', '.join(tried.garments)}"),
                (tried.image, f"ssim {samples['ssim'][-1]:.3f}, delta E {samples['color_delta_e'][-1]:.1f}"),
                (exchange.answer, "true"),
            ]
    if not samples:
        raise DataError("nothing could be tried on: no person or no garment is seen in any of the plates")
    sheets = {"tryons": picture_sheet(*zip(*sheet, strict=True))}
    for done, exchange in enumerate(islice(_exchanges(config, split, 2), sizes.several), start=1):
        progress("trying on several", done, sizes.several)
        try:
            at_once, in_turn = _both_ways(exchange, bundle, sizes.shown_as)
        except (DataError, QueryError):
            refused += 1
            continue
        outside += at_once.changed_outside
        answer = exchange.answer
        ssim = [structural_similarity(picture, answer) for picture in (at_once.image, in_turn)]
        samples.setdefault("several_ssim", []).append(ssim[0])
        samples.setdefault("several_ssim_gain", []).append(ssim[0] - ssim[1])
    if sizes.photos:
        shown, more = _photos(streets, flats, split, sizes, bundle, progress)
        outside += more
        sheets["photos"] = picture_sheet(*zip(*shown, strict=True))
    return Report(
        benchmark="tryon",
        figures={name: float(np.mean(values)) for name, values in samples.items()}
        | {"changed_outside": float(outside), "refused": float(refused)},
        intervals={name: bootstrap_mean(np.array(values)) for name, values in samples.items()},
        n=len(samples["ssim"]),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            f"plates of the split, {sizes.plate_height} pixels high; of each one garment exchanged for another, "
            "given as it lies flat; what it is, and where it belongs, is read from the pictures; garments shown to the "
            f"denoiser as {sizes.shown_as}",
            "ssim, psnr (dB): of the whole picture with the same body drawn in that garment; ssim_before: of the "
            "picture as it was",
            "color_delta_e: CIE76 between the mean colours over the pixels where the true picture shows the garment",
            "likeness: of the box around the region with that of the true picture, before and after, by the bundle's "
            "first encoder (masked CLIP-I)",
            "fidelity: of the box around the region with the garment's own picture",
            "changed_outside: pixels outside of the region that differ, over all pictures; refused: pictures in which "
            "no person, no garment or no room for it was seen",
            "head_difference: mean change of the pixels above the middle of nose and neck, of 255",
            f"several: {sizes.several} plates with two garments exchanged; gain: ssim of both at once less that of one "
            "after the other",
        ],
        sheets=sheets,
    )


def _exchanges(config: PlateConfig, split: Split | None, count: int) -> Iterator[_Exchange]:
    """Plates of which so many garments can be exchanged for those of another plate."""
    donors = examples(replace(config, seed=config.seed + 1), split)
    for plate in examples(config, split):
        found = next(
            (found for donor in islice(donors, _DONORS) if (found := _exchange(plate, donor.look, count)) is not None),
            None,
        )
        if found is not None:
            yield found


def _exchange(plate: PlateExample, donor: Look, count: int) -> _Exchange | None:
    """The plate in garments of another look; None where they don't go together, or hardly show."""
    look = plate.look
    if look.culture or donor.culture:
        return None
    worn = {construction_of(one.category).role: slot for slot, one in enumerate(look.garments)}
    offered = [one for one in donor.garments if construction_of(one.category).role in worn]
    # Which one it is goes by the plate's number, so that coats, tops, dresses, skirts and trousers all come up.
    offered = offered[plate.index % max(1, len(offered)) :][:1] if count == 1 else offered
    if len(offered) != count:
        return None
    slots = tuple(worn[construction_of(one.category).role] for one in offered)
    garments = list(look.garments)
    for slot, one in zip(slots, offered, strict=True):
        garments[slot] = one
    changed = replace(look, garments=tuple(garments))
    if next(problems(changed), None) is not None:
        return None
    truth = build_plate(changed, frame=plate.plate.frame)
    if not shows_everything(truth, changed):
        return None
    return _Exchange(plate=plate, truth=truth, slots=slots, garments=tuple(offered))


def _measured(exchange: _Exchange, tried: TryOn, bundle: Bundle) -> dict[str, float]:
    person, answer, worn = exchange.person, exchange.answer, exchange.worn
    box = bounds(tried.mask)
    seen = bundle.encoder.encode_images([picture.crop(box) for picture in (person, tried.image, answer)])
    joints = exchange.plate.keypoints[[_NOSE, _NECK], 1]
    head = exchange.plate.person_mask & (np.arange(person.height)[:, None] < joints.mean())
    return {
        "ssim": structural_similarity(tried.image, answer),
        "ssim_before": structural_similarity(person, answer),
        "psnr": peak_signal_to_noise(tried.image, answer),
        "color_delta_e": _colour_difference(tried.image, answer, worn),
        "color_delta_e_before": _colour_difference(person, answer, worn),
        "likeness_before": float(seen[0] @ seen[2]),
        "likeness_after": float(seen[1] @ seen[2]),
        "fidelity": tried.fidelity,
        "head_difference": mean_difference(tried.image, person, head),
    }


def _both_ways(exchange: _Exchange, bundle: Bundle, shown_as: ShownAs) -> tuple[TryOn, Image.Image]:
    """All garments at once, and one after the other."""
    seed, image = exchange.plate.index, exchange.person
    at_once = try_on(image, exchange.flats, bundle=bundle, seed=seed, shown_as=shown_as)
    for flat in exchange.flats:
        image = try_on(image, [flat], bundle=bundle, seed=seed, shown_as=shown_as).image
    return at_once, image


def _colour_difference(image: Image.Image, truth: Image.Image, where: NDArray[np.bool_]) -> float:
    """Distance in CIELAB of the mean colours over the pixels `where`: below 2 hardly seen, 10 is another shade."""
    means = [to_lab(np.asarray(picture))[where].mean(0, dtype=np.float64) for picture in (image, truth)]
    return float(np.linalg.norm(means[0] - means[1]))


def _photos(
    streets: Sequence[Path],
    flats: Sequence[Path],
    split: Split | None,
    sizes: TryOnSizes,
    bundle: Bundle,
    progress: Progress,
) -> tuple[list[tuple[Image.Image, str]], int]:
    """Street photos in real garments, each the next in its file: person, garment, and what came of it or why not."""
    people = (photo for file in streets for photo in iterate_streets(file, split))
    garments = (photo for file in flats for photo in iterate_garments(file, split))
    shown: list[tuple[Image.Image, str]] = []
    outside = 0
    for done, (person, garment) in enumerate(islice(zip_longest(people, garments), sizes.photos), start=1):
        progress("dressing photos", done, sizes.photos)
        if person is None or garment is None:
            break
        shown += [(person.image, person.id), (garment.image, garment.noun)]
        try:
            tried = try_on(person.image, [garment.image], bundle=bundle, seed=done, shown_as=sizes.shown_as)
        except (DataError, QueryError) as error:
            shown.append((Image.new("RGB", (192, 256), "white"), str(error)))
            continue
        outside += tried.changed_outside
        shown.append((tried.image, f"taken for: {', '.join(tried.garments)}"))
    return shown, outside
