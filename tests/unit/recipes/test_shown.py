"""Garments that rows are told of while the denoiser learns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from people import dressed, photo, standing
from toile.bundles import load_bundle
from toile.models.garment_inversion import GarmentInversion, GarmentInversionConfig
from toile.models.text_encoder import load_text_encoder
from toile.recipes.denoiser_data import DesignSource, TaskMix
from toile.recipes.pictures import Pictures
from toile.recipes.shown import GarmentMix, ShownSource

BRIEF = "Blouse, Elegant, Short Blouse, Long Sleeve, V-Neck"


def _pictures(names: list[str], hierarchical: str, *, worn: bool) -> Pictures:
    count = len(names)
    parts = dressed() if worn else np.zeros(dressed().shape, np.uint8)
    return Pictures(
        ids=names,
        images=np.stack([np.asarray(photo())] * count),
        captions=[("a red blouse, navy trousers", "someone in red", "red blouse, navy trousers")] * count,
        hierarchical=[hierarchical] * count,
        poses=np.stack([standing().astype(np.float32)] * count),
        parts=np.stack([parts] * count),
        sketches=np.full((count, *dressed().shape), 255, np.uint8),
    )


@pytest.fixture(scope="module")
def source(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory):
    """A plate, a photo, and thirty flat garments, the third of which is the plate's."""
    plate, street = _pictures(["plate-2"], BRIEF, worn=True), _pictures(["photo"], "", worn=True)
    people = replace(
        plate,
        ids=[*plate.ids, *street.ids],
        captions=[*plate.captions, *street.captions],
        hierarchical=[*plate.hierarchical, *street.hierarchical],
        **{
            name: np.concatenate([getattr(one, name) for one in (plate, street)])
            for name in ("images", "poses", "parts", "sketches")
        },
    )
    flats = _pictures([f"plate-{number}" for number in range(30)], "", worn=False)
    flats.images[:] = np.random.default_rng(0).integers(0, 255, (30, 1, 1, 3))
    cache = tmp_path_factory.mktemp("cache")

    def made(**mix: float):
        known = DesignSource(people, flats, TaskMix())
        return ShownSource(known, load_bundle(tiny_bundle), GarmentMix(**mix), cache)

    return made


def _draw(source: ShownSource, rows: list[int], texts: list[str], seed: int = 0):
    return source.draw(rows, texts, torch.Generator().manual_seed(seed))


def test_what_is_worn_is_known_and_never_a_neighbour_of_itself(source):
    own = source(share=1.0, own_share=1.0, random_share=0.0)
    # Of a plate the garment that lies flat under its number; of a photo its own pixels, behind all flat ones.
    assert own.claims[0] == [("red blouse", 2), ("navy trousers", None)]
    photos = dict(own.claims[1])
    assert set(photos.values()) <= {30, 31}
    assert own.tokens.shape[:2] == (32, 5)
    others = source(share=1.0, own_share=0.0, random_share=0.0)
    drawn = {others._garment([("red blouse", 2)], [0.0, 0.5, place / 30])[0] for place in range(30)}
    assert 2 not in drawn
    assert len(drawn) > 15
    assert own._garment([("red blouse", 2)], [0.0, 0.5, 0.9]) == (2, "red blouse", 1.0)


def test_rows_are_told_of_garments_as_often_as_the_mix_says(source):
    rows, texts = [0] * 200, ["words"] * 200
    shown, left = _draw(source(share=0.5, alone_share=0.5), rows, texts)
    slots = shown.weights.shape[1]
    told = torch.tensor([words != "" for words in shown.words]).unflatten(0, (200, slots)).any(1)
    assert 0.4 < told.float().mean() < 0.6
    silent = torch.tensor([text == "" for text in left])
    assert 0.15 < silent.float().mean() < 0.35
    assert len(shown.words) == shown.weights.numel() == len(shown.tokens)
    again, _ = _draw(source(share=0.5, alone_share=0.5), rows, texts)
    assert torch.equal(shown.weights, again.weights)


def test_pseudo_words_start_among_words(source):
    """Sixty steps bring them nearer to the names of their garments than to other words; the seed decides all."""
    known = source(share=1.0)
    assert set(known.words[:30]) == {"red blouse"}
    assert set(known.words[30:]) == {"red blouse", "navy trousers"}
    known.words = [f"{'red' if place % 2 else 'blue'} dress" for place in range(32)]
    tower = load_text_encoder()
    config = GarmentInversionConfig(
        image_dim=16, num_heads=2, feedforward_dim=16, hidden_dim=32, num_words=3, text_dim=384, dropout=0.0
    )
    found = []
    for _ in range(2):
        torch.manual_seed(0)
        inversion = GarmentInversion(config)
        known.align(inversion, tower, steps=60, seed=1)
        found.append(inversion.eval()(torch.from_numpy(known.tokens).float()))
    assert torch.equal(*found)
    ids = [tower.tokenizer.token_to_id(word) for word in ("dress", "clothing", "boots")]
    dress, filler, other = (tower.words(torch.tensor(one)) for one in ids)
    said = found[0].detach()
    assert ((said[:, 1] - dress).norm(dim=-1) < (said[:, 1] - other).norm(dim=-1)).all()
    assert ((said[:, 2] - filler).norm(dim=-1) < (said[:, 2] - other).norm(dim=-1)).all()


def test_nobody_is_told_of_nothing(source):
    shown, left = _draw(source(share=1.0), [-1, -1], ["a dress laid flat", ""])
    assert not shown.weights.any()
    assert left == ["a dress laid flat", ""]
    silent, _ = _draw(source(share=1.0), [0] * 100, [""] * 100)
    told = torch.tensor([words != "" for words in silent.words]).unflatten(0, silent.weights.shape).any(1)
    assert 0.35 < told.float().mean() < 0.65  # for guidance half see nothing at all
