"""The first weights of a network that is trained: those of a whole earlier one, of another's trunk, or as drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import nn

from toile.bundles import Bundle, load_bundle
from toile.errors import ConfigError


def load_start(start_from: str, trunk_from: str, *, whole: Callable[[Bundle], None], trunk: nn.Module) -> None:
    """Fill a network's first weights.

    Args:
        start_from: folder of the bundle whose network is trained further, or `embedded`; empty: see `trunk_from`.
        trunk_from: folder of the bundle whose encoder lends the trunk its weights, or `embedded`; empty: they stay as
            they were drawn.
        whole: takes the whole network from a bundle.
        trunk: an image encoder's stages, all of them or the first.

    Raises:
        ConfigError: the other network has other sizes.
    """
    source = start_from or trunk_from
    if not source:
        return
    bundle = load_bundle(None if source == "embedded" else Path(source))
    try:
        if start_from:
            whole(bundle)
        else:
            weights = bundle.tower.image.state_dict()
            trunk.load_state_dict({name: weights[name] for name in trunk.state_dict()})
    except (RuntimeError, KeyError) as error:
        raise ConfigError(f"the networks of {source} and of model.* have other sizes; make them equal") from error
