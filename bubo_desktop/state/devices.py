"""Which microphone, camera or screen is in use right now, and one order that ends all of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, SignalInstance

from bubo_desktop.errors import BuboError, DeviceError
from bubo_desktop.state.absence import Absence
from bubo_desktop.state.device_log import DeviceKind, DeviceLog, Use
from bubo_desktop.state.disk import refusal

STOP_S = 0.3  # what sources promise
STUCK_S = 1.0  # a busy machine must not be taken for a device that does not let go

_log = logging.getLogger(__name__)


class Source(Protocol):
    """What has a device: see `bubo_desktop.capture`. Off until its `open` is called."""

    @property
    def opened(self) -> SignalInstance:
        """(str): the device of this name is in use."""

    @property
    def flowing(self) -> SignalInstance:
        """(str): its first data came, after the opening or after a fault."""

    @property
    def fault(self) -> SignalInstance:
        """(DeviceError): no data come any more; the device may still be in use."""

    @property
    def closed(self) -> SignalInstance:
        """(str): the device of this name is not in use any more."""

    def close(self) -> None:
        """Lets the device go, or gives up waiting for one, and returns at once. `closed` comes within `STOP_S`, if the
        process that has the device must be killed for it.
        """


@dataclass(frozen=True, slots=True)
class OpenDevice:
    """A device that is in use, and whether data come from it."""

    kind: DeviceKind
    name: str
    since: datetime
    is_flowing: bool = False


class Devices(QObject):
    """The one place that knows: it hears of each opening, keeps the log, and closes everything on one order.

    It opens nothing itself, and nothing that was open is remembered: after any start, everything is off. Where nobody
    is at the screen, everything is closed and stays so.

    Signals:
        changed(): `open_devices` tells something else.
        left_alone(): something was in use, and was closed because nobody is at the screen any more.
        trouble(BuboError): a device does not let go, or the log cannot be written; once for each.
    """

    changed = Signal()
    left_alone = Signal()
    trouble = Signal(BuboError)

    def __init__(self, log: DeviceLog, absence: Absence, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log_file = log
        self._is_log_refused = False
        self._absence = absence
        self._absence.began.connect(self._leave)
        self._sources: list[Source] = []
        self._open: dict[Source, OpenDevice] = {}

    @property
    def open_devices(self) -> tuple[OpenDevice, ...]:
        """What is in use, the longest first."""
        return tuple(self._open.values())

    def add(self, kind: DeviceKind, source: Source) -> None:
        """Begins to follow a source, which has no device in use yet."""
        self._sources.append(source)
        source.opened.connect(partial(self._take_opened, kind, source))
        source.flowing.connect(partial(self._take_flow, source, True))
        source.fault.connect(partial(self._take_flow, source, False))
        source.fault.connect(self._absence.watch)  # what waits for its device would open it with nobody there
        source.closed.connect(partial(self._take_closed, source))

    def read_log(self) -> tuple[Use, ...]:
        """When which device was in use, in the order in which they were opened; nothing where that cannot be read."""
        try:
            return self._log_file.read()
        except OSError:
            _log.exception("the log of devices cannot be read")
            return ()

    def stop_all(self) -> None:
        """Closes every device, and ends the waiting for those that are missing; what does not let go is told of."""
        before = self.open_devices
        for source in self._sources:
            try:
                source.close()
            except Exception:  # noqa: BLE001 - whatever happens to one, the others must be closed
                _log.exception("a source could not be closed")
        if before:
            QTimer.singleShot(round(1000 * STUCK_S), self, lambda: self._check_stopped(before))

    def _check_stopped(self, before: tuple[OpenDevice, ...]) -> None:
        began = {(device.kind, device.since) for device in before}
        for device in self._open.values():
            if (device.kind, device.since) in began:
                self.trouble.emit(_stuck(device.name))

    def _take_opened(self, kind: DeviceKind, source: Source, name: str) -> None:
        self._forget(source)
        device = self._open[source] = OpenDevice(kind, name, datetime.now().astimezone())
        self._note(Use(kind, name, device.since))
        self._absence.watch()
        self.changed.emit()

    def _take_flow(self, source: Source, is_flowing: bool, _: object) -> None:
        device = self._open.get(source)
        if device and device.is_flowing is not is_flowing:
            self._open[source] = replace(device, is_flowing=is_flowing)
            self.changed.emit()

    def _take_closed(self, source: Source, _: str) -> None:
        if self._forget(source):
            self.changed.emit()

    def _forget(self, source: Source) -> bool:
        """Writes down the end of a use; false where the source had no device."""
        device = self._open.pop(source, None)
        if device:
            self._note(Use(device.kind, device.name, device.since, datetime.now().astimezone()))
        return device is not None

    def _leave(self) -> None:
        was_in_use = bool(self._open)
        self.stop_all()
        if was_in_use:
            self.left_alone.emit()

    def _note(self, use: Use) -> None:
        try:
            self._log_file.note(use)
        except OSError as error:
            if not self._is_log_refused:
                self._is_log_refused = True
                what = QCoreApplication.translate("Devices", "The log of devices is not written")
                self.trouble.emit(refusal(what, error))


def _stuck(name: str) -> DeviceError:
    translate = QCoreApplication.translate
    message = translate("Devices", "{name} could not be closed.").format(name=name)
    return DeviceError(message, translate("Devices", "Quit Bubo to free it."))
