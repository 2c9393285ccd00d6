from __future__ import annotations

import pytest

from toile.catalog.claims import claims_of, names_colour


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("a red dress", [("dress", "dress", "red")]),
        (
            "Black leather jacket, white dress, brown boots",
            [("jacket", "outerwear", "black"), ("dress", "dress", "white"), ("boots", "shoes", "brown")],
        ),
        ("a navy tank top and jeans", [("tank top", "top", "navy"), ("jeans", "trousers", None)]),
        ("t-shirt in teal", [("t-shirt", "top", None)]),
        ("a burgundy and white striped skirt", [("skirt", "skirt", "white")]),
        ("white sneakers on a green lawn", [("sneakers", "shoes", "white")]),
        ("two coats", [("coats", "outerwear", None)]),
        ("a woman smiles", []),
        ("", []),
        ("Kleid aus Seide", []),
    ],
)
def test_garments_and_the_colours_before_them(text, claims):
    assert [(claim.noun, claim.part, claim.colour) for claim in claims_of(text)] == claims


def test_a_colour_belongs_to_the_noun_that_follows_it_alone():
    assert [str(claim) for claim in claims_of("red skirt coat")] == ["red skirt", "coat"]


@pytest.mark.parametrize(
    ("text", "named"),
    [("white puff sleeves", True), ("a Burgundy collar", True), ("puff sleeves", False), ("whiteboard prints", False)],
)
def test_colours_are_noticed_where_they_are_named(text: str, named: bool) -> None:
    assert names_colour(text) is named
