"""toile: find, describe, design and edit garments with one model bundle, one index and one recipe format.

Example:
    >>> studio = toile.load(index="my-index")
    >>> studio.index("my-photos/")
    >>> hits = studio.search("a red dress", k=10).hits
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toile.session import Studio

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def load(bundle: Path | str | None = None, index: Path | str | None = None, *, device: str = "cpu") -> Studio:
    """Open a model bundle, and with it the verbs.

    Args:
        bundle: folder of a model bundle; None is the one inside the package.
        index: folder of the index that `search` reads and `index` fills; it may still be missing.
        device: where the models run, e.g. `cpu` or `cuda`; `openvino`: the CPU, on which OpenVINO runs the denoiser.

    Raises:
        CheckpointError: the bundle is missing, corrupted or doesn't fit.
    """
    from toile.session import Studio

    return Studio.load(bundle, index, device=device)
