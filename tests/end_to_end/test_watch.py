"""The command `watch` as a real process, with a camera and a screen that show drawn scenes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.end_to_end.command import ROOT, WAIT_S, running, told
from tests.fakes.fake_camera import NODE, FakeCamera, compiled, plugged_camera, why_impossible
from tests.window.desktop import open_desktop

GARDEN = ROOT / "models" / "nano" / "samples" / "garden.png"
SCENE = np.asarray(Image.open(GARDEN).convert("RGB"))
EMPTY = np.full_like(SCENE, 128)
THINGS = ["bird", "car", "dog", "tree"]
SHOW = """
import sys
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication([])
label = QLabel(pixmap=QPixmap(sys.argv[1]))
label.show()
print("shown", flush=True)
application.exec()
"""


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[FakeCamera]:
    problem = why_impossible()
    if problem:
        pytest.skip(f"no camera can be pretended: {problem}")
    with plugged_camera(compiled(tmp_path), tmp_path) as camera:
        camera.show(SCENE)
        yield camera


def printed(camera: FakeCamera, *options: str) -> str:
    """What is printed until the program ends by itself."""
    with running(camera.environment, "watch", "--camera", str(NODE), *options) as process:
        assert told(process) == "Drawn camera is in use. Ctrl-C ends it.\n"
        out, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, err) == (0, "")
    assert camera.n_streaming == 0
    return out


def test_what_the_camera_sees_is_named_with_its_age(camera):
    names, age = printed(camera, "--count", "1").split("  ")
    assert names.split(", ") == THINGS
    assert age.endswith(" s old)\n")


def test_a_standing_question_is_answered(camera):
    line = json.loads(printed(camera, "--question", "how many dogs are there?", "--count", "1", "--json"))
    assert "one dog" in line["answer"]
    assert 0 < line["latency_s"] < WAIT_S


def test_what_is_watched_for_is_told_when_it_appears(camera):
    camera.show(EMPTY)
    with running(camera.environment, "watch", "--camera", "", "--for", "dog", "--count", "1", "--json") as process:
        told(process)
        camera.show(SCENE)
        out, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, err, json.loads(out)["noticed"]) == (0, "", ["dog"])


def test_nobody_can_watch_for_what_the_pack_does_not_know(camera):
    with running(camera.environment, "watch", "--camera", "", "--for", "unicorn") as process:
        out, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, out) == (2, "")
    assert err.startswith('This pack knows nothing that is called "unicorn".')  # no sign of the camera before it
    assert camera.n_streaming == 0


@pytest.mark.parametrize("after_s", [0, 0.01, 0.02, 0.05, 0.1])
def test_ctrl_c_closes_the_camera_whatever_goes_on(camera, after_s):
    with running(camera.environment, "watch", "--camera", "") as process:
        told(process)
        assert camera.n_streaming == 1
        time.sleep(after_s)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, err, camera.n_streaming) == (130, "Stopped.\n", 0)


def test_without_a_camera_a_sentence_says_so(camera):
    camera.unplug()
    with running(camera.environment, "watch", "--camera", "") as process:
        assert process.communicate(timeout=WAIT_S) == ("", "There is no camera. Plug one in; it is found at once.\n")
    assert process.returncode == 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has X servers")
def test_what_the_screen_shows_is_named():
    with open_desktop((800, 600)) as desktop:
        environment = {**desktop.environment, "XDG_SESSION_TYPE": "x11"}
        command = [sys.executable, "-c", SHOW, str(GARDEN)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as shown:
            assert shown.stdout
            assert shown.stdout.readline() == "shown\n"
            with running(environment, "watch", "--screen", "--for", "dog", "--count", "1") as process:
                out, err = process.communicate(timeout=WAIT_S)
            shown.terminate()
    assert (process.returncode, out.partition("  ")[0]) == (0, "dog: dog"), err
    assert len(err.splitlines()) == 1, err
