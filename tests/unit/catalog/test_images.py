from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from toile.catalog.images import MAX_PIXELS, bound_side, decode_image
from toile.errors import DataError

RED, BLUE = (200, 30, 40), (30, 40, 200)


def encoded(image: Image.Image, format: str = "PNG", **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def halves(size=(20, 10)) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_common_formats_are_read(format):
    image = decode_image(encoded(halves(), format))
    assert (image.mode, image.size) == ("RGB", (20, 10))
    assert np.allclose(image.getpixel((2, 5)), RED, atol=20)


def test_exif_rotation_turns_the_picture_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held so that a quarter turn clockwise shows it upright
    image = decode_image(encoded(halves(), "JPEG", exif=exif, quality=95))
    assert image.size == (10, 20)
    assert np.allclose(image.getpixel((5, 2)), RED, atol=20)
    assert np.allclose(image.getpixel((5, 17)), BLUE, atol=20)


def test_cmyk_keeps_its_colours():
    image = decode_image(encoded(halves().convert("CMYK"), "JPEG", quality=95))
    assert np.allclose(image.getpixel((2, 5)), RED, atol=20)


def test_16_bits_are_scaled_not_clipped():
    grey = np.full((4, 4), 128 * 256, np.uint16)
    grey[0, 0] = 65535
    image = decode_image(encoded(Image.fromarray(grey)))
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert image.getpixel((2, 2)) == (128, 128, 128)


def test_animation_gives_its_first_frame():
    data = encoded(Image.new("RGB", (8, 8), RED), "GIF", save_all=True, append_images=[Image.new("RGB", (8, 8), BLUE)])
    assert np.allclose(decode_image(data).getpixel((4, 4)), RED, atol=8)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_onto_white(mode):
    layers = Image.new("RGBA", (6, 6), (0, 0, 0, 0))
    layers.paste((0, 0, 0, 255), (0, 0, 3, 6))
    image = decode_image(encoded(layers.convert(mode)))
    assert image.getpixel((1, 1)) == (0, 0, 0)
    assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "0 bytes"),
        (b"dear diary, today I wore", "not a picture: starts with b'dear dia'"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (encoded(halves((200, 200)), "JPEG")[:400], "broken picture"),
        (encoded(halves((200, 200)))[:100], "broken picture"),
        (encoded(Image.new("F", (4, 4)), "TIFF"), "32-bit floats"),
    ],
    ids=["0-byte", "text", "eps", "truncated jpeg", "truncated png", "float tiff"],
)
def test_what_is_no_usable_picture_is_refused(data, reason):
    with pytest.raises(DataError, match=reason):
        decode_image(data)


@pytest.mark.parametrize("factor", [1.1, 3.0], ids=["Pillow would warn", "Pillow would raise"])
def test_decompression_bomb_is_refused_before_decoding(factor):
    bomb = Image.new("1", (20_000, int(MAX_PIXELS * factor / 20_000)))
    with pytest.raises(DataError, match="decompression bomb refused"):
        decode_image(encoded(bomb))


def test_bound_side_shrinks_only_what_is_larger():
    small, large = halves(), halves((400, 200))
    assert bound_side(small, 100) is small
    assert bound_side(large, 100).size == (100, 50)
    assert large.size == (400, 200)
