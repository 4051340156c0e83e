"""A program that looks on with a camera and the real engine, and tells in lines of JSON what it sees.

It is a process of its own because a fake camera has to be there before the C library is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QGuiApplication

from bubo_desktop.state.live.scene import LiveAnswer, LivePlaces, LiveScene
from bubo_desktop.state.workspace import Workspace


class Program:
    """What the window will do, without the window."""

    def __init__(self, application: QGuiApplication, folder: Path) -> None:
        self._application = application
        self.workspace = Workspace(folder)
        self._live = live = self.workspace.live
        live.camera.flowing.connect(lambda name: tell("flowing", name))
        live.camera.fault.connect(lambda error: tell("fault", str(error)))
        live.looking.seen.connect(self._take_scene)
        live.looking.moved.connect(self._take_places)
        live.standing.answered.connect(self._take_answer)
        for activity in (live.looking, live.standing, live.watching):
            activity.trouble.connect(lambda error: tell("trouble", str(error)))
        live.watching.noticed.connect(lambda noticed: tell("noticed", noticed.labels))
        self.workspace.client.ready.connect(lambda _: tell("ready", None))
        self.workspace.closed.connect(application.quit)
        self.workspace.begin()

    def obey(self, line: str) -> None:
        """Does what one line says."""
        match line.split(maxsplit=1):
            case ["open"]:
                self._live.open_camera()
            case ["look"]:
                self._live.look()
            case ["ask", question]:
                self._live.ask(question)
            case ["watch", words]:
                self._live.watch_for(words)
            case ["stop"]:
                self._live.stop_all()
                tell("stop", self._live.camera.is_open)

    def close(self) -> None:
        """Ends as the window does."""
        self.workspace.close()

    def _take_scene(self, scene: LiveScene) -> None:
        things = [[it.id, it.label, it.box_xyxy_px, it.outline is not None] for it in scene.things]
        tell("seen", {"things": things, "age_s": time.monotonic() - scene.taken_s})

    def _take_places(self, places: LivePlaces) -> None:
        tell("moved", places.boxes_xyxy_px)

    def _take_answer(self, answer: LiveAnswer) -> None:
        tell("answered", {"text": answer.text, "latency_s": answer.latency_s})


def tell(what: str, value: Any) -> None:
    """Writes a line."""
    print(json.dumps([what, value]), flush=True)


def main() -> int:
    """Runs until its input ends; the argument is the folder of its state."""
    application = QGuiApplication([])
    program = Program(application, Path(sys.argv[1]))
    commands = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)

    def read() -> None:
        lines = os.read(sys.stdin.fileno(), 4096).decode().splitlines()
        for line in lines:
            program.obey(line)
        if not lines:
            commands.setEnabled(False)
            program.close()

    commands.activated.connect(read)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
