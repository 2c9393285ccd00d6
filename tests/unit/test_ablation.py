from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from toile import ablation
from toile.ablation import Ablation, Arm, Measure, ablate
from toile.errors import ConfigError
from toile.recipes import shipped_recipes
from toile.training.config import build_config, read_toml

TOML = """
seeds = [3, 4, 5]
settings = ["loop.steps=7"]

[[arms]]
name = "start"
recipe = "embed"

[[arms]]
name = "plain"
recipe = "embed"
start_from = "start"

[[arms]]
name = "+ more"
recipe = "embed"
start_from = "start"
settings = ["batch_size=2"]
data = "kept"

[[measures]]
benchmark = "composed"
figures = ["r10"]
arms = ["plain", "+ more"]
sizes = { triplets = 5 }
"""
VALUES = {
    "plain-seed-3": 0.50, "plain-seed-4": 0.40, "plain-seed-5": 0.60,
    "more-seed-3": 0.60, "more-seed-4": 0.52, "more-seed-5": 0.68,
}  # fmt: skip


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Trainings and measurements are written down instead of done."""
    log = SimpleNamespace(trained=[], measured=[], file=tmp_path / "x.toml", out=tmp_path / "out")
    log.file.write_text(TOML)

    def train(recipe, *, data, out, overrides, progress):
        log.trained.append((out.name, list(overrides)))
        log.data = {**getattr(log, "data", {}), out.name: list(data)}
        (out / "bundle").mkdir(parents=True)

    def evaluate(name, *, bundle, split, sizes, progress):
        log.measured.append((name, bundle, split, dict(sizes)))
        return SimpleNamespace(to_json=lambda: json.dumps({"figures": {"r10": VALUES[bundle]}}))

    monkeypatch.setattr(ablation, "train", train)
    monkeypatch.setattr(ablation, "evaluate", evaluate)
    monkeypatch.setattr(ablation, "assemble", lambda parts, into, name: (into / "name").write_text(name))
    monkeypatch.setattr(
        ablation,
        "load_bundle",
        lambda path=None: SimpleNamespace(folder=Path("embedded")) if path is None else (path / "name").read_text(),
    )
    return log


def test_arms_differ_seed_by_seed(done):
    report = ablate(done.file, data=[], out=done.out)
    mean, low, high = report.differences["r10"]["+ more"]
    assert mean == pytest.approx(0.1)
    half = 4.302653 * 0.02 / 3**0.5  # Student's t of two degrees of freedom; the gains are 0.10, 0.12 and 0.08
    assert (low, high) == pytest.approx((0.1 - half, 0.1 + half))
    assert report.values["r10"]["plain"] == [0.5, 0.4, 0.6]
    assert "| r10 | + more | 0.600 | 0.600, 0.520, 0.680 | +0.100 [+0.050, +0.150] |" in report.table
    assert (done.out / "ablation.md").read_text() == report.table


def test_an_arm_learns_from_its_own_folder(done):
    ablate(done.file, data=[Path("w")], out=done.out)
    assert done.data["plain-seed-3"] == [Path("w")]
    assert done.data["more-seed-3"] == [Path("w") / "kept"]


def test_each_seed_starts_from_its_own_and_settings_add_up(done):
    ablate(done.file, data=[], out=done.out)
    trained = dict(done.trained)
    assert len(done.trained) == len(trained) == 9
    assert trained["start-seed-4"] == ["loop.steps=7", "loop.seed=4"]
    start = json.dumps(str(done.out / "start-seed-4" / "bundle"))
    assert trained["more-seed-4"] == ["loop.steps=7", "batch_size=2", "loop.seed=4", f"start_from={start}"]
    assert {(split, *sizes.items()) for _, _, split, sizes in done.measured} == {("validation", ("triplets", 5))}


def test_an_arm_is_measured_as_it_asks(done):
    done.file.write_text(TOML.replace('settings = ["batch_size=2"]', "sizes = { triplets = 9, others = 2 }"))
    ablate(done.file, data=[], out=done.out)
    sizes = {bundle: sizes for _, bundle, _, sizes in done.measured}
    assert sizes["plain-seed-3"] == {"triplets": 5}
    assert sizes["more-seed-3"] == {"triplets": 9, "others": 2}


def test_what_is_done_is_not_done_again(done):
    first = ablate(done.file, data=[], out=done.out)
    runs = len(done.trained), len(done.measured)
    assert ablate(done.file, data=[], out=done.out) == first
    assert (len(done.trained), len(done.measured)) == runs


def test_runs_of_two_ablations_do_not_mix(done):
    ablate(done.file, data=[], out=done.out)
    done.file.write_text(TOML.replace("batch_size=2", "batch_size=3"))
    with pytest.raises(ConfigError, match="holds the runs of another ablation"):
        ablate(done.file, data=[], out=done.out)


def test_a_figure_that_there_is_not_is_named(done):
    done.file.write_text(TOML.replace('"r10"', '"r11"'))
    with pytest.raises(ConfigError, match="composed has no figures r11; it has r10"):
        ablate(done.file, data=[], out=done.out)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arms": (Arm(name="a", recipe="embed", start_from="b"),)}, "'a' starts from 'b', which is no earlier arm"),
        ({"arms": (Arm(name="a", recipe="embed"),) * 2}, "two arms have one name"),
        ({"seeds": (1,)}, "at least two different ones"),
        ({"measures": (Measure(benchmark="composed", figures=(), arms=("c",)),)}, r"measures \['c'\]"),
    ],
)
def test_impossible_ablations_are_refused(change: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        Ablation(**({"arms": (Arm(name="a", recipe="embed"),), "measures": ()} | change))


def test_an_unknown_ablation_lists_the_shipped_ones():
    with pytest.raises(ConfigError, match="or one of cross_cultural, hierafashdiff, unifashion"):
        ablate(Path("nowhere"), data=[])


@pytest.mark.parametrize("file", sorted(ablation._SHIPPED.glob("*.toml")), ids=lambda file: file.stem)
def test_shipped_ablations_name_shipped_recipes(file: Path):
    arms = build_config(Ablation, read_toml(file), name=file.name).arms
    assert {arm.recipe for arm in arms} <= set(shipped_recipes())
