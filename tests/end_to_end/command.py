"""The program's commands as real processes that use a device until they are done or stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
WAIT_S = 60


@contextmanager
def running(devices: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The program with these arguments, where the environment has these devices; it has ended when the block has."""
    command = [sys.executable, str(ROOT / "main.py"), *arguments]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **devices}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def told(process: subprocess.Popen[str]) -> str:
    """The line that says that the device is in use."""
    assert process.stderr
    line = process.stderr.readline()
    assert "is in use" in line, line + process.stderr.read()
    return line
