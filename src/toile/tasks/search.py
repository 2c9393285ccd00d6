"""`toile search`: an index asked in words, with pictures, or with both."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from toile import __version__
from toile.catalog.records import Record, extra_columns
from toile.errors import RetrievalIndexError
from toile.recipe import Recipe
from toile.retrieval.fusion import reciprocal_rank_fusion
from toile.retrieval.index import Hits, Index, check_k
from toile.tasks.query import Query

if TYPE_CHECKING:
    from toile.bundles import Bundle
    from toile.models.unifashion_encoder import UniFashionEncoder

_DEEPER: Final = 10  # times k hits of each ranking go into a hybrid search
_TEXT_DEPTH: Final = 1000  # but at least so many of full-text search, where whole categories share one score


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One record that was found.

    Attributes:
        score: cosine similarity in [-1, 1]; of a hybrid search the fused score of `reciprocal_rank_fusion`, with a
            caption weight the sum of z-scores.
        extra: the manifest's own columns.
    """

    id: str
    score: float
    category: str | None
    caption: str | None
    colours: tuple[str, ...]
    extra: Mapping[str, Any]
    read_record: Callable[[], Record] = field(repr=False, compare=False)

    @property
    def record(self) -> Record:
        """The whole record with its picture, read from the index."""
        return self.read_record()


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """The hits of one query, best first.

    Attributes:
        facets: column to value to how many of all rows that pass the filter have it.
        exact: whether every row that passes the filter was looked at.
    """

    hits: list[Hit]
    facets: Mapping[str, Mapping[str, int]]
    exact: bool
    seconds: float
    recipe: Recipe

    def to_json(self) -> str:
        """One object; pictures are left out."""
        hits = [
            {
                "id": hit.id,
                "score": round(hit.score, 6),
                "category": hit.category,
                "caption": hit.caption,
                "colours": hit.colours,
                "extra": hit.extra,
            }
            for hit in self.hits
        ]
        told = {"hits": hits, "facets": self.facets, "exact": self.exact, "seconds": round(self.seconds, 4)}
        return json.dumps({**told, "recipe": asdict(self.recipe)}, ensure_ascii=False, default=str)


def search(
    index_dir: Path,
    query: Query,
    *,
    bundle: Bundle,
    where: str | None = None,
    k: int = 10,
    facets: Sequence[str] = (),
) -> SearchResult:
    """Find the `k` records nearest to a query of words, pictures, or both.

    Args:
        index_dir: folder that `toile index` made with the same encoders.
        query: what is asked.
        bundle: its encoders embed the query.
        where: SQL condition on the index's columns, e.g. `category = 'dress' and kids = false`.
        k: hits wanted; all that there are where the index holds fewer.
        facets: columns whose values are counted over all rows that pass the filter.

    Raises:
        QueryError: a query that can't be asked, see `Query`; k < 1; a filter or a facet that names an unknown column;
            words beyond the text tower's window.
        RetrievalIndexError: there is no index, or another encoder made it.
        CheckpointError: the multimodal encoder is asked and the bundle has none.
    """
    start = time.perf_counter()
    check_k(k)
    query.check()
    index = Index.open(index_dir)
    index.header.check_encoder(bundle.encoder.fingerprint, index_dir)
    chosen = query.chosen(has_multimodal=index.header.multimodal is not None)
    depth = max(_DEEPER * k if query.hybrid else k, query.rerank)
    if chosen == "first":
        found = index.search(query.embed(bundle.encoder), k=depth, where=where)
    else:
        found = _search_multimodal(index, index_dir, query, bundle.unifashion_encoder, depth, where)
    ranking = list(zip(found.row_ids[0].tolist(), found.scores[0].tolist(), strict=True))
    if query.rerank and query.text is not None:
        ranking = _reranked(index, ranking, query.text, query.rerank, bundle.unifashion_encoder)
    if query.hybrid and query.text is not None:
        row_ids, scores = index.text_search(query.text, k=max(_TEXT_DEPTH, _DEEPER * k), where=where)
        ranking = reciprocal_rank_fusion([ranking, list(zip(row_ids.tolist(), scores.tolist(), strict=True))])
    counted = index.facets(facets, where=where) if facets else {}
    arguments = {**query.arguments(), "encoder": chosen, "where": where, "k": k, "facets": list(facets)}
    return SearchResult(
        hits=_hits(index, ranking[:k]),
        facets=counted,
        exact=found.exact,
        recipe=Recipe(
            verb="search",
            arguments={**arguments, "index": {"rows": len(index), "version": index.version}},
            bundle=bundle.hash,
            version=__version__,
            parents=query.parents(),
        ),
        seconds=time.perf_counter() - start,
    )


def _search_multimodal(
    index: Index, index_dir: Path, query: Query, encoder: UniFashionEncoder, k: int, where: str | None
) -> Hits:
    """The best rows by the multimodal encoder; all are compared, and a query's own vectors are tried one by one."""
    stored = index.header.multimodal
    if stored is not None and stored.fingerprint != encoder.fingerprint:
        raise RetrievalIndexError(
            f"the multimodal vectors in {index_dir} are another encoder's ({stored.fingerprint[:12]}) than this "
            f"bundle's ({encoder.fingerprint[:12]}): load that bundle, or index again with --multimodal"
        )
    compared = index.compare(query.embed_multimodal(encoder))
    pictures, captions = compared.pictures.max(0), compared.captions.max(0)
    if query.hits == "captions":
        scores = captions
    elif query.caption_weight:
        scores = standardised(pictures) + query.caption_weight * standardised(captions)
    else:
        scores = pictures
    return index.best(scores, k=k, where=where)


def standardised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores as z-scores, those that are missing (NaN) at the mean: scales that differ can be added."""
    known = ~np.isnan(scores)
    if not known.any():
        return np.zeros_like(scores)
    spread = scores[known].std() or 1.0
    found: NDArray[np.float32] = np.where(known, (scores - scores[known].mean()) / spread, 0.0).astype(np.float32)
    return found


def _reranked(
    index: Index, ranking: list[tuple[int, float]], text: str, count: int, encoder: UniFashionEncoder
) -> list[tuple[int, float]]:
    """The first so many in the order of similarity and matching together; their scores stay the similarities."""
    first, rest = ranking[:count], ranking[count:]
    records = index.records(np.array([row_id for row_id, _ in first], np.uint64))
    matched = encoder.match([record.picture() for record in records], text)
    both = standardised(np.array([score for _, score in first], np.float32)) + standardised(matched)
    return [*(first[place] for place in np.argsort(-both, kind="stable")), *rest]


def _hits(index: Index, ranking: Sequence[tuple[int, float]]) -> list[Hit]:
    row_ids = np.array([row_id for row_id, _ in ranking], np.uint64)
    return [
        Hit(
            id=facts["id"],
            score=score,
            category=facts["category"],
            caption=facts["caption"],
            colours=tuple(facts["colours"] or ()),
            extra={name: facts[name] for name in extra_columns(list(facts))},
            read_record=partial(_record, index, row_id),
        )
        for facts, (row_id, score) in zip(index.facts(row_ids), ranking, strict=True)
    ]


def _record(index: Index, row_id: int) -> Record:
    return index.records(np.array([row_id], np.uint64))[0]
