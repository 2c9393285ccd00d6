from __future__ import annotations

from toile.evaluation.search import UNSEEN_TEXTS
from toile.recipes.captions import COLOUR_ONLY, EMBEDDED_CATEGORIES, colour_phrases, phrases_of, without_unseen_nouns
from toile.taxonomy import CATEGORIES, COLOURS


def _words_of_all_captions() -> set[str]:
    phrases = [
        phrase for category in EMBEDDED_CATEGORIES for c in (None, *COLOURS) for phrase in phrases_of(category, c)
    ]
    phrases += [phrase for row in colour_phrases().values() for phrase in row]
    return {word for phrase in phrases for word in phrase.split()}


def test_words_that_the_benchmark_holds_out_train_nothing() -> None:
    assert not _words_of_all_captions() & set(UNSEEN_TEXTS)
    assert without_unseen_nouns("navy coat, white dress, black sneakers") == "navy outwear, white dress, black shoes"
    assert without_unseen_nouns("a long coat with a cape collar, red kufi cap") == (
        "a long outwear with a cape collar, red kufi hat"
    )


def test_phrases_name_what_they_should() -> None:
    assert set(EMBEDDED_CATEGORIES) <= set(CATEGORIES)
    assert "a red dress" in phrases_of("dress", "red")
    assert all("red" not in phrase.split() for phrase in phrases_of("dress", None))
    assert len(colour_phrases()["red"]) == len(COLOUR_ONLY)
