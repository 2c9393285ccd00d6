from __future__ import annotations

from dataclasses import replace

from toile.catalog.briefs import ORDERS, Brief
from toile.diffusion.windows import FLAT
from toile.taxonomy import ATTRIBUTES

CAPTION = (
    "Dress, Elegant, Party, Elongate Neck, Drape Feeling, Long Dress, Short Sleeve, Regular Sleeve, V-Neck, Draped Hem"
)
BRIEF = Brief.of_caption("red dress, black boots", CAPTION)


def test_a_caption_in_the_grammar_is_taken_apart():
    assert BRIEF.category == "Dress"
    assert BRIEF.concepts == ("Elegant", "Party", "Elongate Neck", "Drape Feeling")
    assert BRIEF.attributes == {
        "length": "long",
        "sleeve_length": "short",
        "sleeve_type": "regular",
        "collar": "v",
        "hem": "draped",
    }
    assert BRIEF.text() == f"red dress, black boots, {CAPTION.removeprefix('Dress, ')}"


def test_words_are_told_from_the_beginning_and_attributes_one_after_the_other():
    windows = BRIEF.windows()
    assert [(window.t_high, window.t_low) for window in windows] == [
        (999, 900), (899, 800), (799, 710), (709, 630), (629, 560), (559, 0)
    ]  # fmt: skip
    assert windows[0].text == "red dress, black boots, Elegant, Party, Elongate Neck, Drape Feeling"
    for before, after, item in zip(windows, windows[1:], CAPTION.split(", ")[5:], strict=False):
        assert after.text == f"{before.text}, {item}"


def test_what_is_not_known_takes_no_window_of_its_own():
    assert [w.text for w in Brief(words="red dress").windows()] == ["red dress"]
    collar_only = Brief(words="red dress", category="Dress", attributes={"collar": "v"}).windows()
    assert [(w.t_high, w.t_low, w.text) for w in collar_only] == [
        (999, 630, "red dress"),
        (629, 0, "red dress, V-Neck"),
    ]


def test_all_at_once_is_one_window():
    assert [(w.t_high, w.t_low, w.text) for w in BRIEF.windows(FLAT)] == [(999, 0, BRIEF.text())]


def test_orders_hold_every_attribute_and_decide_what_is_told_first():
    assert all(sorted(order) == sorted(ATTRIBUTES) for order in ORDERS.values())
    hem_first = replace(BRIEF, order=ORDERS["reversed"])
    assert hem_first.text_at(899).endswith("Drape Feeling, Draped Hem")
