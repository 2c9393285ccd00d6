"""What `look` says of a picture, beside what is true of a plate: attributes A1 to A5, pattern, category, colour."""

from __future__ import annotations

from toile.catalog.plates.examples import PlateExample
from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.rules import main_garment
from toile.catalog.plates.worn import look_answers
from toile.tasks.look import Look
from toile.taxonomy import ATTRIBUTES


def told_answers(seen: Look) -> dict[str, str]:
    """What is told, by name; what isn't is left out."""
    told: dict[str, str | None] = {}
    if seen.description is not None:
        told |= {name: getattr(seen.description.caption, name) for name in ATTRIBUTES}
    main = seen.main
    if main is not None and main.cut is not None:
        told |= {"pattern": main.cut.pattern.word, "category": main.cut.category.word}
        told["colour"] = main.colours[0].name if main.colours else None
    return {name: value for name, value in told.items() if value is not None}


def true_answers(plate: PlateExample) -> dict[str, str]:
    """What the picture shows, by name; `colour` is the ground of the main garment's cloth, of `taxonomy.COLOURS`."""
    return look_answers(plate) | {"colour": words.PALETTE[main_garment(plate.look).cloth.colour].basic}
