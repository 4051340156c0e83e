"""What camera and screen have in common: a device that is in use only on request, its newest picture, its watchdog."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from bubo_desktop.capture.conversion import as_frame, as_grey
from bubo_desktop.data import Frame
from bubo_desktop.errors import DeviceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtMultimedia import QCamera, QMediaCaptureSession, QScreenCapture, QVideoFrame, QWindowCapture

    Producer = QCamera | QScreenCapture | QWindowCapture

LIVE_SIDE_PX = 640
RATE_WINDOW_S = 1.0
STALL_S = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a source waits for its device before it does something about it, in seconds; tests use shorter times.

    Attributes:
        first_frame_s: from opening to the first picture; a webcam may take a second to wake up.
        silence_s: between two pictures. The libraries report neither a frozen nor an unplugged camera.
        look_s: between two looks at the clock; with the one before it, a silence is noticed within 2 s.
        retry_s: from a fault to the next attempt to open the device anew.
    """

    first_frame_s: float = 1.7
    silence_s: float = 1.0
    look_s: float = 0.25
    retry_s: float = 3.0


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A camera, screen or window that can be chosen. Its `id` lasts as long as it is there, and usually longer."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A device in use: its lasting id and name, what brings its pictures, and the session that carries them."""

    device_id: str
    name: str
    producer: Producer
    session: QMediaCaptureSession


def require_multimedia(what_fails: str) -> None:
    """Loads Qt's multimedia; raises `DeviceError`, which begins with `what_fails`, where a library is missing."""
    try:
        import PySide6.QtMultimedia  # noqa: F401 - who needs it imports it by name
    except ImportError as error:
        hint = "On Debian and Ubuntu: apt install libpulse0."
        raise DeviceError(f"{what_fails}: a library is missing ({error}).", hint) from error


class FrameSource(QObject):
    """Pictures of a device, from `open` to `close`. Whatever happens meanwhile, it is tried again until it works.

    A subclass says how a device is taken hold of. What the newest picture shows is converted only on demand: for each
    picture, that would starve the event loop where the graphics card is emulated.

    Signals:
        opened(str): the device of this name is in use.
        flowing(str): its first picture came, after the opening or after a fault.
        frame(QVideoFrame): a picture came; for a view, whose video sink can show it as it is.
        fault(DeviceError): no pictures come, why, and what to do; once until pictures flow again.
        closed(str): the device of this name is no longer in use, because of `close` or of a fault.
    """

    opened = Signal(str)
    flowing = Signal(str)
    frame = Signal(object)
    fault = Signal(DeviceError)
    closed = Signal(str)

    def __init__(self, limits: Limits | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._limits = limits or Limits()
        self._wanted: str | None = None
        self._hold: Hold | None = None
        self._newest: QVideoFrame | None = None
        self._image: QImage | None = None  # the newest picture, once somebody has asked for it
        self._arrivals_s: deque[float] = deque()
        self._waiting_since_s = 0.0
        self._looked_s = 0.0
        self._told: set[str] = set()
        self._watch = QTimer(self, interval=round(1000 * self._limits.look_s))
        self._watch.timeout.connect(self._look)

    @property
    def is_open(self) -> bool:
        """Whether pictures are wanted: between `open` and `close`, also where the device is missing."""
        return self._wanted is not None

    @property
    def device_name(self) -> str:
        """The name of the device that is in use; empty where none is."""
        return self._hold.name if self._hold else ""

    @property
    def fps(self) -> float:
        """Pictures that came in the last second, per second."""
        oldest_s = time.monotonic() - RATE_WINDOW_S
        return sum(arrival_s > oldest_s for arrival_s in self._arrivals_s) / RATE_WINDOW_S

    @property
    def age_s(self) -> float:
        """How long ago the newest picture came, in seconds; infinite where there is none."""
        return time.monotonic() - self._arrivals_s[-1] if self._newest else float("inf")

    def open(self, device_id: str = "") -> None:
        """Starts using a device; without an id, the system's own choice. What was open before is closed."""
        self.close()
        self._wanted = device_id
        self._told.clear()
        self._watch.start()
        self._begin()

    def close(self) -> None:
        """Stops using the device; it is free, and the newest picture forgotten, when this returns."""
        self._wanted = None
        self._watch.stop()
        self._release()

    def newest(self, max_side_px: int = LIVE_SIDE_PX) -> Frame | None:
        """The newest picture, made smaller where its longer side has more than `max_side_px` pixels."""
        image = self.snapshot()
        return None if image.isNull() else as_frame(image, max_side_px)

    def newest_grey(self, max_side_px: int) -> NDArray[np.uint8] | None:
        """The newest picture in grey, uint8 [height, width], made smaller likewise."""
        image = self.snapshot()
        return None if image.isNull() else as_grey(image, max_side_px)

    def snapshot(self) -> QImage:
        """The newest picture in its full size; a null image where there is none."""
        if self._image is None:
            self._image = self._newest.toImage() if self._newest else QImage()
        return self._image

    # For subclasses

    def _take_hold(self, device_id: str) -> Hold:
        """Starts the device and brings its pictures to `_take`. Raises `DeviceError` where that fails at once."""
        raise NotImplementedError

    def _silence(self, name: str) -> DeviceError:
        """What to say where a device of this name brings no pictures."""
        raise NotImplementedError

    def _take(self, frame: QVideoFrame) -> None:
        """A picture came."""
        if self._hold is None or not frame.isValid():
            return
        now_s = time.monotonic()
        is_first = self._newest is None or bool(self._told)
        self._newest, self._image = frame, None
        self._waiting_since_s = now_s
        self._arrivals_s.append(now_s)
        while self._arrivals_s[0] < now_s - RATE_WINDOW_S:
            self._arrivals_s.popleft()
        if is_first:
            self._told.clear()
            self.flowing.emit(self._hold.name)
        if self.is_open:  # who heard of the first picture may have closed
            self.frame.emit(frame)

    def _fail(self, error: DeviceError) -> None:
        """The device in use is of no use any more; it is let go, and tried again later."""
        if self._hold:
            self._release()
            self._waiting_since_s = time.monotonic()
            self._tell(error)

    def _begin(self) -> None:
        """Tries to take hold of the wanted device; who heard that it failed or was let go may have closed meanwhile."""
        if self._wanted is None:
            return
        self._waiting_since_s = time.monotonic()
        try:
            self._hold = self._take_hold(self._wanted)
        except DeviceError as error:
            self._tell(error)
        else:
            self.opened.emit(self._hold.name)

    # The watchdog

    def _look(self) -> None:
        now_s, looked_s = time.monotonic(), self._looked_s
        self._looked_s = now_s
        if now_s - looked_s > STALL_S:  # the event loop stood still, not the device: its pictures are about to come
            return
        waiting_s = now_s - self._waiting_since_s
        patience_s = self._limits.silence_s if self._newest else self._limits.first_frame_s
        if self._hold and waiting_s > patience_s:
            self._tell(self._silence(self._hold.name))
        if waiting_s > self._limits.retry_s + (patience_s if self._hold else 0):
            self._release()
            self._begin()

    def _tell(self, error: DeviceError) -> None:
        if str(error) not in self._told:
            self._told.add(str(error))
            self.fault.emit(error)

    def _release(self) -> None:
        hold, self._hold = self._hold, None
        self._newest = self._image = None
        self._arrivals_s.clear()
        if hold:
            hold.producer.stop()
            hold.session.deleteLater()
            hold.producer.deleteLater()
            self.closed.emit(hold.name)
