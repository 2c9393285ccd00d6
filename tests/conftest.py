"""Fixtures that every kind of test shares."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import settings

from toile.errors import ToileError

# A busy machine is slow, not wrong.
settings.register_profile("toile", deadline=None)
settings.load_profile("toile")

try:
    from toile.catalog.plates.drawing import canvas  # noqa: F401

    NO_DRAWING = ""
except ToileError as error:
    NO_DRAWING = str(error)


def pytest_report_header() -> list[str]:
    """Say what can't be tested on this machine."""
    return [f"fashion plates are NOT tested: {NO_DRAWING}"] if NO_DRAWING else []


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Drawing needs system libraries that a bare machine may lack; all else is tested there."""
    return True if NO_DRAWING and "plates" in collection_path.as_posix().rpartition("/tests/")[2] else None


SHARED_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def drawing() -> None:
    """Needed by a test outside the plates' own files that draws one."""
    if NO_DRAWING:
        pytest.skip(NO_DRAWING)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real photos beside the checkout; no copy of them is ever kept in the repository."""
    if not (SHARED_DATA / "garments.parquet").is_file():
        pytest.skip("needs the real photos in ../shared/data, which this machine does not have")
    return SHARED_DATA


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle folder of the real architectures at tiny sizes with random weights; the text tower is the real one."""
    import torch

    from toile.bundles import assemble, write_parts
    from toile.diffusion.sampler import NoiseScheduleConfig
    from toile.models.autoencoder import Autoencoder, AutoencoderConfig
    from toile.models.denoiser import DenoiserConfig, build_unet
    from toile.models.fashion_encoder import FashionEncoderConfig, FashionTower
    from toile.models.figure_net import FigureNet, FigureNetConfig
    from toile.models.garment_inversion import GarmentInversion, GarmentInversionConfig
    from toile.models.garment_net import GarmentNet, GarmentNetConfig
    from toile.models.image_encoder import ImageEncoderConfig
    from toile.models.qformer import QFormerConfig
    from toile.models.text_encoder import load_text_encoder
    from toile.models.unifashion import UniFashion, UniFashionConfig

    folder = tmp_path_factory.mktemp("tiny-bundle")
    towers = FashionEncoderConfig(
        image=ImageEncoderConfig(widths=(8, 8, 16, 16), depths=(1, 1, 1, 1)), image_size=64, kind_dim=24, colour_dim=8
    )
    pictures = AutoencoderConfig(encoder_width=8, encoder_depth=1, decoder_width=8, decoder_depth=1, detail_width=8)
    drawing = DenoiserConfig(widths=(32, 32, 32), head_dim=16)
    people = FigureNetConfig(
        image=ImageEncoderConfig(widths=(8, 8, 16, 16), depths=(1, 1, 1, 1)), image_size=(96, 64), decoder_width=8
    )
    garments = GarmentNetConfig(
        image=ImageEncoderConfig(widths=(8, 8, 16), depths=(1, 1, 1)), window_size=32, layers=1, heads=2
    )
    composing = UniFashionConfig(
        image=ImageEncoderConfig(widths=(8, 8, 16), depths=(1, 1, 1)),
        image_size=64,
        qformer=QFormerConfig(image_dim=16),
        adapter_rank=2,
    )
    pseudo_words = GarmentInversionConfig(
        image_dim=16, num_heads=2, feedforward_dim=16, hidden_dim=16, num_words=2, text_dim=384
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        write_parts(folder / "encoder", {"encoder": (FashionTower(towers), asdict(towers))})
        write_parts(folder / "autoencoder", {"autoencoder": (Autoencoder(pictures), asdict(pictures))})
        write_parts(folder / "figure", {"figure": (FigureNet(people), asdict(people))})
        write_parts(folder / "garment", {"garment": (GarmentNet(garments), asdict(garments))})
        config = {"model": asdict(drawing), "schedule": asdict(NoiseScheduleConfig())}
        write_parts(folder / "denoiser", {"denoiser": (build_unet(drawing), config)})
        composer = UniFashion(composing, load_text_encoder())
        write_parts(folder / "unifashion", {"unifashion": (composer, asdict(composing))})
        write_parts(folder / "inversion", {"inversion": (GarmentInversion(pseudo_words), asdict(pseudo_words))})
    names = ("encoder", "autoencoder", "denoiser", "figure", "garment", "unifashion", "inversion")
    parts = [folder / name for name in names]
    assemble(parts, folder / "bundle", name="tiny")
    return folder / "bundle"
