"""The screen: all of it, a window or an area, as one picture for the chat or as a live source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QScreen

from bubo_desktop.capture.frames import DeviceInfo, FrameSource, Hold, Limits, require_multimedia
from bubo_desktop.errors import DeviceError

if TYPE_CHECKING:
    from PySide6.QtMultimedia import (
        QCapturableWindow,
        QMediaCaptureSession,
        QScreenCapture,
        QVideoFrame,
        QWindowCapture,
    )

BEAT_MS = 100  # between two pictures; left to itself, Qt takes 60 a second of a screen that stands still
_SCREEN, _WINDOW = "screen:", "window:"
_UNPACED = ("wayland", "cocoa", "windows")  # starting anew would ask the user again, or costs more than going on
# A portal brings a picture only when something has changed, asks the user first, and must not ask again by itself.
_PORTAL = Limits(first_frame_s=60.0, silence_s=float("inf"), retry_s=float("inf"))


def screens() -> tuple[DeviceInfo, ...]:
    """The screens that can be captured, the main one first; there has to be a `QGuiApplication`."""
    main = QGuiApplication.primaryScreen()
    found = sorted(QGuiApplication.screens(), key=lambda screen: screen is not main)
    return tuple(DeviceInfo(_SCREEN + screen.name(), _described(screen)) for screen in found)


def windows() -> tuple[DeviceInfo, ...]:
    """The windows that can be captured, by their titles.

    Raises:
        DeviceError: none is listed: there is no window manager, or the system keeps them to itself.
    """
    titles = dict.fromkeys(window.description() for window in _listed_windows())
    if not titles:
        raise DeviceError("This system does not list its windows.", "Capture the whole screen, or an area of it.")
    return tuple(DeviceInfo(_WINDOW + title, title) for title in titles)


class Screen(FrameSource):
    """Pictures of a screen, of a window, or of an area of either; its ids are those of `screens` and `windows`."""

    def __init__(self, limits: Limits | None = None, parent: QObject | None = None) -> None:
        platform = QGuiApplication.platformName()
        super().__init__(limits or (_PORTAL if platform.startswith("wayland") else Limits()), parent)
        self._area_px: QRect | None = None
        self._beat = QTimer(self, interval=BEAT_MS, singleShot=True)
        self._beat.timeout.connect(self._go_on)
        self._is_paced = not platform.startswith(_UNPACED)

    def open_area(self, area_px: QRect, device_id: str = "") -> None:
        """As `open`, but only of this area, in pixels of the whole picture; what lies beyond that is left out."""
        self.open(device_id)
        self._area_px = QRect(area_px)

    def close(self) -> None:
        """Stops capturing."""
        self._beat.stop()
        self._area_px = None
        super().close()

    def _take_hold(self, device_id: str) -> Hold:
        require_multimedia("The screen cannot be captured")
        from PySide6.QtMultimedia import QMediaCaptureSession, QVideoSink

        session = QMediaCaptureSession()
        session.setVideoSink(QVideoSink(session))
        session.videoSink().videoFrameChanged.connect(self._take)
        producer, name = _window(device_id, session) if device_id.startswith(_WINDOW) else _screen(device_id, session)
        producer.start()
        if producer.error() is not type(producer).Error.NoError:
            raise _refused(name)
        producer.errorOccurred.connect(lambda error, _: self._fail(_lost(name, error)))
        return Hold(device_id, name, producer, session)

    def _silence(self, name: str) -> DeviceError:
        return DeviceError(f"No picture of {name} comes.", "Capture it again, or something else.")

    def _take(self, frame: QVideoFrame) -> None:
        super()._take(self._cut(frame) if self._area_px else frame)
        if self._is_paced and self._hold:
            self._hold.producer.setActive(False)
            self._beat.start()

    def _cut(self, frame: QVideoFrame) -> QVideoFrame:
        from PySide6.QtMultimedia import QVideoFrame

        image = frame.toImage()
        return QVideoFrame(image.copy((self._area_px or image.rect()) & image.rect()))

    def _go_on(self) -> None:
        if self._hold:
            self._hold.producer.setActive(True)


class Still(QObject):
    """One picture of the screen, which is captured only as long as that takes.

    Signals:
        taken(QImage): the picture, in all its pixels.
        refused(DeviceError): there will be none, why, and what to do.
    """

    taken = Signal(QImage)
    refused = Signal(DeviceError)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._screen = Screen(parent=self)
        self._screen.flowing.connect(self._keep)
        self._screen.fault.connect(self._give_up)

    def take(self, device_id: str = "") -> None:
        """Takes the picture of a screen or window; without an id, of the main screen. An area can be cut out of it."""
        self._screen.open(device_id)

    def _keep(self) -> None:
        picture = self._screen.snapshot()
        self._screen.close()
        self.taken.emit(picture)

    def _give_up(self, error: DeviceError) -> None:
        self._screen.close()
        self.refused.emit(error)


def _described(screen: QScreen) -> str:
    size = screen.size() * screen.devicePixelRatio()
    return f"{screen.name() or 'Screen'} ({size.width()} x {size.height()})"


def _screen(device_id: str, session: QMediaCaptureSession) -> tuple[QScreenCapture, str]:
    """What captures the wanted screen, and its name."""
    from PySide6.QtMultimedia import QScreenCapture

    main = QGuiApplication.primaryScreen()
    known = {_SCREEN + screen.name(): screen for screen in QGuiApplication.screens()}
    screen = known.get(device_id) if device_id else main
    if screen is None:
        raise DeviceError("The chosen screen is not there.", "Choose another one.")
    capture = QScreenCapture()
    capture.setScreen(screen)
    session.setScreenCapture(capture)
    return capture, _described(screen)


def _window(device_id: str, session: QMediaCaptureSession) -> tuple[QWindowCapture, str]:
    """What captures the wanted window, and its title."""
    from PySide6.QtMultimedia import QWindowCapture

    title = device_id.removeprefix(_WINDOW)
    for window in _listed_windows():
        if window.description() == title:
            capture = QWindowCapture()
            capture.setWindow(window)
            session.setWindowCapture(capture)
            return capture, title
    raise _closed(title)


def _listed_windows() -> list[QCapturableWindow]:
    require_multimedia("Windows cannot be listed")
    from PySide6.QtMultimedia import QWindowCapture

    return [window for window in QWindowCapture.capturableWindows() if window.description()]


def _lost(name: str, error: QScreenCapture.Error | QWindowCapture.Error) -> DeviceError:
    return _closed(name) if error.name == "NotFound" else _refused(name)


def _closed(title: str) -> DeviceError:
    return DeviceError(f"{title} is no longer there to be captured.", "Choose something else.")


def _refused(name: str) -> DeviceError:
    return DeviceError(f"The system does not let {name} be captured.", "Capture it again and allow it, if it asks.")
