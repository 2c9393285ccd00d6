"""The hits of one search on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toile.pages.rendering import picture_uri, pretty_recipe, render

if TYPE_CHECKING:
    from toile.tasks.search import Hit, SearchResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One hit as a page shows it."""

    picture: str
    title: str
    id: str
    score: str
    colours: tuple[str, ...]


def card(hit: Hit) -> Card:
    """A hit's picture and the best words known for it: caption, else category, else its id."""
    return Card(
        picture=picture_uri(hit.record.picture()),
        title=hit.caption or hit.category or hit.id,
        id=hit.id,
        score=f"{hit.score:.2f}",
        colours=tuple(hit.colours[:3]),
    )


def asked(result: SearchResult) -> str:
    """What the search looked for, in words."""
    text = result.recipe.arguments.get("text")
    if text and result.recipe.parents:
        return f"a picture and “{text}”"
    return f"“{text}”" if text else "a picture"


def contact_sheet(result: SearchResult) -> str:
    """One self-contained HTML page with the hits, their facets and the recipe."""
    return render(
        "contact_sheet.html.j2",
        title=asked(result),
        where=result.recipe.arguments.get("where"),
        cards=[card(hit) for hit in result.hits],
        facets=result.facets,
        milliseconds=f"{1000 * result.seconds:.0f}",
        exact=result.exact,
        recipe=pretty_recipe(result.recipe),
        version=result.recipe.version,
    )
