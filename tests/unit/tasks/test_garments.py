"""Garments that a picture is drawn with: which are found, how much they count, and what recipes keep of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from fakes import FakeBundle
from toile.bundles import assemble, load_bundle
from toile.errors import CheckpointError, DataError, QueryError
from toile.models.garment_words import trust
from toile.tasks.design import design, save_picture
from toile.tasks.drawing import Settings, conditioning_of
from toile.tasks.garments import ReferenceGarment, retrieve
from toile.tasks.index import index_catalog
from toile.tasks.replay import replay

QUICK = Settings(steps=2)
RED, BLUE = (200, 30, 40), (47, 99, 184)


def _flat(colour: tuple[int, int, int], shade: int = 0) -> Image.Image:
    image = Image.new("RGB", (60, 80), "white")
    ImageDraw.Draw(image).rectangle((12, 8, 48, 72), fill=tuple(max(0, value - shade) for value in colour))
    return image


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three red dresses, a blue one, and a red skirt."""
    source = tmp_path_factory.mktemp("flats")
    rows = [("dress", RED, 0), ("dress", RED, 12), ("dress", RED, 24), ("dress", BLUE, 0), ("skirt", RED, 6)]
    lines = ["id,image,category"]
    for number, (category, colour, shade) in enumerate(rows):
        _flat(colour, shade).save(source / f"{number}.png")
        lines.append(f"g{number},{number}.png,{category}")
    (source / "manifest.csv").write_text("\n".join(lines) + "\n")
    into = tmp_path_factory.mktemp("index") / "garments"
    index_catalog(source / "manifest.csv", into=into, bundle=FakeBundle())
    return into


def test_each_garment_that_is_named_finds_its_own_kind(index_dir: Path):
    found = retrieve("red skirt, blue dress", 1, index_dir=index_dir, bundle=FakeBundle())
    assert [(one.id, one.words) for one in found.garments] == [("g4", "red skirt"), ("g3", "blue dress")]
    assert found.notes == ()


def test_what_hardly_goes_with_the_words_counts_less_or_not_at_all(index_dir: Path):
    found = retrieve("red dress", 4, index_dir=index_dir, bundle=FakeBundle())
    assert {one.id for one in found.garments} == {"g0", "g1", "g2"}
    assert found.garments[0].weight == 1
    (note,) = found.notes
    assert note.startswith("1 of 4 found for 'red dress' are left out: they hardly go with it")
    ungated = retrieve("red dress", 4, index_dir=index_dir, bundle=FakeBundle(), gated=False)
    assert [one.weight for one in ungated.garments] == [1, 1, 1, 1]


def test_neither_excluded_records_nor_copies_of_a_picture_are_found(index_dir: Path):
    found = retrieve("red dress", 2, index_dir=index_dir, bundle=FakeBundle(), exclude=("g0",))
    assert "g0" not in {one.id for one in found.garments}
    other = retrieve("blue dress", 1, index_dir=index_dir, bundle=FakeBundle(), unlike=_flat(BLUE), gated=False)
    assert other.garments[0].id != "g3"


def test_what_cant_be_found_is_said(index_dir: Path):
    for text, n, message in (
        ("red dress", 11, "11 garments are asked for, expected 0 to 10"),
        ("red dress", 6, "6 garments are asked for, the index holds 5"),
        ("something red", 1, "names no garment to look for; name one"),
    ):
        with pytest.raises(QueryError, match=message):
            retrieve(text, n, index_dir=index_dir, bundle=FakeBundle())
    assert retrieve("red dress", 0, index_dir=index_dir, bundle=FakeBundle()).garments == ()
    none = retrieve("green jacket", 1, index_dir=index_dir, bundle=FakeBundle())
    assert none.garments == ()
    assert none.notes == ("the index holds nothing for 'green jacket'",)
    few = retrieve("red skirt", 2, index_dir=index_dir, bundle=FakeBundle())
    assert few.notes == ("the index holds only 1 for 'red skirt', 2 were asked for",)


def test_trust_grows_with_the_likeness_to_the_words():
    told = [trust(cosine, best=0.5) for cosine in (-0.1, 0.1, 0.2, 0.3, 0.4, 0.5)]
    assert told == pytest.approx([0, 0, 0, 0.5, 1, 1])
    assert trust(0.1, best=0.1) == 0  # the best of an index that holds no such thing


def test_every_garment_has_its_own_tokens_and_weight(tiny_bundle: Path):
    bundle = load_bundle(tiny_bundle)
    canvas = bundle.generator.canvas
    garments = [
        ReferenceGarment(picture=_flat(colour), words="dress", weight=weight).shown(canvas)
        for colour, weight in ((RED, 1.0), (BLUE, 0.25))
    ]
    told = conditioning_of([], bundle, QUICK, garments)
    assert told.garments is not None
    assert told.garments.tokens.shape == (1, 4, 384)
    assert told.garments.mask.tolist() == [[1, 1, 0.25, 0.25]]
    alone = conditioning_of([], bundle, QUICK, garments[:1]).garments
    assert alone is not None
    np.testing.assert_allclose(told.garments.tokens[:, :2], alone.tokens, atol=1e-5)
    assert not np.allclose(told.garments.tokens[:, :2], told.garments.tokens[:, 2:], atol=1e-4)
    assert told.unconditional().garments is None


def test_a_design_is_made_again_from_its_recipe_and_the_index(tiny_bundle: Path, index_dir: Path, tmp_path: Path):
    bundle = load_bundle(tiny_bundle)
    garments = retrieve("red dress", 2, index_dir=index_dir, bundle=FakeBundle()).garments
    plain, drawn = (design("red dress", bundle=bundle, garments=told, settings=QUICK)[0] for told in ((), garments))
    assert np.asarray(plain.image).tobytes() != np.asarray(drawn.image).tobytes()
    assert drawn.recipe.cites == [one.id for one in garments]
    path = tmp_path / "design.png"
    save_picture(drawn.image, drawn.recipe, path)
    assert replay(path, bundle=bundle, index_dir=index_dir) == path.read_bytes()
    assert replay(path, bundle=bundle, parents=[one.picture for one in garments]) == path.read_bytes()
    with pytest.raises(DataError, match=r"made of another picture, its garment 1 .* with --index DIR"):
        replay(path, bundle=bundle)


def test_a_bundle_without_inversion_says_so(tiny_bundle: Path, tmp_path: Path):
    assemble([tiny_bundle], tmp_path / "bundle", name="no-inversion")
    manifest = tmp_path / "bundle" / "bundle.json"
    told = json.loads(manifest.read_text())
    del told["parts"]["inversion"]
    manifest.write_text(json.dumps(told))
    garments = [ReferenceGarment(picture=_flat(RED), words="red dress")]
    with pytest.raises(CheckpointError, match="has no inversion"):
        design("red dress", bundle=load_bundle(tmp_path / "bundle"), garments=garments, settings=QUICK)
