"""Where an edit may paint: regions of the body, garments as they are seen, and what must be kept.

Regions follow HieraFashDiff (arXiv 2401.07450, released code): a box a category and attribute, its offsets in pixels at
512 there and in torso lengths here, so that they fit a small figure, too. Boxes cut through bags and background; the
`limb` form follows arms and legs. Both reach beyond what is worn: a skirt that shall grow needs room.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import MappingProxyType
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from toile.errors import ConfigError, DataError
from toile.taxonomy import ATTRIBUTES, CATEGORIES, GARMENT_PARTS, PART_OF_CATEGORY, PARTS
from toile.vision.skeleton import Skeleton

Mask = NDArray[np.bool_]
"""`(H, W)`, true where an edit paints."""
Form = Literal["box", "limb"]
Region = Literal["upper", "lower", "dress"]
REGIONS: Final[tuple[Region, ...]] = ("upper", "lower", "dress")


_LOWER: Final = frozenset({"skirt", "trousers", "shorts"})
_WHOLE: Final = frozenset({"dress", "jumpsuit", "outerwear"})
_UPPER: Final = frozenset(
    {"t-shirt", "longsleeve", "top", "blouse", "shirt", "polo", "undershirt", "body", "hoodie", "sweater", "blazer"}
)
_REGION_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "upper": ("top", "outerwear"),
    "lower": ("skirt", "trousers", "hosiery"),
    "dress": ("dress", "top", "outerwear", "skirt", "trousers"),
}
_ONE_PIECE: Final = ("dress", "outerwear", "top", "skirt")
_WORN_AS: Final = MappingProxyType(
    dict.fromkeys(_UPPER, ("top", "outerwear", "dress"))
    | dict.fromkeys(_WHOLE, _ONE_PIECE)
    | {"jumpsuit": (*_ONE_PIECE, "trousers"), "skirt": ("skirt", "dress")}
    | dict.fromkeys(("trousers", "shorts"), ("trousers",))
)
# Offsets of the released code, there pixels of pictures whose torso is 245 pixels long.
_PIXEL: Final = 1 / 245
_ARM_RADIUS: Final = (0.24, 0.17)  # torso lengths, at the shoulder and at the wrist
_COLLAR_RADII: Final = (0.36, 0.28)
_ABOVE_HIPS: Final = 0.45
_REACH: Final = 0.3  # torso lengths from the region that the garment's own pixels are followed
_GROWN: Final = 0.04  # torso lengths beyond a garment that a try-on repaints
_SURE: Final = 0.75  # probability from which hair, hat, glasses, shoes and bag are kept
_SURE_CLOTH: Final = 0.7  # and from which cloth beside a hand or a chin is cloth
_HAND_RADIUS: Final = 0.2
_ROOM: Final = 0.15
_OPEN: Final = 0.15  # of what is worn above the waist, the share of a top from which a coat over it is open
_LONG: Final = ("knee", "mid", "long")
_CUFF: Final = 0.03  # torso lengths beyond the wrist from which that is asked: before it a sleeve may end
_FACE_RADIUS: Final = 0.24
_HAND: Final = 0.42  # torso lengths from the wrist that a hand reaches
_HEAD: Final = 0.62  # torso lengths from the middle of the head that hair and face reach


def body_part_mask(
    pose: NDArray[np.floating],
    attribute: str,
    category: str,
    *,
    size: tuple[int, int],
    form: Form = "limb",
    room: float = 0.15,
) -> Mask:
    """The region of the body where an attribute of a garment shows.

    Args:
        pose: COCO-18 `(18, 3)`: x, y in pixels, confidence. Missing joints are estimated from the others.
        attribute: one of `taxonomy.ATTRIBUTES`.
        category: a word of `taxonomy.CATEGORIES`.
        size: height and width of the picture.
        form: `box` as the paper's code has it, `limb` along the bones.
        room: how far beyond the body the `limb` form reaches, torso lengths: cloth is wider than what it covers.

    Raises:
        ConfigError: the garment has no such attribute.
        DataError: no torso is seen.
    """
    check_attribute(attribute, category)
    skeleton = Skeleton.of(pose)
    if attribute in ("sleeve_length", "sleeve_type"):
        mask = _sleeve_boxes(skeleton, size) if form == "box" else _arms(skeleton, size, room)
    elif attribute == "collar":
        mask = _collar(skeleton, size, form)
    elif category in _UPPER:
        mask = _waist(skeleton, size, form, room)
    else:
        mask = _legs(skeleton, size, form, room)
        if category in _WHOLE and form == "limb":
            # A jacket ends about the hips: there a longer one grows from.
            mask |= _waist(skeleton, size, form, room)
    if not mask.any():
        raise DataError(f"the {attribute.replace('_', ' ')} lies outside of the picture; give one that shows it")
    return mask


def check_attribute(attribute: str, category: str) -> None:
    """Does such a garment have such an attribute?

    Raises:
        ConfigError: it doesn't, or one of the words is unknown.
    """
    if attribute not in ATTRIBUTES:
        raise ConfigError(f"there is no attribute {attribute!r}; choose one of {', '.join(ATTRIBUTES)}")
    if category not in CATEGORIES:
        raise ConfigError(f"there is no category {category!r}; choose one of {', '.join(CATEGORIES)}")
    has = attributes_of(category)
    if attribute not in has:
        those = f"its attributes are {', '.join(has)}" if has else "it has none that can be edited"
        raise ConfigError(f"a garment of the category {category} has no {attribute.replace('_', ' ')}; {those}")


def attributes_of(category: str) -> tuple[str, ...]:
    """Which of `taxonomy.ATTRIBUTES` a garment of a category has; none for shoes, hats, bags and the like."""
    if category in _UPPER | _WHOLE:
        return tuple(ATTRIBUTES)
    return ("length", "hem") if category in _LOWER else ()


def edit_mask(
    labels: NDArray[np.uint8],
    pose: NDArray[np.floating],
    attribute: str,
    category: str,
    *,
    sureness: NDArray[np.floating] | None = None,
    form: Form = "limb",
    room: float = 0.15,
) -> Mask:
    """`body_part_mask` with the garment's own pixels around it, and without head, hands, and things that are held.

    Args:
        labels: `(H, W)`, index into `taxonomy.PARTS`.
        pose: COCO-18 `(18, 3)` of the same picture.
        attribute: one of `taxonomy.ATTRIBUTES`.
        category: a word of `taxonomy.CATEGORIES`.
        sureness: `(H, W)`, probability of each label; hair and things are kept only where they are fairly sure. None:
            the labels are certain.
        form: of `body_part_mask`.
        room: of `body_part_mask`.

    Raises:
        ConfigError: the garment has no such attribute.
        DataError: no torso is seen, or nothing is left to be painted.
    """
    height, width = labels.shape
    mask = body_part_mask(pose, attribute, category, size=(height, width), form=form, room=room)
    skeleton = Skeleton.of(pose)
    worn = np.isin(labels, [PARTS.index(part) for part in worn_as(category)])
    if attribute in ("length", "hem") and category not in _UPPER:
        rows = np.arange(height)[:, None] >= skeleton.middle(8, 11)[1] - _ABOVE_HIPS * skeleton.torso
        mask = mask | (worn & rows)
    mask = mask | (worn & grow(mask, round(_REACH * skeleton.torso)))
    if attribute in ("sleeve_length", "sleeve_type"):
        mask = mask & ~_trunk_core(skeleton, labels.shape)
    mask = mask & ~kept(labels, pose, sureness=sureness, collar=attribute == "collar")
    if not mask.any():
        raise DataError(f"nothing is left of the {attribute.replace('_', ' ')} once head and hands are kept")
    return mask


def kept(
    labels: NDArray[np.uint8],
    pose: NDArray[np.floating],
    *,
    sureness: NDArray[np.floating] | None = None,
    collar: bool = False,
) -> Mask:
    """Head, hands, hat, glasses, shoes and bag: what no edit of a garment may touch.

    Args:
        labels: `(H, W)`, index into `taxonomy.PARTS`.
        pose: COCO-18 `(18, 3)`.
        sureness: of `edit_mask`.
        collar: leave the neck below the chin free.
    """
    skeleton = Skeleton.of(pose)
    sure = np.ones(labels.shape, bool) if sureness is None else sureness >= _SURE
    skin, hair = labels == PARTS.index("skin"), (labels == PARTS.index("hair")) & sure
    cloth = np.isin(labels, [PARTS.index(part) for part in GARMENT_PARTS])
    if sureness is not None:
        cloth &= sureness >= _SURE_CLOTH
    nose, neck, unit = skeleton.points[0], skeleton.points[1], skeleton.torso
    y, x = np.mgrid[: labels.shape[0], : labels.shape[1]]
    chin = nose[1] + 0.45 * (neck[1] - nose[1]) if collar else nose[1] + 0.7 * (neck[1] - nose[1])
    head = (np.hypot(x - nose[0], y - nose[1]) < _HEAD * unit) & (skin & (y < chin) | hair)
    hands = np.zeros_like(head)
    for elbow, wrist in ((3, 4), (6, 7)):
        start, end = skeleton.points[elbow], skeleton.points[wrist]
        along = (end - start) / max(1e-6, float(np.linalg.norm(end - start)))
        ahead = (x - end[0]) * along[0] + (y - end[1]) * along[1]
        hands |= skin & (ahead > -0.06 * unit) & (np.hypot(x - end[0], y - end[1]) < _HAND * unit)
        # Where a hand is taken for the ground or a bag, the joints still say where it is.
        palm = end + 0.14 * unit * along
        hands |= ~cloth & (ahead > _CUFF * unit) & (np.hypot(x - palm[0], y - palm[1]) < _HAND_RADIUS * unit)
    head |= ~cloth & (y < chin) & (np.hypot(x - nose[0], y - nose[1]) < _FACE_RADIUS * unit)
    things = np.isin(labels, [PARTS.index(part) for part in ("hat", "glasses", "shoes", "bag")]) & sure
    held = head | hands | things
    # An edge of a pixel or two always belongs to both; it is the face's.
    return grow(held, max(1, round(0.015 * unit)))


def garment_mask(labels: NDArray[np.uint8], part: str) -> Mask:
    """The pixels of one part.

    Raises:
        ConfigError: there is no such part.
        DataError: it isn't in the picture.
    """
    if part not in PARTS:
        raise ConfigError(f"there is no part {part!r}; choose one of {', '.join(PARTS)}")
    mask: Mask = labels == PARTS.index(part)
    if not mask.any():
        seen = ", ".join(PARTS[index] for index in np.unique(labels) if index) or "nothing"
        raise DataError(f"no {part} is seen in this picture; seen: {seen}")
    return mask


def agnostic_mask(
    labels: NDArray[np.uint8], pose: NDArray[np.floating], region: Region, *, bounding_box: bool = False
) -> Mask:
    """What a try-on repaints, so that nothing is left of the garment's shape: the garment grown, arms and shoulders.

    As Fashion-RAG's masks (arXiv 2504.14011), in torso lengths: head, hands, shoes, bag and the other garment stay.

    Args:
        labels: `(H, W)`, index into `taxonomy.PARTS`.
        pose: COCO-18 `(18, 3)`.
        region: which garment is tried on.
        bounding_box: fill the box around the region instead, except what is kept.

    Raises:
        DataError: no torso is seen, or no garment of the region.
    """
    skeleton = Skeleton.of(pose)
    target = np.isin(labels, [PARTS.index(part) for part in _REGION_PARTS[region]])
    if not target.any():
        seen = ", ".join(PARTS[index] for index in np.unique(labels) if index) or "nothing"
        raise DataError(f"no garment to replace ({region}: {', '.join(_REGION_PARTS[region])}); seen: {seen}")
    others = {"upper": ("skirt", "trousers"), "lower": ("top", "outerwear"), "dress": ()}[region]
    fixed = kept(labels, pose, collar=region != "lower") | np.isin(labels, [PARTS.index(part) for part in others])
    if region != "lower":
        target = target | (_arms(skeleton, labels.shape, 0.0) & ~fixed)
    mask = grow(target, max(1, round(_GROWN * skeleton.torso)))
    if bounding_box:
        mask = box_of(mask)
    return mask & ~fixed


def worn_as(category: str, others: Collection[str] = ()) -> tuple[str, ...]:
    """What a garment's pixels may have been read as: a coat below the waist looks like a skirt, a tunic like a dress.

    Args:
        category: a word of `taxonomy.CATEGORIES`, of a garment that has a region.
        others: parts that something else is known to be.

    Returns:
        Of `taxonomy.PARTS`; its own part is among them, whatever else is worn.
    """
    return tuple(part for part in _WORN_AS[category] if part == PART_OF_CATEGORY[category] or part not in others)


def region_of(category: str) -> Region:
    """The region that a garment covers.

    Args:
        category: a word of `taxonomy.CATEGORIES`.

    Raises:
        ConfigError: it covers none: shoes, hats, bags and the like.
    """
    if category in _LOWER:
        return "lower"
    if category in ("dress", "jumpsuit"):
        return "dress"
    if category in _UPPER | _WHOLE:
        return "upper"
    raise ConfigError(
        f"a garment of the category {category} can't be tried on; choose one of "
        f"{', '.join(sorted(_UPPER | _WHOLE | _LOWER))}"
    )


def try_on_mask(
    labels: NDArray[np.uint8],
    pose: NDArray[np.floating],
    category: str,
    *,
    length: str | None = None,
    sureness: NDArray[np.floating] | None = None,
) -> Mask:
    """What a try-on of a garment repaints: what is worn there now, and room for what comes.

    `agnostic_mask` alone tells how long the garment is that it was made of, and has no room for a longer one.

    Args:
        labels: `(H, W)`, index into `taxonomy.PARTS`.
        pose: COCO-18 `(18, 3)`.
        category: of the garment that is tried on, a word of `taxonomy.CATEGORIES`.
        length: of that garment, a word of `taxonomy.ATTRIBUTES`; a coat that is long takes the legs, too.
        sureness: of `kept`.

    Raises:
        ConfigError: such a garment can't be tried on.
        DataError: no torso is seen, or no garment of the region.
    """
    region, size = region_of(category), (labels.shape[0], labels.shape[1])
    skeleton = Skeleton.of(pose)
    room = _waist(skeleton, size, "limb", _ROOM)
    if goes_under(labels, category):
        fixed = kept(labels, pose, sureness=sureness, collar=True) | (labels == PARTS.index("outerwear"))
        own = grow(labels == PARTS.index("top"), max(1, round(_GROWN * skeleton.torso)))
        below = np.isin(labels, [PARTS.index(part) for part in ("skirt", "trousers")])
        under: Mask = ((own & ~below) | room) & ~fixed
        return under
    mask = agnostic_mask(labels, pose, region)
    if region != "upper" or (category == "outerwear" and length in _LONG):
        room |= _legs(skeleton, size, "limb", _ROOM)
    if region == "lower":
        room &= ~np.isin(labels, [PARTS.index(part) for part in ("top", "outerwear")])
    return mask | (room & ~kept(labels, pose, sureness=sureness, collar=region != "lower"))


def goes_under(labels: NDArray[np.uint8], category: str) -> bool:
    """Whether a garment takes the place of a top that is seen under an open coat, and the coat stays.

    Args:
        labels: `(H, W)`, index into `taxonomy.PARTS`.
        category: a word of `taxonomy.CATEGORIES`.
    """
    if category not in _UPPER - {"blazer"}:
        return False
    top, coat = ((labels == PARTS.index(part)).sum() for part in ("top", "outerwear"))
    return bool(coat and top >= _OPEN * (top + coat))


def bounds(mask: Mask) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the smallest box around a mask that isn't empty, as `Image.crop` takes them."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def box_of(mask: Mask) -> Mask:
    """The bounding box of a mask, filled."""
    box = np.zeros_like(mask)
    if mask.any():
        left, top, right, bottom = bounds(mask)
        box[top:bottom, left:right] = True
    return box


def grow(mask: Mask, radius: int) -> Mask:
    """The mask and all within so many pixels of it; a negative radius shrinks."""
    if not radius:
        return mask.copy()
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(radius) + 1, 2 * abs(radius) + 1))
    change = cv2.dilate if radius > 0 else cv2.erode
    return change(mask.astype(np.uint8), disc).astype(bool)


def feather(mask: Mask, radius: float) -> NDArray[np.float32]:
    """A soft copy in [0, 1]: 1 inside, falling to 0 over so many pixels outside of the mask."""
    if radius <= 0:
        return mask.astype(np.float32)
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    soft: NDArray[np.float32] = np.clip(1 - distance / radius, 0, 1).astype(np.float32)
    return soft


# --- regions in torso lengths ---------------------------------------------------------------------------------------


def _filled_box(size: tuple[int, int], left: float, top: float, right: float, bottom: float) -> Mask:
    """A box between any two corners, in either order, inside the picture."""
    mask = np.zeros(size, bool)
    (x1, x2), (y1, y2) = sorted((round(left), round(right))), sorted((round(top), round(bottom)))
    mask[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)] = True
    return mask


def _hull(size: tuple[int, int], points: Sequence[Sequence[float]] | NDArray[np.float64]) -> Mask:
    canvas = np.zeros(size, np.uint8)
    cv2.fillConvexPoly(canvas, cv2.convexHull(np.array(points, np.float32).round().astype(np.int32)), 1)
    return canvas.astype(bool)


def _capsule(
    canvas: NDArray[np.uint8], start: NDArray[np.float64], end: NDArray[np.float64], r0: float, r1: float
) -> None:
    """A limb: discs of radius r0 to r1 along a bone."""
    for share in np.linspace(0, 1, 12):
        x, y = start + share * (end - start)
        cv2.circle(canvas, (round(float(x)), round(float(y))), max(1, round(r0 + share * (r1 - r0))), 1, -1)


def _arms(skeleton: Skeleton, size: Sequence[int], room: float) -> Mask:
    canvas, unit = np.zeros((size[0], size[1]), np.uint8), skeleton.torso
    thick, thin = ((radius + room * 0.5) * unit for radius in _ARM_RADIUS)
    for shoulder, elbow, wrist in ((2, 3, 4), (5, 6, 7)):
        a, b, c = (skeleton.points[joint] for joint in (shoulder, elbow, wrist))
        _capsule(canvas, a, b, thick, (thick + thin) / 2)
        _capsule(canvas, b, c, (thick + thin) / 2, thin)
    return canvas.astype(bool)


def _trunk_core(skeleton: Skeleton, size: Sequence[int]) -> Mask:
    """The middle of the trunk except where an arm lies before it: a sleeve's edit has no business there."""
    corners = skeleton.points[[2, 5, 11, 8]]
    centre = corners.mean(0)
    shrunk = centre + (corners - centre) * (0.62, 1.1)
    arms = np.zeros((size[0], size[1]), np.uint8)
    thin = _ARM_RADIUS[1] * skeleton.torso
    for joints in ((2, 3), (3, 4), (5, 6), (6, 7)):
        _capsule(arms, skeleton.points[joints[0]], skeleton.points[joints[1]], thin, thin)
    core = _hull((size[0], size[1]), shrunk)
    core &= arms == 0
    return core


def _sleeve_boxes(skeleton: Skeleton, size: tuple[int, int]) -> Mask:
    """[shoulder.x - 80, shoulder.y - 30, wrist.x + 20, wrist.y + 40] on the image's left, mirrored on its right.

    The released code has other numbers on the two sides (80, 20 and 15, 40), for the one pose of its pictures; an arm
    that is bent outward leaves such a box, so both ends are taken to the outer side of the elbow, too.
    """
    mask, unit = np.zeros(size, bool), skeleton.torso * _PIXEL
    centre = skeleton.middle(2, 5)[0]
    for joints in ((2, 3, 4), (5, 6, 7)):
        points = skeleton.points[list(joints)]
        outward = -1.0 if points[0, 0] < centre else 1.0
        outer = (points[:, 0] * outward).max() * outward + 80 * unit * outward * 0.5
        inner = (points[:, 0] * outward).min() * outward - 20 * unit * outward
        mask |= _filled_box(size, outer, points[:, 1].min() - 30 * unit, inner, points[:, 1].max() + 40 * unit)
    return mask


def _collar(skeleton: Skeleton, size: tuple[int, int], form: Form) -> Mask:
    (x, y), unit = skeleton.points[1], skeleton.torso
    if form == "box":
        return _filled_box(
            size, x - 60 * _PIXEL * unit, y - 40 * _PIXEL * unit, x + 60 * _PIXEL * unit, y + 40 * _PIXEL * unit
        )
    canvas = np.zeros(size, np.uint8)
    radii = (round(_COLLAR_RADII[0] * unit), round(_COLLAR_RADII[1] * unit))
    cv2.ellipse(canvas, (round(float(x)), round(float(y + 0.04 * unit))), radii, 0, 0, 360, 1, -1)
    return canvas.astype(bool)


def _waist(skeleton: Skeleton, size: tuple[int, int], form: Form, room: float) -> Mask:
    """Round the hips, where a top ends."""
    hips, unit = skeleton.points[[8, 11]], skeleton.torso
    left, right, y = hips[:, 0].min(), hips[:, 0].max(), hips[:, 1]
    if form == "box":
        wide = 20 * _PIXEL * unit
        return _filled_box(size, left - wide, y.min() - 60 * _PIXEL * unit, right + wide, y.max() + wide)
    wide = (0.3 + room) * unit
    return _filled_box(size, left - wide, y.min() - 0.5 * unit, right + wide, y.max() + (0.45 + room) * unit)


def _legs(skeleton: Skeleton, size: tuple[int, int], form: Form, room: float) -> Mask:
    """From the hips to below the ankles."""
    unit, points = skeleton.torso, skeleton.points
    hips, ankles, elbows = points[[8, 11]], points[[10, 13]], points[[3, 6]]
    bottom = ankles[:, 1].max() + 60 * _PIXEL * unit
    if form == "box":
        wide = 100 * _PIXEL * unit
        return _filled_box(size, elbows[:, 0].min() - wide, hips[:, 1].min(), elbows[:, 0].max() + wide, bottom)
    wide = (0.22 + room) * unit
    top = hips[:, 1].min() - 0.1 * unit
    corners = [(hips[:, 0].min() - wide, top), (hips[:, 0].max() + wide, top)]
    for joints in (points[[9, 12]], ankles):
        y = joints[:, 1].max()
        corners += [(joints[:, 0].min() - wide, y), (joints[:, 0].max() + wide, y)]
    corners += [(ankles[:, 0].min() - wide, bottom), (ankles[:, 0].max() + wide, bottom)]
    return _hull(size, corners)
