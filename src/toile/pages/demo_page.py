"""What one run of the demo found and drew, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from toile.pages.contact_sheet import Card, card
from toile.pages.rendering import data_uri, picture_uri, pretty_recipe, render
from toile.recipe import png_bytes

if TYPE_CHECKING:
    from toile.recipe import Recipe
    from toile.tasks.describe import Cut
    from toile.tasks.design import Design
    from toile.tasks.look import Look
    from toile.tasks.search import SearchResult


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundBlock:
    """One search: what was asked, how to ask it again, and what came."""

    text: str | None
    image: Image.Image | None
    command: str
    result: SearchResult


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenBlock:
    """One picture and what is seen in it."""

    image: Image.Image
    look: Look
    command: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnBlock:
    """Designs of one prompt."""

    prompt: str
    command: str
    designs: Sequence[Design]
    seconds: float
    """For all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeBlock:
    """What a picture became: an edit after another, or a person in a garment; or what garments became."""

    pictures: Sequence[tuple[Image.Image, Recipe | None, str]]
    """From first to last, each with its recipe where toile made it, and what it is."""
    command: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoFacts:
    """The run in numbers."""

    source: str
    records: int
    rejected: int
    added: int
    index_seconds: float
    pictures_per_s: float
    total_seconds: float
    bundle: str
    version: str
    cores: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    text: str | None
    query_picture: str | None
    cards: list[Card]
    milliseconds: str
    command: str
    recipe: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _SeenItem:
    name: str
    colours: list[tuple[str, str]]  # hex and name
    said: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    picture: str
    overlay: str
    caption: str
    items: list[_SeenItem]
    notes: tuple[str, ...]
    command: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Drawn:
    prompt: str
    pictures: list[tuple[str, int]]
    seconds_each: str
    command: str
    recipe: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Made:
    pictures: list[tuple[str, str]]
    command: str
    recipe: str


def demo_page(
    facts: DemoFacts,
    *,
    by_words: Sequence[FoundBlock],
    by_picture: Sequence[FoundBlock],
    by_both: Sequence[FoundBlock],
    seen: Sequence[SeenBlock],
    drawn: Sequence[DrawnBlock],
    refined: Sequence[MadeBlock],
    changed: Sequence[MadeBlock],
    with_garments: Sequence[MadeBlock],
    dressed: Sequence[MadeBlock],
) -> str:
    """One self-contained HTML page. What was drawn lies in it as the very PNG files, recipes inside."""
    return render(
        "demo.html.j2",
        facts=facts,
        by_words=[_found(block) for block in by_words],
        by_picture=[_found(block) for block in by_picture],
        by_both=[_found(block) for block in by_both],
        seen=[_seen(block) for block in seen],
        drawn=[_drawn(block) for block in drawn],
        refined=[_made(block) for block in refined],
        changed=[_made(block) for block in changed],
        with_garments=[_made(block) for block in with_garments],
        dressed=[_made(block) for block in dressed],
    )


def _found(block: FoundBlock) -> _Found:
    return _Found(
        text=block.text,
        query_picture=picture_uri(block.image) if block.image is not None else None,
        cards=[card(hit) for hit in block.result.hits],
        milliseconds=f"{1000 * block.result.seconds:.0f}",
        command=block.command,
        recipe=pretty_recipe(block.result.recipe),
    )


def _seen(block: SeenBlock) -> _Seen:
    description = block.look.description
    return _Seen(
        picture=picture_uri(block.image),
        overlay=picture_uri(block.look.drawn_over(block.image)),
        caption="" if description is None else str(description.caption),
        items=[
            _SeenItem(
                name=item.name if item.cut is None else item.cut.category.word,
                colours=[(colour.hex, colour.name) for colour in item.colours],
                said="" if item.cut is None else _cut_in_words(item.cut),
            )
            for item in block.look.items
        ],
        notes=block.look.notes,
        command=block.command,
    )


def _cut_in_words(cut: Cut) -> str:
    """`plain 98 %, length long 87 %, collar v 91 %`."""
    told = {"": cut.pattern, **{name.replace("_", " ") + " ": answer for name, answer in cut.attributes.items()}}
    return ", ".join(f"{name}{answer.word} {answer.confidence:.0%}" for name, answer in told.items())


def _drawn(block: DrawnBlock) -> _Drawn:
    return _Drawn(
        prompt=block.prompt,
        pictures=[
            (data_uri(png_bytes(design.image, design.recipe), "image/png"), design.recipe.seeds[0])
            for design in block.designs
        ],
        seconds_each=f"{block.seconds / len(block.designs):.1f}",
        command=block.command,
        recipe=pretty_recipe(block.designs[0].recipe),
    )


def _made(block: MadeBlock) -> _Made:
    last = next(recipe for _, recipe, _ in reversed(block.pictures) if recipe is not None)
    return _Made(
        pictures=[
            (picture_uri(image) if recipe is None else data_uri(png_bytes(image, recipe), "image/png"), what)
            for image, recipe, what in block.pictures
        ],
        command=block.command,
        recipe=pretty_recipe(last),
    )
