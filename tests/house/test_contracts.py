"""The rooms import only what the architecture allows, as the contracts in pyproject.toml say it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from build.tree import ROOT

WRONG_IMPORTS = (  # at least one for each contract
    ("bubo_desktop/engine/cancellation.py", "PySide6.QtCore"),
    ("bubo_desktop/client/ending.py", "bubo_desktop.engine.sessions"),
    ("bubo_desktop/geometry.py", "torch"),
    ("bubo_desktop/geometry.py", "build.tree"),
    ("bubo_desktop/engine/imaging.py", "llama_cpp"),
    ("bubo_desktop/engine/imaging.py", "onnxruntime"),
    ("bubo_desktop/packs/catalog.py", "urllib.request"),
    ("bubo_desktop/data.py", "bubo_desktop.protocol"),
)


def check_contracts(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_the_contracts_hold() -> None:
    result = check_contracts(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_wrong_import_breaks_its_contract(tmp_path: Path) -> None:
    """The control: all the wrong imports at once in a copy, so that every contract has one to find."""
    for folder in ("bubo_desktop", "build"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room, imported in WRONG_IMPORTS:
        file = tmp_path / room
        file.write_text(f"{file.read_text(encoding='utf-8')}\nimport {imported}\n", encoding="utf-8")
    result = check_contracts(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    for room, imported in WRONG_IMPORTS:
        rooms = f"{room.removesuffix('.py').replace('/', '.')} -> {imported.split('.')[0]}"
        assert rooms in result.stdout, result.stdout
    assert "KEPT" not in result.stdout, result.stdout


@pytest.mark.parametrize(
    ("room", "strangers"),
    [
        ("bubo_desktop.engine.server", {"PySide6", "torch", "transformers", "build"}),
        ("bubo_desktop.cli", {"llama_cpp", "onnxruntime", "torch", "transformers", "build", "bubo_desktop.engine"}),
        (
            "bubo_desktop.state.workspace",
            {"PySide6.QtWidgets", "numpy", "llama_cpp", "onnxruntime", "bubo_desktop.engine"},
        ),
    ],
)
def test_a_running_process_holds_only_its_own_libraries(room: str, strangers: set[str]) -> None:
    script = f"import sys, {room}; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert strangers.isdisjoint(result.stdout.split())
