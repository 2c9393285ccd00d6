"""What a search asks for: words, pictures, both, and what it doesn't want."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from PIL import Image

from toile.catalog.images import bound_side
from toile.errors import QueryError
from toile.models.protocols import Embeddings, Encoder

if TYPE_CHECKING:
    from toile.models.unifashion_encoder import UniFashionEncoder

_UNWANTED: Final = 0.5  # how much of what isn't wanted is taken off the query
_EQUAL: Final = 0.5  # share of the words where nothing else is said
_OPPOSITES: Final = (
    ("longer", "shorter"),
    ("looser", "tighter"),
    ("looser", "closer-fitting"),
    ("wider", "narrower"),
    ("darker", "lighter"),
    ("plain", "striped"),
    ("plain", "floral"),
)

EncoderName = Literal["first", "multimodal"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query.

    Attributes:
        text: words; beside pictures, what to change about them.
        images: RGB pictures of any size; of several, what they have in common counts.
        without: words for what is not wanted.
        text_weight: share of the words beside pictures in [0, 1], for the encoder that adds them; None: half.
        encoder: `first` adds words to pictures, `multimodal` was trained to change pictures by words. None:
            `multimodal` where the index has its vectors, the query has both, and no weight is given.
        hits: whether pictures are compared with the query, or captions: words for a picture.
        caption_weight: how much the records' captions count beside their pictures (z-scores; multimodal only).
        rerank: so many best hits are put in order once more by the matching head (multimodal only; needs words).
        hybrid: fuse with full-text search over caption, category and colours; needs words.
    """

    text: str | None = None
    images: tuple[Image.Image, ...] = ()
    without: str | None = None
    text_weight: float | None = None
    encoder: EncoderName | None = None
    hits: Literal["pictures", "captions"] = "pictures"
    caption_weight: float = 0.0
    rerank: int = 0
    hybrid: bool = False

    def check(self) -> None:
        """Refuse what can't be asked.

        Raises:
            QueryError: nothing is asked for; an empty text; a weight out of range; words that contradict each other;
                what one encoder can't do is asked of it.
        """
        if self.text is not None and not self.text.strip():
            if self.images:
                raise QueryError("the change is empty; say what to change, 'but sleeveless', or leave it out")
            raise QueryError("the query is empty; say in words what to look for, as in 'a red dress'")
        if self.text is None and not self.images:
            raise QueryError("nothing to search for: give words, a picture, or both")
        if self.without is not None and not self.without.strip():
            raise QueryError("what is not wanted is empty; name it, as in 'stripes', or leave it out")
        if self.text_weight is not None and not 0 <= self.text_weight <= 1:
            raise QueryError(f"text_weight is {self.text_weight}, expected the share of the words, from 0 to 1")
        if self.caption_weight < 0 or self.rerank < 0:
            raise QueryError("caption_weight and rerank can't be negative; 0 leaves them out")
        if self.text is None and (self.hybrid or self.rerank):
            raise QueryError(
                "hybrid search and rerank need words: they read them beside captions and pictures; give text too, or "
                "leave them out"
            )
        if self.images and self.text is not None and (found := contradiction(self.text)):
            raise QueryError(f"the change contradicts itself: {found}; ask for one of the two")

    def chosen(self, *, has_multimodal: bool) -> EncoderName:
        """The encoder that answers, where the index has such vectors or not.

        Raises:
            QueryError: what only one encoder can do is asked of the other.
        """
        needs = [
            name
            for name, asked in (
                ("captions as hits", self.hits == "captions"),
                ("caption_weight", self.caption_weight > 0),
                ("rerank", self.rerank > 0),
            )
            if asked
        ]
        if needs and self.encoder == "first":
            raise QueryError(f"{needs[0]} needs the multimodal encoder; leave the encoder out, or name multimodal")
        if self.text_weight is not None and (needs or self.encoder == "multimodal"):
            raise QueryError("text_weight is of the first encoder, which adds words to pictures; leave it out")
        composed = self.text is not None and bool(self.images)
        if self.encoder is None and not needs:
            return "multimodal" if composed and has_multimodal and self.text_weight is None else "first"
        if self.encoder != "first" and self.text is None and self.hits == "pictures":
            raise QueryError(
                "the multimodal encoder compares pictures with words, not with each other; give words, or leave the "
                "encoder out"
            )
        return self.encoder or "multimodal"

    def embed(self, encoder: Encoder) -> Embeddings:
        """In the first encoder's space, `(1, D)`."""
        pictures = [bound_side(image) for image in self.images]
        weight = _EQUAL if self.text_weight is None else self.text_weight
        if not pictures:
            rows = encoder.encode_texts([str(self.text)])
        elif self.text is None:
            rows = encoder.encode_images(pictures)
        else:
            rows = encoder.encode_composed(pictures, [self.text] * len(pictures), text_weight=weight)
        unwanted = None if self.without is None else encoder.encode_texts([self.without])
        return _less(rows.mean(0, keepdims=True), unwanted)

    def embed_multimodal(self, encoder: UniFashionEncoder) -> Embeddings:
        """In the multimodal encoder's space: `(1, dim)`, or a row a query of the Q-Former for pictures alone."""
        pictures = [bound_side(image) for image in self.images]
        unwanted = None if self.without is None else encoder.encode_texts([self.without])
        if self.text is None:
            return _less(np.concatenate(list(encoder.encode_images(pictures))), unwanted)
        if pictures:
            rows = encoder.encode_composed(pictures, [self.text] * len(pictures))
        else:
            rows = encoder.encode_texts([self.text])
        return _less(rows.mean(0, keepdims=True), unwanted)

    def arguments(self) -> dict[str, Any]:
        """What a recipe holds of it: all but the pictures."""
        names = ("text", "without", "text_weight", "encoder", "hits", "caption_weight", "rerank", "hybrid")
        return {name: getattr(self, name) for name in names}

    def parents(self) -> list[str]:
        """sha256 of the pictures."""
        return [hashlib.sha256(image.tobytes()).hexdigest() for image in self.images]


def contradiction(text: str) -> str | None:
    """What is asked for both ways at once, as `longer sleeves` and `shorter sleeves`; None if nothing is."""
    lowered = text.lower()
    if "sleeveless" in lowered and re.search(r"\b(long|short|puffed|longer|shorter)\b[\w -]*\bsleeves", lowered):
        return "sleeveless, and sleeves"
    for one, other in _OPPOSITES:
        if re.search(rf"\b({one} (and|but|or) {other}|{other} (and|but|or) {one})\b", lowered):
            return f"{one} and {other}"
        first, second = (re.findall(rf"\b{word}\b ?(\w*)", lowered) for word in (one, other))
        if both := [noun for noun in first if noun in second]:
            return f"{one} and {other} {both[0]}".rstrip()
    return None


def _less(rows: Embeddings, unwanted: Embeddings | None) -> Embeddings:
    """Queries less what is not wanted, L2-normalised `(Q, D)`."""
    if unwanted is not None:
        rows = rows - _UNWANTED * unwanted
    left: Embeddings = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return left
