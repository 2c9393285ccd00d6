"""The demo end to end on few rows: real catalogue, index, search and pages; only the drawing is a stand-in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from fakes import FakeBundle
from toile import demo
from toile.catalog.hierarchical import HierarchicalCaption
from toile.catalog.sample import sample_path
from toile.demo import BRIEFS, CHANGES, PROMPTS, WORDS, run_demo
from toile.errors import DataError, QueryError
from toile.models.figure_reader import Figure
from toile.progress import no_progress
from toile.recipe import Recipe, read_recipe
from toile.tasks.describe import Answer, Cut, Description
from toile.tasks.design import Design
from toile.tasks.garments import ReferenceGarment, Retrieved
from toile.tasks.look import Item, Look
from toile.taxonomy import PARTS
from toile.vision.swatches import Swatch


@dataclass(frozen=True)
class DrawingBundle(FakeBundle):
    """One whose generator need not be loaded: `drawn` stands in for it."""

    generator: None = None


def found(text, n, *, index_dir, bundle):
    """Two garments for the first prompt, none for the others."""
    if text != PROMPTS[0]:
        raise QueryError("the index holds fewer")
    picture = Image.new("RGB", (20, 20), "red")
    return Retrieved(garments=tuple(ReferenceGarment(picture=picture, words=words) for words in ("jacket", "dress")))


def drawn(prompt, *, bundle, seed, n=1, garments=(), concepts=(), attributes=None, refined=None):
    arguments = {"prompt": prompt, "refined": refined}
    recipe = {"verb": "design", "arguments": arguments, "bundle": bundle.hash, "version": "0.1.0"}
    return [
        Design(image=Image.new("RGB", (192, 256), "teal"), recipe=Recipe(**recipe, seeds=[seed + i])) for i in range(n)
    ]


def changed(image, to, *, bundle, attribute, seed, parent):
    """An edit of the length finds no place."""
    if attribute == "length":
        raise DataError("no legs are seen")
    recipe = replace(parent, verb="edit", arguments={"to": to}, parents=[parent.digest])
    return SimpleNamespace(image=Image.new("RGB", image.size, "gold"), recipe=recipe)


def dressed(person, garments, *, bundle, seed):
    recipe = Recipe(verb="try_on", arguments={}, bundle=bundle.hash, version="0.1.0", seeds=[seed])
    return SimpleNamespace(image=Image.new("RGB", person.size, "plum"), recipe=recipe, garments=("red dress",))


def seen(picture, *, bundle):
    """A person in a long plain dress, whatever the picture."""
    told = {"length": Answer(word="long", confidence=0.875)}
    cut = Cut(
        category=Answer(word="dress", confidence=0.9),
        pattern=Answer(word="plain", confidence=0.5),
        attributes=told,
        answers={},
    )
    colours = (Swatch(name="red", hex="#c01020", share=1.0),)
    size = picture.height, picture.width
    return Look(
        shows="person",
        num_people=1,
        size=size,
        items=(Item(name="dress", confidence=0.8, share=1.0, colours=colours, cut=cut),),
        description=Description(
            main="dress", caption=HierarchicalCaption(category="Dress", length="long"), confidence={"length": 0.875}
        ),
        figure=Figure(
            labels=np.full(size, PARTS.index("dress"), np.uint8),
            sureness=np.ones(size, np.float16),
            pose=np.zeros((18, 3), np.float32),
        ),
        notes=("the feet are not seen: lengths are not to be told",),
    )


@pytest.fixture
def quick(monkeypatch, tmp_path) -> Path:
    """Twelve rows of the sample stand for the sample, a plain square for a design."""
    rows = pq.read_table(sample_path()).slice(0, 12)
    pq.write_table(rows, tmp_path / "twelve.parquet")
    monkeypatch.setattr(demo, "design", drawn)
    monkeypatch.setattr(demo, "edit", changed)
    monkeypatch.setattr(demo, "try_on", dressed)
    monkeypatch.setattr(demo, "look", seen)
    monkeypatch.setattr(demo, "retrieve", found)
    monkeypatch.setattr(demo, "sample_path", lambda: tmp_path / "twelve.parquet")
    return tmp_path / "out"


def embedded_pictures(page):
    return len(re.findall(r'src="data:image/', page))


def test_the_page_holds_hits_of_every_kind_and_designs(quick):
    page = run_demo(None, quick, DrawingBundle(), no_progress).read_text(encoding="utf-8")
    assert "the bundled sample" in page
    assert "12 in " in page
    for words in (*WORDS, *CHANGES, *PROMPTS):
        assert f"“{words}”" in page
    # six hits a search, a query picture for each of two by picture and two by both, two designs a prompt, and three
    # pictures that are looked at, each with its overlay; one a brief; a design with two edits, one of two garments, and
    # two try-ons of three pictures
    assert embedded_pictures(page) == 6 * (len(WORDS) + 4) + 4 + 2 * len(PROMPTS) + 2 * 3 + len(BRIEFS) + 3 + 3 + 2 * 3
    assert "“kimno for a summer festival”: " in page
    assert "collar: v" in page
    assert "length: knee" not in page
    assert page.count("<em>Dress, Long Dress</em>") == 3
    assert "plain 50%, length long 88%" in page
    assert page.count("the feet are not seen") == 3
    assert len(list((quick / "looks").iterdir())) == 3
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_designs_from_briefs_cite_their_records(quick):
    run_demo(None, quick, DrawingBundle(), no_progress)
    files = sorted((quick / "briefs").glob("*.png"))
    found = {read_recipe(path).arguments["refined"]["brief"]: read_recipe(path) for path in files}
    assert set(found) == set(BRIEFS)
    assert found["Korean bride in pink"].arguments["refined"]["records"] == ["hanbok"]


def test_a_second_run_uses_the_index_again_and_asks_with_the_same_pictures(quick):
    run_demo(None, quick, DrawingBundle(), no_progress)
    before = [path.read_bytes() for path in sorted((quick / "queries").iterdir())]
    page = run_demo(None, quick, DrawingBundle(), no_progress).read_text(encoding="utf-8")
    assert "none, all known" in page
    assert before == [path.read_bytes() for path in sorted((quick / "queries").iterdir())]
    assert len(list((quick / "index").iterdir())) == 1


def test_other_photos_or_another_bundle_get_their_own_index(quick, tmp_path):
    run_demo(None, quick, DrawingBundle(), no_progress)
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, colour in (("1.png", "red"), ("2.png", "green"), ("3.png", "blue")):
        Image.new("RGB", (30, 40), colour).save(photos / name)
    page = run_demo(photos, quick, DrawingBundle(hash="1" * 64), no_progress).read_text(encoding="utf-8")
    assert "3 in " in page
    assert len(list((quick / "index").iterdir())) == 2


def test_photos_without_captions_or_classes_are_shown_by_what_is_known(quick, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.new("RGB", (30, 40), "red").save(photos / "it's red.png")
    page = run_demo(photos, quick, DrawingBundle(), no_progress).read_text(encoding="utf-8")
    assert "it&#39;s red" in page
    assert "1 in " in page


def test_designs_on_disk_carry_their_recipes(quick):
    run_demo(None, quick, DrawingBundle(), no_progress)
    files = sorted((quick / "designs").rglob("*.png"))
    assert len(files) == 2 * len(PROMPTS)
    assert {read_recipe(path).arguments["prompt"] for path in files} == set(PROMPTS)
