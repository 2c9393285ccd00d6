"""Pairs of picture and words whose truth is known, in domains whose scores differ, with wrong words put in.

The domains of the photos are vocabularies: one shop names garments as the encoder learnt to, the others in other
English words, in Spanish, in German. All captions are true, `a {measured colour} {class word}`; but the encoder,
whose text tower is English, scores the foreign words far lower. So a filter meets captions of another culture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.photos import iterate_garments
from toile.catalog.split import Split, split_of
from toile.models.protocols import Embeddings, Encoder
from toile.progress import Progress

Swap = Literal["within", "across"]
SWAPS: Final[tuple[Swap, ...]] = ("within", "across")
VOCABULARIES: Final = {"class_words": 0.70, "other_english": 0.18, "spanish": 0.08, "german": 0.04}
"""Domain to its share of the pairs."""

_WORDS: Final = {
    "t-shirt": ("t-shirt", "tee", "camiseta", "Kurzarmhemd"),
    "longsleeve": ("longsleeve", "pullover", "camiseta de manga larga", "Langarmshirt"),
    "trousers": ("pants", "slacks", "pantalón", "Hose"),
    "shoes": ("shoes", "footwear", "zapatos", "Schuhe"),
    "shirt": ("shirt", "button-up", "camisa", "Hemd"),
    "dress": ("dress", "frock", "vestido", "Kleid"),
    "outerwear": ("outwear", "coat", "abrigo", "Jacke"),
    "shorts": ("shorts", "bermudas", "pantalón corto", "kurze Hose"),
    "hat": ("hat", "headgear", "sombrero", "Hut"),
    "skirt": ("skirt", "skirt", "falda", "Rock"),
    "polo": ("polo", "polo", "polo", "Polohemd"),
    "undershirt": ("undershirt", "singlet", "camiseta interior", "Unterhemd"),
    "blazer": ("blazer", "sport coat", "americana", "Sakko"),
    "hoodie": ("hoodie", "hooded pullover", "sudadera", "Kapuzenpullover"),
    "body": ("body", "onesie", "body", "Strampler"),
    "top": ("top", "camisole", "blusa corta", "Oberteil"),
    "blouse": ("blouse", "blouse", "blusa", "Bluse"),
}
"""Category to its word in each of `VOCABULARIES`."""
PLATES_SEED: Final = 977
"""No recipe trains on plates of this seed."""
_BATCH_SIZE: Final = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class TruePairs:
    """Pairs whose words are true.

    Attributes:
        images: `(N, D)`.
        texts: `(N, D)`.
        words: `N` captions.
        domains: `(N,)`, name of each pair's domain.
        meanings: `(N,)`; a caption of the same meaning is true of the picture, too, whatever its words.
        rows: `(N,)`, which picture it is.
    """

    images: Embeddings
    texts: Embeddings
    words: NDArray[np.str_]
    domains: NDArray[np.str_]
    meanings: NDArray[np.str_]
    rows: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Photos:
    """Photos with their true captions in every vocabulary.

    Attributes:
        images: `(N, D)`.
        texts: vocabulary to `(N, D)`.
        words: vocabulary to `N` captions.
        meanings: `(N,)`: colour and category.
        splits: `(N,)`.
    """

    images: Embeddings
    texts: dict[str, Embeddings]
    words: dict[str, NDArray[np.str_]]
    meanings: NDArray[np.str_]
    splits: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.meanings)

    def of(self, wanted: NDArray[np.bool_]) -> Photos:
        """Some of them."""
        return Photos(
            images=self.images[wanted],
            texts={name: texts[wanted] for name, texts in self.texts.items()},
            words={name: words[wanted] for name, words in self.words.items()},
            meanings=self.meanings[wanted],
            splits=self.splits[wanted],
        )

    def draw(self, draw: np.random.Generator) -> TruePairs:
        """Each photo once, in a vocabulary by chance; the vocabularies have their shares exactly."""
        count = len(self)
        ends = np.round(np.cumsum(list(VOCABULARIES.values())) * count)
        numbers = np.searchsorted(ends, draw.permutation(count), side="right")
        names = list(VOCABULARIES)
        domains = np.array([names[min(number, len(names) - 1)] for number in numbers])
        return TruePairs(
            images=self.images,
            texts=np.stack([self.texts[name][row] for row, name in enumerate(domains)]),
            words=np.array([self.words[name][row] for row, name in enumerate(domains)]),
            domains=domains,
            meanings=self.meanings,
            rows=np.arange(count),
        )


def load_photos(files: Sequence[Path], splits: Sequence[Split] | None, encoder: Encoder, progress: Progress) -> Photos:
    """Garment photos of some splits (None: all), embedded.

    Raises:
        DataError: a file is missing or lacks a column.
    """
    images, batch = [np.zeros((0, encoder.embedding_dim), np.float32)], list[Image.Image]()
    told: list[tuple[str, str, str]] = []
    for path in files:
        for split in splits or (None,):
            for photo in iterate_garments(path, split):
                if photo.category not in _WORDS:
                    continue
                told.append((photo.colours[0].name, photo.category, split_of(photo.id)))
                batch.append(photo.image)
                if len(batch) == _BATCH_SIZE:
                    images.append(encoder.encode_images(batch))
                    batch = []
                    progress("looking at pictures", len(told), None)
    if batch:
        images.append(encoder.encode_images(batch))
    words = {
        name: np.array([f"a {colour} {_WORDS[category][index]}" for colour, category, _ in told], dtype=np.str_)
        for index, name in enumerate(VOCABULARIES)
    }
    return Photos(
        images=np.concatenate(images),
        texts={name: encode_distinct(encoder, captions) for name, captions in words.items()},
        words=words,
        meanings=np.array([f"{colour} {category}" for colour, category, _ in told], dtype=np.str_),
        splits=np.array([split for _, _, split in told], dtype=np.str_),
    )


def load_drawn(count: int, encoder: Encoder, progress: Progress) -> TruePairs:
    """So many fashion plates with their plain captions; domains: people, garments laid flat, and traditional dress."""
    from toile.catalog.plates.examples import PlateConfig, example  # needs the system's drawing libraries

    config = PlateConfig(seed=PLATES_SEED)
    images, words, domains = [], list[str](), list[str]()
    for start in range(0, count, _BATCH_SIZE):
        plates = [example(number, config) for number in range(start, min(start + _BATCH_SIZE, count))]
        is_flat = [plate.index % 2 == 1 for plate in plates]
        pictures = [plate.flat if flat else plate.picture for plate, flat in zip(plates, is_flat, strict=True)]
        images.append(encoder.encode_images([Image.fromarray(picture) for picture in pictures]))
        for plate, flat in zip(plates, is_flat, strict=True):
            words.append((plate.garment_captions if flat else plate.captions)[-1])
            domains.append("traditional" if plate.look.culture else "garments" if flat else "people")
        progress("drawing plates", len(words), count)
    captions = np.array(words)
    return TruePairs(
        images=np.concatenate(images),
        texts=encode_distinct(encoder, captions),
        words=captions,
        domains=np.array(domains),
        meanings=captions,
        rows=np.arange(count),
    )


def encode_distinct(encoder: Encoder, words: NDArray[np.str_]) -> Embeddings:
    """Embeddings of captions `(N, D)`; equal ones are encoded once."""
    if not len(words):
        return np.zeros((0, encoder.embedding_dim), np.float32)
    distinct, places = np.unique(words, return_inverse=True)
    return encoder.encode_texts([str(text) for text in distinct])[places]


def swap_captions(
    pairs: TruePairs, rate: float, swap: Swap, draw: np.random.Generator
) -> tuple[TruePairs, NDArray[np.bool_]]:
    """Give a share of the pictures the caption of another one, of the same domain or of another.

    Returns:
        The pairs, and which of them are still true, `(N,)`.
    """
    count = len(pairs.words)
    wrong = np.sort(draw.permutation(count)[: round(rate * count)])
    source = np.arange(count)
    for row in wrong:
        same = pairs.domains == pairs.domains[row]
        others = np.nonzero((same if swap == "within" else ~same) & (pairs.meanings != pairs.meanings[row]))[0]
        if len(others):
            source[row] = draw.choice(others)
    swapped = replace(pairs, texts=pairs.texts[source], words=pairs.words[source])
    return swapped, source == np.arange(count)
