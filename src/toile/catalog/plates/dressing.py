"""From a look to a body and its panels in the order in which they are drawn."""

from __future__ import annotations

from toile.catalog.plates.drawing.palette import HAIR_COLOURS, INK, mix, shade_of
from toile.catalog.plates.drawing.panel import FIGURE, Mark, Panel
from toile.catalog.plates.figure.body import BUILDS, Body
from toile.catalog.plates.figure.hair import hair_of
from toile.catalog.plates.figure.head import Face, expression_of, head_panels
from toile.catalog.plates.figure.poses import FLAT, FLAT_T, POSES, SIDES, Pose, jittered, mirrored
from toile.catalog.plates.figure.skin import arm_panels, chin_shadow, hand_panels, leg_panel, skin_material, torso_panel
from toile.catalog.plates.garments.accessories import BOOT, bag_panels, shoe_panels
from toile.catalog.plates.garments.hats import hat_panels
from toile.catalog.plates.garments.layers import Layers
from toile.catalog.plates.garments.modern import MODERN, Wear
from toile.catalog.plates.looks.look import Figure, Garment, Look
from toile.catalog.plates.traditional.garments import ARMS_OUT, TRADITIONAL
from toile.errors import ConfigError


def wear_of(category: str) -> Wear:
    """The drawing of a category.

    Raises:
        ConfigError: no such category can be drawn.
    """
    garments = MODERN if category in MODERN else TRADITIONAL
    if category in garments:
        return garments[category]
    raise ConfigError(f"there is no garment category {category!r}; choose one of {', '.join((*MODERN, *TRADITIONAL))}")


def body_of(figure: Figure) -> Body:
    """The figure of a look, undressed."""
    return Body(BUILDS[figure.build], pose_of(figure), skin_material(figure.skin))


def pose_of(figure: Figure) -> Pose:
    """The figure's pose, mirrored and jittered as it says."""
    pose = mirrored(POSES[figure.pose]) if figure.mirrored else POSES[figure.pose]
    return pose if figure.pose_seed is None else jittered(pose, figure.pose_seed)


def dressed_panels(body: Body, look: Look) -> list[Panel]:
    """All panels of a look, from back to front."""
    layers = Layers()
    hair = hair_of(body, look.figure.hair, look.figure.hair_colour)
    layers.add("back", hair.back)
    shoes = shoe_panels(body, look.shoes)
    if look.shoes and look.shoes.kind == BOOT:
        layers.boots = shoes
    else:
        layers.lower += shoes
    for slot, garment in enumerate(look.garments):
        layers.slot = slot
        wear_of(garment.category)(body, garment, layers)
    layers.pull_on_boots()
    if look.bag:
        layers.front += bag_panels(body, look.bag)
    if look.hat:
        layers.top += hat_panels(body, look.hat)
    legs = [leg_panel(body, side) for side in body.leg_order()]
    panels = [*layers.behind, *layers.back, *legs, _torso(body), *layers.lower, *layers.torso]
    for side in SIDES:
        sleeves = layers.sleeves[side]
        panels += [*arm_panels(body, side, sleeved=bool(sleeves)), *hand_panels(body, side), *sleeves]
    return [*panels, *layers.over, *_head(body, look.figure), *hair.front, *layers.front, *layers.top]


def _torso(body: Body) -> Panel:
    """The torso's skin with the shadow of the chin."""
    torso, colour = torso_panel(body), body.skin.colour
    shade = mix(shade_of(colour), colour, 0.25)
    torso.marks.append(Mark([chin_shadow(body)], (shade[0], shade[1] * 0.92, shade[2] * 0.92), 0.8, 0.02))
    return torso


def _head(body: Body, figure: Figure) -> list[Panel]:
    hair = HAIR_COLOURS.get(figure.hair_colour, HAIR_COLOURS["dark-brown"])
    face = Face(body.skin, mix(hair, INK, 0.45), expression_of(figure.pose_seed), figure.pose_seed or 0)
    return head_panels(body, face)


def laid_flat(garment: Garment) -> tuple[Body, list[Panel]]:
    """A garment alone on a table, its back seen through the neck; kimono sleeves stretched out."""
    pose = FLAT_T if garment.sleeve_type == "kimono" or garment.category in ARMS_OUT else FLAT
    body, layers = Body(BUILDS["slim"], pose, skin_material("fair")), Layers(slot=0)
    wear_of(garment.category)(body, garment, layers)
    panels = [*layers.behind, *layers.back, *layers.lower, *layers.torso]
    for side in SIDES:
        panels += layers.sleeves[side]
    panels += [*layers.over, *layers.front]
    return body, [panel for panel in panels if panel.slot != FIGURE]
