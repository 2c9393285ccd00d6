"""`caption`: what is in a picture, in words and in the style that is asked for, each claim held against what is seen.

The captioner writes from the Q-Former's queries alone; `look`, another pair of networks, is asked for each thing that
the caption says. What it doesn't see is flagged, not removed: the two are trained apart, and either may be wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, Literal

from PIL import Image

from toile import __version__
from toile.catalog.claims import claims_of, cut_claims_of
from toile.catalog.filtering.sight import LIKE, TAKEN_FOR
from toile.catalog.hierarchical import HierarchicalCaption
from toile.catalog.images import bound_side
from toile.catalog.styles import STYLES, check_style, read_attribute_list
from toile.errors import DataError
from toile.models.garment_net import QUESTIONS
from toile.recipe import Recipe
from toile.tasks.look import Item, Look, look

if TYPE_CHECKING:
    from toile.bundles import Bundle

_LEAST: Final = 0.2  # probability that the reader of garments gives to a claim it supports
_BATCH_SIZE: Final = 32

Verdict = Literal["supported", "unsupported", "unknown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grounded:
    """One thing that a caption says.

    Attributes:
        claim: what of, as `collar` or `dress`.
        value: what it says, as `v` or `red`.
        verdict: whether the picture shows it; unknown where the picture doesn't tell, or nobody can check.
        seen: what was seen in its place; None where nothing was.
    """

    claim: str
    value: str
    verdict: Verdict
    seen: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Caption:
    """A picture in words.

    Attributes:
        style: of `catalog.styles.STYLES`.
        text: the caption.
        claims: what it says, each held against the picture.
        recipe: how to make it again.
    """

    style: str
    text: str
    claims: tuple[Grounded, ...]
    recipe: Recipe

    def to_json(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False)


def write_texts(images: Sequence[Image.Image], style: str, *, bundle: Bundle) -> list[str]:
    """A caption in that style for each of `N` RGB pictures, from the pictures alone and unchecked.

    Raises:
        QueryError: no such style.
        CheckpointError: the bundle has no captioner, or no multimodal encoder.
    """
    check_style(style)
    captioner, encoder, texts = bundle.captioner, bundle.unifashion_encoder, []
    for start in range(0, len(images), _BATCH_SIZE):
        queries = encoder.read_images([bound_side(image) for image in images[start : start + _BATCH_SIZE]])
        texts += captioner.write(queries, STYLES[style][0])
    return texts


def caption(image: Image.Image, *, style: str, bundle: Bundle) -> Caption:
    """A picture in words, each claim held against what `look` sees.

    Args:
        image: RGB, of one person or one garment.
        style: of `catalog.styles.STYLES`.
        bundle: its multimodal encoder, captioner and readers are used.

    Raises:
        QueryError: no such style.
        DataError: the picture is too small or empty, or no garment is seen in it.
        CheckpointError: the bundle lacks one of the models.
    """
    check_style(style)
    seen = look(image, bundle=bundle)
    if seen.main is None:
        raise DataError(
            f"no garment is seen in the picture ({'; '.join(seen.notes) or 'nothing else is known of it'}); "
            "give a photo of clothes, worn or laid flat"
        )
    (text,) = write_texts([image], style, bundle=bundle)
    return Caption(
        style=style,
        text=text,
        claims=ground(text, style, seen),
        recipe=Recipe(
            verb="caption",
            arguments={"style": style},
            bundle=bundle.hash,
            version=__version__,
            parents=[hashlib.sha256(image.tobytes()).hexdigest()],
        ),
    )


def ground(text: str, style: str, seen: Look) -> tuple[Grounded, ...]:
    """What a caption says, each thing held against what was seen."""
    main = seen.main
    if style == "attributes":
        told = read_attribute_list(text)
        return tuple(_of_main(name, value, main) for name, value in told.items())
    parts = {item.name: item for item in seen.items}
    named = [
        grounded for claim in claims_of(text) for grounded in _of_part(claim.noun, claim.part, claim.colour, parts)
    ]
    cut = HierarchicalCaption.read_attributes(text) if style == "hierarchical" else cut_claims_of(text)
    return (*named, *(_of_main(name, value, main) for name, value in cut.items()))


def _of_part(noun: str, part: str, colour: str | None, parts: Mapping[str, Item]) -> list[Grounded]:
    """A garment that is named, and its colour if one is named with it."""
    there = [parts[name] for name in TAKEN_FOR.get(part, (part,)) if name in parts]
    found = [
        Grounded(
            claim="garment",
            value=noun,
            verdict="supported" if there else "unsupported",
            seen=there[0].name if there else None,
        )
    ]
    if colour is not None and there:
        colours = [swatch.name for item in there for swatch in item.colours]
        found.append(_of_colours(f"{noun} colour", colour, colours))
    return found


def _of_colours(claim: str, colour: str, colours: Sequence[str]) -> Grounded:
    if not colours:
        return Grounded(claim=claim, value=colour, verdict="unknown", seen=None)
    alike = set(LIKE.get(colour, (colour,))) & set(colours)
    return Grounded(claim=claim, value=colour, verdict="supported" if alike else "unsupported", seen=colours[0])


def _of_main(name: str, value: str, main: Item | None) -> Grounded:
    """One attribute of the garment that the caption is about."""
    question = "category" if name == "garment" else name
    if main is None or main.cut is None:
        return Grounded(claim=name, value=value, verdict="unknown", seen=None)
    if name == "colour":
        return _of_colours(name, value, [swatch.name for swatch in main.colours])
    told = {"category": main.cut.category, "pattern": main.cut.pattern, **main.cut.attributes}.get(question)
    if told is None or value not in QUESTIONS[question]:
        return Grounded(claim=name, value=value, verdict="unknown", seen=None)
    share = float(main.cut.answers[question][QUESTIONS[question].index(value)])
    verdict: Verdict = "supported" if told.word == value or share >= _LEAST else "unsupported"
    return Grounded(claim=name, value=value, verdict=verdict, seen=told.word)
