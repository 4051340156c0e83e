"""Which microphones there are: asked for anew each time, because the sound library looks only once in a process."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from bubo_desktop.capture.recorder_child import recorder_child
from bubo_desktop.client import Cause, Child, Ending
from bubo_desktop.errors import DeviceError
from bubo_desktop.protocol import Failed
from bubo_desktop.protocol.recording import Event, ListMicrophones, Microphones

ANSWER_S = 5.0


class MicrophoneList(QObject):
    """Asks a process of its own, which is ended with the answer.

    Args:
        command: what starts a recorder; None for the program's own.
        answer_s: how long its answer may take.

    Signals:
        found(tuple[MicrophoneInfo, ...]): these are there, the system's own choice first.
        failed(DeviceError): they cannot be listed, and why.
    """

    found = Signal(tuple)
    failed = Signal(DeviceError)

    def __init__(
        self, command: Sequence[str] | None = None, answer_s: float = ANSWER_S, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._command = command
        self._child: Child | None = None
        self._outcome: tuple[object, ...] | DeviceError | None = None
        self._deadline = QTimer(self, singleShot=True, interval=round(1000 * answer_s))
        self._deadline.timeout.connect(self._give_up)

    def refresh(self) -> None:
        """Asks; one of the signals follows. Where it is being asked already, that answer counts."""
        if self._child is None:
            child = self._child = recorder_child(self._command, self)
            child.event_received.connect(self._take)
            child.ended.connect(self._settle)
            self._outcome = None
            self._deadline.start()
            child.start()
            child.send(ListMicrophones())

    def _take(self, event: Event) -> None:
        match event:
            case Microphones(microphones=microphones):
                self._end(microphones)
            case Failed(message=message, hint=hint):
                self._end(DeviceError(message, hint))

    def _give_up(self) -> None:
        self._end(DeviceError("The system's sound does not answer.", "Log in again, or start the computer anew."))

    def _end(self, outcome: tuple[object, ...] | DeviceError) -> None:
        self._outcome = outcome
        if self._child:
            self._child.kill(Cause.requested)

    def _settle(self, ending: Ending) -> None:
        self._deadline.stop()
        if self._child:
            self._child.deleteLater()
            self._child = None
        outcome = DeviceError(ending.message, ending.hint) if self._outcome is None else self._outcome
        if isinstance(outcome, DeviceError):
            self.failed.emit(outcome)
        else:
            self.found.emit(outcome)
