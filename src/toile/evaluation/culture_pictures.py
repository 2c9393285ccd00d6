"""Do pictures show the garment that a brief means? Plates of the split, asked for in words as users type them.

Every brief is drawn as it is, or refined; the pictures are held against the plates. Which network tells what they show
is not the one that filters and aligns: a judge that has taught the pupil grades itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from toile.catalog.plates.examples import PlateConfig, PlateExample, examples
from toile.catalog.plates.looks.cultures import TRADITIONS
from toile.catalog.plates.wording.phrases import noun_of
from toile.catalog.split import Split
from toile.culture.knowledge import knowledge
from toile.culture.refining import refine
from toile.culture.weak_words import weak_words
from toile.errors import QueryError
from toile.evaluation.answers import told_answers
from toile.evaluation.briefs import NUM_SHOWN, Told
from toile.evaluation.picture_sheet import picture_sheet
from toile.metrics.bootstrap import bootstrap_mean
from toile.metrics.distribution import (
    density_coverage,
    frechet_distance,
    gini,
    inception_score,
    kernel_distance,
    vendi_score,
)
from toile.progress import Progress
from toile.tasks.design import design
from toile.tasks.drawing import Settings
from toile.tasks.look import look

if TYPE_CHECKING:
    from toile.bundles import Bundle

PLATES_SEED: Final = 31
"""No recipe trains on plates of this seed."""
EACH: Final = 6
"""Plates of each tradition that designs are held against."""
TAUGHT: Final = 20
"""Plates of each tradition by which the judge learns them."""
_NEIGHBOURS: Final = 5
_PROBES: Final[dict[tuple[str, str], Pipeline]] = {}
"""By the encoder's weights and the split: an ablation measures many bundles that have one encoder."""
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
    plates = _plates(split, EACH, progress)
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
    judge = _judge(bundle, split, progress)
    seen, real = judge.look(images), judge.look([Image.fromarray(plate.picture) for plate in plates])
    wanted = [plate.look.culture or "" for plate in plates]
    own, theirs = _features(seen), _features(real)
    probabilities = judge.shares(seen)
    best = [judge.names[place] for place in probabilities.argmax(axis=1)]
    right = np.array([name == one.garment for name, one in zip(best, asked, strict=True)], dtype=float)
    known = [judge.names[place] for place in judge.shares(real).argmax(axis=1)]
    encoder = bundle.unifashion_encoder
    raw, new, true = (
        np.diag(encoder.scores(seen, encoder.encode_texts(texts)))
        for texts in ([one.brief for one in asked], prompts, [f"a {noun_of(one.garment, ())}" for one in asked])
    )
    density, coverage = density_coverage(theirs, own, k=_NEIGHBOURS)
    figures = {
        "picture_kid": kernel_distance(theirs, own).mean,
        "picture_fid": frechet_distance(theirs, own),
        "picture_inception_score": inception_score(probabilities),
        "reference_inception_score": inception_score(judge.shares(real)),
        "picture_vendi": vendi_score(own),
        "reference_vendi": vendi_score(theirs[:: max(1, len(theirs) // len(own))][: len(own)]),
        "picture_density": density,
        "picture_coverage": coverage,
        "garment_at_1": float(right.mean()),
        "reference_garment_at_1": float(np.mean([name == true for name, true in zip(known, wanted, strict=True)])),
        "confused_share": _confused(best, [one.garment for one in asked]),
        "alignment_brief": float(raw.mean()),
        "alignment_prompt": float(new.mean()),
        "alignment_garment": float(true.mean()),
    }
    figures |= _leaks(best, [one.garment for one in asked])
    figures |= _presence(images, asked, bundle, progress)
    figures |= _of_continents(own, theirs, [one.garment for one in asked], wanted, right)
    shown = [f"{one.brief}: {words}" if refined else one.brief for one, words in zip(asked, prompts, strict=True)]
    return Told(
        figures=figures,
        intervals={"garment_at_1": bootstrap_mean(right), "alignment_garment": bootstrap_mean(true)},
        sheets={"culture": picture_sheet(images[:NUM_SHOWN], shown[:NUM_SHOWN])},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judge:
    """Tells which tradition a picture shows: logistic regression on the multimodal encoder's features of plates."""

    bundle: Bundle
    names: list[str]
    probe: Pipeline

    def look(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        """`(N, num_queries, D)` of pictures."""
        return self.bundle.unifashion_encoder.encode_images(images)

    def shares(self, seen: NDArray[np.float32]) -> NDArray[np.float64]:
        """Of each of `names`, `(N, K)`."""
        found: NDArray[np.float64] = self.probe.predict_proba(seen.reshape(len(seen), -1))
        return found


def _judge(bundle: Bundle, split: Split | None, progress: Progress) -> _Judge:
    """Fitted on training plates; the encoder alone knows names of garments hardly better than by chance."""
    weights = str(bundle.manifest.parts["unifashion"].files)
    taught = "train" if split != "train" else "validation"
    if (weights, taught) not in _PROBES:
        plates = _plates(taught, TAUGHT, progress)
        features = bundle.unifashion_encoder.encode_images([Image.fromarray(plate.picture) for plate in plates])
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
        _PROBES[weights, taught] = probe.fit(features.reshape(len(features), -1), [one.look.culture for one in plates])
    probe = _PROBES[weights, taught]
    return _Judge(bundle=bundle, names=list(probe.classes_), probe=probe)


@cache
def _plates(split: Split | None, each: int, progress: Progress) -> list[PlateExample]:
    """Of each tradition as many."""
    found: list[PlateExample] = []
    for number, name in enumerate(TRADITIONS):
        progress("drawing plates", number, len(TRADITIONS))
        stream = examples(PlateConfig(seed=PLATES_SEED, height=256, wishes={"culture": name}), split)
        found += [next(stream) for _ in range(each)]
    return found


def _briefs(plates: Sequence[PlateExample], count: int) -> list[_Asked]:
    """The traditions in turn; words by the plate's number."""
    ordered = [plates[EACH * garment + turn] for turn in range(EACH) for garment in range(len(plates) // EACH)]
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


def _features(vectors: NDArray[np.float32]) -> NDArray[np.floating]:
    """The mean of each picture's queries `(N, Q, D)`, about unit variance a feature, `(N, D)`."""
    mean = vectors.mean(axis=1)
    scaled: NDArray[np.floating] = mean / np.linalg.norm(mean, axis=1, keepdims=True) * np.sqrt(mean.shape[1])
    return scaled


def _confused(best: Sequence[str], wanted: Sequence[str]) -> float:
    """Share of pictures that show what their garment's record says it is taken for."""
    taken = [
        name in {one.id for one in knowledge()[asked].confusable_with} for name, asked in zip(best, wanted, strict=True)
    ]
    return float(np.mean(taken))


def _leaks(best: Sequence[str], wanted: Sequence[str]) -> dict[str, float]:
    """Of garments that are taken for each other, the share of one's pictures that show the other; zeros left out."""
    found: dict[str, float] = {}
    for asked in sorted(set(wanted)):
        own = [name for name, other in zip(best, wanted, strict=True) if other == asked]
        for other in (one.id for one in knowledge()[asked].confusable_with):
            if other in own:
                found[f"leak_{asked}_to_{other}"] = own.count(other) / len(own)
    return found


def _presence(
    images: Sequence[Image.Image], asked: Sequence[_Asked], bundle: Bundle, progress: Progress
) -> dict[str, float]:
    """Share of the attributes that a garment's construction fixes which `look` tells of its picture."""
    seen: dict[str, list[float]] = {}
    for done, (image, one) in enumerate(zip(images, asked, strict=True)):
        progress("looking at designs", done, len(asked))
        record = knowledge()[one.garment]
        wanted = {} if record.drawn_as is None else record.drawn_as.attributes
        told = told_answers(look(image, bundle=bundle))
        for name, value in wanted.items():
            seen.setdefault(record.culture.continent.lower(), []).append(float(told.get(name) == value))
    shares = {f"attribute_presence_{continent}": float(np.mean(values)) for continent, values in seen.items()}
    every = [value for values in seen.values() for value in values]
    return {"attribute_presence": float(np.mean(every)), **shares} if every else {}


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
        figures["garment_at_1_gini"] = gini(np.array(shares))
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
