"""What is said to be in use is what is in use, and one order ends all of it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QProcess, Signal

from bubo_desktop.capture.camera import Camera
from bubo_desktop.errors import DeviceError
from bubo_desktop.state import devices as devices_room
from bubo_desktop.state.absence import Absence
from bubo_desktop.state.device_log import DeviceLog
from bubo_desktop.state.devices import STOP_S, Devices, Source

pytestmark = pytest.mark.usefixtures("qapp")

WAIT_MS = 20_000  # far beyond what any of it takes
SILENCE = DeviceError("The camera brings no pictures.")


class FakeSource(QObject):
    """A device whose fate is in the test's hands."""

    opened, flowing, fault, closed = Signal(str), Signal(str), Signal(DeviceError), Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.name = ""
        self.n_closings = 0

    def open(self, name: str) -> None:
        self.name = name
        self.opened.emit(name)

    def close(self) -> None:
        self.n_closings += 1
        if self.name:
            name, self.name = self.name, ""
            self.closed.emit(name)


class ClingingSource(FakeSource):
    """One that does not let its device go."""

    def close(self) -> None:
        self.n_closings += 1


class BrokenSource(ClingingSource):
    """One that does not even listen."""

    def close(self) -> None:
        raise RuntimeError("nothing works")


class ChildSource(FakeSource):
    """One whose device is held by a process that is deaf to all requests, so that `close` must kill it."""

    def __init__(self) -> None:
        super().__init__()
        self.process = QProcess(self)
        self.process.finished.connect(lambda: FakeSource.close(self))

    def open(self, name: str) -> None:
        deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(600)"
        self.process.start(sys.executable, ["-u", "-c", deaf])
        assert self.process.waitForReadyRead(WAIT_MS)
        super().open(name)

    def close(self) -> None:
        self.process.kill()


@pytest.fixture
def log(tmp_path: Path) -> DeviceLog:
    return DeviceLog(tmp_path / "devices.log")


@pytest.fixture
def absence() -> Absence:
    return Absence()


@pytest.fixture
def devices(log: DeviceLog, absence: Absence) -> Devices:
    return Devices(log, absence)


def test_the_sign_follows_the_flow_of_data(devices: Devices) -> None:
    source = FakeSource()
    devices.add("camera", source)
    assert devices.open_devices == ()
    seen = []
    devices.changed.connect(lambda: seen.append([device.is_flowing for device in devices.open_devices]))
    source.open("Webcam")
    source.flowing.emit("Webcam")
    source.flowing.emit("Webcam")
    source.fault.emit(SILENCE)
    source.flowing.emit("Webcam")
    source.close()
    assert seen == [[False], [True], [False], [True], []]


def test_several_devices_are_told_apart(devices: Devices) -> None:
    microphone, camera = FakeSource(), FakeSource()
    devices.add("microphone", microphone)
    devices.add("camera", camera)
    microphone.open("Built-in")
    camera.open("Webcam")
    camera.flowing.emit("Webcam")
    told = [(device.kind, device.name, device.is_flowing) for device in devices.open_devices]
    assert told == [("microphone", "Built-in", False), ("camera", "Webcam", True)]
    microphone.close()
    assert [device.kind for device in devices.open_devices] == ["camera"]


def test_the_log_holds_each_use(devices: Devices, log: DeviceLog) -> None:
    source = FakeSource()
    devices.add("camera", source)
    source.open("Webcam")
    (use,) = log.read()
    assert (use.kind, use.name, use.until) == ("camera", "Webcam", None)
    source.open("Other webcam")  # without a word about the first
    source.close()
    first, second = log.read()
    assert first.until is not None
    assert second.until is not None
    assert (first.name, second.name) == ("Webcam", "Other webcam")


def test_after_a_crash_nothing_is_in_use(devices: Devices, log: DeviceLog, absence: Absence) -> None:
    source = FakeSource()
    devices.add("camera", source)
    source.open("Webcam")
    again, source_again = Devices(log, absence), FakeSource()
    again.add("camera", source_again)
    assert again.open_devices == ()
    assert source_again.name == ""
    assert [use.until for use in log.read()] == [None]


def test_one_order_closes_everything_even_what_only_waits(devices: Devices) -> None:
    sources = [FakeSource(), BrokenSource(), FakeSource(), FakeSource()]
    for source in sources:
        devices.add("camera", source)
    for source in sources[:3]:
        source.open("Webcam")
    devices.stop_all()
    assert [source.n_closings for source in sources] == [1, 0, 1, 1]
    assert len(devices.open_devices) == 1  # it is not said to be closed before it is


def test_a_child_that_hangs_is_ended_in_time(devices: Devices, qtbot) -> None:
    source, durations_s = ChildSource(), []
    devices.add("microphone", source)
    for _ in range(5):
        source.open("Built-in")
        pid, began_s = source.process.processId(), time.monotonic()
        devices.stop_all()
        qtbot.waitUntil(lambda: not devices.open_devices, timeout=WAIT_MS)
        durations_s.append(time.monotonic() - began_s)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert min(durations_s) < STOP_S  # the others may have waited for the processor


def test_what_does_not_let_go_is_named(devices: Devices, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices_room, "STUCK_S", 0.02)
    source = ClingingSource()
    devices.add("camera", source)
    source.open("Webcam")
    with qtbot.waitSignal(devices.trouble, timeout=WAIT_MS) as told:
        devices.stop_all()
    assert str(told.args[0]) == "Webcam could not be closed. Quit Bubo to free it."
    assert len(devices.open_devices) == 1


def test_what_was_opened_anew_meanwhile_is_no_trouble(devices: Devices, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices_room, "STUCK_S", 0.02)
    source = FakeSource()
    devices.add("camera", source)
    source.open("Webcam")
    with qtbot.assertNotEmitted(devices.trouble, wait=60):
        devices.stop_all()
        source.open("Webcam")


def test_everything_is_closed_when_nobody_is_there(devices: Devices, absence: Absence, qtbot) -> None:
    camera, missing = FakeSource(), FakeSource()
    devices.add("camera", camera)
    devices.add("microphone", missing)
    with qtbot.assertNotEmitted(devices.left_alone):
        absence.began.emit()
    missing.fault.emit(SILENCE)
    camera.open("Webcam")
    with qtbot.waitSignal(devices.left_alone, timeout=WAIT_MS):
        absence.began.emit()
    assert devices.open_devices == ()
    assert missing.n_closings == 2  # so that it does not begin with nobody there


@pytest.mark.parametrize("sign", ["opened", "fault"])
def test_the_watch_begins_with_the_first_use(
    devices: Devices, absence: Absence, monkeypatch: pytest.MonkeyPatch, sign: str
) -> None:
    n_watches = []
    monkeypatch.setattr(absence, "watch", lambda: n_watches.append(1))
    source = FakeSource()
    devices.add("camera", source)
    assert not n_watches
    getattr(source, sign).emit("Webcam" if sign == "opened" else SILENCE)
    assert n_watches


def test_a_log_that_cannot_be_written_is_told_once(tmp_path: Path, absence: Absence) -> None:
    devices, source = Devices(DeviceLog(tmp_path / "gone" / "devices.log"), absence), FakeSource()
    devices.add("camera", source)
    told = []
    devices.trouble.connect(told.append)
    source.open("Webcam")
    source.close()
    assert [str(error).split(":")[0] for error in told] == ["The log of devices is not written"]


def test_the_camera_is_such_a_source(devices: Devices) -> None:
    camera: Source = Camera()
    devices.add("camera", camera)
    devices.stop_all()
    assert devices.open_devices == ()
