import pytest
from PIL import Image

from toile.evaluation.picture_sheet import picture_sheet


def test_nine_pictures_take_two_rows_and_keep_their_shape():
    tall = [Image.new("RGB", (30, 60), "red")] * 9
    sheet = picture_sheet(tall, ["a red dress"] * 9)
    one_row = picture_sheet(tall[:8], ["a red dress"] * 8)
    assert sheet.width == one_row.width
    assert sheet.height > 1.9 * one_row.height
    # the picture is centred in its cell and not stretched beyond its size
    assert sheet.getpixel((8 + 96, 8 + 128)) == (255, 0, 0)
    assert sheet.getpixel((8 + 20, 8 + 128)) == (255, 255, 255)


def test_captions_are_drawn():
    blank, written = (picture_sheet([Image.new("RGB", (9, 9), "white")], [caption]) for caption in ("", "navy coat"))
    assert blank.tobytes() != written.tobytes()


def test_one_caption_a_picture():
    with pytest.raises(ValueError, match="got 1 pictures and 2 captions"):
        picture_sheet([Image.new("RGB", (9, 9))], ["a", "b"])
