"""A plate with all that is known of it: what a data set of plates is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from toile.catalog.plates.drawing.panel import SHOES
from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Cloth, Figure, Garment, Look
from toile.catalog.plates.looks.rules import construction_of, main_garment, problems
from toile.catalog.plates.plate import Plate, build_plate, flat_lay
from toile.catalog.plates.sampling.looks import sample_look
from toile.catalog.plates.wording.captions import attributes, garment_captions, hierarchical_caption, plain_captions
from toile.catalog.plates.wording.changes import Change, sample_change
from toile.catalog.plates.wording.styles import look_styles
from toile.catalog.split import Split, split_of
from toile.errors import ConfigError

MIN_SEEN: Final = 0.015
"""Share of the person's pixels that every named garment shows at least; looks that show less are sampled again."""
MIN_CHANGED: Final = 0.004
"""Share of the picture that a one-attribute change moves at least; smaller ones are sampled again."""
_MAP_HEIGHT: Final = 256  # pixels at which it is seen whether something shows
_MIN_SHOE_PIXELS: Final = 24  # of both shoes, at that height; less is a tip under a hem
_CHANGE_HEIGHT: Final = 128
_ANOTHER: Final = 2**40  # added to the index of a look that shows too little
_TRIES: Final = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class PlateConfig:
    """Which plates.

    Attributes:
        seed: another seed, other plates.
        height: of the pictures in pixels; the width is 3/4 of it.
        background: `white`, or `paper` with wash and shadow.
        wishes: what every look must have; see `sampling.WISHES`.
        without: words that no caption may use.
    """

    seed: int = 0
    height: int = 256
    background: Literal["paper", "white"] = "white"
    wishes: Mapping[str, str] = field(default_factory=dict)
    without: Collection[str] = ()

    def __post_init__(self) -> None:
        if not 32 <= self.height <= 4096 or self.height % 4:
            raise ConfigError(f"plates are 32 to 4096 pixels high, in steps of 4, but {self.height} was asked for")


@dataclass(frozen=True, kw_only=True)
class PlateExample:
    """One plate. Everything is drawn when it is first asked for, so that nobody pays for what they don't use.

    Attributes:
        index: its number.
        config: of the plates that it belongs to.
        look: what is drawn.
        plate: the drawing.
    """

    index: int
    config: PlateConfig
    look: Look
    plate: Plate

    # --- words ---

    @property
    def main(self) -> Garment:
        """The garment that the plate is about."""
        return main_garment(self.look)

    @property
    def category(self) -> str:
        """The main garment's word of `taxonomy.CATEGORIES`."""
        return construction_of(self.main.category).category

    @cached_property
    def seen(self) -> Look:
        """The look without shoes that a long hem hides: what a caption may speak of."""
        shown = (self.plate.slot_map(_MAP_HEIGHT).slot == SHOES).sum() >= _MIN_SHOE_PIXELS
        return self.look if shown else replace(self.look, shoes=None)

    @cached_property
    def captions(self) -> tuple[str, ...]:
        """Everyday wordings, the fullest first."""
        return plain_captions(self.seen, without=self.config.without)

    @cached_property
    def styles(self) -> dict[str, str]:
        """Style of `catalog.styles.STYLES` to the caption in it."""
        return look_styles(self.seen)

    @cached_property
    def hierarchical(self) -> str:
        """HieraFashDiff's ten items."""
        return hierarchical_caption(self.look)

    @cached_property
    def garment_captions(self) -> tuple[str, ...]:
        """Wordings for `flat`."""
        return garment_captions(self.main, without=self.config.without)

    @property
    def attributes(self) -> dict[str, str]:
        """The main garment's, as records hold them."""
        return attributes(self.main)

    @property
    def garment_colours(self) -> tuple[str, ...]:
        """Of `taxonomy.COLOURS`: the main garment's ground, then its pattern's."""
        return tuple(dict.fromkeys(name for name, _ in _shares(self.main.cloth)))

    @cached_property
    def colours(self) -> tuple[str, ...]:
        """Of `taxonomy.COLOURS`, by how much of the picture they cover: grounds whole, patterns at a third."""
        slots = self.plate.slot_map(_MAP_HEIGHT).slot
        areas: dict[str, float] = {}
        for slot, garment in enumerate(self.look.garments):
            area = float((slots == slot).sum())
            for name, share in _shares(garment.cloth):
                areas[name] = areas.get(name, 0.0) + share * area
        return tuple(sorted(areas, key=lambda name: -areas[name]))

    @property
    def people(self) -> str | None:
        """Whose tradition it is."""
        return TRADITIONS[self.look.culture].people if self.look.culture else None

    # --- pictures ---

    @cached_property
    def picture(self) -> npt.NDArray[np.uint8]:
        """(H, W, 3) sRGB."""
        return self.plate.picture(self.config.height, background=self.config.background)

    @cached_property
    def label_map(self) -> npt.NDArray[np.uint8]:
        """(H, W) indices of `panel.LABELS`."""
        return self.plate.label_map(self.config.height)

    @cached_property
    def keypoints(self) -> npt.NDArray[np.float32]:
        """(18, 3) COCO-18: x, y in pixels, 1 seen, 0.5 hidden, 0 outside."""
        return self.plate.keypoints(self.config.height)

    @cached_property
    def person_mask(self) -> npt.NDArray[np.bool_]:
        """(H, W) the person with all it wears and carries."""
        return self.plate.person_mask(self.config.height)

    @cached_property
    def sketch(self) -> npt.NDArray[np.uint8]:
        """(H, W) black lines on white."""
        return self.plate.sketch(self.config.height)

    @cached_property
    def flat(self) -> npt.NDArray[np.uint8]:
        """(H, W, 3) the main garment alone, laid flat."""
        return flat_lay(self.main).picture(self.config.height, background=self.config.background)

    @cached_property
    def elsewhere(self) -> PlateExample:
        """The same clothes on another body in another pose."""
        return _example(replace(self.look, figure=_another_figure(self)), self.index, self.config)

    @cached_property
    def change(self) -> Change:
        """One attribute of one garment changed, and the sentences that say so."""
        before = self.plate.picture(_CHANGE_HEIGHT, background="white").astype(np.int16)
        for attempt in range(_TRIES):
            change = sample_change(self.look, seed=attempt)
            after = build_plate(change.look, frame=self.plate.frame).picture(_CHANGE_HEIGHT, background="white")
            if (np.abs(before - after).max(axis=2) > _SEEN_LEVELS).mean() >= MIN_CHANGED:
                return change
        return change

    @cached_property
    def changed(self) -> PlateExample:
        """The plate of the changed look, in the same frame: it differs nowhere but in the garment."""
        plate = build_plate(self.change.look, frame=self.plate.frame)
        return PlateExample(index=self.index, config=self.config, look=self.change.look, plate=plate)

    @cached_property
    def change_mask(self) -> npt.NDArray[np.bool_]:
        """(H, W) where the change may show: the garment's footprint before and after."""
        slot, height = self.change.slot, self.config.height
        mask: npt.NDArray[np.bool_] = self.plate.footprint(slot, height) | self.changed.plate.footprint(slot, height)
        return mask


_SEEN_LEVELS: Final = 12  # of 255; a smaller difference is not seen


def example(index: int, config: PlateConfig | None = None) -> PlateExample:
    """The plate of a number: the same number and config, the same plate, on every machine.

    A look of which some garment hardly shows is passed over, so that captions are true of the picture.

    Args:
        index: from 0.
        config: which plates; None for the defaults.

    Raises:
        ConfigError: the wishes don't go together.
    """
    config = config or PlateConfig()
    for attempt in range(_TRIES):
        look = sample_look(index + attempt * _ANOTHER, seed=config.seed, wishes=config.wishes)
        found = _example(look, index, config)
        if shows_everything(found.plate, look):
            return found
    return found


def examples(config: PlateConfig, split: Split | None) -> Iterator[PlateExample]:
    """The plates of a split by their numbers, without end; None: all of them."""
    for index in count():
        if split is None or split_of(f"plate-{config.seed}-{index}") == split:
            yield example(index, config)


def shows_everything(plate: Plate, look: Look) -> bool:
    """Whether enough is seen of every garment to name it."""
    slots = plate.slot_map(_MAP_HEIGHT).slot
    person = float(plate.person_mask(_MAP_HEIGHT).sum())
    return all((slots == slot).sum() >= MIN_SEEN * person for slot in range(len(look.garments)))


def _example(look: Look, index: int, config: PlateConfig) -> PlateExample:
    return PlateExample(index=index, config=config, look=look, plate=build_plate(look))


def _shares(cloth: Cloth) -> list[tuple[str, float]]:
    shares = [(words.PALETTE[cloth.colour].basic, 1.0)]
    if cloth.pattern != "plain" and cloth.second is not None:
        shares.append((words.PALETTE[cloth.second].basic, 1 / 3))
    return shares


def _another_figure(of: PlateExample) -> Figure:
    """Another build of the same sex, another pose, skin and hair, in which the look still goes together."""
    figure = of.look.figure
    for attempt in range(1, 400):
        other = sample_look(of.index + attempt * _ANOTHER, seed=of.config.seed + 1).figure
        if words.BUILDS[other.build] != words.BUILDS[figure.build]:
            continue
        if (other.build, other.pose) == (figure.build, figure.pose) or other.pose == figure.pose:
            continue
        if other.hair == "hijab" or next(problems(replace(of.look, figure=other)), None) is not None:
            continue
        return other
    return replace(figure, mirrored=not figure.mirrored)
