"""One program per folder; the second start raises the first one's window; a kill leaves nothing in the way."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bubo_desktop.state.instance import Instance

ROOT = Path(__file__).parents[2]
START = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from bubo_desktop.state.instance import Instance
application = QCoreApplication([])
instance = Instance(Path(sys.argv[1]))
instance.raise_requested.connect(lambda: print("raised", flush=True))
may_go_on = instance.acquire()
print(may_go_on, flush=True)
if may_go_on:
    application.exec()
"""


@pytest.fixture
def first(qapp, tmp_path):
    assert qapp
    instance = Instance(tmp_path)
    assert instance.acquire()
    yield instance
    instance.release()


def start(folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-c", START, str(folder)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_a_second_start_raises_the_first_window_and_ends(qtbot, first, tmp_path):
    with qtbot.waitSignal(first.raise_requested, timeout=20_000):
        second = start(tmp_path)
    assert second.communicate() == ("False\n", None)  # it has ended


def test_a_first_program_that_has_just_begun_is_waited_for(tmp_path):
    with start(tmp_path) as first:
        assert first.stdout.readline() == "True\n"  # it has the lock, and does not listen yet
        with start(tmp_path) as second:
            assert second.stdout.read() == "False\n"
        assert first.stdout.readline() == "raised\n"
        first.kill()


@pytest.mark.usefixtures("first")
def test_another_folder_is_another_program(tmp_path):
    other = Instance(tmp_path.parent)
    assert other.acquire()
    other.release()


def test_a_killed_program_is_in_nobodys_way(qtbot, tmp_path):
    for _ in range(5):
        with start(tmp_path) as killed:
            assert killed.stdout.readline() == "True\n"
            killed.kill()
    successor = Instance(tmp_path)
    assert successor.acquire()
    with qtbot.waitSignal(successor.raise_requested, timeout=20_000):
        second = start(tmp_path)
    assert second.communicate() == ("False\n", None)
    successor.release()
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600


def test_a_folder_that_cannot_hold_a_lock_stops_nothing(qapp, tmp_path):
    assert qapp
    (tmp_path / "lock").mkdir()
    assert Instance(tmp_path).acquire()
