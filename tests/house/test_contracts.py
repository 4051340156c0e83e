"""The rooms import only what the architecture allows, as the contracts in pyproject.toml say it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from build.tree import ROOT


def check_contracts(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_the_contracts_hold() -> None:
    result = check_contracts(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("room", "imported", "contract"),
    [
        ("bubo_desktop/engine/cancellation.py", "PySide6.QtCore", "The engine has no Qt"),
        ("bubo_desktop/client/ending.py", "bubo_desktop.engine.sessions", "The desktop side has no engine"),
        ("bubo_desktop/geometry.py", "torch", "The application has no training library"),
        ("bubo_desktop/geometry.py", "build.tree", "The application has no training library"),
        ("bubo_desktop/engine/imaging.py", "llama_cpp", "Only the language room imports llama.cpp"),
        ("bubo_desktop/engine/imaging.py", "onnxruntime", "Only the sessions room imports ONNX Runtime"),
        ("bubo_desktop/packs/catalog.py", "urllib.request", "No room opens a network connection"),
        ("bubo_desktop/data.py", "bubo_desktop.protocol", "Each room knows only the rooms below it"),
    ],
)
def test_a_wrong_import_breaks_its_contract(tmp_path: Path, room: str, imported: str, contract: str) -> None:
    for folder in ("bubo_desktop", "build"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file = tmp_path / room
    file.write_text(f"{file.read_text(encoding='utf-8')}\nimport {imported}\n", encoding="utf-8")
    result = check_contracts(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [line for line in result.stdout.splitlines() if line.rstrip().endswith("BROKEN")]
    assert any(line.startswith(contract) for line in broken), broken


@pytest.mark.parametrize(
    ("room", "strangers"),
    [
        ("bubo_desktop.engine.server", {"PySide6", "torch", "transformers", "build"}),
        ("bubo_desktop.cli", {"llama_cpp", "onnxruntime", "torch", "transformers", "build", "bubo_desktop.engine"}),
    ],
)
def test_a_running_process_holds_only_its_own_libraries(room: str, strangers: set[str]) -> None:
    script = f"import sys, {room}; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert strangers.isdisjoint(result.stdout.split())
