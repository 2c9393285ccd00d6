"""Try-ons of a figure whose parts and joints are known, by tiny networks: what is kept, shown, refused, noted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from people import SIZE, dressed, photo, standing
from toile.bundles import load_bundle
from toile.errors import DataError, QueryError
from toile.models.figure_reader import Figure
from toile.models.garment_net import QUESTIONS
from toile.tasks import repaint
from toile.tasks.design import save_picture
from toile.tasks.drawing import Settings
from toile.tasks.garments import given_garments
from toile.tasks.replay import replay
from toile.tasks.try_on import try_on
from toile.taxonomy import PARTS

QUICK = Settings(steps=4)
CATEGORIES = {"green": "longsleeve", "yellow": "skirt", "orange": "dress", "purple": "shoes", "sienna": "outerwear"}


class _People:
    """Sees the dressed figure, or nobody on a white ground; `pose` and `labels` may be changed."""

    def __init__(self) -> None:
        self.pose, self.labels = standing().astype(np.float32), dressed()

    def read(self, images):
        nobody = Figure(labels=np.zeros(SIZE, np.uint8), sureness=np.ones(SIZE, np.float16), pose=self.pose * 0)
        somebody = Figure(labels=self.labels, sureness=np.full(SIZE, 0.9, np.float16), pose=self.pose)
        return [
            (nobody if image.getpixel((0, 0)) == (255, 255, 255) else somebody).scaled((image.height, image.width))
            for image in images
        ]


class _Garments:
    """Takes a flat garment for what its colour stands for; what is worn for what it is likeliest there."""

    def read(self, garments):
        told = []
        for garment in garments:
            mean = np.asarray(garment.image)[garment.mask].mean(0)
            nearest = min(CATEGORIES, key=lambda name: np.abs(mean - _rgb(name)).sum())
            answers = {name: np.full(len(words), 1 / len(words), np.float32) for name, words in QUESTIONS.items()}
            if np.abs(mean - _rgb(nearest)).sum() < 30:
                answers["category"] = np.array([word == CATEGORIES[nearest] for word in QUESTIONS["category"]], "f4")
            told.append(answers)
        return told


def _rgb(name: str) -> np.ndarray:
    return np.array(Image.new("RGB", (1, 1), name).getpixel((0, 0)))


def _flat(name: str) -> Image.Image:
    picture = Image.new("RGB", (150, 200), "white")
    ImageDraw.Draw(picture).rectangle((30, 40, 120, 160), fill=name)
    return picture


@pytest.fixture
def people() -> _People:
    return _People()


@pytest.fixture
def bundle(tiny_bundle: Path, people: _People, monkeypatch: pytest.MonkeyPatch):
    opened = load_bundle(tiny_bundle)
    monkeypatch.setitem(opened.__dict__, "figure_reader", people)
    monkeypatch.setitem(opened.__dict__, "garment_reader", _Garments())
    return opened


def test_nothing_changes_but_the_garment(bundle):
    tried = try_on(photo(), [_flat("green")], bundle=bundle, settings=QUICK)
    before, after = np.asarray(photo()), np.asarray(tried.image)
    assert tried.changed_outside == 0
    assert np.array_equal(before[~tried.mask], after[~tried.mask])
    assert not np.array_equal(before[tried.mask], after[tried.mask])
    labels = dressed()
    assert not tried.mask[(labels == PARTS.index("skin")) | (labels == PARTS.index("shoes"))][:200].any()
    assert tried.garments == ("green longsleeve",)


def test_the_denoiser_sees_the_garment_and_hears_of_what_stays(bundle, monkeypatch: pytest.MonkeyPatch):
    seen = {}

    def draw(conditioning, *, region, **rest):
        seen.update(region=region, maps=conditioning.maps)
        return Image.new("RGB", (192 * 2, 256), "white")

    monkeypatch.setattr(repaint, "draw", draw)
    told = []
    original = repaint.conditioning_of
    monkeypatch.setattr(
        repaint, "conditioning_of", lambda windows, *rest: told.extend(windows) or original(windows, *rest)
    )
    try_on(photo(), [_flat("green")], bundle=bundle, settings=QUICK)
    height, width = 32, 24
    assert seen["region"].x_0.shape[-2:] == seen["maps"].pose.shape[-2:] == (height, 2 * width)
    assert not seen["region"].cells[..., width:].any()
    assert seen["maps"].pose[..., :width].max() > 0.5
    assert seen["maps"].pose[..., width + 2 :].max() < 0.01
    assert told[0].text.startswith("green longsleeve, navy ")


def test_garments_may_be_told_as_words(bundle, monkeypatch: pytest.MonkeyPatch):
    seen = []

    def draw(conditioning, *, region, **rest):
        seen.append((region.x_0.shape[-1], conditioning.garments))
        return Image.new("RGB", (region.x_0.shape[-1] * 8, 256), "white")

    monkeypatch.setattr(repaint, "draw", draw)
    for shown_as in ("pixels", "words", "both"):
        try_on(photo(), [_flat("green")], bundle=bundle, shown_as=shown_as, settings=QUICK)
    assert [width for width, _ in seen] == [48, 24, 48]
    assert [told is not None for _, told in seen] == [False, True, True]
    with pytest.raises(QueryError, match="shown_as is 'pictures', expected one of pixels, words, both"):
        try_on(photo(), [_flat("green")], bundle=bundle, shown_as="pictures", settings=QUICK)


def test_a_garment_that_is_given_is_named_by_what_is_seen(bundle):
    """For designs and edits: its words, its picture on white, and what a user should know."""
    given = given_garments([_flat("green"), photo()], bundle)
    first, second = given.garments
    assert first.words == "green longsleeve"
    assert first.on_white is not None
    assert first.on_white.size == (192, 256)
    assert second.words.split()[0] == "red"
    assert given.notes[0] == "garment 1 is taken for: green longsleeve"
    assert any("garment 2 is worn in its picture" in note for note in given.notes)
    with pytest.raises(DataError, match="garment 1 is taken for: shoes"):
        given_garments([_flat("purple")], bundle)


def test_a_top_goes_under_an_open_coat(bundle, people: _People, monkeypatch: pytest.MonkeyPatch):
    people.labels = dressed()
    sides = np.zeros_like(people.labels, bool)
    sides[58:190, 58:85] = sides[58:190, 115:142] = True
    coat = sides & ((people.labels == PARTS.index("top")) | (people.labels == 0))
    people.labels[coat] = PARTS.index("outerwear")
    told = []
    original = repaint.conditioning_of
    monkeypatch.setattr(
        repaint, "conditioning_of", lambda windows, *rest: told.extend(windows) or original(windows, *rest)
    )
    tried = try_on(photo(), [_flat("green")], bundle=bundle, settings=QUICK)
    assert not tried.mask[coat].any()
    assert tried.mask[70:140, 90:110].all()
    assert told[0].text.count("outerwear") == 1  # it is still worn
    over = try_on(photo(), [_flat("sienna")], bundle=bundle, settings=QUICK)
    assert over.mask[coat].mean() > 0.9


def test_several_garments_at_once(bundle):
    tried = try_on(photo(), [_flat("yellow"), _flat("green")], bundle=bundle, settings=QUICK)
    alone = [try_on(photo(), [_flat(name)], bundle=bundle, settings=QUICK).mask for name in ("yellow", "green")]
    assert np.array_equal(tried.mask, alone[0] | alone[1])
    assert tried.garments == ("yellow skirt", "green longsleeve")
    assert tried.changed_outside == 0


def test_a_coat_goes_over_a_top(bundle):
    tried = try_on(photo(), [_flat("sienna"), _flat("green")], bundle=bundle, settings=QUICK)
    assert tried.garments == ("brown outerwear", "green longsleeve")


def test_a_try_on_is_the_same_again_and_its_recipe_makes_it(bundle, tmp_path: Path):
    garments = [_flat("yellow"), _flat("green")]
    tried = try_on(photo(), garments, bundle=bundle, seed=5, settings=QUICK)
    path = tmp_path / "tried.png"
    save_picture(tried.image, tried.recipe, path)
    assert replay(path, bundle=bundle, parents=[garments[1], photo(), garments[0]]) == path.read_bytes()
    with pytest.raises(DataError, match="made of another picture, its garment 2"):
        replay(path, bundle=bundle, parents=[photo(), garments[0]])


def test_a_garment_is_taken_off_somebody(bundle):
    tried = try_on(photo(), [photo()], bundle=bundle, settings=QUICK)
    assert any("is worn in its picture" in note for note in tried.notes)


def test_the_best_of_several_is_given_and_replayed(bundle, tmp_path: Path):
    alone = [try_on(photo(), [_flat("green")], bundle=bundle, seed=seed, settings=QUICK) for seed in (2, 3, 4)]
    best = try_on(photo(), [_flat("green")], bundle=bundle, seed=2, best_of=3, settings=QUICK)
    assert best.fidelity == max(one.fidelity for one in alone)
    wanted = max(alone, key=lambda one: one.fidelity)
    assert np.array_equal(np.asarray(best.image), np.asarray(wanted.image))
    save_picture(best.image, best.recipe, tmp_path / "best.png")
    made = replay(tmp_path / "best.png", bundle=bundle, parents=[photo(), _flat("green")])
    assert made == (tmp_path / "best.png").read_bytes()


@pytest.mark.parametrize(
    ("garments", "message"),
    [
        ([], "0 garments are given, expected 1 to 3"),
        (["green"] * 4, "4 garments are given"),
        (["green", "green"], "two garments for one place of the body: green longsleeve and green longsleeve"),
        (["orange", "yellow"], "two garments for one place of the body: orange dress and yellow skirt"),
    ],
)
def test_garments_that_dont_go_together_are_refused(bundle, garments: list[str], message: str):
    with pytest.raises(QueryError, match=message):
        try_on(photo(), [_flat(name) for name in garments], bundle=bundle, settings=QUICK)


def test_pictures_that_wont_do_are_refused_with_their_reason(bundle, people: _People):
    with pytest.raises(DataError, match=r"garment 2 is taken for: shoes\. a garment of the category shoes"):
        try_on(photo(), [_flat("green"), _flat("purple")], bundle=bundle, settings=QUICK)
    with pytest.raises(DataError, match="garment 1: the picture is one flat colour"):
        try_on(photo(), [Image.new("RGB", (90, 90), "white")], bundle=bundle, settings=QUICK)
    with pytest.raises(DataError, match="no person is seen in the picture of the person"):
        try_on(_flat("green"), [_flat("green")], bundle=bundle, settings=QUICK)
    people.pose[[9, 10, 12, 13], 2] = 0
    with pytest.raises(DataError, match="ends above the knees, and yellow skirt would be cut off"):
        try_on(photo(), [_flat("yellow")], bundle=bundle, settings=QUICK)
