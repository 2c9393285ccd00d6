"""True construction, measured in the picture. Image-left is the wearer's right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from toile.catalog.plates import LABELS, PARTS, Plate, build_plate, flat_lay
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.looks.rules import main_garment
from toile.catalog.plates.sampling.looks import sample_look
from toile.catalog.plates.traditional.garments import ARMS_OUT, TRADITIONAL

CROSSED = ("kimono", "yukata", "hakama", "hanfu")
HEIGHT = 512


def worn(culture: str, *, pose: str = "straight", seed: int = 0, mirrored: bool = False) -> Plate:
    look = sample_look(seed, wishes={"culture": culture, "pose": pose})
    figure = replace(look.figure, mirrored=mirrored, hair="low-bun", hair_colour="black")
    return build_plate(replace(look, figure=figure, hat=None, bag=None))


def slot_of(plate: Plate) -> int:
    return [garment.category for garment in plate.look.garments].index(plate.look.culture)


def pixel(plate: Plate, point: np.ndarray) -> tuple[int, int]:
    x, y = plate.frame.pixels(np.atleast_2d(point), HEIGHT)[0]
    return round(float(y)), round(float(x))


def label_at(plate: Plate, u: float, v: float) -> str:
    return LABELS[plate.label_map(HEIGHT)[pixel(plate, plate.body.at(u, v))]]


def centre_column(plate: Plate, v: float) -> int:
    return pixel(plate, plate.body.at(0.0, v))[1]


def test_every_record_is_drawn_and_every_drawing_has_a_record():
    assert set(TRADITIONAL) == set(TRADITIONS)
    assert set(ARMS_OUT) < set(TRADITIONAL)


@pytest.mark.parametrize("culture", TRADITIONS)
def test_a_traditional_garment_can_be_worn_by_everybody_and_laid_flat(culture):
    build = ("curvy", "broad", "petite", "lean")[len(culture) % 4]
    look = sample_look(len(culture), wishes={"culture": culture})
    plate = build_plate(replace(look, figure=replace(look.figure, build=build)))
    slots = plate.slot_map(128)
    assert slots.garment(slot_of(plate)).sum() / plate.person_mask(128).sum() > 0.08, build
    flat = flat_lay(main_garment(look))
    assert (flat.label_map(128) > 0).mean() > 0.05
    assert not np.isin(flat.label_map(128), [LABELS.index("skin"), LABELS.index("face")]).any()


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("culture", CROSSED)
def test_left_over_right_whatever_the_pose(culture, mirrored):
    """The band on top comes from the wearer's left shoulder and has the image's left for itself below the crossing."""
    for pose in ("straight", "contrapposto", "walking"):
        plate = worn(culture, pose=pose, mirrored=mirrored)
        collar = plate.slot_map(HEIGHT).garment(slot_of(plate), "collar")
        rows = np.nonzero(collar.any(axis=1))[0]
        lowest = np.nonzero(collar[rows[-1] - 3 : rows[-1] + 1].any(axis=0))[0]
        assert lowest.mean() < centre_column(plate, 2.3) - 1, pose
        # Above the crossing there is a band on either side of the neck.
        first = np.nonzero(collar[rows[0] : rows[0] + 12].any(axis=0))[0]
        assert first.min() < centre_column(plate, 1.4) < first.max(), pose


def test_the_edge_of_a_kimono_runs_down_at_the_wearers_right():
    plate = worn("kimono")
    robe = max(
        (panel for panel in plate.panels if panel.slot == slot_of(plate)), key=lambda panel: np.ptp(panel.outline[:, 1])
    )
    (edge,) = robe.lines
    middle = plate.body.at(0.0, 6.0)[0]
    assert edge.line[:, 0].max() < middle


@pytest.mark.parametrize("culture", ["qipao", "deel", "ao-dai"])
def test_robes_that_close_at_the_side_close_at_the_wearers_right(culture):
    plate = worn(culture)
    trim = plate.slot_map(HEIGHT).garment(slot_of(plate), "trim")
    top, bottom = pixel(plate, plate.body.at(0, 1.75))[0], pixel(plate, plate.body.at(0, 2.05))[0]
    columns = np.nonzero(trim[top:bottom].any(axis=0))[0]
    assert len(columns) > 3
    assert columns.mean() < centre_column(plate, 1.9) - 3


def test_a_kilts_apron_ends_at_the_wearers_right():
    plate = worn("kilt")
    (line,) = [line for panel in plate.panels for line in panel.lines if panel.label == "skirt" and line.weight > 1.3]
    assert (line.line[:, 0] < plate.body.at(0.0, 4.5)[0]).all()


def test_a_saris_end_lies_on_the_wearers_left_shoulder_only():
    plate = worn("sari")
    assert label_at(plate, 0.42, 1.62) == "dress"
    assert label_at(plate, -0.42, 1.62) == "top"
    assert label_at(plate, -0.05, 2.85) in {"skin", "dress"}  # the midriff is bare beside the cloth


def test_kente_leaves_the_wearers_right_arm_bare():
    plate = worn("kente")
    labels = plate.label_map(HEIGHT)
    assert LABELS[labels[pixel(plate, plate.body.arms["left"].axis(0.4))]] == "skin"
    assert LABELS[labels[pixel(plate, plate.body.arms["right"].axis(0.4))]] == "dress"


def test_a_hanboks_skirt_hangs_from_above_the_waist():
    plate = worn("hanbok")
    assert label_at(plate, -0.3, 2.75) == "skirt"
    assert label_at(plate, -0.3, 2.2) == "top"


def test_a_choli_leaves_the_midriff_bare():
    assert label_at(worn("lehenga-choli"), 0.22, 2.85) in {"skin", "scarf"}


def test_an_ao_dai_is_open_at_the_sides_over_its_trousers():
    plate = worn("ao-dai")
    rows = pixel(plate, plate.body.at(0.0, 6.5))[0]
    across = [LABELS[index] for index in dict.fromkeys(plate.label_map(HEIGHT)[rows].tolist())]
    assert "trousers" in across and "dress" in across


def test_hanging_sleeves_hang_below_the_wrist():
    plate = worn("kimono")
    wrist = pixel(plate, plate.body.arms["right"].axis(2.0))[0]
    sleeve = plate.slot_map(HEIGHT).garment(slot_of(plate), PARTS[PARTS.index("sleeve-right")])
    assert np.nonzero(sleeve.any(axis=1))[0][-1] > wrist + 10
