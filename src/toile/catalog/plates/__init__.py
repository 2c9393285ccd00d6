"""Fashion plates: drawn people in drawn clothes, of which everything is known exactly.

**Packages**, each knowing only those before it: `looks` (the words, and what goes together), `sampling` and `wording`
(random looks, captions), `drawing` (panels and paint), `figure`, `garments`, `traditional`. `plate` puts one together,
`examples` adds all that is known of it, `stream` and `pack` hand them out. A new modern garment is an entry of
`looks.construction` and a function in `garments.modern`; a traditional one an entry of `looks/cultures.toml` and a
function in `traditional`.

**Units.** Everything is drawn in head units: the head is one unit high, the figure a little over nine. x runs to the
right of the image and y down, 0 at the crown, 1 at the chin, soles at about 9.3. Image-left is the wearer's RIGHT:
keep that sentence beside every garment that is not symmetric. Line weights are pixels of a plate 256 pixels high
(`drawing.panel.PIXEL` head units), so that a plate is the same drawing at any size.

**Where things are.** Torso garments are written in the torso map `Body.at(u, v)` (u sideways from the middle, v the
height on an upright figure), sleeves and trouser legs along a `Limb` (`outer(t, width)`, `inner(t, width)`; t is 1 at
elbow or knee, 2 at wrist or ankle), heads and hats in `Body.head(points)`. So a garment is written once and follows
every build and pose.

**What is drawn.** A `Panel` is one closed piece: contour segments with corners only between them, a `Material`, and
on it `Fold`s, `Line`s, a pattern `Mesh`. `upper.cut_upper`, `sleeves.sleeve_panels`, `trousers.trouser_panels`,
`skirts.skirt_panels` and `collars.collar_panels` make the usual ones. A garment is a function `(body, garment,
layers) -> None` that adds its panels to `Layers`.

**Order.** Behind (ends of scarves), back (back hair, far side of collars), legs, feet, torso's skin, lower (shoes,
tucked top, bottoms, boots), torso from inner to outer, then on each side the arm, its hand and its sleeves, over
(collars, lapels, wraps), ears, head and face, front hair, front (bag), top (hat). Arms after all torso panels let a
hand rest on a hip without a special case.
"""

from toile.catalog.plates.drawing.panel import LABELS, PARTS
from toile.catalog.plates.looks.look import Bag, Cloth, Figure, Garment, Hat, Look, Shoes
from toile.catalog.plates.plate import Frame, Plate, SlotMap, build_plate, flat_lay

__all__ = [
    "LABELS",
    "PARTS",
    "Bag",
    "Cloth",
    "Figure",
    "Frame",
    "Garment",
    "Hat",
    "Look",
    "Plate",
    "Shoes",
    "SlotMap",
    "build_plate",
    "flat_lay",
]
