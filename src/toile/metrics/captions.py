"""How near written captions are to references: BLEU-4, METEOR, ROUGE-L and CIDEr, by pycocoevalcap."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toile.errors import ConfigError


def has_java() -> bool:
    """Whether Java is there, which the tokenizer of these metrics and METEOR are written in."""
    return shutil.which("java") is not None


def caption_scores(written: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, NDArray[np.float64]]:
    """Scores of captions after PTB tokenization, as the field reports them (times 100: its tables).

    Args:
        written: N captions.
        references: for each, one text or more.

    Returns:
        `bleu4` `(1,)`, which is of the whole corpus; `meteor`, `rouge_l` and `cider` `(N,)`, whose means are reported.

    Raises:
        ConfigError: there is no Java.
        ValueError: there are no captions, or not as many references.
    """
    if not written or len(written) != len(references):
        raise ValueError(f"{len(written)} captions and {len(references)} references; give one list of texts a caption")
    if not has_java():
        raise ConfigError("BLEU, METEOR, ROUGE-L and CIDEr need Java for their tokenizer; install a Java runtime")
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider
    from pycocoevalcap.meteor.meteor import Meteor
    from pycocoevalcap.rouge.rouge import Rouge
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    tokenizer = PTBTokenizer()
    said = tokenizer.tokenize({row: [{"caption": text}] for row, text in enumerate(written)})
    right = tokenizer.tokenize({row: [{"caption": text} for text in texts] for row, texts in enumerate(references)})
    bleu, _ = Bleu(4).compute_score(right, said, verbose=0)
    scores = {"bleu4": np.array([bleu[3]], np.float64)}
    meteor = Meteor()
    for name, scorer in (("meteor", meteor), ("rouge_l", Rouge()), ("cider", Cider())):
        _, found = scorer.compute_score(right, said)
        scores[name] = np.asarray(found, np.float64)
    for pipe in (meteor.meteor_p.stdout, meteor.meteor_p.stderr):
        pipe.close()  # it leaves them open
    return scores
