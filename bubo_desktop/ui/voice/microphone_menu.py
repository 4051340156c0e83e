"""What can be chosen about the microphone and the voice."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from bubo_desktop.capture.microphone_list import MicrophoneList
from bubo_desktop.errors import DeviceError
from bubo_desktop.protocol.recording import MicrophoneInfo
from bubo_desktop.state.settings import SettingsFile


class MicrophoneMenu(QMenu):
    """Made anew each time it is shown. The microphones come a moment later: their list takes a process.

    Signals:
        microphone_chosen(str): this id; empty for the system's own choice.
        speak_requested: a question is to be spoken, and ends with a pause.
        listening_chosen(bool), reading_chosen(bool): whether the last seconds are kept, and answers are read aloud.
    """

    microphone_chosen = Signal(str)
    speak_requested = Signal()
    listening_chosen = Signal(bool)
    reading_chosen = Signal(bool)

    def __init__(self, settings_file: SettingsFile, microphones: MicrophoneList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings_file = settings_file
        self._microphones = microphones
        self._is_listening = False
        self._waiting: QAction | None = None
        self.aboutToShow.connect(self._fill)
        microphones.found.connect(self._show_found)
        microphones.failed.connect(self._show_failure)

    def set_listening(self, is_listening: bool) -> None:
        """Says whether the last seconds are kept now."""
        self._is_listening = is_listening

    def _fill(self) -> None:
        self.clear()
        self.addAction(self.tr("Speak a question; a pause ends it")).triggered.connect(self.speak_requested)
        self._add_switch(self.tr("Keep the last 10 seconds"), self._is_listening, self.listening_chosen)
        self._add_switch(self.tr("Read answers aloud"), self._settings_file.values.read_aloud, self.reading_chosen)
        self.addSeparator()
        self.addAction(self.tr("Microphone")).setEnabled(False)
        self._waiting = self.addAction(self.tr("Looking for microphones…"))
        self._waiting.setEnabled(False)
        self._microphones.refresh()

    def _add_switch(self, label: str, is_on: bool, switched: SignalInstance) -> None:
        action = self.addAction(label)
        action.setCheckable(True)
        action.setChecked(is_on)
        action.triggered.connect(switched)

    def _show_found(self, microphones: Sequence[MicrophoneInfo]) -> None:
        if not self._waiting:
            return
        self._forget_waiting()
        group, chosen = QActionGroup(self), self._settings_file.values.microphone
        choices = [
            ("", self.tr("As the system")),
            *((each.id, each.name) for each in microphones if not each.is_default),
        ]
        for number, name in choices:
            action = QAction(name, group)
            action.setCheckable(True)
            action.setChecked(number == chosen)
            action.triggered.connect(lambda _checked, number=number: self.microphone_chosen.emit(number))
            self.addAction(action)
        if not microphones:
            self.addAction(self.tr("There is no microphone.")).setEnabled(False)

    def _show_failure(self, error: DeviceError) -> None:
        if self._waiting:
            self._forget_waiting()
            self.addAction(error.message).setEnabled(False)

    def _forget_waiting(self) -> None:
        if self._waiting:
            self.removeAction(self._waiting)
            self._waiting = None
