"""The real program with a meter in its window's process: `metered_program.py RECORD real|fake ARGUMENTS...`.

Writes to the file RECORD, line by line and at once, so that nothing is lost with the process: a JSON array of the
monotonic clock in seconds, what happened, and more about it. Happenings: `painted`, for the first time; `ready` and
`token`, from the engine; `saving` (id, status, characters of the answer) and `saved` (id) of exchanges; and `tick`
(lateness in seconds) of a timer in the event loop. With `fake`, the engine has fake parts and may die as often as it
likes, and what it answers is kept so often that a kill hits the keeping.
"""

from __future__ import annotations

import json
import os
import sys
import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

from bubo_desktop.__main__ import main
from bubo_desktop.client import EngineClient, Patience
from bubo_desktop.state import answering
from bubo_desktop.state import workspace as state
from bubo_desktop.state.workspace import Workspace
from bubo_desktop.ui import app
from bubo_desktop.ui.window import Window

TICK_MS = 10
FAKE_ENGINE = Path(__file__).parents[1] / "fakes" / "server_process.py"  # not imported: it would slow the first paint


class Meter(QObject):
    """Watches the window and the state behind it from within."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._record = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._ticked_s = 0.0

    def write(self, name: str, *details: object) -> None:
        """Adds a line."""
        os.write(self._record, json.dumps([time.monotonic(), name, *details]).encode() + b"\n")

    def watch(self, window: Window, workspace: Workspace) -> None:
        """Begins to write down what happens."""
        window.painted.connect(self._begin_to_tick)
        workspace.client.ready.connect(lambda _: self.write("ready"))
        workspace.client.token.connect(lambda _: self.write("token"))
        workspace.history.saved.connect(partial(self.write, "saved"))
        save = workspace.history.save_exchange

        def save_and_tell(exchange):
            self.write("saving", exchange.id, exchange.status, len(exchange.answer.answer))
            save(exchange)

        workspace.history.save_exchange = save_and_tell

    def _begin_to_tick(self) -> None:
        self.write("painted")
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._ticked_s = time.monotonic()
        self._timer.start()

    def _tick(self) -> None:
        now_s = time.monotonic()
        self.write("tick", now_s - self._ticked_s - TICK_MS / 1e3)
        self._ticked_s = now_s


def run() -> int:
    """Runs the program; returns its exit code."""
    record, engine, *arguments = sys.argv[1:]
    if engine == "fake":
        command = [sys.executable, str(FAKE_ENGINE), "--engine"]
        answering.SAVE_MS = 20
        state.EngineClient = partial(EngineClient, command, Patience(restarts=10_000))
    meter, show = Meter(record), app.Program._show_window

    def show_metered(program: app.Program) -> Window:
        window = show(program)
        meter.watch(window, program.workspace)
        return window

    app.Program._show_window = show_metered
    sys.argv = [sys.argv[0], *arguments]
    return main()


if __name__ == "__main__":
    raise SystemExit(run())
