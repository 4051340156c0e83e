"""What every source of pictures does, with one that a test feeds: it needs no device and no permission."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QColor, QImage

from bubo_desktop.capture.frames import STALL_S, FrameSource, Hold, Limits
from bubo_desktop.errors import DeviceError

pytestmark = pytest.mark.qt_log_ignore("No RHI backend")

ROOT = Path(__file__).parents[2]
WAIT_MS = 20_000
LIMITS = Limits(first_frame_s=0.1, silence_s=0.1, look_s=0.02, retry_s=0.1)
RED = QColor(200, 30, 60)


class Tap(QObject):
    """Stands for a camera: pictures come while it runs."""

    def __init__(self, video_input) -> None:
        super().__init__()
        self.video_input = video_input
        self.runs = True

    def stop(self) -> None:
        self.runs = False


class FedSource(FrameSource):
    """Shows what it is fed."""

    tap: Tap | None = None
    problem = ""

    def feed(self, image: QImage) -> None:
        from PySide6.QtMultimedia import QVideoFrame

        if self.tap and self.tap.runs:
            self.tap.video_input.sendVideoFrame(QVideoFrame(image))

    def _take_hold(self, device_id: str) -> Hold:
        from PySide6.QtMultimedia import QMediaCaptureSession, QVideoFrameInput, QVideoSink

        if self.problem:
            raise DeviceError(self.problem)
        session = QMediaCaptureSession()
        self.tap = Tap(QVideoFrameInput())
        session.setVideoSink(QVideoSink(session))
        session.videoSink().videoFrameChanged.connect(self._take)
        session.setVideoFrameInput(self.tap.video_input)
        return Hold(device_id, f"tap {device_id}", self.tap, session)

    def _silence(self, name: str) -> DeviceError:
        return DeviceError(f"{name} is dry.")


@pytest.fixture
def source(qtbot) -> Iterator[FedSource]:  # noqa: ARG001 - signals need an application
    source = FedSource(LIMITS)
    yield source
    source.close()


def plain(width: int, height: int, colour: QColor = RED) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(colour)
    return image


def fed(qtbot, source: FedSource, image: QImage) -> None:
    with qtbot.waitSignal(source.frame, timeout=WAIT_MS):
        source.feed(image)


def test_pictures_of_any_size_come_through_in_one_stream(qtbot, source) -> None:
    """A camera may change its form in mid-stream."""
    source.open("a")
    sizes = [(641, 479), (320, 240), (33, 77), (1280, 720)] * 5
    for width, height in sizes:
        fed(qtbot, source, plain(width, height))
        assert source.snapshot().size().toTuple() == (width, height)
        frame = source.newest()
        assert max(frame.width_px, frame.height_px) == min(640, max(width, height))
        pixels = np.frombuffer(frame.rgb, np.uint8).reshape(frame.height_px, frame.width_px, 3)
        assert (pixels == RED.getRgb()[:3]).all()
        grey = source.newest_grey(160)
        assert max(grey.shape) == min(160, max(width, height))
        assert np.ptp(grey) == 0


def test_a_picture_is_converted_only_for_those_who_ask_and_once(qtbot, source) -> None:
    source.open()
    for _ in range(10):
        fed(qtbot, source, plain(640, 480))
    assert source._image is None
    assert source.snapshot() is source.snapshot()


def test_age_and_rate_are_those_of_the_pictures(qtbot, source) -> None:
    assert (source.age_s, source.fps) == (float("inf"), 0)
    source.open()
    for _ in range(12):
        fed(qtbot, source, plain(64, 48))
    assert source.age_s < WAIT_MS
    assert 0 < source.fps <= 12
    source.close()
    assert (source.age_s, source.fps) == (float("inf"), 0)


def test_silence_is_told_once_and_tried_to_be_cured(qtbot, source) -> None:
    faults, openings = [], []
    source.fault.connect(lambda error: faults.append(str(error)))
    source.opened.connect(openings.append)
    source.open("b")
    qtbot.waitUntil(lambda: len(openings) >= 4, timeout=WAIT_MS)
    assert faults == ["tap b is dry."]
    with qtbot.waitSignal(source.flowing, timeout=WAIT_MS):
        source.feed(plain(64, 48))
    qtbot.waitUntil(lambda: len(faults) == 2, timeout=WAIT_MS)  # again, because pictures came in between


def test_what_cannot_be_opened_is_tried_again_without_repeating_why(qtbot, source) -> None:
    faults = []
    source.fault.connect(lambda error: faults.append(str(error)))
    source.problem = "No tap."
    source.open()
    assert (source.is_open, source.device_name) == (True, "")
    qtbot.wait(500)  # a few attempts
    assert faults == ["No tap."]
    source.problem = ""
    with qtbot.waitSignal(source.opened, timeout=WAIT_MS):
        pass
    assert source.device_name == "tap "


def test_who_closes_on_hearing_of_a_fault_has_it_closed(qtbot, source) -> None:
    source.fault.connect(source.close)
    for _ in range(20):
        source.open()
        qtbot.waitUntil(lambda: not source.is_open, timeout=WAIT_MS)
        assert not source.tap.runs
    with qtbot.assertNotEmitted(source.opened, wait=300):
        pass


def test_an_event_loop_that_stood_still_is_not_blamed_on_the_device(qtbot, source) -> None:
    source.open()
    fed(qtbot, source, plain(64, 48))
    with qtbot.assertNotEmitted(source.fault):
        time.sleep(STALL_S + 0.1)
        QCoreApplication.processEvents()
        fed(qtbot, source, plain(64, 48))


def test_a_fault_is_noticed_within_two_seconds() -> None:
    limits = Limits()
    assert max(limits.first_frame_s, limits.silence_s) + limits.look_s < 2


def test_after_closing_nothing_comes_any_more(qtbot, source) -> None:
    for _ in range(20):
        source.open()
        fed(qtbot, source, plain(64, 48))
        tap = source.tap
        with qtbot.waitSignal(source.closed):
            source.close()
        assert not tap.runs
        assert source.newest() is None
        assert source.snapshot().isNull()
    with qtbot.assertNotEmitted(source.opened, wait=300), qtbot.assertNotEmitted(source.fault):
        source.close()  # and none is told of where none was open


def test_the_room_loads_no_multimedia_and_no_arrays_by_itself() -> None:
    code = """
import sys
import bubo_desktop.capture.camera, bubo_desktop.capture.screen
print(sorted({"numpy", "PySide6.QtMultimedia"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
