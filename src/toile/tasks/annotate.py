"""`annotate`: captions for the pictures of Fashion-IQ, half by machine (UniFashion appendix, "Fashion-IQ-cap").

The sentences that people wrote about differences are lemmatised; the words most of them use are a menu, and a vision
language model is asked to describe each garment with those that fit. In the released captions of the paper every target
of the validation split holds its own query: a text search without any picture then finds it. Here the menu is made from
the training split alone, a prompt is the same for all pictures, and that no sentence of the evaluation is in it is
checked before anything is asked.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from PIL import Image

from toile.catalog.datasets.fashion_iq import FashionIQ
from toile.catalog.datasets.rows import Triplet
from toile.catalog.images import read_image
from toile.catalog.manifest import Row
from toile.errors import ConfigError, DataError, EndpointError
from toile.progress import Progress, no_progress
from toile.tasks.caption import write_texts

if TYPE_CHECKING:
    from toile.bundles import Bundle

_TRAIN: Final = "train"
_WORD: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")
_MENU_WORDS: Final = 40
_LEAST_SENTENCE: Final = 3  # words; "is red" is in any text about red things
_FAILURES_IN_A_ROW: Final = 5
# Words of sentences, not of clothes. Comparatives are lemmatised to what they compare.
_SENTENCE_WORDS: Final = (
    "a an and are as at be but by color colour do does for from has have in instead into is it its less like more most "
    "much no not of on one or other out same style than that the them there they this to very was wear which with you "
    "i he she we get go show look make similar different desire product item provide then all only also just"
)
_NO_ATTRIBUTES: Final = frozenset(_SENTENCE_WORDS.split())
PROMPT: Final = (
    "Describe the garment in this picture in two or three sentences, as a shop would: what it is, its colours, "
    "pattern, fabric, sleeves, neck, length and fit. Say nothing of the person and compare it with nothing. Where "
    "they fit, use these words: {menu}."
)


class VisionModel(Protocol):
    """What writes a caption."""

    def describe(self, image: Image.Image, prompt: str) -> str:
        """The caption of one picture.

        Raises:
            EndpointError: there is no answer.
        """


@dataclass(frozen=True, slots=True)
class OwnCaptioner:
    """Our captioner as a vision model: it sees the picture and no prompt."""

    bundle: Bundle

    def describe(self, image: Image.Image, prompt: str) -> str:
        """Product copy of one picture; the prompt is not read."""
        return write_texts([image], "copy", bundle=self.bundle)[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnotateReport:
    """What one run did.

    Attributes:
        written: captions of this run.
        known: pictures that had one already.
        failed: pictures without an answer; run again to ask for them.
        menu: the attribute words of the prompt.
    """

    written: int
    known: int
    failed: int
    menu: tuple[str, ...]


def attribute_menu(sentences: Iterable[str], count: int = _MENU_WORDS) -> tuple[str, ...]:
    """The words that most sentences use, lemmatised, the most frequent first; words of no garment are left out.

    Args:
        sentences: relative captions, English.
        count: at most so many words.

    Raises:
        ConfigError: the package `simplemma` is missing.
    """
    try:
        import simplemma
    except ModuleNotFoundError:
        raise ConfigError("the menu of words needs the package simplemma: pip install 'toile[llm]'") from None

    seen: Counter[str] = Counter()
    for sentence in sentences:
        lemmas = {simplemma.lemmatize(word, lang="en") for word in _WORD.findall(sentence.lower())}
        seen.update(lemma for lemma in lemmas if lemma not in _NO_ATTRIBUTES and len(lemma) > 2)
    ranked = sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(word for word, _ in ranked[:count])


def check_unseen(prompt: str, evaluation: Iterable[str]) -> None:
    """Refuse a prompt that holds a sentence by which the result would be evaluated.

    Raises:
        DataError: it does.
    """
    told = _plain(prompt)
    for sentence in evaluation:
        plain = _plain(sentence)
        if len(plain.split()) >= _LEAST_SENTENCE and f" {plain} " in f" {told} ":
            raise DataError(f"the prompt holds {sentence!r}, with which the evaluation asks: captions would leak it")


def annotate(
    reader: FashionIQ, split: str, *, out: Path, model: VisionModel, progress: Progress = no_progress
) -> AnnotateReport:
    """Caption the pictures of a split into a JSONL file; run again, it goes on with those that are missing.

    Args:
        reader: the data set.
        split: whose pictures are captioned; the menu is the training split's always.
        out: lines of `image` and `caption`.
        model: what writes.
        progress: watcher.

    Raises:
        DataError: the training split is missing; a sentence of the evaluation is in the prompt.
        EndpointError: five pictures in a row got no answer; what was written stays.
    """
    menu = attribute_menu(_sentences(reader, [_TRAIN]))
    if not menu:
        raise DataError(f"{reader.root} has no sentences in its training split, which the menu of words is made from")
    prompt = PROMPT.format(menu=", ".join(menu))
    check_unseen(prompt, _sentences(reader, [name for name in reader.splits if name != _TRAIN]))
    rows = [row for row in reader.pictures(split) if isinstance(row, Row)]
    known = _known(out)
    written = failed = in_a_row = 0
    with out.open("a", encoding="utf-8") as file:
        for done, row in enumerate(rows, start=1):
            progress("captioning", done, len(rows))
            if row.id in known:
                continue
            try:
                caption = model.describe(read_image(Path(str(row.picture))), prompt)
            except (EndpointError, DataError) as error:
                failed, in_a_row = failed + 1, in_a_row + 1
                if in_a_row == _FAILURES_IN_A_ROW:
                    raise EndpointError(
                        f"{in_a_row} pictures in a row got no caption, the last because: {error}; {written} new ones "
                        f"are in {out}: run the same command again to go on"
                    ) from error
                continue
            in_a_row = 0
            written += 1
            file.write(json.dumps({"image": row.id, "caption": " ".join(caption.split())}, ensure_ascii=False) + "\n")
            file.flush()
    return AnnotateReport(written=written, known=len(known & {row.id for row in rows}), failed=failed, menu=menu)


def _sentences(reader: FashionIQ, splits: Sequence[str]) -> list[str]:
    return [
        sentence
        for split in splits
        for row in reader.rows(split)
        if isinstance(row, Triplet)
        for sentence in row.captions
    ]


def _known(out: Path) -> set[str]:
    """Ids that have a caption; a last line that was broken off is dropped from the file."""
    if not out.is_file():
        return set()
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        out.write_text("".join(lines[:-1]), encoding="utf-8")
        lines = lines[:-1]
    return {json.loads(line)["image"] for line in lines}


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
