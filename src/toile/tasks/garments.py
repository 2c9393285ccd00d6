"""Garments that a picture is drawn with: those that a user gives, and those that words find (Fashion-RAG).

Each garment that words name is looked for on its own, among pictures of its kind: 'black jacket, white dress' finds
jackets and dresses. What is found counts as much as it goes with the words, and not at all where it hardly does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.bundles import Bundle
from toile.catalog.claims import Claim, claims_of
from toile.errors import ConfigError, DataError, QueryError
from toile.models.garment_words import ShownGarment, trust
from toile.models.memory import picture_hash
from toile.retrieval.index import Index
from toile.tasks.describe import Cut
from toile.tasks.look import Item, Look, look
from toile.tasks.query import Query
from toile.tasks.search import Hit, search
from toile.taxonomy import GARMENT_PARTS, PART_OF_CATEGORY, PARTS
from toile.vision.colour import garment_mask
from toile.vision.cutout import FLAT_MARGIN, cut_out, frame_around, laid_out
from toile.vision.masks import region_of
from toile.vision.pose_maps import MIN_CONFIDENCE

MAX_RETRIEVED: Final = 10
"""Garments for one that is named (Fashion-RAG stops at 4, where its text tower's window is full)."""
_KNEES, _ANKLES = [9, 12], [10, 13]  # of COCO-18
_TO_THE_KNEE: Final = ("skirt", "shorts", "dress")
_SAME: Final = 0.995
"""Cosine from which on two pictures are one and the same, saved in another way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceGarment:
    """A picture of a garment that something is drawn with."""

    picture: Image.Image
    """As it came."""
    words: str
    """What it stands for: `red dress`."""
    weight: float = 1.0
    """How much it counts beside words, in [0, 1]."""
    id: str | None = None
    """Of the record, where an index holds it."""
    on_white: Image.Image | None = None
    """Cut out; None: as a garment laid flat is."""

    def shown(self, canvas: tuple[int, int]) -> ShownGarment:
        """As the denoiser is shown it: on white, filling height and width of `canvas`."""
        height, width = canvas
        picture = self.on_white or laid_out(self.picture.convert("RGB"), width=width, height=height)
        return ShownGarment(picture=picture, words=self.words, weight=self.weight)


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenGarment:
    """What is seen of a garment in a picture."""

    picture: Image.Image
    """On white, of the canvas's size."""
    pixels: NDArray[np.uint8]
    """`(N, 3)`, sRGB."""
    category: str
    words: str
    length: str | None
    notes: tuple[str, ...] = ()
    """What a user should know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retrieved:
    """Garments to draw with: what words have found, or a user has given."""

    garments: tuple[ReferenceGarment, ...] = ()
    notes: tuple[str, ...] = ()
    """What a user should know."""


def see_garment(number: int, picture: Image.Image, bundle: Bundle) -> SeenGarment:
    """The garment in a picture: laid flat or hung, or the largest that somebody wears.

    Args:
        number: of the picture, for what is said of it.
        picture: of any size.
        bundle: that reads people and garments.

    Raises:
        DataError: there is none, or none that could be worn over a body.
    """
    rgb = picture.convert("RGB")
    try:
        seen = look(rgb, bundle=bundle)
    except DataError as error:
        raise DataError(f"garment {number}: {error}") from error
    height, width = bundle.generator.canvas
    worn = [(item, item.cut) for item in seen.items if item.cut is not None]
    if not worn:
        raise DataError(f"garment {number}: the picture holds no garment; give one of a garment laid flat")
    item, cut = worn[0]
    try:
        region_of(cut.category.word)
    except ConfigError as error:
        raise DataError(f"garment {number} is taken for: {cut.category.word}. {error}") from error
    if seen.shows == "person":
        mask = seen.figure.labels == PARTS.index(item.name)
        notes = [
            f"garment {number} is worn in its picture: the {cut.category.word} is taken from it, as far as it shows"
        ]
    else:
        mask, notes = garment_mask(rgb), [f"garment {number}: {note}" for note in seen.notes]
    length = cut.attributes.get("length")
    return SeenGarment(
        pixels=np.asarray(rgb)[mask],
        picture=cut_out(rgb, mask, frame_around(mask, width=width, height=height, margin=FLAT_MARGIN)),
        category=cut.category.word,
        words=named(item, cut),
        length=None if length is None else length.word,
        notes=tuple(notes),
    )


def check_legs(seen: Look, category: str, words: str) -> None:
    """Is there room for a garment that covers legs?

    Args:
        seen: the picture of the person.
        category: of the garment.
        words: that name it.

    Raises:
        DataError: the picture ends too high.
    """
    if region_of(category) == "upper":
        return
    needed, name = (_KNEES, "knees") if category in _TO_THE_KNEE else (_ANKLES, "feet")
    if not (seen.figure.pose[needed, 2] >= MIN_CONFIDENCE).any():
        raise DataError(
            f"the picture of the person ends above the {name}, and {words} would be cut off; "
            "give a photo that shows the legs"
        )


def named(item: Item, cut: Cut) -> str:
    """Colour and kind of what is seen: `red dress`."""
    return " ".join([*(swatch.name for swatch in item.colours[:1]), cut.category.word])


def given_garments(pictures: Sequence[Image.Image], bundle: Bundle) -> Retrieved:
    """Pictures of garments that a user gives, each named by what is seen of it.

    Raises:
        DataError: one holds no garment.
    """
    seen = [see_garment(number, picture, bundle) for number, picture in enumerate(pictures, start=1)]
    garments = [
        ReferenceGarment(picture=picture, words=one.words, on_white=one.picture)
        for one, picture in zip(seen, pictures, strict=True)
    ]
    taken = [f"garment {number} is taken for: {one.words}" for number, one in enumerate(seen, start=1)]
    return Retrieved(garments=tuple(garments), notes=(*taken, *(note for one in seen for note in one.notes)))


def retrieve(
    text: str,
    n: int,
    *,
    index_dir: Path,
    bundle: Bundle,
    exclude: Collection[str] = (),
    unlike: Image.Image | None = None,
    gated: bool = True,
) -> Retrieved:
    """The `n` nearest garments for each that words name.

    Args:
        text: garments with their colours; from 0 to all of them are found.
        n: for each, 0 to `MAX_RETRIEVED`.
        index_dir: folder that `toile index` made with the bundle's encoder.
        bundle: that finds.
        exclude: ids of records that don't count.
        unlike: a picture of which no copy counts.
        gated: whether those that hardly go with the words are left out, and the others weighted; else all count alike.

    Raises:
        QueryError: n is out of range or more than the index holds; the words name no garment.
        RetrievalIndexError: there is no index, or another encoder made it.
    """
    if not 0 <= n <= MAX_RETRIEVED:
        raise QueryError(f"{n} garments are asked for, expected 0 to {MAX_RETRIEVED} for each that is named")
    if n == 0:
        return Retrieved()
    held = len(Index.open(index_dir))
    if n > held:
        raise QueryError(f"{n} garments are asked for, the index holds {held}; ask for fewer, or index more")
    claims = tuple(dict.fromkeys(claim for claim in claims_of(text) if claim.part in GARMENT_PARTS))
    if not claims:
        raise QueryError(f"{text!r} names no garment to look for; name one, as in 'red dress'")
    garments: list[ReferenceGarment] = []
    notes: list[str] = []
    for claim in claims:
        found, note = _for_claim(claim, n, index_dir, bundle, exclude, unlike, gated=gated)
        garments += found
        notes += note
    return Retrieved(garments=tuple(garments), notes=tuple(notes))


def _for_claim(
    claim: Claim,
    n: int,
    index_dir: Path,
    bundle: Bundle,
    exclude: Collection[str],
    unlike: Image.Image | None,
    *,
    gated: bool,
) -> tuple[list[ReferenceGarment], list[str]]:
    words = str(claim)
    kinds = sorted(category for category, part in PART_OF_CATEGORY.items() if part == claim.part)
    where = f"category IS NULL OR category IN ({', '.join(repr(kind) for kind in kinds)})"
    # Some more than are asked for: those that don't count are passed over.
    asked = n + len(exclude) + (0 if unlike is None else MAX_RETRIEVED)
    hits = search(index_dir, Query(text=words, encoder="first"), bundle=bundle, where=where, k=asked).hits
    hits = [hit for hit in hits if hit.id not in exclude]
    pictures = [hit.record.picture() for hit in hits]
    if unlike is not None and hits:
        own, *others = bundle.encoder.encode_images([unlike, *pictures])
        kept = [place for place, other in enumerate(others) if float(own @ other) < _SAME]
        hits, pictures = [hits[place] for place in kept], [pictures[place] for place in kept]
    if not hits:
        return [], [f"the index holds nothing for {words!r}"]
    weights = [trust(hit.score, best=hits[0].score) if gated else 1.0 for hit in hits[:n]]
    found = [
        ReferenceGarment(picture=picture, words=words, weight=weight, id=hit.id)
        for hit, picture, weight in zip(hits, pictures, weights, strict=False)
        if weight > 0
    ]
    return found, _notes(words, hits[:n], len(found), n)


def _notes(words: str, hits: Sequence[Hit], kept: int, asked: int) -> list[str]:
    notes = []
    if len(hits) < asked:
        notes.append(f"the index holds only {len(hits)} for {words!r}, {asked} were asked for")
    if kept < len(hits):
        left, worst = len(hits) - kept, hits[-1].score
        notes.append(f"{left} of {len(hits)} found for {words!r} are left out: they hardly go with it ({worst:.2f})")
    return notes


def as_recorded(garments: Sequence[ReferenceGarment]) -> list[dict[str, Any]]:
    """What a recipe holds of garments; their pictures are parents."""
    return [{"words": one.words, "weight": round(one.weight, 6), "id": one.id} for one in garments]


def as_given(
    recorded: Sequence[dict[str, Any]], pictures: Sequence[Image.Image], bundle: Bundle
) -> list[ReferenceGarment]:
    """The garments of a recipe with their pictures; those that a user gave are seen once more."""
    garments = []
    for number, (told, picture) in enumerate(zip(recorded, pictures, strict=True), start=1):
        on_white = see_garment(number, picture, bundle).picture if told["id"] is None else None
        garments.append(ReferenceGarment(picture=picture, on_white=on_white, **told))
    return garments


def hashes(garments: Sequence[ReferenceGarment]) -> list[str]:
    """Of the garments' pictures, in their order."""
    return [picture_hash(one.picture) for one in garments]
