"""Reading aloud, sentence by sentence, in a process that is started at the first word and ended after a silence."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from bubo_desktop.capture.spoken_text import spoken_sentences
from bubo_desktop.client import Cause, Child, Ending, Patience, Role
from bubo_desktop.errors import DeviceError
from bubo_desktop.paths import program_command
from bubo_desktop.protocol import Failed
from bubo_desktop.protocol.speaking import Event, Hush, Hushed, Say, Speaking, Spoken

AGAIN = "Try again; if it happens every time, restart your system's speech service."
SPEAKER = Role("speech output", Event, AGAIN)
PATIENCE = Patience(shutdown_s=1.0, terminate_s=0.5)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the speaker process is waited for, in seconds; tests use shorter times.

    Attributes:
        start_s: from sending a sentence to its first sound. The speech service may have to be started for it, and names
            each of its thousand voices, which takes seconds, and ten times as long on a busy machine.
        sentence_s: for any sentence.
        character_s: for each of its characters in addition. Slow speech has ten in a second.
        hush_s: from the order to be silent to the end of the process by force. Where the process itself makes the
            sound, that is silence. On Linux a service makes it: it takes 0.05 s to obey, 0.6 s on a busy machine, and
            does not notice that who gave the order is gone.
        rest_s: from the last word to the end of the process.
    """

    start_s: float = 30.0
    sentence_s: float = 5.0
    character_s: float = 0.2
    hush_s: float = 2.0 if sys.platform == "linux" else 0.2
    rest_s: float = 120.0


class Speaker(QObject):
    """Reads one text at a time. The waiting is done in the process: nothing here takes the event loop's time.

    Args:
        command: starts the speaker process; this program's own by default.

    Signals:
        started(): the first word is being said.
        finished(): the text was read to its end, or hushed.
        failed(DeviceError): it cannot be read, or not to its end, why, and what to do. The next text is a new attempt.
    """

    started = Signal()
    finished = Signal()
    failed = Signal(DeviceError)

    def __init__(
        self, command: Sequence[str] = (), limits: Limits | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._command = tuple(command or [*program_command(), "--speaker"])
        self._limits = limits or Limits()
        self._child: Child | None = None
        self._sentences: deque[str] = deque()  # that are still to be said
        self._language = ""
        self._last_id = 0
        self._sentence_limit_s = 0.0
        self._is_reading = False
        self._has_started = False
        self._is_hushing = False
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(self._lose_patience)
        self._rest = QTimer(self, singleShot=True, interval=round(1000 * self._limits.rest_s))
        self._rest.timeout.connect(lambda: self._let_go(by_force=False))

    @property
    def is_reading(self) -> bool:
        """Whether a text is being read; true until `finished` or `failed`."""
        return self._is_reading

    def say(self, text: str, language: str) -> None:
        """Reads a text aloud. One that is being read is hushed and finished first.

        Args:
            text: in Markdown, whose marks are not read.
            language: its code, such as `es`.
        """
        self.hush()
        self._sentences.extend(spoken_sentences(text))
        self._language = language
        if not self._is_hushing:
            self._begin()

    def hush(self) -> None:
        """Ends the reading; the process is killed where it does not obey within `Limits.hush_s`."""
        self._sentences.clear()
        if self._child and self._is_reading and not self._is_hushing:
            self._is_hushing = True
            self._wait(self._limits.hush_s)
            self._child.send(Hush())

    def close(self) -> None:
        """Ends the reading and the process; for the end of the program."""
        self._sentences.clear()
        self._let_go(by_force=False)
        self._take_silence()

    def _begin(self) -> None:
        self._is_reading, self._has_started = True, False
        self._rest.stop()
        self._continue()

    def _continue(self) -> None:
        """Has the next sentence said, or ends the reading."""
        if not self._sentences:
            self._take_silence()
            return
        sentence = self._sentences.popleft()
        self._last_id += 1
        self._sentence_limit_s = self._limits.sentence_s + len(sentence) * self._limits.character_s
        self._wait(self._limits.start_s)
        child = self._child or self._launch()
        child.send(Say(id=self._last_id, text=sentence, language=self._language))

    def _launch(self) -> Child:
        child = self._child = Child(self._command, SPEAKER, PATIENCE, self)
        child.event_received.connect(self._take_event)
        child.ended.connect(self._take_ending)
        child.start()
        return child

    def _let_go(self, *, by_force: bool) -> None:
        """Ends the process; what it does meanwhile is of no interest any more."""
        child, self._child = self._child, None
        if child:
            child.event_received.disconnect(self._take_event)
            child.ended.disconnect(self._take_ending)
            child.ended.connect(child.deleteLater)
            if by_force:
                child.kill(Cause.silent)
            else:
                child.stop(Cause.requested)
                child.flush()

    def _wait(self, seconds: float) -> None:
        self._patience.start(round(1000 * seconds))

    def _take_event(self, event: Speaking | Spoken | Hushed | Failed) -> None:
        match event:
            case Hushed():
                self._take_silence()
            case Failed(message=message, hint=hint) if not self._is_hushing:
                self._give_up(DeviceError(message, hint))
            case Speaking(id=self._last_id) if not self._is_hushing:
                self._take_voice()
            case Spoken(id=self._last_id) if not self._is_hushing:
                self._continue()

    def _take_voice(self) -> None:
        self._wait(self._sentence_limit_s)
        if not self._has_started:
            self._has_started = True
            self.started.emit()

    def _take_silence(self) -> None:
        """The text was read, or hushed; the one that was asked for meanwhile is next."""
        was_reading, self._is_reading, self._is_hushing = self._is_reading, False, False
        self._patience.stop()
        self._rest.start()
        if was_reading:
            self.finished.emit()
        if self._sentences and not self._is_reading:  # whoever heard of the end may have begun anew
            self._begin()

    def _take_ending(self, ending: Ending) -> None:
        """The process ended of itself."""
        if self._child:
            self._child.deleteLater()
            self._child = None
        if self._is_hushing:
            self._take_silence()
        elif self._is_reading:
            self._give_up(DeviceError(ending.message, ending.hint))

    def _lose_patience(self) -> None:
        self._let_go(by_force=True)
        if self._is_hushing:
            self._take_silence()
        elif self._has_started:
            self._give_up(DeviceError("The speech service fell silent in the midst of a sentence.", AGAIN))
        else:
            self._give_up(DeviceError("The speech service does not answer.", AGAIN))

    def _give_up(self, error: DeviceError) -> None:
        """The next text will be a new attempt, in a new process."""
        self._let_go(by_force=False)
        self._sentences.clear()
        self._patience.stop()
        self._is_reading = False
        self.failed.emit(error)
