"""A drawn scene before the camera, looked at by the real engine with the shipped pack."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.capture.conftest import Watcher
from tests.fakes import live_process
from tests.fakes.fake_camera import FakeCamera, compiled, plugged_camera, why_impossible

ROOT = Path(__file__).parents[2]
SCENE = np.asarray(Image.open(ROOT / "models" / "nano" / "samples" / "garden.png").convert("RGB"))
STEP_PX, N_STEPS = 8, 6
LABELS = {"bird", "car", "dog", "tree"}


def test_looked_at_asked_about_moved_unplugged_and_back(tmp_path: Path) -> None:
    problem = why_impossible()
    if problem:
        pytest.skip(f"no camera can be pretended: {problem}")
    with plugged_camera(compiled(tmp_path), tmp_path) as camera:
        camera.show(SCENE)
        environment = {**os.environ, **camera.environment, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, live_process.__file__, str(tmp_path)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
            program = Watcher(process)
            try:
                _use(program, camera)
                program.close()
            finally:
                process.kill()
        assert camera.n_streaming == 0
    assert not [path for path in tmp_path.rglob("*") if path.suffix in {".png", ".wav"}]  # nobody attached anything


def _use(program: Watcher, camera: FakeCamera) -> None:
    program.wait_for("ready")
    assert camera.n_starts == 0
    program.order("open")
    program.order("look")
    before = {label: (number, box) for number, label, box, _ in program.wait_for("flowing", "seen")["things"]}
    assert set(before) == LABELS
    _slide(program, camera, before)
    program.order("ask What do you see?")
    assert "dog" in program.wait_for("answered")["text"]
    camera.unplug()
    assert "is gone" in program.wait_for("fault")
    camera.plug()
    camera.show(SCENE)
    program.wait_for("flowing", "seen")
    assert program.ask("stop") is False


def _slide(program: Watcher, camera: FakeCamera, before: dict[str, tuple[int, list[float]]]) -> None:
    """Boxes follow between looks, and things keep their numbers."""
    for step in range(1, N_STEPS + 1):
        camera.show(np.roll(SCENE, step * STEP_PX, axis=1))
        program.wait_for("moved")
    number, box = before["dog"]
    left = box[0]
    while left < box[0] + (N_STEPS - 0.5) * STEP_PX:
        things = program.wait_for("seen")["things"]
        left = next((found[0] for n, label, found, _ in things if (n, label) == (number, "dog")), left)
    assert abs(left - box[0] - N_STEPS * STEP_PX) <= STEP_PX  # a box of the pack is not exact to the pixel
