"""What every test has: quiet libraries, a home of its own, no screen, cheap tests first, and nothing left running."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bubo_desktop.environment import quiet_libraries
from bubo_desktop.paths import HOME_VARIABLE
from tests.fakes.sound_server import SoundServer, running_sound_server, why_impossible

quiet_libraries()
os.environ["QT_QPA_PLATFORM"] = "offscreen"
settings.register_profile("house", database=None, deadline=None, derandomize=True)  # the same run on any machine
settings.load_profile("house")

HERE = Path(__file__).parent
# In CI a failed test of these rooms is run once more and listed as such: their windows, devices and processes are real,
# and a busy machine may keep one waiting. On a developer's machine the first failure counts.
REAL = ("client", "capture", "end_to_end", "window")
# From milliseconds to minutes: what is not named here comes first.
TIERS = (
    "protocol", "packs", "engine", "client", "capture", "cli", "build_packs", "parity", "house", "end_to_end", "window",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    # A shell starts background jobs deaf to Ctrl-C, and every child would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    home = tempfile.mkdtemp(prefix="bubo-tests-")
    os.environ[HOME_VARIABLE] = home
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _tier(_room(item)))
    for item in items if "CI" in os.environ else ():
        if _room(item) in REAL:
            item.add_marker(pytest.mark.flaky(reruns=1))


def _room(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""


def _tier(room: str) -> int:
    return TIERS.index(room) + 1 if room in TIERS else 0


@pytest.fixture(scope="session")
def cable() -> Iterator[SoundServer]:
    """A sound server with a microphone that hears what tests play."""
    problem = why_impossible()
    if problem:
        pytest.skip(f"no microphone can be pretended: {problem}")
    with running_sound_server() as server:
        yield server


@pytest.fixture(autouse=True, scope="session")
def _nothing_left_running() -> Iterator[None]:
    """Fails the run where a thread that would block the end, or a child process, outlives the last test."""
    yield
    threads = [t.name for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon]
    assert not threads, f"threads left running: {threads}"
    children = _children()
    assert not children, f"child processes left running: {children}"


def _children() -> list[str]:
    """Command lines of this process's children; empty where the system has no /proc.

    Python's own helper of multiprocessing ends with this process, not before.
    """
    numbers = [n for file in Path("/proc/self/task").glob("*/children") for n in file.read_text().split()]
    commands = [(n, Path(f"/proc/{n}/cmdline").read_bytes().replace(b"\0", b" ").decode()) for n in numbers]
    running = [(n, command) for n, command in commands if command]  # a process that has ended has no command line
    return [f"{n} {command}" for n, command in running if "multiprocessing.resource_tracker" not in command]
