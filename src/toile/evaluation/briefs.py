"""Do designs show the attributes that were asked for? Plates of the split as briefs, read by `look`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.briefs import Brief
from toile.catalog.claims import claims_of, grammar_category
from toile.catalog.plates.examples import PlateConfig, PlateExample, examples
from toile.catalog.split import Split
from toile.diffusion.sampler import STOCHASTIC
from toile.evaluation.answers import told_answers, true_answers
from toile.evaluation.picture_sheet import picture_sheet
from toile.metrics.bootstrap import bootstrap_mean
from toile.metrics.people import correct_keypoints
from toile.progress import Progress
from toile.tasks.design import design
from toile.tasks.drawing import Settings
from toile.tasks.look import look
from toile.training.config import Strict
from toile.vision.croquis import CROQUIS_SIZE, croquis_of

if TYPE_CHECKING:
    from toile.bundles import Bundle

NUM_SHOWN: Final = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class DesignSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    designs: int = 256
    """Of captions of photos; 0: none."""
    plates: int = 150
    """Briefs with attributes; 0: none."""
    plate_seed: int = 0
    features: str = ""
    """See `feature_extractor`."""
    sampler: str = STOCHASTIC
    steps: int | None = None
    """None: the sampler's own."""
    guidance_scale: float | None = None
    """None: the sampler's own."""
    guidance_low: int = 350
    schedule: str = "hierarchical"
    """How attributes are told, see `diffusion.windows`."""
    order: str = "area"
    pose_window: str = "always"

    @property
    def settings(self) -> Settings:
        """How designs are drawn."""
        return Settings.of(
            self.sampler,
            steps=self.steps,
            guidance_scale=self.guidance_scale,
            guidance_low=self.guidance_low,
            pose_window=self.pose_window,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What one half of a benchmark has to tell."""

    figures: dict[str, float] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    sheets: dict[str, Image.Image] = field(default_factory=dict)

    def __or__(self, other: Told) -> Told:
        return Told(
            figures=self.figures | other.figures,
            intervals=self.intervals | other.intervals,
            sheets=self.sheets | other.sheets,
        )


def of_briefs(bundle: Bundle, split: Split | None, sizes: DesignSizes, progress: Progress) -> Told:
    """Each brief drawn once: the share of what was asked that `look` tells, and whether the pose is the croquis'."""
    samples: dict[str, list[float]] = {}
    images: list[Image.Image] = []
    seeds: list[int] = []
    words: list[str] = []
    config = PlateConfig(seed=sizes.plate_seed, height=256)
    for done, (plate, brief) in enumerate(islice(_briefs(config, split), sizes.plates)):
        progress("drawing briefs", done, sizes.plates)
        truth = true_answers(plate)
        # What the plate hides, under a coat or behind a bag, can't be asked of the design's reader, either.
        asked = {name: value for name, value in brief.attributes.items() if truth.get(name) == value}
        (drawn,) = design(
            brief.words,
            bundle=bundle,
            concepts=brief.concepts,
            attributes=asked,
            order=sizes.order,
            schedule=sizes.schedule,
            seed=plate.index,
            settings=sizes.settings,
        )
        wanted = asked | {"colour": truth["colour"]}
        for prefix, image in (("", drawn.image), ("reference_", Image.fromarray(plate.picture))):
            told = told_answers(look(image, bundle=bundle))
            for name, value in wanted.items():
                samples.setdefault(f"{prefix}attribute_{name}", []).append(float(told.get(name) == value))
        images.append(drawn.image)
        seeds.append(plate.index)
        words.append(f"{brief.words}, {', '.join(asked.values())}")
    samples["brief_pose_pck"] = pose_agreement(images, seeds, bundle).tolist()
    figures = {name: float(np.mean(values)) for name, values in samples.items()}
    for prefix in ("", "reference_"):
        means = [value for name, value in figures.items() if name.startswith(f"{prefix}attribute_")]
        figures[f"{prefix}attribute_accuracy"] = float(np.mean(means))
    return Told(
        figures=figures,
        intervals={name: bootstrap_mean(np.array(values)) for name, values in samples.items()},
        sheets={"briefs": picture_sheet(images[:NUM_SHOWN], words[:NUM_SHOWN])},
    )


def _briefs(config: PlateConfig, split: Split | None) -> Iterator[tuple[PlateExample, Brief]]:
    """Plates whose main garment has an everyday name, in words that name garments and colours only."""
    for plate in examples(config, split):
        words = plate.captions[min(2, len(plate.captions) - 1)]
        brief = Brief.of_caption(words, plate.hierarchical)
        if any(grammar_category(claim) == brief.category for claim in claims_of(words)[:1]):
            yield plate, brief


def pose_agreement(images: Sequence[Image.Image], seeds: Sequence[int], bundle: Bundle) -> NDArray[np.float64]:
    """PCK of each design with the croquis of its seed."""
    shares = []
    for seed, figure, image in zip(seeds, bundle.figure_reader.read(images), images, strict=True):
        asked = croquis_of(seed) * np.array([image.width / CROQUIS_SIZE[1], image.height / CROQUIS_SIZE[0], 1])
        shares.append(float(np.nanmean(correct_keypoints(asked, figure.pose))))
    return np.array(shares)
