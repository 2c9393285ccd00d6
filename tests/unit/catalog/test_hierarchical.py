from __future__ import annotations

import pytest

from toile.catalog.datasets.hierafashion_words import SLOTS
from toile.catalog.hierarchical import CONCEPT_OF_CATEGORY, HierarchicalCaption
from toile.taxonomy import ATTRIBUTES
from toile.vision.masks import attributes_of


def test_a_whole_caption_has_its_ten_items_in_order():
    caption = HierarchicalCaption(
        category="Dress",
        style="Elegant",
        occasion="Party",
        effect="Elongate Neck",
        feeling="Sense of Agility and Elegance",
        length="long",
        sleeve_length="short",
        sleeve_type="regular",
        collar="v",
        hem="draped",
    )
    assert str(caption) == (
        "Dress, Elegant, Party, Elongate Neck, Sense of Agility and Elegance, "
        "Long Dress, Short Sleeve, Regular Sleeve, V-Neck, Draped Hem"
    )


def test_what_is_not_known_is_left_out():
    assert HierarchicalCaption(category="Skirt", hem="slit").items == ("Skirt", "Slit Hem")


# Words of ours that the published lists don't have.
_OWN = {"collar": {"shirt", "halter", "hood", "peter-pan"}, "hem": {"handkerchief"}}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_value_is_said_in_the_published_words(name):
    slot = next(slot for slot in SLOTS if slot.name == name)
    for value in ATTRIBUTES[name]:
        item = HierarchicalCaption(category="Dress", **{name: value}).items[1]
        assert slot.knows(item) is (value not in _OWN.get(name, ())), item


def test_every_garment_with_attributes_has_a_concept():
    from toile.taxonomy import CATEGORIES

    assert set(CONCEPT_OF_CATEGORY) == {category for category in CATEGORIES if attributes_of(category)}
    assert set(CONCEPT_OF_CATEGORY.values()) <= {"Dress", "Blouse", "Sweater", "Coat", "Jumpsuit", "Pant", "Skirt"}
