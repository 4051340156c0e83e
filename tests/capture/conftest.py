"""A webcam for the tests of this room, and a program that uses it."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import camera_process
from tests.fakes.fake_camera import FakeCamera, compiled, plugged_camera, why_impossible

ROOT = Path(__file__).parents[2]
WAIT_S = 20


class Watcher:
    """A running program that has a camera."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._told: queue.Queue[list[Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def order(self, *words: object) -> None:
        """Writes a command."""
        assert self._process.stdin
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()

    def ask(self, *words: object) -> Any:
        """Writes a command and returns the answer to it."""
        self.order(*words)
        return self.wait_for(str(words[0]))

    def wait_for(self, *happenings: str) -> Any:
        """Waits for these, in this order; returns what was told with the last. Others in between do not matter."""
        end_s, skipped = time.monotonic() + WAIT_S, []
        for happening in happenings:
            what = ""
            while what != happening:
                try:
                    what, value = self._told.get(timeout=max(0.0, end_s - time.monotonic()))
                except queue.Empty:
                    raise AssertionError(f"{happening} did not happen: {skipped}") from None
                skipped.append((what, value))
        return value

    def close(self) -> None:
        """Ends the program."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        assert self._process.wait(WAIT_S) == 0
        self._reader.join()
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._told.put(json.loads(line))


@pytest.fixture(scope="session")
def camera_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    problem = why_impossible()
    if problem:
        pytest.skip(f"no camera can be pretended: {problem}")
    return compiled(tmp_path_factory.mktemp("camera"))


@pytest.fixture
def fake_camera(camera_library: Path, tmp_path: Path) -> Iterator[FakeCamera]:
    with plugged_camera(camera_library, tmp_path) as camera:
        yield camera


@pytest.fixture
def watcher(fake_camera: FakeCamera) -> Iterator[Watcher]:
    environment = {**os.environ, **fake_camera.environment, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(camera_process.__file__)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
        watcher = Watcher(process)
        try:
            watcher.wait_for("ready")
            yield watcher
            watcher.close()
        finally:
            process.kill()
