"""The design benchmark's arithmetic, and a run of it over drawn people with a stand-in for the generator."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from fakes import FakeBundle
from toile.catalog.photos import Cutout
from toile.errors import DataError
from toile.evaluation import briefs
from toile.evaluation import design as benchmark
from toile.evaluation.briefs import DesignSizes
from toile.evaluation.design import alignment_margins, evaluate_design
from toile.progress import no_progress
from toile.recipe import Recipe
from toile.tasks.design import Design

SHADES = {"red": (200, 30, 40), "green": (46, 125, 60), "blue": (47, 99, 184)}
SIZES = DesignSizes(designs=24, plates=0)
FIGURES = {"kid", "kid_std", "fid", "density_k5", "coverage_k5", "inception_score"} | {
    f"{encoder}alignment{figure}"
    for encoder in ("", "multimodal_")
    for figure in ("", "_shuffled", "_margin", "_margin_low")
}


def test_margin_is_matched_minus_the_mean_of_other_words():
    # prompts 0 and 2 are one: picture 0 is compared with prompt 1 only, picture 1 with 0 and 2
    similarity = np.array([[0.9, 0.1, 0.7], [0.2, 0.8, 0.3], [0.9, 0.3, 0.7]])
    margins = alignment_margins(["red", "blue", "red"], similarity)
    assert margins == pytest.approx([0.9 - 0.2, 0.8 - (0.1 + 0.3) / 2, 0.7 - 0.3])


def test_equal_prompts_can_not_be_shuffled():
    with pytest.raises(ValueError, match="nothing to shuffle"):
        alignment_margins(["red", "red"], np.eye(2))


def people(split, seed):
    """24 noisy squares, eight of each colour."""
    draw = np.random.default_rng(seed)

    def picture(name):
        pixels = np.array(SHADES[name]) + draw.integers(-25, 25, (32, 24, 3)) + draw.integers(-20, 20, 3)
        return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))

    return [
        Cutout(
            id=f"{split}-{i}",
            image=picture(name),
            caption=f"{name} dress",
            pose=np.zeros((18, 3), np.float32),
        )
        for i, name in enumerate([*SHADES] * 8)
    ]


@pytest.fixture
def stand_ins(monkeypatch, tmp_path):
    """Photos and designs made here; `obedient` designs have the colour that was asked for."""
    parts = {"test": people("test", 0), "train": people("train", 1)}
    monkeypatch.setattr(benchmark, "load_street_cutouts", lambda path, split: parts[split])
    (tmp_path / "streets.parquet").touch()

    def use(obedient):
        def draw(prompt, *, bundle, seed, **brief):
            name = prompt.split()[0] if obedient else [*SHADES][seed * 7 % 3 - 1]
            image = parts["train"][(seed * 3 + [*SHADES].index(name)) % 24].image
            recipe = Recipe(verb="design", arguments={"prompt": prompt}, bundle=bundle.hash, version="0", seeds=[seed])
            return [Design(image=image, recipe=recipe)]

        monkeypatch.setattr(benchmark, "design", draw)
        return tmp_path / "streets.parquet"

    return use


def test_designs_that_follow_their_words_have_a_margin(stand_ins):
    path = stand_ins(obedient=True)
    report = evaluate_design(FakeBundle(), [path], "test", no_progress, sizes=SIZES)
    figures = report.figures
    references = {f"reference_{name}" for name in FIGURES}
    assert set(figures) == FIGURES | references | {"design_s_per_image", "pose_pck"}
    assert figures["alignment_margin_low"] > 0
    assert figures["alignment_margin"] == pytest.approx(figures["alignment"] - figures["alignment_shuffled"])
    assert report.intervals["alignment_margin"][0] == figures["alignment_margin_low"]
    assert report.n == 24
    assert "the bundle's own encoder" in report.notes[0]
    assert report.sheets["designs"].width > 8 * 192


def test_designs_that_do_not_have_none(stand_ins):
    path = stand_ins(obedient=False)
    figures = evaluate_design(FakeBundle(), [path], "test", no_progress, sizes=SIZES).figures
    assert figures["alignment_margin_low"] < 0
    assert figures["reference_alignment_margin_low"] > 0


def test_the_very_photos_of_training_are_as_far_as_the_reference(stand_ins):
    # the stand-in's designs are the training photos, all of them, in another order
    path = stand_ins(obedient=True)
    figures = evaluate_design(FakeBundle(), [path], "test", no_progress, sizes=SIZES).figures
    assert figures["fid"] == pytest.approx(figures["reference_fid"], rel=0.25)


def test_too_few_people(monkeypatch, tmp_path):
    monkeypatch.setattr(benchmark, "load_street_cutouts", lambda path, split: people("test", 0)[:3])
    (tmp_path / "streets.parquet").touch()
    with pytest.raises(DataError, match="only 3 people to compare with, expected at least 8; try --split all"):
        evaluate_design(FakeBundle(), [tmp_path / "streets.parquet"], "test", no_progress)


def test_garments_are_not_streets(tmp_path):
    pq.write_table(pa.table({"image_id": ["a"]}), tmp_path / "garments.parquet")
    with pytest.raises(DataError, match=r"garments\.parquet lacks the columns"):
        evaluate_design(FakeBundle(), [tmp_path / "garments.parquet"], "test", no_progress)


def test_attributes_that_are_drawn_as_asked_count(stand_ins, monkeypatch):
    """Designs that are the plates themselves, and a reader that knows what is asked of them."""
    path = stand_ins(obedient=True)
    asked: list[dict[str, str]] = []

    def draw(prompt, *, bundle, seed, attributes=None, **brief):
        if attributes is not None:
            asked.append({**attributes, "prompt": prompt})
        recipe = Recipe(verb="design", arguments={"prompt": prompt}, bundle="0", version="0", seeds=[seed])
        return [Design(image=Image.new("RGB", (192, 256), "red"), recipe=recipe)]

    read: list[str] = []

    def look(image, *, bundle):
        read.append("design" if image.getpixel((0, 0)) == (255, 0, 0) else "plate")
        return read[-1]

    def told(seen):
        return {**asked[-1], "collar": "v"} if seen == "design" else {}

    monkeypatch.setattr(briefs, "design", draw)
    monkeypatch.setattr(briefs, "look", look)
    monkeypatch.setattr(briefs, "told_answers", told)
    report = evaluate_design(FakeBundle(), [path], "test", no_progress, sizes=DesignSizes(designs=0, plates=30))
    figures = report.figures
    assert report.n == 30
    assert set(report.sheets) == {"briefs"}
    assert len(asked) == 30
    assert read[:2] == ["design", "plate"]
    assert figures["attribute_length"] == figures["attribute_sleeve_length"] == 1
    share = np.mean([one["collar"] == "v" for one in asked if "collar" in one])
    assert 0 < share < 1
    assert figures["attribute_collar"] == pytest.approx(share)
    assert figures["attribute_colour"] == figures["reference_attribute_accuracy"] == 0
    names = ("length", "sleeve_length", "sleeve_type", "collar", "hem", "colour")
    assert figures["attribute_accuracy"] == pytest.approx(np.mean([figures[f"attribute_{name}"] for name in names]))
