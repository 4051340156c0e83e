"""One request at a time: the next one about the newest frame is sent only when the last has ended."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from bubo_desktop.client import EngineClient
from bubo_desktop.errors import BuboError, EngineError, InputError, PackError
from bubo_desktop.protocol import Cancelled, Done, Failed, Found, Heard, Masked

_ERRORS: dict[str, type[BuboError]] = {error.code: error for error in (InputError, PackError, EngineError)}


class Errand(QObject):
    """A request under way, and what comes of it.

    Signals:
        told(Found | Heard | Masked): a part of the result.
        done(Done): all of it has come.
        failed(BuboError): it has not, and why.
    """

    told = Signal(object)
    done = Signal(Done)
    failed = Signal(BuboError)

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._number = 0
        self._is_dropped = False
        for part in (client.found, client.heard, client.masked):
            part.connect(self._pass_on)
        for ending in (client.done, client.failed, client.cancelled):
            ending.connect(self._end)

    @property
    def is_under_way(self) -> bool:
        """Whether the last request has yet to end, also where nobody wants its result any more."""
        return self._number != 0

    def begin(self, send: Callable[[], int]) -> None:
        """Sends a request; none is under way."""
        self._is_dropped = False
        try:
            self._number = send()
        except BuboError as error:
            self.failed.emit(error)

    def drop(self) -> None:
        """Has the request ended, if there is one; nothing is told of it any more."""
        if self._number:
            self._is_dropped = True
            self._client.cancel(self._number)

    def _pass_on(self, part: Found | Heard | Masked) -> None:
        if part.id == self._number and not self._is_dropped:
            self.told.emit(part)

    def _end(self, ending: Done | Failed | Cancelled) -> None:
        if ending.id != self._number:
            return
        self._number = 0
        if self._is_dropped:
            return
        if isinstance(ending, Done):
            self.done.emit(ending)
        elif isinstance(ending, Failed):
            self.failed.emit(_ERRORS.get(ending.code, EngineError)(ending.message, ending.hint))
