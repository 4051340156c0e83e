"""The webcam: which there are, in which form their pictures are best taken, and why one brings none."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from bubo_desktop.capture.frames import DeviceInfo, FrameSource, Hold, Limits, require_multimedia
from bubo_desktop.errors import DeviceError

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QCameraDevice, QCameraFormat, QMediaDevices

LEAST_FPS = 24
SMALLEST_PX, LARGEST_PX = 640 * 480, 1280 * 720  # more than networks look at costs time, in vain


def cameras() -> tuple[DeviceInfo, ...]:
    """The cameras that are there, the system's own choice first; the first call loads Qt's multimedia.

    Raises:
        DeviceError: Qt's multimedia, or a library that it needs, is missing.
    """
    return tuple(DeviceInfo(_id_of(device), device.description()) for device in _devices())


class Camera(FrameSource):
    """Pictures of a webcam. One that was unplugged is opened again when it is back.

    Signals:
        devices_changed(): another camera is there, or one less; from the first `open` or `watch_devices` on.
    """

    devices_changed = Signal()

    def __init__(self, limits: Limits | None = None, parent: QObject | None = None) -> None:
        super().__init__(limits, parent)
        self._devices: QMediaDevices | None = None
        self._known_name = ""  # of the camera that was open: it may come back under another id

    def watch_devices(self) -> None:
        """Loads Qt's multimedia, and from now on tells when `cameras` would tell something else.

        Raises:
            DeviceError: Qt's multimedia, or a library that it needs, is missing.
        """
        if self._devices is None:
            self._devices = _load_devices()(self)
            self._devices.videoInputsChanged.connect(self._take_devices)

    def open(self, device_id: str = "") -> None:
        """Starts using a camera; without an id, the system's own choice. What was open before is closed."""
        self._known_name = ""
        super().open(device_id)

    def _take_hold(self, device_id: str) -> Hold:
        self.watch_devices()
        device = self._find(device_id)
        # A camera object that has lost its device stays silent for ever, also when the device is back.
        hold = _start(device)
        self._wanted, self._known_name = hold.device_id, hold.name
        hold.session.videoSink().videoFrameChanged.connect(self._take)
        hold.producer.errorOccurred.connect(lambda *_: self._fail(_lost(hold.name)))
        return hold

    def _find(self, device_id: str) -> QCameraDevice:
        devices = _devices()
        for device in devices:
            if _id_of(device) == device_id:
                return device
        same_name = [device for device in devices if device.description() == self._known_name]
        if same_name or (devices and not device_id):
            return (same_name or devices)[0]
        if self._known_name:
            raise _lost(self._known_name)
        raise _denied() or _missing(bool(devices))

    def _take_devices(self) -> None:
        """Where the camera in use is no longer listed, Qt's camera object itself notices nothing."""
        self.devices_changed.emit()
        if self._hold and self._hold.device_id not in map(_id_of, _devices()):
            self._fail(_lost(self._hold.name))
        elif self.is_open and not self._hold:
            self._begin()

    def _silence(self, name: str) -> DeviceError:
        hint = "Unplug it and plug it in again, or choose another camera."
        return DeviceError(f"The camera {name} brings no pictures.", hint)


def best_format(formats: Sequence[QCameraFormat]) -> QCameraFormat | None:
    """Of at least `LEAST_FPS`, if possible, the one nearest to `SMALLEST_PX`..`LARGEST_PX`; the smallest of several."""
    return min(formats, key=_unfitness, default=None)


def _unfitness(form: QCameraFormat) -> tuple[bool, int, int, bool, float]:
    n_pixels = form.resolution().width() * form.resolution().height()
    beyond = max(0, SMALLEST_PX - n_pixels, n_pixels - LARGEST_PX)
    is_compressed = form.pixelFormat().name == "Format_Jpeg"
    return form.maxFrameRate() < LEAST_FPS, beyond, n_pixels, is_compressed, abs(form.maxFrameRate() - 30)


def _load_devices() -> type[QMediaDevices]:
    require_multimedia("Cameras cannot be used")
    from PySide6.QtMultimedia import QMediaDevices

    return QMediaDevices


def _devices() -> list[QCameraDevice]:
    """Qt lists the system's choice somewhere among the others."""
    return sorted(_load_devices().videoInputs(), key=lambda device: not device.isDefault())


def _id_of(device: QCameraDevice) -> str:
    return bytes(device.id().data()).decode("utf-8", "replace")


def _start(device: QCameraDevice) -> Hold:
    """Starts a camera. Qt tells of one in use elsewhere while it is started, and calls it active all the same."""
    from PySide6.QtMultimedia import QCamera, QMediaCaptureSession, QVideoSink

    camera, session = QCamera(device), QMediaCaptureSession()
    form = best_format(device.videoFormats())
    if form:
        camera.setCameraFormat(form)
    session.setCamera(camera)
    session.setVideoSink(QVideoSink(session))
    camera.start()
    if camera.error() is not QCamera.Error.NoError:
        camera.stop()
        raise _busy(device.description())
    return Hold(_id_of(device), device.description(), camera, session)


def _missing(others_there: bool) -> DeviceError:
    if others_there:
        return DeviceError("The chosen camera is no longer there.", "Choose another one, or plug it in again.")
    return DeviceError("There is no camera.", "Plug one in; it is found at once.")


def _lost(name: str) -> DeviceError:
    return DeviceError(f"The camera {name} is gone.", "Plug it in again; it goes on by itself.")


def _busy(name: str) -> DeviceError:
    return DeviceError(f"The camera {name} is in use.", "Close the other program that uses it.")


def _denied() -> DeviceError | None:
    """Qt does not list a camera that may not be opened; Linux says so when one tries."""
    for node in sorted(Path("/dev").glob("video*")):
        try:
            os.close(os.open(node, os.O_RDWR | os.O_NONBLOCK))
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EPERM}:
                hint = "Add your account to the group that owns it (often called video) and log in again."
                return DeviceError(f"The camera {node} may not be opened by you.", hint)
    return None
