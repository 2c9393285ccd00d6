"""Do pictures show the garment that a brief means? Plates of the split, asked for in words as users type them.

Every brief is drawn as it is, or refined; the pictures are held against the plates. Which network tells what they show
is not the one that filters and aligns: a judge that has taught the pupil grades itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.special import softmax

from toile.catalog.plates.examples import PlateConfig, PlateExample, examples
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.wording.phrases import noun_of
from toile.catalog.split import Split
from toile.culture.knowledge import knowledge
from toile.culture.refining import refine
from toile.culture.weak_words import weak_words
from toile.errors import QueryError
from toile.evaluation.briefs import NUM_SHOWN, Told
from toile.evaluation.picture_sheet import picture_sheet
from toile.metrics.bootstrap import bootstrap_mean
from toile.metrics.distribution import density_coverage, frechet_distance, inception_score, kernel_distance, vendi_score
from toile.progress import Progress
from toile.tasks.design import design
from toile.tasks.drawing import Settings

if TYPE_CHECKING:
    from toile.bundles import Bundle

PLATES_SEED: Final = 31
"""No recipe trains on plates of this seed."""
REFERENCES: Final = 222
"""Plates that designs are held against: six of each tradition."""
_LOGIT_SCALE: Final = 20.0
_NEIGHBOURS: Final = 5
_LEAST: Final = 12
"""Designs and plates of a continent below which its KID says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """One brief, and what it means."""

    garment: str
    brief: str
    seed: int


def of_pictures(
    bundle: Bundle, split: Split | None, *, count: int, refined: bool, settings: Settings, progress: Progress
) -> Told:
    """Draw each brief once, and compare.

    Args:
        bundle: whose denoiser draws and whose multimodal encoder judges.
        split: of the plates.
        count: how many briefs, the traditions in turn.
        refined: whether briefs are refined before they are drawn.
        settings: how they are drawn.
        progress: watcher.
    """
    plates = _plates(split, progress)
    asked = _briefs(plates, count)
    images, prompts = [], []
    for done, one in enumerate(asked):
        progress("drawing briefs", done, len(asked))
        words, attributes, concepts = _words(one, refined=refined)
        try:
            (drawn,) = design(
                words, bundle=bundle, attributes=attributes, concepts=concepts, seed=one.seed, settings=settings
            )
        except QueryError:  # words that fit no grammar are drawn as they are
            (drawn,) = design(words, bundle=bundle, seed=one.seed, settings=settings)
        images.append(drawn.image)
        prompts.append(words)
    judge = bundle.unifashion_encoder
    pictures = [Image.fromarray(plate.picture) for plate in plates]
    wanted = [plate.look.culture or "" for plate in plates]
    seen, real = judge.encode_images(images), judge.encode_images(pictures)
    own, theirs = _flat(seen), _flat(real)
    names = list(TRADITIONS)
    told = judge.encode_texts([TRADITIONS[name].names[0] for name in names])
    probabilities = softmax(_LOGIT_SCALE * judge.scores(seen, told), axis=1)
    ranked = np.argsort(-probabilities, axis=1)
    right = np.array([names[row[0]] == one.garment for row, one in zip(ranked, asked, strict=True)], dtype=float)
    reference = np.argmax(judge.scores(real, told), axis=1)
    raw = np.diag(judge.scores(seen, judge.encode_texts([one.brief for one in asked])))
    new = np.diag(judge.scores(seen, judge.encode_texts(prompts)))
    true = np.diag(judge.scores(seen, judge.encode_texts([_plain(one.garment) for one in asked])))
    density, coverage = density_coverage(theirs, own, k=_NEIGHBOURS)
    figures = {
        "picture_kid": kernel_distance(theirs, own).mean,
        "picture_fid": frechet_distance(theirs, own),
        "picture_inception_score": inception_score(probabilities),
        "picture_vendi": vendi_score(own),
        "reference_vendi": vendi_score(theirs[: len(own)]),
        "picture_density": density,
        "picture_coverage": coverage,
        "garment_at_1": float(right.mean()),
        "reference_garment_at_1": float(
            np.mean([names[place] == name for place, name in zip(reference, wanted, strict=True)])
        ),
        "confused_share": _confused(ranked[:, 0], names, [one.garment for one in asked]),
        "alignment_brief": float(raw.mean()),
        "alignment_prompt": float(new.mean()),
        "alignment_garment": float(true.mean()),
    }
    figures |= _of_continents(own, theirs, [one.garment for one in asked], wanted, right)
    shown = [f"{one.brief} → {words}" if refined else one.brief for one, words in zip(asked, prompts, strict=True)]
    return Told(
        figures=figures,
        intervals={"garment_at_1": bootstrap_mean(right), "alignment_garment": bootstrap_mean(true)},
        sheets={"culture": picture_sheet(images[:NUM_SHOWN], shown[:NUM_SHOWN])},
    )


def _plates(split: Split | None, progress: Progress) -> list[PlateExample]:
    """Of each tradition as many."""
    each = REFERENCES // len(TRADITIONS)
    found: list[PlateExample] = []
    for number, name in enumerate(TRADITIONS):
        progress("drawing plates", number, len(TRADITIONS))
        config = PlateConfig(seed=PLATES_SEED, height=256, wishes={"culture": name})
        stream = examples(config, split)
        found += [next(stream) for _ in range(each)]
    return found


def _briefs(plates: Sequence[PlateExample], count: int) -> list[_Asked]:
    """The traditions in turn; words by the plate's number."""
    each = REFERENCES // len(TRADITIONS)
    ordered = [plates[each * garment + turn] for turn in range(each) for garment in range(len(plates) // each)]
    known = [plate for plate in ordered if plate.look.culture in knowledge()]
    asked = []
    for seed in range(count):
        plate = known[seed % len(known)]
        name = plate.look.culture or ""
        brief = weak_words(knowledge()[name], _colour(plate), Random(f"{seed} {plate.index}"))
        asked.append(_Asked(garment=name, brief=brief, seed=seed))
    return asked


def _words(one: _Asked, *, refined: bool) -> tuple[str, dict[str, str], tuple[str, ...]]:
    if not refined:
        return one.brief, {}, ()
    made = refine(one.brief)
    if made.drawable is None:
        return made.prompt_short or one.brief, {}, ()
    return made.drawable.words, dict(made.drawable.attributes), made.drawable.concepts


def _colour(plate: PlateExample) -> str | None:
    worn = next((one for one in plate.look.garments if one.category == plate.look.culture), None)
    return worn.cloth.colour if worn else None


def _plain(garment: str) -> str:
    return f"a {noun_of(garment, ())}"


def _flat(vectors: NDArray[np.float32]) -> NDArray[np.floating]:
    """The mean of each picture's queries `(N, Q, D)`, about unit variance a feature, `(N, D)`."""
    mean = vectors.mean(axis=1)
    scaled: NDArray[np.floating] = mean / np.linalg.norm(mean, axis=1, keepdims=True) * np.sqrt(mean.shape[1])
    return scaled


def _confused(best: NDArray[np.intp], names: Sequence[str], wanted: Sequence[str]) -> float:
    """Share of pictures that show what their garment's record says it is taken for."""
    taken = [
        names[place] in {one.id for one in knowledge()[name].confusable_with}
        for place, name in zip(best, wanted, strict=True)
    ]
    return float(np.mean(taken))


def _of_continents(
    own: NDArray[np.floating],
    theirs: NDArray[np.floating],
    asked: Sequence[str],
    shown: Sequence[str],
    right: NDArray[np.float64],
) -> dict[str, float]:
    """KID and garments of each continent that has enough of both, the widest gap, and the worst."""
    figures: dict[str, float] = {}
    for continent, mine, known in _by_continent(asked, shown):
        figures[f"garment_at_1_{continent}"] = float(right[mine].mean())
        if min(len(mine), len(known)) >= _LEAST:
            figures[f"kid_{continent}"] = kernel_distance(theirs[known], own[mine]).mean
    shares = [value for name, value in figures.items() if name.startswith("garment_at_1_")]
    if shares:
        figures["garment_at_1_gap"] = max(shares) - min(shares)
    return figures


def _by_continent(asked: Sequence[str], shown: Sequence[str]) -> Iterator[tuple[str, list[int], list[int]]]:
    def places(names: Sequence[str], continent: str) -> list[int]:
        return [
            place
            for place, name in enumerate(names)
            if name in knowledge() and knowledge()[name].culture.continent == continent
        ]

    for continent in ("Africa", "Americas", "Asia", "Europe"):
        mine, known = places(asked, continent), places(shown, continent)
        if mine:
            yield continent.lower(), mine, known
