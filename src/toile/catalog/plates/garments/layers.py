"""The order in which a figure is dressed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from toile.catalog.plates.drawing.panel import FIGURE, Panel
from toile.catalog.plates.figure.poses import Side

Place = Literal["behind", "back", "lower", "torso", "over", "front", "top"]


@dataclass(eq=False, slots=True)
class Layers:
    """Panels by where they lie; drawn in the order of the fields, arms between `torso` and `over`.

    Arms come after all torso panels, which is what lets a hand rest on a hip without a special case.

    Attributes:
        behind: what hangs behind the figure: the ends of scarves.
        back: back hair, the far side of collars, hoods.
        lower: shoes, tucked tops, skirts and trousers, boots.
        torso: what covers the torso, from inner to outer.
        sleeves: sleeves by side, from inner to outer; drawn over the arm's skin.
        over: collars, lapels, wraps.
        front: bags.
        top: hats.
        slot: what the panels that are added next belong to.
        waist: index in `lower` where a tucked top goes: before the first bottom garment.
        boots: boots wait here until it is known whether trousers go over them.
    """

    behind: list[Panel] = field(default_factory=list)
    back: list[Panel] = field(default_factory=list)
    lower: list[Panel] = field(default_factory=list)
    torso: list[Panel] = field(default_factory=list)
    sleeves: dict[Side, list[Panel]] = field(default_factory=lambda: {"left": [], "right": []})
    over: list[Panel] = field(default_factory=list)
    front: list[Panel] = field(default_factory=list)
    top: list[Panel] = field(default_factory=list)
    slot: int = FIGURE
    waist: int | None = None
    boots: list[Panel] = field(default_factory=list)

    def add(self, place: Place, panels: Iterable[Panel]) -> None:
        """Puts panels on top of a layer."""
        getattr(self, place).extend(self._owned(panels))

    def add_bottoms(self, panels: Iterable[Panel]) -> None:
        """Puts a skirt or trousers on, remembering where a tucked top goes."""
        if self.waist is None:
            self.waist = len(self.lower)
        self.add("lower", panels)

    def add_tucked(self, panels: Iterable[Panel]) -> None:
        """Puts a top under the bottom garment; over the torso where there is none."""
        if self.waist is None:
            self.add("torso", panels)
            return
        owned = self._owned(panels)
        self.lower[self.waist : self.waist] = owned
        self.waist += len(owned)

    def pull_on_boots(self) -> None:
        """Puts the boots on now; they come on last where no garment asked for it."""
        self.lower.extend(self.boots)
        self.boots = []

    def add_sleeve(self, side: Side, panels: Iterable[Panel]) -> None:
        """Puts a sleeve on an arm; its part is that sleeve's unless it has one."""
        owned = self._owned(panels)
        for panel in owned:
            if panel.part == "body":
                panel.part = f"sleeve-{side}"
        self.sleeves[side].extend(owned)

    def _owned(self, panels: Iterable[Panel]) -> list[Panel]:
        owned = list(panels)
        for panel in owned:
            panel.slot = FIGURE if panel.figure else self.slot
        return owned
