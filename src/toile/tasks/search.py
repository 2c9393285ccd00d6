"""`toile search`: an index asked in words, with a picture, or with both."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from toile import __version__
from toile.catalog.images import bound_side
from toile.catalog.records import Record, extra_columns
from toile.errors import QueryError
from toile.models.protocols import Embeddings, Encoder
from toile.recipe import Recipe
from toile.retrieval.fusion import reciprocal_rank_fusion
from toile.retrieval.index import Index, check_k

if TYPE_CHECKING:
    from toile.bundles import Bundle

_DEEPER: Final = 10  # times k hits of each ranking go into a hybrid search
_TEXT_DEPTH: Final = 1000  # but at least so many of full-text search, where whole categories share one score


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One record that was found.

    Attributes:
        score: cosine similarity in [-1, 1]; of a hybrid search the fused score of `reciprocal_rank_fusion`.
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
    *,
    bundle: Bundle,
    text: str | None = None,
    image: Image.Image | None = None,
    text_weight: float = 0.5,
    where: str | None = None,
    k: int = 10,
    hybrid: bool = False,
    facets: Sequence[str] = (),
) -> SearchResult:
    """Find the `k` records nearest to a query of words, a picture, or both.

    Args:
        index_dir: folder that `toile index` made with the same encoder.
        bundle: its encoder embeds the query.
        text: words; all of them count.
        image: RGB, of any size.
        text_weight: share of the words where there is a picture too, in [0, 1].
        where: SQL condition on the index's columns, e.g. `category = 'dress' and kids = false`.
        k: hits wanted.
        hybrid: fuse with full-text search over caption, category and colours; needs `text`.
        facets: columns whose values are counted over all rows that pass the filter.

    Raises:
        QueryError: no query, or an empty one; k < 1; `text_weight` outside of [0, 1]; `hybrid` without words; a filter
            or a facet that names an unknown column; words beyond the text tower's window.
        RetrievalIndexError: there is no index, or another encoder made it.
    """
    start = time.perf_counter()
    check_k(k)
    _check_query(text, image, text_weight, hybrid)
    index = Index.open(index_dir)
    index.header.check_encoder(bundle.encoder.fingerprint, index_dir)
    query = _embed(bundle.encoder, text, image, text_weight)
    nearest = index.search(query, k=_DEEPER * k if hybrid else k, where=where)
    ranking = list(zip(nearest.row_ids[0].tolist(), nearest.scores[0].tolist(), strict=True))
    if hybrid and text is not None:
        row_ids, scores = index.text_search(text, k=max(_TEXT_DEPTH, _DEEPER * k), where=where)
        ranking = reciprocal_rank_fusion([ranking, list(zip(row_ids.tolist(), scores.tolist(), strict=True))])
    counted = index.facets(facets, where=where) if facets else {}
    arguments = {
        "text": text,
        "text_weight": text_weight,
        "where": where,
        "k": k,
        "hybrid": hybrid,
        "facets": list(facets),
    }
    return SearchResult(
        hits=_hits(index, ranking[:k]),
        facets=counted,
        exact=nearest.exact,
        recipe=Recipe(
            verb="search",
            arguments={**arguments, "index": {"rows": len(index), "version": index.version}},
            bundle=bundle.hash,
            version=__version__,
            parents=[] if image is None else [hashlib.sha256(image.tobytes()).hexdigest()],
        ),
        seconds=time.perf_counter() - start,
    )


def _check_query(text: str | None, image: Image.Image | None, text_weight: float, hybrid: bool) -> None:
    if text is not None and not text.strip():
        raise QueryError("the query is empty; say in words what to look for, as in 'a red dress'")
    if text is None and image is None:
        raise QueryError("nothing to search for: give words, a picture, or both")
    if not 0 <= text_weight <= 1:
        raise QueryError(f"text_weight is {text_weight}, expected the share of the words, from 0 to 1")
    if hybrid and text is None:
        raise QueryError(
            "hybrid search fuses with full-text search and needs words; give text too, or leave hybrid out"
        )


def _embed(encoder: Encoder, text: str | None, image: Image.Image | None, text_weight: float) -> Embeddings:
    """The query's embedding `(1, D)`."""
    if image is None:
        return encoder.encode_texts([str(text)])
    picture = bound_side(image)
    if text is None:
        return encoder.encode_images([picture])
    return encoder.encode_composed([picture], [text], text_weight=text_weight)


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
