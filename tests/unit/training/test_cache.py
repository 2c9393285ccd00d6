from __future__ import annotations

import numpy as np

from toile.training.cache import cached, joined


def test_rows_are_joined_in_order_and_the_parts_are_let_go():
    parts = [
        {"images": np.arange(6).reshape(2, 3), "words": np.array(["a", "bc"])},
        {"images": np.arange(6, 9).reshape(1, 3), "words": np.array(["longer"])},
    ]
    whole = joined(parts)
    assert whole["images"].tolist() == np.arange(9).reshape(3, 3).tolist()
    assert whole["words"].tolist() == ["a", "bc", "longer"]
    assert parts == [{}, {}]


def test_what_was_made_is_not_made_again(tmp_path):
    calls = []

    def make() -> dict[str, np.ndarray]:
        calls.append(1)
        return {"rows": np.arange(3)}

    for _ in range(2):
        assert cached(tmp_path / "below" / "rows.npz", make)["rows"].tolist() == [0, 1, 2]
    assert len(calls) == 1
