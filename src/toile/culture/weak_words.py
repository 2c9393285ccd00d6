"""Words as pictures on the web have them: the garment by any of its names, often misspelt, seldom with its colour.

For measurements in which it must be known whether words are true: nobody's captions are taken.
"""

from __future__ import annotations

from random import Random
from typing import Final

from toile.culture.record import Record

_MISSPELT: Final = 0.25
_COLOURED: Final = 0.5
_OF_PEOPLE: Final = 0.4
_LEAST_LETTERS: Final = 5  # of a word that is misspelt: of a shorter one too little is left


def weak_words(record: Record, colour: str | None, dice: Random) -> str:
    """`kimno`, `red Japanese kosode`, `着物 for a wedding`.

    Args:
        record: of the garment.
        colour: that it has; None: it is not said.
        dice: of the wording.
    """
    names = [record.names.canonical, *record.names.aliases, *(name.text for name in record.names.native)]
    name = record.names.canonical if dice.random() < 0.5 else dice.choice(names)
    if dice.random() < _MISSPELT:
        name = misspelt(name, dice)
    before = [colour] if colour and dice.random() < _COLOURED else []
    people = [record.culture.people] if dice.random() < _OF_PEOPLE else []
    after = ["for", dice.choice(record.occasions)] if record.occasions and dice.random() < 0.3 else []
    return " ".join([*before, *people, name, *after])


def misspelt(name: str, dice: Random) -> str:
    """With one letter dropped, doubled or exchanged with the next, never the first; a short name as it is."""
    if len(name) < _LEAST_LETTERS or not name.isascii():
        return name
    place = dice.randrange(1, len(name) - 1)
    match dice.choice(("drop", "double", "exchange")):
        case "drop":
            return name[:place] + name[place + 1 :]
        case "double":
            return name[: place + 1] + name[place:]
        case _:
            return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
