"""A desktop of its own for a window under test: a screen, a session bus, and the bus that screen readers listen to."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

BUS_LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
END_S = 10
FOREIGN = ("QT_", "WAYLAND_", "XDG_", "DBUS_")  # variables of the desktop on which the tests were started


@dataclass(frozen=True, slots=True)
class Desktop:
    """Its screen's width and height in pixels, and the environment of programs that are to appear on it."""

    size_px: tuple[int, int]
    environment: Mapping[str, str]


@contextmanager
def open_desktop(size_px: tuple[int, int]) -> Iterator[Desktop]:
    """Starts a desktop without a window manager, and ends it with everything that it started."""
    with ExitStack() as servers:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)} | {
            "XDG_RUNTIME_DIR": servers.enter_context(tempfile.TemporaryDirectory(prefix="bubo-desktop-")),
            "QT_QPA_PLATFORM": "xcb",
            "QT_XCB_GL_INTEGRATION": "none",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "LANG": "C.UTF-8",
        }
        width, height = size_px
        screen = ["-displayfd", "{fd}", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]
        environment["DISPLAY"] = ":" + servers.enter_context(_answering(["Xvfb", *screen], environment))
        bus = ["dbus-daemon", "--session", "--nofork", "--print-address={fd}"]
        environment["DBUS_SESSION_BUS_ADDRESS"] = servers.enter_context(_answering(bus, environment))
        servers.enter_context(_running([BUS_LAUNCHER, "--launch-immediately"], environment))
        yield Desktop(size_px, environment)


@contextmanager
def _answering(command: list[str], environment: Mapping[str, str]) -> Iterator[str]:
    """Runs a server; yields the line it writes, when it is ready, to the descriptor whose number stands for `{fd}`."""
    reading, writing = os.pipe()
    with _running([word.replace("{fd}", str(writing)) for word in command], environment, writing):
        os.close(writing)
        with os.fdopen(reading) as answer:
            yield answer.readline().strip()


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], *descriptors: int) -> Iterator[None]:
    silence = subprocess.DEVNULL
    server = subprocess.Popen(command, env=environment, pass_fds=descriptors, stdout=silence, stderr=silence)
    try:
        yield
    finally:
        for pid in [*descendants(server.pid), server.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        server.wait(END_S)


def descendants(pid: int) -> list[int]:
    """Children of a process, their children and so on, the youngest first."""
    tasks = Path(f"/proc/{pid}/task")
    children = [int(number) for file in tasks.glob("*/children") for number in file.read_text().split()]
    return [*(number for child in children for number in descendants(child)), *children]
