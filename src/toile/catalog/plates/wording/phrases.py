"""The everyday words for what is worn: nouns, adjectives, details, and how they make a phrase."""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType
from typing import Final

from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Cloth, Garment
from toile.catalog.plates.looks.rules import construction_of

NOUNS: Final = MappingProxyType(
    {
        "t-shirt": ("t-shirt", "tee"),
        "blouse": ("blouse",),
        "shirt": ("shirt", "button-up shirt"),
        "sweater": ("sweater", "jumper", "pullover"),
        "hoodie": ("hoodie", "hooded sweatshirt"),
        "vest": ("waistcoat", "vest"),
        "cardigan": ("cardigan", "button-front sweater"),
        "blazer": ("blazer", "suit jacket"),
        "coat": ("coat", "overcoat", "outerwear"),
        "dress": ("dress", "frock"),
        "jumpsuit": ("jumpsuit", "one-piece suit"),
        "skirt": ("skirt",),
        "trousers": ("trousers", "pants"),
        "jeans": ("jeans", "denims"),
        "shorts": ("shorts",),
        "pump": ("pumps", "heels"),
        "sneaker": ("sneakers", "trainers"),
        "boot": ("boots",),
        "flat": ("flats", "flat shoes"),
        "sandal": ("sandals",),
        "loafer": ("loafers",),
        "tote": ("tote bag", "shopping bag"),
        "handbag": ("handbag", "purse"),
        "cross-body": ("cross-body bag", "shoulder bag"),
        "brim": ("brimmed hat", "hat"),
        "beanie": ("beanie", "knitted hat"),
        "beret": ("beret",),
        "fila": ("fila cap", "fila"),
        "kufi": ("kufi cap", "kufi"),
        "turban": ("turban",),
        "gele": ("gele headwrap", "gele"),
        "conical": ("conical hat",),
        "fur": ("fur hat",),
    }
)
"""Category or kind to the nouns it is called by, the plainest first."""
_PATTERN_WORDS: Final = MappingProxyType(
    {
        "horizontal-stripes": ("striped", "{second} stripes"),
        "vertical-stripes": ("vertically striped", "vertical {second} stripes"),
        "check": ("checked", "{second} checks"),
        "plaid": ("plaid", "{second} plaid lines"),
        "dots": ("polka-dot", "{second} polka dots"),
        "floral": ("floral", "{second} flowers"),
        "paisley": ("paisley", "{second} paisleys"),
        "geometric": ("geometric-print", "{second} geometric shapes"),
        "zigzag": ("zigzag", "{second} zigzags"),
        "animal": ("animal-print", "{second} animal spots"),
        "zebra": ("zebra-print", "{second} zebra stripes"),
        "brocade": ("brocade", "{second} brocade figures"),
        "kente": ("woven", "{second} woven strips"),
    }
)
"""Pattern to an adjective and to a noun phrase with the pattern's colour."""
_LENGTH_WORDS: Final = MappingProxyType(
    {"ultra-short": "mini", "short": "short", "knee": "knee-length", "mid": "midi", "long": "long"}
)
_TOP_LENGTH_WORDS: Final = MappingProxyType({"ultra-short": "cropped", "mid": "thigh-length", "long": "knee-length"})
_LEG_LENGTH_WORDS: Final = MappingProxyType(
    {"ultra-short": "very short", "short": "short", "knee": "knee-length", "mid": "cropped"}
)
_COAT_LENGTH_WORDS: Final = MappingProxyType({"short": "short", "knee": "knee-length", "mid": "midi", "long": "long"})
_SLEEVE_LENGTH_WORDS: Final = MappingProxyType(
    {"short": "short", "elbow": "elbow-length", "mid": "three-quarter", "long": "long"}
)
_SLEEVE_TYPE_WORDS: Final = MappingProxyType(
    {
        "puffed": "puffed",
        "lantern": "lantern",
        "flare": "flared",
        "dolman": "batwing",
        "raglan": "raglan",
        "ruffle": "ruffled",
        "kimono": "kimono",
        "petal": "petal",
        "flutter": "flutter",
        "layered": "tiered",
        "wrapped": "wrapped",
        "princess": "leg-of-mutton",
        "drop-shoulder": "drop-shoulder",
    }
)
_COLLAR_WORDS: Final = MappingProxyType(
    {
        "round": "a round neck",
        "v": "a v-neck",
        "square": "a square neck",
        "lapel": "lapels",
        "stand": "a stand collar",
        "turtle": "a turtleneck",
        "boat": "a boat neck",
        "u": "a scoop neck",
        "shirt": "a shirt collar",
        "halter": "a halter neck",
        "a-line": "a cape collar",
        "swinging": "a draped cowl neck",
        "irregular": "one bare shoulder",
        "hood": "a hood",
        "peter-pan": "a peter pan collar",
    }
)
_HEM_WORDS: Final = MappingProxyType(
    {
        "curved": "a curved hem",
        "ruffle": "a ruffled hem",
        "pleated": "pleats",
        "flared": "a wavy flared hem",
        "asymmetric": "an asymmetric hem",
        "handkerchief": "a pointed handkerchief hem",
        "slit": "a slit",
        "layered": "tiers",
        "draped": "draped folds",
    }
)
_CUT_WORDS: Final = MappingProxyType(
    {
        "pencil": "pencil",
        "a-line": "a-line",
        "flared": "flared",
        "bell": "bell-shaped",
        "circle": "circle",
        "full": "full",
        "tulip": "tulip",
        "mermaid": "mermaid",
        "trapeze": "trapeze",
        "shift": "shift",
        "skinny": "skinny",
        "wide": "wide-leg",
        "flare": "flared",
        "tapered": "tapered",
        "palazzo": "palazzo",
        "straight": "straight",
    }
)


def describe(garment: Garment, *, without: Collection[str] = (), wording: int = 0, brief: bool = False) -> str:
    """One garment as a phrase: `red silk knee-length dress with short puffed sleeves and a v-neck`.

    Args:
        garment: to be described.
        without: words not to be used.
        wording: another number chooses other nouns and another order: lengths before colours, details reversed.
        brief: leave out sleeves, collar and hem.
    """
    cloth, made = garment.cloth, construction_of(garment.category)
    bare = garment.sleeve_length == "sleeveless" and made.sleeve_types and not brief and wording % 2 == 0
    length, coloured = _length(garment, made.role), [_ground(cloth), _fabric(garment)]
    ordered = [length, *coloured] if wording % 2 else [*coloured, length]
    adjectives = ["sleeveless" if bare else None, *ordered, _cut(garment)]
    if garment.fit in ("loose", "boxy") and not brief:
        adjectives.insert(0, {"loose": "loose", "boxy": "oversized"}[garment.fit])
    phrase = " ".join([*filter(None, adjectives), noun_of(garment.category, without, wording)])
    details = [] if brief else [detail for detail in details_of(garment) if not (bare and detail == "no sleeves")]
    if wording % 2:
        details = details[::-1]
    if cloth.pattern != "plain" and cloth.second and wording % 2 == 0:
        details.append(_PATTERN_WORDS[cloth.pattern][1].format(second=cloth.second))
    if garment.category in TRADITIONS and garment.trim is not None and not brief:
        details.append(trim_words(garment.category, garment.trim.colour, without))
    return f"{phrase} with {listed(details)}" if details else phrase


def name_of(garment: Garment, *, without: Collection[str] = (), wording: int = 0) -> str:
    """The garment in two or three words: `red dress`, `navy striped t-shirt`."""
    parts = [_ground(garment.cloth), "leather" if garment.cloth.fabric == "leather" else None]
    return " ".join([*filter(None, parts), noun_of(garment.category, without, wording)])


def noun_of(kind: str, without: Collection[str], wording: int = 0) -> str:
    """What a category, or a kind of shoes, bag or hat, is called; another number gives another noun, if any."""
    options = TRADITIONS[kind].names if kind in TRADITIONS else NOUNS[kind]
    allowed = [noun for noun in options if not set(noun.split()) & set(without)] or [options[-1]]
    return allowed[wording % len(allowed)]


def _ground(cloth: Cloth) -> str:
    return cloth.colour if cloth.pattern == "plain" else f"{cloth.colour} {_PATTERN_WORDS[cloth.pattern][0]}"


def _fabric(garment: Garment) -> str | None:
    fabric = garment.cloth.fabric
    if fabric == "cotton" or garment.category == "jeans" or (fabric == "knit" and garment.category != "dress"):
        return None
    return {"knit": "knitted"}.get(fabric, fabric)


def _length(garment: Garment, role: str) -> str | None:
    if garment.length is None or garment.category in TRADITIONS:
        return None
    if role in ("top", "outer"):
        table = _COAT_LENGTH_WORDS if garment.category == "coat" else _TOP_LENGTH_WORDS
        return table.get(garment.length)
    if construction_of(garment.category).legs:
        return (
            _LEG_LENGTH_WORDS.get(garment.length) if (garment.category, garment.length) != ("shorts", "short") else None
        )
    return _LENGTH_WORDS[garment.length]


def _cut(garment: Garment) -> str | None:
    cut = garment.cut
    if cut is None or (cut == "straight" and garment.category == "jumpsuit"):
        return None
    return _CUT_WORDS[cut]


def details_of(garment: Garment) -> list[str]:
    """Sleeves, collar and hem, where they are not what the noun says anyway."""
    details = []
    sleeves = sleeve_words(garment.sleeve_length, garment.sleeve_type)
    usual = {"t-shirt": "short sleeves", "vest": "no sleeves"}.get(garment.category, "long sleeves")
    if sleeves and (sleeves != usual or garment.category in ("dress", "jumpsuit", "blouse")):
        details.append(sleeves)
    collar = garment.collar
    expected = {"shirt": "shirt", "hoodie": "hood", "blazer": "lapel", "coat": "lapel", "t-shirt": "round"}
    if collar is not None and expected.get(garment.category) != collar:
        details.append(_COLLAR_WORDS[collar])
    hem = garment.hem
    if hem is not None and hem in _HEM_WORDS and (garment.category, hem) != ("shirt", "curved"):
        details.append(_HEM_WORDS[hem])
    return details


def sleeve_words(length: str | None, kind: str | None) -> str | None:
    """`long puffed sleeves`; None where nothing is known."""
    if length is None and kind is None:
        return None
    if length == "sleeveless":
        return "no sleeves"
    parts = (_SLEEVE_LENGTH_WORDS.get(length or ""), _SLEEVE_TYPE_WORDS.get(kind or ""), "sleeves")
    return " ".join(filter(None, parts))


def plain_noun(category: str) -> str:
    """What a garment is called in one word or two."""
    return noun_of(category, ())


def collar_words(collar: str) -> str:
    """`a stand collar`."""
    return _COLLAR_WORDS[collar]


def hem_words(hem: str) -> str:
    """`a ruffled hem`; the flat hem is `a straight hem`."""
    return _HEM_WORDS.get(hem, "a straight hem")


def cut_words(cut: str) -> str:
    """`wide-leg`."""
    return _CUT_WORDS[cut]


def pattern_words(cloth: Cloth) -> str:
    """`white polka dots`; a plain cloth is `no pattern`."""
    if cloth.pattern == "plain":
        return "no pattern"
    return _PATTERN_WORDS[cloth.pattern][1].format(second=cloth.second)


_TRIM_NOUNS: Final = MappingProxyType(
    {
        "kimono": "obi",
        "yukata": "obi",
        "hakama": "pleated trousers",
        "hanbok": "short top",
        "hanfu": "top",
        "deel": "trim",
        "qipao": "trim",
        "ao-dai": "trousers",
        "sari": "border",
        "lehenga-choli": "border",
        "salwar-kameez": "trousers",
        "sherwani": "trousers",
        "kebaya": "sarong",
        "baju-kurung": "skirt",
        "barong-tagalog": "embroidery",
        "chokha": "shirt",
        "agbada": "embroidery",
        "iro-and-buba": "shoulder cloth",
        "kilt": "socks",
        "dirndl": "apron",
        "fustanella": "waistcoat",
        "traje-de-flamenca": "shawl",
        "huipil": "striped skirt",
        "traje-de-charro": "embroidery",
        "vyshyvanka": "embroidery",
        "grand-boubou": "embroidery",
        "lederhosen": "embroidery",
    }
)


def trim_words(category: str, colour: str, without: Collection[str] = ()) -> str:
    """The second cloth in its colour: `a green obi`, `white socks`, `gold embroidery`."""
    noun = trim_noun(category, without)
    return f"{colour} {noun}" if noun in _UNCOUNTED else with_article(f"{colour} {noun}")


_UNCOUNTED: Final = ("embroidery", "trim")


def trim_noun(category: str, without: Collection[str] = ()) -> str:
    """What the second cloth of a traditional garment is: `obi`, `apron`, `border`."""
    noun = _TRIM_NOUNS.get(category, "trim")
    return noun.replace("trousers", "pants") if "trousers" in without else noun


def with_article(phrase: str) -> str:
    """The phrase with `a` or `an`; plurals take none."""
    head = phrase.split(" with ")[0].split(" and ")[0]
    if head.endswith("s") and not head.endswith("dress"):
        return phrase
    return f"an {phrase}" if phrase[0] in "aeio" else f"a {phrase}"


def listed(items: list[str]) -> str:
    """`a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
