"""The real window, live, measured: what tests/bench/live.py runs, with a folder, minutes and a question."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import psutil
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from bubo_desktop.state.live.scene import LiveAnswer, LiveScene
from bubo_desktop.state.workspace import Workspace
from bubo_desktop.ui.app import Program
from bubo_desktop.ui.live.view import LiveView
from tests.bench.camera_window import every

TURN_MS = 10
EVERY_S = 5
SETTLED_S = 60  # until then memory is taken for the first time
MB = 2**20


class Meter(QObject):
    """Goes live when the engine is ready, and prints a line every few seconds."""

    def __init__(self, program: Program, minutes: float, question: str) -> None:
        super().__init__()
        self._program, self._workspace, self._question = program, program.workspace, question
        self._end_s, self._settled_mb = 60 * minutes, (0.0, 0.0)
        self._n_painted = self._n_seen = 0
        self._seen_ages_s: list[float] = []
        self._answer_ages_s: list[float] = []
        self._stalls_ms = [0.0]
        self._turn = every(TURN_MS, self._note_turn)
        self._workspace.client.ready.connect(self._begin)
        self._workspace.live.looking.seen.connect(self._take_scene)
        self._workspace.live.standing.answered.connect(self._take_answer)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Counts how often the picture is painted."""
        self._n_painted += event.type() is QEvent.Type.Paint
        return super().eventFilter(watched, event)

    def _begin(self) -> None:
        window = self._program.window
        window.composer.live_button.click()
        window.findChild(LiveView).installEventFilter(self)
        if self._question:
            self._workspace.live.ask(self._question)
        self._processes = psutil.Process(), psutil.Process(self._workspace.client.pid)
        self._began_s = time.perf_counter()
        self._start_count()
        self._report_timer = every(1000 * EVERY_S, self._report)

    def _start_count(self) -> None:
        self._counted_from_s = self._turned_s = time.perf_counter()
        self._cpu_s = [sum(process.cpu_times()[:2]) for process in self._processes]
        self._n_painted = self._n_seen = 0
        self._seen_ages_s, self._answer_ages_s, self._stalls_ms = [], [], [0.0]

    def _take_scene(self, scene: LiveScene) -> None:
        self._n_seen += 1
        self._seen_ages_s.append(time.monotonic() - scene.taken_s)

    def _take_answer(self, answer: LiveAnswer) -> None:
        self._answer_ages_s.append(answer.latency_s)

    def _note_turn(self) -> None:
        now_s = time.perf_counter()
        self._stalls_ms.append(1000 * (now_s - getattr(self, "_turned_s", now_s)) - TURN_MS)
        self._turned_s = now_s

    def _report(self) -> None:
        now_s = time.perf_counter()
        passed_s = now_s - self._counted_from_s
        used_s = np.subtract([sum(process.cpu_times()[:2]) for process in self._processes], self._cpu_s)
        cpu = 100 * used_s / passed_s
        memory_mb = tuple(process.memory_info().rss / MB for process in self._processes)
        if not any(self._settled_mb) and now_s - self._began_s > SETTLED_S:
            self._settled_mb = memory_mb
        print(
            f"{(now_s - self._began_s) / 60:5.1f} min: painted {self._n_painted / passed_s:4.1f}/s"
            f"  looks {self._n_seen / passed_s:3.1f}/s, {_middle_and_worst(self._seen_ages_s)} s old"
            f"  answers {_middle_and_worst(self._answer_ages_s)} s old  stall {max(self._stalls_ms):3.0f} ms"
            f"  CPU {cpu[0]:3.0f} + engine {cpu[1]:3.0f} %  memory {memory_mb[0]:.0f} + {memory_mb[1]:.0f} MB",
            flush=True,
        )
        if now_s - self._began_s > self._end_s:
            self._end(memory_mb)
        else:
            self._start_count()

    def _end(self, memory_mb: tuple[float, ...]) -> None:
        if any(self._settled_mb):
            grown = [now - before for now, before in zip(memory_mb, self._settled_mb, strict=True)]
            print(f"since the first minute the window grew by {grown[0]:.1f} MB, the engine by {grown[1]:.1f} MB")
        self._report_timer.stop()
        began_s = time.perf_counter()
        self._workspace.live.stop_all()
        print(f"stopping all took {1000 * (time.perf_counter() - began_s):.0f} ms")
        self._program.window.close()


def _middle_and_worst(values: list[float]) -> str:
    return f"{np.median(values):.2f} to {max(values):.2f}" if values else "none"


def main() -> int:
    """Runs until the minutes are over."""
    application = QApplication([])
    program = Program(application, Workspace(Path(sys.argv[1]) / "data"))
    program.open(None, cpu_only=False, files=())
    meter = Meter(program, float(sys.argv[2]), sys.argv[3])
    code = application.exec()
    del meter
    return code


if __name__ == "__main__":
    sys.exit(main())
