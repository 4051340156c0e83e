"""The strip above the question: how a recording goes, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from bubo_desktop.state.live.recording import Recording
from bubo_desktop.ui.announcement import announce
from bubo_desktop.ui.durations import in_seconds
from bubo_desktop.ui.icon_label import IconLabel
from bubo_desktop.ui.icons import IconButton
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.theme import GRID_PX, Role
from bubo_desktop.ui.voice.level_meter import LevelMeter

TICK_MS = 100
_WIDE_PX = 600  # from here on there is room for the microphone's name, which is shown above the chat anyway


class VoiceStrip(QFrame):
    """Hidden while nothing is recorded and the microphone is off.

    Attributes:
        meter: shows the level of the microphone.

    Signals:
        play_requested: what was recorded is to be heard.
        noise_requested: what was heard just now is to be asked about.
        stop_requested: the microphone is to be closed.
        menu_requested: the microphone is to be chosen.
    """

    play_requested = Signal()
    noise_requested = Signal()
    stop_requested = Signal()
    menu_requested = Signal()

    def __init__(self, recording: Recording, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("voice_strip")
        self._recording = recording
        self._is_listening = False
        self._symbol = IconLabel("microphone", Role.BrightText)
        self._words = PlainLabel("voice_words")
        self.meter = LevelMeter()
        self._play = IconButton("play", self.tr("Play the recording"))
        self._device = self._button("", self.menu_requested.emit)
        self._device.setAccessibleName(self.tr("Choose another microphone"))
        self._end = self._button(self.tr("Stop"), recording.finish)
        self._noise = self._button(self.tr("What made that noise?"), self.noise_requested.emit)
        self._attach = self._button(self.tr("Attach as a sound"), recording.attach)
        self._use = self._button(self.tr("Use as the question"), recording.use_as_question)
        self._close = IconButton("close", self.tr("Throw the recording away"))
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show_words)
        self._play.clicked.connect(self.play_requested)
        self._close.clicked.connect(self._dismiss)
        recording.changed.connect(self._show_state)
        self._arrange()
        self._show_state()

    def set_listening(self, is_listening: bool) -> None:
        """Says whether the last seconds are kept, apart from any recording."""
        self._is_listening = is_listening
        self._show_state()

    def set_device(self, name: str) -> None:
        """Says which microphone is in use."""
        self._device.setText(name)
        self._device.setToolTip(self.tr("Choose another microphone"))
        self._show_state()

    def set_playing(self, is_playing: bool) -> None:
        """Says whether the recording is being heard."""
        self._play.set_icon("pause" if is_playing else "play")

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Shows what there is room for."""
        super().resizeEvent(event)
        self._show_device()

    def _arrange(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID_PX * 3 // 2, GRID_PX // 2, GRID_PX // 2, GRID_PX // 2)
        for part in (self._symbol, self._play, self.meter):
            layout.addWidget(part)
        layout.addWidget(self._words, 1)
        for button in (self._device, self._end, self._noise, self._attach, self._use, self._close):
            layout.addWidget(button)

    def _button(self, label: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(label)
        button.setObjectName("quiet_button")
        button.clicked.connect(lambda _checked: act())
        return button

    def _show_state(self) -> None:
        state = self._recording.state
        listens = self._is_listening and state == "off"
        is_open = state == "recording" or listens
        self._symbol.setVisible(is_open)
        self.meter.setVisible(is_open)
        self._show_device()
        self._end.setVisible(state == "recording")
        self._noise.setVisible(listens)
        for part in (self._play, self._attach, self._use):
            part.setVisible(state == "review")
        if state == "recording":
            self._tick.start()
        else:
            self._tick.stop()
        if not is_open:
            self.meter.clear()
        self._show_words()
        self.setVisible(state != "off" or listens)
        if state in {"opening", "writing_down"}:
            announce(self, self.words)

    def _show_device(self) -> None:
        has_room = self.width() >= _WIDE_PX
        self._device.setVisible(not self.meter.isHidden() and bool(self._device.text()) and has_room)

    def _show_words(self) -> None:
        self._words.setText(self._sentence())

    def _sentence(self) -> str:
        duration = in_seconds(self._recording.duration_s)
        match self._recording.state:
            case "opening":
                return self.tr("Opening the microphone…")
            case "recording":
                return self.tr("Too loud") if self.meter.is_warning else duration
            case "review":
                return duration
            case "writing_down":
                return self.tr("Writing down what you said…")
        return self.tr("Keeping the last 10 s")

    def _dismiss(self) -> None:
        if self._recording.state == "off":
            self.stop_requested.emit()
        else:
            self._recording.discard()
