from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from toile.catalog.filtering import duplicates
from toile.catalog.filtering.duplicates import (
    embedding_bands,
    hash_bands,
    mark_duplicates,
    near_embeddings,
    near_hashes,
    perceptual_hash,
    sign_bands,
    thumbnail,
)


def drawing(colour="red", shift=0):
    image = Image.new("RGB", (192, 256), "white")
    pen = ImageDraw.Draw(image)
    pen.polygon([(40 + shift, 40), (152, 48), (180, 220), (20, 200 - shift)], fill=colour)
    pen.ellipse((80, 4, 112, 36), fill="black")
    return image


def saved_again(image):
    buffer = BytesIO()
    image.resize((144, 192)).save(buffer, "JPEG", quality=70)
    return Image.open(BytesIO(buffer.getvalue())).convert("RGB")


def marked_by_hash(images, scores=None, max_bits=4):
    hashes = np.array([perceptual_hash(image) for image in images], np.uint64)
    near = near_hashes(hashes, np.stack([thumbnail(image) for image in images]), max_bits)
    better = np.full(len(images), -1)
    everything = np.ones(len(images), bool)
    mark_duplicates(hash_bands(hashes, max_bits), near, eligible=everything, scores=scores, better=better)
    return better.tolist()


def test_a_picture_saved_again_is_found_and_another_colour_is_not():
    images = [drawing("firebrick"), drawing("blue"), saved_again(drawing("firebrick")), drawing("firebrick", shift=50)]
    bits = [int(perceptual_hash(image)) for image in images]
    assert (bits[0] ^ bits[1]).bit_count() <= 8  # the hash alone hardly tells red from blue
    assert marked_by_hash(images) == [-1, -1, 0, -1]


def test_of_duplicates_the_better_score_stays_and_of_equals_the_earlier():
    images = [drawing(), drawing(), drawing(), drawing("blue")]
    assert marked_by_hash(images, np.array([0.1, 0.3, 0.2, 0.9])) == [1, -1, 1, -1]
    assert marked_by_hash(images, np.array([0.2, 0.2, 0.2, 0.2])) == [-1, 0, 0, -1]


@pytest.mark.parametrize("max_bits", [0, 1, 4, 7])
def test_no_pair_of_hashes_within_the_limit_is_missed(max_bits):
    rng = np.random.default_rng(max_bits)
    first = rng.integers(0, 2**63, 40, dtype=np.uint64)
    flips = [sum(1 << int(bit) for bit in rng.choice(64, max_bits, replace=False)) for _ in first]
    hashes = np.concatenate([first, first ^ np.array(flips, np.uint64)])
    better = np.full(80, -1)
    near = near_hashes(hashes, np.zeros((80, 192), np.uint8), max_bits)
    mark_duplicates(hash_bands(hashes, max_bits), near, eligible=np.ones(80, bool), scores=None, better=better)
    assert better.tolist() == [-1] * 40 + list(range(40))


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_near_embeddings_are_those_that_comparing_all_finds(monkeypatch):
    rng = np.random.default_rng(0)
    first = unit(rng.standard_normal((200, 32)))
    images = np.concatenate([first, unit(first + 0.01 * rng.standard_normal((200, 32)))])
    cosines = images @ images.T
    expected = [next((row for row in range(index) if cosines[index, row] >= 0.995), -1) for index in range(400)]
    assert expected.count(-1) == 200
    for rows_at_once, block in ((10**6, 2048), (64, 3)):
        monkeypatch.setattr(duplicates, "_ROWS_AT_ONCE", rows_at_once)
        monkeypatch.setattr(duplicates, "_BLOCK", block)
        better = np.full(400, -1)
        bands = embedding_bands(sign_bands(images))
        near = near_embeddings(images, 0.995)
        mark_duplicates(bands, near, eligible=np.ones(400, bool), scores=None, better=better)
        assert better.tolist() == expected


def test_rows_that_are_out_already_take_nobody_with_them():
    images = unit(np.ones((3, 8)))
    better = np.full(3, -1)
    eligible = np.array([False, True, True])
    bands = embedding_bands(sign_bands(images))
    mark_duplicates(bands, near_embeddings(images, 0.999), eligible=eligible, scores=None, better=better)
    assert better.tolist() == [-1, -1, 1]
