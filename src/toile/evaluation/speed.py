"""How long things take on this machine: starting, asking, indexing, drawing.

What a user waits for is measured as the user meets it: whole processes where a process is started, warm models where
they stay loaded.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor

from toile import __version__
from toile.catalog.briefs import Brief
from toile.catalog.photos import load_street_cutouts
from toile.catalog.sample import sample_path
from toile.catalog.split import Split
from toile.diffusion.conditioning import Conditioning
from toile.diffusion.sampler import FEW_STEPS, Guidance, sample, solver_of
from toile.errors import DataError, ToileError
from toile.evaluation.design import draw_captions
from toile.evaluation.gallery import data_files
from toile.evaluation.report import Report
from toile.metrics.distribution import kernel_distance, kernel_distance_difference
from toile.progress import Progress
from toile.retrieval.benchmark import benchmark_approximate, benchmark_exact
from toile.tasks.design import design
from toile.tasks.drawing import Settings, conditioning_of, maps_size
from toile.tasks.index import index_catalog
from toile.training.config import Strict

if TYPE_CHECKING:
    from toile.bundles import Bundle

_DESIGN_CORES: Final = 2
_PROMPT: Final = "black leather jacket, white dress, brown boots"
_STAGES: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeedSizes(Strict):
    """How much is measured; the defaults are what the published figures mean."""

    runs: int = 5
    """Fresh processes; the median counts."""
    exact_rows: int = 100_000
    approximate_rows: int = 500_000
    designs: int = 8
    """That are timed."""
    compared: int = 64
    """Designs of captions of photos whose distance to these is compared between samplers."""
    source: Path = field(default_factory=sample_path)


def evaluate_speed(
    bundle: Bundle, data: Sequence[Path], split: Split | None, progress: Progress, *, sizes: SpeedSizes | None = None
) -> Report:
    """The speed benchmark.

    Args:
        bundle: whose models are timed.
        data: files of street photos; empty: streets.parquet beside the checkout. Without it quality isn't compared.
        split: rows of photos that designs are compared with.
        progress: watcher.
        sizes: how much.

    Raises:
        DataError: a file that was given is missing.
        ToileError: a command that is timed fails.
    """
    sizes = sizes or SpeedSizes()
    start = time.perf_counter()
    figures: dict[str, float] = {}
    progress("timing", 0, _STAGES)
    figures["import_s"] = statistics.median(import_seconds() for _ in range(sizes.runs))
    progress("timing", 1, _STAGES)
    # Before the vector store is asked: its threads go on after its last answer.
    drawn_by = _samplers(bundle)
    for name, seconds in _design_seconds(bundle, sizes.designs, drawn_by).items():
        figures[f"{name}_s_per_image"] = seconds
        if name != "design":
            figures[f"{name}_over_design"] = seconds / figures["design_s_per_image"]
    figures["speedup_over_plms50"] = figures.pop("plms50_over_design")
    figures["loop_overhead"] = _loop_overhead(bundle, sizes.designs)
    progress("timing", 2, _STAGES)
    with tempfile.TemporaryDirectory() as folder:
        index_dir = Path(folder) / "index"
        bundle.encoder.encode_texts([_PROMPT])  # loading the weights is no part of the throughput
        figures["index_pictures_per_s"] = index_catalog(sizes.source, into=index_dir, bundle=bundle).pictures_per_s
        progress("timing", 3, _STAGES)
        figures["search_cold_s"] = statistics.median(_cold_search(index_dir, bundle.folder) for _ in range(sizes.runs))
    progress("timing", 4, _STAGES)
    dim = bundle.encoder.embedding_dim
    figures |= benchmark_exact(sizes.exact_rows, dim)
    progress("timing", 5, _STAGES)
    figures |= benchmark_approximate(sizes.approximate_rows, dim)
    progress("timing", 6, _STAGES)
    notes = _notes(sizes, dim)
    intervals: dict[str, tuple[float, float]] = {}
    try:
        files = data_files(data, "streets.parquet") if sizes.compared else []
    except DataError as error:
        if data:
            raise
        notes.append(f"quality isn't compared: {error}")
    else:
        if files:
            quality, intervals = _quality(bundle, files, split, drawn_by, sizes.compared, progress)
            figures |= quality
    return Report(
        benchmark="speed",
        figures=figures,
        n=sizes.runs,
        bundle=f"{bundle.name} {bundle.hash[:12]}",
        version=__version__,
        seconds=time.perf_counter() - start,
        notes=notes,
        intervals=intervals,
    )


def import_seconds() -> float:
    """`import toile` in a fresh process, without the start of Python itself."""
    code = "import time; start = time.perf_counter(); import toile; print(time.perf_counter() - start)"
    return float(run_process([sys.executable, "-c", code]))


def _cold_search(index_dir: Path, bundle: Path) -> float:
    """`toile search` as a whole process, from its start to its end."""
    verb = ["search", "a red dress", "--index", str(index_dir), "--bundle", str(bundle), "--json"]
    start = time.perf_counter()
    run_process([sys.executable, "-c", "from toile.cli import app; app()", *verb])
    return time.perf_counter() - start


def run_process(words: Sequence[str]) -> str:
    """What a command prints.

    Raises:
        ToileError: it fails.
    """
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToileError(f"{' '.join(words[1:])} failed with exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def _design_seconds(bundle: Bundle, designs: int, drawn_by: dict[str, Settings]) -> dict[str, float]:
    """Median of single designs of each way, in turn, so that whatever else the machine does slows all alike."""
    times: dict[str, list[float]] = {name: [] for name in drawn_by}
    with _torch_threads(min(_DESIGN_CORES, os.cpu_count() or 1)):
        for settings in drawn_by.values():
            design(_PROMPT, bundle=bundle, settings=settings)  # loads the weights
        for seed in range(designs):
            for name, settings in drawn_by.items():
                start = time.perf_counter()
                design(_PROMPT, bundle=bundle, seed=seed, settings=settings)
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def _samplers(bundle: Bundle) -> dict[str, Settings]:
    """The default, what the papers and diffusers' pipelines draw with, and the distilled network, if there is one."""
    # Those ask with and without words at every step.
    found = {"design": Settings(), "plms50": Settings(steps=50, sampler="plms", guidance_low=0)}
    if "few_steps" in bundle.card:
        found["few_steps"] = Settings.of(FEW_STEPS, steps=None, guidance_scale=None)
    return found


def _quality(
    bundle: Bundle,
    files: Sequence[Path],
    split: Split | None,
    drawn_by: dict[str, Settings],
    count: int,
    progress: Progress,
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """KID of each way of drawing, of the same captions and seeds, and what it is beyond that of PLMS-50."""
    photos = [cutout for file in files for cutout in load_street_cutouts(file, split)]
    scale = bundle.encoder.embedding_dim**0.5
    real = bundle.encoder.encode_images([photo.image for photo in photos]) * scale
    fake = {
        name: bundle.encoder.encode_images(draw_captions(photos, bundle, count, settings, progress).images) * scale
        for name, settings in drawn_by.items()
    }
    figures = {f"{name}_kid": kernel_distance(real, features).mean for name, features in fake.items()}
    intervals = {}
    for name in fake.keys() - {"plms50"}:
        gap, low, high = kernel_distance_difference(real, fake[name], fake["plms50"])
        figures[f"{name}_kid_beyond_plms50"], intervals[f"{name}_kid_beyond_plms50"] = gap, (low, high)
    return figures, intervals


def _loop_overhead(bundle: Bundle, designs: int) -> float:
    """What sampling takes beyond its calls of the network, as a share of these."""
    settings, denoiser = Settings(), bundle.generator.denoiser
    words = conditioning_of(Brief(words=_PROMPT).windows(), bundle, settings)
    spent = 0.0

    def timed(x_t: Tensor, timestep: int, conditioning: Conditioning) -> Tensor:
        nonlocal spent
        start = time.perf_counter()
        prediction = denoiser(x_t, timestep, conditioning)
        spent += time.perf_counter() - start
        return prediction

    shape = (1, bundle.generator.autoencoder.latent_channels, *maps_size(bundle.generator.canvas))
    with _torch_threads(min(_DESIGN_CORES, os.cpu_count() or 1)):
        start = time.perf_counter()
        for seed in range(designs):
            noise = torch.Generator().manual_seed(seed)
            sample(
                timed,
                words,
                torch.randn(shape, generator=noise),
                solver=solver_of(settings.sampler, bundle.generator.schedule),
                steps=settings.steps,
                guidance=Guidance(scale=settings.guidance_scale, t_low=settings.guidance_low),
                generator=noise,
            )
        return (time.perf_counter() - start - spent) / spent


@contextmanager
def _torch_threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _notes(sizes: SpeedSizes, dim: int) -> list[str]:
    cores, python = os.cpu_count(), platform.python_version()
    return [
        f"machine: {platform.machine()}, {cores} cores, Python {python}, torch {torch.__version__}",
        f"import_s, search_cold_s: medians of {sizes.runs} fresh processes; import_s: without Python's own start",
        f"exact_query_p50_ms: {sizes.exact_rows} x {dim} synthetic vectors, one core",
        f"approximate_recall_at_10: {sizes.approximate_rows} x {dim} synthetic clustered vectors, against exact search",
        f"design_s_per_image: mean of {sizes.designs} single designs at the defaults, 256x192, {_DESIGN_CORES} cores; "
        "plms50: the same denoiser by diffusers' PNDMScheduler in 50 steps, as the papers draw",
        "kid: of designs of captions of the photos, features by the bundle's own encoder; beyond_plms50: difference of "
        "the same captions and seeds, interval of random halves",
        "loop_overhead: time of the sampling loop beyond its calls of the network, as a share of these",
        "index_pictures_per_s: the bundled sample with loaded weights, from parquet to finished index",
    ]
