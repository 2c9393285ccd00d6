import json
import os
import signal
import subprocess
import sys
import textwrap
import tracemalloc
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from fakes import FakeBundle
from toile.catalog.filtering import audit as audit_module
from toile.catalog.filtering import deciding, disk, duplicates, reading
from toile.catalog.filtering.settings import FilterSettings, RuleSettings, ScoreSettings
from toile.catalog.photos import iterate_garments
from toile.errors import ConfigError, DataError
from toile.pages import filter_page
from toile.tasks import filter as task
from toile.tasks.filter import FilterReport, filter_source, restore
from toile.tasks.index import index_catalog
from toile.tasks.look import Item
from toile.vision.swatches import Swatch

SHADES = {"red": (200, 30, 40), "green": (46, 125, 60), "blue": (47, 99, 184), "yellow": (242, 215, 46)}
NAMES = tuple(SHADES)
NO_RULES = RuleSettings(min_side_px=None, max_hash_bits=None, min_cosine=None)


def picture(number: int, colour: str, size: tuple[int, int] = (24, 32)) -> bytes:
    """A garment in its colour, no two alike: strips of noise and a light that changes."""
    rng = np.random.default_rng(number)
    light = rng.normal(0, 15, 3)
    pixels = np.full((*size[::-1], 3), SHADES[colour] + light) + rng.normal(0, 60, (*size[::-1], 1))
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def rows_of(count: int, wrong: tuple[int, ...] = ()) -> list[dict]:
    """Captions name the colour, but for the wrong ones, which name the next."""
    return [
        {
            "image_id": f"g{i:04d}",
            "image": {"bytes": picture(i, NAMES[i % 4]), "path": None},
            "caption": f"a {NAMES[(i + (i in wrong)) % 4]} dress",
            "label": "Dress",
            "shop": "small" if i % 7 == 0 else "large",
        }
        for i in range(count)
    ]


def write(path: Path, rows: list[dict]) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def run(source: Path, out: Path, rules: RuleSettings = NO_RULES, **values) -> FilterReport:
    domain = values.pop("domain", None)
    score = ScoreSettings(**values) if values else ScoreSettings()
    settings = FilterSettings(domain=domain, rules=rules, score=score)
    return filter_source(source, out=out, bundle=FakeBundle(), page=filter_page, settings=settings, batch_size=16)


def audit(out: Path) -> list[dict]:
    return pq.read_table(out / "audit.parquet").to_pylist()


def kept_ids(out: Path) -> list[str]:
    return pq.read_table(out / "kept.parquet")["image_id"].to_pylist()


WRONG = (2, 10, 14, 40, 58)


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> tuple[Path, Path, FilterReport]:
    folder = tmp_path_factory.mktemp("shop")
    source = write(folder / "shop.parquet", rows_of(80, WRONG))
    return source, folder / "out", run(source, folder / "out", domain="shop", min_rows=8)


def test_wrong_captions_go_and_the_audit_says_why(shop):
    _, out, report = shop
    told = audit(out)
    assert [row["row"] for row in told] == list(range(80))
    dropped = {row["row"]: row for row in told if not row["kept"]}
    assert set(WRONG) <= set(dropped)
    assert len(dropped) <= len(WRONG) + 3
    for row in dropped.values():
        assert row["dropped_by"] == "score"
        assert row["verdict_score"] == "dropped"
        assert row["z"] < row["tau"]
        assert row["weight"] is None
    stays = told[0]
    assert (stays["id"], stays["domain"], stays["weight"], stays["calibration"]) == ("g0000", "small", 1.0, "own")
    assert (stays["text"], stays["num_words"], stays["width"], stays["aspect"]) == ("a red dress", 3, 24, 32 / 24)
    assert stays["verdict_persons"] == "not judged"
    assert stays["verdict_size"] == "off"
    assert report.account.kept == 80 - len(dropped)


def test_scores_in_the_audit_are_the_encoder_s_own(shop):
    source, out, _ = shop
    row = pq.read_table(source).to_pylist()[5]
    encoder = FakeBundle().encoder
    image = Image.open(BytesIO(row["image"]["bytes"]))
    cosine = float(encoder.encode_images([image])[0] @ encoder.encode_texts([row["caption"]])[0])
    assert audit(out)[5]["score"] == pytest.approx(cosine, abs=1e-6)


def test_kept_rows_keep_every_column_and_byte_in_order(shop):
    source, out, _ = shop
    kept = pq.read_table(out / "kept.parquet")
    ids = set(kept["image_id"].to_pylist())
    originals = [row for row in pq.read_table(source).to_pylist() if row["image_id"] in ids]
    assert kept["filter_weight"].to_pylist() == [1.0] * len(originals)
    assert kept.drop(["filter_weight"]).select(list(originals[0])).to_pylist() == originals


def test_the_index_and_the_recipes_read_what_is_kept(shop, tmp_path):
    _, out, report = shop
    indexed = index_catalog(out / "kept.parquet", into=tmp_path / "index", bundle=FakeBundle())
    assert (indexed.added, indexed.rejected) == (report.account.kept, 0)
    assert [photo.id for photo in iterate_garments(out / "kept.parquet", None)] == kept_ids(out)


def test_domains_are_told_apart_and_counted(shop):
    _, _, report = shop
    assert {domain.name: domain.rows for domain in report.domains} == {"large": 68, "small": 12}
    assert sum(domain.kept for domain in report.domains) == report.account.kept
    large = report.domains[0]
    assert large.ratio == pytest.approx((large.kept / report.account.kept) / (68 / 80))
    assert all(domain.calibration == "own" for domain in report.domains)


def test_a_second_run_is_the_same(shop, tmp_path):
    source, out, _ = shop
    run(source, tmp_path / "again", domain="shop", min_rows=8)
    assert audit(tmp_path / "again") == audit(out)


def test_a_domain_of_too_few_rows_says_so_in_audit_and_report(shop, tmp_path):
    source, _, _ = shop
    report = run(source, tmp_path / "out", domain="shop", min_rows=16)
    small = next(domain for domain in report.domains if domain.name == "small")
    assert (small.calibration, small.tau_origin) == ("pooled", "pooled")
    assert {row["calibration"] for row in audit(tmp_path / "out") if row["domain"] == "small"} == {"pooled"}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count("too few rows to calibrate: the value of all domains together was used") == 1


def test_restored_rows_come_back_in_their_place_and_all_of_them_are_the_source(shop, tmp_path):
    source, _, _ = shop
    out = tmp_path / "out"
    run(source, out, domain="shop", min_rows=8)
    before = kept_ids(out)
    assert restore(out, ["g0010", "g0002"]) == 2
    assert kept_ids(out) == sorted([*before, "g0010", "g0002"])
    told = audit(out)[10]
    assert (told["kept"], told["restored"], told["dropped_by"], told["weight"]) == (True, True, "score", 1.0)
    assert restore(out, ["g0010"]) == 0
    assert restore(out) == 80 - len(before) - 2
    original = pq.read_table(source)
    assert pq.read_table(out / "kept.parquet").select(original.column_names).to_pylist() == original.to_pylist()
    assert sorted(path.name for path in out.iterdir()) == [
        "audit.parquet",
        "filter.json",
        "kept.parquet",
        "report.html",
    ]


def test_restoring_needs_the_ids_and_the_source_as_it_was(tmp_path):
    source = write(tmp_path / "shop.parquet", rows_of(24, (3,)))
    out = tmp_path / "out"
    run(source, out, method="mismatch")
    with pytest.raises(DataError, match=r"the source has no record nobody; the audit lists all ids"):
        restore(out, ["nobody"])
    before = (out / "kept.parquet").read_bytes(), (out / "audit.parquet").read_bytes()
    changed = rows_of(24, (3,))
    changed[5]["caption"] = "a green hat"
    write(source, changed)
    with pytest.raises(DataError, match=r"shop.parquet has changed since it was filtered \(row 5, 'g0005'\)"):
        restore(out)
    write(source, rows_of(30, (3,)))
    with pytest.raises(DataError, match="has more rows than when it was filtered"):
        restore(out)
    write(source, rows_of(20, (3,)))
    with pytest.raises(DataError, match="has changed since it was filtered"):
        restore(out)
    source.unlink()
    with pytest.raises(
        DataError, match=r"rows come back from the source that .* was filtered from, but .* does not exist"
    ):
        restore(out)
    assert ((out / "kept.parquet").read_bytes(), (out / "audit.parquet").read_bytes()) == before
    assert len(list(out.iterdir())) == 4
    with pytest.raises(DataError, match="is no folder that toile filter made"):
        restore(tmp_path)


def test_every_rule_drops_what_it_should(tmp_path):
    rows = rows_of(40)
    for row in rows:
        row |= {"num_persons": 1, "pose": [5.0, 5.0, 1.0] * 18}
    rows[1]["image"]["bytes"] = picture(1, "green", (8, 90))  # small, and a strip
    rows[2]["image"]["bytes"] = picture(2, "blue", (30, 95))  # a strip
    rows[3]["caption"] = None
    rows[3]["label"] = None
    rows[4]["image"]["bytes"] = rows[4]["image"]["bytes"][:60]
    rows[5]["num_persons"] = 2
    rows[6]["pose"] = [5.0, 5.0, 0.0] * 18
    rows[7]["image_id"] = rows[0]["image_id"]
    rows[8]["image"] = rows[12]["image"]
    rows[9]["caption"] = "red " * 30  # longer than the encoder's window
    rows[10]["pose"] = None
    rows[10]["num_persons"] = None
    rules = RuleSettings(min_side_px=20, min_cosine=None)
    report = run(write(tmp_path / "a.parquet", rows), tmp_path / "out", rules, method="none")
    told = audit(tmp_path / "out")
    reasons = {row["row"]: row["dropped_by"] for row in told if row["dropped_by"]}
    twin = 8 if told[8]["score"] < told[12]["score"] else 12  # of two alike the one with the better words stays
    assert reasons == {
        1: "size",
        2: "aspect",
        3: "words",
        4: "readable",
        5: "persons",
        6: "body",
        7: "id",
        twin: "hash",
        9: "readable",
    }
    assert told[1]["verdict_aspect"] == "dropped"
    assert (told[4]["verdict_size"], told[4]["width"]) == ("not judged", None)
    assert "broken picture" in told[4]["note"]
    assert "its words: the text has 30 words, the window holds 20" in told[9]["note"]
    assert (told[10]["verdict_persons"], told[10]["verdict_body"]) == ("not judged", "not judged")
    assert told[7]["same_id"] == 0
    assert told[twin]["same_hash"] == 20 - twin
    assert report.account.verdicts["persons"]["not judged"] == 3  # the two broken rows, and the one that doesn't say
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "not judged for 1 records: no such column, and nobody looked" in page
    with pytest.raises(DataError, match="could not be read and can't come back: g0004"):
        restore(tmp_path / "out", ["g0004"])


def test_a_near_duplicate_by_embedding_goes(tmp_path):
    rows = rows_of(24)
    flat = [Image.new("RGB", size, SHADES["red"]) for size in ((24, 32), (48, 48))]
    for row, image in zip((4, 8), flat, strict=True):
        buffer = BytesIO()
        image.save(buffer, "PNG")
        rows[row]["image"]["bytes"] = buffer.getvalue()
    rules = RuleSettings(min_side_px=None, max_hash_bits=None, min_cosine=0.99999)
    run(write(tmp_path / "a.parquet", rows), tmp_path / "out", rules, method="none")
    gone = [row for row in audit(tmp_path / "out") if row["dropped_by"] == "embedding"]
    assert len(gone) == 1
    assert {gone[0]["row"], gone[0]["same_embedding"]} == {4, 8}
    assert gone[0]["cosine_to_same"] >= 0.99999


def test_relatives_that_the_manifest_knows_of_are_no_duplicates(tmp_path):
    rows = [{**row, "split_group": None} for row in rows_of(24)]
    for row in (4, 8, 12):
        rows[row]["image"] = rows[0]["image"]
    rows[0]["split_group"] = rows[4]["split_group"] = "plate 0"
    rules = RuleSettings(min_side_px=None, min_cosine=None)
    run(write(tmp_path / "a.parquet", rows), tmp_path / "out", rules, method="none")
    assert {row["row"]: row["same_hash"] for row in audit(tmp_path / "out") if not row["kept"]} == {8: 0, 12: 0}


def test_soft_drops_nothing_and_weighs(tmp_path):
    source = write(tmp_path / "shop.parquet", rows_of(40, WRONG))
    report = run(source, tmp_path / "out", method="mixture", soft=True)
    assert report.account.kept == 40
    weights = pq.read_table(tmp_path / "out" / "kept.parquet")["filter_weight"].to_pylist()
    assert max(weights[row] for row in (2, 10, 14)) < 0.5 < min(weights[row] for row in (0, 1, 3, 4))


def test_the_paper_s_filter_cuts_at_the_declared_scale(tmp_path):
    source = write(tmp_path / "shop.parquet", rows_of(40, (2, 10, 14)))
    raw = run(source, tmp_path / "raw", method="global", scale="raw", tau=0.8)
    assert [row["kept"] for row in audit(tmp_path / "raw")] == [row["score"] >= 0.8 for row in audit(tmp_path / "raw")]
    assert 0 < raw.account.kept < 40
    rank = run(source, tmp_path / "rank", method="global", scale="percentile", tau=0.3)
    assert rank.account.kept == 28


@pytest.mark.parametrize("kind", ["folder", "jsonl", "csv"])
def test_sources_of_every_kind_become_a_manifest(kind, tmp_path):
    photos = tmp_path / "photos"
    (photos / "dress").mkdir(parents=True)
    for i in range(24):
        (photos / "dress" / f"{i:02d}.png").write_bytes(picture(i, NAMES[i % 4]))
    told = [(f"dress/{i:02d}.png", f"a {NAMES[i % 4]} dress", 9.5) for i in range(24)]
    source = photos
    if kind == "jsonl":
        source = photos / "list.jsonl"
        lines = [
            json.dumps({"file_name": f, "caption": c, "price": p, "num_persons": 1 + (f[6:8] == "07")})
            for f, c, p in told
        ]
        source.write_text("\n".join(lines))
    if kind == "csv":
        source = photos / "list.csv"
        source.write_text("\n".join(["file_name,caption,price", *(f"{f},{c},{p}" for f, c, p in told)]))
    report = run(source, tmp_path / "out", method="none")
    assert report.account.kept == (23 if kind == "jsonl" else 24)
    rows = pq.read_table(tmp_path / "out" / "kept.parquet").to_pylist()
    assert rows[0]["image"]["bytes"] == picture(0, "red")
    assert rows[0]["image_id"].endswith("00.png")
    text = audit(tmp_path / "out")[0]
    if kind == "folder":
        assert (text["text"], text["text_origin"]) == ("a dress", "category")
    else:
        assert (rows[0]["caption"], rows[0]["price"], text["text_origin"]) == ("a red dress", 9.5, "caption")
    assert index_catalog(tmp_path / "out" / "kept.parquet", into=tmp_path / "i", bundle=FakeBundle()).rejected == 0


def test_pictures_beside_a_parquet_manifest_move_into_it(tmp_path):
    rows = rows_of(20)
    for row in rows:
        (tmp_path / f"{row['image_id']}.png").write_bytes(row["image"]["bytes"])
        row["image"] = f"{row['image_id']}.png"
    run(write(tmp_path / "list.parquet", rows), tmp_path / "elsewhere" / "out", method="none")
    kept = pq.read_table(tmp_path / "elsewhere" / "out" / "kept.parquet").to_pylist()
    assert kept[3]["image"] == {"bytes": picture(3, "yellow"), "path": "g0003.png"}
    assert kept[3]["shop"] == "large"


def test_pictures_outside_of_the_source_are_not_read(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "secret.png").write_bytes(picture(0, "red"))
    lines = ["file_name,caption", "../secret.png,a red dress", "missing.png,a red dress"]
    (tmp_path / "photos" / "list.csv").write_text("\n".join(lines))
    run(tmp_path / "photos" / "list.csv", tmp_path / "out", method="none")
    told = audit(tmp_path / "out")
    assert [row["dropped_by"] for row in told] == ["readable", "readable"]
    assert "points outside of its source's folder" in told[0]["note"]
    assert "missing.png is missing" in told[1]["note"]
    assert kept_ids(tmp_path / "out") == []


def test_words_that_the_encoder_does_not_know_cost_nobody_a_place(tmp_path):
    rows = [{**row, "caption": f"kurta number {i}"} for i, row in enumerate(rows_of(40))]
    report = run(write(tmp_path / "a.parquet", rows), tmp_path / "out")
    assert report.account.kept == 40
    assert report.domains[0].tau_origin == "undecided"
    assert report.domains[0].tau is None
    assert {(row["verdict_score"], row["weight"]) for row in audit(tmp_path / "out")} == {("not judged", 1.0)}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "score hardly above mismatched ones: nothing was dropped for its score" in page


def test_bad_requests_are_refused_before_any_work(tmp_path):
    source = write(tmp_path / "shop.parquet", rows_of(20))
    with pytest.raises(ConfigError, match=r"shop.parquet has no column 'country' .* choose one of category, culture"):
        run(source, tmp_path / "out", domain="country")
    with pytest.raises(ConfigError, match=r"20 rows are too few to calibrate their scores \(at least 64"):
        run(source, tmp_path / "out", method="mixture", min_rows=64)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "a.txt").write_text("mine")
    with pytest.raises(DataError, match="taken is there already; filter into a new folder"):
        run(source, tmp_path / "taken")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match="is empty: expected at least one picture"):
        run(empty, tmp_path / "out")
    with pytest.raises(ConfigError, match="lies in the source"):
        run(empty, empty / "out")
    filtered = write(tmp_path / "f.parquet", [{**row, "filter_weight": 1.0} for row in rows_of(3)])
    with pytest.raises(ConfigError, match="has a column 'filter_weight' already"):
        run(filtered, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "f.parquet", "shop.parquet", "taken"]


def test_a_column_of_ids_is_no_domain(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "_MAX_DOMAINS", 10)
    rows = [{**row, "sku": f"s{i}"} for i, row in enumerate(rows_of(20))]
    with pytest.raises(ConfigError, match="the domain column has more than 10 values, the last was 's10'"):
        run(write(tmp_path / "shop.parquet", rows), tmp_path / "out", domain="sku")
    lists = [{**row, "tags": ["a", "b"]} for row in rows]
    with pytest.raises(ConfigError, match="the column 'tags' holds lists"):
        run(write(tmp_path / "lists.parquet", lists), tmp_path / "out", domain="tags")
    assert not (tmp_path / "out").exists()


def test_a_killed_run_leaves_nothing_and_the_next_one_clears_up(tmp_path):
    source = write(tmp_path / "shop.parquet", rows_of(24))
    code = f"""
        import os, signal, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parents[2])!r})
        from fakes import FakeBundle
        from toile.tasks.filter import filter_source
        kill = lambda report: os.kill(os.getpid(), signal.SIGKILL)
        filter_source({str(source)!r}, out=Path({str(tmp_path / "out")!r}), bundle=FakeBundle(), page=kill)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env=os.environ, check=False, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert not (tmp_path / "out").exists()
    assert (tmp_path / ".out.partial" / "result" / "kept.parquet").exists()  # it was that close
    run(source, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "shop.parquet"]


def test_two_processes_do_not_filter_into_one_folder(tmp_path):
    source = write(tmp_path / "shop.parquet", rows_of(20))

    def page(report):
        with pytest.raises(DataError, match="another process is filtering into"):
            run(source, tmp_path / "out")
        return "<html></html>"

    filter_source(source, out=tmp_path / "out", bundle=FakeBundle(), page=page, settings=FilterSettings(rules=NO_RULES))
    assert (tmp_path / "out" / "kept.parquet").exists()


def test_memory_does_not_grow_with_the_source(tmp_path, monkeypatch):
    """Four times the rows, the same memory; the steps are made small, so that both sources are larger than they are."""
    for module in (disk, reading, audit_module, deciding):
        monkeypatch.setattr(module, "CHUNK_ROWS", 64)
    monkeypatch.setattr(deciding, "SAMPLE_ROWS", 64)
    monkeypatch.setattr(duplicates, "_ROWS_AT_ONCE", 64)
    rows = rows_of(64)
    peaks = {}
    for count in (64, 192, 768):  # the first one pays for imports and is not looked at
        path = tmp_path / f"{count}.parquet"
        with pq.ParquetWriter(path, pa.Table.from_pylist(rows).schema) as writer:
            for start in range(0, count, 64):
                part = [{**row, "image_id": f"{start}-{i}"} for i, row in enumerate(rows)]
                writer.write_table(pa.Table.from_pylist(part))
        tracemalloc.start()
        report = run(path, tmp_path / f"out{count}", domain="shop", method="mismatch")
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert report.account.rows == count
    assert peaks[768] < 1.15 * peaks[192], peaks


def _sees_dresses(image, *, bundle):
    """One dress, in the colour that the picture has on average."""
    mean = np.asarray(image).reshape(-1, 3).mean(0)
    name = min(SHADES, key=lambda shade: float(np.abs(mean - SHADES[shade]).sum()))
    item = Item(name="dress", confidence=0.9, share=1.0, colours=(Swatch(name=name, hex="#000000", share=0.9),))
    return SimpleNamespace(shows="garment", num_people=0, items=(item,), figure=None)


def test_eyes_drop_what_is_not_there_in_that_colour(tmp_path, monkeypatch):
    monkeypatch.setattr(task, "look", _sees_dresses)
    rows = rows_of(12, wrong=(3, 5))
    rows[8]["caption"] = "red boots"
    source = write(tmp_path / "s.parquet", rows)
    rules = RuleSettings(min_side_px=None, max_hash_bits=None, min_cosine=None, look=True)
    report = run(source, tmp_path / "out", rules, method="none")
    assert report.account.dropped_by == {"colour": 2, "garment": 1}
    told = {row["id"]: row for row in audit(tmp_path / "out")}
    assert told["g0003"]["miscoloured"] == ["red dress"]
    assert told["g0008"]["unseen"] == ["red boots"]
    assert told["g0000"]["claims"] == ["red dress"]
    assert told["g0000"]["verdict_persons"] == "passed"  # nobody is on it, and that was looked for
    assert told["g0000"]["verdict_body"] == "not judged"
    page = (tmp_path / "out" / "report.html").read_text()
    assert "in other colours: red dress" in page
    assert "not seen: red boots" in page


def test_a_picture_in_which_nothing_is_seen_is_not_judged(tmp_path, monkeypatch):
    def blind(image, *, bundle):
        raise DataError("the picture is one flat colour")

    monkeypatch.setattr(task, "look", blind)
    rules = RuleSettings(min_side_px=None, max_hash_bits=None, min_cosine=None, look=True)
    report = run(write(tmp_path / "s.parquet", rows_of(4)), tmp_path / "out", rules, method="none")
    assert report.account.kept == 4
    assert report.account.verdicts["colour"] == {"not judged": 4}
