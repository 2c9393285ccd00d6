from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def modules_after(statement: str) -> set[str]:
    """Top-level names in `sys.modules` of a fresh interpreter after the statement."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_layers_hold() -> None:
    linter = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 kept, 0 broken" in done.stdout


def test_torchvision_is_not_installed() -> None:
    assert importlib.util.find_spec("torchvision") is None
    wanted = " ".join(
        requirement
        for dist in importlib.metadata.distributions()
        if dist.name == "toile"
        for requirement in dist.requires or []
    )
    assert "torch" in wanted
    assert "torchvision" not in wanted


@pytest.mark.parametrize("statement", ["import toile", "import toile.cli", "import toile.session"])
def test_front_doors_import_nothing_heavy(statement: str) -> None:
    heavy = {"torch", "diffusers", "transformers", "lancedb", "pyarrow", "cv2", "numpy", "scipy", "rich", "PIL"}
    loaded = modules_after(statement)
    assert "toile" in loaded
    assert not loaded & heavy


def test_models_know_neither_index_nor_service() -> None:
    loaded = modules_after("import toile.models, toile.models.protocols")
    assert "toile" in loaded
    assert not loaded & {"fastapi", "lancedb", "lance"}


def test_lock_file_pins_every_package_exactly_and_names_no_place() -> None:
    lines = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
    assert "torch==2.13.0" in lines
    assert all("==" in line for line in lines)
    assert not [line for line in lines if "://" in line or line.startswith("-")]


def test_every_module_has_a_licence_to_be_where_it_is() -> None:
    """A module that no layer lists would be checked by nobody."""
    import tomllib

    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    assert contract["exhaustive"] is True


def test_a_wheel_carries_what_the_package_reads_at_run_time(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    source = ROOT / "src"
    files = {path.relative_to(source).as_posix() for path in (source / "toile").rglob("*") if path.is_file()}
    data = {name for name in files if not name.endswith((".py", ".pyc"))}
    assert {"toile/py.typed", "toile/catalog/sample/sample.parquet", "toile/recipes/embed.toml"} <= data
    assert data <= packed
