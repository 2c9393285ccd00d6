"""Hem lines: how far below its height a hem hangs, across the garment."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

import numpy as np

from toile.catalog.plates.drawing.curves import Points, Values

HemLine = Callable[[Values], Values]
"""f in -1 (image-left) .. 1 to an offset of v."""


def _sag(f: Values) -> Values:
    """A hem is an ellipse seen from above."""
    result: Values = 0.055 * (1 - f * f)
    return result


def _flat(f: Values) -> Values:
    return _sag(f)


def _curved(f: Values) -> Values:
    result: Values = 0.24 * (1 - np.abs(f) ** 2.2) - 0.14
    return result


def _waved(f: Values) -> Values:
    return _sag(f) + 0.055 * np.cos(3.5 * np.pi * f)


def _ruffled(f: Values) -> Values:
    return _sag(f) + 0.05 * np.cos(6.5 * np.pi * f)


def _pleated(f: Values) -> Values:
    result: Values = _sag(f) + 0.035 * np.abs(np.mod(f * 5, 1) * 2 - 1)
    return result


def _asymmetric(f: Values) -> Values:
    return _sag(f) - 0.42 * f


def _handkerchief(f: Values) -> Values:
    result: Values = 0.28 * np.abs(np.mod(f * 1.5 + 0.5, 1) * 2 - 1) - 0.1
    return result


_HEMS: Final[MappingProxyType[str, tuple[HemLine, int]]] = MappingProxyType(
    {
        "flat": (_flat, 17),
        "curved": (_curved, 25),
        "ruffle": (_ruffled, 53),
        "pleated": (_pleated, 81),
        "flared": (_waved, 37),
        "asymmetric": (_asymmetric, 17),
        "handkerchief": (_handkerchief, 49),
        "slit": (_flat, 17),
        "layered": (_ruffled, 53),
        "draped": (_flat, 17),
    }
)


def hem_line(kind: str) -> HemLine:
    """The hem of a word of `vocabulary.HEMS`."""
    return _HEMS[kind][0]


def joined_hem(hem: Points, f: Values, left: Points, right: Points) -> Points:
    """The hem stretched sideways so that it begins and ends where the sides do."""
    stretched = hem.copy()
    stretched[:, 0] += (left[-1, 0] - hem[0, 0]) * (1 - f) / 2 + (right[-1, 0] - hem[-1, 0]) * (1 + f) / 2
    return stretched


def hem_steps(kind: str) -> Values:
    """Enough f for the kind's waves."""
    return np.linspace(-1, 1, _HEMS[kind][1])
