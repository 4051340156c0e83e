"""Everything the program writes has its place, and one variable moves it all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bubo_desktop.paths import HOME_VARIABLE, cache_dir, logs_dir, packs_dirs, program_command


def test_one_variable_moves_everything_that_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    for folder in (packs_dirs()[0], cache_dir(), logs_dir()):
        assert folder.is_relative_to(tmp_path)


def test_the_shipped_packs_are_found() -> None:
    assert (packs_dirs()[-1] / "nano" / "vocabulary.json").is_file()


def test_the_program_starts_again_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('shadowed')")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        [*program_command(), "packs", "list"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "nano" in result.stdout


def test_the_command_uses_this_python() -> None:
    assert program_command()[0] == sys.executable
