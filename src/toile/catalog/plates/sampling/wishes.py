"""What a look can be asked for by, and a sampled look with what was asked put in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.construction import CONSTRUCTIONS
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Look
from toile.catalog.plates.looks.rules import construction_of, contrast, main_garment
from toile.errors import ConfigError

_GARMENT_WISHES: Final = ("length", "sleeve_length", "sleeve_type", "collar", "hem", "cut", "fit")
_CLOTH_WISHES: Final = ("colour", "pattern", "fabric")
_FIGURE_WISHES: Final = ("pose", "build", "skin", "hair")
WISHES: Final = ("category", "culture", *_GARMENT_WISHES, *_CLOTH_WISHES, *_FIGURE_WISHES)
"""What a look can be asked for by; attributes and cloth are the main garment's."""


def check_wishes(wishes: Mapping[str, str]) -> None:
    """Unknown names are refused at once; whether values go together is seen on a look."""
    for name in wishes:
        if name not in WISHES:
            raise ConfigError(f"a look can't be asked for by {name!r}; choose from {', '.join(WISHES)}")
    if (category := wishes.get("category")) is not None:
        construction_of(category)
    known = {
        "culture": tuple(TRADITIONS),
        "colour": tuple(words.PALETTE),
        "pattern": words.PATTERNS,
        "fabric": words.FABRICS,
        "pose": words.POSES,
        "build": tuple(words.BUILDS),
        "skin": words.SKINS,
        "hair": words.HAIR,
        "length": words.LENGTHS,
        "sleeve_length": words.SLEEVE_LENGTHS,
        "sleeve_type": words.SLEEVE_TYPES,
        "collar": words.COLLARS,
        "hem": words.HEMS,
        "cut": words.SKIRT_CUTS + words.TROUSER_CUTS,
        "fit": words.FITS,
    }
    for name, values in known.items():
        if (value := wishes.get(name)) is not None and value not in values:
            raise ConfigError(f"there is no {name.replace('_', ' ')} {value!r}; choose one of {', '.join(values)}")


def categories_for(wishes: Mapping[str, str]) -> tuple[str, ...]:
    """The modern categories that have every wished value; none where a category is wished, or nothing of a garment.

    Raises:
        ConfigError: no category has all of the values.
    """
    garment = {name: value for name, value in wishes.items() if name in (*_GARMENT_WISHES, "pattern", "fabric")}
    if not garment or "category" in wishes or "culture" in wishes:
        return ()
    fitting = tuple(
        category
        for category, made in CONSTRUCTIONS.items()
        if all(value in getattr(made, f"{name}s") for name, value in garment.items())
    )
    if not fitting:
        asked = ", ".join(f"{name}={value}" for name, value in garment.items())
        raise ConfigError(f"no garment has {asked} all at once; leave one of them out")
    return fitting


def fulfilled(look: Look, wishes: Mapping[str, str]) -> Look:
    """The look with what was wished put in place of what was sampled."""
    category = wishes.get("category")
    wanted = next((garment for garment in look.garments if garment.category == category), main_garment(look))
    cloth = replace(wanted.cloth, **_chosen(wishes, _CLOTH_WISHES))
    if cloth.pattern == "plain":
        cloth = replace(cloth, second=None, third=None)
    elif cloth.second is None:
        cloth = replace(
            cloth, second="white" if contrast(cloth.colour, "white") > contrast(cloth.colour, "navy") else "navy"
        )
    changed = replace(wanted, cloth=cloth, **_chosen(wishes, _GARMENT_WISHES))
    if changed.sleeve_length == "sleeveless" and "sleeve_type" not in wishes:
        changed = replace(changed, sleeve_type=None)
    figure = replace(look.figure, **_chosen(wishes, _FIGURE_WISHES))
    garments = tuple(changed if garment is wanted else garment for garment in look.garments)
    return replace(look, figure=figure, garments=garments)


def _chosen(wishes: Mapping[str, str], names: Sequence[str]) -> dict[str, Any]:
    return {name: wishes[name] for name in names if name in wishes}
