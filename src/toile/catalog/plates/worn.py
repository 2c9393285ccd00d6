"""What a plate truly shows of what is worn, part by part of a label map: where it is, and which answers can be seen.

A label map knows no layers: blouse and cardigan are both `top`. So a part is described as people do: what it is, how
long it is and its hem by the outermost garment, its sleeves and its collar by the outermost that has some. What
another part hides, and the end of a blouse that is tucked in, is not told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from toile.catalog.plates.examples import PlateExample
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.look import Garment, Look
from toile.catalog.plates.looks.rules import construction_of, main_garment
from toile.catalog.plates.looks.vocabulary import PATTERN_FAMILIES
from toile.catalog.plates.wording.captions import sleeved_garment, value_of
from toile.taxonomy import ATTRIBUTES, PART_OF_CATEGORY

_SLEEVES: Final = ("sleeve_length", "sleeve_type")
_LOWER_END: Final = ("length", "hem")
_LONG_LAYERS: Final = ("mid", "long")


@dataclass(frozen=True, kw_only=True, slots=True)
class WornPart:
    """One part of a plate's label map.

    Attributes:
        part: of `taxonomy.PARTS`.
        slots: indices of its garments in the look, from inside to outside.
        garment: the outermost of them.
        mask: `(H, W)`, true on the part.
        answers: question of `garment_net.QUESTIONS` to the word that is seen; what isn't seen is left out.
    """

    part: str
    slots: tuple[int, ...]
    garment: Garment
    mask: npt.NDArray[np.bool_]
    answers: dict[str, str]


def worn_parts(plate: PlateExample) -> list[WornPart]:
    """The parts of a plate that are garments."""
    look, height = plate.look, plate.config.height
    slot_map = plate.plate.slot_map(height)
    groups: dict[str, list[int]] = {}
    for slot, garment in enumerate(look.garments):
        groups.setdefault(PART_OF_CATEGORY[construction_of(garment.category).category], []).append(slot)
    return [
        WornPart(
            part=part,
            slots=tuple(slots),
            garment=look.garments[slots[-1]],
            mask=np.isin(slot_map.slot, slots),
            answers=_answers(look, slots),
        )
        for part, slots in groups.items()
    ]


def look_answers(plate: PlateExample) -> dict[str, str]:
    """What is seen of the look as its hierarchical caption speaks of it.

    Category, pattern, length and hem are the main garment's; sleeves and collar those of the outermost that shows some.
    """
    parts = sorted(worn_parts(plate), key=lambda worn: -worn.slots[-1])
    slot = plate.look.garments.index(main_garment(plate.look))
    main = next(worn.answers for worn in parts if slot in worn.slots)
    seen: dict[str, str] = {name: main[name] for name in ("category", "pattern", *_LOWER_END) if name in main}
    sleeves = [worn.answers for worn in parts if "sleeve_length" in worn.answers]
    sleeved = [answers for answers in sleeves if answers["sleeve_length"] != "sleeveless"]
    shown = next(iter(sleeved or sleeves), {})
    seen |= {name: shown[name] for name in _SLEEVES if name in shown}
    collars = [worn.answers["collar"] for worn in parts if "collar" in worn.answers]
    return seen | ({"collar": collars[0]} if collars else {})


def flat_answers(garment: Garment) -> dict[str, str]:
    """What is seen of a garment alone, laid flat: everything."""
    values = {name: value_of(garment, name) for name in ATTRIBUTES}
    return {**_kind(garment), **{name: value for name, value in values.items() if value is not None}}


def _answers(look: Look, slots: Sequence[int]) -> dict[str, str]:
    worn, over = [look.garments[slot] for slot in slots], look.garments[slots[-1] + 1 :]
    outermost = worn[-1]
    seen: dict[str, str | None] = dict(_kind(outermost))
    if not outermost.tucked and not any(_hides_the_end(other, outermost) for other in over):
        seen |= {name: value_of(outermost, name) for name in _LOWER_END}
    if not any(value_of(other, "sleeve_length") not in (None, "sleeveless") for other in over):
        sleeved = sleeved_garment(worn)
        seen |= {name: value_of(sleeved, name) if sleeved else None for name in _SLEEVES}
    if not any(value_of(other, "collar") for other in over):
        seen["collar"] = next((value for other in reversed(worn) if (value := value_of(other, "collar"))), None)
    return {name: value for name, value in seen.items() if value is not None}


def _kind(garment: Garment) -> dict[str, str]:
    return {
        "category": construction_of(garment.category).category,
        "pattern": PATTERN_FAMILIES[garment.cloth.pattern],
    }


def _hides_the_end(over: Garment, under: Garment) -> bool:
    """Whether what is worn over a garment covers its lower end; tops end above skirts and trousers."""
    role = construction_of(over.category).role
    if over.category in TRADITIONS or over.length in _LONG_LAYERS:
        return True
    return role == "outer" and construction_of(under.category).role in ("top", "outer")
