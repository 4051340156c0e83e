"""Answers read aloud: one when it is asked for, or each as it is finished, where the user has chosen that."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from bubo_desktop.capture.speaking import Speaker
from bubo_desktop.errors import DeviceError
from bubo_desktop.state.conversation import Conversation
from bubo_desktop.state.records import Exchange
from bubo_desktop.state.settings import SettingsFile


class Reading(QObject):
    """Reads one answer at a time, in a process of its own.

    Args:
        speaker: that reads.
        settings_file: says whether each answer is read.
        conversation: whose answers.
        tell_language: code of the interface's language, in which answers are.

    Signals:
        changed(): `exchange_id` is another.
        trouble(DeviceError): it cannot be read.
    """

    changed = Signal()
    trouble = Signal(DeviceError)

    def __init__(
        self,
        speaker: Speaker,
        settings_file: SettingsFile,
        conversation: Conversation,
        tell_language: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._speaker, self._settings_file = speaker, settings_file
        self._tell_language = tell_language
        self._exchange_id: str | None = None
        self._awaited: set[str] = set()
        self._n_hushed = 0  # texts whose end the speaker has yet to tell, and another is wanted already
        speaker.finished.connect(self._take_end)
        speaker.failed.connect(self._fail)
        conversation.exchange_changed.connect(self._take_exchange)
        conversation.opened.connect(self.stop)

    @property
    def exchange_id(self) -> str | None:
        """Whose answer is being read; None where there is silence."""
        return self._exchange_id

    def toggle(self, exchange: Exchange) -> None:
        """Reads an answer, or ends the reading of this one."""
        if exchange.id == self._exchange_id:
            self.stop()
        else:
            self._read(exchange)

    def stop(self) -> None:
        """Is silent."""
        self._speaker.hush()
        self._set(None)

    def choose(self, is_wanted: bool) -> None:
        """Says whether each answer is to be read as it is finished."""
        self._settings_file.change(read_aloud=is_wanted)
        if not is_wanted:
            self.stop()

    def _read(self, exchange: Exchange) -> None:
        self._n_hushed += self._speaker.is_reading
        self._speaker.say(exchange.answer.answer, self._tell_language())
        self._set(exchange.id)

    def _take_exchange(self, exchange: Exchange) -> None:
        """Answers that were being written in this session are read when they are complete, and only once."""
        if exchange.is_open:
            self._awaited.add(exchange.id)
        elif exchange.id in self._awaited:
            self._awaited.discard(exchange.id)
            if self._settings_file.values.read_aloud and exchange.status == "done":
                self._read(exchange)

    def _take_end(self) -> None:
        if self._n_hushed:
            self._n_hushed -= 1
        else:
            self._set(None)

    def _fail(self, error: DeviceError) -> None:
        self._n_hushed = 0
        self._set(None)
        self.trouble.emit(error)

    def _set(self, exchange_id: str | None) -> None:
        if exchange_id != self._exchange_id:
            self._exchange_id = exchange_id
            self.changed.emit()
