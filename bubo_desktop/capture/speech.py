"""From a spoken question to its words, in a process that is started ahead and ended after a silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from bubo_desktop.client import Cause, Child, Ending, Patience, Role
from bubo_desktop.data import Clip
from bubo_desktop.errors import DeviceError
from bubo_desktop.paths import program_command
from bubo_desktop.protocol import Failed
from bubo_desktop.protocol.transcribing import Event, GetReady, Transcribe, Transcribed

TRANSCRIBER = Role("transcriber", Event, again="Say it again.")
BYTES_PER_SAMPLE = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the transcriber is waited for, in seconds; tests use shorter times.

    Attributes:
        start_s: for any recording: the process may have to be started, and a large recogniser loaded from a disk.
        per_second: for each second of sound in addition.
        rest_s: from the last words to the end of the process, which gives its memory back.
    """

    start_s: float = 60.0
    per_second: float = 5.0
    rest_s: float = 120.0


class Speech(QObject):
    """Writes down one recording at a time.

    Args:
        command: starts the transcriber process; this program's own by default.

    Signals:
        recognised(str): what was said; it may be wrong, so that whoever said it should see it.
        failed(DeviceError): nothing was understood, or nothing can be, why, and what to do.
    """

    recognised = Signal(str)
    failed = Signal(DeviceError)

    def __init__(
        self, command: Sequence[str] = (), limits: Limits | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._command = tuple(command or [*program_command(), "--transcriber"])
        self._limits = limits or Limits()
        self._child: Child | None = None
        self._last_id = 0
        self._is_listening = False
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(self._lose_patience)
        self._rest = QTimer(self, singleShot=True, interval=round(1000 * self._limits.rest_s))
        self._rest.timeout.connect(self._let_go)

    @property
    def is_listening(self) -> bool:
        """Whether words are awaited: from `hear` to one of the signals, or to `cancel`."""
        return self._is_listening

    def prepare(self, things: Sequence[str] = ()) -> None:
        """Has the process start and load what it needs; `things` are English nouns that may well be said."""
        self._rest.start()
        self._ready_child().send(GetReady(things=tuple(things)))

    def hear(self, clip: Clip, language: str) -> None:
        """Has a recording written down; one of the signals follows. An earlier one that is not done is given up.

        Args:
            clip: what was recorded.
            language: that was spoken, by its code, such as `en`.
        """
        self.cancel()
        self._last_id += 1
        self._is_listening = True
        self._rest.stop()
        duration_s = len(clip.samples) / BYTES_PER_SAMPLE / clip.rate_hz
        self._patience.start(round(1000 * (self._limits.start_s + self._limits.per_second * duration_s)))
        self._ready_child().send(Transcribe(id=self._last_id, clip=clip, language=language))

    def cancel(self) -> None:
        """Gives up what is being written down; no signal follows. It ends with its process."""
        if self._is_listening:
            self._settle()
            self._let_go()

    def close(self) -> None:
        """Ends the process and waits for that, which takes no time worth mentioning; no signal follows."""
        self._settle()
        self._rest.stop()
        child = self._child
        self._let_go()
        if child:
            child.wait_for_end()

    def _ready_child(self) -> Child:
        return self._child or self._launch()

    def _launch(self) -> Child:
        child = self._child = Child(self._command, TRANSCRIBER, Patience(), self)
        child.event_received.connect(self._take)
        child.ended.connect(self._take_ending)
        child.start()
        return child

    def _let_go(self) -> None:
        """Ends the process by force: whatever it does is of no interest, and it holds nothing that could be harmed."""
        child, self._child = self._child, None
        if child:
            child.event_received.disconnect(self._take)
            child.ended.disconnect(self._take_ending)
            child.ended.connect(child.deleteLater)
            child.kill(Cause.requested)

    def _take(self, event: Event) -> None:
        if not self._is_listening or event.id != self._last_id:
            return
        self._settle()
        self._rest.start()
        match event:
            case Transcribed(text=text):
                self.recognised.emit(text)
            case Failed(message=message, hint=hint):
                self.failed.emit(DeviceError(message, hint))

    def _take_ending(self, ending: Ending) -> None:
        """The process ended of itself, or said nonsense."""
        if self._child:
            self._child.deleteLater()
            self._child = None
        self._fail(DeviceError(ending.message, ending.hint))

    def _lose_patience(self) -> None:
        self._let_go()
        self._fail(DeviceError("The speech recogniser does not answer.", "Say it again; close other programs."))

    def _settle(self) -> None:
        self._is_listening = False
        self._patience.stop()

    def _fail(self, error: DeviceError) -> None:
        was_listening = self._is_listening
        self._settle()
        if was_listening:
            self.failed.emit(error)
