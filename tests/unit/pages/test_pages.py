"""Pages from real records and results; what they hold is checked in the HTML, how they look is looked at."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from jinja2 import UndefinedError
from PIL import Image

from toile.catalog.records import Record
from toile.pages import contact_sheet
from toile.pages.rendering import command, picture_uri, pretty_recipe, render
from toile.recipe import Recipe
from toile.tasks.search import Hit, SearchResult

VOID = {"meta", "img", "br", "link", "hr", "input"}


def recipe(**changes):
    arguments = {"text": "a red dress", "where": None}
    return Recipe(**{"verb": "search", "arguments": arguments, "bundle": "0" * 64, "version": "0.1.0", **changes})


def hit(identity, caption="a red dress", category="dress", colour="red"):
    buffer = BytesIO()
    Image.new("RGB", (30, 40), colour).save(buffer, "PNG")
    record = Record(
        id=identity,
        image=buffer.getvalue(),
        uri=None,
        width=30,
        height=40,
        source="test",
        digest="0",
        category=category,
        caption=caption,
        colours=(colour,),
    )
    return Hit(
        id=identity,
        score=0.8125,
        category=category,
        caption=caption,
        colours=(colour,),
        extra={},
        read_record=lambda: record,
    )


def result(hits, **changes):
    values = {"facets": {}, "exact": True, "seconds": 0.0123, "recipe": recipe()}
    return SearchResult(hits=hits, **{**values, **changes})


class Balanced(HTMLParser):
    """Every tag that opens closes in its order."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(page):
    parser = Balanced()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser.seen


def assert_self_contained(page):
    addresses = [attrs.get("src") or attrs.get("href") for _, attrs in parsed(page)]
    assert all(address.startswith("data:") for address in addresses if address)
    assert not re.search(r"https?://|<script|@import|url\(", page)


def test_contact_sheet_shows_each_hit_with_its_words_and_score():
    page = contact_sheet(result([hit("a"), hit("b", caption="a green coat", colour="green")]))
    assert_self_contained(page)
    assert "“a red dress”" in page
    assert "2 hits in 12 ms, exact" in page
    assert "a green coat" in page
    assert "0.81" in page
    assert sum(tag == "img" for tag, _ in parsed(page)) == 2


def test_records_without_words_are_shown_by_their_id():
    assert "photo-0017" in contact_sheet(result([hit("photo-0017", caption=None, category=None)]))


def test_no_hits_is_a_page_too():
    assert "0 hits" in contact_sheet(result([]))


def test_words_from_a_catalogue_are_escaped():
    page = contact_sheet(result([hit("a", caption="<script>alert(1)</script>")]))
    assert "&lt;script&gt;" in page
    assert_self_contained(page)


def test_facets_filter_and_kind_of_query_are_said():
    asked = recipe(arguments={"text": "in blue", "where": "kids = false"}, parents=["f" * 64])
    page = contact_sheet(result([hit("a")], facets={"category": {"dress": 3, "skirt": 1}}, recipe=asked, exact=False))
    assert "a picture and “in blue”" in page
    assert "kids = false" in page
    assert "dress 3, skirt 1" in page
    assert "approximate" in page


def test_pictures_are_made_small_and_stay_pictures():
    uri = picture_uri(Image.new("RGB", (2000, 1000), "navy"))
    with Image.open(BytesIO(base64.b64decode(uri.split(",")[1]))) as image:
        assert image.size == (384, 192)
        assert image.format == "WEBP"


def test_recipe_is_readable_json():
    assert '"verb": "search"' in pretty_recipe(recipe())


def test_commands_survive_the_shell():
    assert command("toile", "search", "a 'red' dress") == """toile search 'a '"'"'red'"'"' dress'"""


def test_a_name_that_a_template_misses_is_an_error():
    with pytest.raises(UndefinedError, match="'title' is undefined"):
        render("contact_sheet.html.j2")
