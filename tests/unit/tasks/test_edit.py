"""Edits of a figure whose parts and joints are known, by tiny networks: what is kept, told, refused, written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import toile
from people import SIZE, dressed, photo, standing
from toile.bundles import load_bundle
from toile.errors import DataError, QueryError
from toile.models.figure_reader import Figure
from toile.recipe import read_recipe
from toile.session import Studio
from toile.tasks import repaint
from toile.tasks.change import Change, brief_so_far, read_change
from toile.tasks.design import design, save_picture
from toile.tasks.drawing import Settings
from toile.tasks.edit import edit
from toile.tasks.garments import ReferenceGarment
from toile.tasks.replay import replay
from toile.taxonomy import PARTS
from toile.vision.cutout import Frame
from toile.vision.paste import changed_outside, paste_back

QUICK = Settings(steps=4)


class _Reader:
    """Sees the dressed figure, in pictures of any size."""

    def read(self, images):
        pose = standing().astype(np.float32)
        figure = Figure(labels=dressed(), sureness=np.full(SIZE, 0.9, np.float16), pose=pose)
        return [figure.scaled((image.height, image.width)) for image in images]


@pytest.fixture
def bundle(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch):
    opened = load_bundle(tiny_bundle)
    monkeypatch.setitem(opened.__dict__, "figure_reader", _Reader())
    return opened


def _by_hand() -> Image.Image:
    mask = Image.new("L", SIZE[::-1], 0)
    ImageDraw.Draw(mask).rectangle((70, 60, 130, 120), fill=255)
    return mask


@pytest.mark.parametrize("size", [SIZE, (600, 400)])
def test_nothing_changes_outside_of_the_region(bundle, size: tuple[int, int]):
    picture = photo().resize(size[::-1])
    edited = edit(picture, "v", bundle=bundle, attribute="collar", settings=QUICK)
    before, after = np.asarray(picture), np.asarray(edited.image)
    assert edited.image.size == picture.size
    assert edited.changed_outside == 0
    assert np.array_equal(before[~edited.mask], after[~edited.mask])
    assert not np.array_equal(before[edited.mask], after[edited.mask])


def test_an_edit_is_the_same_again_and_its_recipe_makes_it(bundle, tmp_path: Path):
    first, again = (edit(photo(), "puff sleeves", bundle=bundle, seed=3, settings=QUICK) for _ in range(2))
    assert np.array_equal(np.asarray(first.image), np.asarray(again.image))
    path = tmp_path / "edit.png"
    save_picture(first.image, first.recipe, path)
    assert replay(path, bundle=bundle, parents=[photo()]) == path.read_bytes()
    with pytest.raises(DataError, match="made of another picture, its image"):
        replay(path, bundle=bundle)


def test_an_edit_of_a_refined_design_is_replayed_with_its_records(bundle, tmp_path: Path):
    (drawn,) = Studio(bundle).design("Georgian wedding dancer", refine=True, settings=QUICK)
    edited = edit(drawn.image, "puffed", bundle=bundle, attribute="sleeve_type", settings=QUICK, parent=drawn.recipe)
    assert edited.recipe.cites == drawn.recipe.cites == ["kb:chokha"]
    save_picture(edited.image, edited.recipe, tmp_path / "edit.png")
    assert replay(tmp_path / "edit.png", bundle=bundle, parents=[drawn.image]) == (tmp_path / "edit.png").read_bytes()


def test_a_mask_by_hand_is_a_parent_too(bundle, tmp_path: Path):
    edited = edit(photo(), "a big pocket", bundle=bundle, mask=_by_hand(), settings=QUICK)
    assert np.array_equal(edited.mask, np.asarray(_by_hand()) > 0)
    assert edited.recipe.arguments["brief"]["words"].startswith("red ")
    path = tmp_path / "edit.png"
    save_picture(edited.image, edited.recipe, path)
    assert replay(path, bundle=bundle, parents=[_by_hand(), photo()]) == path.read_bytes()


def test_a_chain_of_edits_keeps_the_earlier_ones_words(bundle, tmp_path: Path):
    (drawn,) = design("red shirt, navy trousers", bundle=bundle, attributes={"collar": "v"}, settings=QUICK)
    first = edit(drawn.image, "long", bundle=bundle, attribute="sleeve_length", parent=drawn.recipe, settings=QUICK)
    mask = _by_hand().resize((192, 256), Image.Resampling.NEAREST)
    second = edit(first.image, "a pocket", bundle=bundle, mask=mask, parent=first.recipe, settings=QUICK)
    told = brief_so_far(second.recipe)
    assert told.words == "red shirt, navy trousers"
    assert told.attributes == {"collar": "v", "sleeve_length": "long"}
    assert told.concepts == ("a pocket",)
    assert first.recipe.parents[-1] == drawn.recipe.digest
    assert second.recipe.parents[-1] == first.recipe.digest
    other = edit(first.image, "stand", bundle=bundle, attribute="collar", parent=first.recipe, settings=QUICK)
    assert other.recipe.parents == [second.recipe.parents[0], first.recipe.digest]  # history is a tree
    path = tmp_path / "second.png"
    save_picture(first.image, first.recipe, path)
    assert replay(path, bundle=bundle, parents=[drawn.image]) == path.read_bytes()


def test_a_garment_comes_in_place_of_what_is_worn_there(bundle, tmp_path: Path):
    first = edit(photo(), "a green skirt", bundle=bundle, settings=QUICK)
    assert first.changed_outside == 0
    legs, top = first.mask[180:250, 80:120], first.mask[60:120, 80:120]
    assert legs.all()
    assert not top.any()
    told = brief_so_far(first.recipe)
    assert told.words.endswith(", a green skirt")
    assert "navy" not in told.words
    second = edit(first.image, "blue jacket", bundle=bundle, parent=first.recipe, settings=QUICK)
    assert brief_so_far(second.recipe).words == "blue jacket, a green skirt"
    dress = edit(photo(), "white dress", bundle=bundle, parent=second.recipe, settings=QUICK)
    assert brief_so_far(dress.recipe).words == "white dress"
    path = tmp_path / "skirt.png"
    save_picture(first.image, first.recipe, path)
    assert replay(path, bundle=bundle, parents=[photo()]) == path.read_bytes()


def test_what_was_said_of_another_garments_cut_stays(bundle):
    (drawn,) = design("red shirt, navy trousers", bundle=bundle, attributes={"collar": "v"}, settings=QUICK)
    below = edit(photo(), "a white skirt", bundle=bundle, parent=drawn.recipe, settings=QUICK)
    assert brief_so_far(below.recipe).attributes == {"collar": "v"}
    above = edit(photo(), "white blouse", bundle=bundle, parent=drawn.recipe, settings=QUICK)
    assert brief_so_far(above.recipe).attributes == {}
    assert brief_so_far(above.recipe).category == "Blouse"


def test_an_edit_is_drawn_with_garments(bundle, tmp_path: Path):
    """What they show is told beside the words, their pictures are parents, and the cloth is no longer the old one's."""
    flat = Image.new("RGB", (80, 100), "white")
    flat.paste((0, 128, 0), (20, 15, 60, 85))
    garments = [ReferenceGarment(picture=flat, words="green top", id="g1")]
    plain, drawn = (
        edit(photo(), "puff sleeves", bundle=bundle, garments=told, settings=QUICK) for told in ((), garments)
    )
    assert not np.array_equal(np.asarray(plain.image), np.asarray(drawn.image))
    assert drawn.changed_outside == 0
    assert drawn.recipe.cites == ["g1"]
    path = tmp_path / "edit.png"
    save_picture(drawn.image, drawn.recipe, path)
    assert replay(path, bundle=bundle, parents=[flat, photo()]) == path.read_bytes()


def test_a_photo_brings_no_words_and_is_described(bundle):
    told = edit(photo(), "v", bundle=bundle, attribute="collar", settings=QUICK).recipe.arguments["brief"]
    first, second = told["words"].split(", ")
    assert (first.split()[0], second.split()[0]) == ("red", "navy")


def test_the_cloth_stays_what_it_was_unless_a_colour_is_named(bundle, monkeypatch: pytest.MonkeyPatch):
    """The new cut of a red top is drawn teal: it becomes red again, but not where white is asked for."""
    monkeypatch.setattr(repaint, "draw", lambda *_, **__: Image.new("RGB", (192, 256), "teal"))
    told = []
    for to in ("puff sleeves", "white puff sleeves"):
        edited = edit(photo(), to, bundle=bundle, settings=QUICK)
        pixels = np.asarray(edited.image)[edited.mask & (dressed() == PARTS.index("top"))]
        told.append(np.median(pixels, axis=0))
    assert np.abs(told[0] - (200, 30, 40)).max() < 12
    assert np.abs(told[1] - (0, 128, 128)).max() < 12


def test_a_colour_that_is_named_is_told(bundle):
    arguments = edit(photo(), "white puff sleeves", bundle=bundle, settings=QUICK).recipe
    assert brief_so_far(arguments).concepts == ("white puff sleeves",)
    assert brief_so_far(arguments).attributes["sleeve_type"] == "puffed"


def test_an_edit_begins_where_it_is_said_to(bundle, monkeypatch: pytest.MonkeyPatch):
    begins = []

    def draw(conditioning, *, region, **rest):
        begins.append(region.begin)
        return Image.new("RGB", (192, 256), "white")

    monkeypatch.setattr(repaint, "draw", draw)
    for start in ("noise", "substage", "released"):
        edit(photo(), "v", bundle=bundle, attribute="collar", start=start, settings=QUICK)
    edit(photo(), "a pocket", bundle=bundle, mask=_by_hand(), settings=QUICK)
    assert begins == [999, 629, 671, 999]


@pytest.mark.parametrize(
    ("to", "attribute", "change"),
    [
        ("puff sleeves", None, ("sleeve_type", "puffed")),
        ("puff sleeves", "sleeves", ("sleeve_type", "puffed")),
        ("long sleeves", "sleeves", ("sleeve_length", "long")),
        ("sleeveless", None, ("sleeve_length", "sleeveless")),
        ("long", "sleeves", ("sleeve_length", "long")),
        ("lantern", "sleeves", ("sleeve_type", "lantern")),
        ("a stand collar", None, ("collar", "stand")),
        ("Knee", "length", ("length", "knee")),
        ("make it very long", "length", ("length", "long")),
        ("drop shoulder", "sleeve_type", ("sleeve_type", "drop-shoulder")),
        ("with golden buttons all over", "collar", ("collar", None)),
    ],
)
def test_words_are_read_as_attributes(to: str, attribute: str | None, change: tuple[str, str | None]):
    assert read_change(to, attribute, has_mask=False) == Change(text=to, attribute=change[0], value=change[1])


@pytest.mark.parametrize(
    ("to", "attribute", "message"),
    [
        ("  ", "collar", "it isn't said what to change it into"),
        ("something nicer", None, "'something nicer' speaks of no attribute and names no garment; give one of length"),
        ("vee", "collar", r"collar can't be 'vee'; choose one of round, v"),
        ("lantrn", "sleeves", r"sleeve_type can't be 'lantrn'; did you mean lantern\?"),
        ("red", "colour", "there is no attribute 'colour'; did you mean collar"),
    ],
)
def test_what_is_not_understood_is_asked_back(bundle, to: str, attribute: str | None, message: str):
    with pytest.raises(QueryError, match=message):
        edit(photo(), to, bundle=bundle, attribute=attribute)


def _mask(tone: int) -> Image.Image:
    return Image.new("L", SIZE[::-1], tone)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (_mask(0), "the mask is empty: nothing may change"),
        (_mask(255), "the mask covers everything: nothing stays"),
        (_mask(128), "the mask is grey in places"),
        (Image.new("L", (50, 60), 0), "the mask is 50x60 pixels, the picture 200x300"),
    ],
)
def test_unusable_masks_are_refused(bundle, mask: Image.Image, message: str):
    with pytest.raises(DataError, match=message):
        edit(photo(), "a pocket", bundle=bundle, mask=mask)


def test_a_garment_without_the_attribute_is_named(bundle, monkeypatch: pytest.MonkeyPatch):
    labels = dressed()
    labels[labels == labels[100, 100]] = labels[150, 62]  # the top becomes skin: trousers alone are worn
    figure = Figure(labels=labels, sureness=np.full(SIZE, 0.9, np.float16), pose=standing().astype(np.float32))
    monkeypatch.setattr(_Reader, "read", lambda self, images: [figure])
    with pytest.raises(DataError, match=r"nothing that is worn has a collar; seen: "):
        edit(photo(), "v", bundle=bundle, attribute="collar")


def test_without_a_person_only_a_mask_helps(bundle, monkeypatch: pytest.MonkeyPatch):
    empty = Figure(
        labels=np.zeros(SIZE, np.uint8), sureness=np.ones(SIZE, np.float16), pose=np.zeros((18, 3), np.float32)
    )
    monkeypatch.setattr(_Reader, "read", lambda self, images: [empty.scaled((im.height, im.width)) for im in images])
    with pytest.raises(DataError, match="no person is seen in the picture, and so no region to edit"):
        edit(photo(), "v", bundle=bundle, attribute="collar")
    edited = edit(photo(), "a pocket", bundle=bundle, mask=_by_hand(), settings=QUICK)
    assert edited.changed_outside == 0


def test_the_studio_reads_the_words_in_the_picture(bundle, tmp_path: Path):
    studio = replace(toile.load(bundle.folder), bundle=bundle)
    (drawn,) = studio.design("red shirt", settings=QUICK)
    path = tmp_path / "design.png"
    save_picture(drawn.image, drawn.recipe, path)
    edited = studio.edit(path, "v", attribute="collar", settings=QUICK)
    assert edited.recipe.arguments["brief"]["words"] == "red shirt"
    plain = tmp_path / "photo.png"
    photo().save(plain)
    assert studio.edit(plain, "v", attribute="collar", settings=QUICK).recipe.parents[1:] == []
    assert read_recipe(path) == drawn.recipe


# --- pasting --------------------------------------------------------------------------------------------------------


def test_background_stays_where_it_was_and_is_filled_where_somebody_stood():
    wall, red = (10, 120, 10), (250, 0, 0)
    before = Image.new("RGB", (96, 128), wall)
    ImageDraw.Draw(before).rectangle((30, 20, 66, 110), fill=red)
    person = (np.asarray(before) == red).all(-1)
    mask = np.zeros((128, 96), bool)
    mask[60:128] = True
    drawn, after = Image.new("RGB", (192, 256), "white"), np.zeros((256, 192), np.float32)
    pasted = np.asarray(
        paste_back(
            before,
            drawn,
            mask=mask,
            frame=Frame(left=0.0, top=0.0, scale=2.0, width=192, height=256),
            person_before=person,
            person_after=after,
        )
    )
    assert (pasted[:60] == np.asarray(before)[:60]).all()
    assert (pasted[100:, :20] == wall).all()
    assert np.abs(pasted[80:105, 35:60].astype(int) - wall).max() < 60  # neither red nor white


def test_changes_outside_are_counted():
    one, other = Image.new("RGB", (4, 4)), Image.new("RGB", (4, 4))
    other.putpixel((0, 0), (1, 0, 0))
    other.putpixel((3, 3), (1, 0, 0))
    mask = np.zeros((4, 4), bool)
    mask[0, 0] = True
    assert changed_outside(one, other, mask) == 1
