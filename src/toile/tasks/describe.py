"""What garments are and how they are cut, and the hierarchical caption that follows from it: the annotator.

Nothing is said that wasn't seen. An attribute is asked of the garments that have it, where the picture shows it, and
comes with its probability. Style, occasion, effect and feeling are read off the answers by the tables that the sample
world's captions are made with; where no row but a table's last holds, they stay unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from toile.catalog.hierarchical import CONCEPT_OF_CATEGORY, CONCEPTS, HierarchicalCaption
from toile.catalog.plates.looks.look import Cloth, Figure, Garment, Look
from toile.catalog.plates.wording.concepts import told_concepts
from toile.models.garment_net import QUESTIONS
from toile.models.garment_reader import Answers, GarmentReader, SeenGarment
from toile.taxonomy import PART_OF_CATEGORY
from toile.vision.masks import attributes_of

LOWER_END: Final = frozenset({"length", "hem"})
SLEEVES: Final = frozenset({"sleeve_length", "sleeve_type"})
COLLAR: Final = frozenset({"collar"})
_MEASURED_ODDS: Final = 8.0  # how much likelier a length gets by being measured
_DRAWS: Final = 64  # of answers, by their probabilities, to see how sure a concept is
UPPER_PARTS: Final = ("outerwear", "top", "dress")  # from outside to inside: a top with a dress is worn over it
_LOWER_PARTS: Final = ("skirt", "trousers")
# The sample world's garment for each of our categories, so that its tables of concepts can be asked.
_DRAWN_AS: Final = MappingProxyType(
    {
        "t-shirt": "t-shirt",
        "longsleeve": "t-shirt",
        "polo": "t-shirt",
        "undershirt": "t-shirt",
        "body": "t-shirt",
        "top": "blouse",
        "blouse": "blouse",
        "shirt": "shirt",
        "hoodie": "hoodie",
        "sweater": "sweater",
        "outerwear": "coat",
        "blazer": "blazer",
        "dress": "dress",
        "jumpsuit": "jumpsuit",
        "skirt": "skirt",
        "trousers": "trousers",
        "shorts": "shorts",
    }
)
_DRAWN_PATTERNS: Final = MappingProxyType(
    {
        "plain": "plain",
        "striped": "horizontal-stripes",
        "checked": "check",
        "dotted": "dots",
        "floral": "floral",
        "other": "brocade",
    }
)
_ANYBODY: Final = Figure(pose="straight", build="slim", skin="tan", hair="bob", hair_colour="brown")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was seen, in a word of the taxonomy, and its probability."""

    word: str
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """One garment in words.

    Attributes:
        category: of `taxonomy.CATEGORIES`.
        pattern: of `taxonomy.PATTERNS`.
        attributes: those of A1 to A5 that such a garment has and the picture shows.
        answers: all probabilities, of what isn't told, too.
    """

    category: Answer
    pattern: Answer
    attributes: Mapping[str, Answer]
    answers: Answers


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """A look in HieraFashDiff's grammar.

    Attributes:
        main: the part that it is about.
        caption: what is known.
        confidence: name of each place that is filled to a probability.
    """

    main: str
    caption: HierarchicalCaption
    confidence: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One garment whose cut is asked for.

    Attributes:
        garment: where it is.
        part: of `taxonomy.PARTS`, where it is known to be one; None: it may be anything.
        hidden: the attributes that the picture doesn't show.
        prior: how likely each category is by other evidence, up to a factor, in the order of the network's words.
        measure: from a category to the attributes that were measured on the pixels.
    """

    garment: SeenGarment
    part: str | None = None
    hidden: frozenset[str] = frozenset()
    prior: NDArray[np.float32] | None = None
    measure: Callable[[str], Mapping[str, str]] = lambda category: {}


def read_cuts(asked: Sequence[Asked], *, reader: GarmentReader) -> list[Cut]:
    """How garments are cut."""
    answers = reader.read([one.garment for one in asked])
    return [_cut(told, one) for told, one in zip(answers, asked, strict=True)]


def _cut(answers: Answers, asked: Asked) -> Cut:
    words = QUESTIONS["category"]
    shares = answers["category"] * np.array([asked.part in (None, PART_OF_CATEGORY.get(word)) for word in words])
    if asked.prior is not None:
        shares = shares * asked.prior
    answers = {**answers, "category": shares / max(float(shares.sum()), 1e-9)}
    category = _likeliest("category", answers)
    for name, word in asked.measure(category.word).items():
        odds = np.where(np.array(QUESTIONS[name]) == word, _MEASURED_ODDS, 1.0).astype(np.float32)
        answers[name] = answers[name] * odds / (answers[name] * odds).sum()
    told = {name: _likeliest(name, answers) for name in attributes_of(category.word) if name not in asked.hidden}
    if "sleeve_length" in told and told["sleeve_length"].word == "sleeveless":
        told.pop("sleeve_type", None)
    return Cut(category=category, pattern=_likeliest("pattern", answers), attributes=told, answers=answers)


def _likeliest(question: str, answers: Answers) -> Answer:
    best = int(answers[question].argmax())
    return Answer(word=QUESTIONS[question][best], confidence=float(answers[question][best]))


def describe(cuts: Mapping[str, Cut], colours: Mapping[str, str | None]) -> Description:
    """The caption of a look, or of a garment alone.

    It is about the outermost garment; sleeves and collar are those of the outermost that shows some, as in the captions
    of the sample world.

    Args:
        cuts: part to how it is cut; at least one.
        colours: part to the name of its main colour; None where none is known.
    """
    upper = [cuts[part] for part in UPPER_PARTS if part in cuts]
    part = next(part for part in (*UPPER_PARTS, *_LOWER_PARTS) if part in cuts)
    main = cuts[part]
    told = {name: main.attributes[name] for name in ("length", "hem") if name in main.attributes}
    told |= _sleeves(upper)
    collars = [cut.attributes["collar"] for cut in upper if "collar" in cut.attributes]
    told |= {"collar": collars[0]} if collars else {}
    concept = Answer(word=CONCEPT_OF_CATEGORY[main.category.word], confidence=main.category.confidence)
    said = {"category": concept, **_concepts(cuts, part, colours), **told}
    return Description(
        main=part,
        caption=HierarchicalCaption(**{name: answer.word for name, answer in said.items()}),
        confidence={name: answer.confidence for name, answer in said.items()},
    )


def _sleeves(upper: Sequence[Cut]) -> dict[str, Answer]:
    """Of the outermost that has some; a waistcoat shows the sleeves of the shirt under it."""
    known = [cut.attributes for cut in upper if "sleeve_length" in cut.attributes]
    sleeved = [told for told in known if told["sleeve_length"].word != "sleeveless"]
    shown = (sleeved or known)[:1]
    return {name: told[name] for told in shown for name in SLEEVES if name in told}


def _concepts(cuts: Mapping[str, Cut], main: str, colours: Mapping[str, str | None]) -> dict[str, Answer]:
    """Style, occasion, effect and feeling: what most draws of the answers lead to, and how many do."""
    generator = np.random.default_rng(0)
    votes: list[Counter[str | None]] = [Counter() for _ in CONCEPTS[1:]]
    for _ in range(_DRAWS):
        worn = {part: _drawn(cut, colours.get(part), generator) for part, cut in cuts.items()}
        look = Look(figure=_ANYBODY, garments=tuple(worn.values()))
        for counter, name in zip(votes, told_concepts(look, worn[main]), strict=True):
            counter[name] += 1
    found = {}
    for place, counter in zip(CONCEPTS[1:], votes, strict=True):
        name, count = counter.most_common(1)[0]
        if name is not None:
            found[place] = Answer(word=name, confidence=count / _DRAWS)
    return found


def _drawn(cut: Cut, colour: str | None, generator: np.random.Generator) -> Garment:
    """The garment as the sample world knows it, its answers drawn by their probabilities; hidden ones stay unknown."""

    def draw(question: str) -> str:
        shares = cut.answers[question].astype(np.float64)
        return str(generator.choice(QUESTIONS[question], p=shares / shares.sum()))

    category = _DRAWN_AS.get(draw("category"), _DRAWN_AS[cut.category.word])
    cloth = Cloth(colour=colour or "grey", pattern=_DRAWN_PATTERNS[draw("pattern")])
    return replace(
        Garment(category=category, cloth=cloth),
        **{name: draw(name) for name in cut.attributes},  # type: ignore[arg-type]
    )
