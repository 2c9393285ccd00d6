"""`try_on`: a person in other garments, from a photo of each (UniFashion; CatVTON, Chong et al. 2024).

The garments are laid beside the person on a wider canvas, where the denoiser sees them; what is worn in their place is
hidden and drawn anew. Face, hands, background and all other garments are the photo's own pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Final, Literal

import numpy as np
from PIL import Image

import toile
from toile.bundles import Bundle
from toile.catalog.briefs import Brief
from toile.errors import ConfigError, DataError, QueryError
from toile.models.garment_words import ShownGarment
from toile.models.memory import picture_hash
from toile.progress import Progress, no_progress
from toile.recipe import Recipe
from toile.tasks.describe import Cut
from toile.tasks.drawing import Settings, check_seed
from toile.tasks.garments import SeenGarment, check_legs, named, see_garment
from toile.tasks.look import Item, Look, look
from toile.tasks.repaint import Cloth, repaint
from toile.taxonomy import PART_OF_CATEGORY
from toile.vision.masks import Mask, Region, bounds, goes_under, region_of, worn_as
from toile.vision.paste import changed_outside

MAX_GARMENTS: Final = 3
ShownAs = Literal["pixels", "words", "both"]
SHOWN_AS: Final[tuple[ShownAs, ...]] = ("pixels", "words", "both")
"""How the denoiser gets to know a garment."""
_ORDER: Final[tuple[Region, ...]] = ("upper", "dress", "lower")


@dataclass(frozen=True, kw_only=True, slots=True)
class TryOn:
    """A person in other garments.

    Attributes:
        image: of the photo's size.
        recipe: how it was made; parents are the person and the garments, in their order.
        mask: `(H, W)`, what was drawn anew.
        changed_outside: pixels outside of the mask that differ: 0.
        garments: what each was taken for: `red longsleeve`.
        fidelity: mean cosine of the region with each garment's picture, by the bundle's first encoder.
        notes: what a user should know.
    """

    image: Image.Image
    recipe: Recipe
    mask: Mask
    changed_outside: int
    garments: tuple[str, ...]
    fidelity: float
    notes: tuple[str, ...] = ()


def try_on(
    person: Image.Image,
    garments: Sequence[Image.Image],
    *,
    bundle: Bundle,
    seed: int = 0,
    best_of: int = 1,
    shown_as: ShownAs = "pixels",
    settings: Settings | None = None,
    progress: Progress = no_progress,
) -> TryOn:
    """Dress a person in garments.

    Args:
        person: RGB picture of one person.
        garments: one to three pictures: of a garment laid flat or hung, or of somebody who wears it.
        bundle: that draws, and reads people and garments.
        seed: of the noise.
        best_of: pictures, with the next seeds, of which the one with the greatest fidelity is given.
        shown_as: whether the garments lie beside the person, or are told as pseudo-words, see `models.garment_words`,
            or both.
        settings: steps, guidance, sampler.
        progress: watcher.

    Raises:
        QueryError: no garment, too many, or two for one place of the body; or a number is out of range.
        DataError: nobody is seen, or too little of them; or a picture holds no garment that can be worn.
        CheckpointError: the bundle can't draw, or can't read people.
    """
    settings = settings or Settings()
    if best_of < 1:
        raise QueryError(f"best_of is {best_of}, expected at least one picture")
    check_seed(seed, best_of)
    if shown_as not in SHOWN_AS:
        raise QueryError(f"shown_as is {shown_as!r}, expected one of {', '.join(SHOWN_AS)}")
    if not 1 <= len(garments) <= MAX_GARMENTS:
        raise QueryError(f"{len(garments)} garments are given, expected 1 to {MAX_GARMENTS}")
    rgb = person.convert("RGB")
    seen = look(rgb, bundle=bundle)
    if seen.shows != "person":
        raise DataError("no person is seen in the picture of the person; give a photo of one, best from head to feet")
    tried = [see_garment(number, picture, bundle) for number, picture in enumerate(garments, start=1)]
    _check_places(tried)
    for garment in tried:
        check_legs(seen, garment.category, garment.words)
    mask = np.logical_or.reduce([seen.try_on_mask(garment.category, garment.length) for garment in tried])
    brief = Brief(words=_words(seen, tried))
    drawn = [
        repaint(
            rgb,
            mask,
            seen=seen,
            windows=brief.windows(),
            bundle=bundle,
            seed=seed + number,
            settings=settings,
            progress=progress,
            shown=[garment.picture for garment in tried] if shown_as != "words" else (),
            garments=[ShownGarment(picture=garment.picture, words=garment.words) for garment in tried]
            if shown_as != "pixels"
            else (),
            cloths=_cloths(seen, tried),
        )
        for number in range(best_of)
    ]
    fidelity, image = max(
        ((_fidelity(picture, mask, tried, bundle), picture) for picture in drawn), key=lambda pair: pair[0]
    )
    recipe = Recipe(
        verb="try_on",
        arguments={"best_of": best_of, "shown_as": shown_as, **asdict(settings)},
        seeds=[seed],
        bundle=bundle.hash,
        version=toile.__version__,
        parents=[picture_hash(person), *(picture_hash(garment) for garment in garments)],
    )
    return TryOn(
        image=image,
        recipe=recipe,
        mask=mask,
        changed_outside=changed_outside(rgb, image, mask),
        garments=tuple(garment.words for garment in tried),
        fidelity=fidelity,
        notes=(*seen.notes, *(note for garment in tried for note in garment.notes)),
    )


def _fidelity(image: Image.Image, mask: Mask, tried: Sequence[SeenGarment], bundle: Bundle) -> float:
    pictures = [image.crop(bounds(mask)), *(garment.picture for garment in tried)]
    region, *garments = bundle.encoder.encode_images(pictures)
    return float(np.mean([region @ garment for garment in garments]))


def _check_places(tried: Sequence[SeenGarment]) -> None:
    """Is there one garment for a place? A coat may go over a top.

    Raises:
        QueryError: two are for one.
    """
    for one, other in combinations(tried, 2):
        places = {region_of(one.category), region_of(other.category)}
        layered = "outerwear" in (one.category, other.category) and one.category != other.category
        if (len(places) == 1 or "dress" in places) and not layered:
            raise QueryError(f"two garments for one place of the body: {one.words} and {other.words}; give one of them")


def _staying(seen: Look, tried: Sequence[SeenGarment]) -> list[tuple[Item, Cut, Region]]:
    """What is worn before and after, and where; under a coat that comes alone, and over a top, what was there."""
    taken = {region_of(garment.category) for garment in tried}
    if "dress" in taken:
        taken = {"dress", "upper", "lower"}
    is_coat = len(tried) == 1 and tried[0].category == "outerwear"
    found: list[tuple[Item, Cut, Region]] = []
    for item in seen.items:
        if item.cut is None:
            continue
        try:
            place = region_of(item.cut.category.word)
        except ConfigError:
            continue
        is_under = is_coat and place == "upper" and item.cut.category.word != "outerwear"
        is_over = item.name == "outerwear" and _all_under(seen, tried)
        # A dress goes with the first half of it that is exchanged.
        if is_under or is_over or (place not in taken and not (place == "dress" and taken)):
            found.append((item, item.cut, place))
    return found


def _all_under(seen: Look, tried: Sequence[SeenGarment]) -> bool:
    above = [garment for garment in tried if region_of(garment.category) == "upper"]
    return bool(above) and all(goes_under(seen.figure.labels, garment.category) for garment in above)


def _words(seen: Look, tried: Sequence[SeenGarment]) -> str:
    """What is worn in the end, from the head down and from outside to inside."""
    told = [(_ORDER.index(region_of(garment.category)), 0, garment.words) for garment in tried]
    told += [(_ORDER.index(place), 1, named(item, cut)) for item, cut, place in _staying(seen, tried)]
    return ", ".join(words for *_, words in sorted(told))


def _cloths(seen: Look, tried: Sequence[SeenGarment]) -> list[Cloth]:
    """Which parts of what is drawn are which garment."""
    known = {item.name for item, *_ in _staying(seen, tried)} | {PART_OF_CATEGORY[one.category] for one in tried}
    return [Cloth(parts=worn_as(garment.category, known), pixels=garment.pixels) for garment in tried]
