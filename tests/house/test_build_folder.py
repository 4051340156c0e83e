"""The folder called `build/` is source, whatever the tools believe of folders of that name."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from build.tree import ROOT, tracked_files

SOURCE = "build/tree.py"


def output_of(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution and the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    output_of(sys.executable, "-m", "hatchling", "build", "-d", str(folder))
    [sdist], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def test_git_keeps_it() -> None:
    result = subprocess.run(["git", "check-ignore", "build/anything.py", "build/nano/anything"], cwd=ROOT, check=False)
    assert result.returncode == 1  # 1: none of them is ignored


def test_ruff_checks_it() -> None:
    assert str(ROOT / SOURCE) in output_of(sys.executable, "-m", "ruff", "check", "--show-files").splitlines()


def test_mypy_checks_it() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert {"bubo_desktop", "build"} <= set(rules["files"])


def test_pytest_would_enter_it(pytestconfig: pytest.Config) -> None:
    assert "build" not in pytestconfig.getini("norecursedirs")


def test_clean_leaves_it_alone() -> None:
    removed = [line for line in output_of("make", "--dry-run", "clean").splitlines() if line.startswith("rm ")]
    assert removed
    assert not any(word.startswith(("build", "./build", "out")) for line in removed for word in line.split())


def test_the_source_distribution_holds_every_file(distributions: tuple[Path, Path]) -> None:
    with tarfile.open(distributions[0]) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {path for path in tracked_files() if not path.startswith(".")} <= held


def test_the_wheel_holds_the_program_and_nano_and_nothing_else(distributions: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(distributions[1]) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    program = {path for path in tracked_files() if path.startswith("bubo_desktop/")}
    nano = {f"bubo_desktop/{path}" for path in tracked_files() if path.startswith("models/nano/")}
    assert program | nano <= held
    assert all(name.startswith("bubo_desktop/") for name in held)


def test_the_wheel_runs(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(distributions[1]) as archive:
        archive.extractall(tmp_path / "installed")
    result = subprocess.run(
        [sys.executable, "-P", "-m", "bubo_desktop", "packs", "check", "nano"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "installed"), "BUBO_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
