"""A plate's truths agree with its drawing: labels, parts, joints, colours, lengths, pairs."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from toile.catalog.plates import Bag, Cloth, Figure, Garment, Hat, Look, Shoes, build_plate, flat_lay
from toile.catalog.plates.drawing.panel import BAG, FIGURE, LABELS, SHOES
from toile.catalog.plates.figure.keypoints import HIDDEN, VISIBLE
from toile.catalog.plates.looks import vocabulary as words
from toile.catalog.plates.looks.construction import CONSTRUCTIONS
from toile.catalog.plates.looks.rules import problems
from toile.catalog.plates.plate import NOWHERE
from toile.errors import ConfigError
from toile.taxonomy import JOINTS
from toile.vision.colour import measure_colour

WOMAN = Figure(pose="contrapposto", build="slim", skin="tan", hair="bun", hair_colour="black", pose_seed=3)
TROUSERS = Garment(category="trousers", cloth=Cloth(colour="charcoal"), cut="straight")
BLOUSE = Garment(
    category="blouse",
    cloth=Cloth(colour="teal"),
    sleeve_length="long",
    sleeve_type="regular",
    collar="round",
    hem="flat",
)
LOOK = Look(figure=WOMAN, garments=(TROUSERS, BLOUSE), shoes=Shoes(kind="flat", colour="red"), wash="pink", seed=5)


def changed(look, slot, **values):
    garments = list(look.garments)
    garments[slot] = replace(garments[slot], **values)
    return replace(look, garments=tuple(garments))


@pytest.fixture(scope="module")
def plate():
    return build_plate(LOOK)


def test_shapes_and_kinds(plate):
    assert plate.picture().shape == (256, 192, 3)
    assert plate.picture(128, background="white").shape == (128, 96, 3)
    assert plate.sketch().shape == plate.label_map().shape == plate.slot_map().slot.shape == (256, 192)
    assert plate.keypoints().shape == (18, 3)
    assert plate.picture().dtype == plate.label_map().dtype == np.uint8


def test_two_drawings_of_a_look_are_the_same_bytes(plate):
    again = build_plate(LOOK)
    assert np.array_equal(plate.picture(), again.picture())
    assert np.array_equal(plate.sketch(), again.sketch())
    assert np.array_equal(plate.label_map(), again.label_map())


def test_a_plate_is_the_same_drawing_at_any_size(plate):
    large = plate.label_map(512)[1::2, 1::2]
    assert (large == plate.label_map(256)).mean() > 0.98
    np.testing.assert_allclose(plate.keypoints(512)[:, :2], 2 * plate.keypoints(256)[:, :2], rtol=1e-5)


def test_labels_cover_what_is_drawn(plate):
    labels, picture = plate.label_map(), plate.picture(background="white")
    seen = {LABELS[index] for index in np.unique(labels)}
    assert seen == {"background", "skin", "hair", "face", "top", "trousers", "shoes"}
    drawn = (picture < 250).any(axis=-1)
    assert drawn[labels > 0].mean() > 0.98
    assert (labels[drawn] > 0).mean() > 0.9  # the rest is ink and antialiasing along the contour


def test_slots_and_parts(plate):
    slots = plate.slot_map()
    assert np.array_equal(slots.slot == NOWHERE, plate.label_map() == 0)
    assert np.array_equal(slots.slot == SHOES, plate.label_map() == LABELS.index("shoes"))
    blouse = slots.garment(1)
    left, right = slots.garment(1, "sleeve-left"), slots.garment(1, "sleeve-right")
    assert left.sum() > 100
    assert right.sum() > 100
    assert np.argwhere(left)[:, 1].mean() < np.argwhere(blouse)[:, 1].mean() < np.argwhere(right)[:, 1].mean()
    assert (slots.slot[plate.label_map() == LABELS.index("skin")] == FIGURE).all()


@pytest.mark.parametrize("length", ["short", "elbow", "mid", "long"])
def test_sleeves_end_where_their_length_says(length):
    """Along the arm: cloth before the end, skin after it."""
    look = changed(replace(LOOK, figure=replace(WOMAN, pose="straight", pose_seed=None)), 1, sleeve_length=length)
    plate = build_plate(look)
    end = {"short": 0.52, "elbow": 1.0, "mid": 1.45, "long": 1.93}[length]
    slots = plate.slot_map(512)
    for side in ("left", "right"):
        arm = plate.body.arms[side]
        for t, cloth in ((end - 0.12, True), (min(end + 0.16, 2.25), False)):
            x, y = plate.frame.pixels(arm.axis(t)[None], 512)[0].astype(int)
            assert slots.garment(1, f"sleeve-{side}")[y, x] == cloth, (side, t)


def test_a_sleeveless_top_has_no_sleeve():
    slots = build_plate(changed(LOOK, 1, sleeve_length="sleeveless", sleeve_type=None)).slot_map()
    assert not slots.garment(1, "sleeve-left").any()
    assert slots.garment(1).any()


def test_longer_is_longer():
    figure = replace(WOMAN, pose="straight", pose_seed=None)
    lowest = []
    for length in words.LENGTHS:
        dress = Garment(category="dress", cloth=Cloth(colour="red"), length=length, sleeve_length="short")
        mask = build_plate(Look(figure=figure, garments=(dress,))).slot_map().garment(0)
        lowest.append(int(np.flatnonzero(mask.any(axis=1)).max()))
    assert all(later - earlier > 8 for earlier, later in pairwise(lowest))


@pytest.mark.parametrize("colour", words.PALETTE)
def test_the_named_colour_is_the_measured_one(colour):
    """Lit cloth is nearer to its name's colour than to any other, and search's measurement gives its basic colour."""
    plate = build_plate(changed(LOOK, 1, cloth=Cloth(colour=colour)))
    picture, mask = plate.picture(), plate.slot_map().garment(1, "body")
    lit = np.percentile(picture[mask], 75, axis=0)
    codes = {name: tuple(bytes.fromhex(entry.code)) for name, entry in words.PALETTE.items()}
    nearest = min(codes, key=lambda name: float(np.linalg.norm(codes[name] - lit)))
    assert nearest == colour
    assert measure_colour(Image.fromarray(picture), mask)[0].name == words.PALETTE[colour].basic


def test_joints_lie_on_the_body(plate):
    points, labels = plate.keypoints(), plate.label_map()
    for name, (x, y, seen) in zip(JOINTS, points.tolist(), strict=True):
        if "ear" not in name:
            assert labels[int(y), int(x)] > 0, name
            assert seen == VISIBLE, name


def test_the_wearers_right_is_the_images_left():
    points = dict(
        zip(JOINTS, build_plate(replace(LOOK, figure=replace(WOMAN, pose="straight"))).keypoints(), strict=True)
    )
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "eye", "ear"):
        assert points[f"r-{joint}"][0] < points[f"l-{joint}"][0]


def test_hidden_joints_are_flagged():
    dress = Garment(category="dress", cloth=Cloth(colour="red"), length="long", cut="flared", sleeve_length="short")
    skirt = build_plate(Look(figure=WOMAN, garments=(dress,))).keypoints()
    pockets = build_plate(replace(LOOK, figure=replace(WOMAN, pose="pockets"))).keypoints()
    hat = replace(LOOK, figure=replace(WOMAN, hair="long"), hat=Hat(kind="beanie", colour="red"))
    assert skirt[JOINTS.index("r-knee"), 2] == HIDDEN
    assert pockets[JOINTS.index("r-wrist"), 2] == HIDDEN
    assert build_plate(hat).keypoints()[JOINTS.index("l-ear"), 2] == HIDDEN


CHANGES = [
    (0, {"cut": "wide"}),
    (0, {"length": "mid"}),
    (1, {"sleeve_length": "short"}),
    (1, {"sleeve_length": "sleeveless", "sleeve_type": None}),
    (1, {"sleeve_type": "lantern"}),
    (1, {"sleeve_type": "dolman"}),
    (1, {"collar": "turtle"}),
    (1, {"collar": "v"}),
    (1, {"hem": "asymmetric"}),
    (1, {"length": "mid"}),
    (1, {"fit": "loose"}),
    (1, {"cloth": Cloth(colour="white", pattern="floral", second="red", third="blue")}),
]


@pytest.mark.parametrize(("slot", "values"), CHANGES)
@pytest.mark.parametrize("pose", ["akimbo", "arm-raised"])
def test_a_changed_garment_changes_nothing_outside_itself(slot, values, pose):
    look = replace(LOOK, figure=replace(WOMAN, pose=pose))
    other = changed(look, slot, **values)
    first = build_plate(look)
    second = build_plate(other, frame=first.frame)
    differs = (first.picture() != second.picture()).any(axis=-1)
    assert differs.sum() > 20
    assert not (differs & ~(first.footprint(slot) | second.footprint(slot))).any()


def test_the_frame_is_handed_over():
    wide = changed(LOOK, 0, cut="palazzo")
    frame = build_plate(LOOK).frame
    assert build_plate(wide, frame=frame).frame == frame


ATTRIBUTES = [("sleeve_type", "sleeve_types"), ("collar", "collars"), ("hem", "hems"), ("cut", "cuts"), ("fit", "fits")]


@pytest.mark.parametrize("category", ["dress", "blouse", "coat", "skirt", "trousers", "sweater"])
def test_every_value_of_an_attribute_draws_something_else(category):
    made = CONSTRUCTIONS[category]
    base = _worn(category)
    frame = build_plate(base).frame
    for attribute, field in ATTRIBUTES:
        pictures = []
        for value in getattr(made, field):
            look = changed(base, _slot(base, category), **{attribute: value})
            if not list(problems(look)):
                pictures.append(build_plate(look, frame=frame).picture(background="white"))
        for k, one in enumerate(pictures):
            for other in pictures[:k]:
                assert (one != other).any(axis=-1).sum() > 12, (attribute, k)


def _slot(look, category):
    return next(slot for slot, garment in enumerate(look.garments) if garment.category == category)


def _worn(category):
    """A look with a garment of that category whose attributes can be changed freely."""
    made = CONSTRUCTIONS[category]
    middle = {"length": "mid" if "mid" in made.lengths else None}
    garment = Garment(category=category, cloth=Cloth(colour="green", fabric=made.fabrics[0]), **middle)
    garment = replace(
        garment,
        sleeve_length="elbow"
        if "elbow" in made.sleeve_lengths
        else made.sleeve_lengths[-1]
        if made.sleeve_lengths
        else None,
        cut="a-line" if "a-line" in made.cuts else made.cuts[0] if made.cuts else None,
    )
    below = () if made.role in {"whole", "bottom"} else (TROUSERS,)
    over = (BLOUSE,) if made.role == "bottom" else ()
    return Look(figure=WOMAN, garments=(*below, garment, *over))


@pytest.mark.parametrize("category", CONSTRUCTIONS)
def test_a_garment_can_be_laid_flat(category):
    made = CONSTRUCTIONS[category]
    plate = flat_lay(Garment(category=category, cloth=Cloth(colour="green", fabric=made.fabrics[0])))
    labels = plate.label_map()
    assert not {"skin", "face", "hair"} & {LABELS[index] for index in np.unique(labels)}
    rows, columns = np.flatnonzero((labels > 0).any(axis=1)), np.flatnonzero((labels > 0).any(axis=0))
    assert abs((rows[0] + rows[-1]) / 2 - 128) < 6
    assert abs((columns[0] + columns[-1]) / 2 - 96) < 6
    assert columns[0] > 4
    assert rows[0] > 8


@pytest.mark.parametrize("hair", words.HAIR)
def test_every_hair_every_skin_every_pose(hair):
    k = words.HAIR.index(hair)
    figure = Figure(
        pose=words.POSES[k % len(words.POSES)],
        build=tuple(words.BUILDS)[k % len(words.BUILDS)],
        skin=words.SKINS[k % len(words.SKINS)],
        hair=hair,
        hair_colour="teal" if hair == "hijab" else words.HAIR_COLOURS[k % len(words.HAIR_COLOURS)],
        mirrored=bool(k % 2),
    )
    shoes = Shoes(kind=words.SHOES[k % len(words.SHOES)], colour="brown")
    plate = build_plate(
        replace(LOOK, figure=figure, shoes=shoes, hat=Hat(kind=words.HATS[k % len(words.HATS)], colour="red"))
    )
    labels = {LABELS[index] for index in np.unique(plate.label_map())}
    assert {"skin", "face", "top", "trousers", "shoes", "hat"} <= labels
    assert plate.keypoints()[:, 1].min() >= 0
    assert plate.keypoints()[:, 1].max() < 256


def test_every_fabric_is_painted_its_own_way():
    cloths = [Cloth(colour="teal", fabric=name) for name in words.FABRICS]
    pictures = {build_plate(changed(LOOK, 1, cloth=cloth)).picture(128).tobytes() for cloth in cloths}
    assert len(pictures) == len(words.FABRICS)


def test_every_pattern_is_its_own():
    cloths = [
        Cloth(colour="white", pattern=name, second="navy" if name != "plain" else None, third="red")
        for name in words.PATTERNS
    ]
    pictures = {build_plate(changed(LOOK, 1, cloth=cloth)).picture(128).tobytes() for cloth in cloths}
    assert len(pictures) == len(words.PATTERNS)


@pytest.mark.parametrize("kind", words.BAGS)
def test_every_bag_is_carried(kind):
    plate = build_plate(replace(LOOK, bag=Bag(kind=kind, colour="brown")))
    bag = plate.slot_map().garment(BAG)
    assert bag.sum() > 60
    assert (plate.label_map()[bag] == LABELS.index("bag")).all()


def test_on_white_there_is_nothing_but_the_figure(plate):
    picture = plate.picture(background="white")
    far = ndimage.binary_dilation(plate.person_mask(), iterations=4)
    assert (picture[~far] == 255).all()


def test_an_unknown_category_is_named():
    with pytest.raises(ConfigError, match="no garment category 'toga'"):
        build_plate(replace(LOOK, garments=(Garment(category="toga", cloth=Cloth(colour="white")),)))


@pytest.mark.parametrize(("build", "side"), [("slim", 1), ("lean", -1)])
def test_women_close_right_over_left_and_men_left_over_right(build, side):
    """The upper front reaches beyond the middle: a woman's, her right one, to the image's right."""
    figure = Figure(pose="straight", build=build, skin="tan", hair="crop", hair_colour="black")
    coat = Garment(category="coat", cloth=Cloth(colour="red"), length="mid", collar="stand")
    plate = build_plate(Look(figure=figure, garments=(TROUSERS, coat)))
    panel = next(panel for panel in plate.panels if panel.slot == 1 and panel.lines)
    edge = panel.lines[0].line
    assert (edge[len(edge) // 2, 0] - plate.body.at(plate.body.front, 3.5)[0]) * side > 0.05


def test_a_mirrored_pose_keeps_its_clothes():
    """Mirroring moves limbs, never buttons: the patch pocket stays on the wearer's left."""
    shirt = Garment(category="shirt", cloth=Cloth(colour="white"))
    look = replace(LOOK, figure=replace(WOMAN, pose="walking", pose_seed=None), garments=(TROUSERS, shirt))
    for mirror in (False, True):
        plate = build_plate(replace(look, figure=replace(look.figure, mirrored=mirror)))
        panel = next(panel for panel in plate.panels if panel.slot == 1 and len(panel.lines) > 2)
        pocket = panel.lines[-1].line
        assert pocket[:, 0].mean() > plate.body.at(0.0, 2.4)[0]
