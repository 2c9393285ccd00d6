import numpy as np
import pytest

from toile.vision.croquis import CROQUIS, croquis_of


def test_seeds_take_all_poses_in_turn() -> None:
    assert [croquis_of(seed).tolist() for seed in range(5)] == [pose.tolist() for pose in CROQUIS.values()]
    np.testing.assert_array_equal(croquis_of(7), croquis_of(2))


@pytest.mark.usefixtures("drawing")
@pytest.mark.parametrize("name", CROQUIS)
def test_they_are_the_poses_of_the_plates(name: str) -> None:
    from toile.catalog.plates import Cloth, Figure, Garment, Look
    from toile.catalog.plates.plate import build_plate

    figure = Figure(pose=name, build="slim", skin="fair", hair="bob", hair_colour="brown")
    clothes = (
        Garment(category="trousers", cloth=Cloth(colour="navy")),
        Garment(category="t-shirt", cloth=Cloth(colour="white")),
    )
    joints = build_plate(Look(figure=figure, garments=clothes)).keypoints()
    np.testing.assert_allclose(CROQUIS[name][:, :2], joints[:, :2], atol=1)
