"""What may count as a wrong answer in a batch of pictures and words."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image, ImageDraw

from toile.catalog.plates.examples import PlateConfig
from toile.catalog.plates.pack import pack_plates
from toile.catalog.split import split_of
from toile.models.text_encoder import load_text_encoder
from toile.recipes.unifashion_data import PairSource
from toile.training.augment import AugmentConfig


def _photo(colour: str) -> bytes:
    image = Image.new("RGB", (60, 80), (205, 190, 160))
    ImageDraw.Draw(image).rectangle((15, 15, 45, 65), fill=colour)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> PairSource:
    photos, plates = (tmp_path_factory.mktemp(name) for name in ("photos", "plates"))
    names = [f"row-{i}" for i in range(99) if split_of(f"row-{i}") == "train"][:12]
    rows = [
        {"image_id": name, "image": {"bytes": _photo(colour), "path": None}, "label": label, "kids": False}
        for name, colour, label in zip(names, ["red", "navy", "red"] * 4, ["Dress", "Dress", "Pants"] * 4, strict=True)
    ]
    pq.write_table(pa.Table.from_pylist(rows), photos / "garments.parquet")
    pack_plates(plates, PlateConfig(height=64), count=12)
    cache = tmp_path_factory.mktemp("cache")
    return PairSource([photos, plates], cache, size=64, photo_share=0.5, alike_share=0.5)


def test_a_text_is_no_wrong_answer_where_it_may_be_true(source: PairSource):
    rows = [row for row in range(len(source.arrays["products"])) if source.arrays["sources"][row] == 1][:3]
    texts = ["a red dress", "someone wearing a navy dress", "pants"]
    suits = source._may_suit(torch.tensor(rows).numpy(), texts)
    assert suits.tolist() == [[True, False, False], [False, True, False], [False, False, True]]
    assert source._may_suit(torch.tensor(rows).numpy(), ["a dress", *texts[1:]])[:, 0].tolist() == [True, True, False]


def test_batches_hold_photos_and_look_alikes(source: PairSource):
    generator = torch.Generator().manual_seed(0)
    pairs = source.draw(16, load_text_encoder(), AugmentConfig(), generator)
    assert pairs.images.shape == (16, 3, 64, 64)
    assert pairs.same.diagonal().all()
    assert all(len({source.categories[row] for row in rows}) == 1 for rows in source.alike)


def test_styled_captions_come_with_their_pictures(source: PairSource):
    images, styles = source.draw_styled(8, AugmentConfig(), torch.Generator().manual_seed(0))
    assert len(images) == len(styles) == 8
    assert {"title", "attributes"} <= set.intersection(*(set(told) for told in styles))
    assert any("copy" in told for told in styles)
