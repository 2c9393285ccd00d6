from __future__ import annotations

import pytest

from toile.errors import ConfigError
from toile.metrics import captions
from toile.metrics.captions import caption_scores, has_java

needs_java = pytest.mark.skipif(not has_java(), reason="the tokenizer of these metrics needs Java")


@needs_java
def test_the_same_words_score_highest_and_others_nothing():
    right = ["a red silk dress with long puffed sleeves", "black leather jacket over blue jeans and boots"]
    scores = caption_scores([right[0], "nothing of it is here"], [[text] for text in right])
    assert scores["rouge_l"].tolist() == pytest.approx([1.0, 0.0], abs=0.01)
    assert scores["cider"][0] == pytest.approx(10.0, abs=0.01)
    assert scores["cider"][1] == pytest.approx(0.0, abs=0.01)
    assert scores["meteor"][0] == pytest.approx(1.0, abs=0.01)


@needs_java
def test_bleu_is_of_the_whole_corpus():
    # Of 4-grams, 3-grams, 2-grams and words: 1/2, 2/3, 3/4 and 4/5 are right, and nothing is short.
    (found,) = caption_scores(["the red dress is long"], [["the red dress is short"]])["bleu4"]
    assert found == pytest.approx((1 / 2 * 2 / 3 * 3 / 4 * 4 / 5) ** 0.25, abs=1e-3)


def test_bad_input_is_told(monkeypatch):
    with pytest.raises(ValueError, match="0 captions and 0 references"):
        caption_scores([], [])
    monkeypatch.setattr(captions, "has_java", lambda: False)
    with pytest.raises(ConfigError, match="need Java"):
        caption_scores(["a"], [["a"]])
