"""The benchmark `caption`: are captions like those of the references, and is what they say true?

On plates, every style is scored as the field scores captions, and the lists of attributes pair by pair. Photos have no
captions: there, what a list or a title says is held against class, measured colour and tags.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile import __version__
from toile.catalog.claims import claims_of
from toile.catalog.photos import GarmentPhoto, clear_colour, iterate_garments, iterate_streets
from toile.catalog.plates.examples import PlateConfig, examples
from toile.catalog.split import Split
from toile.catalog.styles import STYLES, read_attribute_list
from toile.errors import DataError
from toile.evaluation.gallery import data_files
from toile.evaluation.report import Report
from toile.metrics.bootstrap import bootstrap_mean
from toile.metrics.captions import caption_scores, has_java
from toile.progress import Progress
from toile.tasks.caption import write_texts
from toile.taxonomy import CO_PARSING_PARTS
from toile.training.config import Strict

if TYPE_CHECKING:
    from toile.bundles import Bundle

_ASKED: Final = ("garment", "colour")  # what is known of a photo of one garment


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptionSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    plates: int = 500
    plate_seed: int = 0
    plate_height: int = 256
    photos: int = 400
    """Of each photo set, at most."""


def evaluate_caption(
    bundle: Bundle,
    data: Sequence[Path],
    split: Split | None,
    progress: Progress,
    *,
    sizes: CaptionSizes | None = None,
) -> Report:
    """Captions of plates and photos.

    Args:
        bundle: whose captioner is measured.
        data: the files of garment photos and of street photos; empty: those beside the checkout.
        split: the numbers of the plates and the rows of the photos; None: all.
        progress: watcher.
        sizes: how much.

    Raises:
        CheckpointError: the bundle has no captioner, or no multimodal encoder.
        DataError: a file is missing, or has no row of the split.
    """
    start = time.perf_counter()
    sizes = sizes or CaptionSizes()
    _ = bundle.captioner, bundle.unifashion_encoder  # before minutes of drawing: one may be missing
    files = [
        *data_files([path for path in data if path.name != "streets.parquet"], "garments.parquet"),
        *data_files([path for path in data if path.name == "streets.parquet"], "streets.parquet"),
    ]
    figures: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}

    def add(name: str, samples: NDArray[np.float64]) -> None:
        figures[name] = float(samples.mean())
        if len(samples) > 1:
            intervals[name] = bootstrap_mean(samples)

    config, pictures, truths = PlateConfig(seed=sizes.plate_seed, height=sizes.plate_height), [], []
    for done, plate in enumerate(islice(examples(config, split), sizes.plates), start=1):
        pictures.append(Image.fromarray(plate.picture))
        truths.append(plate.styles)
        progress("drawing plates", done, sizes.plates)
    for done, style in enumerate(STYLES):
        progress("writing captions", done, len(STYLES))
        written = write_texts(pictures, style, bundle=bundle)
        if has_java():
            for name, samples in caption_scores(written, [[truth[style]] for truth in truths]).items():
                add(f"{style}_{name}", samples)
        if style == "attributes":
            lists = [
                (read_attribute_list(text), read_attribute_list(truth[style]))
                for text, truth in zip(written, truths, strict=True)
            ]
            add("attribute_precision", np.array([_shared(told, right) / max(1, len(told)) for told, right in lists]))
            add("attribute_recall", np.array([_shared(told, right) / len(right) for told, right in lists]))
    for name, samples in _on_photos(files, split, sizes.photos, bundle, progress).items():
        if len(samples):  # captions may name nothing, and no photo have a clear colour
            add(name, samples)
    return Report(
        benchmark="caption",
        figures=figures,
        intervals=intervals,
        n=len(pictures),
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=[
            f"{len(pictures)} plates of the split, one reference a style; captions are written greedily from the "
            "picture alone and scored whole (pycocoevalcap, PTB tokens)"
            if has_java()
            else "BLEU, METEOR, ROUGE-L and CIDEr are left out: their tokenizer needs Java, which is not installed",
            "attribute_precision, attribute_recall: pairs of name and value in the lists, mean over plates",
            "photo_garment, photo_colour: what the list says of a garment's photo is its class, and its main measured "
            "colour where there is a clear one",
            "street_precision: garments that a title names and the photo's tags hold, of all that it names; tags are "
            "incomplete, so this is a lower bound",
        ],
    )


def _shared(one: dict[str, str], other: dict[str, str]) -> int:
    return len(one.items() & other.items())


def _on_photos(
    files: Sequence[Path], split: Split | None, count: int, bundle: Bundle, progress: Progress
) -> dict[str, NDArray[np.float64]]:
    """What captions of photos say, held against what is known of these."""
    garment_file, street_file = files
    progress("captioning photos", 0, 2)
    garments = list(islice(iterate_garments(garment_file, split), count))
    streets = list(islice((street for street in iterate_streets(street_file, split) if street.tags), count))
    if not garments or not streets:
        raise DataError(f"{garment_file.name} or {street_file.name} has no row of the split; try --split all")
    lists = write_texts([photo.image for photo in garments], "attributes", bundle=bundle)
    told = [read_attribute_list(text) for text in lists]
    progress("captioning photos", 1, 2)
    titles = write_texts([street.image for street in streets], "title", bundle=bundle)
    seen = []
    for street, title in zip(streets, titles, strict=True):
        parts = {CO_PARSING_PARTS[tag] for tag in street.tags}
        seen += [claim.part in parts for claim in claims_of(title)]
    return {
        **{
            f"photo_{name}": np.array(
                [
                    one.get(name) == known
                    for one, photo in zip(told, garments, strict=True)
                    if (known := _known(photo, name))
                ],
                np.float64,
            )
            for name in _ASKED
        },
        "street_precision": np.array(seen, np.float64),
    }


def _known(photo: GarmentPhoto, name: str) -> str | None:
    return photo.category if name == "garment" else clear_colour(photo.colours)
