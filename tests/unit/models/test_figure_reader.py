from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from toile.models.figure_net import FigureLogits, FigureNet, FigureNetConfig
from toile.models.figure_reader import FigureReader, person_box
from toile.models.fit import Fit
from toile.models.image_encoder import ImageEncoderConfig
from toile.taxonomy import MIRRORED_JOINTS

TINY = FigureNetConfig(
    image=ImageEncoderConfig(widths=(8, 8, 8, 8), depths=(1, 1, 1, 1), dropout=0.0),
    image_size=(96, 64),
    decoder_width=8,
)


def _net() -> FigureNet:
    torch.manual_seed(0)
    return FigureNet(TINY).eval()


def _photo(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def test_logits_have_half_and_a_quarter_of_the_pictures_size():
    logits = _net()(torch.zeros(2, 3, 96, 64))
    assert logits.parts.shape == (2, 14, 48, 32)
    assert logits.joints.shape == (2, 18, 24 * 16 + 1)


def test_sides_must_be_divisible():
    with pytest.raises(ValueError, match=r"image_size \(100, 64\) must be divisible by 32"):
        FigureNetConfig(image_size=(100, 64))


@pytest.mark.parametrize("size", [(64, 96), (300, 100), (37, 411), (1500, 900)])
def test_what_is_read_has_the_photos_size(size):
    (figure,) = FigureReader(_net()).read([_photo(*size)])
    assert figure.labels.shape == figure.sureness.shape == (size[1], size[0])
    assert figure.labels.max() < 14
    assert figure.pose.shape == (18, 3)
    assert np.isfinite(figure.pose).all()
    assert (figure.person == (figure.labels > 0)).all()


def test_a_photo_is_read_the_same_alone_and_in_a_batch():
    photos = [_photo(64 + number, 96) for number in range(11)]
    together = FigureReader(_net()).read(photos)
    alone = FigureReader(_net()).read([photos[9]])[0]
    assert (together[9].labels == alone.labels).mean() > 0.999
    assert together[9].pose == pytest.approx(alone.pose, abs=1e-2)


@pytest.mark.parametrize("size", [(64, 96), (300, 100), (37, 411)])
def test_points_go_into_the_picture_and_back(size):
    fit = Fit.of(_photo(*size), (96, 64))
    points = np.array([[0, 0], [size[0], size[1]], [13.0, 17.0]], np.float32)
    rows, columns = fit.inner
    inside = fit.points(points)
    assert inside[0] == pytest.approx([columns.start, rows.start])
    assert inside[1] == pytest.approx([columns.stop, rows.stop], abs=1)
    assert fit.points_back(inside) == pytest.approx(points, abs=1e-3)


def test_a_photo_lies_on_white():
    picture = Fit.of(Image.new("RGB", (50, 50), "black"), (96, 64)).picture(Image.new("RGB", (50, 50), "black"))
    assert picture.shape == (96, 64, 3)
    assert (picture[:16] == 255).all()
    assert (picture[16:80] == 0).all()
    assert (picture[80:] == 255).all()


@pytest.mark.parametrize("size", [(64, 96), (300, 100), (37, 411)])
def test_a_box_of_a_photo_is_fitted_as_a_photo_of_its_own(size):
    photo = _photo(*size)
    box = (size[0] // 4, size[1] // 3, size[0] // 2, size[1] - 5)
    fit = Fit(box=box, size=(96, 64))
    alone = Fit.of(photo.crop(box), (96, 64))
    assert fit.inner == alone.inner
    difference = fit.picture(photo).astype(int) - alone.picture(photo.crop(box))
    assert np.abs(difference).mean() < 2  # the filter may look a pixel beyond the box
    points = np.array([[box[0], box[1]], [13.0, 17.0]], np.float32)
    assert fit.points(points)[0] == pytest.approx([fit.inner[1].start, fit.inner[0].start])
    assert fit.points_back(fit.points(points)) == pytest.approx(points, abs=1e-3)


def test_the_second_look_is_at_the_person_with_a_margin_and_not_at_specks():
    fit = Fit.of(_photo(128, 192), (96, 64))  # half as large
    person = np.zeros((96, 64), bool)
    person[20:70, 20:40] = person[90:92, 60:62] = True
    assert person_box(person, fit) == (34, 34, 86, 146)  # 3 pixels of the glance are 6 of the photo


def test_the_second_look_is_at_the_whole_photo_where_nobody_is_seen():
    assert person_box(np.zeros((96, 64), bool), Fit.of(_photo(50, 80), (96, 64))) == (0, 0, 50, 80)


def test_the_box_stays_inside_the_photo():
    assert person_box(np.ones((96, 64), bool), Fit.of(_photo(300, 100), (96, 64))) == (0, 0, 300, 100)


class _Certain(FigureNet):
    """Says that joint j is at cell (j, 2) and part 5 in the left half, whatever it sees; mirrored where asked.

    At first glance it sees a person everywhere, so that its second look is at the same picture.
    """

    def __init__(self) -> None:
        super().__init__(TINY)
        self.calls = -1

    def forward(self, images: torch.Tensor) -> FigureLogits:
        parts = torch.zeros(len(images), 14, 48, 32)
        parts[:, 5, :, :16] = parts[:, 0, :, 16:] = 20.0
        if self.calls < 0:
            parts[:, 5] = 30.0
        joints = torch.zeros(len(images), 18, 24, 16)
        for joint in range(18):
            joints[:, joint, joint, 2] = 40.0
        if self.calls > 0:
            parts, joints = parts.flip(-1), joints[:, list(MIRRORED_JOINTS)].flip(-1)
        self.calls += 1
        return FigureLogits(parts=parts, joints=torch.cat([joints.flatten(2), torch.zeros(len(images), 18, 1)], dim=2))


def test_cells_become_pixels_of_the_photo_and_the_mirror_image_agrees():
    (figure,) = FigureReader(_Certain()).read([_photo(128, 192)])  # twice the network's picture
    assert figure.pose[:, 0] == pytest.approx(np.full(18, 2 * 4 * 2.5), abs=0.1)
    assert figure.pose[:, 1] == pytest.approx([2 * 4 * (joint + 0.5) for joint in range(18)], abs=0.1)
    assert figure.pose[:, 2] == pytest.approx(np.ones(18), abs=1e-3)
    assert (figure.labels[:, :60] == 5).all()
    assert (figure.labels[:, 68:] == 0).all()
