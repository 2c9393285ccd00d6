"""Refine a brief with what a studio has at hand: the text tower, and a language model where one is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from toile.culture.reading import read
from toile.culture.refining import Drawable, Refined
from toile.culture.refining import refine as refine_alone
from toile.culture.session import Refiner, fixed_of
from toile.culture.slots import Wishes
from toile.culture.verify import POLICIES, Policy
from toile.errors import QueryError

if TYPE_CHECKING:
    from toile.culture.chat import LanguageModel
    from toile.culture.search import Sentences


_AS_SEEN: Final = Wishes(
    left_open=frozenset(("colour", "material", "motif", "technique")), allow_restricted="a caption"
)


def wishes_of(
    *,
    culture: str | None = None,
    occasion: str | None = None,
    lock: Mapping[str, str] | None = None,
    tradition: float = 0.5,
    seed: int = 0,
    allow_restricted: str | None = None,
) -> Wishes:
    """Check what is asked for besides the brief.

    Raises:
        QueryError: a field is unknown, or a value is out of its range.
    """
    if not 0 <= tradition <= 1:
        raise QueryError(f"tradition is {tradition}, expected 0 to 1")
    if allow_restricted is not None and len(allow_restricted.split()) < 2:
        raise QueryError("say in a few words why a restricted garment is to be shown; it stands in the recipe")
    fixed = fixed_of(lock or {})
    garment = fixed.pop("garment", None)
    return Wishes(
        culture=culture,
        occasion=occasion,
        garment=garment,
        fixed=fixed,
        tradition=tradition,
        seed=seed,
        allow_restricted=allow_restricted,
    )


def refiner(
    *, sentences: Sentences | None = None, model: LanguageModel | None = None, policy: str = "strict"
) -> Refiner:
    """What refines a brief: names and words, sentences where nothing is named, a language model where there is one.

    Args:
        sentences: the text tower; None: `text_tower`'s, loaded when a brief needs it.
        model: chooses and writes; None: nobody does.
        policy: of `culture.verify.POLICIES`, for what the model writes.

    Raises:
        QueryError: there is no such policy.
    """
    checked = next((one for one in POLICIES if one == policy), None)
    if checked is None:
        raise QueryError(f"policy is {policy!r}, expected one of {', '.join(POLICIES)}")
    return lambda brief, wishes: _refined(brief, wishes, sentences or text_tower, model, checked)


def _refined(brief: str, wishes: Wishes, sentences: Sentences, model: LanguageModel | None, policy: Policy) -> Refined:
    # A name is found in milliseconds without any model.
    used = None if wishes.garment is not None or read(brief).garments else sentences
    if model is None:
        return refine_alone(brief, wishes, sentences=used)
    from toile.culture.writing import refine_with

    return refine_with(model, brief, wishes, sentences=used, policy=policy)


def as_recorded(refined: Refined) -> dict[str, Any]:
    """What a recipe keeps of a refinement: its brief, its records, each slot with its source, why it was allowed."""
    return {
        "brief": refined.brief,
        "records": list(refined.records),
        "slots": [[slot.field, slot.value, slot.source] for slot in refined.slots],
        "prompt": refined.prompt,
        "seed": refined.wishes.seed,
        "allowed": refined.wishes.allow_restricted,
    }


def refined_caption(caption: str) -> str | None:
    """A picture's caption as the records word it; None where it names no garment of theirs.

    What a record leaves open, colour or motif, isn't added: the garment that is seen may not have it.
    """
    refined = refine_alone(caption, _AS_SEEN)
    return refined.prompt_short if refined.records and refined.prompt_short else None


def drawable_of(refined: Refined) -> Drawable:
    """A refined brief as `design` takes it.

    Raises:
        QueryError: a garment is not to be shown, or nothing is left that can be drawn.
    """
    if refined.declined:
        raise QueryError(" ".join(refined.warnings))
    if refined.drawable is None:
        said = " ".join([*refined.warnings, *refined.questions])
        names = ", ".join(refined.records)
        why = f"{names} is nothing that covers the body, and the denoiser draws people in clothes" if names else said
        raise QueryError(f"{refined.brief!r} can't be drawn: {why}. Name what is worn: a dress, a coat, a kimono")
    return refined.drawable


def text_tower(texts: Sequence[str]) -> NDArray[np.floating]:
    """Sentence vectors of the text tower, `(N, 384)`, L2-normalised."""
    from toile.models.text_encoder import load_text_encoder

    encoder = load_text_encoder()
    rows = [encoder.encode(list(texts[start : start + 64])).sentence.numpy() for start in range(0, len(texts), 64)]
    return np.concatenate(rows)
