"""Tuning on a made-up catalogue whose words the encoder doesn't know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from toile.bundles import load_bundle
from toile.bundles.parts import write_parts
from toile.catalog.split import split_of
from toile.errors import DataError
from toile.models.image_encoder import ImageEncoderConfig
from toile.models.qformer import QFormerConfig
from toile.models.text_encoder import load_text_encoder
from toile.models.unifashion import UniFashion, UniFashionConfig
from toile.recipes.tune import tune

_CONFIG = {
    "image": {"widths": [8, 8, 16], "depths": [1, 1, 1], "dropout": 0.0},
    "image_size": 64,
    "qformer": {"image_dim": 16, "num_queries": 4},
    "adapter_rank": 4,
}


@pytest.fixture(scope="module")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    config = UniFashionConfig(
        image=ImageEncoderConfig(widths=(8, 8, 16), depths=(1, 1, 1), dropout=0.0),
        image_size=64,
        qformer=QFormerConfig(image_dim=16, num_queries=4),
        adapter_rank=4,
    )
    folder = tmp_path_factory.mktemp("bundle")
    write_parts(folder, {"unifashion": (UniFashion(config, load_text_encoder()), _CONFIG)})
    return folder


def write_catalogue(folder: Path, products: int) -> Path:
    """Two pictures a product, one of two patterns with names of their own."""
    folder.mkdir()
    lines = []
    for product in range(products):
        colour, words = (("red", "the Amaranth"), ("navy", "the Corvo"))[product % 2]
        for view in range(2):
            image = Image.new("RGB", (64, 64), "white")
            ImageDraw.Draw(image).rectangle((10 + view, 10, 50, 54), fill=colour)
            image.save(folder / f"{product}-{view}.png")
            lines.append(
                json.dumps({"file_name": f"{product}-{view}.png", "caption": words, "split_group": f"p{product}"})
            )
    (folder / "metadata.jsonl").write_text("\n".join(lines))
    return folder


@pytest.mark.slow
def test_a_catalogue_is_learned_and_measured_on_products_that_were_held_out(bundle_folder: Path, tmp_path: Path):
    source = write_catalogue(tmp_path / "photos", 60)
    report = tune(source, out=tmp_path / "out", bundle=load_bundle(bundle_folder), steps=40)
    held = [number for number in range(60) if split_of(f"p{number}") == "test"]
    assert report.held_out == 2 * len(held)
    assert report.trained_on == 120 - 2 * len(held)
    assert report.queries == 2
    assert report.after["map"] > report.before["map"]
    assert report.after["map"] > 0.95
    tuned = load_bundle(Path(report.bundle)).unifashion
    before = load_bundle(bundle_folder).unifashion
    assert all(torch.equal(tuned.image.state_dict()[key], value) for key, value in before.image.state_dict().items())


def test_too_small_a_catalogue_is_refused(bundle_folder: Path, tmp_path: Path):
    source = write_catalogue(tmp_path / "photos", 5)
    with pytest.raises(DataError, match=r"has 5 products with words, \d+ of them held out; tuning needs at least 40"):
        tune(source, out=tmp_path / "out", bundle=load_bundle(bundle_folder))


def test_pictures_without_words_teach_nothing(bundle_folder: Path, tmp_path: Path):
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (64, 64), "red").save(tmp_path / "photos" / "a.png")
    with pytest.raises(DataError, match="no picture with a caption or a category"):
        tune(tmp_path / "photos", out=tmp_path / "out", bundle=load_bundle(bundle_folder))
