"""What a score means: pairs that are certainly wrong say where nothing begins, in each domain apart.

An encoder that knows one domain's words less well gives all of its pairs lower cosines, the right ones and the wrong
ones. Pictures with the words of *other* records of the same domain measure that offset without any label. Two steps:

1. Some pictures and some words are near to everything. Half of how near they are on the whole is taken away,
   `c = i·t - (i·T + I·t) / 2` with the domain's mean text `T` and mean picture `I`; cf. the hubness correction of
   Conneau et al. 2018 (CSLS), there with the nearest neighbours, here with all.
2. The calibrated score is `z = (c - m) / d`, with the mismatches' median `m` and spread `d` (1.4826 median absolute
   deviations, so that the few true matches among them do no harm).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from toile.models.protocols import Embeddings

MISMATCHES: Final = 32
"""Captions that each picture is wrongly paired with."""
_MAD_TO_SD: Final = 1.4826  # of a normal distribution
_MIN_SPREAD: Final = 1e-4  # of cosines: below it all mismatches have one score, and nothing can be measured with it

_MOST_TOGETHER: Final = 4096
_BLOCK: Final = 512  # pictures whose mismatches are computed at once: 32 texts each

Values = NDArray[np.float64]
Origin = Literal["own", "others", "pooled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairs:
    """Pairs of one domain: `N` pictures and their words.

    Attributes:
        images: `(N, D)`.
        texts: `(N, D)`.
        words: the `N` texts; equal words are no mismatch.
        total: rows that the domain has in the whole source, of which these are a sample.
    """

    images: Embeddings
    texts: Embeddings
    words: Sequence[str]
    total: int

    def __len__(self) -> int:
        return len(self.words)

    @property
    def cosines(self) -> Values:
        """Raw score of each pair, `(N,)`."""
        return cosines(self.images, self.texts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """Mean embeddings of a domain.

    Attributes:
        image: `(D,)`.
        text: `(D,)`.
    """

    image: Values
    text: Values

    def centre(self, scores: Values, images: Embeddings, texts: Embeddings) -> Values:
        """`c` of the module's docstring, for scores whose last axis the embeddings' rows match."""
        near: Values = scores - (images @ self.text + texts @ self.image) / 2
        return near


@dataclass(frozen=True, kw_only=True, slots=True)
class Null:
    """Where the centred scores of mismatched pairs lie.

    Attributes:
        centre: their median.
        spread: 1.4826 median absolute deviations.
        scores: the mismatches' own centred scores, sorted: empirical p-values are read from them.
        rows: pictures behind it.
        origin: whose words the pictures were paired with: the domain's `own`; those of `others`, where its own are all
            the same; or `pooled`, pictures and words of all domains together, where its rows are too few.
    """

    centre: float
    spread: float
    scores: Values
    rows: int
    origin: Origin = "own"

    def z(self, centred: Values) -> Values:
        """Calibrated scores."""
        calibrated: Values = (centred - self.centre) / self.spread
        return calibrated

    def p_values(self, z: Values) -> Values:
        """Share of mismatches that score as high, never 0: `(1 + #{null >= z}) / (1 + #null)`."""
        above = len(self.scores) - np.searchsorted(self.scores, z * self.spread + self.centre, side="left")
        shares: Values = (1 + above) / (1 + len(self.scores))
        return shares


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """What calibrates the scores of all domains.

    Attributes:
        nulls: domain to its mismatches within the domain.
        means: domain to its mean embeddings; of all together where the null isn't its own.
        easy: domain to the median z of its pictures with words of other domains: an encoder for which it lies far
            below 0 recognises the domain and not the garment. Only of domains with a null of their own.
    """

    nulls: Mapping[str, Null]
    means: Mapping[str, Means]
    easy: Mapping[str, float]

    def z(self, domain: str, images: Embeddings, texts: Embeddings) -> Values:
        """Calibrated scores of `N` pairs of a domain."""
        return self.nulls[domain].z(self.means[domain].centre(cosines(images, texts), images, texts))


def cosines(images: Embeddings, texts: Embeddings) -> Values:
    """Of each row with its row, `(N,)`, in double precision."""
    products: Values = np.einsum("nd,nd->n", images, texts, dtype=np.float64)
    return products


def mean_embeddings(domains: Mapping[str, Pairs]) -> dict[str, Means]:
    """Means of the pairs at hand; for a stream they are summed up elsewhere."""
    return {
        name: Means(image=pairs.images.mean(axis=0, dtype=np.float64), text=pairs.texts.mean(axis=0, dtype=np.float64))
        for name, pairs in domains.items()
    }


def calibrate(
    domains: Mapping[str, Pairs], means: Mapping[str, Means], *, min_rows: int, seed: int = 0
) -> Calibration | None:
    """Measure the nulls; None where all domains together have fewer than `min_rows` rows with a mismatch.

    Args:
        domains: name to (a sample of) its pairs, at least one each.
        means: of all of its pairs.
        min_rows: pictures with a mismatch that a domain needs for a null of its own.
        seed: of the drawing of mismatches.
    """
    draw = np.random.default_rng(seed)
    everything = _together(domains)
    together = _pooled_means(domains, means)
    pool = _null(_mismatches(everything, everything, together, draw), "pooled", min_rows)
    if pool is None:
        return None
    nulls, used, easy = {}, {}, {}
    for name, pairs in domains.items():
        own = _null(_mismatches(pairs, pairs, means[name], draw), "own", min_rows)
        others = _together({key: other for key, other in domains.items() if key != name}) if len(domains) > 1 else None
        apart = None if others is None else _mismatches(pairs, others, together if own is None else means[name], draw)
        nulls[name] = own or (None if apart is None else _null(apart, "others", min_rows)) or pool
        used[name] = together if own is None else means[name]
        if apart is not None and nulls[name].origin == "own" and not np.isnan(apart).all():
            easy[name] = float(np.nanmedian(nulls[name].z(apart)))
    return Calibration(nulls=nulls, means=used, easy=easy)


def _together(domains: Mapping[str, Pairs]) -> Pairs:
    """The pairs of several domains, at most `_MOST_TOGETHER` of them: enough for what is drawn from them."""
    stride = max(1, sum(map(len, domains.values())) // _MOST_TOGETHER)
    return Pairs(
        images=np.concatenate([pairs.images[::stride] for pairs in domains.values()]),
        texts=np.concatenate([pairs.texts[::stride] for pairs in domains.values()]),
        words=[word for pairs in domains.values() for word in pairs.words[::stride]],
        total=sum(pairs.total for pairs in domains.values()),
    )


def _pooled_means(domains: Mapping[str, Pairs], means: Mapping[str, Means]) -> Means:
    weights = [pairs.total for pairs in domains.values()]
    return Means(
        image=np.average([means[name].image for name in domains], axis=0, weights=weights),
        text=np.average([means[name].text for name in domains], axis=0, weights=weights),
    )


def _mismatches(pictures: Pairs, words: Pairs, means: Means, draw: np.random.Generator) -> Values:
    """Centred scores of each picture with `MISMATCHES` texts of `words`, `(N, MISMATCHES)`; NaN for its own words."""
    columns = draw.integers(0, len(words), (len(pictures), MISMATCHES))
    products = np.concatenate(
        [
            np.einsum("nd,nmd->nm", pictures.images[rows : rows + _BLOCK], words.texts[columns[rows : rows + _BLOCK]])
            for rows in range(0, len(pictures), _BLOCK)
        ],
        dtype=np.float64,
    )
    near_pictures = (pictures.images @ means.text)[:, None]
    scores: Values = products - (near_pictures + (words.texts @ means.image)[columns]) / 2
    numbers = {text: number for number, text in enumerate(dict.fromkeys([*pictures.words, *words.words]))}
    own = np.array([numbers[text] for text in pictures.words])
    other = np.array([numbers[text] for text in words.words])
    scores[own[:, None] == other[columns]] = np.nan
    return scores


def _rows_behind(scores: Values) -> int:
    return int((~np.isnan(scores)).any(axis=1).sum())


def _null(mismatches: Values, origin: Origin, min_rows: int) -> Null | None:
    """None where too few pictures have a mismatch, or all mismatches one score."""
    rows = _rows_behind(mismatches)
    known = np.sort(mismatches[~np.isnan(mismatches)])
    if rows < min_rows or not len(known):
        return None
    centre = float(np.median(known))
    spread = _MAD_TO_SD * float(np.median(np.abs(known - centre)))
    return Null(centre=centre, spread=spread, scores=known, rows=rows, origin=origin) if spread >= _MIN_SPREAD else None
