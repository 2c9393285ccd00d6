from __future__ import annotations

import pytest

from toile.progress import no_progress, rich_progress


def test_bars_go_to_stderr_and_name_every_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with rich_progress() as progress:
        progress("reading", 0, None)
        progress("reading", 3, 3)
        progress("encoding", 2, 5)
    out, err = capsys.readouterr()
    assert out == ""
    assert "reading" in err
    assert "3/3" in err
    assert "2/5" in err


def test_no_progress_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    no_progress("reading", 1, 2)
    assert capsys.readouterr() == ("", "")
