"""That nobody is there, learned from a real D-Bus and from a clock that jumps."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bubo_desktop.state import absence
from bubo_desktop.state.absence import SLEPT_S, Absence

ROOT = Path(__file__).parents[2]
TOLD = 7  # the exit status of a watcher that was told
WATCHER = """
import json, sys
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from bubo_desktop.state.absence import Absence

TOLD = int(sys.argv[3])
app = QCoreApplication([])
QDBusConnection.systemBus = QDBusConnection.sessionBus  # there is but one bus here
login = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, "login")
assert login.registerService("org.freedesktop.login1")
absence = Absence()
absence.began.connect(lambda: app.exit(TOLD))
absence.watch()
for path, interface, name, *arguments in json.loads(sys.argv[1]):
    message = QDBusMessage.createSignal(path, interface, name)
    message.setArguments(arguments)
    assert login.send(message)
QTimer.singleShot(int(sys.argv[2]), app.quit)
sys.exit(app.exec())
"""
SLEEP = ("/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep")
LOCK = ("/org/freedesktop/login1/session/_32", "org.freedesktop.login1.Session", "Lock")
SAVER = ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged")


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is Linux's")
@pytest.mark.parametrize(
    ("messages", "is_absence"),
    [([(*SLEEP, True)], True), ([(*SAVER, True)], True), ([LOCK], True), ([(*SLEEP, False), (*SAVER, False)], False)],
)
def test_what_is_told_on_d_bus(messages: list[tuple[object, ...]], is_absence: bool) -> None:
    wait_ms = "20000" if is_absence else "500"
    command = ["dbus-run-session", "--", sys.executable, "-c", WATCHER, json.dumps(messages), wait_ms, str(TOLD)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (TOLD if is_absence else 0, ""), ended.stderr


def test_without_d_bus_a_sleep_is_noticed_by_the_jump_of_the_clock(qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    for bus in ("SYSTEM", "SESSION"):
        monkeypatch.setenv(f"DBUS_{bus}_BUS_ADDRESS", "unix:path=/nonexistent")
    now_s = 1_000_000.0
    monkeypatch.setattr(absence, "TICK_S", 0.01)
    monkeypatch.setattr(absence.time, "time", lambda: now_s)
    watch = Absence()
    watch.watch()
    watch.watch()
    now_s += SLEPT_S - 1
    with qtbot.assertNotEmitted(watch.began, wait=50):
        pass
    now_s += SLEPT_S + 1
    with qtbot.waitSignal(watch.began, timeout=10_000):
        pass
    with qtbot.assertNotEmitted(watch.began, wait=50):  # once is enough
        pass
