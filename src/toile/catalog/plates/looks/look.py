"""What a plate shows, in words: a figure and the things it wears. Nothing here knows how they are drawn.

Every value is a word of `vocabulary`; the drawing has its own tables from those words to numbers. Two looks are equal
when their plates are: a look is the whole input of a drawing, its seeds included.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Cloth:
    """A cloth and what is printed or woven on it.

    Attributes:
        colour: the ground, a name of `vocabulary.PALETTE`.
        pattern: of `vocabulary.PATTERNS`.
        second: colour of the pattern; None for a plain cloth.
        third: second colour of the pattern, where it has one.
        fabric: of `vocabulary.FABRICS`.
    """

    colour: str
    pattern: str = "plain"
    second: str | None = None
    third: str | None = None
    fabric: str = "cotton"


@dataclass(frozen=True, kw_only=True, slots=True)
class Garment:
    """One thing worn. None: the category has no such attribute, or its own default is meant.

    Attributes:
        category: of `vocabulary.CATEGORIES`, or the id of a traditional garment (`cultures.TRADITIONAL`).
        cloth: the main cloth.
        length: of `vocabulary.LENGTHS`; what it means in centimetres depends on the category.
        sleeve_length: of `vocabulary.SLEEVE_LENGTHS`.
        sleeve_type: of `vocabulary.SLEEVE_TYPES`.
        collar: of `vocabulary.COLLARS`.
        hem: of `vocabulary.HEMS`.
        cut: of `vocabulary.SKIRT_CUTS` or `vocabulary.TROUSER_CUTS`.
        fit: of `vocabulary.FITS`.
        tucked: a top inside the skirt or trousers below it.
        open: an unfastened front.
        trim: a second cloth: collar, lapel, obi, border, apron, by the category's construction.
        seed: folds are seeded by this, the garment's slot and the kind of fold, so that one changed attribute leaves
            the rest of the picture as it was.
    """

    category: str
    cloth: Cloth
    length: str | None = None
    sleeve_length: str | None = None
    sleeve_type: str | None = None
    collar: str | None = None
    hem: str | None = None
    cut: str | None = None
    fit: str | None = None
    tucked: bool = False
    open: bool = False
    trim: Cloth | None = None
    seed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shoes:
    """A pair of shoes: a kind of `vocabulary.SHOES` and a colour of the palette."""

    kind: str
    colour: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bag:
    """A bag: a kind of `vocabulary.BAGS` and a colour of the palette."""

    kind: str
    colour: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hat:
    """A hat or a headwrap: a kind of `vocabulary.HATS` and a colour of the palette."""

    kind: str
    colour: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Who wears it.

    Attributes:
        pose: of `vocabulary.POSES`.
        build: of `vocabulary.BUILDS`, which also says man or woman.
        skin: of `vocabulary.SKINS`.
        hair: of `vocabulary.HAIR`.
        hair_colour: of `vocabulary.HAIR_COLOURS`; of `vocabulary.PALETTE` for a covering (`hijab`).
        mirrored: the pose mirrored; the clothes never are (a kimono closes left over right).
        pose_seed: jitters the joints by a degree or two; None draws the pose as tabled.
    """

    pose: str
    build: str
    skin: str
    hair: str
    hair_colour: str
    mirrored: bool = False
    pose_seed: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A dressed person.

    Attributes:
        figure: who.
        garments: from the innermost to the outermost, what covers the legs first.
        shoes: None for bare feet.
        bag: None for none.
        hat: None for a bare head.
        wash: colour of the brush strokes behind the figure; None for none.
        seed: of everything that no garment and no pose seeds: paper, wash.
        culture: id of the record of `cultures` that the look comes from; None for modern clothes.
    """

    figure: Figure
    garments: tuple[Garment, ...]
    shoes: Shoes | None = None
    bag: Bag | None = None
    hat: Hat | None = None
    wash: str | None = None
    seed: int = 0
    culture: str | None = None
