from __future__ import annotations

import pytest

from toile.catalog.datasets.hierafashion_words import SLOTS, caption_items, odd_items

CAPTION = (
    "Dress, Elegant, Party, Elongate Neck, Sense of Agility and Elegance, Long Dress, Short Sleeve, Regular Sleeve, "
    "V-Neck, Draped Hem"
)


def test_the_vocabulary_has_the_published_sizes() -> None:
    sizes = {slot.name: len(slot.words) for slot in SLOTS}
    assert sizes == {
        "category": 7,
        "style": 31,
        "occasion": 9,
        "effect": 9,
        "feeling": 21,
        "length": 5 * 7,
        "sleeve_length": 5,
        "sleeve_type": 15,
        "collar": 13,
        "hem": 20,
    }


def test_a_whole_caption() -> None:
    items = caption_items(CAPTION)
    assert len(items) == 10
    assert items[4] == "Sense of Agility and Elegance"
    assert items[9] == "Draped Hem"
    assert odd_items(items) == []
    assert caption_items(CAPTION.replace(", ", ",")) == items


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("Elegant", "Elegant, but plain", 1),
        ("V-Neck", "V-Neck, deep, with lace", 8),
        ("Draped Hem", "Draped Hem, wide", 9),
        ("Dress,", "Dress, or robe,", 0),
    ],
)
def test_a_comma_inside_of_an_item(old: str, new: str, place: int) -> None:
    items = caption_items(CAPTION.replace(old, new, 1))
    assert len(items) == 10
    assert items[place] == new.rstrip(",")
    assert [item for index, item in enumerate(items) if index != place] == [
        item for index, item in enumerate(caption_items(CAPTION)) if index != place
    ]
    assert odd_items(items) == [f"{SLOTS[place].name} is {new.rstrip(',')!r}"]


def test_two_items_with_commas_fall_back_to_the_first_ten_pieces() -> None:
    caption = CAPTION.replace("Elegant", "Elegant, plain").replace("V-Neck", "V-Neck, deep")
    assert caption_items(caption) == tuple(caption.split(", ")[:10])


def test_a_short_caption_keeps_what_it_has() -> None:
    items = caption_items("Dress, Elegant, Party")
    assert items == ("Dress", "Elegant", "Party")
    assert odd_items(items) == ["3 items, expected 10"]
