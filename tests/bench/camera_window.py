"""A window with the camera's picture, measured: what tests/bench/camera_preview.py runs.

The picture is shown at the camera's rate; as in live use, a box goes with what moves, a look is taken whether anything
changed, and pictures are made ready for networks.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from PySide6.QtCore import QObject, QSizeF, QSocketNotifier, Qt, QTimer
from PySide6.QtMultimediaWidgets import QGraphicsVideoItem
from PySide6.QtWidgets import QApplication, QGraphicsScene, QGraphicsView

from bubo_desktop.capture import changes, tracking
from bubo_desktop.capture.camera import Camera

TURN_MS, TRACK_MS, LOOK_MS = 10, 66, 200
BOX = (410, 180, 530, 300)  # of the ball in the film's first picture
SIZE_PX = (640, 480)


class ShownPicture(QGraphicsVideoItem):
    """Counts how often it is painted."""

    n_paintings = 0

    def paint(self, *arguments) -> None:
        self.n_paintings += 1
        super().paint(*arguments)


class Meter(QObject):
    """Does with the camera what live use does, and measures meanwhile."""

    def __init__(self, camera: Camera, seconds: int) -> None:
        super().__init__()
        self._camera = camera
        self._seconds = seconds
        self._scene = QGraphicsScene()
        self._shown = ShownPicture()
        self._shown.setSize(QSizeF(*SIZE_PX))
        self._scene.addItem(self._shown)
        self._box = self._scene.addRect(0, 0, 1, 1)
        self._view = QGraphicsView(self._scene)
        self._view.resize(SIZE_PX[0] + 20, SIZE_PX[1] + 20)
        self._view.show()
        self._tracker: tracking.Tracker | None = None
        self._detector = changes.ChangeDetector()
        self._n_frames = self._n_changes = 0
        self._turns_s: list[float] = []
        self._tasks_ms: dict[str, list[float]] = {"track": [], "changes": [], "newest": []}
        camera.frame.connect(self._take)
        camera.flowing.connect(self._begin, Qt.ConnectionType.SingleShotConnection)
        camera.fault.connect(lambda error: tell("fault", str(error)))
        camera.flowing.connect(lambda _: tell("flowing", ""))

    def open(self) -> None:
        """Opens the camera; everything else follows."""
        self._began_s = time.perf_counter()
        self._camera.open()
        print(f"opening keeps the event loop for     {1e3 * (time.perf_counter() - self._began_s):8.1f} ms")

    def close(self) -> None:
        """Closes it."""
        began_s = time.perf_counter()
        self._camera.close()
        print(f"closing takes                        {1e3 * (time.perf_counter() - began_s):8.1f} ms", flush=True)

    def _begin(self) -> None:
        print(f"first picture after                  {1e3 * (time.perf_counter() - self._began_s):8.1f} ms")
        self._timers = [every(TURN_MS, self._turn), every(TRACK_MS, self._track), every(LOOK_MS, self._look)]
        self._began_s, self._began_cpu_s = time.perf_counter(), time.process_time()
        self._n_frames = self._shown.n_paintings = 0
        QTimer.singleShot(1000 * self._seconds, self._report)

    def _take(self, frame) -> None:
        self._n_frames += 1
        self._shown.videoSink().setVideoFrame(frame)

    def _turn(self) -> None:
        self._turns_s.append(time.perf_counter())

    def _track(self) -> None:
        grey = self._timed("newest", lambda: self._camera.newest_grey(tracking.SIDE_PX))
        if self._tracker is None:
            self._tracker = tracking.Tracker(grey, [BOX] * 5, SIZE_PX)
        for found in self._timed("track", lambda: self._tracker.follow(grey))[:1]:
            x0, y0, x1, y1 = found.box_xyxy_px
            self._box.setRect(x0, y0, x1 - x0, y1 - y0)

    def _look(self) -> None:
        grey = self._camera.newest_grey(changes.SIDE_PX)
        if self._timed("changes", lambda: self._detector.differs(grey)):
            self._detector.keep(grey)
            self._n_changes += 1
            self._timed("newest", self._camera.newest)

    def _timed(self, task: str, work):
        began_s = time.perf_counter()
        result = work()
        self._tasks_ms[task].append(1e3 * (time.perf_counter() - began_s))
        return result

    def _report(self) -> None:
        for timer in self._timers:
            timer.stop()
        wall_s, cpu_s = time.perf_counter() - self._began_s, time.process_time() - self._began_cpu_s
        late_ms = 1e3 * np.diff(self._turns_s) - TURN_MS
        come, shown = self._n_frames / wall_s, self._shown.n_paintings / wall_s
        print(f"pictures come / are shown, a second  {come:8.1f} {shown:8.1f}")
        print(f"event loop late: median, 99 %, worst {np.median(late_ms):8.1f} {np.percentile(late_ms, 99):8.1f} "
              f"{late_ms.max():8.1f} ms")  # fmt: skip
        print(f"processor                            {100 * cpu_s / wall_s:8.1f} % of a core")
        for task, times_ms in self._tasks_ms.items():
            print(f"{task:8}: median, worst             {np.median(times_ms):8.2f} {max(times_ms):8.2f} ms")
        print(f"changes seen in {len(self._tasks_ms['changes'])} looks: {self._n_changes}")
        print("measured", flush=True)


def tell(what: str, why: str) -> None:
    """Writes what happened and when, by the clock that all processes share."""
    print(what, time.monotonic(), why, flush=True)


def every(period_ms: int, work) -> QTimer:
    timer = QTimer(interval=period_ms, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(work)
    timer.start()
    return timer


def main() -> int:
    """Runs until its input ends."""
    application = QApplication([])
    camera = Camera()
    camera.watch_devices()
    meter = Meter(camera, int(sys.argv[1]))
    end = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    end.activated.connect(lambda: (meter.close(), application.quit()))
    QTimer.singleShot(500, meter.open)  # once the window is there
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
