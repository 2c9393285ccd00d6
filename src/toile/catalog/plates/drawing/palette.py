"""Colours as numbers, and what light and shade do to them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, TypeAlias

from toile.catalog.plates.looks.vocabulary import PALETTE

Rgb: TypeAlias = tuple[float, float, float]
"""sRGB, each channel in [0, 1]."""


def rgb(code: str) -> Rgb:
    """The colour of a hexadecimal code such as `c62f35`."""
    return (int(code[0:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:6], 16) / 255)


CLOTH_COLOURS: Final = MappingProxyType({name: rgb(colour.code) for name, colour in PALETTE.items()})

SKIN_COLOURS: Final = MappingProxyType(
    {
        name: rgb(code)
        for name, code in {
            "porcelain": "f7ddcd",
            "fair": "f0c8ad",
            "light-olive": "e3b48d",
            "tan": "cf9a6e",
            "caramel": "b57d52",
            "brown": "8f5a3a",
            "deep": "69402a",
            "ebony": "472b20",
        }.items()
    }
)

HAIR_COLOURS: Final = MappingProxyType(
    {
        name: rgb(code)
        for name, code in {
            "black": "221c1f",
            "dark-brown": "3d2920",
            "brown": "63412b",
            "auburn": "84391f",
            "ginger": "b8602a",
            "blonde": "d8b06a",
            "platinum": "e9dcc0",
            "grey": "9a979b",
        }.items()
    }
)

INK: Final = rgb("2b2226")
SKIN_INK: Final = rgb("4a1f1c")
WHITE: Final[Rgb] = (1.0, 1.0, 1.0)


def luminance(colour: Rgb) -> float:
    """0 black to 1 white."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """`share` of the second colour in the first."""
    a, b = 1 - share, share
    return (first[0] * a + second[0] * b, first[1] * a + second[1] * b, first[2] * a + second[2] * b)


def shade_of(colour: Rgb) -> Rgb:
    """The colour in shadow: darker and cooler."""
    r, g, b = colour
    return (max(0.0, r * 0.66 - 0.01), max(0.0, g * 0.64 - 0.01), max(0.0, b * 0.71 - 0.01))


def light_of(colour: Rgb) -> Rgb:
    """The colour in warm light."""
    return mix(colour, (1.0, 0.98, 0.93), 0.45)
