from io import BytesIO

from PIL import Image

from toile.catalog.filtering.audit import Account
from toile.catalog.filtering.rules import RULES
from toile.catalog.filtering.settings import FilterSettings, RuleSettings, ScoreSettings
from toile.pages import filter_page
from toile.tasks.filter import DomainReport, FilterReport, Sample


def told(row, **values):
    names = ("id", "text", "note", "score", "z", "tau", "width", "side", "aspect", "persons", "body", "area")
    empty = dict.fromkeys((*names, "same_id", "same_hash", "same_embedding"))
    return {**empty, "row": row, **values}


def account():
    counts = Account(rows=10, kept=6)
    counts.dropped_by.update({"size": 1, "hash": 1, "score": 2})
    for name in RULES:
        counts.verdicts[name].update({"passed": 10})
    counts.verdicts["persons"].clear()
    counts.verdicts["persons"].update({"not judged": 10})
    counts.verdicts["aspect"].clear()
    counts.verdicts["aspect"].update({"off": 10})
    return counts


def domain(name, **values):
    base = {"rows": 5, "scored": 4, "kept": 3, "ratio": 1.0, "tau": 0.4, "tau_origin": "shrunken", "calibration": "own"}
    return DomainReport(name=name, **{**base, "centre": 0.01, "spread": 0.1, "easy": -0.4, "matches": 0.8, **values})


def page(**values):
    buffer = BytesIO()
    Image.new("RGB", (30, 40), "red").save(buffer, "PNG")
    samples = {
        "size": [Sample(picture=buffer.getvalue(), told=told(3, id="s<3>", text="a red dress", width=30, side=30))],
        "score": [Sample(picture=buffer.getvalue(), told=told(4, id="b", score=0.1, z=-0.26, tau=0.42, width=30))],
        "hash": [Sample(picture=None, told=told(5, id="c", same_hash=2))],
    }
    report = FilterReport(
        source="shop.parquet",
        settings=FilterSettings(domain="culture", rules=RuleSettings(max_aspect=None), score=ScoreSettings()),
        account=account(),
        domains=[
            domain("plain"),
            domain("rare", calibration="pooled"),
            domain("blind", tau=None, tau_origin="undecided"),
        ],
        samples=samples,
        bundle="fake 000000000000",
        seconds=1.0,
    )
    return filter_page(report)


def test_the_funnel_counts_down_to_what_is_kept():
    text = page()
    left = [10, 10, 9, 9, 9, 9, 9, 9, 9, 9, 8, 8, 6]
    cells = [part.split("</td>")[0] for part in text.split('<td class="number">')[1:]]
    assert [int(cell) for cell in cells[1:26:2]] == left
    assert "6 of 10 records stay" in text


def test_what_is_off_or_cannot_be_judged_is_said():
    text = page()
    assert "not judged for any record: no such column, and nobody looked" in text
    assert text.count("<em>off</em>") == 1
    assert "too few rows to calibrate: the value of all domains together was used" in text
    assert "its pairs score hardly above mismatched ones: nothing was dropped for its score" in text


def test_samples_say_why_they_went_and_text_is_escaped():
    text = page()
    assert "shorter side 30 px" in text
    assert "cosine 0.10, z -0.3, threshold 0.42" in text
    assert "row 2 stays" in text
    assert "s&lt;3&gt;" in text
    assert text.count("data:image/webp;base64,") == 2
