from __future__ import annotations

import pytest

from toile.errors import CheckpointError, ConfigError, DataError, QueryError, RetrievalIndexError, ToileError

KINDS = (ConfigError, DataError, QueryError, RetrievalIndexError, CheckpointError)


def test_every_kind_has_its_own_exit_code() -> None:
    codes = [kind.exit_code for kind in (ToileError, *KINDS)]
    assert codes == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("kind", KINDS)
def test_one_except_catches_what_a_user_can_mend(kind: type[ToileError]) -> None:
    with pytest.raises(ToileError, match=r"expected 3, got 4; give 3"):
        raise kind("expected 3, got 4; give 3")


@pytest.mark.parametrize("kind", KINDS)
def test_programmer_mistakes_are_not_among_them(kind: type[ToileError]) -> None:
    assert not issubclass(kind, ValueError | TypeError | OSError)
