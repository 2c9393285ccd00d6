"""The benchmark `rag`: do pictures get better by garments that their words have found?

Street photos of the split, of each the largest garment hidden and drawn anew, from words alone, from garments alone,
and from both, with more and more garments (Fashion-RAG, section 9). The garments are those of another file, so that
nobody wears what is found; and some are exchanged for others drawn by lot, to see how much a bad neighbour spoils.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile import __version__
from toile.catalog.briefs import Brief
from toile.catalog.photos import iterate_garments, iterate_streets
from toile.catalog.split import Split
from toile.errors import ConfigError, DataError, QueryError
from toile.evaluation.features import feature_extractor
from toile.evaluation.gallery import data_files, files_named
from toile.evaluation.picture_sheet import picture_sheet
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_mean
from toile.metrics.distribution import frechet_distance, kernel_distance
from toile.models.garment_words import ShownGarment, trust
from toile.progress import Progress
from toile.tasks.drawing import Settings
from toile.tasks.garments import MAX_RETRIEVED, ReferenceGarment, named, retrieve
from toile.tasks.index import index_catalog
from toile.tasks.look import Look, look
from toile.tasks.repaint import repaint
from toile.training.config import Strict
from toile.vision.masks import Mask, bounds, region_of
from toile.vision.paste import changed_outside

if TYPE_CHECKING:
    from toile.bundles import Bundle

_SHOWN: Final = 10
_INJECTED: Final = 2  # of three garments
_LEAST: Final = 8  # photos that distances between distributions need
_LOT: Final = 200  # garments that those drawn by lot are of


@dataclass(frozen=True, kw_only=True, slots=True)
class RagSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    photos: int = 100
    curve: tuple[int, ...] = (0, 1, 3, 5, 10)
    """Numbers of garments."""
    ablations: bool = True
    """Garments alone, and garments drawn by lot among those that were found."""
    index: str = ""
    """Folder of an index of garments; empty: one is made of the garments' file."""
    features: str = ""
    """See `evaluation.features.feature_extractor`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """A photo of which a garment is drawn anew."""

    number: int
    photo: Image.Image
    seen: Look
    mask: Mask
    words: str
    """All that is worn."""
    garment: str
    """What is hidden."""
    found: tuple[ShownGarment, ...]
    """Best first, of weight 1."""
    by_lot: tuple[ShownGarment, ...]
    weights: tuple[float, ...]
    """Of those that were found, then of those drawn by lot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """What is told."""

    count: int
    words: bool = True
    lot: int = 0
    """Of the garments, those that are drawn by lot."""
    gated: bool = True


def evaluate_rag(
    bundle: Bundle, data: Sequence[Path], split: Split | None, progress: Progress, *, sizes: RagSizes | None = None
) -> Report:
    """Garments drawn anew from words and neighbours; see the module's docstring and the report's notes.

    Args:
        bundle: that draws, finds and reads.
        data: files of street photos and of garments, `streets` and `garments` in their names; of a kind that is not
            given, the file beside the checkout.
        split: the rows of the photos; None: all.
        progress: watcher.
        sizes: how much.

    Raises:
        DataError: a file is missing, or too few photos can be used.
        CheckpointError: the bundle can't draw, can't read people, or can't be told of garments.
    """
    start = time.perf_counter()
    sizes = sizes or RagSizes()
    streets = data_files(files_named(data, "streets"), "streets.parquet")
    flats = data_files(files_named(data, "garments"), "garments.parquet")
    with _index_of(flats, sizes, bundle, progress) as index_dir:
        cases = list(_cases(streets, flats, split, sizes.photos, index_dir, bundle, progress))
    if len(cases) < _LEAST:
        raise DataError(f"only {len(cases)} photos can be used, expected at least {_LEAST}; try --split all")
    ways = _ways(sizes)
    extractor = feature_extractor(sizes.features, bundle.encoder)
    real = extractor.of([_crop(case, case.photo) for case in cases])
    wholes = extractor.of([case.photo for case in cases])
    figures: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    drawn: dict[str, list[Image.Image]] = {}
    outside = 0
    for place, (name, way) in enumerate(ways.items()):
        pictures = []
        for done, case in enumerate(cases, start=1):
            progress("drawing garments", place * len(cases) + done, len(ways) * len(cases))
            pictures.append(_drawn(case, way, bundle))
            outside += changed_outside(case.photo, pictures[-1], case.mask)
        drawn[name] = pictures
        crops = [_crop(case, picture) for case, picture in zip(cases, pictures, strict=True)]
        features = extractor.of(crops)
        figures[f"fid_{name}"] = frechet_distance(real, features)
        figures[f"kid_{name}"] = kernel_distance(real, features).mean
        figures[f"whole_fid_{name}"] = frechet_distance(wholes, extractor.of(pictures))
        for figure, values in _agreement(cases, crops, bundle).items():
            figures[f"{figure}_{name}"] = float(values.mean())
            intervals[f"{figure}_{name}"] = bootstrap_mean(values)
    if "3" in drawn and "0" in drawn:
        figures["fid_ratio_3_to_0"] = figures["fid_3"] / figures["fid_0"]
        figures["kid_ratio_3_to_0"] = figures["kid_3"] / figures["kid_0"]
    return Report(
        benchmark="rag",
        figures=figures | {"changed_outside": float(outside)},
        intervals=intervals,
        n=len(cases),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            f"feature extractor: {extractor.name}; only figures made with one and the same can be compared",
            "street photos of the split, of each the largest garment hidden and drawn anew; garments of another file, "
            "found by colour and kind of what is hidden, as `look` tells them: nobody wears what is found",
            "the last part of a figure's name: how many garments are told of; garments: three, and no words; "
            f"lot: {_INJECTED} of three drawn by lot, weighted as their likeness to the words says, or (ungated) all "
            "alike",
            "fid, kid: of the box around the region, with that of the photos; whole_fid: of the whole pictures; "
            "fid is biased upwards at these sizes, and so a ratio of two is nearer to 1 than it should be",
            "text: of the box with the garment's words, by the multimodal encoder (masked CLIP-T); garment: of the box "
            "with the picture of the best hit, however many are told of (masked CLIP-I), by the first encoder",
            "changed_outside: pixels outside of the region that differ, over all pictures",
        ],
        sheets={"garments": _sheet(cases, drawn)},
    )


def _ways(sizes: RagSizes) -> Mapping[str, _Way]:
    ways = {str(count): _Way(count=count) for count in sizes.curve}
    if sizes.ablations:
        ways["garments"] = _Way(count=3, words=False)
        ways["lot"] = _Way(count=3, lot=_INJECTED)
        ways["lot_ungated"] = _Way(count=3, lot=_INJECTED, gated=False)
    return ways


@contextmanager
def _index_of(flats: Sequence[Path], sizes: RagSizes, bundle: Bundle, progress: Progress) -> Iterator[Path]:
    """An index of garments."""
    if sizes.index:
        yield Path(sizes.index)
        return
    with tempfile.TemporaryDirectory() as folder:
        for file in flats:
            index_catalog(file, into=Path(folder) / "index", bundle=bundle, progress=progress)
        yield Path(folder) / "index"


def _cases(
    streets: Sequence[Path],
    flats: Sequence[Path],
    split: Split | None,
    count: int,
    index_dir: Path,
    bundle: Bundle,
    progress: Progress,
) -> Iterator[_Case]:
    """Photos with their neighbours; those on which no garment can be drawn anew are passed over."""
    lot = [photo for file in flats for photo, _ in zip(iterate_garments(file, split), range(_LOT), strict=False)]
    done = 0
    for photo in (photo for file in streets for photo in iterate_streets(file, split)):
        if done == count:
            return
        try:
            seen = look(photo.image, bundle=bundle)
            worn = [(item, item.cut) for item in seen.items if item.cut is not None]
            if seen.shows != "person" or not worn:
                continue
            item, cut = worn[0]
            region_of(cut.category.word)
            length = cut.attributes.get("length")
            mask = seen.try_on_mask(cut.category.word, None if length is None else length.word)
            garment = named(item, cut)
            found = retrieve(garment, MAX_RETRIEVED, index_dir=index_dir, bundle=bundle, gated=False).garments
        except (DataError, QueryError, ConfigError):
            continue
        done += 1
        progress("finding garments", done, count)
        places = np.random.default_rng(done).choice(len(lot), _INJECTED, replace=False)
        drawn = [ReferenceGarment(picture=lot[place].image, words=garment) for place in places]
        text = bundle.encoder.encode_texts([garment])[0]
        cosines = bundle.encoder.encode_images([one.picture for one in (*found, *drawn)]) @ text
        trusted = tuple(trust(float(cosine), best=float(cosines[0])) for cosine in cosines)
        canvas = bundle.generator.canvas
        yield _Case(
            number=done,
            photo=photo.image,
            seen=seen,
            mask=mask,
            words=", ".join(named(item, cut) for item, cut in worn),
            garment=garment,
            found=tuple(one.shown(canvas) for one in found),
            by_lot=tuple(one.shown(canvas) for one in drawn),
            weights=trusted,
        )


def _drawn(case: _Case, way: _Way, bundle: Bundle) -> Image.Image:
    count = min(way.count, len(case.found))
    kept = max(0, count - way.lot)
    garments = [*case.found[:kept], *(case.by_lot if way.lot else ())]
    weights = [*case.weights[:kept], *(case.weights[len(case.found) :] if way.lot else ())]
    if way.gated:
        weighted = zip(garments, weights, strict=True)
        garments = [replace(one, weight=weight) for one, weight in weighted if weight > 0]
    return repaint(
        case.photo,
        case.mask,
        seen=case.seen,
        windows=Brief(words=case.words if way.words else "").windows(),
        bundle=bundle,
        seed=case.number,
        settings=Settings(),
        progress=lambda *_: None,
        garments=garments,
    )


def _crop(case: _Case, picture: Image.Image) -> Image.Image:
    return picture.crop(bounds(case.mask))


def _agreement(cases: Sequence[_Case], crops: Sequence[Image.Image], bundle: Bundle) -> dict[str, NDArray[np.float32]]:
    """How well each region goes with its words, and with its best neighbour."""
    second, first = bundle.unifashion_encoder, bundle.encoder
    texts = second.encode_texts([case.garment for case in cases])
    seen = second.encode_images(crops)
    best = first.encode_images([case.found[0].picture for case in cases])
    return {
        "text": np.array([second.scores(seen[[i]], texts[[i]])[0, 0] for i in range(len(cases))], np.float32),
        "garment": (first.encode_images(crops) * best).sum(1),
    }


def _sheet(cases: Sequence[_Case], drawn: Mapping[str, Sequence[Image.Image]]) -> Image.Image:
    """Of each photo what was found and what came of it."""
    told: list[tuple[Image.Image, str]] = []
    for place, case in enumerate(cases[:_SHOWN]):
        told.append((case.photo, case.garment))
        told += [(one.picture, f"{weight:.2f}") for one, weight in zip(case.found[:3], case.weights, strict=False)]
        told += [(pictures[place], name) for name, pictures in drawn.items() if name in ("0", "3", "garments")]
    return picture_sheet(*zip(*told, strict=True))
