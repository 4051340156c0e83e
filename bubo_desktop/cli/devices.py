"""`devices`: the microphones, cameras, screens and windows that can be used, and their ids."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence

import msgspec
from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QGuiApplication
from rich.console import Console
from rich.table import Table

from bubo_desktop.capture.camera import cameras
from bubo_desktop.capture.frames import DeviceInfo
from bubo_desktop.capture.microphone_list import MicrophoneList
from bubo_desktop.capture.screen import screens, windows
from bubo_desktop.errors import DeviceError
from bubo_desktop.protocol.recording import MicrophoneInfo
from bubo_desktop.ui.display import missing_display

Listed = MicrophoneInfo | DeviceInfo


class Device(msgspec.Struct, frozen=True):
    """What `--json` prints of one: `kind` is microphone, camera, screen or window."""

    kind: str
    id: str
    name: str


def run(options: Namespace) -> int:
    """Prints them; what is wrong with a kind of devices stands where they would. No device is opened."""
    display_problem = missing_display()
    if display_problem:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    QGuiApplication.instance() or QGuiApplication([])
    found: list[Device] = []
    problems: dict[str, str] = {}
    kinds: dict[str, Callable[[], Sequence[Listed]]] = {
        "microphone": _microphones,
        "camera": cameras,
        "screen": lambda: _on_display(display_problem, screens),
        "window": lambda: _on_display(display_problem, windows),
    }
    for kind, list_them in kinds.items():
        try:
            found += [Device(kind, each.id, each.name) for each in list_them()]
        except DeviceError as error:
            problems[kind] = str(error)
    if options.json:
        print(msgspec.json.encode({"devices": found, "problems": problems}).decode())
    else:
        _print(found, problems, kinds)
    return 0


def _on_display(problem: str, list_them: Callable[[], Sequence[Listed]]) -> Sequence[Listed]:
    if problem:
        raise DeviceError(problem)
    return list_them()


def _microphones() -> Sequence[Listed]:
    microphones, loop = MicrophoneList(), QEventLoop()
    outcome: list[Sequence[Listed] | DeviceError] = []
    for signal in (microphones.found, microphones.failed):
        signal.connect(outcome.append)
        signal.connect(loop.quit)
    microphones.refresh()
    if not outcome:
        loop.exec()
    if isinstance(outcome[0], DeviceError):
        raise outcome[0]
    return outcome[0]


def _print(found: Sequence[Device], problems: dict[str, str], kinds: Iterable[str]) -> None:
    table = Table("", "", "", box=None, show_header=False, padding=(0, 2, 0, 0))
    for kind in kinds:
        devices = [each for each in found if each.kind == kind]
        for each in devices:
            table.add_row(kind, each.name, each.id)
        if not devices:
            table.add_row(kind, problems.get(kind, "none"), "")
    Console(highlight=False).print(table)
