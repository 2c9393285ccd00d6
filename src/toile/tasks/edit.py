"""`edit`: one thing about a garment drawn anew, or all of it, and everything else left as it is (HieraFashDiff).

The region comes from what is seen, or by hand. The denoiser sees the picture around it, begins from pure noise or from
the picture noised as far as the attribute needs (Avrahami et al. 2023, blended latent diffusion), and is told the brief
so far with the change. Pixels outside of the mask are put back exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from PIL import Image

import toile
from toile.bundles import Bundle
from toile.catalog.claims import names_colour
from toile.culture.record import Record
from toile.diffusion.windows import FLAT, NUM_TIMESTEPS, Start, edit_start
from toile.errors import DataError, QueryError
from toile.models.memory import picture_hash
from toile.progress import Progress, no_progress
from toile.recipe import Recipe
from toile.tasks.change import Change, as_json, brief_of, read_change, with_change
from toile.tasks.describe import COLLAR, SLEEVES, UPPER_PARTS
from toile.tasks.design import KNOWLEDGE
from toile.tasks.drawing import Settings, check_seed
from toile.tasks.garments import ReferenceGarment, as_recorded, check_legs, hashes
from toile.tasks.look import Item, Look, look
from toile.tasks.repaint import Cloth, read_mask, repaint
from toile.tasks.tradition import lost, records_of
from toile.taxonomy import PARTS
from toile.vision.masks import Mask, attributes_of, bounds, worn_as
from toile.vision.paste import changed_outside

STARTS: Final[tuple[Start, ...]] = ("noise", "substage", "released")


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """One edited picture.

    Attributes:
        image: of the original's size.
        recipe: how it was made; its first parent is the picture that was edited.
        mask: `(H, W)`, what was drawn anew.
        changed_outside: pixels outside of the mask that differ: 0.
        alignment: cosine of the region with the words, before and after, by the bundle's first encoder.
        notes: what a user should know.
    """

    image: Image.Image
    recipe: Recipe
    mask: Mask
    changed_outside: int
    alignment: tuple[float, float]
    notes: tuple[str, ...] = ()


def edit(
    image: Image.Image,
    to: str,
    *,
    bundle: Bundle,
    attribute: str | None = None,
    mask: Image.Image | None = None,
    brief: Mapping[str, Any] | None = None,
    start: Start = "substage",
    garments: Sequence[ReferenceGarment] = (),
    seed: int = 0,
    settings: Settings | None = None,
    parent: Recipe | None = None,
    progress: Progress = no_progress,
) -> Edit:
    """Draw a region anew.

    Args:
        image: RGB picture of a person; with an own mask, of anything.
        to: what it shall become: 'puffed', 'puff sleeves', 'a stand collar'; or a garment that comes in place of what
            is worn there: 'red skirt'.
        bundle: that draws, and reads people and garments.
        attribute: of `taxonomy.ATTRIBUTES`, or `sleeves`; None: what the words speak of.
        mask: white where it may change, the picture's size; None: where the attribute shows.
        brief: what is worn, as the recipe of an edit has it; None: as `parent` has it, or else as it is seen.
        start: where the attribute's edit begins, see `diffusion.windows.edit_start`; without an attribute it is
            pure noise.
        garments: whose pictures are drawn with, see `tasks.garments`; the cloth is then no longer the old one's.
        seed: of the noise.
        settings: steps, guidance, sampler.
        parent: the recipe of the picture, where toile made it.
        progress: watcher.

    Raises:
        QueryError: it isn't said what to change, or into what; a value is unknown.
        DataError: no person is seen and no mask is given, nobody wears such a garment, or the mask is unusable.
        CheckpointError: the bundle can't draw, or can't read people.
    """
    settings = settings or Settings()
    check_seed(seed)
    if start not in STARTS:
        raise QueryError(f"start is {start!r}, expected one of {', '.join(STARTS)}")
    change = read_change(to, attribute, has_mask=mask is not None)
    rgb = image.convert("RGB")
    own = None if mask is None else read_mask(mask, rgb.size)
    seen = look(rgb, bundle=bundle)
    item = _garment(seen, change) if seen.shows == "person" and change.attribute else None
    region = own if own is not None else _seen_mask(seen, item, change)
    for claim in change.garments:
        check_legs(seen, claim.part, str(claim))
    told = brief_of(seen, brief, parent)
    changed = with_change(told, change, None if item is None else item.cut)
    begin = NUM_TIMESTEPS - 1
    if change.attribute is not None:
        begin = edit_start(list(changed.order).index(change.attribute), start)
    # All is told at once: an order is for what isn't there yet.
    pasted = repaint(
        rgb,
        region,
        seen=seen,
        windows=changed.windows(FLAT),
        bundle=bundle,
        seed=seed,
        settings=settings,
        progress=progress,
        begin=begin,
        garments=[one.shown(bundle.generator.canvas) for one in garments],
        cloths=[] if item is None or garments or names_colour(change.text) else [_cloth(rgb, seen, item)],
    )
    records = records_of(parent, changed.text())
    recipe = Recipe(
        verb="edit",
        arguments={
            "to": to,
            "attribute": attribute,
            "start": start,
            "has_own_mask": mask is not None,
            "brief": as_json(told),
            "garments": as_recorded(garments),
            **asdict(settings),
        },
        seeds=[seed],
        bundle=bundle.hash,
        version=toile.__version__,
        parents=[
            picture_hash(image),
            *([] if mask is None else [picture_hash(mask)]),
            *hashes(garments),
            *([] if parent is None else [parent.digest]),
        ],
        cites=[
            *(one.id for one in garments if one.id is not None),
            *(f"{KNOWLEDGE}{record.id}" for record in records),
        ],
    )
    return Edit(
        image=pasted,
        recipe=recipe,
        mask=region,
        changed_outside=changed_outside(rgb, pasted, region),
        alignment=_alignment(rgb, pasted, region, change.text, bundle),
        notes=(*seen.notes, *_lost(records, change, seen, pasted, bundle)),
    )


def _lost(records: Sequence[Record], change: Change, seen: Look, pasted: Image.Image, bundle: Bundle) -> list[str]:
    """What the edit takes from traditional garments."""
    if not records:
        return []
    after = look(pasted, bundle=bundle)
    new = change.garments[0].noun if change.garments else None
    return lost(records, change.text, _cuts(seen), _cuts(after), new_garment=new)


def _cuts(seen: Look) -> dict[str, str]:
    """Attributes of what is worn, the outermost first."""
    return {
        name: told.word
        for item in reversed(seen.items)
        if item.cut is not None
        for name, told in item.cut.attributes.items()
    }


def _garment(seen: Look, change: Change) -> Item:
    """The garment whose attribute shows: sleeves and collar of the outermost that has some, else of the largest.

    Raises:
        DataError: nobody wears one.
    """
    worn = [item for item in seen.items if item.cut is not None]
    able = [item for item in worn if item.cut and change.attribute in attributes_of(item.cut.category.word)]
    if not able:
        names = ", ".join(item.cut.category.word for item in worn if item.cut) or "no garment"
        raise DataError(f"nothing that is worn has a {str(change.attribute).replace('_', ' ')}; seen: {names}")
    if change.attribute in SLEEVES | COLLAR:
        able.sort(key=lambda item: UPPER_PARTS.index(item.name) if item.name in UPPER_PARTS else len(UPPER_PARTS))
    return able[0]


def _cloth(photo: Image.Image, seen: Look, item: Item) -> Cloth:
    """Another cut of a garment is of the same cloth."""
    others = [other.name for other in seen.items if other is not item]
    return Cloth(
        parts=worn_as(item.cut.category.word, others) if item.cut is not None else (item.name,),
        pixels=np.asarray(photo)[seen.figure.labels == PARTS.index(item.name)],
    )


def edit_region(image: Image.Image, to: str, *, bundle: Bundle, attribute: str | None = None) -> Mask:
    """The region that `edit` would draw anew, `(H, W)`.

    Raises:
        QueryError: as `edit`.
        DataError: as `edit`.
    """
    change = read_change(to, attribute, has_mask=False)
    seen = look(image.convert("RGB"), bundle=bundle)
    item = _garment(seen, change) if seen.shows == "person" and change.attribute else None
    return _seen_mask(seen, item, change)


def _seen_mask(seen: Look, item: Item | None, change: Change) -> Mask:
    """Where the attribute of a garment shows.

    Raises:
        DataError: no person is seen, or no region is found.
    """
    if seen.shows == "person" and change.garments:
        masks = [seen.try_on_mask(claim.part, None) for claim in change.garments]
        whole: Mask = np.logical_or.reduce(masks)
        return whole
    if item is None or change.attribute is None:
        raise DataError("no person is seen in the picture, and so no region to edit; give one with a mask of your own")
    return seen.edit_mask(item, change.attribute)


def _alignment(before: Image.Image, after: Image.Image, mask: Mask, text: str, bundle: Bundle) -> tuple[float, float]:
    """Cosine of the box around the region with the words."""
    box = bounds(mask)
    pictures = bundle.encoder.encode_images([before.crop(box), after.crop(box)])
    old, new = (pictures @ bundle.encoder.encode_texts([text])[0]).tolist()
    return old, new
