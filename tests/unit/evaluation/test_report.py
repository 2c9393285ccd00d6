import json

import pytest
from PIL import Image

from toile.evaluation.report import Report


def report(**changes):
    values = {
        "benchmark": "search",
        "figures": {"label_accuracy": 0.75, "chance_label_accuracy": 0.1},
        "intervals": {"label_accuracy": (0.7, 0.8)},
        "n": 40,
        "bundle": "tiny 0123",
        "version": "0.1.0",
        "seconds": 1.5,
        "notes": ["<b>bold</b> claims are escaped"],
        "sheets": {"designs": Image.new("RGB", (8, 8), "red")},
    }
    return Report(**{**values, **changes})


def test_json_is_one_object_with_the_promised_names():
    assert json.loads(report().to_json()) == {
        "benchmark": "search",
        "figures": {"label_accuracy": 0.75, "chance_label_accuracy": 0.1},
        "intervals": {"label_accuracy": [0.7, 0.8]},
        "n": 40,
        "bundle": "tiny 0123",
        "version": "0.1.0",
        "seconds": 1.5,
        "notes": ["<b>bold</b> claims are escaped"],
    }


def test_page_shows_figures_and_intervals_and_escapes_text():
    page = report().to_html()
    assert "0.75" in page
    assert "0.7 to 0.8" in page
    assert "data:image/jpeg;base64," in page
    assert "&lt;b&gt;bold" in page
    assert "<b>bold" not in page


def test_saved_as_json_page_and_sheets(tmp_path):
    written = report().save(tmp_path / "out")
    assert sorted(path.name for path in written) == ["designs.png", "search.html", "search.json"]
    with Image.open(tmp_path / "out" / "designs.png") as sheet:
        assert sheet.size == (8, 8)


def test_a_figure_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match=r"search: the figures \['kid'\] are not finite numbers"):
        report(figures={"kid": float("nan")}, intervals={})


def test_an_interval_needs_its_figure():
    with pytest.raises(ValueError, match=r"intervals without a figure: \['recall'\]"):
        report(intervals={"recall": (0.0, 1.0)})
