"""Every recipe, two to four steps on a tiny made-up data set, broken off and taken up again."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from diffusers import UNet2DConditionModel
from PIL import Image, ImageDraw

from checkpoints import write_stable_diffusion
from toile.bundles import assemble, load_bundle
from toile.bundles.parts import read_manifest, read_tensors
from toile.catalog.photos import CO_PARSING_LABELS, iterate_garments, load_street_cutouts
from toile.catalog.plates.examples import PlateConfig
from toile.catalog.plates.pack import pack_changes
from toile.catalog.split import split_of
from toile.errors import ConfigError, DataError
from toile.recipes import train
from toile.recipes.pictures import load_pictures

_TINY_UNIFASHION = [
    "trunk_from=''",
    "model={image_size=64, adapter_rank=2, image={widths=[8, 8, 16], depths=[1, 1, 1]}, qformer={image_dim=16}}",
]
_TINY = {
    "embed": [
        "batch_size=4",
        "look_batch_size=2",
        "model.image_size=64",
        "model.image={widths=[8, 8, 8, 8], depths=[1, 1, 1, 1]}",
        "phases=[{until=1.0, image_size=64}]",
    ],
    "autoencoder": ["batch_size=2", "model={encoder_width=8, decoder_width=8, detail_width=8}"],
    "figure": [
        "batch_size=10",
        "trunk_from=''",
        "model={image_size=[64, 64], decoder_width=8, image={widths=[8, 8, 8, 8], depths=[1, 1, 1, 1]}}",
    ],
    "garment": [
        "batch_size=8",
        "num_plates=3",
        "plate_height=64",
        "trunk_from=''",
        "model={window_size=32, layers=1, heads=2, image={widths=[8, 8, 8], depths=[1, 1, 1]}}",
    ],
    "unifashion_phase1": ["batch_size=12", "chunk_rows=5", "matching_rows=2", *_TINY_UNIFASHION],
    "unifashion_phase2": [
        "batch_size=4",
        "changes_batch_size=5",
        "matching_rows=2",
        "drawn_rows=1",
        "losses={itc=1.0, cir=1.0, lm=1.0, cir_lm=1.0, cir_q2i=1.0}",
        *_TINY_UNIFASHION,
    ],
    "captioner": [
        "batch_size=4",
        "model={vocab_size=300, dim=16, num_layers=1, num_heads=2, feedforward_dim=16}",
    ],
    "denoiser_combined": [
        "start_from=''",
        "batch_size=4",
        "loss={alignment_share=0.1, reconstruction_share=0.1, combined_below=900}",
        "model={widths=[32, 32, 32], head_dim=16}",
    ],
    "denoiser_garments": [
        "start_from=''",
        "trained='all'",
        "batch_size=4",
        "garments.aligning_steps=2",
        "full_width_every=2",
        "worn_every=2",
        "loop.precision='no'",
        "model={widths=[32, 32, 32], head_dim=16}",
    ],
    "few_steps": ["batch_size=4", "loop.precision='no'", "model={rank=1}", "teacher_steps=10", "full_width_every=2"],
    "denoiser": [
        "batch_size=4",
        "mix={garment_share=0.25, mask_share=0.5, sketch_share=0.5}",
        "loss={snr_gamma=5.0, timestep_shift=2.0, outside_weight=0.1}",
        "full_width_every=2",
        "worn_every=2",
        "model={widths=[32, 32, 32], head_dim=16}",
    ],
}


_PARTS = {
    "few_steps": {"few_steps"},
    "denoiser_garments": {"denoiser", "inversion"},
    "unifashion_phase2": {"unifashion", "captioner", "query_adapter"},
}


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _ids(split: str, count: int) -> list[str]:
    return [f"row-{i}" for i in range(1000) if split_of(f"row-{i}") == split][:count]


def _garment(colour: str) -> bytes:
    image = Image.new("RGB", (60, 80), (205, 190, 160))
    ImageDraw.Draw(image).rectangle((15, 15, 45, 65), fill=colour)
    return _png(image)


def _street(colour: str) -> dict[str, object]:
    photo, labels = Image.new("RGB", (96, 128), (90, 120, 90)), Image.new("L", (96, 128), 0)
    for box, fill, noun in (
        ((30, 20, 66, 70), colour, "dress"),
        ((30, 90, 66, 125), "black", "boots"),
        ((38, 2, 58, 20), "#e0b090", "skin"),
    ):
        ImageDraw.Draw(photo).rectangle(box, fill=fill)
        ImageDraw.Draw(labels).rectangle(box, fill=CO_PARSING_LABELS.index(noun))
    return {
        "image": {"bytes": _png(photo), "path": None},
        "tags": ["dress", "boots"],
        "labels": _png(labels),
        "pose": np.tile([48.0, 64.0, 1.0], 18).tolist(),
        "person": _png(labels.point(lambda value: 255 * (value > 0)).convert("1")),
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    colours = ["red", "navy", "green", "black"]
    flat = [
        {"image_id": i, "image": {"bytes": _garment(colour), "path": None}, "label": label, "kids": False}
        for i, colour, label in zip(
            _ids("train", 16), colours * 4, ["Dress", "Pants", "Shoes", "Not sure"] * 4, strict=True
        )
    ]
    flat.append({**flat[0], "image_id": _ids("test", 1)[0], "label": "Hat"})
    pq.write_table(pa.Table.from_pylist(flat), folder / "garments.parquet")
    streets = [{"photo_id": i, **_street(colour)} for i, colour in zip(_ids("train", 8), colours * 2, strict=True)]
    pq.write_table(pa.Table.from_pylist(streets), folder / "streets.parquet")
    pack_changes(folder, PlateConfig(height=64), count=8)
    return folder


def _overrides(name: str, steps: int) -> list[str]:
    return [*_TINY[name], f"loop.steps={steps}", "loop.warmup_steps=1", "loop.checkpoint_minutes=0"]


@pytest.fixture(scope="module")
def autoencoder_bundle(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("autoencoder") / "run"
    return train(Path("autoencoder.toml"), data=[data], out=out, overrides=_overrides("autoencoder", 2))


@pytest.fixture(scope="module")
def drawing_bundle(data: Path, autoencoder_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("drawing")
    overrides = [*_overrides("denoiser", 1), f"autoencoder={str(autoencoder_bundle)!r}"]
    denoiser = train(Path("denoiser.toml"), data=[data], out=out / "run", overrides=overrides)
    assemble([autoencoder_bundle, denoiser], out / "whole", name="whole")
    return out / "whole"


@pytest.fixture(scope="module")
def unifashion_bundle(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("unifashion") / "run"
    return train(Path("unifashion_phase1.toml"), data=[data], out=out, overrides=_overrides("unifashion_phase1", 1))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(_TINY))
def test_a_recipe_trains_resumes_and_gives_a_bundle(
    name: str, data: Path, autoencoder_bundle: Path, drawing_bundle: Path, unifashion_bundle: Path, tmp_path: Path
) -> None:
    overrides = _overrides(name, 3)
    if name.startswith("denoiser"):
        overrides.append(f"autoencoder={str(autoencoder_bundle)!r}")
    if name == "few_steps":
        overrides.append(f"teacher={str(drawing_bundle)!r}")
    if name == "captioner":
        overrides.append(f"unifashion_from={str(unifashion_bundle)!r}")
    unbroken = train(Path(f"recipes/{name}.toml"), data=[data], out=tmp_path / "unbroken", overrides=overrides)
    train(Path(f"recipes/{name}.toml"), data=[data], out=tmp_path / "broken", overrides=overrides, minutes=0.0)
    resumed = train(Path(f"recipes/{name}.toml"), data=[data], out=tmp_path / "broken", overrides=overrides)
    parts = read_manifest(unbroken).parts
    assert set(parts) == _PARTS.get(name, {name.partition("_")[0].replace("embed", "encoder")})
    for part in parts:
        expected = read_tensors(unbroken, read_manifest(unbroken), part)
        found = read_tensors(resumed, read_manifest(resumed), part)
        assert all(torch.equal(found[key], expected[key]) for key in expected)
        assert load_bundle(unbroken).card[part]["config"]


def test_the_photos_are_read_as_their_readme_says(data: Path) -> None:
    garments = list(iterate_garments(data / "garments.parquet", "train"))
    assert len(garments) == 12  # 'Not sure' says nothing
    assert garments[0].category == "dress"
    assert garments[0].colours[0].name == "red"
    assert [g.category for g in iterate_garments(data / "garments.parquet", "test")] == ["hat"]
    cutout = load_street_cutouts(data / "streets.parquet", "train")[0]
    assert cutout.caption == "red dress, black boots"
    assert cutout.image.size == (192, 256)
    assert cutout.pose[0, :2] == pytest.approx([96, 128], abs=4)


def test_captions_in_the_files_are_taken_as_they_are(data: Path, tmp_path: Path) -> None:
    for name, caption in (("streets", "a red silk dress"), ("garments", "red silk dress laid flat")):
        table = pq.read_table(data / f"{name}.parquet")
        wordings = pa.array([[caption, f"{caption}, fashion plate"]] * len(table))
        pq.write_table(table.append_column("captions", wordings), tmp_path / f"{name}.parquet")
    people, flat = load_pictures([data, tmp_path], tmp_path / "cache")
    assert people.captions[0] == ("red dress, black boots", "red dress, black boots, street photo")
    assert people.captions[8:] == [("a red silk dress", "a red silk dress, fashion plate")] * 8
    assert len(people.images) == len(people.poses) == 16
    assert flat.captions[-1][0] == "red silk dress laid flat"


def test_a_reader_of_people_starts_from_networks_of_its_size_only(data: Path, tmp_path: Path) -> None:
    overrides = [*_overrides("figure", 1), "trunk_from='embedded'"]
    with pytest.raises(ConfigError, match=r"the networks of embedded and of model\.\* have other sizes"):
        train(Path("figure.toml"), data=[data], out=tmp_path / "run", overrides=overrides)


def test_a_decoder_is_trained_alone(data: Path, autoencoder_bundle: Path, tmp_path: Path) -> None:
    overrides = [*_overrides("autoencoder", 2), "decoder_only=true"]
    with pytest.raises(ConfigError, match="decoder_only leaves the encoder as it is: name it in start_from"):
        train(Path("autoencoder.toml"), data=[data], out=tmp_path / "none", overrides=overrides)
    overrides.append(f"start_from={str(autoencoder_bundle)!r}")
    trained = train(Path("autoencoder.toml"), data=[data], out=tmp_path / "run", overrides=overrides)
    before, after = (
        read_tensors(bundle, read_manifest(bundle), "autoencoder") for bundle in (autoencoder_bundle, trained)
    )
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert {name for name in before if name.startswith(("patchify", "encoder", "latent"))} <= same
    assert "decoder.0.weight" not in same


def test_a_denoiser_is_trained_further(data: Path, autoencoder_bundle: Path, tmp_path: Path) -> None:
    overrides = [*_overrides("denoiser", 1), f"autoencoder={str(autoencoder_bundle)!r}"]
    first = train(Path("denoiser.toml"), data=[data], out=tmp_path / "first", overrides=overrides)
    still = [*overrides, f"start_from={str(first)!r}", "loop.learning_rate=0.0"]
    second = train(Path("denoiser.toml"), data=[data], out=tmp_path / "second", overrides=still)
    before, after = (read_tensors(part, read_manifest(part), "denoiser") for part in (first, second))
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_garments_alone_are_learned_first_and_then_further(
    data: Path, drawing_bundle: Path, autoencoder_bundle: Path, tmp_path: Path
) -> None:
    overrides = [*_overrides("denoiser_garments", 2), f"autoencoder={str(autoencoder_bundle)!r}"]
    first_stage = [*overrides, f"start_from={str(drawing_bundle)!r}", "trained='inversion'"]
    first = train(Path("denoiser_garments.toml"), data=[data], out=tmp_path / "first", overrides=first_stage)
    assert set(read_manifest(first).parts) == {"inversion"}  # the denoiser stays as it is
    still = [*overrides, f"inversion_from={str(first)!r}", "loop.learning_rate=0.0"]
    second = train(Path("denoiser_garments.toml"), data=[data], out=tmp_path / "second", overrides=still)
    before, after = (read_tensors(part, read_manifest(part), "inversion") for part in (first, second))
    assert all(torch.equal(before[key], after[key]) for key in before)
    other = [*still, "inversion.num_words=2"]
    with pytest.raises(ConfigError, match=r"has other sizes than inversion\.\*"):
        train(Path("denoiser_garments.toml"), data=[data], out=tmp_path / "third", overrides=other)


@pytest.mark.slow
def test_two_processes_train_together_and_go_on_from_their_checkpoint(data: Path, tmp_path: Path) -> None:
    def together(*words: str) -> None:
        toile = str(Path(sys.executable).with_name("toile"))
        command = ["torch.distributed.run", "--standalone", "--nproc-per-node=2", "--no-python", toile, "train"]
        settings = [word for setting in _overrides("autoencoder", 20) for word in ("--set", setting)]
        where = ["autoencoder", "--data", str(data), "--out", str(tmp_path / "run")]
        environment = os.environ | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
        subprocess.run([sys.executable, "-m", *command, *where, *settings, *words], check=True, env=environment)

    together("--minutes", "0.02")  # some steps, and a checkpoint after each
    together()
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [20]  # one process writes
    assert load_bundle(tmp_path / "run" / "bundle").autoencoder.latent_channels == 8


@pytest.mark.slow
@pytest.mark.parametrize("rank", [0, 2])
def test_a_stable_diffusion_is_trained_further_and_comes_back_as_one(data: Path, tmp_path: Path, rank: int) -> None:
    folder = write_stable_diffusion(tmp_path / "sd", 9)
    overrides = ["batch_size=2", f"start_from={str(folder)!r}", "loop.warmup_steps=0", f"lora_rank={rank}"]
    trained = train(
        Path("denoiser.toml"), data=[data], out=tmp_path / "run", overrides=[*overrides, "loop.steps=2", "mix={}"]
    )
    before, after = (
        UNet2DConditionModel.from_pretrained(path, subfolder="unet").state_dict() for path in (folder, trained)
    )
    changed = {name for name in after if name == "conv_in.weight" or not torch.equal(after[name], before[name])}
    assert after["conv_in.weight"].shape[1] == 28
    assert after["conv_in.weight"][:, 9:].any()
    assert set(after) == set(before)  # what was added is part of the weights now
    assert rank == 0 or all("conv_in" in name or ".to_" in name for name in changed)
    whole = tmp_path / "whole"
    assemble([load_bundle().folder, trained], whole, name="whole")
    assert load_bundle(whole).generator.canvas == (128, 96)


def test_targets_without_captions_can_not_be_compared_with(data: Path, tmp_path: Path) -> None:
    table = pq.read_table(data / "changes.parquet")
    silent = pa.array([[]] * len(table), pa.list_(pa.string()))
    table = table.set_column(table.schema.get_field_index("captions"), "captions", silent)
    pq.write_table(table, tmp_path / "changes.parquet")
    overrides = [*_overrides("unifashion_phase2", 1), "losses={cir=1.0, cir_caption=1.0}"]
    with pytest.raises(DataError, match="pairs without captions of their targets, which cir_caption compares with"):
        train(Path("unifashion_phase2.toml"), data=[tmp_path], out=tmp_path / "run", overrides=overrides)
    train(
        Path("unifashion_phase2.toml"),
        data=[tmp_path],
        out=tmp_path / "run",
        overrides=[*overrides, "losses={cir=1.0}"],
    )


def test_losses_and_frozen_names_are_checked(data: Path, tmp_path: Path) -> None:
    overrides = _overrides("unifashion_phase1", 1)
    for setting, message in (
        (
            "losses={icm=1.0}",
            r"losses names icm; there are itc, itm, itg, lm, q2i, cir, cir_caption, cir_itm, cir_lm, cir_q2i",
        ),
        ("frozen=['picture.*']", r"frozen: no parameter is called 'picture\.\*'"),
    ):
        with pytest.raises(ConfigError, match=message):
            train(Path("unifashion_phase1.toml"), data=[data], out=tmp_path / "run", overrides=[*overrides, setting])


@pytest.mark.slow
def test_the_second_phase_starts_from_the_first_and_what_is_frozen_stays(data: Path, tmp_path: Path) -> None:
    first = train(
        Path("unifashion_phase1.toml"), data=[data], out=tmp_path / "1", overrides=_overrides("unifashion_phase1", 1)
    )
    overrides = [*_overrides("unifashion_phase2", 2), f"start_from={str(first)!r}", "frozen=['image.*']"]
    second = train(Path("unifashion_phase2.toml"), data=[data], out=tmp_path / "2", overrides=overrides)
    before, after = (read_tensors(part, read_manifest(part), "unifashion") for part in (first, second))
    assert all(torch.equal(before[name], after[name]) for name in before if name.startswith("image."))
    assert not torch.equal(before["qformer.query_tokens"], after["qformer.query_tokens"])


def test_missing_data_and_recipes_are_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"there is no recipe nothing\.toml; give a file, or one of autoencoder, captioner, denoiser"
    ):
        train(Path("nothing.toml"), data=[data])
    with pytest.raises(DataError, match=r"is not a folder; give the folder that holds garments\.parquet"):
        train(Path("embed.toml"), data=[tmp_path / "nowhere"])
    with pytest.raises(DataError, match=r"there is no garments.parquet in .*; give the folder that holds it"):
        train(Path("embed.toml"), data=[tmp_path], out=tmp_path / "out")
    recipe = tmp_path / "odd.toml"
    recipe.write_text('kind = "odd"')
    with pytest.raises(
        ConfigError,
        match="kind is 'odd', expected 'embed', 'autoencoder', 'denoiser', 'few_steps', 'figure', 'garment',",
    ):
        train(recipe, data=[data])


def test_a_file_of_another_schema_is_refused(data: Path) -> None:
    with pytest.raises(DataError, match=r"streets.parquet lacks the columns \['image_id', 'label'\]"):
        next(iterate_garments(data / "streets.parquet", None))
