"""What UniFashion's encoder learns from: pictures with words, and two pictures with what leads from one to the other.

Words are those that the files bring (plates), or class, colour and tags where they bring none (photos).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from toile.catalog.pairs import iterate_captioned, iterate_changes
from toile.catalog.photos import clear_colour, iterate_garments, iterate_streets, photo_files, street_caption
from toile.catalog.styles import STYLES, attribute_list
from toile.errors import DataError
from toile.models.fashion_encoder import fit_into_square
from toile.models.text_encoder import TextEncoder
from toile.recipes.captions import EMBEDDED_CATEGORIES, NOUNS, phrases_of, without_unseen_nouns
from toile.training.augment import AugmentConfig, augment
from toile.training.cache import Arrays, cached_arrays, joined
from toile.training.sampling import sample_rows

_CAPTIONED, _NAMED = range(2)
_FILES: Final = ("garments.parquet", "streets.parquet", "captioned.parquet")
_STYLE: Final = ", fashion plate"  # what the generator is told of drawings; nobody searches for it


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Tokenized texts, `(B, L)` each."""

    ids: Tensor
    mask: Tensor

    def __getitem__(self, rows: Tensor) -> Words:
        return Words(ids=self.ids[rows], mask=self.mask[rows])

    def to(self, device: torch.device) -> Words:
        """On that device."""
        return Words(ids=self.ids.to(device), mask=self.mask.to(device))


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairs:
    """Pictures and words, row by row."""

    images: Tensor
    """`(B, 3, S, S)` in [-1, 1]."""
    words: Words
    same: Tensor
    """`(B, B)` of pictures and texts, true where both are of one product, or the text may be true of the picture."""
    styles: Sequence[Mapping[str, str]] = ()
    """Of each picture its captions by style, where there are any; empty: of none."""

    def to(self, device: torch.device) -> Pairs:
        """On that device."""
        images, words, same = _moved(self.images, device), self.words.to(device), self.same.to(device)
        return replace(self, images=images, words=words, same=same)


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """Pictures, what to change, and the pictures that this leads to, row by row."""

    references: Tensor
    """`(B, 3, S, S)` in [-1, 1]."""
    sentences: Words
    targets: Tensor
    """`(B, 3, S, S)` in [-1, 1]."""
    captions: Words
    """Of the targets."""
    same: Tensor
    """`(B, B)`, true where two rows are the same pair."""
    styles: Sequence[Mapping[str, str]] = ()
    """Of each target its captions by style, where there are any; empty: of none."""

    def to(self, device: torch.device) -> Changes:
        """On that device."""
        return replace(
            self,
            references=_moved(self.references, device),
            sentences=self.sentences.to(device),
            targets=_moved(self.targets, device),
            captions=self.captions.to(device),
            same=self.same.to(device),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedCaptions:
    """What a language model is to write of some pictures."""

    rows: Tensor
    """`(N,)`, of which picture."""
    instructions: list[str]
    captions: list[str]


def asked_captions(styles: Sequence[Mapping[str, str]], each: int, generator: torch.Generator) -> AskedCaptions:
    """So many captions of each picture that has any, each in a style of its own, asked for in any of its wordings."""
    rows, instructions, captions = [], [], []
    for row, told in enumerate(styles):
        for style in _some(sorted(told), each, generator):
            rows.append(row)
            instructions.append(_some(STYLES[style], 1, generator)[0])
            captions.append(told[style])
    return AskedCaptions(rows=torch.tensor(rows, dtype=torch.long), instructions=instructions, captions=captions)


class PairSource:
    """Draws pictures with words from the training rows of garments.parquet and streets.parquet."""

    def __init__(
        self,
        data: Sequence[Path],
        cache: Path,
        *,
        size: int,
        photo_share: float,
        fullest_share: float = 1.0,
        alike_share: float = 0.0,
    ) -> None:
        """Read the files once, as long as they stay the same.

        Args:
            data: folders.
            cache: folder of decoded pictures.
            size: side of the pictures, pixels.
            photo_share: of a batch, rows that have no wordings of their own.
            fullest_share: how often a row is described by its fullest wording; else by any of the others.
            alike_share: of the rows with wordings, those that show garments of one category, lest that tell them apart.
        """
        self.size = size
        self.photo_share, self.fullest_share, self.alike_share = photo_share, fullest_share, alike_share
        self.arrays = joined(
            [
                cached_arrays(cache, f"titled-pairs-{size}", files, lambda path: _pair_arrays(path, size))
                for files in _pair_files(data)
            ]
        )
        self.captions = [_wordings(str(lines)) for lines in self.arrays["captions"]]
        self.styles: list[dict[str, str]] = [json.loads(str(styles)) for styles in self.arrays["styles"]]
        told = np.array([bool(wordings) for wordings in self.captions])
        self.rows = [np.flatnonzero((self.arrays["sources"] == source) & told) for source in (_CAPTIONED, _NAMED)]
        self.styled = [np.array([row for row in rows if self.styles[row]], np.intp) for rows in self.rows]
        self.categories = self._categories()
        captioned = self.rows[_CAPTIONED]
        kinds = np.unique(self.categories[captioned])
        self.alike = [captioned[self.categories[captioned] == kind] for kind in kinds if kind]

    def draw_styled(
        self, count: int, augmentation: AugmentConfig, generator: torch.Generator
    ) -> tuple[Tensor, list[dict[str, str]]]:
        """So many pictures `(B, 3, S, S)` that have captions in some style, and these."""
        captioned, named = self.styled
        num_photos = self._num_photos(count, captioned, named)
        sources = [(captioned, count - num_photos), (named, num_photos)]
        rows = sample_rows([(own, number) for own, number in sources if number], generator)
        images = augment(as_pixels(self.arrays["images"][rows]), self.size, augmentation, generator)
        return images, [self.styles[row] for row in rows]

    def draw(self, count: int, words: TextEncoder, augmentation: AugmentConfig, generator: torch.Generator) -> Pairs:
        """So many rows."""
        captioned, named = self.rows
        num_photos = self._num_photos(count, captioned, named)
        num_alike = round((count - num_photos) * self.alike_share) if self.alike else 0
        alike = self.alike[int(torch.randint(len(self.alike), (), generator=generator))] if num_alike else captioned
        sources = [(captioned, count - num_photos - num_alike), (alike, num_alike), (named, num_photos)]
        rows = sample_rows([(own, number) for own, number in sources if number], generator)
        texts = [_drawn(self.captions[row], self.fullest_share, generator) for row in rows]
        products, said = self.arrays["products"][rows], np.array(texts)
        same = (products[:, None] == products) | (said[:, None] == said) | self._may_suit(rows, texts)
        return Pairs(
            images=augment(as_pixels(self.arrays["images"][rows]), self.size, augmentation, generator),
            words=tokenized(words, texts),
            same=torch.from_numpy(same),
            styles=[self.styles[row] for row in rows],
        )

    def _may_suit(self, rows: NDArray[np.intp], texts: Sequence[str]) -> NDArray[np.bool_]:
        """Whether a text that only names a photo's class, or class and colour, may be true of a picture, too.

        Returns:
            `(pictures, texts)`; what is not known of a picture, such as a street photo's garments, may be so.
        """
        categories, colours = self.categories[rows], self.arrays["colours"][rows]
        is_named = (self.arrays["sources"][rows] == _NAMED) & (categories != "")
        says_colour = np.array([colour != "" and colour in text for colour, text in zip(colours, texts, strict=True)])
        same_colour = (colours[:, None] == colours) | (colours == "")[:, None] | ~says_colour
        alike = ((categories[:, None] == categories) & same_colour) | (categories == "")[:, None]
        suits: NDArray[np.bool_] = is_named & alike
        return suits

    def _num_photos(self, count: int, captioned: NDArray[np.intp], named: NDArray[np.intp]) -> int:
        return round(count * self.photo_share) if len(captioned) and len(named) else count * bool(len(named))

    def _categories(self) -> NDArray[np.str_]:
        """Of each row's main garment, empty where unknown: a drawn look's is that of its flat garment."""
        products, told = self.arrays["products"], self.arrays["categories"]
        of_product = {product: category for product, category in zip(products, told, strict=True) if category}
        return np.array([of_product.get(product, "") for product in products])


class ChangeSource:
    """Draws pairs that differ in one thing from the training rows of changes.parquet."""

    def __init__(self, data: Sequence[Path], cache: Path, *, size: int) -> None:
        """Read the files once, as long as they stay the same; arguments as for `PairSource`."""
        self.size = size
        files = photo_files(data, "changes.parquet")
        self.arrays = cached_arrays(cache, f"styled-changes-{size}", files, lambda path: _change_arrays(path, size))
        self.sentences = [str(lines).split("\n") for lines in self.arrays["sentences"]]
        self.captions = [_wordings(str(lines)) for lines in self.arrays["captions"]]
        self.styles: list[dict[str, str]] = [json.loads(str(styles)) for styles in self.arrays["styles"]]

    def draw(self, count: int, words: TextEncoder, augmentation: AugmentConfig, generator: torch.Generator) -> Changes:
        """So many rows; each picture is moved in its own way."""
        rows = torch.randint(len(self.sentences), (count,), generator=generator).numpy()
        references, targets = (
            augment(as_pixels(self.arrays[name][rows]), self.size, augmentation, generator)
            for name in ("references", "targets")
        )
        return Changes(
            references=references,
            sentences=tokenized(words, [_drawn(self.sentences[row], 0.0, generator) for row in rows]),
            targets=targets,
            captions=tokenized(words, [next(iter(self.captions[row]), "") for row in rows]),
            same=torch.from_numpy(rows[:, None] == rows),
            styles=[self.styles[row] for row in rows],
        )


# --- rows -----------------------------------------------------------------------------------------------------------


def _pair_files(data: Sequence[Path]) -> list[list[Path]]:
    """The files of each kind that there are.

    Raises:
        DataError: there are none.
    """
    kinds = [[folder / name for folder in data if (folder / name).is_file()] for name in _FILES]
    if not any(kinds):
        raise DataError(f"there is none of {', '.join(_FILES)} in {', '.join(map(str, data))}")
    return [files for files in kinds if files]


def _pair_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, with words of their own or with what class, colour and tags are worth."""
    if path.name == "captioned.parquet":
        for picture in iterate_captioned(path, "train"):
            told = {"image": picture.image, "product": picture.product, "category": picture.category}
            yield told | {"captions": picture.captions, "source": _CAPTIONED, "styles": {}}
    elif path.name == "garments.parquet":
        for photo in iterate_garments(path, "train"):
            row = {"image": photo.image, "product": photo.id, "category": photo.category}
            if photo.captions:
                yield row | {"captions": photo.captions, "source": _CAPTIONED, "styles": photo.styles}
            elif photo.category in EMBEDDED_CATEGORIES:
                colour = clear_colour(photo.colours)
                words = phrases_of(photo.category, None) + (phrases_of(photo.category, colour) if colour else [])
                told = {"source": _NAMED, "colour": colour or "", "styles": _named(photo.category, colour)}
                yield row | {"captions": tuple(words), **told}
    else:
        for street in iterate_streets(path, "train"):
            source = _CAPTIONED if street.captions else _NAMED
            listed, styles = street.captions, street.styles
            if not listed:
                listed = (street_caption(street),)
                styles = {"title": listed[0]} if street.labels is not None and listed[0] else {}
            row = {"image": street.image, "product": street.id, "category": ""}
            yield row | {"captions": listed, "source": source, "styles": styles}


def _named(category: str, colour: str | None) -> dict[str, str]:
    """What a photo's class and colour are worth by style."""
    noun, told = NOUNS[category][0], {"garment": category}
    if colour is None:
        return {"title": noun, "attributes": attribute_list(told)}
    return {"title": f"{colour} {noun}", "attributes": attribute_list(told | {"colour": colour})}


def _pair_arrays(path: Path, size: int) -> Arrays:
    rows = [row | {"image": fit_into_square(row["image"], size)} for row in _pair_rows(path)]
    return {
        "images": np.stack([row["image"] for row in rows]),
        "products": np.array([row["product"] for row in rows]),
        "categories": np.array([row["category"] for row in rows]),
        "captions": np.array(["\n".join(row["captions"]) for row in rows]),
        "colours": np.array([row.get("colour", "") for row in rows]),
        "sources": np.array([row["source"] for row in rows], np.int64),
        "styles": np.array([json.dumps(dict(row["styles"])) for row in rows]),
    }


def _change_arrays(path: Path, size: int) -> Arrays:
    pictures, sentences, captions, styles = [], [], [], []
    for pair in iterate_changes(path, "train"):
        pictures.append([fit_into_square(image, size) for image in (pair.reference, pair.target)])
        sentences.append("\n".join(pair.sentences))
        captions.append("\n".join(pair.captions))
        styles.append(json.dumps(dict(pair.styles)))
    references, targets = np.stack(pictures).swapaxes(0, 1)
    return {
        "references": references,
        "targets": targets,
        "sentences": np.array(sentences),
        "captions": np.array(captions),
        "styles": np.array(styles),
    }


def _wordings(lines: str) -> list[str]:
    return [without_unseen_nouns(wording) for wording in lines.split("\n") if wording and not wording.endswith(_STYLE)]


def _some(options: Sequence[str], count: int, generator: torch.Generator) -> list[str]:
    order = torch.randperm(len(options), generator=generator)[:count].tolist()
    return [options[place] for place in order]


def _drawn(wordings: Sequence[str], first_share: float, generator: torch.Generator) -> str:
    """The first so often, else any of the others."""
    if len(wordings) == 1 or torch.rand((), generator=generator) < first_share:
        return wordings[0]
    first = 1 if first_share else 0
    return wordings[first + int(torch.randint(len(wordings) - first, (), generator=generator))]


def as_pixels(images: NDArray[np.generic]) -> Tensor:
    """`(B, S, S, 3)` bytes to `(B, 3, S, S)` in [-1, 1]."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1


def _moved(images: Tensor, device: torch.device) -> Tensor:
    return images.to(device, memory_format=torch.channels_last)


def tokenized(words: TextEncoder, texts: Sequence[str]) -> Words:
    """Texts as the Q-Former reads them."""
    ids, mask = words.tokenize(texts)
    return Words(ids=ids, mask=mask)
