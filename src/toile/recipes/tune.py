"""`toile tune`: the multimodal encoder learns from one's own catalogue, and is measured on products it never saw.

LoRA's additions, cross-attention and heads are trained (Hu et al. 2022); the image network and MiniLM stay as they are.
The split is by product, so that another picture of the same thing is on the same side.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from toile.bundles import Bundle, assemble
from toile.bundles.parts import write_parts
from toile.catalog.images import decode_image
from toile.catalog.manifest import Rejected
from toile.catalog.photos import clear_colour
from toile.catalog.sources import open_source
from toile.catalog.split import split_of
from toile.errors import DataError
from toile.metrics.bootstrap import bootstrap_mean
from toile.models.fashion_encoder import fit_into_square
from toile.models.qformer import similarity
from toile.models.text_encoder import TextEncoder
from toile.models.unifashion import UniFashion
from toile.models.unifashion_encoder import UniFashionEncoder
from toile.progress import Progress, no_progress
from toile.recipes.unifashion import UniFashionRecipe, train_on_pairs
from toile.recipes.unifashion_data import Pairs, as_pixels, tokenized
from toile.training.augment import AugmentConfig, augment
from toile.training.loop import LoopConfig
from toile.vision.colour import measure_colour

_LEAST_PRODUCTS: Final = 40
_MOST_RECORDS: Final = 20_000  # 4 GB of decoded pictures
_FROZEN: Final = ("image.*", "places", "norm.*")


@dataclass(frozen=True, kw_only=True, slots=True)
class TuneReport:
    """What tuning was worth, on products that it never saw.

    Attributes:
        before: figure to value, of the encoder that was started from.
        after: the same of the tuned one.
        gain: of the mean average precision, its 95 % bootstrap interval over the same queries.
        trained_on: records.
        held_out: records, and thus pictures in the gallery.
        queries: different texts of the held-out records.
        bundle: folder of the new bundle.
        seconds: of the whole run.
    """

    before: dict[str, float]
    after: dict[str, float]
    gain: tuple[float, float]
    trained_on: int
    held_out: int
    queries: int
    bundle: str
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rows:
    """Pictures `(N, S, S, 3)`, their products and their words."""

    images: NDArray[np.uint8]
    products: NDArray[np.str_]
    texts: NDArray[np.str_]

    def __getitem__(self, rows: NDArray[np.intp]) -> _Rows:
        return _Rows(images=self.images[rows], products=self.products[rows], texts=self.texts[rows])

    def draw(self, count: int, words: TextEncoder, augmentation: AugmentConfig, generator: torch.Generator) -> Pairs:
        """So many rows, with replacement."""
        rows = torch.randint(len(self.texts), (count,), generator=generator).numpy()
        products, texts = self.products[rows], self.texts[rows]
        return Pairs(
            images=augment(as_pixels(self.images[rows]), self.images.shape[1], augmentation, generator),
            words=tokenized(words, texts.tolist()),
            same=torch.from_numpy((products[:, None] == products) | (texts[:, None] == texts)),
        )


def tune(
    source: str | Path,
    *,
    out: Path,
    bundle: Bundle,
    steps: int = 300,
    minutes: float | None = None,
    progress: Progress = no_progress,
) -> TuneReport:
    """Train on the products of a catalogue and write a bundle whose multimodal encoder knows them.

    At most 20,000 records are read; the report says how many. Words are the records' captions; where there is none,
    category and measured colour. Run again with the same folder, it goes on where it was broken off.

    Args:
        source: what `toile index` reads.
        out: folder for checkpoints and, in `bundle`, the new bundle.
        bundle: where to start from.
        steps: of 32 pictures.
        minutes: stop training after this long.
        progress: watcher.

    Raises:
        DataError: the source can't be read, or has too few products with words.
        CheckpointError: the bundle has no multimodal encoder.
    """
    start = time.perf_counter()
    model = bundle.unifashion
    rows = _read(source, model.config.image_size, progress)
    held = np.array([split_of(product) == "test" for product in rows.products])
    train, test = rows[np.flatnonzero(~held)], rows[np.flatnonzero(held)]
    num_products, num_held = len(np.unique(rows.products)), len(np.unique(test.products))
    if num_products < _LEAST_PRODUCTS or not num_held:
        raise DataError(
            f"{source} has {num_products} products with words, {num_held} of them held out; "
            f"tuning needs at least {_LEAST_PRODUCTS}: give a larger catalogue"
        )
    progress("measuring before", 0, 1)
    before = _precision(model, bundle.text_encoder, test)
    recipe = UniFashionRecipe(
        loop=LoopConfig(steps=steps, learning_rate=1e-4, warmup_steps=30, ema_decay=0.98, weight_decay=0.05),
        model=replace(model.config, qformer=replace(model.config.qformer, dropout=0.0)),
        frozen=_FROZEN,
        losses={"itc": 1.0},
        batch_size=min(32, len(train.texts)),
    )
    copy = UniFashion(recipe.model, bundle.text_encoder)
    copy.load_state_dict(model.state_dict())
    copy.to(bundle.device)
    words = bundle.text_encoder
    tuned = train_on_pairs(copy, recipe, train, words, out=out, minutes=minutes, progress=progress)
    progress("measuring after", 0, 1)
    after = _precision(tuned, bundle.text_encoder, test)
    write_parts(out / "part", {"unifashion": (tuned, asdict(model.config))})
    assemble([bundle.folder, out / "part"], out / "bundle", name=f"{bundle.name}-tuned")
    return TuneReport(
        before=_means(before),
        after=_means(after),
        gain=bootstrap_mean(after["map"] - before["map"]),
        trained_on=len(train.texts),
        held_out=len(test.texts),
        queries=len(before["map"]),
        bundle=str(out / "bundle"),
        seconds=time.perf_counter() - start,
    )


def _read(source: str | Path, size: int, progress: Progress) -> _Rows:
    """Records with words, the first `_MOST_RECORDS` of them."""
    images, products, texts = [], [], []
    origin = open_source(source)
    for done, row in enumerate(origin, start=1):
        progress("reading the catalogue", done, origin.num_rows)
        if isinstance(row, Rejected):
            continue
        try:
            image = decode_image(row.read())
        except DataError:
            continue  # `toile index` says of each what is wrong with it
        if row.caption is None and row.category is None:
            continue
        text = row.caption or _named(str(row.category), clear_colour(measure_colour(image)))
        images.append(fit_into_square(image, size))
        products.append(row.split_group or row.id)
        texts.append(text)
        if len(texts) == _MOST_RECORDS:
            break
    if not texts:
        raise DataError(f"{source} has no picture with a caption or a category; tuning learns from words")
    return _Rows(images=np.stack(images), products=np.array(products), texts=np.array(texts))


def _named(category: str, colour: str | None) -> str:
    return f"a {colour} {category}" if colour else f"a {category}"


def _precision(model: UniFashion, words: TextEncoder, rows: _Rows) -> dict[str, NDArray[np.float64]]:
    """Of each different text: average precision, and whether a right picture is the first, or among ten."""
    encoder = UniFashionEncoder(model, words)
    asked = np.unique(rows.texts)
    pictures = torch.from_numpy(encoder.encode_squares(rows.images))
    scores = similarity(pictures, torch.from_numpy(encoder.encode_texts(asked.tolist()))).T.numpy()
    right = (rows.texts == asked[:, None])[np.arange(len(asked))[:, None], np.argsort(-scores, axis=1, kind="stable")]
    ranks = np.arange(1, right.shape[1] + 1)
    precision = right.cumsum(1) / ranks
    return {
        "map": (precision * right).sum(1) / right.sum(1),
        "r1": right[:, 0].astype(np.float64),
        "r10": right[:, :10].any(1).astype(np.float64),
    }


def _means(figures: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    return {name: float(values.mean()) for name, values in figures.items()}
