"""The closed vocabularies: garment categories, colours, and the maps from public label sets onto them.

Everything that names a garment or a colour (captions, records, filters, evaluation) takes its words from
here, so that two parts of the product can't mean different things by one word.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

# Berlin & Kay's eleven basic colour terms (1969) and the two that fashion can't do without.
COLOURS: Final = (
    "black",
    "white",
    "grey",
    "beige",
    "brown",
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "navy",
    "purple",
    "pink",
)

CATEGORIES: Final = (
    "t-shirt",
    "longsleeve",
    "top",
    "blouse",
    "shirt",
    "polo",
    "undershirt",
    "body",
    "hoodie",
    "sweater",
    "outerwear",
    "blazer",
    "dress",
    "jumpsuit",
    "skirt",
    "trousers",
    "shorts",
    "shoes",
    "hat",
    "bag",
    "accessory",
    "look",
)
"""What one picture can show; `look` is a whole dressed person."""

# Labels of the clothing-dataset photos (CC0). None: the annotators could not or would not say.
CLOTHING_DATASET_CATEGORIES: Final = MappingProxyType(
    {
        "T-Shirt": "t-shirt",
        "Longsleeve": "longsleeve",
        "Pants": "trousers",
        "Shoes": "shoes",
        "Shirt": "shirt",
        "Dress": "dress",
        "Outwear": "outerwear",
        "Shorts": "shorts",
        "Hat": "hat",
        "Skirt": "skirt",
        "Polo": "polo",
        "Undershirt": "undershirt",
        "Blazer": "blazer",
        "Hoodie": "hoodie",
        "Body": "body",
        "Top": "top",
        "Blouse": "blouse",
        "Other": None,
        "Not sure": None,
        "Skip": None,
    }
)

# The 59 names of clothing-co-parsing (Apache-2.0) that are garments, and the category each belongs to.
CO_PARSING_CATEGORIES: Final = MappingProxyType(
    {
        "accessories": "accessory",
        "bag": "bag",
        "belt": "accessory",
        "blazer": "blazer",
        "blouse": "blouse",
        "bodysuit": "body",
        "boots": "shoes",
        "bra": "undershirt",
        "bracelet": "accessory",
        "cape": "outerwear",
        "cardigan": "sweater",
        "clogs": "shoes",
        "coat": "outerwear",
        "dress": "dress",
        "earrings": "accessory",
        "flats": "shoes",
        "glasses": "accessory",
        "gloves": "accessory",
        "hat": "hat",
        "heels": "shoes",
        "hoodie": "hoodie",
        "intimate": "undershirt",
        "jacket": "outerwear",
        "jeans": "trousers",
        "jumper": "sweater",
        "leggings": "trousers",
        "loafers": "shoes",
        "necklace": "accessory",
        "panties": "undershirt",
        "pants": "trousers",
        "pumps": "shoes",
        "purse": "bag",
        "ring": "accessory",
        "romper": "jumpsuit",
        "sandals": "shoes",
        "scarf": "accessory",
        "shirt": "shirt",
        "shoes": "shoes",
        "shorts": "shorts",
        "skirt": "skirt",
        "sneakers": "shoes",
        "socks": "accessory",
        "stockings": "accessory",
        "suit": "outerwear",
        "sunglasses": "accessory",
        "sweater": "sweater",
        "sweatshirt": "sweater",
        "swimwear": "body",
        "t-shirt": "t-shirt",
        "tie": "accessory",
        "tights": "accessory",
        "top": "top",
        "vest": "top",
        "wallet": "bag",
        "watch": "accessory",
        "wedges": "shoes",
    }
)

PARTS: Final = (
    "background",
    "skin",
    "hair",
    "hat",
    "glasses",
    "top",
    "outerwear",
    "dress",
    "skirt",
    "trousers",
    "hosiery",
    "shoes",
    "bag",
    "accessory",
)
"""What a pixel of a picture of a person can belong to; the index is the value in a label map."""

GARMENT_PARTS: Final = ("top", "outerwear", "dress", "skirt", "trousers")
"""The parts that are garments with a cut, not accessories."""

PART_OF_CATEGORY: Final = MappingProxyType(
    {category: category for category in ("dress", "skirt", "trousers", "shoes", "hat", "bag", "accessory", "outerwear")}
    | {"blazer": "outerwear", "jumpsuit": "dress", "shorts": "trousers"}
    | dict.fromkeys(
        ("t-shirt", "longsleeve", "top", "blouse", "shirt", "polo", "undershirt", "body", "hoodie", "sweater"), "top"
    )
)
"""The part that a garment of each category is; a `look` is many."""

# The 59 names of clothing-co-parsing and the part each belongs to. Stockings are a part of their own: whoever changes a
# hem must know a leg in tights from trousers and from a belt.
CO_PARSING_PARTS: Final = MappingProxyType(
    {name: PART_OF_CATEGORY[category] for name, category in CO_PARSING_CATEGORIES.items()}
    | {"null": "background", "skin": "skin", "hair": "hair", "glasses": "glasses", "sunglasses": "glasses"}
    | dict.fromkeys(("socks", "stockings", "tights"), "hosiery")
)

ATTRIBUTES: Final = MappingProxyType(
    {
        "length": ("ultra-short", "short", "knee", "mid", "long"),
        "sleeve_length": ("sleeveless", "short", "elbow", "mid", "long"),
        "sleeve_type": (
            "regular",
            "puffed",
            "lantern",
            "flare",
            "dolman",
            "raglan",
            "ruffle",
            "kimono",
            "petal",
            "flutter",
            "layered",
            "wrapped",
            "princess",
            "shirt",
            "drop-shoulder",
        ),
        "collar": (
            "round",
            "v",
            "square",
            "lapel",
            "stand",
            "turtle",
            "boat",
            "u",
            "shirt",
            "halter",
            "a-line",
            "swinging",
            "irregular",
            "hood",
            "peter-pan",
        ),
        "hem": (
            "flat",
            "curved",
            "ruffle",
            "pleated",
            "flared",
            "asymmetric",
            "handkerchief",
            "slit",
            "layered",
            "draped",
        ),
    }
)
"""A1 to A5 of HieraFashDiff (arXiv 2401.07450) and what each can be; what a length is in centimetres depends on the
garment."""

PATTERNS: Final = ("plain", "striped", "checked", "dotted", "floral", "other")
"""What a cloth can show."""

JOINTS: Final = (
    "nose", "neck", "r-shoulder", "r-elbow", "r-wrist", "l-shoulder", "l-elbow", "l-wrist", "r-hip", "r-knee",
    "r-ankle", "l-hip", "l-knee", "l-ankle", "r-eye", "l-eye", "r-ear", "l-ear",
)  # fmt: skip
"""COCO-18 in the order of its rows; right and left are the person's."""
MIRRORED_JOINTS: Final = (0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16)
"""Which joint of a picture is each joint of its mirror image."""
